"""What was typed: a sheet as a grid of text, and a table of it once its header is known.

Text is untouched. A number is its shortest decimal text with no ``.0``, or the displayed digits where its format
pads it with zeros (``007``); a real date cell is ISO 8601 text cut to what its number format shows (``2021-03`` for a
cell shown as year and month). An empty cell is ``""``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

ERROR_CELL = "RAW-004 raw.error-cell"
ERROR_TEXTS = frozenset(
    {
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#GETTING_DATA",
    }
)
"""What a spreadsheet program shows where a value could not be had: never a value, in a text file neither."""


@dataclass(frozen=True)
class RawSheet:
    """One sheet (or one delimited text file) as it lies in the file; ``grid[0, 0]`` is cell A1.

    ``merged`` holds merged ranges as (first row, first column, last row, last column), all 1-based like every
    other row and column number here. ``comments`` are by (row, column). ``date_system`` is the year that the
    workbook's day numbers count from, ``1900`` or ``1904``; ``""`` where nothing says. ``struck`` are cells (row, column)
    with text, or a part of it, struck through. ``encoding`` is what was declared for a text file, ``""`` where its bytes told.
    """

    file: str
    sheet: str
    grid: np.ndarray
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    comments: Mapping[tuple[int, int], str] = field(default_factory=dict)
    date_system: str = ""
    struck: frozenset[tuple[int, int]] = frozenset()
    encoding: str = ""

    @cached_property
    def filled(self) -> np.ndarray:
        """Which cells of the grid hold a text."""
        return np.asarray(self.grid != "", dtype=bool)


@dataclass(frozen=True)
class RawTable:
    """The body of a sheet under a known header: one row a spreadsheet row, one text column a header name.

    ``positions`` gives each column's 1-based spreadsheet column. ``identifying`` columns are read for keys
    only: `typed` gives ``""`` for them, so that no finding, trace or output can show one.
    """

    file: str
    sheet: str
    body: pd.DataFrame
    rows: np.ndarray
    positions: Mapping[str, int]
    origin: RawSheet
    identifying: frozenset[int] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    """Units and code lists that were cut off column names, by name."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of columns, from alternative header rows."""

    ambiguous: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Names that alternative header rows give to different columns (1-based): they name none."""

    @property
    def encoding(self) -> str:
        """The encoding that was declared for the file; ``""`` where its bytes told."""
        return self.origin.encoding

    @property
    def date_system(self) -> str:
        """The year that the workbook's day numbers count from; ``""`` where nothing says."""
        return self.origin.date_system

    @property
    def row_numbers(self) -> np.ndarray:
        """1-based spreadsheet row of each body row."""
        return self.rows

    def typed(self, row: int, column: int) -> str:
        """Text of the cell at 1-based spreadsheet ``row`` and ``column``; an identifying cell gives ``""``."""
        if column in self.identifying:
            return ""
        grid = self.origin.grid
        inside = 1 <= row <= grid.shape[0] and 1 <= column <= grid.shape[1]
        return str(grid[row - 1, column - 1]) if inside else ""
