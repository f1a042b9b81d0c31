"""What a define.xml says of datasets, variables, values and terms, as plain values. Nothing here reads a file."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import format_value
from hcc_sdtm.finding import Finding
from hcc_sdtm.source import Source

NUMERIC_TYPES = ("integer", "float")

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "LT": operator.lt, "LE": operator.le, "GT": operator.gt, "GE": operator.ge,
}  # fmt: skip


@dataclass(frozen=True)
class DefinedCodelist:
    """A codelist: the terms by which its variables may be filled, those of the sponsor, and whether it is a dictionary's."""

    oid: str
    name: str
    type: str
    terms: Mapping[str, str]
    """Decode by coded value; ``""`` where there is none."""

    extended: frozenset[str]
    is_external: bool
    line: Source


@dataclass(frozen=True, slots=True)
class RangeCheck:
    """One condition of a where clause: a variable (``dataset`` ``""``: of any), a comparator of Define-XML, its values."""

    dataset: str
    variable: str
    comparator: str
    values: tuple[str, ...]

    def where(self, values: pd.Series) -> np.ndarray:
        """Mask of the records of a column for which the condition holds; a missing value is in no list."""
        codes, distinct = pd.factorize(values.to_numpy(), use_na_sentinel=False)
        return np.array([self._holds(format_value(value)) for value in distinct], dtype=bool)[codes]

    def _holds(self, text: str) -> bool:
        if self.comparator in ("EQ", "IN"):
            return text in self.values
        if self.comparator in ("NE", "NOTIN"):
            return text not in self.values
        compare = _COMPARE.get(self.comparator)
        try:
            return compare is not None and compare(float(text), float(self.values[0]))
        except (ValueError, IndexError):
            return False

    def __str__(self) -> str:
        return f"{self.variable} {self.comparator} {', '.join(self.values)}"


@dataclass(frozen=True)
class DefinedItem:
    """What the define says of a variable, or of its values where a condition holds.

    ``length`` is None where it says none; ``is_mandatory`` means that no record may lack a value.
    """

    name: str
    label: str
    type: str
    length: int | None
    format: str
    codelist: str
    origin: str
    is_mandatory: bool
    order: int | None
    key: int | None
    has_no_data: bool
    line: Source
    values: tuple[DefinedValue, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.type in NUMERIC_TYPES


@dataclass(frozen=True)
class DefinedValue:
    """Value level: what is said of a variable's values in the records where one of the clauses holds.

    A clause holds where all of its conditions do.
    """

    item: DefinedItem
    clauses: tuple[tuple[RangeCheck, ...], ...]

    def __str__(self) -> str:
        return " or ".join(" and ".join(map(str, clause)) for clause in self.clauses)


@dataclass(frozen=True)
class DefinedDataset:
    """What the define says of a dataset, its variables in the order that it gives them."""

    name: str
    label: str
    class_: str
    structure: str
    has_no_data: bool
    items: tuple[DefinedItem, ...]
    line: Source

    @cached_property
    def by_name(self) -> Mapping[str, DefinedItem]:
        """The variables by name."""
        return {item.name: item for item in self.items}

    @property
    def keys(self) -> tuple[str, ...]:
        """The key variables in their order."""
        keyed = [(item.key, item.name) for item in self.items if item.key is not None]
        return tuple(name for _, name in sorted(keyed))


@dataclass(frozen=True)
class DefineMetadata:
    """A define.xml: its version, its datasets and codelists, and what is wrong with the file itself."""

    file: str
    version: str
    datasets: Mapping[str, DefinedDataset]
    codelists: Mapping[str, DefinedCodelist]
    findings: tuple[Finding, ...] = field(default=())
