"""The days between which each event of a subject must lie, for partial dates that are bounded by an event.

Knows the trial's order of events; how a bound is used is in `hcc_sdtm.adam.timeline`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.event_order import narrow
from hcc_sdtm.sdtm.event_dates import build_event_records, event_texts
from hcc_sdtm.spec.trial import CUTOFF, DatePolicy, Trial


def limit_column(event: str, end: str) -> str:
    """Name of ADSL's hidden column with the ``earliest`` or ``latest`` day of the event."""
    return f"_{end}:{event}"


def build_event_limits(datasets: Mapping[str, Dataset], trial: Trial, subjects: pd.Index) -> dict[str, np.ndarray]:
    """First and last day that the order of events leaves each event that bounds a role, by `limit_column`.

    One element a subject, NaN where the subject has no date of the event. No event is after the data cut-off. Events whose
    dates contradict each other limit nothing but themselves.
    """
    bounding = {bound for policy in trial.partial_dates.values() for bound in (*policy.not_before, *policy.not_after)}
    names = [name for name in trial.events if name in bounding]
    if not names:
        return {}
    texts = event_texts(build_event_records(datasets, trial), trial, subjects)
    texts[CUTOFF] = trial.data_cutoff
    narrowed = narrow(texts, [*([*chain, CUTOFF] for chain in trial.event_order), *([name, CUTOFF] for name in names)])
    limits = {}
    for name in names:
        # an event without a date may never have come: what limits it limits nothing else
        dated = (texts[name] != "").to_numpy()
        limits[limit_column(name, "earliest")] = np.where(dated, narrowed.earliest[name], np.nan)
        limits[limit_column(name, "latest")] = np.where(dated, narrowed.latest[name], np.nan)
    return limits


def policy_bounds(policy: DatePolicy, end: str, days: Mapping[str, np.ndarray], subject: np.ndarray) -> list[pd.Series]:
    """The bounds of a policy on one side, for the subjects of the records: ``earliest`` for ``not_before``, ``latest`` for
    ``not_after``; a date of ADSL is the same on both.
    """
    names = policy.not_before if end == "earliest" else policy.not_after
    chosen = [days[limit_column(name, end)] if limit_column(name, end) in days else days[name] for name in names]
    return [pd.Series(values[subject]) for values in chosen]
