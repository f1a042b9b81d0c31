"""Cell values to text, block by block, so that a sheet of a million rows needs little more than its texts.

A number is its shortest decimal text without an exponent and with no ``.0``, or the displayed digits where its
format pads with zeros (``007``: without them it is another number to the person who typed it); a boolean is TRUE
or FALSE; a date is ISO 8601 cut to what its format shows. Each distinct value is converted once a column, and its
text is shared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, zip_longest
from typing import Any

import numpy as np

from hcc_sdtm.dates.serial import NUMBERED_YEARS
from hcc_sdtm.raw.number_format import FULL, NumberFormat
from hcc_sdtm.source import column_letters

_ReadColumn = Callable[[tuple[Any, ...], int], list[str]]
"""A column's values in one block, and the block's first row, to texts."""

_BLOCK_ROWS = 256  # small enough that a block stays in the processor's cache
_MOST_TEXTS = 100_000

MAX_CELLS = 100_000_000
"""Cells of the largest rectangle that is read as one sheet: calamine's own limit where it has one."""

MAX_EMPTY = 16
"""Cells of a sheet's rectangle for each cell that holds something, above `FREE_CELLS`: a wide export is a tenth full."""

FREE_CELLS = 4_000_000
"""A rectangle of so many cells is read however empty it is: it costs under 200 MB."""

_INEXACT = 1e15
"""Spreadsheet programs keep fifteen digits of a number."""

DAY_ZERO = {1905: dt.date(1899, 12, 30), 1909: dt.date(1904, 1, 1)}
"""The years in which the numbers from 1900 to 2099 are days, and day 0 of their systems."""


@dataclass
class StyledCells:
    """Cells of one column not in the sheet's usual format: their 1-based rows in order, and each one's format."""

    rows: list[int] = field(default_factory=list)
    formats: list[NumberFormat] = field(default_factory=list)


@dataclass
class Grid:
    """Cells as text, and what was noticed on the way; cells are (row, column), 1-based.

    ``early`` cells hold a date before 1 March 1900, ``numbered`` ones a day of 1905 or 1909 whose number is that of a
    year in one of the two date systems, ``yearless`` ones a date whose format hides the year,
    ``dayless`` ones a clock time alone (a number below 1) under a format that shows a date, ``inexact`` ones a number of
    more than fifteen digits.
    """

    texts: np.ndarray
    has_dates: bool
    early: list[tuple[int, int]] = field(default_factory=list)
    numbered: list[tuple[int, int]] = field(default_factory=list)
    yearless: list[tuple[int, int]] = field(default_factory=list)
    dayless: list[tuple[int, int]] = field(default_factory=list)
    inexact: list[tuple[int, int]] = field(default_factory=list)


class TooManyCellsError(Exception):
    """A sheet spans more than `MAX_CELLS`, or far more than what it holds. Its text says what to do."""


def check_extent(height: int, width: int, filled: int) -> None:
    """Raises TooManyCellsError where ``filled`` cells lie in a rectangle that is too large for them."""
    if height * width <= min(MAX_CELLS, FREE_CELLS + MAX_EMPTY * filled):
        return
    last = f"{column_letters(width)}{height}"
    if height * width <= MAX_EMPTY * filled:
        raise TooManyCellsError(f"its last cell is {last}: more than {MAX_CELLS:,} cells; split it into several files")
    held = f"only {filled:,} cells hold something" if filled != 1 else "only one cell holds something"
    message = f"its last cell is {last} and {held}"
    raise TooManyCellsError(f"{message}; delete what stands far below or right of the table")


def number_text(value: float) -> str:
    """Shortest decimal text that reads back as the number: no exponent, no ``.0``."""
    text = repr(value + 0.0 if value == 0 else value)
    if "e" in text:
        text = np.format_float_positional(value, trim="-")
    return text.removesuffix(".0")


