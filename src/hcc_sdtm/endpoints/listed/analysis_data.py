"""The analysis datasets as endpoints read them: subjects numbered once, records split by parameter once.

A subject's number is the place of USUBJID among those of ADSL in order, so that the order of rows changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hcc_sdtm.dataset import format_value
from hcc_sdtm.endpoints.risk_sets import distinct_counts
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
        """A variable of ADSL as the number of each subject's text, and the texts in order; a missing value is ``""``."""
        if variable not in self._texts:
            require_columns(self._adsl, "ADSL", (variable,))
            found: dict[str, int] = {}
            codes = text_numbers(self._adsl[variable].to_numpy(dtype=object), self._order, found)
            texts = sorted(found)
            # of the numbers in the order of the texts, the place of each
            self._texts[variable] = np.argsort([found[text] for text in texts])[codes], texts
        return self._texts[variable]

    def numbers(self, usubjid: pd.Series) -> Positions:
        """The number of each USUBJID; -1 for one that ADSL does not have."""
        given = usubjid.to_numpy(dtype=object)
        starts = run_starts(given)
        codes, having = object_codes(given, starts)
        numbers = self.names.get_indexer(pd.Index(given[having], dtype=object)).astype(np.int64)
        return np.repeat(numbers[codes], np.diff(starts, append=len(given)))


class Columns:
    """The columns of a dataset, each converted once; ``name`` is the dataset's, for messages."""

    def __init__(self, name: str, frame: pd.DataFrame) -> None:
        self.name, self.frame = name, frame
        self._numbers: dict[str, Floats] = {}
        self._objects: dict[str, NDArray[np.object_]] = {}

    def numbers(self, variable: str, rows: Positions) -> Floats:
        """A numeric variable in these rows. Raises ValueError where the dataset lacks it."""
        if variable not in self._numbers:
            require_columns(self.frame, self.name, (variable,))
            self._numbers[variable] = self.frame[variable].to_numpy(dtype=np.float64, na_value=np.nan)
        return self._numbers[variable][rows]

    def texts(self, variable: str, rows: Positions) -> tuple[Positions, list[str]]:
        """A variable in these rows as the number of its text, and the texts in no order; a missing value is ``""``."""
        if variable not in self._objects:
            require_columns(self.frame, self.name, (variable,))
            self._objects[variable] = self.frame[variable].to_numpy(dtype=object)
        found: dict[str, int] = {}
        return text_numbers(self._objects[variable], rows, found).astype(np.int64), list(found)


class ParameterRecords:
    """The records of one parameter, in the order of their subjects: their rows in the dataset, and the subjects' numbers."""

    def __init__(self, columns: Columns, rows: Positions, subjects: Positions) -> None:
        self.rows, self.subjects = rows, subjects
        self._columns = columns
        self._numbers: dict[str, Floats] = {}
        self._order: dict[str, Positions] = {}
        self._ranks: dict[str, tuple[Floats, Positions]] = {}
        self._codes: dict[str, tuple[Positions, list[float]]] = {}
        self._texts: dict[str, tuple[Positions, list[str]]] = {}

    def numbers(self, variable: str) -> Floats:
        """`Columns.numbers` of all of them, read once."""
        if variable not in self._numbers:
            self._numbers[variable] = self._columns.numbers(variable, self.rows)
        return self._numbers[variable]

    def order(self, variable: str) -> Positions:
        """Their places in the order of a numeric variable, missing ones last."""
        if variable not in self._order:
            self._order[variable] = np.argsort(self.numbers(variable))
        return self._order[variable]

    def ranks(self, variable: str) -> tuple[Floats, Positions]:
        """The distinct values of a numeric variable in order, and the place of each of theirs; -1 where it is missing."""
        if variable not in self._ranks:
            numbers = self.numbers(variable)
            known = self.order(variable)[: np.count_nonzero(~np.isnan(numbers))]
            values, counts = distinct_counts(numbers[known])
            places = np.full(len(numbers), -1, dtype=np.int64)
            places[known] = np.repeat(np.arange(len(values)), counts)
            self._ranks[variable] = values, places
        return self._ranks[variable]

    def codes(self, variable: str) -> tuple[Positions, list[float]]:
        """A numeric variable of few values as the number of its value, and the values in no order."""
        if variable not in self._codes:
            codes, values = pd.factorize(self.numbers(variable), use_na_sentinel=False)
            self._codes[variable] = codes, values.tolist()
        return self._codes[variable]

    def texts(self, variable: str) -> tuple[Positions, list[str]]:
        """`Columns.texts` of all of them, read once."""
        if variable not in self._texts:
            self._texts[variable] = self._columns.texts(variable, self.rows)
        return self._texts[variable]

    def has_text(self, variable: str, values: Collection[str]) -> Mask:
        """Whether the text of each of them is one of the values."""
        codes, texts = self.texts(variable)
        return np.array([text in values for text in texts], dtype=np.bool_)[codes]


