"""Cumulative incidence of each of several causes."""

from __future__ import annotations

import numpy as np

from hcc_sdtm.endpoints.competing import IncidenceCurve, cumulative_incidence
from hcc_sdtm.endpoints.listed.analysis_data import Positions
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.estimated import (
    NO_STATUS,
    Estimated,
    censored_of,
    few_at_risk,
    method_of,
    subjects_of,
    with_entry,
)
from hcc_sdtm.endpoints.listed.late_entry import LateEntry, read_late_entry
from hcc_sdtm.endpoints.listed.statistics import Statistic, at_time, count_of, percentage_of
from hcc_sdtm.endpoints.listed.survival_rows import NOTHING
from hcc_sdtm.number_text import number_text
from hcc_sdtm.spec.endpoints import IncidenceEndpoint, RiskSetMinimum


def with_cause(endpoint: IncidenceEndpoint, chosen: AnalysisSet) -> AnalysisSet:
    """The records whose cause (CAUSE) can be used: 0 censored, 1 the first of the causes, and so on; CNSR 0 has one."""
    cause = chosen.numbers("CAUSE")
    known = np.isin(cause, range(len(endpoint.causes) + 1)) & ((cause > 0) | (chosen.numbers("CNSR") > 0))
    chosen = chosen.without(~known, NO_STATUS)
    return with_entry(chosen) if endpoint.delayed_entry else chosen


def estimate_incidence(endpoint: IncidenceEndpoint, chosen: AnalysisSet, enough: RiskSetMinimum) -> Estimated:
    """The Aalen-Johansen estimate of the records; with delayed entry from where enough are at risk, as for survival."""
    chosen = with_cause(endpoint, chosen)
    ordered = chosen.ordered_by("AVAL")
    time, cause = ordered.numbers("AVAL"), ordered.numbers("CAUSE").astype(np.int64)
    statistics = [*subjects_of(chosen), *_events(endpoint, cause), *censored_of(ordered, cause == 0)]
    name, curve = "Aalen-Johansen", None
    if endpoint.delayed_entry is None:
        curve = cumulative_incidence(
            time, cause, causes=len(endpoint.causes), ci=endpoint.interval, level=endpoint.level
        )
        statistics += _rows(endpoint, curve, enough, len(time))
    else:
        name, entry = "Aalen-Johansen with delayed entry", ordered.numbers("ENTRY")
        late = read_late_entry(time, cause, entry, endpoint.delayed_entry, endpoint.times, endpoint.unit)
        statistics += late.statistics
        if late.why_not:
            statistics += _not_estimable(endpoint, late.why_not)
        if not np.isnan(late.start):
            # who has left by the start is not in the estimate, which is conditional on being event-free then
            stays = time > late.start
            curve = cumulative_incidence(
                time[stays],
                cause[stays],
                np.maximum(entry[stays], late.start),
                causes=len(endpoint.causes),
                ci=endpoint.interval,
                level=endpoint.level,
            )
            statistics += _rows(endpoint, curve, enough, len(time), late)
    method = method_of(name, endpoint.level, endpoint.interval, "delta-method")
    return Estimated(method, len(time), statistics, curve, chosen)


def _events(endpoint: IncidenceEndpoint, cause: Positions) -> list[Statistic]:
    return [
        count_of(f"events: {name}", "events", (cause == number).sum(), name)
        for number, name in enumerate(endpoint.causes, start=1)
    ]


def _rows(
    endpoint: IncidenceEndpoint, curve: IncidenceCurve, enough: RiskSetMinimum, n: int, late: LateEntry | None = None
) -> list[Statistic]:
    """Incidence of each cause at each time, with its number at risk."""
    statistics = []
    after = f", {late.given}" if late and late.given else ""
    warning = late.warning if late else ""
    last = float(curve.risk_sets.exits[-1]) if curve.n else np.nan
    for t in endpoint.times:
        at, at_risk = at_time(t, endpoint.unit), int(curve.at_risk(t))
        is_before = late is not None and t < late.start
        for number, name in enumerate(endpoint.causes, start=1):
            rate = NOTHING if is_before else curve.rate(t, number)
            few = "" if is_before or not curve.n else few_at_risk(at_risk, n, enough)
            if t > last:
                few = few_at_risk(int(curve.at_risk(last)), n, enough)
                few = f"the last events have {few}" if few else ""
                if np.isnan(rate.estimate):
                    few = (
                        f"nobody is followed to {t:g} {endpoint.unit}".rstrip()
                        + f", the longest to {number_text(last)}"
                    )
            said = "; ".join(each for each in (warning, few) if each)
            statistics.append(percentage_of(f"incidence {at}: {name}{after}", "incidence", rate, t, name, said))
        statistics.append(count_of(f"at risk {at}", "at-risk", at_risk, time=t))
    return statistics


def _not_estimable(endpoint: IncidenceEndpoint, why: str) -> list[Statistic]:
    return [
        percentage_of(f"incidence {at_time(t, endpoint.unit)}: {name}", "incidence", NOTHING, t, name, why)
        for t in endpoint.times
        for name in endpoint.causes
    ]
