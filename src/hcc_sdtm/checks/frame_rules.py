"""Lines of the rule tables as pandera checks on one frame.

Knows the kinds that need no other dataset: those that look at one record at a time, and `unique`. A line that asks for a
column that the frame has not passes here; in a run it is not evaluated, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pa

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule_on_dataset import datasets_in_scope
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.rule_condition import is_variable

OF_VALUES = (
    "required", "any-required", "any-in-list", "null", "in-list", "not-in-list", "in-codelist", "pattern", "not-pattern",
    "iso8601", "number", "max-bytes", "trimmed", "ascii", "unique",
)  # fmt: skip
OF_TWO_VARIABLES = ("compares", "equals", "differs", "not-after", "not-before", "same-day")
"""Kinds whose value may be another variable of the record, or one of another dataset."""


def build_rule_checks(spec: DatasetSpec, specs: Specs) -> list[pa.Check]:
    """A check for each line that takes the dataset and needs nothing else, named by the rule's label.

    A line of severity warning or note gives a SchemaWarning.
    """
    columns = {name: pd.Series(dtype=object) for name in spec.names}
    nothing = Evidence({spec.name: Dataset(spec, pd.DataFrame(columns))}, specs, None)
    last = _LastFrame(spec, specs)
    return [
        pa.Check(
            _test(TableRule(row), spec.name, last), error=f"{row.id} {row.name}", raise_warning=row.severity != "error"
        )
        for row in specs.rules
        if _needs_nothing_else(row.kind, row.value) and spec.name in datasets_in_scope(row, nothing)
    ]


def _needs_nothing_else(kind: str, value: str) -> bool:
    return kind in OF_VALUES or (kind in OF_TWO_VARIABLES and is_variable(value.split()[-1]))


class _LastFrame:
    """The evidence of the frame that was asked about last: all checks of a schema look at the same one."""

    def __init__(self, spec: DatasetSpec, specs: Specs) -> None:
        self._spec, self._specs = spec, specs
        self._frame: pd.DataFrame | None = None
        self._evidence: Evidence | None = None

    def evidence(self, frame: pd.DataFrame) -> Evidence:
        if self._evidence is None or self._frame is not frame:
            self._frame = frame
            dataset = Dataset(self._spec, frame.reset_index(drop=True))
            self._evidence = Evidence({self._spec.name: dataset}, self._specs, None)
        return self._evidence


def _test(rule: TableRule, dataset: str, last: _LastFrame) -> Callable[[pd.DataFrame], pd.Series]:
    """Whether each record of a frame passes the rule."""

    def passes(frame: pd.DataFrame) -> pd.Series:
        right = np.ones(len(frame), dtype=bool)
        for positions in _found(rule, dataset, last.evidence(frame)):
            right[positions] = False
        return pd.Series(right, index=frame.index)

    return passes


def _found(rule: TableRule, dataset: str, evidence: Evidence) -> Iterator[np.ndarray]:
    for name, look in rule.parts(evidence):
        if name != dataset:
            continue
        try:
            # what is said of a whole column is true of each record
            every = np.arange(len(evidence.datasets[dataset]))
            yield from [every if flag.is_whole else flag.positions for flag in look()]
        except Missing:
            continue
