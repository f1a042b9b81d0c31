"""``explode``: cells that hold lists, parallel in several columns, become rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.language.arrange_options import Explode
from hcc_sdtm.mapping.tables.selecting import select_rows
from hcc_sdtm.mapping.tables.view import View, is_value

LENGTHS_DIFFER = "MAP-034 explode.lengths-differ"
_NO_LIST = np.iinfo(np.int64).max


def explode(view: View, option: Explode, site: str) -> tuple[View, pd.DataFrame]:
    """The view with a row for each item of the lists, and findings; every item stands in the cell of its list.

    Surrounding space of an item is cut. An item without a value keeps its place in the list, but a place without a value in
    every column is no row. Short lists end in ``""``. A cell without a value is no list: it says nothing of any item. A row
    without lists stays one row. Findings: lists of one row that differ in length, empty places at their ends apart (error,
    at the shortest).
    """
    lists = [_Lists(view, column, option.separator) for column in option.columns]
    typed, filled = (np.stack([getattr(each, name) for each in lists]) for name in ("typed", "filled"))
    length = filled.max(axis=0)
    counts = np.maximum(length, 1)
    at = np.repeat(np.arange(len(view)), counts)
    place = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    items = {column: each.items(at, place) for column, each in zip(option.columns, lists, strict=True)}
    has_item = np.logical_or.reduce([each.has_value(at, place) for each in lists])
    kept = has_item | (length == 0)[at]
    exploded = select_rows(view, at[kept])
    exploded = replace(
        exploded,
        texts=exploded.texts | {column: texts[kept] for column, texts in items.items()},
        taken={column: taken for column, taken in exploded.taken.items() if column not in items},
        arranged_by=view.arranged_by | set(option.columns),
    )
    return exploded, join_findings(_differing(view, option.columns, typed, filled, site))


def _differing(
    view: View, columns: Sequence[str], typed: np.ndarray, filled: np.ndarray, site: str
) -> list[pd.DataFrame]:
    """Findings at the rows whose lists have neither as many places nor end at the same item."""
    is_list = filled > 0
    shortest = np.where(is_list, typed, _NO_LIST).argmin(axis=0)
    differ = np.logical_and.reduce(
        [
            np.where(is_list, each, _NO_LIST).min(axis=0) < np.where(is_list, each, 0).max(axis=0)
            for each in (typed, filled)
        ]
    )
    found = []
    for number, column in enumerate(columns):
        rows = np.flatnonzero(differ & (shortest == number))
        message = [
            "the lists of this row differ in length: "
            + ", ".join(
                f'{count} in "{name}"'
                for name, count, listed in zip(columns, typed[:, row], is_list[:, row], strict=True)
                if listed
            )
            + "; the short ones end in no value, and which items belong together is not sure"
            for row in rows
        ]
        found.append(view.findings(rows, column, LENGTHS_DIFFER, "error", site, message))
    return found


class _Lists:
    """The lists of one column: by row how many places were ``typed``, and how many are ``filled`` up to the last value."""

    def __init__(self, view: View, column: str, separators: tuple[str, ...]) -> None:
        self._codes, texts = pd.factorize(view.texts[column])
        longest_first = sorted(separators, key=len, reverse=True)
        cut = re.compile("|".join(map(re.escape, longest_first)))
        lists = [[item.strip() for item in cut.split(text)] if is_value(text, view.missing) else [] for text in texts]
        distinct = {item for items in lists for item in items}
        has_value = {item: is_value(item, view.missing) for item in distinct}
        valued = [[has_value[item] for item in items] for items in lists]
        typed = np.array([len(items) for items in lists], dtype=np.int64)
        self._filled = np.array(
            [len(each) - each[::-1].index(True) if any(each) else 0 for each in valued], dtype=np.int64
        )
        self._starts = np.cumsum(typed) - typed
        self._items = np.array([item for items in lists for item in items] + [""], dtype=object)
        self._valued = np.array([each for row in valued for each in row] + [False], dtype=bool)
        self.typed, self.filled = typed[self._codes], self._filled[self._codes]

    def _at(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        codes = self._codes[rows]
        if not len(codes):
            return np.empty(0, dtype=np.int64)
        return np.where(places < self._filled[codes], self._starts[codes] + places, -1)

    def items(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The item at a place of a row's list, ``""`` behind its last."""
        return np.asarray(self._items[self._at(rows, places)], dtype=object)

    def has_value(self, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Whether there is a value at a place of a row's list."""
        return np.asarray(self._valued[self._at(rows, places)], dtype=bool)
