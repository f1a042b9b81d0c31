"""The analysis datasets as endpoints read them: subjects numbered once, records split by parameter once.

A subject's number is the place of USUBJID among those of ADSL in order, so that the order of rows changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hcc_sdtm.dataset import format_value
from hcc_sdtm.problem import nearest

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Subjects:
    """The subjects of ADSL by number; ``names`` has their USUBJID in order."""

    def __init__(self, adsl: pd.DataFrame) -> None:
        require_columns(adsl, "ADSL", ("USUBJID",))
        twice = adsl.loc[adsl["USUBJID"].duplicated(), "USUBJID"]
        if len(twice):
            raise ValueError(f"ADSL has one row a subject, and {twice.iloc[0]} stands there twice")
        names = adsl["USUBJID"].to_numpy(dtype=object)
        self._order = np.argsort(names, kind="stable")
        self._adsl = adsl
        self._texts: dict[str, tuple[Positions, list[str]]] = {}
        self.names = pd.Index(names[self._order], dtype=object)

    def __len__(self) -> int:
        return len(self.names)

    def column(self, variable: str) -> pd.Series:
        """A variable of ADSL by subject number. Raises ValueError, with the nearest name, where ADSL lacks it."""
        require_columns(self._adsl, "ADSL", (variable,))
        return self._adsl[variable].iloc[self._order].reset_index(drop=True)

    def texts(self, variable: str) -> tuple[Positions, list[str]]:
        """`text_codes` of a variable of ADSL, made once."""
        if variable not in self._texts:
            require_columns(self._adsl, "ADSL", (variable,))
            self._texts[variable] = text_codes(self._adsl[variable].to_numpy(dtype=object)[self._order])
        return self._texts[variable]

    def numbers(self, usubjid: pd.Series) -> Positions:
        """The number of each USUBJID; -1 for one that ADSL does not have."""
        codes, distinct = run_codes(usubjid)
        return np.append(self.names.get_indexer(distinct), -1).astype(np.int64)[codes]


@dataclass(frozen=True)
class Coded:
    """A text variable: its values, the number of each row's text (-1: not read yet), and the number of each text."""

    given: NDArray[np.object_]
    codes: Positions
    places: dict[str, int]


class Records:
    """ADTTE or ADRS; ``name`` is the dataset's, for messages."""

    def __init__(self, name: str, frame: pd.DataFrame, subjects: Subjects) -> None:
        require_columns(frame, name, ("USUBJID", "PARAMCD"))
        self.name, self.frame, self.subjects = name, frame, subjects
        self._columns: dict[str, Floats] = {}
        self._coded: dict[str, Coded] = {}
        self._found: dict[str, tuple[Positions, Positions]] = {}

    def of(self, paramcd: str) -> tuple[Positions, Positions]:
        """Rows of the parameter, in the order of their subjects, and the subjects' numbers; who is not in ADSL has none."""
        if paramcd not in self._found:
            rows = self._rows(paramcd)
            numbers = self._numbers[rows]
            order = np.argsort(numbers, kind="stable")
            order = order[numbers[order] >= 0]
            self._found[paramcd] = rows[order], numbers[order]
        return self._found[paramcd]

    def numbers(self, variable: str, rows: Positions) -> Floats:
        """A numeric variable in these rows. Raises ValueError where the dataset lacks it."""
        if variable not in self._columns:
            require_columns(self.frame, self.name, (variable,))
            self._columns[variable] = self.frame[variable].to_numpy(dtype=np.float64, na_value=np.nan)
        return self._columns[variable][rows]

    def texts(self, variable: str, rows: Positions) -> tuple[Positions, list[str]]:
        """A variable in these rows as the number of its text, and the texts in no order; a missing value is ``""``.

        Each row is read once, however often it is asked for.
        """
        if variable not in self._coded:
            require_columns(self.frame, self.name, (variable,))
            given = self.frame[variable].to_numpy(dtype=object)
            self._coded[variable] = Coded(given, np.full(len(given), -1, dtype=np.int64), {})
        coded = self._coded[variable]
        new = rows[coded.codes[rows] < 0]
        if len(new):
            codes, texts = text_codes(coded.given[new])
            numbers = [coded.places.setdefault(text, len(coded.places)) for text in texts]
            coded.codes[new] = np.array(numbers, dtype=np.int64)[codes]
        return coded.codes[rows], list(coded.places)

    def first_text(self, variable: str, rows: Positions) -> str:
        """The variable's text in the first of these rows; ``""`` without one, or without the variable."""
        if not len(rows) or variable not in self.frame:
            return ""
        value = self.frame[variable].iloc[int(rows[0])]
        return "" if pd.isna(value) else format_value(value)

    def has(self, variable: str) -> bool:
        """Whether the dataset has the variable."""
        return variable in self.frame

    @cached_property
    def _numbers(self) -> Positions:
        """The subject's number of each row."""
        return self.subjects.numbers(self.frame["USUBJID"])

    def _rows(self, paramcd: str) -> Positions:
        """The rows of the parameter, in order."""
        starts, by_parameter = self._parameters
        own = by_parameter.get(paramcd, np.empty(0, dtype=np.int64))
        first, length = starts[own], starts[own + 1] - starts[own]
        # each run's first row less the rows of the runs before it, then one further with every row
        return np.repeat(first - np.cumsum(length) + length, length) + np.arange(length.sum())

    @cached_property
    def _parameters(self) -> tuple[Positions, dict[str, Positions]]:
        """Where each run of rows of one PARAMCD starts, and the last ends; and the runs of each PARAMCD."""
        starts, codes, names = runs(self.frame["PARAMCD"])
        # numbers of 16 bits are sorted faster
        order = np.argsort(codes.astype(np.int16) if len(names) < 2**15 else codes, kind="stable")
        ends = np.cumsum(np.bincount(codes + 1, minlength=len(names) + 1))
        parts = {str(name): order[ends[code] : ends[code + 1]] for code, name in enumerate(names)}
        return np.append(starts, len(self.frame)), parts


