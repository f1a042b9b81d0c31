"""The facts of an xlsx sheet's cells by an XML parser, however its part is written, and its values where they are asked for.

Values are asked for where calamine refuses the sheet: for a length of time beyond what it can hold, an error it does not know.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from hcc_sdtm.raw.workbooks.serial_value import UNDATABLE, Value, serial_value
from hcc_sdtm.raw.workbooks.shared_texts import TextRuns, build_parser
from hcc_sdtm.raw.workbooks.sheet_facts import Cell, CellStyle, SheetFacts
from hcc_sdtm.raw.workbooks.sheet_scan import LAST_ROW, column_span
from hcc_sdtm.source import column_number

_REFERENCE = re.compile(r"([A-Z]+)([1-9][0-9]*)")
_ROWS = re.compile(r"[$A-Z]+([0-9]+):[$A-Z]+([0-9]+)")
_ON = ("1", "true")


@dataclass(frozen=True)
class ValueSource:
    """What a sheet's values need beside its own part: the shared texts, and the year that day numbers count from."""

    texts: Sequence[str]
    date_system: str


@dataclass
class ParsedSheet:
    """Facts of a sheet, and its values by row and column (1-based) where they were asked for."""

    facts: SheetFacts = field(default_factory=SheetFacts)
    values: dict[int, dict[int, Value]] = field(default_factory=dict)


def parse_reference(text: str) -> Cell:
    """Row and column of a cell address such as ``C7``, both 1-based; (0, 0) when it is none."""
    match = _REFERENCE.fullmatch(text.upper())
    return (int(match.group(2)), column_number(match.group(1))) if match else (0, 0)


def parse_rows(reference: str) -> list[tuple[int, int]]:
    """First and last row of a range such as ``A1:F100``, as a list of one; empty for what is no range."""
    match = _ROWS.fullmatch(reference)
    return [(int(match[1]), int(match[2]))] if match else []


def parse_sheet(
    stream: IO[bytes],
    styles: Sequence[CellStyle],
    struck_texts: Mapping[int, bool] | None = None,
    values: ValueSource | None = None,
) -> ParsedSheet:
    """Facts of a sheet's part, and its values where their source is given; a value is what `scan_sheet`'s sheets have.

    Height and width reach the last cell that holds something. Raises UnreadableError for a part that declares a document type
    or has a text that no cell can hold, ExpatError for what is no XML, ValueError and LookupError for a value that its
    cell's type does not allow.
    """
    reader = _SheetReader(styles, struck_texts or {}, values)
    parser = build_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.runs.add
    parser.ParseFile(stream)
    facts = reader.sheet.facts
    facts.sort_styled()
    facts.filter_rows(reader.filters or reader.whole)
    return reader.sheet


class _SheetReader:
    """Handlers of an XML parser."""

    def __init__(
        self, styles: Sequence[CellStyle], struck_texts: Mapping[int, bool], values: ValueSource | None
    ) -> None:
        self.sheet = ParsedSheet()
        self.styles = {str(number): style for number, style in enumerate(styles)}
        self.struck_texts = struck_texts
        self.source = values
        self.inside = self.has_formula = False
        self.row = self.column = 0
        self.attributes: dict[str, str] = {}
        self.runs = TextRuns()
        self.filter = ""
        self.filters: list[tuple[int, int]] = []
        self.whole: list[tuple[int, int]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self.inside:
            self._start_outside(name, attributes)
        elif name == "row":
            self._start_row(attributes)
        elif name == "c":
            self.attributes, self.has_formula = attributes, False
            self.runs.clear()
            self.column += 1
            if "r" in attributes:
                self.row, self.column = parse_reference(attributes["r"])
        elif name == "f":
            self.has_formula = True
        else:
            self.runs.start(name, attributes)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "sheetData":
            self.inside = False
        elif self.inside and name == "c":
            self._end_cell()
        elif self.inside:
            self.runs.end(name)

    def _start_outside(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheetData":
            self.inside = True
        elif name == "col" and attributes.get("hidden") in _ON:
            self.sheet.facts.hidden_columns.update(column_span(attributes))
        elif name == "sheetPr" and attributes.get("filterMode") in _ON:
            self.whole = [(1, LAST_ROW)]
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            self.sheet.facts.merged.append((*parse_reference(first), *parse_reference(last)))
        elif name == "autoFilter":
            self.filter = attributes.get("ref", "")
        elif name == "filterColumn":
            self.filters += parse_rows(self.filter)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        self.column = 0
        if attributes.get("hidden") in _ON:
            self.sheet.facts.hidden_rows.add(self.row)
            if attributes.get("outlineLevel", "0") != "0":
                self.sheet.facts.grouped_rows.add(self.row)

    def _end_cell(self) -> None:
        facts, cell, kind, text = self.sheet.facts, (self.row, self.column), self.attributes.get("t", ""), self.runs.raw
        style = self.styles.get(self.attributes.get("s", "0"), CellStyle())
        if text:
            facts.height, facts.width = max(facts.height, self.row), max(facts.width, self.column)
            facts.filled += 1
        if kind == "e" and text:
            facts.errors[cell] = text
        is_date = kind in ("", "n") and style.shown.shows and not style.shown.elapsed
        if is_date and UNDATABLE.fullmatch(text):
            facts.undatable[cell] = text
        if self.has_formula and not text and kind != "str":
            facts.uncached.append(cell)
        struck = self.struck_texts.get(int(text)) if kind == "s" and text else self.runs.struck
        if struck is not None:
            facts.struck[cell] = struck
        facts.add_style(cell, style)
        if self.row < 1:
            raise ValueError("a cell has no place")
        if self.source and text:
            self.sheet.values.setdefault(self.row, {})[self.column] = self._value(kind, text, style, self.source)

    def _value(self, kind: str, text: str, style: CellStyle, source: ValueSource) -> Value:
        if kind in ("", "n"):
            return serial_value(float(text), style.shown, source.date_system)
        if kind == "s":
            return source.texts[int(text)]
        if kind == "b":
            return text in _ON
        if kind == "d":
            moment = dt.datetime.fromisoformat(text)
            return moment.date() if moment.time() == dt.time() else moment
        if kind in ("str", "inlineStr"):
            return self.runs.text
        if kind == "e":
            return ""
        raise ValueError(f'a cell has the type "{kind}", which there is none of')