def cell_text(value: Any, shown: NumberFormat = FULL) -> str:
    """Text of one cell value as the spreadsheet library gives it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return shown.padded(value) or number_text(value)
    if isinstance(value, (dt.date, dt.time)):
        return shown.date_text(value)
    if isinstance(value, dt.timedelta):
        return _elapsed_text(value)
    return str(value)


def build_grid(
    rows: Iterable[Sequence[Any]],
    left: int = 0,
    usual: NumberFormat = FULL,
    styled: Mapping[int, StyledCells] | None = None,
) -> Grid:
    """The grid of ``rows``, which start ``left`` columns right of A; short rows are filled with ``""``.

    Raises TooManyCellsError for more than `MAX_CELLS`.
    """
    noticed = Grid(np.empty((0, 0), dtype=object), False)

    def column(number: int) -> _ReadColumn:
        return _Column(number, usual, (styled or {}).get(number, StyledCells()), noticed).read

    noticed.texts = _assemble(rows, left, column)
    return noticed


def build_sparse_grid(
    values: Mapping[int, Mapping[int, Any]],
    usual: NumberFormat = FULL,
    styled: Mapping[int, StyledCells] | None = None,
    filled: int | None = None,
) -> Grid:
    """The grid of values given by row and column (1-based); ``filled`` is how many of them the file itself holds.

    Raises TooManyCellsError where they lie too far apart.
    """
    height = max(values, default=0)
    width = max((max(cells) for cells in values.values() if cells), default=0)
    check_extent(height, width, sum(map(len, values.values())) if filled is None else filled)
    blank = [""] * width

    def rows() -> Iterator[Sequence[Any]]:
        for number in range(1, height + 1):
            row = blank
            if number in values:
                row = blank.copy()
                for column, value in values[number].items():
                    row[column - 1] = value
            yield row

    return build_grid(rows(), 0, usual, styled)


def build_text_grid(rows: Iterable[Sequence[str]]) -> np.ndarray:
    """The grid of rows that are text already; short rows are filled with ``""``.

    Raises TooManyCellsError for more than `MAX_CELLS`.
    """

    def column(number: int) -> _ReadColumn:
        shared: dict[str, str] = {}

        def read(texts: tuple[str, ...], first_row: int) -> list[str]:
            if len(shared) > _MOST_TEXTS:
                shared.clear()
            return list(map(shared.setdefault, texts, texts))

        return read

    return _assemble(rows, 0, column)


def _assemble(rows: Iterable[Sequence[Any]], left: int, build_column: Callable[[int], _ReadColumn]) -> np.ndarray:
    """The grid, made column by column within blocks of rows; ``build_column`` is given a 1-based column number."""
    readers: list[_ReadColumn] = []
    columns: list[list[str]] = []
    height = 0
    for block in _blocks(rows):
        width = max(len(columns), *map(len, block))
        if (height + len(block)) * (left + width) > MAX_CELLS:
            raise TooManyCellsError(f"it has more than {MAX_CELLS:,} cells; split it into several files")
        values = list(zip_longest(*block, fillvalue=""))
        readers += [build_column(left + position + 1) for position in range(len(readers), len(values))]
        columns += [[""] * height for _ in range(len(columns), len(values))]
        for column, read, part in zip(columns, readers, values, strict=False):
            column += read(part, height + 1)
        height += len(block)
        for column in columns[len(values) :]:
            column += [""] * len(block)
    return _side_by_side(columns, height, left)


class _Texts(dict[Any, str]):
    """Text of each value met; that of a new one is made when it is asked for."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self.__make = make

    def __missing__(self, value: Any) -> str:
        text = self[value] = self.__make(value)
        return text


