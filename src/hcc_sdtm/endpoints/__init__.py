"""Endpoints of a trial: survival curves, competing risks, proportions, comparisons, and the list that a trial's spec asks for.

``cox`` and ``tie_out`` alone load lifelines, when they are asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from hcc_sdtm.endpoints.competing import IncidenceCurve, cumulative_incidence
from hcc_sdtm.endpoints.dependent_entry import DependentEntry, dependent_entry
from hcc_sdtm.endpoints.estimate_warning import EstimateWarning, quiet_warnings
from hcc_sdtm.endpoints.gray_test import GrayTest, gray_test
from hcc_sdtm.endpoints.hazard_ratio import CoxModel, hazard_ratios
from hcc_sdtm.endpoints.interval_censored import IntervalCensored, Range, interval_censored
from hcc_sdtm.endpoints.listed import Estimates, estimate_endpoints
from hcc_sdtm.endpoints.log_rank import LogRank, log_rank
from hcc_sdtm.endpoints.proportion import Proportion, ProportionDifference, proportion, proportion_difference
from hcc_sdtm.endpoints.survival import Quantile, Rate, SurvivalCurve, kaplan_meier, median_follow_up

__all__ = [
    "CoxModel",
    "DependentEntry",
    "EstimateWarning",
    "Estimates",
    "GrayTest",
    "IncidenceCurve",
    "IntervalCensored",
    "LogRank",
    "Proportion",
    "ProportionDifference",
    "Quantile",
    "Range",
    "Rate",
    "SurvivalCurve",
    "cox",
    "cumulative_incidence",
    "dependent_entry",
    "estimate_endpoints",
    "gray_test",
    "hazard_ratios",
    "interval_censored",
    "kaplan_meier",
    "log_rank",
    "median_follow_up",
    "proportion",
    "proportion_difference",
    "quiet_warnings",
    "render_tie_out",
    "tie_out",
]


_LAZY = {"cox": "cox_model", "render_tie_out": "tying_out", "tie_out": "tying_out"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f"hcc_sdtm.endpoints.{_LAZY[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