class Records:
    """ADTTE or ADRS; ``name`` is the dataset's, for messages."""

    def __init__(self, name: str, frame: pd.DataFrame, subjects: Subjects) -> None:
        require_columns(frame, name, ("USUBJID", "PARAMCD"))
        self.name, self.frame, self.subjects = name, frame, subjects
        self._columns = Columns(name, frame)
        self._found: dict[str, ParameterRecords] = {}

    def of(self, paramcd: str) -> tuple[Positions, Positions]:
        """Rows of the parameter, in the order of their subjects, and the subjects' numbers; who is not in ADSL has none."""
        own = self.parameter(paramcd)
        return own.rows, own.subjects

    def parameter(self, paramcd: str) -> ParameterRecords:
        """The records of the parameter, found once."""
        if paramcd not in self._found:
            rows = self._rows(paramcd)
            numbers = self._numbers[rows]
            order = np.argsort(numbers, kind="stable")
            order = order[numbers[order] >= 0]
            self._found[paramcd] = ParameterRecords(self._columns, rows[order], numbers[order])
        return self._found[paramcd]

    def numbers(self, variable: str, rows: Positions) -> Floats:
        """A numeric variable in these rows. Raises ValueError where the dataset lacks it."""
        return self._columns.numbers(variable, rows)

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
        starts, codes, names = self._parameters
        own = np.flatnonzero(codes == names[paramcd]) if paramcd in names else np.empty(0, dtype=np.int64)
        first, length = starts[own], starts[own + 1] - starts[own]
        # each run's first row less the rows of the runs before it, then one further with every row
        return np.repeat(first - np.cumsum(length) + length, length) + np.arange(length.sum())

    @cached_property
    def _parameters(self) -> tuple[Positions, NDArray[Any], dict[str, int]]:
        """Where each run of rows of one PARAMCD starts, and the last ends; its number, and the numbers by PARAMCD."""
        given = self.frame["PARAMCD"].to_numpy(dtype=object)
        starts = run_starts(given)
        names: dict[str, int] = {}
        return np.append(starts, len(given)), text_numbers(given, starts, names), names


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


def addresses(given: NDArray[np.object_]) -> Positions:
    """Where each object lies in memory, which tells two objects apart far faster than their texts do."""
    return np.ndarray(len(given), np.intp, np.ascontiguousarray(given))


def run_starts(given: NDArray[np.object_]) -> Positions:
    """Where each run of one object starts."""
    where = addresses(given)
    return np.flatnonzero(np.concatenate([[True], where[1:] != where[:-1]])[: len(given)])


def object_codes(given: NDArray[np.object_], rows: Positions) -> tuple[Positions, Positions]:
    """The number of each row's object among the distinct ones, and one of the rows that have each."""
    codes, objects = pd.factorize(addresses(given)[rows])
    having = np.empty(len(objects), dtype=np.int64)
    having[codes] = rows
    return codes, having


def text_numbers(given: NDArray[np.object_], rows: Positions, numbers: dict[str, int]) -> NDArray[Any]:
    """The number of each row's text, of which ``numbers`` gets those it has not; a missing value is ``""``.

    An object is read once. The numbers are of the smallest integers that hold them, which are looked through fastest.
    """
    codes, having = object_codes(given, rows)
    values, distinct = pd.factorize(given[having])
    texts = [*(format_value(value) for value in distinct), ""]
    of_objects = [numbers.setdefault(texts[value], len(numbers)) for value in values]
    return np.array(of_objects, dtype=np.min_scalar_type(len(numbers)))[codes]


def require_columns(frame: pd.DataFrame, name: str, columns: Collection[str]) -> None:
    """Raises ValueError, with the nearest name that exists, for the first column that the dataset lacks."""
    for column in columns:
        if column not in frame:
            raise ValueError(f'{name} has no column "{column}"{nearest(column, frame.columns)}')
