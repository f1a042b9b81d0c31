"""The query workbook of a site: its questions on the sheet Queries, and behind it the rows that they are about.

It may show what identifies patients, because it goes to their own hospital and nowhere else. Sheets are written row by row, so
that a large sheet needs no more memory than it took to read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from hcc_sdtm.outputs.cells import safe_text
from hcc_sdtm.outputs.queries.cell_style import (
    ANSWER_FILL,
    HEADER_FILL,
    SEVERITY_FILLS,
    body_font,
    make_cell,
    row_height,
)
from hcc_sdtm.outputs.queries.own_sheet import OwnSheet, add_own_sheet, own_sheets
from hcc_sdtm.outputs.queries.query_line import QueryLine, mark_cells
from hcc_sdtm.outputs.queries.site_files import SiteFolder
from hcc_sdtm.outputs.queries.words import COLUMNS, FILLED_IN, Words, machine_name
from hcc_sdtm.outputs.workbook import write_workbook

QUERIES = "Queries"
MACHINE_ROW, HEADER_ROW = 3, 4
_WIDTHS = {
    "number": 11, "file": 16, "sheet": 12, "cell": 8, "subject": 15, "seen": 36, "matters": 32, "endpoints": 34,
    "expected": 30, "state": 12, "answer": 15, "new_value": 18, "comment": 24, "answered_by": 13, "answered": 12, "key": 10,
}  # fmt: skip


def write_site_workbook(
    path: Path, study: str, folder: SiteFolder, lines: Sequence[QueryLine], words: Words, timestamp: datetime
) -> None:
    """Writes the workbook of a site; the same questions on the same files give the same bytes."""
    workbook = Workbook(write_only=True)
    sheets = own_sheets(folder, (cell for line in lines for cell in line.cells), QUERIES)
    _add_queries(workbook, study, folder.site, lines, sheets, words)
    marks = mark_cells(lines, words)
    for (file, name), own in sheets.items():
        sheet = next(each for each in folder.sheets(file) if each.sheet == name)
        add_own_sheet(workbook, sheet, own, marks, words)
    write_workbook(path, workbook, timestamp)


def _add_queries(
    workbook: Workbook,
    study: str,
    site: str,
    lines: Sequence[QueryLine],
    sheets: Mapping[tuple[str, str], OwnSheet],
    words: Words,
) -> None:
    sheet = workbook.create_sheet(QUERIES)
    last = get_column_letter(len(COLUMNS) - 1)
    sheet.freeze_panes = f"B{HEADER_ROW + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + len(lines)}"
    for number, name in enumerate(COLUMNS, start=1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = _WIDTHS[name]
        dimension.hidden = name == "key"
    answer = get_column_letter(COLUMNS.index("answer") + 1)
    choices = DataValidation("list", formula1=f'"{",".join(words.answers)}"', allow_blank=True)
    choices.error, choices.showErrorMessage = words.invalid, True
    choices.add(f"{answer}{HEADER_ROW + 1}:{answer}{HEADER_ROW + max(len(lines), 1)}")
    sheet.data_validations.append(choices)
    wide = sum(width for name, width in _WIDTHS.items() if name != "key")
    for row in (1, 2):
        sheet.merged_cells.add(f"A{row}:{last}{row}")
    sheet.row_dimensions[1].height = 24
    sheet.row_dimensions[2].height = row_height([(words.instructions, wide * 0.9)])
    sheet.row_dimensions[MACHINE_ROW].hidden = True
    title = words.title.format(study=study, site=site)
    sheet.append([make_cell(sheet, title, body_font(words.font, bold=True))])
    sheet.append([make_cell(sheet, words.instructions, body_font(words.font), wrap=True)])
    sheet.append([machine_name(study, name) for name in COLUMNS])
    white = body_font(words.font, bold=True, color="FFFFFF")
    sheet.append([make_cell(sheet, heading, white, HEADER_FILL, wrap=True) for heading in words.headings])
    font, link = body_font(words.font), body_font(words.font, color="0563C1", is_link=True)
    for position, line in enumerate(lines, start=HEADER_ROW + 1):
        texts = {name: safe_text(line.texts.get(name, "")) for name in COLUMNS}
        sheet.row_dimensions[position].height = row_height([(texts[name], _WIDTHS[name]) for name in COLUMNS[:-1]])
        cells = [make_cell(sheet, texts[name], font, _fill(name, line), wrap=True, border=True) for name in COLUMNS]
        own = sheets[line.cells[0].file, line.cells[0].sheet]
        at = COLUMNS.index("cell")
        cells[at].font = link
        cells[at].hyperlink = Hyperlink(
            ref=f"{get_column_letter(at + 1)}{position}", location=own.target(line.cells[0])
        )
        sheet.append(cells)


def _fill(name: str, line: QueryLine) -> PatternFill | None:
    if name == "number":
        return SEVERITY_FILLS[line.severity]
    return ANSWER_FILL if name in FILLED_IN else None
