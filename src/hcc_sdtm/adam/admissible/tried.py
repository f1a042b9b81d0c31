"""The copies of some subjects with what was derived of them: the completions that were tried, and which are admissible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import Batch
from hcc_sdtm.adam.admissible.copies import Judged


@dataclass(frozen=True)
class DerivedCopies:
    """ADSL and ADRS of copies; and the times of each parameter, whose ``subject`` is the number of a row of ADSL.

    ``descriptions`` has EVNTDESC of the times of those parameters (PARAMCD) of which it was asked.
    """

    adsl: pd.DataFrame
    adrs: pd.DataFrame
    times: list[pd.DataFrame]
    descriptions: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """The completions of some batches.

    ``batch_of`` has the batch of each copy, ``derived`` what was derived of the copies and ``adsl`` their ADSL, one row each.
    """

    batches: Sequence[Batch]
    batch_of: np.ndarray
    derived: DerivedCopies
    adsl: pd.DataFrame
    judged: Judged

    @property
    def names(self) -> pd.Index:
        """The names of the copies."""
        return self.adsl.index

    @property
    def subject_of(self) -> np.ndarray:
        """The code of the subject of each copy."""
        return np.asarray(np.array([batch.subject for batch in self.batches])[self.batch_of])

    def wanted(self, numbers: Sequence[int]) -> np.ndarray:
        """Whether each batch (row) is tried for each of the targets (column)."""
        mask = np.zeros((len(self.batches), len(numbers)), dtype=bool)
        for position, batch in enumerate(self.batches):
            mask[position] = np.isin(numbers, batch.targets)
        return mask
