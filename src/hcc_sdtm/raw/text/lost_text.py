"""Cells of a text file whose text is not what was typed: characters lost, changed by another program, or that nobody types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding
from hcc_sdtm.raw.text.text_file import TextFile
from hcc_sdtm.raw.workbooks.sheet_findings import MOST_SINGLE, list_cells
from hcc_sdtm.source import Source, column_letters

CHARACTER_LOST = "RAW-016 raw.character-lost"
CONTROL_CHARACTER = "RAW-017 raw.control-character"

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROLS = bytes(code for code in range(128) if _CONTROL.match(chr(code)))
_NO_CONTROLS = bytes(set(range(256)) - set(_CONTROLS))
_LOST = re.compile("\ufffd")
_CONTINUED = "".join(bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xC0))
_TWICE = re.compile(f"[\u00c2-\u00f4][{re.escape(_CONTINUED)}]")
"""A letter in UTF-8 as a program shows it that takes its bytes for characters: ``Ã©`` for ``é``."""

_TWICE_IN_UTF8 = re.compile(rb"\xc3[\x82-\xb4][\xc2\xc5\xc6\xcb\xe2]")
"""The beginning of the same in a file that is UTF-8, as one that was changed in this way is."""


def lost_text_findings(texts: np.ndarray, file: TextFile, name: str) -> Iterator[Finding]:
    """RAW-016 and RAW-017 at the cells of a grid. No text is quoted: its column may turn out to identify a person."""
    if file.encoding.startswith(("utf-16", "utf-32")) or len(file.content.translate(None, _NO_CONTROLS)):
        message = (
            "the cell holds a control character, which nobody types and programs show in different ways; it is kept"
        )
        yield from cell_warnings(CONTROL_CHARACTER, message, _cells(texts, _has(_CONTROL)), name)
    if file.content.isascii():
        return
    if file.has(_LOST):
        message = (
            "bytes of this cell are no character, or were lost before the file was written; each is read as U+FFFD"
        )
        yield from cell_warnings(CHARACTER_LOST, message, _cells(texts, _has(_LOST)), name)
    if _TWICE_IN_UTF8.search(file.content):
        message = (
            "the letters of this cell are those that a program shows when it takes UTF-8 for another encoding: they were "
            "changed before the file was written; ask for it again"
        )
        yield from cell_warnings(CHARACTER_LOST, message, _cells(texts, _is_encoded_twice), name)


def cell_warnings(
    rule: str, message: str, cells: Sequence[tuple[int, int]], name: str, typed: str = ""
) -> Iterator[Finding]:
    """A warning at each cell (row and column, 1-based) of a file of one sheet, or one for a column with many."""
    columns: dict[int, list[int]] = {}
    for row, column in cells:
        columns.setdefault(column, []).append(row)
    for column, rows in sorted(columns.items()):
        if len(rows) <= MOST_SINGLE:
            for row in rows:
                yield Finding(rule, "warning", message, source=str(Source(name, row=row, column=column)), typed=typed)
        else:
            listed = f"{len(rows):,} cells ({list_cells(rows, partial(_address, column))}): {message}"
            yield Finding(rule, "warning", listed, source=str(Source(name, column=column)), typed=typed)


def _address(column: int, row: int) -> str:
    return f"{column_letters(column)}{row}"


def _has(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


def _is_encoded_twice(text: str) -> bool:
    if not _TWICE.search(text):
        return False
    # bytes that Windows-1252 has no character for are kept as they are by programs that take one for the other
    content = b"".join(
        character.encode("cp1252", "ignore") or character.encode("latin-1", "replace") for character in text
    )
    try:
        return content.decode() != text
    except UnicodeDecodeError:
        return False


def _cells(texts: np.ndarray, is_meant: Callable[[str], bool]) -> list[tuple[int, int]]:
    cells = []
    for column in range(texts.shape[1]):
        codes, distinct = pd.factorize(texts[:, column])
        meant = np.array([is_meant(text) for text in distinct], dtype=bool)
        cells += [(int(row) + 1, column + 1) for row in np.flatnonzero(meant[codes])]
    return cells
