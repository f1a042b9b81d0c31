"""Workbooks to sheets of text: xlsx, xlsm, xls, xlsb and ods.

Values come from calamine; what it does not say of an xlsx file comes from the package itself. Of xls, xlsb and ods
files number formats, hidden rows and columns, comments and error cells are not known (an error cell reads as empty),
and a note says so. Chart, macro and dialog sheets hold no table and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import python_calamine as calamine

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.date_system import read_date_system
from hcc_sdtm.raw.grid import MAX_CELLS, Grid, TooManyCellsError, build_grid, number_text
from hcc_sdtm.raw.sheet_scan import SheetFacts
from hcc_sdtm.raw.table import ERROR_CELL, RawSheet
from hcc_sdtm.raw.xlsx_package import PackageError, XlsxPackage
from hcc_sdtm.source import Source, column_letters

HIDDEN_SHEET = "RAW-001 raw.hidden-sheet"
HIDDEN_ROW = "RAW-002 raw.hidden-row"
HIDDEN_COLUMN = "RAW-003 raw.hidden-column"
FORMULA_WITHOUT_VALUE = "RAW-005 raw.formula-without-value"
PRECISION_ASSUMED = "RAW-006 raw.date-precision-assumed"
DATE_BEFORE_MARCH_1900 = "RAW-007 raw.date-before-march-1900"
YEAR_NOT_SHOWN = "RAW-008 raw.year-not-shown"
CELL_FACTS_UNKNOWN = "RAW-009 raw.cell-facts-unknown"
DATE_CELL_WITHOUT_DATE = "RAW-012 raw.date-cell-without-date"
YEAR_IN_DATE_CELL = "RAW-013 raw.year-in-date-cell"

FIRST_YEAR_SHOWN = {"1900": "1905", "1904": "1909"}
"""The year of the dates that a typed year becomes, by date system."""


def read_workbook(path: Path, name: str) -> tuple[list[RawSheet], pd.DataFrame]:
    """Sheets of a workbook in its order, hidden ones too, and what was found in reading them.

    Findings: RAW-001 to RAW-009, RAW-012, RAW-013. Raises StudyError for a file that cannot be read or a sheet that
    spans more than `MAX_CELLS`.
    """
    sheets: list[RawSheet] = []
    findings: list[Finding] = []
    with _refusing(name):
        book = calamine.CalamineWorkbook.from_path(path)
    with book, ExitStack() as stack:
        package = _open_package(path, stack)
        date_system = package.date_system if package else read_date_system(path)
        listed = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        facts = [_sheet_facts(package, sheet.name) for sheet in listed]
        for metadata, known in zip(listed, facts, strict=True):
            sheet, found = _read_sheet(book, metadata, Source(name, metadata.name), known, date_system)
            sheets.append(sheet)
            findings += found
    if not all(facts):
        message = "number formats, error cells, comments and what is hidden cannot be read from this file"
        findings.append(_note(CELL_FACTS_UNKNOWN, Source(name), message))
    return sheets, findings_frame(findings)


def _read_sheet(
    book: calamine.CalamineWorkbook,
    metadata: calamine.SheetMetadata,
    source: Source,
    known: SheetFacts | None,
    date_system: str,
) -> tuple[RawSheet, list[Finding]]:
    facts = known or SheetFacts()
    if facts.height * facts.width > MAX_CELLS:
        # calamine would end the process when it cannot have the memory
        raise _too_many_cells(source)
    with _refusing(source.file):
        values = book.get_sheet_by_name(metadata.name)
    try:
        left = values.start[1] if values.start else 0
        grid = build_grid(_rows(values, source.file), left, facts.usual, facts.styled)
    except TooManyCellsError as failure:
        raise _too_many_cells(source) from failure
    if facts.errors:
        _fill_errors(grid, facts.errors)
    not_dates = _not_dates(grid, known, date_system)
    height, width = grid.texts.shape
    sheet = RawSheet(
        source.file,
        source.sheet,
        grid.texts,
        _one_based(values.merged_cell_ranges or ()),
        frozenset(row for row in facts.hidden_rows if row <= height),
        frozenset(column for column in facts.hidden_columns if column <= width),
        facts.comments,
        date_system,
    )
    findings = [*_hidden_findings(sheet), *_cell_findings(source, grid, known, not_dates)]
    if metadata.visible != calamine.SheetVisibleEnum.Visible and grid.texts.size:
        findings.insert(0, _note(HIDDEN_SHEET, source, "the sheet is hidden; it is read anyway"))
    return sheet, findings


def _rows(values: calamine.CalamineSheet, name: str) -> Iterator[list[Any]]:
    with _refusing(name):
        if values.start:
            yield from values.iter_rows()


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Whatever the spreadsheet library raises for a bad file, its panics included, as StudyError."""
    try:
        yield
    except BaseException as failure:
        # a panic below calamine derives from BaseException, and its class cannot be imported
        panicked = type(failure).__name__ == "PanicException"
        if not panicked and not isinstance(failure, (calamine.CalamineError, OSError, ValueError, OverflowError)):
            raise
        reason = "the spreadsheet library failed on it" if panicked else str(failure)
        message = f"cannot be read as a {Path(name).suffix.lower()} workbook: {reason}"
        raise StudyError([Problem(Source(name), message)]) from failure


def _too_many_cells(source: Source) -> StudyError:
    message = f"the sheet spans more than {MAX_CELLS:,} cells; delete what lies far below or right of the table"
    return StudyError([Problem(source, message)])


