"""The study day of an event: how many days from a reference date, with no day 0; and the date of a study day.

Source: SDTMIG 3.4 section 4.4.4 (use of the study day variables).
"""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.dates.iso import check_same_index, to_days


def study_day(dates: pd.Series, reference: pd.Series) -> pd.Series:
    """Study day of each date: 1 on the reference day, -1 on the day before.

    NaN unless both are complete to the day. Both are ISO 8601 text or day numbers, on one index; a time part
    is ignored. Raises ValueError where the two have different indexes.
    """
    check_same_index(dates, reference, "date", "reference")
    days = to_days(dates) - to_days(reference)
    return pd.Series(days + (days >= 0), name=dates.name)


def from_study_day(days: pd.Series, reference: pd.Series) -> pd.Series:
    """Day number of each study day: `study_day` the other way round.

    ``days`` are numbers. The result is NaN for NaN, for 0, because there is no day 0, and where the reference
    is not complete to the day. ``reference`` is ISO 8601 text or day numbers, on one index with ``days``; a
    time part and a fraction of a day are ignored. Raises ValueError where the two have different indexes.
    """
    check_same_index(days, reference, "study day", "reference")
    numbers = days.astype(float) // 1
    numbers = numbers.where(numbers != 0)
    return pd.Series(to_days(reference) + numbers - (numbers > 0), name=days.name)