class _Column:
    """Converts one column, a block of values at a time."""

    def __init__(self, number: int, usual: NumberFormat, styled: StyledCells, noticed: Grid) -> None:
        self.number = number
        self.usual = usual
        self.styled = styled
        self.noticed = noticed
        self.texts = _Texts(self._usual_text)
        self.restyled: dict[NumberFormat, dict[Any, str]] = {}
        self.remarkable: dict[Any, list[tuple[int, int]]] = {}
        self.times: set[dt.time] = set()
        self.next_styled = 0

    def read(self, values: tuple[Any, ...], first_row: int) -> list[str]:
        texts = self._usual_texts(values)
        self._restyle(values, texts, first_row)
        if self.remarkable:
            rows = enumerate(values, first_row)
            for row, value in rows:
                if value in self.remarkable:
                    self.remarkable[value].append((row, self.number))
        if self.times and self.usual.shows_date:
            rows = enumerate(values, first_row)
            shown_otherwise = self.styled_rows
            self.noticed.dayless += [
                (row, self.number) for row, value in rows if value in self.times and row not in shown_otherwise
            ]
        return texts

    @cached_property
    def styled_rows(self) -> frozenset[int]:
        return frozenset(self.styled.rows)

    def _usual_texts(self, values: tuple[Any, ...]) -> list[str]:
        if len(self.texts) > _MOST_TEXTS:
            self.texts.clear()
        kinds = set(map(type, values))
        if kinds == {str}:
            return list(map(self.texts.setdefault, values, values))
        known = self.texts.__getitem__
        texts = list(map(known, values))
        # True equals 1: a boolean beside a number cannot be told from it by value
        if (0 in self.texts or 1 in self.texts) and bool in kinds:
            for number in (0, 1):
                self.texts.pop(number, None)
            return [cell_text(value) if type(value) is bool else known(value) for value in values]
        return texts

    def _usual_text(self, value: Any) -> str:
        """Text of a value that the column has not had so far, which is looked at for what a person should know of it."""
        if isinstance(value, str):
            return value
        if isinstance(value, dt.date):
            self.noticed.has_dates = True
            if (value.year, value.month) < (1900, 3):
                self.remarkable[value] = self.noticed.early
            elif value.year in DAY_ZERO and _is_numbered_year(value):
                self.remarkable[value] = self.noticed.numbered
        elif isinstance(value, dt.time):
            self.times.add(value)
        elif isinstance(value, (int, float)) and not -_INEXACT < value < _INEXACT:
            self.remarkable[value] = self.noticed.inexact
        return cell_text(value, self.usual)

    def _restyle(self, values: tuple[Any, ...], texts: list[str], first_row: int) -> None:
        rows, formats = self.styled.rows, self.styled.formats
        current: NumberFormat | None = None
        known: dict[Any, str] = {}
        while self.next_styled < len(rows) and rows[self.next_styled] < first_row + len(values):
            row, shown = rows[self.next_styled], formats[self.next_styled]
            self.next_styled += 1
            value = values[row - first_row]
            if isinstance(value, (str, bool)):
                continue
            if shown is not current:
                current, known = shown, self.restyled.setdefault(shown, {})
                if len(known) > _MOST_TEXTS:
                    known.clear()
            if value not in known:
                known[value] = cell_text(value, shown)
            texts[row - first_row] = known[value]
            if shown.hides_year and isinstance(value, dt.date):
                self.noticed.yearless.append((row, self.number))
            if shown.shows_date and isinstance(value, dt.time):
                self.noticed.dayless.append((row, self.number))


def _is_numbered_year(value: dt.date) -> bool:
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            return False
        value = value.date()
    return (value - DAY_ZERO[value.year]).days in NUMBERED_YEARS


def _blocks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    remaining = iter(rows)
    while block := list(islice(remaining, _BLOCK_ROWS)):
        yield block


def _side_by_side(columns: list[list[str]], height: int, left: int) -> np.ndarray:
    # columns lie end to end in memory, because every later step takes whole columns
    texts = np.empty((height, left + len(columns)), dtype=object, order="F")
    texts[:, :left] = ""
    for position, column in enumerate(columns, left):
        texts[:, position] = column
        column.clear()
    return texts


def _elapsed_text(value: dt.timedelta) -> str:
    """Hours and minutes, ``255:10``, as ``[h]:mm`` shows a length of time; seconds only when not zero."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < dt.timedelta() and seconds else ""
    text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}"
    return f"{text}:{seconds % 60:02d}" if seconds % 60 else text
