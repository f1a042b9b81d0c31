"""The admissible values of ADTTE as its columns ADTLO, ADTHI, AVALLO, AVALHI and ADTBND.

Knows what stands there for subjects without partial dates, and for those with too many completions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.adam.subjects.adsl import adsl_subjects
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.duration import duration
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.trial import Trial

NOT_ENUMERATED = "ADTTE-130 adtte.too-many-completions"
"""A subject's partial dates have more completions than are tried: its admissible values are a wide interval."""

EXACT, INTERVAL = "EXACT", "INTERVAL"
"""ADTBND: the values of every completion were found; or the interval certainly contains them."""

BOUND_COLUMNS = ("ADTLO", "ADTHI", "AVALLO", "AVALHI")


def add_admissible(
    adtte: Dataset, admissible: Admissible, adsl: Dataset, trial: Trial, parameters: Sequence[TimeToEvent]
) -> tuple[Dataset, pd.DataFrame]:
    """ADTTE with the earliest and latest admissible ADT and the smallest and largest AVAL, and the findings about them.

    ADTLO, ADTHI, AVALLO and AVALHI; ADT and AVAL themselves are always among the admissible. ADTBND is EXACT where every
    completion was tried, INTERVAL where there are too many: then the dates are the earliest origin and the data cut-off,
    which certainly contain the truth, and a finding says so. Without partial dates all are ADT and AVAL, and ADTBND is
    missing. Completions in which the subject has no record do not count.
    """
    if admissible.outcomes.empty and admissible.not_enumerated.empty:
        return adtte, findings_frame()
    frame = adtte.frame.copy()
    key = pd.MultiIndex.from_frame(frame[["USUBJID", "PARAMCD"]])
    of_keys = admissible.outcomes.astype({"AVAL": float}).groupby(["USUBJID", "PARAMCD"], observed=True)
    limits = of_keys.agg(ADTLO=("ADT", "min"), ADTHI=("ADT", "max"), AVALLO=("AVAL", "min"), AVALHI=("AVAL", "max"))
    for name in BOUND_COLUMNS:
        value = frame["ADT" if name.startswith("ADT") else "AVAL"].to_numpy(dtype=float)
        found = limits[name].reindex(key).to_numpy(dtype=float)
        frame[name] = np.fmin(value, found) if name.endswith("LO") else np.fmax(value, found)
    frame["ADTBND"] = np.where(key.isin(limits.index), EXACT, "").astype(object)
    wide = np.flatnonzero(key.isin(pd.MultiIndex.from_frame(admissible.not_enumerated[["USUBJID", "PARAMCD"]])))
    if not len(wide):
        return Dataset(adtte.spec, frame, adtte.lineage, adtte.derivations), findings_frame()
    frame.loc[wide, "ADTBND"] = INTERVAL
    _write_intervals(frame, wide, admissible.not_enumerated, adsl_subjects(adsl, trial), trial, parameters)
    made = Dataset(adtte.spec, frame, adtte.lineage, adtte.derivations)
    message = (
        f"the partial dates behind it have more than {trial.most_completions:,} completions; "
        "the earliest and latest admissible dates are the origin and the data cut-off"
    )
    return made, made.findings(wide, NOT_ENUMERATED, "note", "ADT", message, "dates known better")


def _write_intervals(
    frame: pd.DataFrame,
    rows: np.ndarray,
    not_enumerated: pd.DataFrame,
    subjects: Subjects,
    trial: Trial,
    parameters: Sequence[TimeToEvent],
) -> None:
    """The interval from the earliest possible origin to the data cut-off, in the parameter's unit."""
    by_code = {parameter.paramcd: parameter for parameter in parameters}
    own = frame.iloc[rows]
    open_from = not_enumerated.set_index(["USUBJID", "PARAMCD"])["EARLIEST"]
    first_open = open_from.reindex(pd.MultiIndex.from_frame(own[["USUBJID", "PARAMCD"]])).to_numpy(dtype=float)
    treated = subjects.days["TRTSDT"][subjects.codes(own["USUBJID"])]
    earliest = np.fmin.reduce([own["STARTDT"].to_numpy(dtype=float), treated, first_open])
    frame.loc[own.index, "ADTLO"] = earliest
    frame.loc[own.index, "ADTHI"] = np.fmax(own["ADT"].to_numpy(dtype=float), subjects.cutoff)
    for code, group in frame.iloc[rows].groupby("PARAMCD"):
        parameter = by_code[str(code)]
        first_day = trial.first_day if parameter.first_day is None else parameter.first_day
        for name, end in (("AVALLO", "ADTLO"), ("AVALHI", "ADTHI")):
            days = duration(group["ADTLO"], group[end], parameter.unit, first_day, month_days=trial.month_days)
            frame.loc[group.index, name] = days
