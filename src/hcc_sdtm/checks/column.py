"""One column of a dataset by its distinct texts: what a rule says of a value is worked out once for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import format_value


class Column:
    """The distinct values of a column as text (``""``: none), and which of them each record has.

    ``codes`` has a place in ``texts`` for each record. ``is_number`` says that the column itself is one of numbers;
    ``other`` has the places of what is no text in a column of texts.
    """

    def __init__(self, values: pd.Series) -> None:
        found = np.asarray(values, dtype=object) if values.dtype.kind not in "fiub" else values.to_numpy()
        self.is_number = found.dtype != object
        self.other: frozenset[int] = frozenset()
        if not self.is_number:
            codes, distinct = pd.factorize(found, use_na_sentinel=False)
            self.texts = [value if type(value) is str else format_value(value) for value in distinct]
            if any(type(value) is not str for value in distinct):
                self.other = frozenset(at for at, value in enumerate(distinct) if not isinstance(value, str))
        else:
            # a transport file keeps 15 digits of a number for sure; 1.3 and 1.3000000000000003 are the same visit
            codes, distinct = pd.factorize(found, use_na_sentinel=False)
            self.texts = [format_value(float(f"{value:.15g}")) for value in distinct.tolist()]
            if len(set(self.texts)) < len(self.texts):
                same, distinct = pd.factorize(np.array(self.texts, dtype=object))
                codes, self.texts = same[codes], distinct.tolist()
        self.codes: np.ndarray = codes.astype(np.int32)  # half the memory, and a dataset has no more records

    @cached_property
    def given(self) -> np.ndarray:
        """Mask of the records with a value; a text of blanks is none."""
        return self.where(lambda text: text.strip() != "")

    @cached_property
    def has_gaps(self) -> bool:
        """Whether any record has no value."""
        return any(not text.strip() for text in self.texts)

    @cached_property
    def is_empty(self) -> bool:
        """Whether no record has a value."""
        return not any(text.strip() for text in self.texts)

    def where(self, test: Callable[[str], bool]) -> np.ndarray:
        """Mask of the records whose text passes the test."""
        answers = [bool(test(text)) for text in self.texts]
        if all(answers):
            return np.ones(len(self.codes), dtype=bool)
        if not any(answers):
            return np.zeros(len(self.codes), dtype=bool)
        mask: np.ndarray = np.array(answers, dtype=bool)[self.codes]
        return mask

    def of(self, convert: Callable[[str], object], dtype: type) -> np.ndarray:
        """What each record's text becomes."""
        made: np.ndarray = np.empty(len(self.texts), dtype=dtype)
        made[:] = [convert(text) for text in self.texts]
        of_records: np.ndarray = made[self.codes]
        return of_records


def combined_codes(columns: list[Column]) -> np.ndarray:
    """A number for each record, equal where the records agree in all the columns."""
    codes, size = columns[0].codes.astype(np.int64), len(columns[0].texts)
    for column in columns[1:]:
        codes, size = codes * len(column.texts) + column.codes, size * len(column.texts)
        if size > _LARGEST:
            codes, distinct = pd.factorize(codes)
            size = len(distinct)
    return codes


_LARGEST = 1 << 31
"""Combined codes are numbered anew above it, so that the next column's cannot pass 64 bits."""


class Distinct(NamedTuple):
    """The distinct numbers of some records: each number, the place of its first record, and how many records have it."""

    numbers: np.ndarray
    firsts: np.ndarray
    counts: np.ndarray


def distinct_records(numbers: np.ndarray) -> Distinct:
    """The distinct numbers in order of appearance."""
    codes, distinct = pd.factorize(numbers)
    firsts = np.empty(len(distinct), dtype=np.int64)
    firsts[codes[::-1]] = np.arange(len(codes))[::-1]
    return Distinct(distinct, firsts, np.bincount(codes, minlength=len(distinct)))
