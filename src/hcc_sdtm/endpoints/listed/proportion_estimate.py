"""The share of subjects with a response."""

from __future__ import annotations

import numpy as np

from hcc_sdtm.endpoints.listed.analysis_data import AnalysisData
from hcc_sdtm.endpoints.listed.analysis_set import Population, build_analysis_set
from hcc_sdtm.endpoints.listed.estimated import Estimated
from hcc_sdtm.endpoints.listed.statistics import PERCENT, Statistic, count_of, with_limits
from hcc_sdtm.endpoints.proportion import Proportion, proportion
from hcc_sdtm.spec.endpoints import ProportionEndpoint, ProportionInterval

INTERVALS: dict[ProportionInterval, str] = {
    "clopper-pearson": "exact (Clopper-Pearson)",
    "wilson": "score (Wilson)",
    "jeffreys": "Jeffreys",
    "agresti-coull": "Agresti-Coull",
    "mid-p": "mid-P",
}
"""How a method names the limits."""


def estimate_proportion(endpoint: ProportionEndpoint, population: Population, data: AnalysisData) -> Estimated:
    """The share of the population, narrowed by ``among``, whose record has one of the values; no record is no."""
    subjects = population
    if endpoint.among:
        values = {"AVALC": endpoint.among.values}
        among = build_analysis_set(data.adrs, endpoint.among.parameter, values, population, "")
        members = population.members & False
        members[among.subjects] = True
        subjects = Population(population.group, members)
    chosen = build_analysis_set(data.adrs, endpoint.parameter, endpoint.where, subjects, endpoint.no_record)
    n, x = subjects.size, int(np.count_nonzero(chosen.has_text("AVALC", endpoint.values)))
    narrowed = population.size - n
    why = f": without {endpoint.among.label} ({narrowed})" if endpoint.among and narrowed else ""
    no_record = float(sum(chosen.left_out.values()))
    statistics = [
        count_of("subjects", "subjects", n),
        Statistic("left out", "left-out", float(narrowed), f"{narrowed}{why}"),
        Statistic("no record, counted as no", "no-record", no_record, chosen.left_out_text),
        Statistic("number", "number", float(x), f"{x} of {n}"),
        share_of("rate", proportion(x, n, endpoint.interval, endpoint.level)),
    ]
    method = f"proportion with {INTERVALS[endpoint.interval]} {100 * endpoint.level:g} % limits"
    return Estimated(method, n, statistics, None, chosen)


def share_of(statistic: str, share: Proportion, cause: str = "") -> Statistic:
    """A proportion as a percentage with its limits; NE of nobody."""
    estimate, lower, upper = (100 * value for value in (share.estimate, share.lower, share.upper))
    text = with_limits(estimate, lower, upper)
    return Statistic(statistic, "proportion", estimate, text, PERCENT, lower, upper, cause=cause)
