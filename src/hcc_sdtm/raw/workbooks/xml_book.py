"""Sheets of a workbook in XML (SpreadsheetML of Excel 2002 and 2003), which programs write under the name of an xls file.

What its elements and attributes mean is said in Microsoft's XML Spreadsheet Reference. Namespace prefixes are not looked at:
the names of elements tell enough.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from hcc_sdtm.raw.grid import Grid, build_sparse_grid
from hcc_sdtm.raw.limits import MAX_FIELD_CHARACTERS
from hcc_sdtm.raw.number_format import parse_number_format
from hcc_sdtm.raw.text.encoding import find_encoding
from hcc_sdtm.raw.text.encoding_name import parse_encoding
from hcc_sdtm.raw.workbooks.package import refusing
from hcc_sdtm.raw.workbooks.package_limits import UnreadableError
from hcc_sdtm.raw.workbooks.serial_value import Value
from hcc_sdtm.raw.workbooks.sheet_facts import Cell, CellStyle, SheetFacts
from hcc_sdtm.raw.workbooks.xml_part import DECLARES
from hcc_sdtm.raw.workbooks.xml_styles import XmlStyles

_SAID_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.:-]+)""")
_DATE_TIME = parse_number_format("yyyy-mm-dd hh:mm:ss")
_TIME = parse_number_format("hh:mm:ss")
_SERIAL_STARTS = {"1900": dt.datetime(1899, 12, 30), "1904": dt.datetime(1904, 1, 1)}
_FIRST_MARCH_1900 = dt.datetime(1900, 3, 1)
_HIDDEN = {"SheetHidden": "hidden", "SheetVeryHidden": "very hidden"}
_STRUCK_ELEMENTS = frozenset({"S", "Strike", "Del"})


@dataclass
class _OpenCell:
    row: int
    column: int
    style: str
    has_formula: bool
    kind: str = ""
    parts: list[str] = field(default_factory=list)
    struck: list[bool] = field(default_factory=list)
    length: int = 0


@dataclass
class _Sheet:
    name: str
    facts: SheetFacts = field(default_factory=SheetFacts)
    values: dict[int, dict[int, Value]] = field(default_factory=dict)
    row: int = 0
    column: int = 0
    next_column: int = 1
    row_style: str = ""
    column_styles: dict[int, str] = field(default_factory=dict)


