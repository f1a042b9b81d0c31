"""What calamine does not say of an xlsx sheet's cells: formats, hidden rows and columns, errors, uncached formulas.

A sheet's part (ECMA-376 part 1, 18.3) is scanned as bytes while it is unpacked. A part that is not written in the
plain way (a namespace prefix, cells without an address, another encoding) goes through an XML parser instead, which
takes several times as long and finds the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from hcc_sdtm.raw.grid import StyledCells
from hcc_sdtm.raw.number_format import FULL, NumberFormat
from hcc_sdtm.source import column_number

_CHUNK_BYTES = 1 << 22
_ROOT = re.compile(rb"<worksheet[\s>]")
_FORMULA = rb"(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)"
_CELL = rb'<c r="([A-Z]+)([1-9][0-9]*)"'
_BEFORE_STYLE = rb'(?: (?:t|cm|vm|ph)="[^"]*")*'
_ERROR_CELL = re.compile(_CELL + rb'[^>]* t="e"[^>]*>\s*' + _FORMULA + rb"?\s*<v>([^<]+)</v>")
_UNCACHED_CELL = re.compile(_CELL + rb"([^>]*)>\s*" + _FORMULA + rb"\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_UNDATABLE = r"-[0-9.][0-9.eE+-]*|60(?:\.[0-9]*)?"
_UNDATABLE_TEXT = re.compile(_UNDATABLE)
_ROW_NUMBER = re.compile(rb'<row r="([0-9]+)"')
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]+)"[^>]* hidden="(?:1|true)"')
_HIDDEN_COLUMNS = re.compile(rb'<col\b(?=[^>]* hidden="(?:1|true)")[^>]*>')
_ATTRIBUTE = re.compile(r' (\w+)="(\d*)"')
_REFERENCE = re.compile(r"([A-Z]+)([1-9][0-9]*)")
_MAX_COLUMN = 16_384


@dataclass
class SheetFacts:
    """Facts about the cells of one sheet; rows and columns are 1-based.

    ``usual`` is the format of every date cell that is not among the ``styled`` ones, given by column.
    ``undatable`` are numbers under a date's or a time's format that may be no date: negative ones and 60, as they
    are stored. ``uncached`` cells hold a formula and no value. ``comments`` lie in another part. ``height`` and
    ``width`` reach the last cell.
    """

    usual: NumberFormat = FULL
    styled: dict[int, StyledCells] = field(default_factory=dict)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    undatable: dict[tuple[int, int], str] = field(default_factory=dict)
    uncached: list[tuple[int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    height: int = 0
    width: int = 0


def parse_reference(text: str) -> tuple[int, int]:
    """Row and column of a cell address such as ``C7``, both 1-based; (0, 0) when it is none."""
    match = _REFERENCE.fullmatch(text)
    return (int(match.group(2)), column_number(match.group(1))) if match else (0, 0)


def scan_sheet(stream: IO[bytes], formats: Sequence[NumberFormat]) -> SheetFacts | None:
    """Facts of a sheet's part, None when it is not written in the plain way; ``formats`` are by style number."""
    if formats and (formats[0].shows or formats[0].template):
        return None  # cells that name no style have this one, and a scan for styles would not see them
    facts = SheetFacts()
    letters: dict[bytes, int] = {}
    styled: dict[bytes, StyledCells] = {}
    wanted: dict[bytes, NumberFormat] = {}
    styled_cell = _ERROR_CELL
    undatable_cell = _undatable_cell(formats)
    for first, chunk in enumerate(_chunks(stream)):
        if first == 0:
            head, sign, cells = chunk.partition(b"<sheetData")
            if not sign or not _ROOT.search(head) or b"<!" in chunk:
                return None
            facts.hidden_columns = _hidden_columns(head)
            facts.usual = _usual_format(cells, formats)
            wanted = _wanted_formats(formats, facts.usual)
            styled_cell = re.compile(_CELL + _BEFORE_STYLE + b' s="(' + b"|".join(wanted) + b')"')
        else:
            cells = chunk
        rows = _ROW_NUMBER.findall(cells)
        if cells.count(b"<c") != cells.count(b'<c r="') or cells.count(b"<row") != len(rows):
            return None
        if any(b' s="' + number + b'"' in cells for number in wanted):
            for column, row, number in styled_cell.findall(cells):
                if column not in styled:
                    styled[column] = facts.styled.setdefault(_number(column, letters), StyledCells())
                styled[column].rows.append(int(row))
                styled[column].formats.append(wanted[number])
        if b' t="e"' in cells:
            for column, row, text in _ERROR_CELL.findall(cells):
                facts.errors[int(row), _number(column, letters)] = text.decode()
        for place in _occurrences(cells, b"<v>-", b"<v>60"):
            cell = undatable_cell.match(cells, cells.rfind(b"<c ", 0, place))
            if cell and b' t="' not in cell["rest"].replace(b' t="n"', b""):
                facts.undatable[int(cell[2]), _number(cell[1], letters)] = cell["number"].decode()
        if b"<f" in cells:
            facts.uncached += [
                (int(row), _number(column, letters))
                for column, row, rest in _UNCACHED_CELL.findall(cells)
                if b' t="str"' not in rest
            ]
        if b' hidden="' in cells:
            facts.hidden_rows.update(map(int, _HIDDEN_ROW.findall(cells)))
        facts.height = max(facts.height, max(map(int, rows), default=0))
        facts.width = max(facts.width, max((_number(name, letters) for name in _last_columns(cells)), default=0))
    return facts


