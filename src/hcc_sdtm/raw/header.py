"""A sheet's table, once it is known which rows are its header."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.table import RawSheet, RawTable
from hcc_sdtm.source import Source, column_letters

LEVELS_JOINED_BY = " / "
_LINE_BREAK = re.compile(r"\s*[\r\n]+\s*")


def build_table(sheet: RawSheet, header: tuple[int, ...], identifying: Collection[str]) -> RawTable:
    """The table under the ``header`` rows (1-based): wholly empty rows left out, every text as it was typed.

    A column's name is its header text without outer space and with line breaks as spaces; several levels are
    joined as ``level1 / level2``, a merged cell naming every column it spans once. A repeated name gets `` (2)``.
    A column without a name is left out when empty and named ``column F`` otherwise. A column is identifying when
    its name, its name without the `` (2)`` or one of its levels is in ``identifying``.

    Raises StudyError when a header row lies outside the sheet.
    """
    height = sheet.grid.shape[0]
    for row in header:
        if not 1 <= row <= height:
            message = f"header row {row} is not in the sheet, which has {height} rows"
            raise StudyError([Problem(Source(sheet.file, sheet.sheet), message)])
    body = sheet.grid[max(header) :]
    rows = np.flatnonzero((body != "").any(axis=1))
    levels = _header_levels(sheet, header)
    columns: dict[str, np.ndarray] = {}
    positions: dict[str, int] = {}
    hidden: set[int] = set()
    for position in range(body.shape[1]):
        texts = body[rows, position]
        parts = [part for part in levels[:, position] if part]
        if not parts and not (texts != "").any():
            continue
        base = LEVELS_JOINED_BY.join(parts) or f"column {column_letters(position + 1)}"
        name = _unused_name(base, columns)
        columns[name] = texts
        positions[name] = position + 1
        if {name, base, *parts} & set(identifying):
            hidden.add(position + 1)
    frame = pd.DataFrame(columns, index=range(len(rows)), dtype=object)
    return RawTable(sheet.file, sheet.sheet, frame, rows + max(header) + 1, positions, sheet, frozenset(hidden))


def _header_levels(sheet: RawSheet, header: tuple[int, ...]) -> np.ndarray:
    """Header texts, one row a level; a merged range gives its text to each of its columns, in its first level."""
    levels = np.array([[_header_text(text) for text in sheet.grid[row - 1]] for row in header], dtype=object)
    for top, left, bottom, right in sheet.merged:
        spanned = [level for level, row in enumerate(header) if top <= row <= bottom]
        if spanned and left <= levels.shape[1]:
            levels[spanned, left - 1 : right] = ""
            levels[spanned[0], left - 1 : right] = _header_text(sheet.grid[top - 1, left - 1])
    return levels


def _header_text(text: str) -> str:
    return _LINE_BREAK.sub(" ", text.strip())


def _unused_name(base: str, taken: Collection[str]) -> str:
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base} ({count})"
    return name
