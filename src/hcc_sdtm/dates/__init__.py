"""Partial dates: the value type, reading text, ISO 8601 text, day numbers, study day and imputation.

A date column is ISO 8601 text (SDTM), or float day numbers since 1960-01-01 with NaN for missing (ADaM).
"""

from hcc_sdtm.dates.impute import impute
from hcc_sdtm.dates.iso import bounds, from_days, is_complete, is_iso, to_days
from hcc_sdtm.dates.order import OrderEvidence, order_evidence
from hcc_sdtm.dates.partial import PartialDate
from hcc_sdtm.dates.reading import read
from hcc_sdtm.dates.study_day import study_day

__all__ = [
    "OrderEvidence",
    "PartialDate",
    "bounds",
    "from_days",
    "impute",
    "is_complete",
    "is_iso",
    "order_evidence",
    "read",
    "study_day",
    "to_days",
]
