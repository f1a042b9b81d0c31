"""Workbooks to sheets of text: xlsx, xlsm, xls, xlsb, ods and the XML of Excel 2003.

The kind is told by the content, whatever the file is named: programs write one kind under the name of another.
"""

from __future__ import annotations

import mmap
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.grid import Grid, TooManyCellsError, number_text
from hcc_sdtm.raw.limits import MAX_FILE_BYTES
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.raw.workbooks.book import Book
from hcc_sdtm.raw.workbooks.ods_book import OdsBook
from hcc_sdtm.raw.workbooks.package_limits import PROTECTED, UnreadableError
from hcc_sdtm.raw.workbooks.sheet_facts import Cell, SheetFacts
from hcc_sdtm.raw.workbooks.sheet_findings import sheet_findings
from hcc_sdtm.raw.workbooks.xls_book import XlsBook
from hcc_sdtm.raw.workbooks.xlsb_book import XlsbBook
from hcc_sdtm.raw.workbooks.xlsx_book import XlsxBook
from hcc_sdtm.raw.workbooks.xml_book import XmlBook
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.source import Source

KIND_NOT_AS_NAMED = "RAW-028 raw.kind-not-as-named"

MAX_SHEETS = 10_000
"""Sheets in one workbook: a sheet for each patient makes some hundreds."""

FIRST_YEAR_SHOWN = {"1900": "1905", "1904": "1909"}
"""The year of the dates that a typed year becomes, by date system."""

_BOOKS: dict[str, Callable[[Path, ExitStack], Book]] = {
    "xlsx": XlsxBook,
    "xlsb": XlsbBook,
    "xls": XlsBook,
    "ods": OdsBook,
    "xml": XmlBook,
}
_NAMES = {"xlsx": "an xlsx", "xlsb": "an xlsb", "xls": "an xls", "ods": "an ods", "xml": "an Excel 2003 XML"}
_KINDS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xlsb": "xlsb", ".xls": "xls", ".ods": "ods"}
_STREAMS = [name.encode("utf-16-le") for name in ("EncryptedPackage", "Workbook")]
"""Names of what a locked workbook holds, and what every other one holds."""


def read_workbook(path: Path, name: str) -> tuple[list[RawSheet], pd.DataFrame]:
    """Sheets of a workbook in its order, hidden ones too, and what was found in reading them.

    Findings: RAW-001 to 005, 007, 008, 012, 013 and 025 to 029. Raises StudyError for a file that cannot be read or a
    sheet that spans more cells than it is worth.
    """
    sheets: list[RawSheet] = []
    findings: list[Finding] = []
    ending = PurePosixPath(name).suffix.lower()
    try:
        kind = find_kind(path)
        if kind != _KINDS.get(ending, kind):
            message = (
                f'the file is {_NAMES[kind]} workbook although its name ends in "{ending}"; it is read as what it is'
            )
            findings.append(Finding(KIND_NOT_AS_NAMED, "note", message, source=str(Source(name))))
        with ExitStack() as stack:
            book = _BOOKS[kind](path, stack)
            _check_sheets(book.sheets)
            for sheet_name in book.sheets:
                sheet, found = _read_sheet(book, Source(name, sheet_name))
                sheets.append(sheet)
                findings += found
    except UnreadableError as failure:
        reason = " ".join(str(failure).split())  # a sheet's name may hold line ends
        message = f"cannot be read as a {ending} workbook: {reason}"
        raise StudyError([Problem(Source(name), message)]) from failure
    return sheets, findings_frame(findings)


