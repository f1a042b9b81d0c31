"""A sheet's table, once it is known which rows are its header and how they name its columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.header_text import header_text, split_header
from hcc_sdtm.raw.table import RawSheet, RawTable
from hcc_sdtm.source import Source, column_letters

LEVELS_JOINED_BY = " / "


@dataclass(frozen=True)
class Heading:
    """Which rows of a sheet (1-based) name its columns, and how.

    Several rows are levels of one header, joined; as ``alternatives`` each of them names every column by itself.
    ``fill`` lets an upper level hold for the unnamed cells to its right, as in a file that knows no merged cells.
    ``clean`` cuts units and code lists off, see `split_header`.
    """

    rows: tuple[int, ...] = (1,)
    alternatives: bool = False
    fill: bool = False
    clean: bool = False

    @property
    def row(self) -> int:
        """The row in which a person finds a column's name: the lowest level, or the first alternative."""
        return min(self.rows) if self.alternatives else max(self.rows)


def build_table(sheet: RawSheet, header: Heading | tuple[int, ...], identifying: Collection[str]) -> RawTable:
    """The table under the header (rows alone are levels): wholly empty rows left out, every text as it was typed.

    A column's name is its header text without outer space and with line breaks as spaces; several levels are
    joined as ``level1 / level2``, a merged cell naming every column it spans once. A repeated name gets `` (2)``.
    A column without a name is left out when empty and named ``column F`` otherwise. Of alternatives, the first name that
    means this column alone is its name, the others are ``aliases``; a name that means several columns is no name of any.
    Names that only what is cut off tells apart stay whole.

    A column is identifying when one of its names, whole or cut, with or without `` (2)``, or one of its levels is in
    ``identifying``; case, width and space do not matter.

    Raises StudyError when a header row lies outside the sheet.
    """
    heading = header if isinstance(header, Heading) else Heading(tuple(header))
    height = sheet.grid.shape[0]
    for row in heading.rows:
        if not 1 <= row <= height:
            message = f"header row {row} is not in the sheet, which has {height} rows"
            raise StudyError([Problem(Source(sheet.file, sheet.sheet), message)])
    body = sheet.grid[max(heading.rows) :]
    filled = sheet.filled[max(heading.rows) :]
    rows = np.flatnonzero(filled.any(axis=1))
    levels = _header_levels(sheet, heading)
    in_use = np.flatnonzero(filled.any(axis=0) | (levels != "").any(axis=0))
    names = _Names(levels[:, in_use], heading)
    primary = [
        own[0] if own else f"column {column_letters(int(at) + 1)}" for own, at in zip(names.own, in_use, strict=True)
    ]
    unique = _unique(primary)
    wanted = {folded_name(name) for name in identifying}
    hidden = [
        at + 1
        for at, own, spelled in zip(in_use, names.own, names.spelled, strict=True)
        if not wanted.isdisjoint(folded_name(name) for name in (*own, *spelled))
    ]
    # columns lie end to end in memory, because every later step takes whole columns
    if len(rows) < len(body):
        body = body.T.take(rows, axis=1).T
    if len(in_use) < body.shape[1]:
        body = body.T[in_use].T
    return RawTable(
        sheet.file,
        sheet.sheet,
        pd.DataFrame(body, columns=unique, copy=False),
        rows + max(heading.rows) + 1,
        {name: int(at) + 1 for name, at in zip(unique, in_use, strict=True)},
        sheet,
        frozenset(map(int, hidden)),
        {name: note for name, note in zip(unique, names.notes, strict=True) if note},
        {other: name for name, own in zip(unique, names.own, strict=True) for other in own if other != name},
        {name: tuple(int(in_use[at]) + 1 for at in places) for name, places in names.ambiguous.items()},
    )


class _Names:
    """Names of columns from their header texts, one row a level or an alternative, and one column a column."""

    def __init__(self, levels: np.ndarray, heading: Heading) -> None:
        parts = [[[text] if text else [] for text in row] for row in levels]
        if not heading.alternatives:
            parts = [[[text for text in column if text] for column in levels.T]]
        named = [_row_names(row, heading.clean) for row in parts]
        places: dict[str, set[int]] = {}
        for row in named:
            for at, (name, _) in enumerate(row):
                if name:
                    places.setdefault(name, set()).add(at)
        self.ambiguous = {name: sorted(several) for name, several in places.items() if len(several) > 1}
        """Names that mean different columns in different alternatives."""

        by_column = list(zip(*named, strict=True))
        self.own = [
            list(dict.fromkeys(name for name, _ in names if name and name not in self.ambiguous)) for names in by_column
        ]
        self.notes = ["; ".join(dict.fromkeys(note for _, note in names if note)) for names in by_column]
        self.spelled = [
            {
                form
                for row in parts
                for form in (*row[at], _joined(row[at]), *(split_header(text)[0] for text in row[at]))
            }
            for at in range(levels.shape[1])
        ]


def _row_names(parts: Sequence[list[str]], clean: bool) -> list[tuple[str, str]]:
    """Name and note of each column of one alternative; no text at all gives no name."""
    whole = [_joined(texts) for texts in parts]
    notes = [""] * len(parts)
    if clean:
        split = [[split_header(text) for text in texts] for texts in parts]
        cut = [_joined([name for name, _ in texts]) for texts in split]
        forms: dict[str, set[str]] = {}
        for name, full in zip(cut, whole, strict=True):
            forms.setdefault(name, set()).add(full)
        whole = [name if len(forms[name]) == 1 else full for name, full in zip(cut, whole, strict=True)]
        notes = ["; ".join(note for _, note in texts if note) for texts in split]
    return list(zip(_unique(whole), notes, strict=True))


def _header_levels(sheet: RawSheet, heading: Heading) -> np.ndarray:
    """Header texts, one row a level; a merged range gives its text to each of its columns, in its first level."""
    levels = np.array([[header_text(text) for text in sheet.grid[row - 1]] for row in heading.rows], dtype=object)
    for top, left, bottom, right in sheet.merged:
        spanned = [level for level, row in enumerate(heading.rows) if top <= row <= bottom]
        if spanned and left <= levels.shape[1]:
            levels[spanned, left - 1 : right] = ""
            levels[spanned[0], left - 1 : right] = header_text(sheet.grid[top - 1, left - 1])
    if heading.fill and not heading.alternatives:
        for level in range(len(levels) - 1):
            for at in range(1, levels.shape[1]):
                if not levels[level, at] and (levels[level + 1 :, at] != "").any():
                    levels[level, at] = levels[level, at - 1]
    return levels


def _joined(texts: Iterable[str]) -> str:
    return LEVELS_JOINED_BY.join(texts)


def _unique(names: Sequence[str]) -> list[str]:
    """The names with `` (2)`` and so on after one that came before; ``""`` stays."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    unique = []
    for base in names:
        name, count = base, counts.get(base, 1)
        while name and name in taken:
            count += 1
            name = f"{base} ({count})"
        counts[base] = count
        taken.add(name)
        unique.append(name)
    return unique


def folded_name(name: str) -> str:
    """A column's name without space, unseen characters, case and width, which do not matter to what identifies a patient."""
    letters = (letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) != "Cf")
    return re.sub(r"\s+", "", "".join(letters)).casefold()
