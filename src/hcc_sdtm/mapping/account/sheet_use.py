"""The account of one sheet: what became of each of its rows and cells.

Every row has exactly one `RowClass` and every filled cell exactly one `CellClass`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from hcc_sdtm.mapping.account.raw_places import PlacesInSheet, SheetName


class RowClass(IntEnum):
    """What became of a row."""

    EMPTY = 0
    ABOVE_THE_TABLE = 1
    HEADER = 2
    MAPPED = 3
    KEY_OF_A_SUBJECT = 4
    LEFT_OUT = 5
    TAKEN_BY_NO_BLOCK = 6
    IN_A_SHEET_THAT_NO_TABLE_READS = 7

    @property
    def label(self) -> str:
        """The class in words."""
        return self.name.lower().replace("_", " ")


class CellClass(IntEnum):
    """What became of a filled cell."""

    EMPTY = 0
    ABOVE_THE_TABLE = 1
    HEADER = 2
    USED = 3
    DECLARED_UNUSED = 4
    IN_A_ROW_LEFT_OUT = 5
    IN_A_ROW_THAT_NO_BLOCK_TAKES = 6
    IN_A_COLUMN_THAT_NO_RULE_USES = 7
    NOT_LOOKED_AT_IN_ITS_ROW = 8
    IN_A_SHEET_THAT_NO_TABLE_READS = 9

    @property
    def label(self) -> str:
        """The class in words."""
        return self.name.lower().replace("_", " ")


_OF_WHOLE_ROW = {
    RowClass.ABOVE_THE_TABLE: CellClass.ABOVE_THE_TABLE,
    RowClass.HEADER: CellClass.HEADER,
    RowClass.LEFT_OUT: CellClass.IN_A_ROW_LEFT_OUT,
    RowClass.TAKEN_BY_NO_BLOCK: CellClass.IN_A_ROW_THAT_NO_BLOCK_TAKES,
    RowClass.IN_A_SHEET_THAT_NO_TABLE_READS: CellClass.IN_A_SHEET_THAT_NO_TABLE_READS,
}


@dataclass
class SheetUse:
    """The account of one sheet. Index 0 of every array is row 1, and column A.

    ``reason`` has for each row that is left out its position in ``reasons`` (table of the mapping, and rule id or option), else
    -1. ``mapped`` has the rows that each block took, by domain and line of the mapping. ``read`` and ``ignored`` are 1-based
    columns that a table reads, and declares unused; ``names`` the columns' names by 1-based column.
    """

    name: SheetName
    rows: np.ndarray
    cells: np.ndarray
    reason: np.ndarray
    used: np.ndarray
    reasons: list[tuple[str, str]] = field(default_factory=list)
    mapped: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)
    tables: dict[str, None] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    identifying: frozenset[int] = frozenset()
    header_row: int = 0
    is_key_file: bool = False

    def mark(self, positions: tuple[tuple[int, ...], ...], places: PlacesInSheet, mask: np.ndarray) -> None:
        """Marks cells as used: of each place in the mask the columns of its item."""
        inside = mask[places.asked]
        rows, items = places.rows[inside], places.items[inside]
        if len(positions) == 1:
            for column in positions[0]:
                if column > 0:  # else it stands in the name of the sheet
                    self.used[rows, column - 1] = True
            return
        for nth in range(max(map(len, positions))):
            by_item = np.array([columns[nth] if len(columns) > nth else 0 for columns in positions])
            columns = by_item[items]
            self.used[rows[columns > 0], columns[columns > 0] - 1] = True

    def take(self, rows: np.ndarray) -> None:
        """Rows that gave something to a record, whatever another table did with them."""
        self.rows[rows] = RowClass.MAPPED
        self.reason[rows] = -1

    def leave_out(self, rows: np.ndarray, reason: tuple[str, str]) -> None:
        """Rows that are left out for a reason, where none came before."""
        new = rows[self.rows[rows] == RowClass.TAKEN_BY_NO_BLOCK]
        if not len(new):
            return
        if reason not in self.reasons:
            self.reasons.append(reason)
        self.rows[new] = RowClass.LEFT_OUT
        self.reason[new] = self.reasons.index(reason)

    def classify(self) -> None:
        """Sets the class of each filled cell: the row's where the row decides, else by what looked at it."""
        by_column = np.full(self.cells.shape[1], CellClass.IN_A_COLUMN_THAT_NO_RULE_USES, dtype=np.int8)
        for columns, cell_class in (
            (self.read, CellClass.NOT_LOOKED_AT_IN_ITS_ROW),
            (self.ignored, CellClass.DECLARED_UNUSED),
            (self.identifying, CellClass.USED),
        ):
            by_column[[column - 1 for column in columns]] = cell_class
        cells = np.where(self.used, np.int8(CellClass.USED), by_column)
        for row_class, whole in _OF_WHOLE_ROW.items():
            cells[self.rows == row_class] = whole
        self.cells = cells * (self.cells != CellClass.EMPTY)