@dataclass(frozen=True)
class AnalysisData:
    """The subjects of ADSL, and the records of ADRS and ADTTE."""

    subjects: Subjects
    adrs: Records
    adtte: Records


def build_analysis_data(adsl: pd.DataFrame, adrs: pd.DataFrame, adtte: pd.DataFrame) -> AnalysisData:
    """The three datasets, numbered. Raises ValueError where one lacks a column, or ADSL has a subject twice."""
    subjects = Subjects(adsl)
    return AnalysisData(subjects, Records("ADRS", adrs, subjects), Records("ADTTE", adtte, subjects))


def run_codes(values: pd.Series) -> tuple[Positions, pd.Index]:
    """The number of each value among the distinct ones (-1: missing), and these; of equal ones in a row one is looked up."""
    starts, codes, distinct = runs(values)
    return np.repeat(codes, np.diff(starts, append=len(values))), distinct


def runs(values: pd.Series) -> tuple[Positions, Positions, pd.Index]:
    """Where each run of one value starts, the number of its value among the distinct ones (-1: missing), and these."""
    given = values.to_numpy(dtype=object)
    where = addresses(given)
    starts = np.flatnonzero(np.concatenate([[True], where[1:] != where[:-1]])[: len(given)])
    codes, distinct = distinct_codes(given[starts])
    return starts, codes, pd.Index(distinct, dtype=object)


def addresses(given: NDArray[np.object_]) -> Positions:
    """Where each object lies in memory, which tells two objects apart far faster than their texts do."""
    return np.ndarray(len(given), np.intp, np.ascontiguousarray(given))


def distinct_codes(given: NDArray[np.object_]) -> tuple[Positions, NDArray[np.object_]]:
    """The number of each value among the distinct ones (-1: missing), and these; of one object in many rows one is read."""
    codes, objects = pd.factorize(addresses(given))
    first = np.empty(len(objects), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(given))[::-1]
    numbers, distinct = pd.factorize(given[first])
    return numbers[codes], distinct


def text_codes(values: pd.Series | NDArray[np.object_]) -> tuple[Positions, list[str]]:
    """The number of each value's text among the texts in order, and these; a missing value is ``""``."""
    codes, distinct = distinct_codes(np.asarray(values, dtype=object))
    texts = [format_value(value) for value in distinct]
    if (codes < 0).any():
        codes, texts = np.where(codes < 0, len(texts), codes), [*texts, ""]
    names = sorted(set(texts))
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[text] for text in texts], dtype=np.int64)[codes], names


def require_columns(frame: pd.DataFrame, name: str, columns: Collection[str]) -> None:
    """Raises ValueError, with the nearest name that exists, for the first column that the dataset lacks."""
    for column in columns:
        if column not in frame:
            raise ValueError(f'{name} has no column "{column}"{nearest(column, frame.columns)}')
