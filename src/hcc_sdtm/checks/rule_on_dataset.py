"""A line of the rule tables on one dataset: its names with the dataset's prefix, its records, its columns.

Knows which datasets a scope means and which records a condition holds for. Where a column is asked for that the dataset
has not, the answer is `Missing`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm.checks.column import Column
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.rule_condition import Condition
from hcc_sdtm.spec.rule_table import CLASSES, RuleRow

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*", re.ASCII)


@dataclass(frozen=True)
class RuleOnDataset:
    """One line and one dataset that is there."""

    row: RuleRow
    evidence: Evidence
    dataset: Dataset

    @property
    def name(self) -> str:
        """The dataset's name."""
        return self.dataset.name

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The line's variables under their names in the dataset, without optional ones that it has not."""
        return tuple(self.named_here(" ".join(self.row.variables)))

    @property
    def value(self) -> str:
        """The line's value, ``--`` with the dataset's prefix."""
        return self.named(self.row.value)

    @property
    def terms(self) -> tuple[str, ...]:
        """The line's value as a list, ``--`` with the dataset's prefix."""
        return tuple(map(self.named, self.row.terms))

    def named(self, text: str) -> str:
        """The text with the dataset's prefix for ``--``."""
        return text.replace("--", prefix_of(self.name)) if "--" in text else text

    def named_here(self, names: str) -> list[str]:
        """The variables of a list under their names in the dataset, without optional ones (``NAME?``) that it has not."""
        named = [(name.removesuffix("?"), name.endswith("?")) for name in self.named(names).split()]
        return [name for name, is_optional in named if not is_optional or self.has(name)]

    def is_optional(self, variable: str) -> bool:
        """Whether the line names the variable, in its variables or its value, as one that need not be there."""
        return f"{variable}?" in self.named(f"{' '.join(self.row.variables)} {self.row.value}").split()

    def has(self, variable: str) -> bool:
        """Whether the dataset has the column."""
        return variable in self.dataset.frame.columns

    def column(self, variable: str) -> Column:
        """A column of the dataset. Raises Missing where there is none."""
        return self.evidence.column(self.name, variable)

    @cached_property
    def applies(self) -> bool:
        """Whether the conditions on columns hold; not where all the line's variables are optional and none is there."""
        is_asked = all(self._is_there(each) for each in self.row.when if each.is_structural)
        return is_asked and bool(self.variables or not self.row.variables or self.row.kind == "any-column")

    def _is_there(self, condition: Condition) -> bool:
        """Whether a condition on a column holds."""
        variable = self.named(condition.variable)
        if condition.operator == "filled":
            return self.has(variable) and not self.column(variable).is_empty
        return self.has(variable) == (condition.operator == "column")

    @cached_property
    def records(self) -> np.ndarray | None:
        """Mask of the records that the conditions hold for; None: all of them."""
        masks = [
            _holds(replace(each, values=tuple(map(self.named, each.values))), self._asked(each))
            for each in self.row.when
            if not each.is_structural
        ]
        return np.logical_and.reduce(masks) if masks else None

    def _asked(self, condition: Condition) -> Column:
        name = self.named(condition.variable)
        if condition.is_optional and not self.has(name):
            return Column(pd.Series([""] * len(self.dataset), dtype=object))
        return self.column(name)

    def pairs(self, first: str, second: str, positions: np.ndarray) -> list[tuple[str, str]]:
        """The texts of two columns at the positions."""
        one, other = self.column(first), self.column(second)
        return [
            (one.texts[a], other.texts[b])
            for a, b in zip(one.codes[positions].tolist(), other.codes[positions].tolist(), strict=True)
        ]

    def among(self, mask: np.ndarray) -> np.ndarray:
        """Positions of the records of a mask that the conditions hold for."""
        return np.flatnonzero(mask if self.records is None else mask & self.records)

    @cached_property
    def said(self) -> str:
        """The conditions in words, `` where AESER is Y``; ``""`` for none."""
        parts = [_in_words(each, self.named(each.variable)) for each in self.row.when if not each.is_structural]
        return self.named(f" where {' and '.join(parts)}") if parts else ""

    def flag(
        self, positions: np.ndarray, variable: str, message: str | Sequence[str], expected: str | Sequence[str] = ""
    ) -> Iterator[Flag]:
        """A flag at the positions, with the line's own message where it has one; none for no position."""
        if len(positions):
            yield Flag(self.name, positions, variable, self.named(self.row.message) or message, expected)

    def flag_whole(self, variable: str, message: str, expected: str = "") -> Iterator[Flag]:
        """A flag on the dataset itself."""
        message = self.named(self.row.message) or message
        yield Flag(self.name, np.empty(0, dtype=np.int64), variable, message, expected, is_whole=True)


