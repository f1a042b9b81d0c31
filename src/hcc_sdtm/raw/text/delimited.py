"""Delimited text files to one sheet of text: csv, tsv and txt.

The encoding, the delimiter and the quoting are found from the bytes. Row numbers are those of records, as a spreadsheet program
shows them: a quoted line break does not start a row, an empty line is an empty row, a first line ``sep=;`` is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.grid import TooManyCellsError
from hcc_sdtm.raw.limits import MAX_FIELD_CHARACTERS, MAX_LINE_CHARACTERS
from hcc_sdtm.raw.table import ERROR_CELL, ERROR_TEXTS, RawSheet
from hcc_sdtm.raw.text.delimiter import SAMPLE_CHARACTERS, Layout, delimiter_name, find_layout
from hcc_sdtm.raw.text.lost_text import cell_warnings, lost_text_findings
from hcc_sdtm.raw.text.plain_records import read_plain_records
from hcc_sdtm.raw.text.records import FieldTooLongError, Records, read_records
from hcc_sdtm.raw.text.text_file import TextFile, read_text_file
from hcc_sdtm.source import Source

FIELDS_UNEVEN = "RAW-011 raw.fields-uneven"
QUOTE_UNPAIRED = "RAW-018 raw.quote-unpaired"
DELIMITER_DOUBTFUL = "RAW-019 raw.delimiter-doubtful"
OUTSIDE_TABLE = "RAW-022 raw.outside-table"
LINE_BREAK_UNQUOTED = "RAW-023 raw.line-break-unquoted"

_MARK = "\ufeff"


class LineTooLongError(Exception):
    """A line has more than `MAX_LINE_CHARACTERS`."""


@dataclass
class _Lines:
    """The lines of a text file, anew each time it is called; ``marks`` counts those left out the last time.

    A mark of byte order before or after a field is no text: some programs write one around each.
    """

    text: TextFile
    layout: Layout
    marks: int = 0

    def __call__(self) -> Iterator[str]:
        stream = self.text.open()
        stream.read(len(self.layout.said))
        lines = iter(lambda: stream.readline(MAX_LINE_CHARACTERS + 1), "")
        return self._without_marks(lines) if self.may_have_marks() else self._checked(lines)

    def may_have_marks(self) -> bool:
        """Whether a mark of byte order may stand elsewhere than at the start."""
        if self.text.encoding.startswith(("utf-16", "utf-32")):
            return True
        return self.text.content.count(b"\xef\xbb\xbf") > self.text.content.startswith(b"\xef\xbb\xbf")

    def _checked(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            if len(line) > MAX_LINE_CHARACTERS:
                raise LineTooLongError
            yield line

    def _without_marks(self, lines: Iterable[str]) -> Iterator[str]:
        self.marks = 0
        edges = re.escape(f"{self.layout.delimiter}{self.layout.quote}\r\n")
        outside = re.compile(f"^{_MARK}+|(?<=[{edges}]){_MARK}+|{_MARK}+(?=[{edges}]|$)")
        for line in self._checked(lines):
            if _MARK in line:
                plain = outside.sub("", line)
                self.marks += len(line) - len(plain)
                yield plain
            else:
                yield line


def read_delimited(path: Path, name: str, encoding: str = "") -> tuple[list[RawSheet], pd.DataFrame]:
    """The file as one sheet without a name; ``encoding`` is declared for it, or ``""``.

    Findings: RAW-004 at an error text, RAW-010 and RAW-014 where nothing in the file settles its encoding, RAW-011 at a record
    with more or fewer fields than most, RAW-016 to RAW-019, RAW-022, RAW-023. Raises StudyError for a file that is no text, is
    not in the declared encoding, or is beyond the limits.
    """
    text = read_text_file(path, name, encoding)
    layout = find_layout(text.open().read(SAMPLE_CHARACTERS).replace(_MARK, ""))
    lines = _Lines(text, layout)
    try:
        plain = None if lines.may_have_marks() else read_plain_records(text.content, text.encoding, layout)
        records = read_records(lines, layout, plain)
    except LineTooLongError as failure:
        message = f"a line is longer than {MAX_LINE_CHARACTERS:,} characters: its line ends may have been lost; export it again"
        raise _refusal(name, message) from failure
    except FieldTooLongError as failure:
        message = (
            f"{failure} has a cell of over {MAX_FIELD_CHARACTERS:,} characters: a quote may be missing; export it again"
        )
        raise _refusal(name, message) from failure
    except TooManyCellsError as failure:
        raise _refusal(name, f"is too large: {failure}") from failure
    findings = [
        *text.findings,
        *_layout_findings(layout, records, lines.marks, name),
        *_uneven_findings(records, name),
        *_quote_findings(records, name),
        *lost_text_findings(records.texts, text, name),
        *(_error_findings(records.texts, name) if b"#" in text.content else ()),
    ]
    return [RawSheet(name, "", records.texts)], findings_frame(findings)


def _layout_findings(layout: Layout, records: Records, marks: int, name: str) -> Iterator[Finding]:
    source = str(Source(name))
    if layout.said:
        message = f"the first line says that {delimiter_name(layout.delimiter)} stands between fields; it is no row"
        yield Finding(OUTSIDE_TABLE, "note", message, source=source)
    if marks:
        message = f"{marks:,} marks of byte order stand around fields (a sign of the file, no text); they are left out"
        yield Finding(OUTSIDE_TABLE, "note", message, source=source)
    if layout.doubt and records.texts.shape[0] > 1:
        what = (
            "each line is read as one cell"
            if records.texts.shape[1] == 1
            else f"split at {delimiter_name(layout.delimiter)}"
        )
        message = f"{what}, which is uncertain: {layout.doubt}; look at the first rows, or save the file as xlsx"
        yield Finding(DELIMITER_DOUBTFUL, "warning", message, source=source)


def _uneven_findings(records: Records, name: str) -> Iterator[Finding]:
    """A record cut short or with a delimiter too many; lines above the first full record are a title."""
    widths = records.widths
    usual = Counter(width for width in widths if width > 1).most_common(1)
    if not usual:
        return
    expected = usual[0][0]
    first = widths.index(expected)
    names = next((row for row in range(first - 1, -1, -1) if widths[row]), -1)
    if (
        names >= 0
        and 1 < widths[names] < expected <= 2 * widths[names]
        and (records.texts[first:, expected - 1] != "").any()
    ):
        message = (
            f"this record has {widths[names]} fields and those below {expected}: names may stand over the wrong columns"
        )
        yield Finding(FIELDS_UNEVEN, "warning", message, source=str(Source(name, row=names + 1, column=1)))
    if names == first - 1 >= 0 and widths[names] > expected and (records.texts[names, expected:] != "").any():
        message = (
            f"this record has {widths[names]} fields and those below {expected}: its last names may stand over none"
        )
        yield Finding(FIELDS_UNEVEN, "warning", message, source=str(Source(name, row=names + 1, column=1)))
    odd: dict[int, list[tuple[int, int]]] = {}
    for row, width in enumerate(widths[first:], start=first + 1):
        if width not in (0, expected):
            odd.setdefault(width, []).append((row, 1))
    for width, cells in odd.items():
        fields = "1 field" if width == 1 else f"{width} fields"
        message = f"this record has {fields} and the table has {expected}: its values may stand in wrong columns"
        yield from cell_warnings(FIELDS_UNEVEN, message, cells, name)


def _quote_findings(records: Records, name: str) -> Iterator[Finding]:
    message = "the quotes of this cell do not pair up: its text is read as it stands; compare it with the source"
    yield from cell_warnings(QUOTE_UNPAIRED, message, records.unpaired, name)
    message = (
        "each line of this quoted cell has the fields of a whole row: a quote left open may have taken rows into it"
    )
    yield from cell_warnings(QUOTE_UNPAIRED, message, records.swallowing, name)
    message = "a line break inside this cell is not in quotes: it was told from a row's end by the number of fields"
    yield from cell_warnings(LINE_BREAK_UNQUOTED, message, records.broken, name)


def _error_findings(texts: np.ndarray, name: str) -> Iterator[Finding]:
    """Cells that hold what a spreadsheet program shows in place of a value it could not have."""
    cells: dict[str, list[tuple[int, int]]] = {}
    for column in range(texts.shape[1]):
        for row in np.flatnonzero(pd.Series(texts[:, column]).isin(ERROR_TEXTS)):
            cells.setdefault(texts[row, column], []).append((int(row) + 1, column + 1))
    for text, places in cells.items():
        yield from cell_warnings(ERROR_CELL, f'the cell holds the error "{text}", no value', places, name, typed=text)


def _refusal(name: str, message: str) -> StudyError:
    return StudyError([Problem(Source(name), message)])
