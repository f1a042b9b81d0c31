"""What reading a sheet found that a person should know: hidden, struck through, commented on, lost, or not what it seems.

No finding quotes a date or a text: its column may turn out to identify a person. Of many cells of one kind in a column there
is one finding, which lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from hcc_sdtm.finding import Finding
from hcc_sdtm.raw.grid import Grid
from hcc_sdtm.raw.table import ERROR_CELL, RawSheet
from hcc_sdtm.raw.workbooks.sheet_facts import Cell, SheetFacts
from hcc_sdtm.source import Source, column_letters

HIDDEN_SHEET = "RAW-001 raw.hidden-sheet"
HIDDEN_ROW = "RAW-002 raw.hidden-row"
HIDDEN_COLUMN = "RAW-003 raw.hidden-column"
FORMULA_WITHOUT_VALUE = "RAW-005 raw.formula-without-value"
DATE_BEFORE_MARCH_1900 = "RAW-007 raw.date-before-march-1900"
YEAR_NOT_SHOWN = "RAW-008 raw.year-not-shown"
DATE_CELL_WITHOUT_DATE = "RAW-012 raw.date-cell-without-date"
YEAR_IN_DATE_CELL = "RAW-013 raw.year-in-date-cell"
COMMENT = "RAW-025 raw.cell-comment"
STRUCK_TEXT = "RAW-026 raw.struck-text"
TEXT_NOT_SEEN = "RAW-027 raw.text-not-seen"
DIGITS_LOST = "RAW-029 raw.digits-lost"

MOST_SINGLE = 20
"""Cells of one kind in a column that have a finding each, or notes of one kind in a sheet; of more there is one for a line."""

_MOST_LISTED = 10
_ERROR = re.compile(r"#[A-Z0-9/_]+[!?]?|Err:\d+|error \d+")
_COVERED = "a merged cell lies over it"


def sheet_findings(sheet: RawSheet, grid: Grid, facts: SheetFacts, not_dates: Mapping[Cell, str]) -> Iterator[Finding]:
    """Findings of a sheet as it lies in its file: RAW-001 to 005, 007, 008, 012, 013, 025 to 027 and 029.

    ``not_dates`` are cells shown as dates whose numbers are none, with what to say of each.
    """
    place = Source(sheet.file, sheet.sheet)
    if facts.hidden and sheet.grid.size:
        depth = ", and no menu of the program shows it" if facts.hidden == "very hidden" else ""
        yield _note(HIDDEN_SHEET, place, f"the sheet is hidden{depth}; it is read anyway")
    yield from _hidden_columns(sheet)
    yield from _hidden_rows(sheet, facts)
    yield from _lost_values(place, facts)
    yield from _date_cells(place, grid, not_dates)
    yield from _marked_cells(place, sheet, facts)
    yield from _warnings(
        DIGITS_LOST,
        place,
        grid.inexact,
        "a number of more than fifteen digits, of which spreadsheets keep fifteen: if it is a number that names "
        "something, its last digits are lost; ask for it as text",
    )


def list_cells(numbers: Iterable[int], address: Callable[[int], str]) -> str:
    """Cells of a column or a row as a person lists them, ``C5 to C300, C302 and 17 more``; ``address`` is that of a number."""
    ordered = np.array(sorted(numbers))
    breaks = [0, *(np.flatnonzero(np.diff(ordered) > 1) + 1), len(ordered)]
    runs = [(int(ordered[start]), int(ordered[stop - 1])) for start, stop in pairwise(breaks)]
    texts = [address(first) if first == last else f"{address(first)} to {address(last)}" for first, last in runs]
    more = sum(last - first + 1 for first, last in runs[_MOST_LISTED:])
    return ", ".join(texts[:_MOST_LISTED]) + (f" and {more:,} more" if more else "")


def _hidden_columns(sheet: RawSheet) -> Iterator[Finding]:
    """Only those that hold something."""
    for column in sorted(sheet.hidden_columns):
        if (sheet.grid[:, column - 1] != "").any():
            message = f"column {column_letters(column)} is hidden; it is read anyway"
            yield _note(HIDDEN_COLUMN, Source(sheet.file, sheet.sheet, column=column), message)


def _hidden_rows(sheet: RawSheet, facts: SheetFacts) -> Iterator[Finding]:
    """By unbroken runs hidden in one way, or of many runs all rows hidden in one way; only those that hold something."""
    hidden = np.array(sorted(sheet.hidden_rows), dtype=int)
    filled = hidden[(sheet.grid[hidden - 1] != "").any(axis=1)] if len(hidden) else hidden
    if not len(filled):
        return
    ways = [
        " by a filter" if row in facts.filtered_rows else " in a closed group" if row in facts.grouped_rows else ""
        for row in filled.tolist()
    ]
    breaks = [
        0,
        *(at for at in range(1, len(filled)) if filled[at] > filled[at - 1] + 1 or ways[at] != ways[at - 1]),
        len(filled),
    ]
    runs = list(pairwise(breaks))
    if len(runs) > MOST_SINGLE:
        for way in dict.fromkeys(ways):
            rows = [int(row) for row, its_way in zip(filled, ways, strict=True) if its_way == way]
            message = f"{len(rows):,} rows ({list_cells(rows, str)}) are hidden{way}; read anyway"
            yield _note(HIDDEN_ROW, Source(sheet.file, sheet.sheet, rows[0]), message)
        return
    for start, stop in runs:
        first, last = int(filled[start]), int(filled[stop - 1])
        rows_are = f"row {first} is" if first == last else f"rows {first} to {last} are"
        yield _note(HIDDEN_ROW, Source(sheet.file, sheet.sheet, first), f"{rows_are} hidden{ways[start]}; read anyway")


def _lost_values(place: Source, facts: SheetFacts) -> Iterator[Finding]:
    by_text: dict[str, list[Cell]] = {}
    for cell, text in facts.errors.items():
        by_text.setdefault(text if _ERROR.fullmatch(text) else "", []).append(cell)
    for text, cells in by_text.items():
        error = f'the error "{text}"' if text else "an error that no spreadsheet program has"
        yield from _warnings(ERROR_CELL, place, cells, f"the cell holds {error} and no value", text)
    message = "a formula without its result: open the file in a spreadsheet program and save it"
    yield from _warnings(FORMULA_WITHOUT_VALUE, place, facts.uncached, message)


def _date_cells(place: Source, grid: Grid, not_dates: Mapping[Cell, str]) -> Iterator[Finding]:
    message = "the number of this date is that of a year: a year may have been typed into a cell that shows dates"
    yield from _warnings(YEAR_IN_DATE_CELL, place, grid.numbered, message)
    message = "a date before 1 March 1900, where spreadsheets count a day that never was: it may be one day off"
    yield from _warnings(DATE_BEFORE_MARCH_1900, place, grid.early, message)
    by_message: dict[str, list[Cell]] = {}
    for cell, text in not_dates.items():
        by_message.setdefault(text, []).append(cell)
    for text, cells in by_message.items():
        yield from _warnings(DATE_CELL_WITHOUT_DATE, place, cells, text)
    message = "the date is shown without its year, which the program may have added; the stored year is read"
    yield from _warnings(YEAR_NOT_SHOWN, place, grid.yearless, message)


def _marked_cells(place: Source, sheet: RawSheet, facts: SheetFacts) -> Iterator[Finding]:
    sizes = {
        cell: f"the cell has a comment of {len(text):,} characters, which is no data; see the file"
        for cell, text in sheet.comments.items()
    }
    yield from _notes(COMMENT, place, sheet.comments, "the cell has a comment, which is no data; see the file", sizes)
    for whole, what in ((True, "the text is"), (False, "a part of the text is")):
        cells = [cell for cell in sheet.struck if facts.struck[cell] is whole]
        message = f"{what} struck through: somebody crossed it out, and it is read as it stands; ask whether it holds"
        yield from _warnings(STRUCK_TEXT, place, cells, message)
    by_reason: dict[str, list[Cell]] = {}
    for cell, reason in facts.unseen.items():
        if _holds(sheet, cell):
            by_reason.setdefault(reason, []).append(cell)
    by_reason[_COVERED] = list(_covered(sheet))
    for reason, cells in by_reason.items():
        message = f"a reader of the sheet does not see this text ({reason}); it is read anyway"
        yield from _notes(TEXT_NOT_SEEN, place, cells, message, {})


def _covered(sheet: RawSheet) -> Iterator[Cell]:
    """Cells under a merged one whose text is another than the one that is seen; ranges over others are no merged cells."""
    taken = np.zeros(sheet.grid.shape if sheet.merged else (0, 0), dtype=bool)
    for top, left, bottom, right in sheet.merged:
        place = slice(top - 1, bottom), slice(left - 1, right)
        texts = sheet.grid[place]
        if texts.size > 1 and not taken[place].any():
            taken[place] = True
            for row, column in zip(*np.nonzero((texts != "") & (texts != texts[0, 0])), strict=True):
                yield top + int(row), left + int(column)


def _holds(sheet: RawSheet, cell: Cell) -> bool:
    height, width = sheet.grid.shape
    return cell[0] <= height and cell[1] <= width and bool(sheet.grid[cell[0] - 1, cell[1] - 1])


def _warnings(rule: str, place: Source, cells: Iterable[Cell], message: str, typed: str = "") -> Iterator[Finding]:
    """A warning at each cell, or one for a column with many of them."""
    for column, rows in sorted(_lines(cells, 1).items()):
        if len(rows) > MOST_SINGLE:
            source, text = _many(place, column, 1, rows, message)
            yield Finding(rule, "warning", text, source=source, value=typed, typed=typed)
            continue
        for row in sorted(rows):
            source = str(Source(place.file, place.sheet, row, column))
            yield Finding(rule, "warning", message, source=source, value=typed, typed=typed)


def _notes(
    rule: str, place: Source, cells: Iterable[Cell], message: str, messages: Mapping[Cell, str]
) -> Iterator[Finding]:
    """A note at each cell, by ``messages`` where they say more; of many one for each column or row, whichever are fewer."""
    found = sorted(cells)
    axis = min((1, 0), key=lambda axis: len(_lines(found, axis)))
    for line, numbers in sorted(_lines(found, axis).items()):
        if len(found) > MOST_SINGLE and len(numbers) > 1:
            source, text = _many(place, line, axis, numbers, message)
            yield Finding(rule, "note", text, source=source)
            continue
        for number in numbers:
            cell = (number, line) if axis else (line, number)
            source = str(Source(place.file, place.sheet, *cell))
            yield Finding(rule, "note", messages.get(cell, message), source=source)


def _lines(cells: Iterable[Cell], axis: int) -> dict[int, list[int]]:
    """Cells by column (axis 1: their rows) or by row (axis 0: their columns)."""
    lines: dict[int, list[int]] = {}
    for cell in cells:
        lines.setdefault(cell[axis], []).append(cell[1 - axis])
    return lines


def _many(place: Source, line: int, axis: int, numbers: list[int], message: str) -> tuple[str, str]:
    """Where a finding of many cells in one column or row stands, and what it says."""
    if axis:
        source = Source(place.file, place.sheet, column=line)
        cells = list_cells(numbers, lambda row: f"{column_letters(line)}{row}")
    else:
        source = Source(place.file, place.sheet, line)
        cells = list_cells(numbers, lambda column: f"{column_letters(column)}{line}")
    return str(source), f"{len(numbers):,} cells ({cells}): {message}"


def _note(rule: str, source: Source, message: str) -> Finding:
    return Finding(rule, "note", message, source=str(source))
