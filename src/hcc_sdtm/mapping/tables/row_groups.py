"""Which rows belong together by the texts of key columns, and in which order they stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.tables.view import View, clean

KEY_MISSING = "MAP-037 row.key-missing"
NO_KEY = -1
"""The number of a row that has no value in a key column."""


@dataclass(frozen=True)
class RowGroups:
    """The rows of a view in groups, numbered from 0 as they appear, and in an order within each.

    ``numbers`` is the group of each row; ``order`` has the rows group by group, each group from the earliest to the latest,
    rows of the same time as they stand; ``times`` are the times in that order. Such rows are a *run*.
    """

    numbers: np.ndarray
    order: np.ndarray
    times: np.ndarray

    @cached_property
    def starts(self) -> np.ndarray:
        """Where each group starts in the order."""
        return _starts(self.numbers[self.order])

    @cached_property
    def sizes(self) -> np.ndarray:
        """How many rows each group has."""
        return np.diff(self.starts, append=len(self.order))

    @cached_property
    def run_starts(self) -> np.ndarray:
        """Where each run starts in the order."""
        is_start = np.zeros(len(self.order), dtype=bool)
        is_start[self.starts] = is_start[_starts(self.times)] = True
        return np.flatnonzero(is_start)

    @cached_property
    def run_sizes(self) -> np.ndarray:
        """How many rows each run has."""
        return np.diff(self.run_starts, append=len(self.order))

    @cached_property
    def runs(self) -> np.ndarray:
        """The run of each place in the order."""
        return np.repeat(np.arange(len(self.run_starts)), self.run_sizes)

    @property
    def ends(self) -> np.ndarray:
        """Where the last row of each group stands in the order."""
        return np.asarray(self.starts + self.sizes - 1)


def group_rows(view: View, per: Sequence[str], times: np.ndarray, site: str) -> tuple[RowGroups, pd.DataFrame]:
    """The rows in groups with the same key, and findings: rows without a value in a key column (warning).

    Such a row is a group of its own: nobody can say which one it belongs to.
    """
    (numbers,) = row_keys([view], per)
    lacking = numbers == NO_KEY
    numbers[lacking] = numbers.max(initial=NO_KEY) + 1 + np.arange(lacking.sum())
    numbers = np.asarray(pd.factorize(numbers)[0], dtype=np.int64)
    order = np.lexsort([np.arange(len(view)), times, numbers])
    found = []
    for column in per if lacking.any() else ():
        rows = np.flatnonzero(lacking & (view.values(column, np.arange(len(view))) == ""))
        message = f'this row has no value in "{column}", which tells what it belongs to; it stays by itself'
        found.append(view.findings(rows, column, KEY_MISSING, "warning", site, message))
    return RowGroups(numbers, order, times[order]), join_findings(found)


def row_keys(views: Sequence[View], columns: Sequence[str]) -> list[np.ndarray]:
    """For the rows of each view a number that is the same where the cleaned texts of the columns are; `NO_KEY` without one.

    Cleaned texts are those that conditions compare: without surrounding space, full-width or upper-case letters.
    """
    sizes = np.cumsum([len(view) for view in views])[:-1]
    keys = np.zeros(sum(map(len, views)), dtype=np.int64)
    lacking = np.zeros(len(keys), dtype=bool)
    for column in columns:
        texts = np.concatenate([_cleaned(view, column) for view in views])
        codes, distinct = pd.factorize(texts)
        lacking |= texts == ""
        keys = np.asarray(pd.factorize(keys * max(len(distinct), 1) + codes)[0], dtype=np.int64)
    keys[lacking] = NO_KEY
    return list(np.split(keys, sizes))


def _cleaned(view: View, column: str) -> np.ndarray:
    codes, texts = view.factorized(column)
    return np.asarray(np.array([clean(text) for text in texts], dtype=object)[codes])


def _starts(values: np.ndarray) -> np.ndarray:
    """Where each stretch of equal values starts."""
    if not len(values):
        return np.empty(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(values[1:] != values[:-1]) + 1])
