"""The endpoints that a trial's list asks for (``specs/endpoints.yaml``), estimated: results, curves, and what they rest on."""

from __future__ import annotations

from hcc_sdtm.endpoints.listed.analysis_data import AnalysisData, build_analysis_data
from hcc_sdtm.endpoints.listed.analysis_set import AnalysisSet, Population
from hcc_sdtm.endpoints.listed.estimates import ANALYSED_COLUMNS, Curve, Estimates
from hcc_sdtm.endpoints.listed.estimating import estimate_endpoints
from hcc_sdtm.endpoints.listed.statistics import MEASURES, RESULT_COLUMNS, Statistic
from hcc_sdtm.number_text import NOT_ESTIMABLE

__all__ = [
    "ANALYSED_COLUMNS",
    "MEASURES",
    "NOT_ESTIMABLE",
    "RESULT_COLUMNS",
    "AnalysisData",
    "AnalysisSet",
    "Curve",
    "Estimates",
    "Population",
    "Statistic",
    "build_analysis_data",
    "estimate_endpoints",
]
