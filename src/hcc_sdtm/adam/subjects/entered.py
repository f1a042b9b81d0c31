"""Which subjects of DM are in the study at the data cut-off: who came into it later is in no analysis at that day.

A subject whose dates say both is in: a wrong date of consent loses nobody. Medical history and medication are not asked,
because they come before the study.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.finding import join_findings

ENTERED_LATER = "DRV-003 derive.entered-after-cutoff"
"""A subject came into the study after the data cut-off and is in no analysis dataset."""

LOST_SUBJECT = "AD-0014 "
"""The check that asks about subjects of DM whom ADSL has not."""

FIRST_DATES = ("RFICDTC", "RFSTDTC", "RFXSTDTC", "DMDTC")
"""Dates of DM that come as the subject enters; a death or an end after the cut-off says nothing of the start."""

TAKING_PART = {"EX": "EXSTDTC", "EC": "ECSTDTC", "DS": "DSSTDTC", "SV": "SVSTDTC", "SS": "SSDTC", "RS": "RSDTC"}
"""Datasets whose records show that a subject was in the study on their day, and that day."""


def entered_later(datasets: Mapping[str, Dataset], cutoff: float) -> np.ndarray:
    """Mask of the records of DM of subjects who came into the study after the cut-off.

    Each of `FIRST_DATES` that is given can only be after it, and so can the days of `TAKING_PART`. A subject without any of
    the first dates is in the study.
    """
    frame = datasets["DM"].frame
    first = np.full(len(frame), np.inf)
    for name in _dates(frame):
        first = np.fmin(first, _first_days(frame[name]))
    later = np.isfinite(first) & (first > cutoff)
    for name, date in TAKING_PART.items():
        if not later.any():
            break
        other = datasets.get(name)
        if other is not None and {"USUBJID", date} <= set(other.frame.columns):
            own = other.frame[other.frame["USUBJID"].isin(frame.loc[later, "USUBJID"])]
            seen = own.loc[_first_days(own[date]) <= cutoff, "USUBJID"]
            later &= ~frame["USUBJID"].isin(seen).to_numpy()
    return np.asarray(later)


def _first_days(dates: pd.Series) -> np.ndarray:
    return bounds(dates)["earliest"].to_numpy(dtype=float)


def _dates(frame: pd.DataFrame) -> list[str]:
    return [name for name in FIRST_DATES if name in frame]


def entered_later_findings(datasets: Mapping[str, Dataset], cutoff: float) -> pd.DataFrame:
    """One note for each such record, at its first date that is given."""
    dm = datasets["DM"]
    left, found = entered_later(datasets, cutoff), []
    for name in _dates(dm.frame):
        here = left & (dm.frame[name] != "").to_numpy()
        left &= ~here
        message = f'{name} "{{value}}" and whatever else dates this subject are after the data cut-off: in no analysis dataset'
        found.append(dm.findings(here, ENTERED_LATER, "note", name, message, "a date up to the cut-off"))
    return join_findings(found)


def without_later_subjects(
    checked: pd.DataFrame, outcomes: pd.DataFrame, of_adam: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Findings and outcomes of the checks without those about subjects whom ADSL rightly has not."""
    later = of_adam.loc[of_adam["rule"] == ENTERED_LATER, "subject"]
    answered = checked["rule"].str.startswith(LOST_SUBJECT) & checked["subject"].isin(later)
    if not answered.any():
        return checked, outcomes
    asked = outcomes["rule"].str.startswith(LOST_SUBJECT)
    outcomes = outcomes.copy()
    outcomes.loc[asked, "findings"] -= int(answered.sum())
    outcomes.loc[asked & (outcomes["findings"] == 0), "outcome"] = "pass"
    return checked[~answered].reset_index(drop=True), outcomes