class XmlBook:
    """An open workbook in XML (see `Book`), read when it is opened."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Read all sheets. Raises UnreadableError."""
        self.date_system = "1900"
        self._styles = XmlStyles()
        self._read: list[_Sheet] = []
        self._open: list[str] = []
        self._cell: _OpenCell | None = None
        self._comment: list[str] = []
        self._visible: list[str] = []
        self._striking = 0
        with refusing():
            _parse(path, self._start, self._end, self._add)
        self.sheets = [sheet.name for sheet in self._read]

    def read_sheet(self, name: str) -> tuple[Grid, SheetFacts]:
        """A sheet's cells as text, and what else is known of them. Raises TooManyCellsError."""
        sheet = next(each for each in self._read if each.name == name)
        sheet.facts.sort_styled()
        return build_sparse_grid(sheet.values, sheet.facts.usual, sheet.facts.styled), sheet.facts

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        said = {_local(key): value for key, value in attributes.items()}
        self._open.append(name)
        if name == "Style":
            self._styles.begin(said)
        elif self._open[-2:-1] == ["Style"]:
            self._styles.add(name, said)
        elif name == "Date1904":
            self.date_system = "1904"
        elif name == "Worksheet":
            self._read.append(_Sheet(said.get("Name", "")))
        elif self._read:
            self._start_in_sheet(name, said, self._read[-1])

    def _start_in_sheet(self, name: str, said: dict[str, str], sheet: _Sheet) -> None:
        if name == "Column":
            first, sheet.column = _span(said, sheet.column)
            for column in range(first, min(sheet.column, 1 << 14) + 1):
                sheet.column_styles[column] = said.get("StyleID", "")
                if said.get("Hidden") == "1":
                    sheet.facts.hidden_columns.add(column)
        elif name == "Row":
            first, sheet.row = _span(said, sheet.row)
            sheet.next_column = 1
            sheet.row_style = said.get("StyleID", "")
            if said.get("Hidden") == "1":
                sheet.facts.hidden_rows.update(range(first, min(sheet.row, 1 << 20) + 1))
        elif name == "Cell":
            self._start_cell(said, sheet)
        elif name == "Data" and self._cell and "Comment" not in self._open:
            self._cell.kind = said.get("Type", "String")
        elif name == "Comment":
            self._comment.clear()
        elif name == "Visible":
            self._visible.clear()
        elif name in _STRUCK_ELEMENTS:
            self._striking += 1

    def _start_cell(self, said: dict[str, str], sheet: _Sheet) -> None:
        column = int(said.get("Index", sheet.next_column))
        across, down = int(said.get("MergeAcross", "0")), int(said.get("MergeDown", "0"))
        if min(column, sheet.row) < 1 or min(across, down) < 0:
            raise UnreadableError(
                "a cell has no place in its sheet; open it in a spreadsheet program and save it again"
            )
        sheet.next_column = column + 1 + across
        if across or down:
            sheet.facts.merged.append((sheet.row, column, sheet.row + down, column + across))
        style = said.get("StyleID") or sheet.row_style or sheet.column_styles.get(column, "")
        self._cell = _OpenCell(sheet.row, column, style, "Formula" in said)
        self._striking = 0

    def _end(self, name: str) -> None:
        name = _local(name)
        self._open.pop()
        if name == "Cell" and self._cell:
            self._end_cell(self._cell, self._read[-1])
            self._cell = None
        elif name == "Comment" and self._cell:
            self._read[-1].facts.comments[self._cell.row, self._cell.column] = "".join(self._comment)
        elif name == "Visible" and self._read:
            self._read[-1].facts.hidden = _HIDDEN.get("".join(self._visible).strip(), "")
        elif name in _STRUCK_ELEMENTS:
            self._striking = max(0, self._striking - 1)

    def _add(self, text: str) -> None:
        if "Comment" in self._open:
            self._comment.append(text)
        elif self._cell and "Data" in self._open:
            self._cell.parts.append(text)
            self._cell.length += len(text)
            if self._cell.length > MAX_FIELD_CHARACTERS:
                raise UnreadableError(f"a cell holds more than {MAX_FIELD_CHARACTERS:,} characters; it is no table")
            if text.strip():
                self._cell.struck.append(self._striking > 0)
        elif self._open[-1:] == ["Visible"]:
            self._visible.append(text)

    def _end_cell(self, cell: _OpenCell, sheet: _Sheet) -> None:
        address: Cell = (cell.row, cell.column)
        text = "".join(cell.parts)
        if not cell.kind or not text:
            if cell.has_formula:
                sheet.facts.uncached.append(address)
            return
        style = self._styles.cell_style(cell.style)
        if cell.kind == "Error":
            sheet.facts.errors[address] = text
            return
        sheet.values.setdefault(cell.row, {})[cell.column] = self._value(cell.kind, text, address, style, sheet.facts)
        if any(cell.struck):
            sheet.facts.struck[address] = all(cell.struck)

    def _value(self, kind: str, text: str, address: Cell, style: CellStyle, facts: SheetFacts) -> Value:
        if kind == "Number" and (number := _number(text)) is not None:
            return facts.add_number(address, number, style, self.date_system)
        if kind == "DateTime" and (number := _serial(text, self.date_system)) is not None:
            # a date without a date's format was still written as one
            usual = _DATE_TIME if number >= 1 else _TIME
            dated = style if style.shown.shows else CellStyle(usual, style.struck, style.unseen)
            return facts.add_number(address, number, dated, self.date_system)
        facts.add_look(address, style)
        return text.strip() == "1" if kind == "Boolean" else text


def _parse(
    path: Path,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    add: Callable[[str], None],
) -> None:
    content = path.read_bytes()
    encoding = _encoding(content)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = add
    if encoding not in ("utf-8", "utf-8-sig"):
        content = content.decode(encoding, "strict").lstrip("\ufeff").encode()
    parser.Parse(content.removeprefix(b"\xef\xbb\xbf").lstrip(), True)


def _encoding(content: bytes) -> str:
    said = _SAID_ENCODING.match(content)
    found = find_encoding(content)
    if said and found.evidence:
        return parse_encoding(said[1].decode("ascii"))
    if not found.encoding:
        raise UnreadableError("its bytes are no text; ask for it again")
    return found.encoding


def _span(said: dict[str, str], previous: int) -> tuple[int, int]:
    """First and last row or column of an element, after the ``previous`` one."""
    first = int(said.get("Index", previous + 1))
    last = first + int(said.get("Span", "0"))
    if not previous < first <= last:
        raise UnreadableError(
            "its rows or columns are not in order; open it in a spreadsheet program and save it again"
        )
    return first, last


def _refuse_doctype(*_: object) -> None:
    raise UnreadableError(DECLARES)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _serial(text: str, date_system: str) -> float | None:
    """The day number of a moment; before 1 March 1900 the 1900 system counts a day that never was."""
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        days = (moment - _SERIAL_STARTS[date_system]) / dt.timedelta(days=1)
    except (ValueError, TypeError):
        return None
    return days - 1 if date_system == "1900" and dt.datetime(1899, 12, 31) <= moment < _FIRST_MARCH_1900 else days