def prefix_of(dataset: str) -> str:
    """The prefix of a dataset's variables: the first two letters of the domain, in SUPP-- those of the parent.

    Of associated persons (APMH) it is that of the domain they are described in (SDTMIG-AP 1.0, section 2).
    """
    name = dataset.removeprefix("SUPP")
    return name[2:4] if name.startswith("AP") and len(name) == len("APMH") else name[:2]


def datasets_in_scope(row: RuleRow, evidence: Evidence) -> list[str]:
    """The datasets of the evidence that the line's scope means, in their order."""
    taken = [word for word in row.scope if not word.startswith("-")]
    left = [word.removeprefix("-") for word in row.scope if word.startswith("-")]
    return [
        name
        for name, dataset in evidence.datasets.items()
        if any(_is_meant(word, dataset.spec, evidence) for word in taken)
        and not any(_is_meant(word, dataset.spec, evidence) for word in left)
    ]


def datasets_of(word: str, evidence: Evidence) -> list[str]:
    """The datasets of the evidence that one word of a scope means, in their order."""
    return [name for name, dataset in evidence.datasets.items() if _is_meant(word, dataset.spec, evidence)]


def _is_meant(word: str, spec: DatasetSpec, evidence: Evidence) -> bool:
    if word in (spec.name, evidence.domains.get(spec.name)):
        return True
    if word == "SUPP":
        return spec.name.startswith("SUPP")
    is_analysis = spec.name in evidence.specs.adam or spec.name.startswith("AD")
    if word == "ADAM":
        return is_analysis
    if word == "SDTM":
        return not is_analysis
    if word in ("BDS", "TTE", "OCCDS"):
        return is_analysis and _structure_of(evidence, spec.name, word)
    return not is_analysis and not spec.name.startswith("SUPP") and spec.class_ in CLASSES.get(word, ())


def _structure_of(evidence: Evidence, name: str, structure: str) -> bool:
    """Whether an analysis dataset has the columns that make it of a structure (ADaMIG 1.3, 2.3)."""
    columns = set(evidence.datasets[name].frame.columns)
    is_bds = "PARAMCD" in columns
    if structure == "TTE":
        return is_bds and "CNSR" in columns
    return is_bds if structure == "BDS" else not is_bds and name != "ADSL"


def _holds(condition: Condition, column: Column) -> np.ndarray:
    if condition.operator == "present":
        return column.given
    if condition.operator == "absent":
        return ~column.given
    if condition.operator in ("=", "!="):
        wanted = frozenset(condition.values)
        if condition.operator == "=":
            return column.where(wanted.__contains__)
        return column.where(lambda text: text.strip() != "" and text not in wanted)
    (value,) = condition.values
    if condition.operator in ("~", "!~"):
        fits = re.compile(value).fullmatch
        if condition.operator == "~":
            return column.where(lambda text: fits(text) is not None)
        return column.where(lambda text: text.strip() != "" and fits(text) is None)
    compare, limit = COMPARISONS[condition.operator], float(value)
    return column.where(lambda text: (number := number_of(text)) is not None and compare(number, limit))


def number_of(text: str) -> float | None:
    """The number that a text is, in plain or exponential notation; None for any other, and for one beyond all bounds."""
    value = float(text) if _NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


def _in_words(condition: Condition, variable: str) -> str:
    values = " or ".join(condition.values)
    words = {
        "present": f"{variable} has a value",
        "absent": f"{variable} has none",
        "=": f"{variable} is {values}",
        "!=": f"{variable} is not {values}",
        "~": f"{variable} is like {values}",
        "!~": f"{variable} is not like {values}",
    }
    return words.get(condition.operator, f"{variable} is {condition.operator} {values}")


def missing_dataset(row: RuleRow) -> Missing:
    """Why a line could not be evaluated on any dataset."""
    return Missing(f"there is no dataset of {' '.join(row.scope)}")
