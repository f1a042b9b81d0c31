"""A spec table as lines of text, so that a program can change some and leave every other byte as a person wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_MARK = "\ufeff"


@dataclass
class SpecLine:
    """One record: its text with its line end as it stands in the file, and its cells by column name."""

    text: str
    cells: dict[str, str]


@dataclass
class SpecLines:
    """A table: its columns, its records in order, how its lines end. `render` gives the text that it was read from."""

    columns: list[str]
    records: list[SpecLine] = field(default_factory=list)
    header: str = ""
    line_end: str = "\n"
    mark: str = ""

    def line_of(self, cells: Mapping[str, str]) -> SpecLine:
        """A record with these cells, quoted only where it must be."""
        return SpecLine(self._text([cells.get(column, "") for column in self.columns]), dict(cells))

    def changed(self, line: SpecLine, cells: Mapping[str, str]) -> SpecLine:
        """The record with these cells: the same text where they are what it has."""
        if all(line.cells.get(column, "") == cells.get(column, "") for column in self.columns):
            return line
        return self.line_of(cells)

    def add_column(self, column: str) -> None:
        """A further column at the end; the lines that are there stay as they are, with no cell for it."""
        if column not in self.columns:
            self.columns.append(column)
            self.header = self._text(self.columns)

    def render(self) -> str:
        """The whole file as text."""
        texts = [self.header, *(record.text for record in self.records)]
        # the last line of a file may lack its end
        ended = [text if text.endswith(("\n", "\r")) else text + self.line_end for text in texts[:-1]]
        return self.mark + "".join([*ended, *texts[-1:]])

    def _text(self, cells: Sequence[str]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator=self.line_end).writerow(cells)
        return buffer.getvalue()


def read_spec_lines(path: Path, columns: Sequence[str]) -> SpecLines:
    """The table in a file that `hcc_sdtm.spec.csv_file` reads without a problem; one with these columns where there is none."""
    if not path.is_file():
        lines = SpecLines(list(columns))
        lines.header = lines.line_of(dict(zip(columns, columns, strict=True))).text
        return lines
    text = path.read_bytes().decode("utf-8")
    mark = _MARK if text.startswith(_MARK) else ""
    pieces = list(io.StringIO(text.removeprefix(_MARK), newline=""))
    reader = csv.reader(pieces)
    names: list[str] = []
    lines = SpecLines([], mark=mark)
    start = 0
    for cells in reader:
        raw = "".join(pieces[start : reader.line_num])
        start = reader.line_num
        stripped = [cell.strip() for cell in cells]
        if not names and any(stripped):
            names = stripped
            lines.columns, lines.header = list(names), lines.header + raw
            lines.line_end = raw[len(raw.rstrip("\r\n")) :] or "\n"
        elif not names:
            lines.header += raw
        else:
            lines.records.append(SpecLine(raw, dict(zip(names, stripped, strict=False))))
    return lines
