"""Delimited text files to one sheet of text: csv, tsv and txt.

The encoding and the delimiter are found from the bytes. Row numbers are those of records, as a spreadsheet
program shows them: a quoted line break does not start a row, an empty line is an empty row.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.grid import TooManyCellsError, build_text_grid
from hcc_sdtm.raw.table import ERROR_CELL, ERROR_TEXTS, RawSheet
from hcc_sdtm.source import Source

ENCODING_GUESSED = "RAW-010 raw.encoding-guessed"
FIELDS_UNEVEN = "RAW-011 raw.fields-uneven"

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SAMPLE_CHARACTERS = 1 << 16
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_NAMES = {"gb18030": "GB18030", "cp1252": "Windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


def read_delimited(path: Path, name: str) -> tuple[list[RawSheet], pd.DataFrame]:
    """The file as one sheet without a name.

    Findings: RAW-004 at an error text, RAW-010 when nothing in the file settles its encoding, RAW-011 at a record with
    more or fewer fields than most. Raises StudyError for a file that is no text, or whose records cannot be told apart.
    """
    try:
        content = path.read_bytes()
    except OSError as failure:
        raise _refusal(name, f"cannot be read: {failure.strerror}") from failure
    if content.startswith(_BINARY_STARTS):
        raise _refusal(name, f"is a workbook or an archive, not text: its name should not end in {path.suffix}")
    encoding, guessed = find_encoding(content)
    if not encoding:
        raise _refusal(name, "its encoding is none of UTF-8, UTF-16, GB18030 and Windows-1252; save it as UTF-8")
    try:
        text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
        delimiter = find_delimiter(text.read(_SAMPLE_CHARACTERS))
        text.seek(0)
        widths: list[int] = []
        # strict: else a quote that is never closed takes every later record into one cell
        texts = build_text_grid(_measured(csv.reader(text, delimiter=delimiter, strict=True), widths))
    except (UnicodeError, csv.Error) as failure:
        raise _refusal(name, f"cannot be read as delimited text: {failure}") from failure
    except TooManyCellsError as failure:
        raise _refusal(name, "its longest line times its number of lines is too large for a table") from failure
    message = f"read as {_NAMES.get(encoding, encoding)}, a guess: the file does not say; save it as UTF-8"
    findings = [Finding(ENCODING_GUESSED, "note", message, source=str(Source(name)))] if guessed else []
    findings += _uneven_findings(widths, name)
    findings += _error_findings(texts, name)
    return [RawSheet(name, "", texts)], findings_frame(findings)


def find_encoding(content: bytes) -> tuple[str, bool]:
    """Python's name of the encoding, and whether it is a guess; ``""`` when none fits.

    A mark at the start, or being valid UTF-8 throughout, settles it. Else GB18030 and Windows-1252 are told
    apart by runs of bytes above 127: two for each Chinese character, mostly single ones for accented letters.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return (encoding, False) if _decodes(content, encoding) else ("", False)
    nulls = [content[start:_SAMPLE_CHARACTERS:2].count(0) for start in (0, 1)]
    if max(nulls) > len(content[:_SAMPLE_CHARACTERS]) // 8:
        encoding = "utf-16-be" if nulls[0] > nulls[1] else "utf-16-le"
        return (encoding, True) if _decodes(content, encoding) else ("", False)
    if _decodes(content, "utf-8"):
        return "utf-8", False
    runs = _HIGH_RUN.findall(content)
    paired = sum(len(run) % 2 == 0 for run in runs)
    candidates = ("gb18030", "cp1252") if paired * 2 > len(runs) else ("cp1252", "gb18030")
    return next(((encoding, True) for encoding in candidates if _decodes(content, encoding)), ("", False))


def find_delimiter(sample: str) -> str:
    """The delimiter under which most records have the same number of fields, more than one; else a comma."""
    whole = sample[: sample.rfind("\n") + 1] if len(sample) == _SAMPLE_CHARACTERS else sample
    best, best_score = ",", (0.0, 0)
    for delimiter in ",\t;|":
        records = [record for record in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter) if record]
        widths = Counter(map(len, records))
        width, count = widths.most_common(1)[0] if widths else (0, 0)
        score = (count / len(records), width) if width > 1 else (0.0, 0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _measured(records: Iterable[list[str]], widths: list[int]) -> Iterator[list[str]]:
    """The records, the number of fields of each added to ``widths``."""
    for record in records:
        widths.append(len(record))
        yield record


def _uneven_findings(widths: list[int], name: str) -> Iterator[Finding]:
    """A record cut short or with a delimiter too many; lines above the first full record are a title."""
    usual = Counter(width for width in widths if width).most_common(1)
    if not usual:
        return
    expected = usual[0][0]
    for row, width in enumerate(widths[widths.index(expected) :], start=widths.index(expected) + 1):
        if width not in (0, expected):
            message = f"this record has {width} fields and most have {expected}: its values may stand in wrong columns"
            yield Finding(FIELDS_UNEVEN, "warning", message, source=str(Source(name, row=row, column=1)))


def _error_findings(texts: np.ndarray, name: str) -> Iterator[Finding]:
    """Cells that hold what a spreadsheet program shows in place of a value it could not have."""
    for column in range(texts.shape[1]):
        for row in np.flatnonzero(pd.Series(texts[:, column]).isin(ERROR_TEXTS)):
            text = texts[row, column]
            source = str(Source(name, row=int(row) + 1, column=column + 1))
            yield Finding(
                ERROR_CELL, "warning", f'the cell holds the error "{text}", no value', source=source, typed=text
            )


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True


def _refusal(name: str, message: str) -> StudyError:
    return StudyError([Problem(Source(name), message)])
