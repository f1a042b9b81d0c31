"""Sheets of an xls file, by xlrd. It does not say which rows a filter hides, nor whether a formula was ever calculated."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import xlrd

from hcc_sdtm.raw.grid import Grid, build_sparse_grid
from hcc_sdtm.raw.number_format import BUILT_IN_FORMATS, parse_number_format, shows_nothing
from hcc_sdtm.raw.workbooks.package_limits import PROTECTED, UnreadableError
from hcc_sdtm.raw.workbooks.serial_value import Value
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle, SheetFacts
from hcc_sdtm.raw.workbooks.xlsx_styles import UNSEEN_COLOUR, UNSEEN_FORMAT

_MAX_BYTES = 2**27
"""All rows of a dozen full sheets; xlrd reads half a million cells a second."""

_HIDDEN = {0: "", 1: "hidden", 2: "very hidden"}
_NO_FILL, _SOLID_FILL = 0, 1
_WHITE = (255, 255, 255)


class XlsBook:
    """An open xls file (see `Book`)."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Open the file until ``stack`` is closed. Raises UnreadableError."""
        if path.stat().st_size > _MAX_BYTES:
            raise UnreadableError(f"an xls file of more than {_MAX_BYTES:,} bytes is not read; save it as .xlsx")
        with _guarded():
            self._book = xlrd.open_workbook(
                path, logfile=io.StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
            )
            stack.callback(self._book.release_resources)
            self.date_system = "1904" if self._book.datemode else "1900"
            self._style = cache(self._read_style)
            self.sheets = self._book.sheet_names()

    def read_sheet(self, name: str) -> tuple[Grid, SheetFacts]:
        """A sheet's cells as text, and what else is known of them. Raises UnreadableError, TooManyCellsError."""
        with _guarded():
            sheet = self._book.sheet_by_name(name)
            facts, values = SheetFacts(hidden=_HIDDEN.get(sheet.visibility, "hidden")), {}
            for row in range(sheet.nrows):
                cells = self._read_row(sheet, row, facts)
                if cells:
                    values[row + 1] = cells
            self._add_sheet_facts(sheet, facts)
            self._book.unload_sheet(name)
        return build_sparse_grid(values, facts.usual, facts.styled), facts

    def _read_row(self, sheet: xlrd.sheet.Sheet, row: int, facts: SheetFacts) -> dict[int, Value]:
        cells: dict[int, Value] = {}
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
                continue
            cell = (row + 1, column + 1)
            style = self._style(sheet.cell_xf_index(row, column))
            if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
                cells[column + 1] = facts.add_number(cell, value, style, self.date_system)
                continue
            facts.add_look(cell, style)
            if kind == xlrd.XL_CELL_ERROR:
                facts.errors[cell] = xlrd.error_text_from_code.get(value, f"error {value}")
            else:
                cells[column + 1] = bool(value) if kind == xlrd.XL_CELL_BOOLEAN else value
        return cells

    def _add_sheet_facts(self, sheet: xlrd.sheet.Sheet, facts: SheetFacts) -> None:
        for row, info in sheet.rowinfo_map.items():
            if info.hidden:
                facts.hidden_rows.add(row + 1)
                if info.outline_level:
                    facts.grouped_rows.add(row + 1)
        facts.hidden_columns.update(column + 1 for column, info in sheet.colinfo_map.items() if info.hidden)
        facts.comments = {(row + 1, column + 1): note.text for (row, column), note in sheet.cell_note_map.items()}
        # the last row and column of a range are the ones after it
        facts.merged = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
        for (row, column), runs in sheet.rich_text_runlist_map.items():
            style = self._style(sheet.cell_xf_index(row, column))
            struck = [(start, bool(self._book.font_list[font].struck_out)) for start, font in runs]
            facts.add_runs((row + 1, column + 1), sheet.cell_value(row, column), struck, style)

    def _read_style(self, number: int) -> CellStyle:
        style = self._book.xf_list[number]
        font = self._book.font_list[style.font_index]
        code = self._book.format_map[style.format_key].format_str or BUILT_IN_FORMATS.get(style.format_key, "General")
        fill = style.background
        background = {_NO_FILL: _WHITE, _SOLID_FILL: self._book.colour_map.get(fill.pattern_colour_index)}
        colour = self._book.colour_map.get(font.colour_index)
        is_same = colour is not None and colour == background.get(fill.fill_pattern)
        unseen = UNSEEN_FORMAT if shows_nothing(code) else UNSEEN_COLOUR if is_same else ""
        return CellStyle(parse_number_format(code), bool(font.struck_out), unseen)


@contextmanager
def _guarded() -> Iterator[None]:
    """Whatever xlrd raises for a bad file, as UnreadableError; it trusts the sizes and numbers that a file states."""
    try:
        yield
    except UnreadableError:
        raise
    except Exception as failure:
        if "encrypted" in str(failure):
            raise UnreadableError(PROTECTED) from failure
        if "BOF" in str(failure) or "find workbook" in str(failure):
            raise UnreadableError("there is no workbook in it; see whether it is the right file") from failure
        raise UnreadableError("it is cut off or damaged; ask for it again, saved as .xlsx") from failure
