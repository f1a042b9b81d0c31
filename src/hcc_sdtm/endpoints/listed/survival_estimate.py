"""Survival from the origin of a time to event."""

from __future__ import annotations

from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.estimated import Estimated, method_of, outcomes_of, subjects_of, time_and_event
from hcc_sdtm.endpoints.listed.survival_rows import curve_rows
from hcc_sdtm.endpoints.survival import kaplan_meier
from hcc_sdtm.spec.endpoints import RiskSetMinimum, SurvivalEndpoint


def estimate_survival(endpoint: SurvivalEndpoint, chosen: AnalysisSet, enough: RiskSetMinimum) -> Estimated:
    """The Kaplan-Meier estimate of the records; ``enough`` is how many at risk make no warning."""
    time, event = time_and_event(chosen.ordered_by("AVAL"))
    curve = kaplan_meier(time, event, ci=endpoint.interval, level=endpoint.level)
    rows = curve_rows(endpoint, curve, curve.median_follow_up, enough)
    statistics = [*subjects_of(chosen), *outcomes_of(chosen), *rows]
    method = method_of("Kaplan-Meier", endpoint.level, endpoint.interval, "Greenwood")
    return Estimated(method, curve.n, statistics, curve, chosen)
