"""Survival where subjects come under observation after the origin."""

from __future__ import annotations

import numpy as np

from hcc_sdtm.endpoints.estimate_warning import quiet_warnings
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.estimated import (
    Estimated,
    method_of,
    outcomes_of,
    subjects_of,
    time_and_event,
    with_entry,
)
from hcc_sdtm.endpoints.listed.late_entry import read_late_entry
from hcc_sdtm.endpoints.listed.survival_rows import curve_rows, not_estimable
from hcc_sdtm.endpoints.survival import kaplan_meier, median_follow_up
from hcc_sdtm.spec.endpoints import DelayedEntry, RiskSetMinimum, SurvivalEndpoint


def estimate_delayed(
    endpoint: SurvivalEndpoint, minimum: DelayedEntry, chosen: AnalysisSet, enough: RiskSetMinimum
) -> Estimated:
    """As survival, from where ``minimum`` are at risk; conditional on being event-free then, where events came before."""
    chosen = with_entry(chosen)
    ordered = chosen.ordered_by("AVAL")
    entry, (time, event) = ordered.numbers("ENTRY"), time_and_event(ordered)
    method = method_of("Kaplan-Meier with delayed entry", endpoint.level, endpoint.interval, "Greenwood")
    late = read_late_entry(time, event, entry, minimum, endpoint.times, endpoint.unit)
    statistics = [*subjects_of(chosen), *outcomes_of(chosen), *late.statistics]
    if late.why_not:
        statistics += not_estimable(endpoint, late.why_not)
    if np.isnan(late.start):
        return Estimated(method, len(time), statistics, None, chosen)
    with quiet_warnings():
        curve = kaplan_meier(
            time, event, entry, start=late.start, ci=endpoint.interval, level=endpoint.level, enough=minimum
        )
    followed = median_follow_up(time, event).estimate
    warning = "; ".join(each for each in (late.warning, *curve.warnings) if each)
    statistics += curve_rows(endpoint, curve, followed, enough, late.given, warning)
    return Estimated(method, len(time), statistics, curve, chosen)
