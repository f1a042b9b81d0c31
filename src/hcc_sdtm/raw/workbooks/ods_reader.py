"""The tables of an ods file's content (OpenDocument 1.3 part 3, 9) as an XML parser reads them.

A repeated cell or row is given once in the file; a repetition that holds nothing, as programs write to the edge of a
sheet, costs nothing here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hcc_sdtm.raw.grid import FREE_CELLS, MAX_EMPTY, Grid, TooManyCellsError, build_sparse_grid
from hcc_sdtm.raw.limits import MAX_FIELD_CHARACTERS
from hcc_sdtm.raw.table import ERROR_TEXTS
from hcc_sdtm.raw.workbooks.ods_styles import OdsStyles
from hcc_sdtm.raw.workbooks.ods_values import CellText, date_value, time_value
from hcc_sdtm.raw.workbooks.serial_value import Value
from hcc_sdtm.raw.workbooks.sheet_facts import CellStyle, SheetFacts
from hcc_sdtm.raw.workbooks.xlsx_styles import UNSEEN_FORMAT

_CELLS = ("table:table-cell", "table:covered-table-cell")
_LEFT_OUT = ("table:tracked-changes", "table:dde-links", "table:shapes", "text:ruby-text", "text:note", "office:forms")
_CODE_OF_ERROR = re.compile(r"Err:\d+")
_COLUMNS_SPANNED, _ROWS_SPANNED = "table:number-columns-spanned", "table:number-rows-spanned"
_BOOLEANS = ("TRUE", "FALSE")
_EXACTLY = {"text:tab": "\t", "text:line-break": "\n"}
_FIRST_DAYS = {"1900": dt.date(1899, 12, 30), "1904": dt.date(1904, 1, 1)}
_SYSTEMS = {day.isoformat(): system for system, day in _FIRST_DAYS.items()}


@dataclass(slots=True)
class _Cell:
    """One cell element of the row that is being read; most have no comment, and many no text."""

    column: int
    count: int
    attributes: Mapping[str, str]
    style: CellStyle
    text: CellText | None = None
    comment: CellText | None = None

    def paragraphs(self, of_comment: bool) -> CellText:
        """The text that a paragraph belongs to."""
        if of_comment:
            self.comment = self.comment or CellText()
            return self.comment
        self.text = self.text or CellText()
        return self.text


@dataclass
class OdsTable:
    """One table: its cells as text and what else is known of them, or why it is not read."""

    facts: SheetFacts
    grid: Grid | None = None
    refusal: TooManyCellsError | None = None


class OdsReader:
    """Handlers of an XML parser; ``tables`` are filled as it goes."""

    def __init__(self, styles: OdsStyles) -> None:
        self.tables: list[tuple[str, OdsTable]] = []
        self.date_system = "1900"
        self._styles = styles
        self._in_styles = False
        self._skipped = self._depth = self._paragraphs = self._spans_struck = 0
        self._spans: list[bool] = []
        self._in_comment = False
        self._cell: _Cell | None = None
        self._begin_table({})

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._skipped:
            self._skipped += 1
        elif name in _CELLS:
            self._begin_cell(attributes)
        elif self._cell is not None:
            self._start_in_cell(name, attributes, self._cell)
        elif name == "table:table-row":
            self._begin_row(attributes)
        elif name == "table:table-column":
            self._take_column(attributes)
        elif name == "table:table":
            self._begin_table(attributes)
        elif name == "table:table-row-group":
            self._groups += 1
        elif name == "table:null-date":
            self.date_system = _SYSTEMS.get(attributes.get("table:date-value", "1899-12-30"), "")
        elif name in _LEFT_OUT or name.startswith("draw:"):
            self._skipped = 1
        elif name in ("office:styles", "office:automatic-styles"):
            self._in_styles = True
        elif self._in_styles:
            self._styles.start(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        if self._skipped:
            self._skipped -= 1
        elif name in _CELLS:
            self._cell = None
        elif self._cell is not None:
            self._end_in_cell(name, self._cell)
        elif name == "table:table-row":
            self._end_row()
        elif name == "table:table":
            self._end_table()
        elif name == "table:table-row-group":
            self._groups -= 1
        elif name in ("office:styles", "office:automatic-styles"):
            self._in_styles = False
        elif self._in_styles:
            self._styles.end(name)

    def characters(self, text: str) -> None:
        """Text inside an element."""
        if self._paragraphs and not self._skipped and self._cell is not None:
            target = self._cell.paragraphs(self._in_comment)
            target.add(text, bool(self._spans_struck) or self._cell.style.struck)

    def _start_in_cell(self, name: str, attributes: dict[str, str], cell: _Cell) -> None:
        if name == "text:p":
            self._paragraphs += 1
            cell.paragraphs(self._in_comment).begin_paragraph()
        elif name == "office:annotation":
            self._in_comment = True
        elif name == "text:span":
            self._spans.append(attributes.get("text:style-name", "") in self._styles.struck_texts)
            self._spans_struck += self._spans[-1]
        elif name == "text:s":
            count = int(attributes.get("text:c", "1"))
            if count > MAX_FIELD_CHARACTERS:
                raise ValueError(f"a text has {count} spaces side by side")
            cell.paragraphs(self._in_comment).add_exactly(" " * count)
        elif name in _EXACTLY:
            cell.paragraphs(self._in_comment).add_exactly(_EXACTLY[name])
        elif name in _LEFT_OUT or name.startswith("draw:") or name == "table:table":
            self._skipped = 1

    def _end_in_cell(self, name: str, cell: _Cell) -> None:
        if name == "text:p":
            self._paragraphs -= 1
            cell.paragraphs(self._in_comment).end_paragraph()
        elif name == "office:annotation":
            self._in_comment = False
        elif name == "text:span":
            self._spans_struck -= self._spans.pop()

    def _begin_table(self, attributes: dict[str, str]) -> None:
        self._name = attributes.get("table:name", "")
        hidden = attributes.get("table:style-name", "") in self._styles.hidden_tables
        self._table = OdsTable(SheetFacts(hidden="hidden" if hidden else ""))
        self._values: dict[int, dict[int, Value]] = {}
        self._rows: list[tuple[int, int, str]] = []
        self._columns: list[tuple[int, int, bool, str]] = []
        self._column_styles: dict[int, str] = {}
        self._groups = 0
        self._next_row = 1
        self._expanded = 0
        self._begin_row({})

    def _end_table(self) -> None:
        table, facts = self._table, self._table.facts
        if table.refusal is None:
            try:
                table.grid = build_sparse_grid(self._values, facts.usual, facts.styled, facts.filled)
            except TooManyCellsError as refusal:
                table.refusal = refusal
        height, width = table.grid.texts.shape if table.grid else (0, 0)
        for first, count, why in self._rows:
            rows = range(first, min(first + count, height + 1))
            facts.hidden_rows.update(rows)
            if why == "filter":
                facts.filtered_rows.update(rows)
            elif why == "group":
                facts.grouped_rows.update(rows)
        for first, count, is_hidden, _ in self._columns:
            facts.hidden_columns.update(range(first, min(first + count, width + 1)) if is_hidden else ())
        self.tables.append((self._name, table))

    def _take_column(self, attributes: dict[str, str]) -> None:
        first = self._columns[-1][0] + self._columns[-1][1] if self._columns else 1
        count = _count(attributes, "table:number-columns-repeated")
        is_hidden = attributes.get("table:visibility", "visible") != "visible"
        self._columns.append((first, count, is_hidden, attributes.get("table:default-cell-style-name", "")))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._cells: list[_Cell] = []
        self._next_column = 1
        self._row_count = _count(attributes, "table:number-rows-repeated")
        self._row_style = attributes.get("table:default-cell-style-name", "")
        visibility = attributes.get("table:visibility", "visible")
        if visibility != "visible":
            why = "group" if visibility == "collapse" and self._groups else visibility
            self._rows.append((self._next_row, self._row_count, why))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        column, count = self._next_column, _count(attributes, "table:number-columns-repeated")
        self._next_column += count
        name = attributes.get("table:style-name") or self._row_style or self._style_of_column(column)
        self._cell = _Cell(column, count, attributes, self._styles.cell_style(name))
        self._cells.append(self._cell)
        self._paragraphs = self._spans_struck = 0
        self._spans.clear()
        self._in_comment = False

    def _style_of_column(self, column: int) -> str:
        if column not in self._column_styles:
            found = (style for first, count, _, style in self._columns if first <= column < first + count)
            self._column_styles[column] = next(found, "")
        return self._column_styles[column]

    def _end_row(self) -> None:
        for cell in self._cells:
            self._take_cell(cell)
        self._next_row += self._row_count

    def _take_cell(self, cell: _Cell) -> None:
        facts, attributes, place = self._table.facts, cell.attributes, (self._next_row, cell.column)
        if _COLUMNS_SPANNED in attributes or _ROWS_SPANNED in attributes:
            height, width = _count(attributes, _ROWS_SPANNED), _count(attributes, _COLUMNS_SPANNED)
            if height * width > 1:
                facts.merged.append((*place, place[0] + height - 1, place[1] + width - 1))
        if cell.comment:
            facts.comments[place] = cell.comment.text
        text = cell.text.text if cell.text else ""
        has_formula = "table:formula" in attributes
        error = text if has_formula and _is_error(text, attributes) else ""
        value = "" if error else self._value(cell, text)
        if not error and isinstance(value, str) and not value:
            if has_formula and "office:value-type" not in attributes:
                facts.uncached.append(place)
            return
        facts.filled += 1
        self._expanded += cell.count * self._row_count
        if self._table.refusal is None and self._expanded > FREE_CELLS + MAX_EMPTY * facts.filled:
            message = f"its cells are repeated to {self._expanded:,}; delete the copies below and right of the table"
            self._table.refusal = TooManyCellsError(message)
            self._values.clear()
        if self._table.refusal is None:
            self._place(cell, value, error)

    def _place(self, cell: _Cell, value: Value, error: str) -> None:
        """The value and what is known of it at each place it is repeated."""
        facts, struck = self._table.facts, cell.text.struck if cell.text else None
        is_blank = cell.text is not None and not cell.text.text
        for row in range(self._next_row, self._next_row + self._row_count):
            cells = self._values.setdefault(row, {})
            for column in range(cell.column, cell.column + cell.count):
                cells[column] = value
                facts.add_style((row, column), cell.style)
                if error:
                    facts.errors[row, column] = error
                if is_blank:
                    facts.unseen[row, column] = UNSEEN_FORMAT
                if struck is not None:
                    facts.struck[row, column] = struck

    def _value(self, cell: _Cell, text: str) -> Value:
        attributes = cell.attributes
        kind = attributes.get("office:value-type", "")
        if kind == "float" and text in _BOOLEANS:
            return text == "TRUE"  # what a program leaves of one that a formula gives
        if kind in ("float", "percentage", "currency"):
            return float(attributes["office:value"])
        if kind == "date":
            first_day = _FIRST_DAYS.get(self.date_system, _FIRST_DAYS["1900"])
            return date_value(attributes["office:date-value"], first_day)
        if kind == "time":
            return time_value(attributes["office:time-value"], cell.style.shown)
        if kind == "boolean":
            return attributes["office:boolean-value"] == "true"
        return text or attributes.get("office:string-value", "")


def _count(attributes: Mapping[str, str], name: str) -> int:
    count = int(attributes.get(name, "1"))
    if count < 1:
        raise ValueError(f"a cell or row is there {count} times")
    return count


def _is_error(text: str, attributes: Mapping[str, str]) -> bool:
    is_shown = text in ERROR_TEXTS or _CODE_OF_ERROR.fullmatch(text) is not None
    return attributes.get("calcext:value-type") == "error" or is_shown