def _open_package(path: Path, stack: ExitStack) -> XlsxPackage | None:
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return None
    try:
        return stack.enter_context(XlsxPackage(path))
    except PackageError:
        return None


def _sheet_facts(package: XlsxPackage | None, sheet: str) -> SheetFacts | None:
    if package is None:
        return None
    try:
        return package.sheet_facts(sheet, MAX_CELLS)
    except PackageError:
        return None


def _fill_errors(grid: Grid, errors: dict[tuple[int, int], str]) -> None:
    """Texts of error cells, which calamine gives as empty, or leaves out at the edges."""
    cells = np.array(list(errors))
    height, width = np.maximum(grid.texts.shape, cells.max(axis=0))
    if (height, width) != grid.texts.shape:
        texts = np.full((height, width), "", dtype=object, order="F")
        texts[: grid.texts.shape[0], : grid.texts.shape[1]] = grid.texts
        grid.texts = texts
    for (row, column), text in errors.items():
        grid.texts[row - 1, column - 1] = text


def _not_dates(grid: Grid, facts: SheetFacts | None, date_system: str) -> dict[tuple[int, int], str]:
    """Cells shown as dates whose numbers are none, with what to say of each; their texts become what is stored or shown.

    Calamine gives a negative number as a clock time, and day 60 of the 1900 system as the day before it.
    """
    found: dict[tuple[int, int], str] = {}
    for cell, number in (facts.undatable if facts else {}).items():
        row, column = cell[0] - 1, cell[1] - 1
        text = str(grid.texts[row, column])
        if number.startswith("-") and not text.startswith("-"):  # a length of time may be negative
            grid.texts[row, column] = number_text(float(number))
            found[cell] = "the cell's number is negative, which no date or time is; the number is read"
        elif date_system == "1900" and text.startswith("1900-02-28"):
            grid.texts[row, column] = text.replace("1900-02-28", "1900-02-29")
            found[cell] = "the cell shows 29 February 1900, a day that spreadsheets count and that never was"
    for cell in grid.dayless if facts else ():
        message = "the cell is shown as a date and its number is below 1, often a formula that points to an empty cell"
        found.setdefault(cell, message)
    grid.early = [cell for cell in grid.early if cell not in found]
    shown = FIRST_YEAR_SHOWN.get(date_system, "19")
    grid.numbered = [
        (row, column) for row, column in grid.numbered if grid.texts[row - 1, column - 1].startswith(shown)
    ]
    return found


def _one_based(
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]],
) -> tuple[tuple[int, int, int, int], ...]:
    return tuple(sorted((first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1) for first, last in ranges))


def _hidden_findings(sheet: RawSheet) -> Iterator[Finding]:
    """Hidden columns one by one, hidden rows by unbroken runs; only those that hold something."""
    for column in sorted(sheet.hidden_columns):
        if (sheet.grid[:, column - 1] != "").any():
            message = f"column {column_letters(column)} is hidden; it is read anyway"
            yield _note(HIDDEN_COLUMN, Source(sheet.file, sheet.sheet, column=column), message)
    hidden = np.array(sorted(sheet.hidden_rows), dtype=int)
    filled = hidden[(sheet.grid[hidden - 1] != "").any(axis=1)] if len(hidden) else hidden
    breaks = [0, *(np.flatnonzero(np.diff(filled) > 1) + 1), len(filled)] if len(filled) else []
    for start, stop in pairwise(breaks):
        first, last = int(filled[start]), int(filled[stop - 1])
        rows = f"row {first} is" if first == last else f"rows {first} to {last} are"
        yield _note(HIDDEN_ROW, Source(sheet.file, sheet.sheet, first), f"{rows} hidden; read anyway")


def _cell_findings(
    source: Source, grid: Grid, facts: SheetFacts | None, not_dates: Mapping[tuple[int, int], str]
) -> Iterator[Finding]:
    """No finding quotes a date: its column may turn out to identify a person."""
    if facts is None and grid.has_dates:
        message = "dates are taken as exact to the day: this kind of file does not say how they are shown"
        yield _note(PRECISION_ASSUMED, source, message)
    for cell, text in (facts.errors if facts else {}).items():
        message = f'the cell holds the error "{text}" and no value'
        yield _warning(ERROR_CELL, source, cell, message, typed=text)
    for cell in facts.uncached if facts else ():
        message = "a formula without its result: open the file in a spreadsheet program and save it"
        yield _warning(FORMULA_WITHOUT_VALUE, source, cell, message)
    for cell in grid.numbered:
        message = "the number of this date is that of a year: a year may have been typed into a cell that shows dates"
        yield _warning(YEAR_IN_DATE_CELL, source, cell, message)
    for cell in grid.early:
        message = "a date before 1 March 1900, where spreadsheets count a day that never was: it may be one day off"
        yield _warning(DATE_BEFORE_MARCH_1900, source, cell, message)
    for cell, message in not_dates.items():
        yield _warning(DATE_CELL_WITHOUT_DATE, source, cell, message)
    for cell in grid.yearless:
        message = "the date is shown without its year, which the program may have added; the stored year is read"
        yield _warning(YEAR_NOT_SHOWN, source, cell, message)


def _note(rule: str, source: Source, message: str) -> Finding:
    return Finding(rule, "note", message, source=str(source))


def _warning(rule: str, source: Source, cell: tuple[int, int], message: str, typed: str = "") -> Finding:
    place = Source(source.file, source.sheet, *cell)
    return Finding(rule, "warning", message, source=str(place), value=typed, typed=typed)
