"""Endpoints of a trial: survival curves, competing risks, proportions, and the list that a trial's spec asks for."""

from hcc_sdtm.endpoints.competing import IncidenceCurve, cumulative_incidence
from hcc_sdtm.endpoints.estimating import estimate_endpoints
from hcc_sdtm.endpoints.proportion import Proportion, ProportionDifference, proportion, proportion_difference
from hcc_sdtm.endpoints.survival import Quantile, Rate, SurvivalCurve, kaplan_meier, median_follow_up

__all__ = [
    "IncidenceCurve",
    "Proportion",
    "ProportionDifference",
    "Quantile",
    "Rate",
    "SurvivalCurve",
    "cumulative_incidence",
    "estimate_endpoints",
    "kaplan_meier",
    "median_follow_up",
    "proportion",
    "proportion_difference",
]
