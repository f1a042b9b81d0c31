"""Rules on the order of dates: the two ends of a period, the data cut-off, the events of a subject.

A partial date is the interval of days it can mean; only a sure contradiction is found.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.event_order import contradicting_events, has_death, is_misdated, misdated_records
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, rule
from hcc_sdtm.checks.survival import ASSESSMENTS, subjects_with_wrong_death
from hcc_sdtm.dates.iso import to_days


@rule("DT-001", "date.ends-before-start", "error", covers="CORE-000718 FB3209")
def ends_before_start(evidence: Evidence) -> Iterator[Flag]:
    """A period that ends before it starts, at its end.

    What it finds: In any dataset, an --ENDTC surely before the --STDTC of the same record, where that start is
        not one that DT-005 asks about.
    Why it matters: Treatment end, duration and epochs are taken from these dates.
    Example: Radiotherapy from 2022-03-07 to 2022-02-18.
    Source: SDTMIG 3.4 section 4.4.3, intervals of time.
    """
    pairs = [
        (name, f"{name[:2]}STDTC", f"{name[:2]}ENDTC")
        for name in evidence.tabulations
        if evidence.has(name, f"{name[:2]}STDTC", f"{name[:2]}ENDTC")
    ]
    if not pairs:
        raise Missing("no dataset has a start and an end date")
    for name, start, end in pairs:
        starts, ends = evidence.records(name, date=start), evidence.records(name, date=end)
        wrong = (ends["latest"] < starts["earliest"]) & (starts["earliest"] <= evidence.cutoff_day)
        wrong &= ~is_misdated(evidence, name, start, starts["position"])
        messages = [
            f"ends {last}, starts {first}"
            for last, first in zip(ends.loc[wrong, end], starts.loc[wrong, start], strict=True)
        ]
        expected = [f"a date on or after {first}" for first in starts.loc[wrong, start]]
        yield Flag(name, ends.loc[wrong, "position"].to_numpy(), end, messages, expected)


@rule("DT-002", "date.after-cutoff", "warning")
def after_cutoff(evidence: Evidence) -> Iterator[Flag]:
    """A collected date after the data cut-off, at the date.

    What it finds: In any dataset, a collected date surely after the trial's data cut-off (its own, in an analysis of
        an earlier day). Dates that were derived are left out: what they came from is found.
    Why it matters: Records after the cut-off are removed before analysis; many of these are a mistyped year.
    Example: A scan dated 2025-01-14, cut-off 2024-02-29.
    Source: FDA guidance on cancer trial endpoints (2018), data cut-off; the trial's data cut-off date.
    """
    cutoff = evidence.trial.collected_until
    last = float(to_days(pd.Series([cutoff]))[0])
    collected = [
        (name, variable.name)
        for name, dataset in evidence.tabulations.items()
        for variable in dataset.spec.variables
        if variable.is_iso_date and evidence.has(name, variable.name) and variable.name not in dataset.derivations
    ]
    if not collected:
        raise Missing("no dataset has a collected date")
    for name, variable in collected:
        late = evidence.days(name, variable)["earliest"].to_numpy() > last
        message = f'"{{value}}" is after the data cut-off {cutoff}'
        yield Flag(name, late.nonzero()[0], variable, message, f"a date on or before {cutoff}")


@rule("DT-005", "event.out-of-order", "error")
def event_out_of_order(evidence: Evidence) -> Iterator[Flag]:
    """A date that contradicts the order of the subject's events, at that date.

    What it finds: Dates that cannot be in the order that the trial gives its events, complete or partial. Of
        the dates that contradict each other the one in most contradictions is asked about, and of several
        such the one that the trial lists last, with all the dates it contradicts. A death that treatment or
        an assessment contradicts is DS-001 or RS-003, a date after the data cut-off DT-002.
    Why it matters: Age, survival and time at risk are counted between these dates.
    Example: Diagnosed 2023-02, with consent on 2022-02-20 and radiotherapy from 2022-03-07.
    Source: The order of events in the trial's specification; SDTMIG 3.4 section 4.4.2, partial dates.
    """
    pairs = evidence.once(contradicting_events)
    pairs = pairs[~_asked_by_death(pairs, evidence)].reset_index(drop=True)
    wrong = misdated_records(evidence, pairs)
    for dataset, variable in wrong[["dataset", "variable"]].drop_duplicates().itertuples(index=False):
        own = wrong[(wrong["dataset"] == dataset) & (wrong["variable"] == variable)]
        told: dict[tuple[int, str], dict[str, list[str]]] = {}
        for position, event, text, is_later, other, date in zip(
            *(own[name].tolist() for name in ("position", "event", "text", "is_later", "other", "other_text")),
            strict=True,
        ):
            sides = told.setdefault((position, f'{event} "{text}"'), {})
            may_share = evidence.trial.events[other if is_later else event].same_day
            side = f"{'on or ' if may_share else ''}{'after' if is_later else 'before'}"
            sides.setdefault(side, []).append(f'{other} "{date}"')
        positions = np.array([position for position, _ in told], dtype=np.int64)
        messages = [
            f"{date} does not come {_listed(sides, ' and does not come ')}" for (_, date), sides in told.items()
        ]
        expected = [f"a date {_listed(sides, ' and ')}" for sides in told.values()]
        yield Flag(dataset, positions, variable, messages, expected)


def _listed(sides: dict[str, list[str]], join: str) -> str:
    return join.join(f"{side} {', '.join(dates)}" for side, dates in sides.items())


def _asked_by_death(pairs: pd.DataFrame, evidence: Evidence) -> np.ndarray:
    """Mask of the pairs with a death that DS-001 or RS-003 asks about."""
    trial = evidence.trial
    choices = {name: trial.event_records(name) for name in trial.events}
    lives = [name for name, choice in choices.items() if (choice.dataset, choice.date) in ASSESSMENTS]
    try:
        dead = subjects_with_wrong_death(evidence)
    except Missing:
        dead = np.array([], dtype=object)
    return np.asarray(has_death(pairs, trial) & (pairs["before"].isin(lives) | pairs["USUBJID"].isin(dead)))
