"""What an estimation of the trial's list made: the results, the curves, and the records behind each result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.competing import IncidenceCurve
from hcc_sdtm.endpoints.listed.analysis_data import Positions
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.interval_study import IntervalStudy
from hcc_sdtm.endpoints.survival import SurvivalCurve

Curve = SurvivalCurve | IncidenceCurve

ANALYSED_COLUMNS = ("endpoint", "group", "dataset", "USUBJID", "ASEQ")


@dataclass(frozen=True)
class Estimates:
    """The endpoints of a trial, estimated.

    ``results`` has one row a statistic (`statistics.RESULT_COLUMNS`); ``curves`` the curve of each endpoint that has one, for
    all its subjects; ``group_curves`` those of groups, by endpoint and group; ``sets`` the records that each endpoint and
    group rests on, as places in the dataset that was given; ``intervals`` those of subjects, of interval-censored endpoints.
    """

    results: pd.DataFrame
    curves: Mapping[str, Curve]
    group_curves: Mapping[tuple[str, str], Curve]
    sets: Mapping[tuple[str, str], AnalysisSet]
    intervals: Mapping[tuple[str, str], IntervalStudy] = field(default_factory=dict)

    @cached_property
    def analysed(self) -> pd.DataFrame:
        """The records behind each endpoint and group (`ANALYSED_COLUMNS`): categories, and ASEQ, NaN where there is none."""
        if not self.sets:
            return pd.DataFrame(columns=list(ANALYSED_COLUMNS))
        keys, sets = list(self.sets), list(self.sets.values())
        number = np.repeat(np.arange(len(sets)), [len(each.rows) for each in sets])
        subjects = np.concatenate([each.subjects for each in sets])
        aseq = [each.numbers("ASEQ") if each.records.has("ASEQ") else np.full(len(each.rows), np.nan) for each in sets]
        columns = {
            "endpoint": _repeated([endpoint for endpoint, _ in keys], number),
            "group": _repeated([group for _, group in keys], number),
            "dataset": _repeated([each.records.name for each in sets], number),
            "USUBJID": _categories(sets[0].records.subjects.names, subjects),
            "ASEQ": np.concatenate(aseq),
        }
        return pd.DataFrame(columns)


def _repeated(texts: list[str], number: Positions) -> pd.Categorical:
    names = list(dict.fromkeys(texts))
    return _categories(pd.Index(names), np.array([names.index(text) for text in texts], dtype=np.int64)[number])


def _categories(names: pd.Index, codes: Positions) -> pd.Categorical:
    return pd.Categorical.from_codes(cast("Sequence[int]", codes), categories=names)
