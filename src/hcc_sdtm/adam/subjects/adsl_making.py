"""ADSL while it is being made: the variables so far, what they were made from, and the findings to come.

Knows nothing of a verb: those over records are in `adsl_from_records`, those over other variables in
`adsl_from_variables`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.adam.subjects.subject_records import SubjectRecords
from hcc_sdtm.adam.timeline import Subjects, Timeline
from hcc_sdtm.dataset import Dataset, Derivation
from hcc_sdtm.spec.model import DatasetSpec, Specs, Variable
from hcc_sdtm.spec.trial import Trial


@dataclass
class Made:
    """One variable: its values by subject, and what goes with them, one element a subject each.

    ``at`` is the number of the record that gave the value, ``day`` the first day that its date can be, ``flag`` the
    imputation flag of a date. ``extra`` are further columns of ADSL, hidden ones and published imputation flags.
    """

    values: np.ndarray
    derivation: Derivation
    at: np.ndarray | None = None
    day: np.ndarray | None = None
    flag: np.ndarray | None = None
    extra: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def is_present(self) -> np.ndarray:
        """Mask of the subjects that have a value."""
        if self.values.dtype == object:
            return np.asarray(self.values != "")
        return np.asarray(~np.isnan(self.values))


@dataclass(frozen=True)
class Asked:
    """A finding about ADSL itself, for the subjects of the mask, once ADSL is there."""

    mask: np.ndarray
    rule: str
    severity: str
    variable: str
    message: str
    expected: str


@dataclass
class Making:
    """What every verb reads and adds to.

    ``qualified`` has datasets with the qualifiers that were asked for so far, ``chosen`` the records that rules have chosen,
    by what chose them.
    """

    datasets: Mapping[str, Dataset]
    specs: Specs
    trial: Trial
    subjects: Subjects
    made: dict[str, Made] = field(default_factory=dict)
    qualified: dict[str, Dataset] = field(default_factory=dict)
    chosen: dict[Hashable, SubjectRecords] = field(default_factory=dict)
    timelines: list[Timeline] = field(default_factory=list)
    findings: list[pd.DataFrame] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def table(self) -> DatasetSpec:
        """The table of ADSL."""
        return self.specs.adam["ADSL"]

    def variable(self, name: str) -> Variable | None:
        """The variable in the table of ADSL; None for a step on the way."""
        return self.table.by_name.get(name)

    def missing(self, name: str) -> np.ndarray:
        """A column without a value: numbers where the table of ADSL says so."""
        variable = self.variable(name)
        count = len(self.subjects)
        return np.full(count, np.nan) if variable and variable.is_numeric else np.full(count, "", dtype=object)
