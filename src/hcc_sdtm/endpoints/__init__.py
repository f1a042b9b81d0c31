"""Endpoints of a trial: survival curves, competing risks, proportions, comparisons, and the list that a trial's spec asks for.

``cox`` alone loads lifelines, when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from hcc_sdtm.endpoints.competing import IncidenceCurve, cumulative_incidence
from hcc_sdtm.endpoints.estimating import estimate_endpoints
from hcc_sdtm.endpoints.log_rank import LogRank, log_rank
from hcc_sdtm.endpoints.proportion import Proportion, ProportionDifference, proportion, proportion_difference
from hcc_sdtm.endpoints.survival import Quantile, Rate, SurvivalCurve, kaplan_meier, median_follow_up

__all__ = [
    "CoxModel",
    "IncidenceCurve",
    "LogRank",
    "Proportion",
    "ProportionDifference",
    "Quantile",
    "Rate",
    "SurvivalCurve",
    "cox",
    "cumulative_incidence",
    "estimate_endpoints",
    "kaplan_meier",
    "log_rank",
    "median_follow_up",
    "proportion",
    "proportion_difference",
]


def __getattr__(name: str) -> Any:
    if name in ("CoxModel", "cox"):
        return getattr(importlib.import_module("hcc_sdtm.endpoints.cox_model"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