def find_kind(path: Path) -> str:
    """``xlsx``, ``xlsb``, ``ods``, ``xml`` or ``xls`` (also for what cannot be told), by the content of the file.

    Raises UnreadableError for a file that is too large, locked with a password, or an archive of something else.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableError(f"it is larger than {MAX_FILE_BYTES:,} bytes; split it into several files")
        with path.open("rb") as file:
            start = file.read(64)
            if start.startswith(b"\xd0\xcf\x11\xe0") and [_holds(file, sign) for sign in _STREAMS] == [True, False]:
                raise UnreadableError(PROTECTED)
        if not start.startswith(b"PK"):
            return "xml" if _starts_a_tag(start) else "xls"
        with zipfile.ZipFile(path) as package:
            names = {name.replace("\\", "/").casefold() for name in package.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as failure:
        raise UnreadableError("it is cut off or damaged; ask for it again") from failure
    except OSError as failure:
        raise UnreadableError(f"{failure.strerror or failure}") from failure
    if "content.xml" in names:
        return "ods"
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if any(name.endswith(".rels") for name in names):
        return "xlsx"
    raise UnreadableError("it is an archive without a workbook in it; see whether it is the right file")


def _starts_a_tag(start: bytes) -> bool:
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def _holds(file: BinaryIO, sign: bytes) -> bool:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(sign) >= 0


def _check_sheets(names: list[str]) -> None:
    if len(names) > MAX_SHEETS:
        message = f"it has {len(names):,} sheets, and no more than {MAX_SHEETS:,} are read; split it into several files"
        raise UnreadableError(message)
    name, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise UnreadableError(f'it has several sheets named "{name}"; give each its own name')


def _read_sheet(book: Book, source: Source) -> tuple[RawSheet, list[Finding]]:
    try:
        grid, facts = book.read_sheet(source.sheet)
    except TooManyCellsError as failure:
        raise StudyError([Problem(source, f"the sheet is too large: {failure}")]) from failure
    if facts.errors:
        _fill_errors(grid, facts.errors)
    not_dates = _not_dates(grid, facts, book.date_system)
    height, width = grid.texts.shape
    sheet = RawSheet(
        source.file,
        source.sheet,
        grid.texts,
        tuple(sorted(facts.merged)),
        frozenset(row for row in facts.hidden_rows if row <= height),
        frozenset(column for column in facts.hidden_columns if column <= width),
        facts.comments,
        book.date_system,
        frozenset(
            cell
            for cell in facts.struck
            if cell[0] <= height and cell[1] <= width and grid.texts[cell[0] - 1, cell[1] - 1]
        ),
    )
    return sheet, list(sheet_findings(sheet, grid, facts, not_dates))


def _fill_errors(grid: Grid, errors: dict[Cell, str]) -> None:
    """Texts of error cells, which the grid has as empty, or leaves out at the edges."""
    cells = np.array(list(errors))
    height, width = np.maximum(grid.texts.shape, cells.max(axis=0))
    if (height, width) != grid.texts.shape:
        texts = repeat_text("", (height, width), order="F")
        texts[: grid.texts.shape[0], : grid.texts.shape[1]] = grid.texts
        grid.texts = texts
    for (row, column), text in errors.items():
        grid.texts[row - 1, column - 1] = text


def _not_dates(grid: Grid, facts: SheetFacts, date_system: str) -> dict[Cell, str]:
    """Cells shown as dates whose numbers are none, with what to say of each; their texts become what is stored or shown.

    A negative number may have become a clock time, and day 60 of the 1900 system the day before it.
    """
    found: dict[Cell, str] = {}
    for cell, number in facts.undatable.items():
        row, column = cell[0] - 1, cell[1] - 1
        text = str(grid.texts[row, column])
        if number.startswith("-"):
            grid.texts[row, column] = number_text(float(number))
            found[cell] = "the cell's number is negative, which no date or time is; the number is read"
        elif date_system == "1900" and text.startswith("1900-02-28"):
            grid.texts[row, column] = text.replace("1900-02-28", "1900-02-29")
            found[cell] = "the cell shows 29 February 1900, a day that spreadsheets count and that never was"
    for cell in grid.dayless:
        message = "the cell is shown as a date and its number is below 1, often a formula that points to an empty cell"
        found.setdefault(cell, message)
    grid.early = [cell for cell in grid.early if cell not in found]
    shown = FIRST_YEAR_SHOWN.get(date_system, "19")
    grid.numbered = [
        (row, column) for row, column in grid.numbered if grid.texts[row - 1, column - 1].startswith(shown)
    ]
    return found
