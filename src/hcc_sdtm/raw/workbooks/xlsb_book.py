"""Sheets of an xlsb file (MS-XLSB): the parts of an xlsx file as binary records.

Threaded comments and the filters of tables are not looked for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from hcc_sdtm.raw.grid import Grid, build_sparse_grid
from hcc_sdtm.raw.workbooks.package import Package, refusing
from hcc_sdtm.raw.workbooks.package_limits import MAX_PARSED_BYTES
from hcc_sdtm.raw.workbooks.serial_value import Value
from hcc_sdtm.raw.workbooks.sheet_facts import Cell, CellStyle, SheetFacts
from hcc_sdtm.raw.workbooks.xlsb_records import ERROR_CODES, Runs, packed_number, read_records, rich_string, wide_string
from hcc_sdtm.raw.workbooks.xlsb_styles import Styles, read_styles

_WORKBOOK_PROPERTIES, _SHEET = 153, 156
_ROW, _COLUMNS, _MERGED, _FILTER, _FILTER_COLUMN, _TEXT_ITEM = 0, 60, 176, 161, 163, 19
_COMMENT, _COMMENT_TEXT = 635, 637
_BLANK, _PACKED, _ERROR, _BOOLEAN, _NUMBER, _TEXT, _SHARED, _RICH = 1, 2, 3, 4, 5, 6, 7, 62
_RESULTS = {8: _TEXT, 9: _NUMBER, 10: _BOOLEAN, 11: _ERROR}
_SHORT = range(12, 19)
"""Cells that stand right of the one before them and do not name their column."""

_HIDDEN_ROW, _GROUP_LEVEL = 0x10, 0x07
_MAX_COLUMN = 16_384
_SHEET_STATES = {0: "", 1: "hidden", 2: "very hidden"}
_PLACE = struct.Struct("<I")
_STYLE = struct.Struct("<I")
_DOUBLE = struct.Struct("<d")
_RANGE = struct.Struct("<4I")


class XlsbBook:
    """An open xlsb file (see `Book`)."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Open the file until ``stack`` is closed. Raises UnreadableError."""
        with refusing():
            self._package = Package(path, stack)
            workbook = [*self._package.related("", "officeDocument"), "xl/workbook.bin"][0]
            relations = self._package.relations(workbook)
            self.date_system = "1900"
            self._parts: dict[str, str] = {}
            self._hidden: dict[str, str] = {}
            for kind, content in self._records(workbook):
                if kind == _WORKBOOK_PROPERTIES:
                    self.date_system = "1904" if content[0] & 1 else "1900"
                elif kind == _SHEET:
                    link, end = wide_string(content, 8)
                    name = wide_string(content, end)[0]
                    word, part = relations.get(link, ("worksheet", ""))
                    if word == "worksheet":
                        self._parts[name] = part
                        self._hidden[name] = _SHEET_STATES.get(_PLACE.unpack_from(content)[0], "hidden")
            self.sheets = list(self._parts)
            parts = dict(relations.values())
            self._texts_part = parts.get("sharedStrings", "")
            self._styles = read_styles(self._records(parts["styles"])) if "styles" in parts else Styles()

    def read_sheet(self, name: str) -> tuple[Grid, SheetFacts]:
        """A sheet's cells as text, and what else is known of them. Raises UnreadableError, TooManyCellsError."""
        with refusing():
            part = self._parts[name]
            reader = _SheetReader(self._styles, self._texts, self.date_system)
            reader.facts.hidden = self._hidden[name]
            for kind, content in self._records(part):
                reader.take(kind, content)
            facts = reader.facts
            facts.sort_styled()
            facts.filter_rows(reader.filters)
            facts.comments = self._comments(part)
        return build_sparse_grid(reader.values, facts.usual, facts.styled), facts

    @cached_property
    def _texts(self) -> list[tuple[str, Runs]]:
        if not self._texts_part:
            return []
        return [rich_string(content, 0) for kind, content in self._records(self._texts_part) if kind == _TEXT_ITEM]

    def _comments(self, sheet: str) -> dict[Cell, str]:
        found: dict[Cell, str] = {}
        cell = (0, 0)
        for part in self._package.related(sheet, "comments"):
            for kind, content in self._records(part):
                if kind == _COMMENT:
                    row, _, column, _ = _RANGE.unpack_from(content, 4)
                    cell = (row + 1, column + 1)
                elif kind == _COMMENT_TEXT:
                    found[cell] = rich_string(content, 0)[0]
        return found

    def _records(self, part: str) -> Iterator[tuple[int, bytes]]:
        with self._package.open(part, MAX_PARSED_BYTES) as stream:
            yield from read_records(stream)


