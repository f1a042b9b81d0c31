"""What is known of a sheet's cells beside their values, whatever kind of workbook it lies in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hcc_sdtm.raw.grid import StyledCells, number_text
from hcc_sdtm.raw.number_format import FULL, PLAIN, NumberFormat
from hcc_sdtm.raw.workbooks.serial_value import Value, serial_value

Cell = tuple[int, int]
"""Row and column, 1-based."""


@dataclass(frozen=True, slots=True)
class CellStyle:
    """What a cell's style does to its value: the format it is shown in, text struck through, text that nobody sees.

    ``unseen`` is why a reader of the sheet does not see the text, ``""`` where it is seen.
    """

    shown: NumberFormat = PLAIN
    struck: bool = False
    unseen: str = ""


@dataclass
class SheetFacts:
    """Facts about the cells of one sheet; rows and columns are 1-based.

    ``hidden`` is ``hidden``, ``very hidden`` (no menu of the program shows the sheet) or ``""``.
    ``usual`` is the format of every date cell that is not among the ``styled`` ones, given by column.
    ``undatable`` are numbers under a date's or a time's format that may be no date: negative ones and 60, as they
    are stored. ``uncached`` cells hold a formula and no value. ``struck`` cells have text struck through: all of it or
    (False) a part. ``unseen`` cells have text that nobody sees, and why. ``hidden_rows`` are hidden by a filter where they are
    among the ``filtered_rows`` too, by a closed group where they are ``grouped_rows``. ``height`` and ``width`` reach the last
    cell, ``filled`` counts the cells that the file gives.
    """

    hidden: str = ""
    usual: NumberFormat = FULL
    styled: dict[int, StyledCells] = field(default_factory=dict)
    errors: dict[Cell, str] = field(default_factory=dict)
    undatable: dict[Cell, str] = field(default_factory=dict)
    uncached: list[Cell] = field(default_factory=list)
    struck: dict[Cell, bool] = field(default_factory=dict)
    unseen: dict[Cell, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    filtered_rows: set[int] = field(default_factory=set)
    grouped_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    comments: dict[Cell, str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    height: int = 0
    width: int = 0
    filled: int = 0

    def add_style(self, cell: Cell, style: CellStyle) -> None:
        """Note what a style says of a cell that holds something; cells of a column come in the order of their rows."""
        if style.shown.shows or style.shown.template:
            cells = self.styled.setdefault(cell[1], StyledCells())
            cells.rows.append(cell[0])
            cells.formats.append(style.shown)
        self.add_look(cell, style)

    def add_number(self, cell: Cell, number: float, style: CellStyle, date_system: str) -> Value:
        """The value of a number under its cell's style, noting the style and whether the number may be no date."""
        self.add_style(cell, style)
        shown = style.shown
        if shown.shows and not shown.elapsed and (number < 0 or 60 <= number < 61):
            self.undatable[cell] = number_text(number)
        return serial_value(number, shown, date_system) if shown.shows else number

    def add_look(self, cell: Cell, style: CellStyle) -> None:
        """Note whether a cell's style strikes its text through or hides it."""
        if style.struck:
            self.struck.setdefault(cell, True)
        if style.unseen:
            self.unseen[cell] = style.unseen

    def add_runs(self, cell: Cell, text: str, runs: Sequence[tuple[int, bool]], style: CellStyle) -> None:
        """Note which part of a text is struck through, by where each run starts; before the first the cell's style holds."""
        if not runs:
            return
        ends = [*(start for start, _ in runs), len(text)]
        struck = [style.struck, *(struck for _, struck in runs)]
        marks = {mark for mark, start, end in zip(struck, [0, *ends], ends, strict=False) if text[start:end].strip()}
        self.struck.pop(cell, None)
        if True in marks:
            self.struck[cell] = len(marks) == 1

    def filter_rows(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Note which hidden rows lie in a range (first and last row) that is filtered."""
        for first, last in ranges:
            self.filtered_rows |= {row for row in self.hidden_rows if first <= row <= last}

    def sort_styled(self) -> None:
        """Bring the styled cells of each column into the order of their rows, where a file gives them in another."""
        for cells in self.styled.values():
            if any(later < row for row, later in zip(cells.rows, cells.rows[1:], strict=False)):
                order = sorted(range(len(cells.rows)), key=cells.rows.__getitem__)
                cells.rows = [cells.rows[position] for position in order]
                cells.formats = [cells.formats[position] for position in order]
