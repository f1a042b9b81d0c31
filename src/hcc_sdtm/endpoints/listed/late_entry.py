"""Where subjects come under observation after the origin: from where an estimate can be read, and whether it may be
believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hcc_sdtm.endpoints.dependent_entry import dependent_entry
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions
from hcc_sdtm.endpoints.listed.statistics import PERCENT, Statistic, count_of, p_value_of
from hcc_sdtm.endpoints.risk_sets import build_risk_sets
from hcc_sdtm.number_text import NOT_ESTIMABLE, number_text
from hcc_sdtm.spec.endpoints import DelayedEntry, Times

FIRST_EVENT = "first event"
ENTRY_AND_EVENT = "entry and event"


@dataclass(frozen=True)
class LateEntry:
    """The rows on entry; ``start`` from where the estimate is given (NaN: nowhere), ``given`` on what it is conditional (``""``
    where no event came before), ``why_not`` the reason why the estimate from the origin is not given, ``warning`` what holds
    for every number."""

    statistics: list[Statistic]
    start: float
    given: str
    why_not: str
    warning: str


def read_late_entry(
    time: Floats, event: Positions | Mask, entry: Floats, minimum: DelayedEntry, times: Times, unit: str
) -> LateEntry:
    """Share entered at each time, number at risk at the first event, where enough are at risk, and the test of dependence.

    ``event`` is 0 for a censoring, and anything else for an event.
    """
    n, had = len(time), event != 0
    statistics = []
    for t in times:
        share = 100 * float(np.mean(entry <= t)) if n else np.nan
        by = f"entered by {t:g} {unit}".rstrip()
        statistics.append(Statistic(by, "entered", share, number_text(share), PERCENT, time=t))
    risk_sets = build_risk_sets(time, entry)
    first_event = float(time[had].min()) if had.any() else np.nan
    if had.any():
        at = f"at risk at the first event ({number_text(first_event)} {unit}".rstrip() + ")"
        at_risk = float(risk_sets.at_risk(first_event))
        statistics.append(count_of(at, "at-risk", at_risk, FIRST_EVENT, first_event))
    test = dependent_entry(time, had.astype(np.int64), entry)
    tau = number_text(test.tau, 2)
    statistics.append(
        Statistic("Kendall's tau of entry and event", "correlation", test.tau, tau, cause=ENTRY_AND_EVENT)
    )
    statistics.append(p_value_of("p of dependence between entry and event", test.p, ENTRY_AND_EVENT))
    warning = ""
    if test.p < minimum.dependence:
        way = "later" if test.tau > 0 else "earlier"
        p = statistics[-1].text
        warning = f"entry and event are dependent (p {p}): who enters late has the event {way}, so this is biased"
    needed = minimum.of(n)
    start = risk_sets.reaches(needed)
    few = f"{int(np.ceil(needed))} at risk"
    text = f"{NOT_ESTIMABLE}: never {few}" if np.isnan(start) else number_text(start)
    statistics.append(Statistic("curve starts at", "start", start, text, unit))
    if np.isnan(start):
        return LateEntry(statistics, start, "", f"never {few}", warning)
    if first_event <= start:
        given = f"given event-free at {number_text(start)} {unit}".rstrip()
        why = f"events come before {few}, at {number_text(start)} {unit}".rstrip()
        return LateEntry(statistics, start, given, why, warning)
    if start > 0:
        assumed = (
            f"fewer than {few} until {number_text(start)} {unit}".rstrip()
            + ": that nobody has the event before is assumed"
        )
        warning = "; ".join(each for each in (warning, assumed) if each)
    return LateEntry(statistics, start, "", "", warning)
