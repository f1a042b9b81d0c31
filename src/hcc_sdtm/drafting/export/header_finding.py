"""Which rows of a sheet are its header: below a title block, on several levels, or several rows that each name the columns.

Knows the shape of cells only: filled or not, value or label.
"""

from __future__ import annotations

import re

import numpy as np

from hcc_sdtm.drafting.export.personal_texts import hides_a_person
from hcc_sdtm.raw.header import Heading
from hcc_sdtm.raw.header_text import header_text
from hcc_sdtm.raw.odm.odm import HEADER_ROWS, KEY_COLUMNS
from hcc_sdtm.raw.table import RawSheet

_ROWS_TRIED = 40
_ROWS_BELOW = 60
_LONGEST_LABEL = 200
_VALUE = re.compile(r"[-+<>≤≥]?\s*\d[\d\s.,:/%年月日TZ+-]*")
_MOST_LEVELS = 3
_MOST_ALTERNATIVES = 3
_NEAR_BEST = 0.85


def find_heading(sheet: RawSheet) -> Heading | None:
    """The header of the sheet's table; None where no row looks like one.

    The header is the highest row that names nearly every column which has values below, in labels and not in values.
    Rows above that span several of its columns are its upper levels; rows below that only name the columns again are
    alternatives.
    """
    grid = sheet.grid[: _ROWS_TRIED + _ROWS_BELOW]
    if grid.size == 0:
        return None
    if sheet.file.casefold().endswith(".xml") and grid[0, 0] == KEY_COLUMNS[0] and len(grid) > HEADER_ROWS:
        return Heading(tuple(range(1, HEADER_ROWS + 1)), alternatives=True)  # the reader of ODM-XML writes it so
    filled = grid != ""
    scores = [_score(grid, filled, row) for row in range(min(len(grid), _ROWS_TRIED))]
    best = max(scores, default=0.0)
    if best < 0.3:
        return None
    row = next(at for at, score in enumerate(scores) if score >= _NEAR_BEST * best)
    while _is_over_another(sheet, filled, row):
        row += 1
    levels = _upper_levels(sheet, filled, row)
    if len(levels) > 1:
        merged = any(top - 1 in levels for top, *_ in sheet.merged)
        return Heading(tuple(at + 1 for at in levels), fill=not merged)
    others = _alternatives(grid, row)
    if _is_record(grid, row, row + 1 + len(others)):
        return None
    return Heading((row + 1, *others), alternatives=True) if others else Heading((row + 1,))


def is_value(text: str) -> bool:
    """Whether a text is a number or a date in numbers, which no header is."""
    return bool(_VALUE.fullmatch(text.strip()))


def _is_label(text: str) -> bool:
    return not is_value(text) and len(text) <= _LONGEST_LABEL


def _is_record(grid: np.ndarray, row: int, first: int) -> bool:
    """Whether the row that looks most like a header is a record itself: its texts stand again in their own columns below.

    Taken for a header it would put what it says of a person into the names of columns.
    """
    named = np.flatnonzero(grid[row] != "")
    again = sum(bool((grid[first:, at] == grid[row, at]).any()) for at in named)
    return again >= max(2, len(named) // 5) or any(hides_a_person(text) for text in grid[row][named])


def _score(grid: np.ndarray, filled: np.ndarray, row: int) -> float:
    below = filled[row + 1 : row + 1 + _ROWS_BELOW]
    used = below.any(axis=0)
    named = filled[row]
    if not used.any() or not named.any():
        return 0.0
    texts = [header_text(text) for text in grid[row][named]]
    labels = sum(map(_is_label, texts)) / len(texts)
    distinct = len(set(texts)) / len(texts)
    return float((named & used).sum() / used.sum()) * labels * (0.5 + 0.5 * distinct)


def _is_over_another(sheet: RawSheet, filled: np.ndarray, row: int) -> bool:
    """Whether the row below names the columns that this one leaves open, and this one spans several of them."""
    below = row + 1
    if below + 1 >= len(filled):
        return False
    names = [header_text(text) for text in sheet.grid[below][filled[below]]]
    fills_gaps = bool((filled[below] & ~filled[row]).any())
    spans = any(top - 1 <= row <= bottom - 1 and right > left for top, left, bottom, right in sheet.merged)
    repeats = len(names) - len(set(names)) >= 2
    return fills_gaps and (spans or repeats) and all(map(_is_label, names))


def _upper_levels(sheet: RawSheet, filled: np.ndarray, row: int) -> list[int]:
    """The header's rows: ``row``, and those above it whose cells span or stand over several of its columns."""
    levels = [row]
    while levels[0] > 0 and len(levels) < _MOST_LEVELS:
        above = levels[0] - 1
        spans = [
            right - left
            for top, left, bottom, right in sheet.merged
            if top - 1 <= above <= bottom - 1 and left <= filled.shape[1]
        ]
        names = [header_text(text) for text in sheet.grid[above] if text]
        wide = [span for span in spans if 0 < span < filled.shape[1] - 1]
        joins_columns = len(names) >= 2 and bool(wide)
        if not (joins_columns or _tells_repeated_apart(sheet.grid, filled, above, row)):
            break
        levels.insert(0, above)
    return levels


def _tells_repeated_apart(grid: np.ndarray, filled: np.ndarray, above: int, row: int) -> bool:
    """Whether the row above groups names that stand several times in the row: a header without merged cells."""
    names = [header_text(text) for text in grid[row][filled[row]]]
    over = [text for text in grid[above][filled[above]] if not is_value(text)]
    repeated = len(names) - len(set(names))
    return repeated >= 2 and 2 <= len(over) < len(names) and len(set(over)) == len(over)


def _alternatives(grid: np.ndarray, row: int) -> list[int]:
    """1-based rows right below the header that name the columns once more."""
    header = grid[row]
    named = header != ""
    deeper = grid[row + 1 + _MOST_ALTERNATIVES :]
    values = (
        np.array([_mostly_values(column) for column in deeper.T], dtype=bool)
        if len(deeper)
        else np.zeros(len(header), bool)
    )
    found: list[int] = []
    for at in range(row + 1, min(row + 1 + _MOST_ALTERNATIVES, len(grid))):
        texts = grid[at]
        filled = (texts != "") & named
        if filled.sum() < 0.6 * named.sum():
            break
        same = _same_names(list(header[filled]), list(texts[filled]))
        where = values & filled
        labels_over_values = where.sum() >= 3 and np.mean([not is_value(text) for text in texts[where]]) > 0.8
        if not (same or _share_a_prefix(list(texts[filled])) or labels_over_values):
            break
        found.append(at + 1)
    return found


def _mostly_values(column: np.ndarray) -> bool:
    filled = [text for text in column if text]
    return len(filled) >= 3 and sum(map(is_value, filled)) >= 0.6 * len(filled)


def _same_names(header: list[str], texts: list[str]) -> bool:
    """Whether enough of the texts are those of the header again, and long enough for names: short ones may be codes."""
    same = [
        one
        for one, other in zip(header, texts, strict=True)
        if header_text(one).casefold() == header_text(other).casefold()
    ]
    return len(same) >= 2 and len(same) >= 0.3 * len(header) and sum(map(len, same)) >= 5 * len(same)


def _share_a_prefix(texts: list[str]) -> bool:
    """Whether the texts are codes of one kind, ``CDE_ID:3121376``, each for its own column."""
    prefixes = {text.split(":")[0] for text in texts}
    return len(texts) >= 3 and len(prefixes) == 1 and all(":" in text for text in texts)
