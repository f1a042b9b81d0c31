"""Median follow-up."""

from __future__ import annotations

from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet
from hcc_sdtm.endpoints.listed.estimated import Estimated, method_of, subjects_of, time_and_event
from hcc_sdtm.endpoints.listed.statistics import time_of
from hcc_sdtm.endpoints.survival import kaplan_meier
from hcc_sdtm.spec.endpoints import FollowUpEndpoint


def estimate_follow_up(endpoint: FollowUpEndpoint, chosen: AnalysisSet) -> Estimated:
    """The reverse Kaplan-Meier estimate of the records: a censoring is the end of follow-up, an event cuts it off."""
    time, event = time_and_event(chosen.ordered_by("AVAL"))
    curve = kaplan_meier(time, ~event, ci=endpoint.interval, level=endpoint.level)
    statistics = [*subjects_of(chosen), time_of("median", "median", curve.quantile(0.5), endpoint.unit)]
    for share in endpoint.quantiles:
        if share != 0.5:
            name = f"{100 * share:g} %"
            statistics.append(
                time_of(
                    f"time of {name} at the end of follow-up", "quantile", curve.quantile(share), endpoint.unit, name
                )
            )
    method = method_of("reverse Kaplan-Meier", endpoint.level, endpoint.interval, "Greenwood")
    return Estimated(method, len(time), statistics, None, chosen)
