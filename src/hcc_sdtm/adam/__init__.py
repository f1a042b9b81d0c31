"""The analysis datasets, derived from SDTM by the specs of `hcc_sdtm.spec.adam`; and functions for one step of them.

The functions work on plain DataFrames of which the caller names the columns; dates are ISO 8601 text or day numbers since
1960-01-01. ``study_day`` and ``duration`` are those of `hcc_sdtm.dates`.
"""

from hcc_sdtm.adam.functions.best_response import best_response
from hcc_sdtm.adam.functions.clinical_benefit import clinical_benefit
from hcc_sdtm.adam.functions.confirmed_response import confirmed_response
from hcc_sdtm.adam.functions.extreme_records import extreme_records, flag_extreme_records, tied_records
from hcc_sdtm.adam.functions.first_event import EventSource, first_event
from hcc_sdtm.dates.duration import duration
from hcc_sdtm.dates.study_day import study_day

__all__ = [
    "EventSource",
    "best_response",
    "clinical_benefit",
    "confirmed_response",
    "duration",
    "extreme_records",
    "first_event",
    "flag_extreme_records",
    "study_day",
    "tied_records",
]