def parse_sheet(stream: IO[bytes], formats: Sequence[NumberFormat]) -> SheetFacts:
    """Facts of a sheet's part, however it is written; height and width reach the last cell that holds something.

    Raises expat.ExpatError when it is not XML.
    """
    reader = _SheetParser(formats)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.buffer_text = True
    parser.ParseFile(stream)
    for cells in reader.facts.styled.values():
        if any(later < row for row, later in zip(cells.rows, cells.rows[1:], strict=False)):
            order = sorted(range(len(cells.rows)), key=cells.rows.__getitem__)
            cells.rows = [cells.rows[position] for position in order]
            cells.formats = [cells.formats[position] for position in order]
    return reader.facts


class _SheetParser:
    """Handlers of an XML parser; only what lies inside sheetData, and the column list, is looked at."""

    def __init__(self, formats: Sequence[NumberFormat]) -> None:
        self.facts = SheetFacts()
        self.wanted = _wanted_formats(formats, FULL)
        self.date_styles = frozenset(str(number) for number, shown in enumerate(formats) if shown.shows)
        self.inside = False
        self.row = self.column = 0
        self.attributes: dict[str, str] = {}
        self.has_formula = self.has_value = self.in_value = False
        self.value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "sheetData":
            self.inside = True
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.facts.hidden_columns.update(_column_span(attributes))
        elif not self.inside:
            return
        elif name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
            if attributes.get("hidden") in ("1", "true"):
                self.facts.hidden_rows.add(self.row)
        elif name == "c":
            self.attributes, self.value = attributes, ""
            self.has_formula = self.has_value = False
            row, column = parse_reference(attributes.get("r", ""))
            self.row, self.column = row or self.row, column or self.column + 1
        elif name == "f":
            self.has_formula = True
        elif name in ("v", "t"):
            self.in_value = True

    def characters(self, text: str) -> None:
        if self.in_value:
            self.value += text

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "sheetData":
            self.inside = False
        elif self.inside and name in ("v", "t"):
            self.in_value = False
        elif self.inside and name == "c":
            self._end_cell()

    def _end_cell(self) -> None:
        facts, cell, kind = self.facts, (self.row, self.column), self.attributes.get("t", "")
        if self.value:
            facts.height, facts.width = max(facts.height, self.row), max(facts.width, self.column)
        if kind == "e" and self.value:
            facts.errors[cell] = self.value
        has_date_format = kind in ("", "n") and self.attributes.get("s", "0") in self.date_styles
        if has_date_format and _UNDATABLE_TEXT.fullmatch(self.value):
            facts.undatable[cell] = self.value
        if self.has_formula and not self.value and kind != "str":
            facts.uncached.append(cell)
        shown = self.wanted.get(self.attributes.get("s", "0").encode())
        if shown:
            cells = facts.styled.setdefault(self.column, StyledCells())
            cells.rows.append(self.row)
            cells.formats.append(shown)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces of some megabytes, cut between rows, up to the end of its cells."""
    rest = b""
    while data := stream.read(_CHUNK_BYTES):
        data = rest + data
        end = data.find(b"</sheetData>")
        if end >= 0:
            yield data[:end]
            return
        cut = data.rfind(b"</row>") + len(b"</row>")
        if cut < len(b"</row>"):
            rest = data
            continue
        yield data[:cut]
        rest = data[cut:]
    yield rest


def _undatable_cell(formats: Sequence[NumberFormat]) -> re.Pattern[bytes]:
    """A cell under a date's or a time's format with a number that may be no date."""
    styles = b"|".join(str(number).encode() for number, shown in enumerate(formats) if shown.shows)
    rest = rb'(?P<rest>[^>]* s="(?:' + (styles or b"(?!)") + rb')"[^>]*)>\s*'
    return re.compile(_CELL + rest + _FORMULA + rb"?\s*<v>(?P<number>" + _UNDATABLE.encode() + rb")</v>")


def _occurrences(cells: bytes, *signs: bytes) -> Iterator[int]:
    for sign in signs:
        place = cells.find(sign)
        while place >= 0:
            yield place
            place = cells.find(sign, place + 1)


def _hidden_columns(head: bytes) -> set[int]:
    tags = (dict(_ATTRIBUTE.findall(tag.decode())) for tag in _HIDDEN_COLUMNS.findall(head))
    return {column for attributes in tags for column in _column_span(attributes)}


def _usual_format(chunk: bytes, formats: Sequence[NumberFormat]) -> NumberFormat:
    """The date format met most often, among those under which no cell needs a second look."""
    counts: dict[NumberFormat, int] = {}
    for number, shown in enumerate(formats):
        if shown.shows and not shown.hides_year:
            counts[shown] = counts.get(shown, 0) + chunk.count(b' s="%d"' % number)
    return max(counts, key=lambda shown: counts[shown], default=FULL)


def _wanted_formats(formats: Sequence[NumberFormat], usual: NumberFormat) -> dict[bytes, NumberFormat]:
    """Formats whose cells must be found, by style number."""
    return {
        str(number).encode(): shown
        for number, shown in enumerate(formats)
        if shown != usual and (shown.shows or shown.template)
    }


def _last_columns(chunk: bytes) -> set[bytes]:
    """Letters of the last cell of every row."""
    found = set()
    for row in chunk.split(b"</row>"):
        start = row.rfind(b'<c r="') + len(b'<c r="')
        if start >= len(b'<c r="'):
            found.add(row[start : start + 3].rstrip(b'0123456789"'))
    return found


def _number(name: bytes, letters: dict[bytes, int]) -> int:
    if name not in letters:
        letters[name] = column_number(name.decode())
    return letters[name]


def _column_span(attributes: dict[str, str]) -> range:
    first, last = int(attributes.get("min") or 1), int(attributes.get("max") or 0)
    return range(first, min(last, _MAX_COLUMN) + 1)
