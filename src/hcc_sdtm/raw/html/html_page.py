"""The tables of a web page as they are read, tag by tag: where each cell lies, what it shows, and what stands outside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hcc_sdtm.raw.grid import FREE_CELLS, MAX_EMPTY, TooManyCellsError, build_text_grid
from hcc_sdtm.raw.html.html_tokens import Tag
from hcc_sdtm.raw.limits import MAX_FIELD_CHARACTERS
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.raw.workbooks.sheet_facts import Cell, SheetFacts

MAX_COLUMNS = 16_384
"""Columns of one table: those of a spreadsheet."""

_MOST_ROWS_SPANNED = 65_534  # HTML standard 4.9.11
_SPACES = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(r" *\n *")
_PARAGRAPH = "\x00"
"""Where a paragraph begins or ends; several in a row are one line break."""

_PARAGRAPHS = re.compile(r"[ \n]*\x00[ \n\x00]*")
_DIGITS = re.compile(r"\s*(\d{1,5})")
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_BLOCKS = frozenset(
    {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "pre", "blockquote", "hr"}
)
_STRIKING = frozenset({"s", "strike", "del"})
_UNSEEN = "its style hides it"


@dataclass
class _OpenCell:
    """A cell that is being read, its place (from 0) with what it spans, and its texts so far."""

    top: int
    left: int
    bottom: int
    right: int
    unseen: bool
    parts: list[str] = field(default_factory=list)
    length: int = 0
    struck: list[bool] = field(default_factory=list)

    def text(self) -> str:
        """What a browser shows."""
        if len(self.parts) == 1 and self.parts[0].isalnum():
            return self.parts[0]
        text = _PARAGRAPHS.sub("\n", "".join(self.parts).strip(f" \n{_PARAGRAPH}"))
        text = _AROUND_BREAK.sub("\n", re.sub(" +", " ", text)).replace("\xa0", " ")
        return text if text.strip() else ""


@dataclass
class HtmlTable:
    """A table as it is being read; rows and columns from 0. ``taken`` has the row below which each column is free again."""

    rows: list[list[str]] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    facts: SheetFacts = field(default_factory=SheetFacts)
    cell: _OpenCell | None = None
    in_row: bool = False
    cells: int = 0
    extent: int = 0

    def has_text(self) -> bool:
        """Whether any cell holds a text."""
        return any(any(row) for row in self.rows)

    def open_row(self, *, hidden: bool) -> None:
        """A row begins, and the one before ends."""
        self.close_row()
        self.rows.append([])
        self.in_row = True
        if hidden:
            self.facts.hidden_rows.add(len(self.rows))

    def close_row(self) -> None:
        """The row ends, and its last cell."""
        self.close_cell()
        self.in_row = False

    def open_cell(self, columns: int, rows: int, *, unseen: bool) -> None:
        """A cell of so many columns and rows begins, at the first free place of its row. Raises TooManyCellsError."""
        self.close_cell()
        if not self.in_row:
            self.open_row(hidden=False)
        top = len(self.rows) - 1
        left = len(self.rows[top])
        while left < len(self.taken) and self.taken[left] > top:
            left += 1
        right = left + columns - 1
        if right >= MAX_COLUMNS:
            raise TooManyCellsError(f"a row has more than {MAX_COLUMNS:,} columns; split it into several files")
        self.cells += 1
        self.extent += right + 1 - len(self.rows[top])
        if self.extent > FREE_CELLS + MAX_EMPTY * self.cells:
            raise TooManyCellsError(f"{self.cells:,} cells span {self.extent:,}; save the table as xlsx")
        self.taken += [0] * (right + 1 - len(self.taken))
        for column in range(left, right + 1):
            self.taken[column] = max(self.taken[column], top + rows)
        self.rows[top] += [""] * (right + 1 - len(self.rows[top]))
        self.cell = _OpenCell(top, left, top + rows - 1, right, unseen=unseen)

    def close_cell(self) -> None:
        """The cell that is open, if one is, ends."""
        cell, self.cell = self.cell, None
        if cell is None:
            return
        text = cell.text()
        self.rows[cell.top][cell.left] = text
        address: Cell = (cell.top + 1, cell.left + 1)
        if (cell.top, cell.left) != (cell.bottom, cell.right):
            self.merged.append((cell.top, cell.left, cell.bottom, cell.right))
        if text and any(cell.struck):
            self.facts.struck[address] = all(cell.struck)
        if text and cell.unseen:
            self.facts.unseen[address] = _UNSEEN

    def sheet(self, file: str, name: str) -> RawSheet:
        """The table as a sheet. Raises TooManyCellsError."""
        height = len(self.rows)
        merged = ((top + 1, left + 1, min(bottom + 1, height), right + 1) for top, left, bottom, right in self.merged)
        return RawSheet(
            file,
            name,
            build_text_grid(self.rows),
            tuple(sorted(span for span in merged if span[:2] != span[2:])),
            hidden_rows=frozenset(self.facts.hidden_rows),
            struck=frozenset(self.facts.struck),
        )


@dataclass
class HtmlPage:
    """The tables of a page in the order in which they start, and what stands outside them."""

    tables: list[HtmlTable] = field(default_factory=list)
    open: list[HtmlTable] = field(default_factory=list)
    outside: int = 0
    striking: int = 0
    in_frame: bool = False

    def close(self) -> bool:
        """End what is open at the end of the page; whether a table was."""
        for table in self.open:
            table.close_row()
        return bool(self.open)

    def add(self, token: Tag | str) -> None:
        """The next tag or text of the page. Raises TooManyCellsError."""
        if isinstance(token, Tag):
            self._add_tag(token)
            return
        cell = self.open[-1].cell if self.open else None
        if cell is None:
            self.outside += bool(token.strip())
            return
        cell.parts.append(_SPACES.sub(" ", token))
        cell.length += len(token)
        if cell.length > MAX_FIELD_CHARACTERS:
            raise TooManyCellsError(f"a cell has more than {MAX_FIELD_CHARACTERS:,} characters: its end may be missing")
        if token.strip():
            cell.struck.append(self.striking > 0)

    def _add_tag(self, tag: Tag) -> None:
        name = tag.name
        if name == "table":
            self._open_table()
        elif name in ("tr", "td", "th"):
            if not self.open:
                self._open_table()
            self._open_part(self.open[-1], tag)
        elif name in _STRIKING:
            self.striking += 1
        elif name.removeprefix("/") in _STRIKING:
            self.striking = max(0, self.striking - 1)
        elif name in ("frame", "iframe"):
            self.in_frame = True
        elif self.open:
            self._add_inside(self.open[-1], tag)

    def _open_table(self) -> None:
        self.tables.append(HtmlTable())
        self.open.append(self.tables[-1])

    def _open_part(self, table: HtmlTable, tag: Tag) -> None:
        self.striking = 0  # no element reaches from one cell into the next
        hidden = _is_hidden(tag)
        if tag.name == "tr":
            table.open_row(hidden=hidden)
            return
        columns, rows = _span(tag, "colspan"), _span(tag, "rowspan")
        # no row is: all that follow
        table.open_cell(
            min(columns or 1, MAX_COLUMNS), min(rows or _MOST_ROWS_SPANNED, _MOST_ROWS_SPANNED), unseen=hidden
        )

    def _add_inside(self, table: HtmlTable, tag: Tag) -> None:
        name = tag.name
        if name == "/table":
            table.close_row()
            self.open.pop()
        elif name in ("/tr", "tbody", "thead", "tfoot", "/tbody", "/thead", "/tfoot"):
            table.close_row()
        elif name in ("/td", "/th"):
            table.close_cell()
        elif table.cell and (name == "br" or name.removeprefix("/") in _BLOCKS):
            table.cell.parts.append("\n" if name == "br" else _PARAGRAPH)
        elif table.cell and _is_hidden(tag):
            table.cell.unseen = True


def _span(tag: Tag, attribute: str) -> int:
    if attribute not in tag.attributes:
        return 1
    digits = _DIGITS.match(tag.attributes[attribute])
    return int(digits[1]) if digits else 1


def _is_hidden(tag: Tag) -> bool:
    if not tag.attributes:
        return False
    return "hidden" in tag.attributes or bool(_NOT_SHOWN.search(tag.attributes.get("style", "").lower()))