class _SheetReader:
    """Takes the records of a sheet's part in their order."""

    def __init__(self, styles: Styles, texts: list[tuple[str, Runs]], date_system: str) -> None:
        self.facts = SheetFacts()
        self.values: dict[int, dict[int, Value]] = {}
        self.filters: list[tuple[int, int]] = []
        self.styles = styles
        self.texts = texts
        self.date_system = date_system
        self.row = self.column = 0
        self.filter = (0, 0)

    def take(self, kind: int, content: bytes) -> None:
        if kind == _ROW:
            self._take_row(content)
        elif kind in _RESULTS or _BLANK <= kind <= _SHARED or kind == _RICH:
            self.column = _PLACE.unpack_from(content)[0] + 1
            self._take_cell(_RESULTS.get(kind, kind), content, 4)
        elif kind in _SHORT:
            self.column += 1
            self._take_cell(kind - _SHORT.start + _BLANK, content, 0)
        elif kind == _COLUMNS:
            first, last = struct.unpack_from("<II", content)
            if content[16] & 1:
                self.facts.hidden_columns.update(range(first + 1, min(last + 1, _MAX_COLUMN) + 1))
        elif kind == _MERGED:
            top, bottom, left, right = _RANGE.unpack_from(content)
            self.facts.merged.append((top + 1, left + 1, bottom + 1, right + 1))
        elif kind == _FILTER:
            first, last = struct.unpack_from("<II", content)
            self.filter = (first + 1, last + 1)
        elif kind == _FILTER_COLUMN:
            self.filters.append(self.filter)

    def _take_row(self, content: bytes) -> None:
        self.row, self.column = _PLACE.unpack_from(content)[0] + 1, 0
        if content[11] & _HIDDEN_ROW:
            self.facts.hidden_rows.add(self.row)
            if content[11] & _GROUP_LEVEL:
                self.facts.grouped_rows.add(self.row)

    def _take_cell(self, kind: int, content: bytes, at: int) -> None:
        if kind == _BLANK:
            return
        number = _STYLE.unpack_from(content, at)[0] & 0xFFFFFF
        style = self.styles.cells[number] if number < len(self.styles.cells) else CellStyle()
        cell, at = (self.row, self.column), at + 4
        cells = self.values.setdefault(self.row, {})
        if kind in (_PACKED, _NUMBER):
            value = packed_number(content, at) if kind == _PACKED else _DOUBLE.unpack_from(content, at)[0]
            cells[self.column] = self.facts.add_number(cell, value, style, self.date_system)
            return
        self.facts.add_look(cell, style)
        if kind == _ERROR:
            self.facts.errors[cell] = ERROR_CODES.get(content[at], f"error {content[at]}")
        elif kind == _BOOLEAN:
            cells[self.column] = bool(content[at])
        elif kind == _TEXT:
            cells[self.column] = wide_string(content, at)[0]
        else:
            text, runs = rich_string(content, at) if kind == _RICH else self.texts[_PLACE.unpack_from(content, at)[0]]
            cells[self.column] = text
            fonts = self.styles.struck_fonts
            self.facts.add_runs(cell, text, [(start, font < len(fonts) and fonts[font]) for start, font in runs], style)
