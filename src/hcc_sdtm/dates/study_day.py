"""The study day of an event: how many days from a reference date, with no day 0."""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.dates.iso import to_days


def study_day(dates: pd.Series, reference: pd.Series) -> pd.Series:
    """Study day of each date: 1 on the reference day, -1 on the day before.

    NaN unless both are complete to the day. Both are ISO 8601 text or day numbers, on one index; a time part
    is ignored. Raises ValueError where the two have different indexes.

    Source: SDTMIG 3.4 section 4.4.4 (use of the study day variables).
    """
    if not dates.index.equals(reference.index):
        raise ValueError("dates and reference have different indexes; expected one reference for each date")
    days = to_days(dates) - to_days(reference)
    return pd.Series(days + (days >= 0), name=dates.name)
