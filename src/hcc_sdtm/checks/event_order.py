"""The order of a subject's events, as the trial gives it: dates that cannot all be right, and which of them to ask about.

Knows no rule; DT-005 asks about these dates, and rules on other orders leave them out, so that each is asked about once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.dates.event_order import narrow, suspects
from hcc_sdtm.dates.iso import from_days, to_days
from hcc_sdtm.sdtm.event_dates import event_dates, event_texts
from hcc_sdtm.spec.trial import Trial

DEATH = ("DM", "DTHDTC")

PAIR_COLUMNS = ["USUBJID", "before", "after"]

MISDATED_COLUMNS = ["event", "dataset", "variable", "position", "text", "other", "other_text", "is_later"]


def contradicting_events(evidence: Evidence) -> pd.DataFrame:
    """`PAIR_COLUMNS`: one row for each two events of a subject whose dates cannot be in the order that the trial gives them.

    Raises Missing where the trial gives no order, or the data has fewer than two of its events.
    """
    trial = evidence.trial
    if not trial.event_order:
        raise Missing("the trial gives its events no order")
    records = evidence.event_records
    if len(records.keys() & {name for chain in trial.event_order for name in chain}) < 2:
        raise Missing("fewer than two of the events in the trial's order are collected")
    subjects = pd.Index(pd.unique(pd.concat([rows["USUBJID"] for rows in records.values()])), dtype=object)
    texts = event_texts(records, trial, subjects)
    for name, event in trial.events.items():
        if not event.same_day:
            # what follows must come on the next day at the earliest; only a complete date has one next day
            following = from_days(to_days(texts[name]) + 1)
            texts[name] = following.where(following != "", texts[name])
    found = narrow(texts, trial.event_order).contradictions
    return pd.DataFrame(
        {
            "USUBJID": subjects.to_numpy()[found["position"].to_numpy(dtype=np.int64)],
            "before": found["before"].to_numpy(dtype=object),
            "after": found["after"].to_numpy(dtype=object),
        }
    )


def has_death(pairs: pd.DataFrame, trial: Trial) -> np.ndarray:
    """Mask of the pairs of which one event is the death in DM."""
    choices = {name: trial.event_records(name) for name in trial.events}
    deaths = [name for name, choice in choices.items() if (choice.dataset, choice.date) == DEATH]
    return (pairs["before"].isin(deaths) | pairs["after"].isin(deaths)).to_numpy()


def misdated_records(evidence: Evidence, pairs: pd.DataFrame) -> pd.DataFrame:
    """The dates to ask about so that no pair is left: one row for each of them and each date that it contradicts.

    ``event``, ``dataset``, ``variable``, ``position`` and ``text`` are the date to ask about; ``other`` and ``other_text``
    the event that it contradicts; ``is_later`` whether it should come after that one.

    The date in most contradictions of a subject is asked about; of several such, the one that the trial lists last. So
    are further records of the event with the same fault: of an event that is the first of its records those that are too
    early, of one that is the last those that are too late.
    """
    if pairs.empty:
        return pd.DataFrame(columns=MISDATED_COLUMNS)
    trial = evidence.trial
    records = evidence.event_records
    edges = _edges(pairs.assign(suspect=suspects(pairs, list(trial.events), "USUBJID")), records, trial)
    found = [_wrong_records(name, records[name], edges[edges["event"] == name], trial) for name in records]
    return pd.concat(found, ignore_index=True)[MISDATED_COLUMNS]


def misdated_alive(evidence: Evidence) -> pd.DataFrame:
    """`misdated_records` by the order of events other than death; none where the order cannot be looked at."""
    try:
        pairs = evidence.once(contradicting_events)
    except Missing:
        return pd.DataFrame(columns=MISDATED_COLUMNS)
    return misdated_records(evidence, pairs[~has_death(pairs, evidence.trial)].reset_index(drop=True))


def is_misdated(evidence: Evidence, dataset: str, variable: str, positions: pd.Series) -> np.ndarray:
    """Mask of the records whose date `misdated_alive` has."""
    wrong = evidence.once(misdated_alive)
    own = wrong.loc[(wrong["dataset"] == dataset) & (wrong["variable"] == variable), "position"]
    return positions.isin(own).to_numpy()


def _edges(pairs: pd.DataFrame, records: Mapping[str, pd.DataFrame], trial: Trial) -> pd.DataFrame:
    """One row for each contradiction of a suspect ``event``: the ``other`` event, whether it comes first, and its date."""
    is_later = (pairs["suspect"] == pairs["after"]).to_numpy()
    edges = pd.DataFrame(
        {
            "USUBJID": pairs["USUBJID"],
            "event": pairs["suspect"],
            "other": np.where(is_later, pairs["before"], pairs["after"]),
            "is_later": is_later,
        }
    )
    dates = [event_dates(rows, trial.events[name]).assign(other=name) for name, rows in records.items()]
    named = {"text": "other_text", "earliest": "other_earliest", "latest": "other_latest"}
    known = pd.concat(dates).drop(columns="position").rename(columns=named)
    return edges.merge(known, on=["USUBJID", "other"], how="left")


def _wrong_records(name: str, records: pd.DataFrame, edges: pd.DataFrame, trial: Trial) -> pd.DataFrame:
    event, choice = trial.events[name], trial.event_records(name)
    dating = event_dates(records, event)["position"]
    wrong = records.merge(edges, on="USUBJID").assign(dataset=choice.dataset, variable=choice.date)
    apart = np.array([0 if trial.events[other].same_day else 1 for other in wrong["other"]], dtype=float)
    early = wrong["is_later"] & (wrong["latest"] < wrong["other_earliest"] + apart) & (event.pick == "first")
    late = ~wrong["is_later"] & (wrong["earliest"] > wrong["other_latest"]) & (event.pick == "last")
    ordered: pd.DataFrame = wrong[wrong["position"].isin(dating) | early | late].sort_values("position", kind="stable")
    return ordered
