"""Excel workbooks whose bytes depend on their content only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.writer.excel import ExcelWriter

HEADER_FILL = PatternFill("solid", fgColor="1F3A5F")
BODY_FONT = Font(name="Calibri", size=11)
HEADER_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
LINE_POINTS = 15.0
TOP = Alignment(vertical="top")
INDENTED = Alignment(vertical="top", indent=2)
WRAPPED = Alignment(vertical="top", wrap_text=True)


class _PinnedZip(ZipFile):
    """A zip file whose members all carry the first time a zip can hold, and so no clock."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any) -> None:
        super().writestr(_pinned(str(zinfo_or_arcname)), data, ZIP_DEFLATED, 6)

    def write(self, filename: Any, arcname: Any = None, *_: Any) -> None:
        with (
            Path(filename).open("rb") as source,
            self.open(_pinned(str(arcname)), "w", force_zip64=True) as member,
        ):
            while block := source.read(1 << 20):
                member.write(block)


def _pinned(name: str) -> ZipInfo:
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def write_workbook(path: Path, workbook: Workbook, timestamp: datetime) -> None:
    """Saves the workbook; its times are the timestamp and not the clock's."""
    workbook.properties.creator = "hcc-sdtm"
    workbook.properties.created = workbook.properties.modified = timestamp.replace(tzinfo=None)
    with _PinnedZip(path, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(workbook, archive).save()


def add_sheet(
    workbook: Workbook,
    title: str,
    widths: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[Any]],
    wrapped: Collection[str] = (),
    levels: Sequence[int] = (),
) -> None:
    """Adds a table to a write-only workbook: header frozen, filter set, the columns named in ``wrapped`` wrapped.

    ``widths`` gives each column's header and width; ``levels``, where given, each row's: a row of level 1 belongs to the last
    row of level 0 above it, is indented, and can be folded away under it. Text must have gone through
    `hcc_sdtm.outputs.cells` before.
    """
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0  # as many pages down as it takes, one across
    sheet.sheet_properties.outlinePr.summaryBelow = False  # what is folded away stands below its lead
    last = get_column_letter(len(widths))
    sheet.auto_filter.ref = f"A1:{last}{len(rows) + 1}"
    for position, (_, width) in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.append([_cell(sheet, name, WRAPPED, HEADER_FONT, HEADER_FILL) for name, _ in widths])
    # One cell a column, filled anew for each row: append writes at once, and making a styled cell takes longer than that.
    cells = [_cell(sheet, None, WRAPPED if name in wrapped else TOP, BODY_FONT) for name, _ in widths]
    below = [_cell(sheet, None, INDENTED, BODY_FONT) if at == 0 else cell for at, cell in enumerate(cells)]
    wraps = [(index, width) for index, (name, width) in enumerate(widths) if name in wrapped]
    for number, row in enumerate(rows, start=2):
        is_below = bool(levels) and levels[number - 2] > 0
        if is_below:
            sheet.row_dimensions[number].outlineLevel = levels[number - 2]
        filled = below if is_below else cells
        for cell, value in zip(filled, row, strict=True):
            if value is not None:
                cell.value = value
        lines = max((_lines(str(row[index] or ""), width) for index, width in wraps), default=1)
        if lines > 1:
            sheet.row_dimensions[number].height = lines * LINE_POINTS
        sheet.append([None if value is None else cell for cell, value in zip(filled, row, strict=True)])


def _lines(text: str, width: float) -> int:
    """Lines that the text takes in a column of this width, about; spreadsheet programs do not all work it out."""
    # the mean of characters and UTF-8 bytes is 1 for a Latin letter and 2 for a Chinese character
    return sum(max(1, ceil((len(part) + len(part.encode())) / 2 / width)) for part in text.split("\n"))


def _cell(sheet: Any, value: Any, alignment: Alignment, font: Font, fill: PatternFill | None = None) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value)
    cell.alignment = alignment
    cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell
