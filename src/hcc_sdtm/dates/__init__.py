"""Partial dates: the value type, reading text, order of events, imputation, study day, durations and ages.

A date column is ISO 8601 text (SDTM), or float day numbers since 1960-01-01 with NaN for missing (ADaM).
"""

from hcc_sdtm.dates.clock import read_time
from hcc_sdtm.dates.duration import age, duration
from hcc_sdtm.dates.event_order import Narrowed, narrow, suspects
from hcc_sdtm.dates.impute import impute
from hcc_sdtm.dates.impute_period import impute_period
from hcc_sdtm.dates.iso import bounds, from_days, is_complete, is_iso, to_days
from hcc_sdtm.dates.order import OrderEvidence, order_evidence
from hcc_sdtm.dates.partial import PartialDate
from hcc_sdtm.dates.reading import read
from hcc_sdtm.dates.study_day import from_study_day, study_day

__all__ = [
    "Narrowed",
    "OrderEvidence",
    "PartialDate",
    "age",
    "bounds",
    "duration",
    "from_days",
    "from_study_day",
    "impute",
    "impute_period",
    "is_complete",
    "is_iso",
    "narrow",
    "order_evidence",
    "read",
    "read_time",
    "study_day",
    "suspects",
    "to_days",
]
