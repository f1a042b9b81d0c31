"""A sheet of the site's own in its query workbook: header rows and the rows that are asked about, each with its number.

Rows are written one by one, so that a large sheet needs no more memory than it took to read it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from hcc_sdtm.outputs.cells import safe_text
from hcc_sdtm.outputs.queries.cell_style import (
    GREY_FILL,
    HEADER_FILL,
    SEVERITY_FILLS,
    body_font,
    make_cell,
    make_comment,
    row_height,
    sheet_title,
    text_width,
)
from hcc_sdtm.outputs.queries.site_files import SiteFolder
from hcc_sdtm.outputs.queries.words import Words
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.source import Source, column_letters

LETTERS_ROW = 1
"""The row of an own sheet with the letters of the site's columns."""

MAX_COLUMNS = 16_383
"""Columns of a sheet that a workbook can hold beside the row numbers."""

_NARROWEST, _WIDEST = 7.0, 26.0


@dataclass(frozen=True)
class OwnSheet:
    """A sheet of the site in the workbook: its title, its header rows, and all rows that are shown, in order."""

    file: str
    sheet: str
    title: str
    header: tuple[int, ...]
    rows: tuple[int, ...]

    def position(self, row: int) -> int:
        """The row of the workbook's sheet that has a row of the site's."""
        return LETTERS_ROW + 1 + bisect_left(self.rows, row)

    def target(self, cell: Source) -> str:
        """Where the workbook has a cell of the sheet: ``'入组'!D3``."""
        return f"'{self.title}'!{column_letters(cell.column + 1)}{self.position(cell.row)}"


def own_sheets(folder: SiteFolder, cells: Iterable[Source], reserved: str) -> dict[tuple[str, str], OwnSheet]:
    """The sheets with cells that are asked about, in order of file and sheet; no title is the ``reserved`` one."""
    rows: dict[tuple[str, str], set[int]] = {}
    for cell in cells:
        rows.setdefault((cell.file, cell.sheet), set()).add(cell.row)
    taken = {reserved.casefold()}
    sheets = {}
    for (file, sheet), concerned in sorted(rows.items()):
        header = folder.header_rows(file, sheet)
        title = sheet_title(sheet or PurePosixPath(file).stem, taken)
        shown = tuple(sorted(concerned | set(header)))
        sheets[file, sheet] = OwnSheet(file, sheet, title, tuple(header), shown)
    return sheets


def add_own_sheet(
    workbook: Workbook, sheet: RawSheet, own: OwnSheet, marks: Mapping[Source, tuple[str, str]], words: Words
) -> None:
    """The rows as typed, each with its number in the site's file; the first row has the letters of the site's columns."""
    target = workbook.create_sheet(own.title)
    marked = {
        (cell.row, cell.column): mark
        for cell, mark in marks.items()
        if (cell.file, cell.sheet) == (own.file, own.sheet)
    }
    width = min(max(sheet.grid.shape[1], *(column for _, column in marked)), MAX_COLUMNS)
    header = _header_texts(sheet, own.header)
    widths = _widths(sheet, own, header, width)
    leading = sum(1 for row in own.rows if own.header and row <= max(own.header))
    target.freeze_panes = f"B{LETTERS_ROW + 1 + leading}"
    target.page_setup.orientation = "landscape"
    target.column_dimensions["A"].width = 7
    for column, wide in enumerate(widths, start=2):
        target.column_dimensions[get_column_letter(column)].width = wide
    grey, white = body_font(words.font, color="7F7F7F"), body_font(words.font, bold=True, color="FFFFFF")
    font = body_font(words.font)
    for row in own.header:
        columns = [(str(text), wide) for text, wide in zip(header[row], widths, strict=False)]
        target.row_dimensions[own.position(row)].height = row_height(columns)
    letters = [words.row, *(column_letters(column) for column in range(1, width + 1))]
    target.append([make_cell(target, text, grey, GREY_FILL) for text in letters])
    for row in own.rows:
        is_header = row in own.header
        texts = list(header[row] if is_header else _row_texts(sheet, row))[:width]
        texts += [""] * (width - len(texts))
        style = white if is_header else font
        cells = [
            _body_cell(target, text, marked.get((row, column)), style, is_header)
            for column, text in enumerate(texts, start=1)
        ]
        target.append([make_cell(target, row, grey, GREY_FILL), *cells])


def _body_cell(sheet: Any, text: str, mark: tuple[str, str] | None, font: Font, is_header: bool) -> Cell | str | None:
    """The cell, styled where it is a header or asked about: most are neither, and a plain text is written in half the time."""
    if mark is None and not is_header:
        return safe_text(text) or None
    if mark is None:
        return make_cell(sheet, safe_text(text), font, HEADER_FILL, wrap=True)
    dark = Font(name=font.name, size=font.size, bold=font.bold)
    cell = make_cell(sheet, safe_text(text), dark, SEVERITY_FILLS[mark[0]], wrap=is_header, border=True)
    cell.comment = make_comment(mark[1])
    return cell


def _row_texts(sheet: RawSheet, row: int) -> np.ndarray:
    """The texts of a 1-based row; empty where the sheet has no such row."""
    return sheet.grid[row - 1] if row <= sheet.grid.shape[0] else np.full(sheet.grid.shape[1], "", dtype=object)


def _header_texts(sheet: RawSheet, rows: Sequence[int]) -> dict[int, np.ndarray]:
    """The texts of the header rows, a merged one in each of its columns, so that a column is told wherever one looks."""
    texts = {row: _row_texts(sheet, row).copy() for row in rows}
    for top, left, bottom, right in sheet.merged:
        for row in range(top, bottom + 1):
            if row in texts and top <= sheet.grid.shape[0]:
                texts[row][left - 1 : right] = sheet.grid[top - 1, left - 1]
    return texts


def _widths(sheet: RawSheet, own: OwnSheet, header: Mapping[int, np.ndarray], width: int) -> list[float]:
    """Width of each column: that of its longest text, within limits; a header may wrap."""
    widths = [_NARROWEST] * width
    for row in own.rows:
        texts, share = (header[row], 0.6) if row in header else (_row_texts(sheet, row), 1.1)
        for at, text in enumerate(texts[:width]):
            if text:
                widths[at] = max(widths[at], min(text_width(str(text)) * share + 1, _WIDEST))
    return widths
