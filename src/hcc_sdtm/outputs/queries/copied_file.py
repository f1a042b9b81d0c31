"""A copy of a site's own file with the cells coloured and commented that are asked about, and nothing else changed.

A workbook in the xlsx format is opened and saved again: what openpyxl does not know (some shapes, pivot tables) is lost. Every
other file becomes a workbook of its texts as typed, and a sheet says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import MergedCell, WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from hcc_sdtm.outputs.cells import safe_text
from hcc_sdtm.outputs.queries.cell_style import SEVERITY_FILLS, WRAPPED, body_font, make_comment, sheet_title
from hcc_sdtm.outputs.queries.site_files import SiteFolder
from hcc_sdtm.outputs.queries.words import Words
from hcc_sdtm.outputs.workbook import write_workbook
from hcc_sdtm.raw.archive import open_member
from hcc_sdtm.source import Source

MACRO_ENDING = ".xlsm"
WORKBOOK_ENDINGS = (".xlsx", MACRO_ENDING)
NOTE = "Note"
_NOT_IN_NAMES = re.compile(r"[^\w. ()-]")
_UNREADABLE = (
    BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError,
)  # fmt: skip
"""What openpyxl raises for a workbook that other programs can read and it cannot."""


def file_stem(text: str) -> str:
    """The text as a part of a file's name on any system."""
    return _NOT_IN_NAMES.sub("_", text)


def copy_name(site: str, file: str) -> str:
    """The name of the copy: the site, the file's path, and an ending that fits what is in it."""
    path = PurePosixPath(file)
    stem = file_stem(str(path.with_suffix("")))
    own = "" if path.suffix.lower() in WORKBOOK_ENDINGS else path.suffix.replace(".", "_")
    ending = MACRO_ENDING if path.suffix.lower() == MACRO_ENDING else ".xlsx"
    return f"{file_stem(site)}_copy_{stem}{own}{ending}"


def write_copy(
    path: Path,
    folder: SiteFolder,
    file: str,
    marks: Mapping[Source, tuple[str, str]],
    words: Words,
    timestamp: datetime,
) -> None:
    """Writes the coloured copy of one file; ``marks`` has the severity and the comment of each cell."""
    if PurePosixPath(file).suffix.lower() in WORKBOOK_ENDINGS:
        with _on_disk(folder.raw, file) as original:
            workbook = _opened(original, file)
        if workbook is not None:
            _mark(workbook, file, marks)
            write_workbook(path, workbook, timestamp)
            return
    write_workbook(path, _as_texts(folder, file, marks, words), timestamp)


def _on_disk(raw: Path, file: str) -> AbstractContextManager[Path]:
    """The file, unpacked where it lies in an archive."""
    parts = PurePosixPath(file).parts
    for count in range(1, len(parts)):
        archive = raw.joinpath(*parts[:count])
        if archive.is_file():
            return open_member(archive, "/".join(parts[count:]), file)
    return nullcontext(raw / file)


def _opened(path: Path, file: str) -> Workbook | None:
    try:
        return load_workbook(path, keep_vba=file.lower().endswith(MACRO_ENDING), rich_text=True)
    except _UNREADABLE:
        return None


def _mark(workbook: Workbook, file: str, marks: Mapping[Source, tuple[str, str]]) -> None:
    for source, (severity, text) in marks.items():
        sheet = workbook[source.sheet] if source.file == file and source.sheet in workbook.sheetnames else None
        if not isinstance(sheet, Worksheet):
            continue
        cell = sheet.cell(source.row, source.column)
        if isinstance(cell, MergedCell):
            over = next(each for each in sheet.merged_cells.ranges if cell.coordinate in each)
            cell = sheet.cell(over.min_row, over.min_col)
        cell.fill = SEVERITY_FILLS[severity]
        cell.comment = make_comment(text, cell.comment.text if cell.comment else "")


def _as_texts(folder: SiteFolder, file: str, marks: Mapping[Source, tuple[str, str]], words: Words) -> Workbook:
    """A workbook of the file's texts, every cell at its own address, after a sheet that says what it is."""
    workbook = Workbook(write_only=True)
    taken = {NOTE.casefold()}
    note = workbook.create_sheet(NOTE)
    note.column_dimensions["A"].width = 90
    cell = WriteOnlyCell(note, safe_text(words.note.format(file=file)))
    cell.font, cell.alignment = body_font(words.font), WRAPPED
    note.append([cell])
    for sheet in folder.sheets(file):
        target = workbook.create_sheet(sheet_title(sheet.sheet or PurePosixPath(file).stem, taken))
        by_row: dict[int, dict[int, tuple[str, str]]] = {}
        for source, mark in marks.items():
            if (source.file, source.sheet) == (file, sheet.sheet):
                by_row.setdefault(source.row, {})[source.column] = mark
        for number, texts in enumerate(sheet.grid, start=1):
            row = [safe_text(text) or None for text in texts]
            marked = by_row.get(number, {})
            target.append(
                [_marked(target, text, marked.get(at)) for at, text in enumerate(row, start=1)] if marked else row
            )
    return workbook


def _marked(sheet: Worksheet, text: str | None, mark: tuple[str, str] | None) -> object:
    if mark is None:
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.fill = SEVERITY_FILLS[mark[0]]
    cell.comment = make_comment(mark[1])
    return cell
