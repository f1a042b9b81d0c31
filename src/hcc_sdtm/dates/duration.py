"""How long from one date to another, and how old: days, weeks, months and years; age as an interval.

Knows complete dates and, for age, partial ones. Does not impute: a duration from a partial date is NaN.

An anniversary that falls on a day its month does not have is the last day of that month: one month after 31
January is 28 or 29 February, and who was born on 29 February is a year older on 28 February of a common year.
No standard of CDISC settles this. Source: Regulation (EEC, Euratom) 1182/71 article 3(2)(c) and the Civil Code
of China article 202, which both end a period of months or years on the last day of a month that lacks the day;
other laws take 1 March, and so does admiral (docs/decisions/anniversaries.md).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from hcc_sdtm.dates.iso import EPOCH, bounds, check_same_index, to_days
from hcc_sdtm.problem import nearest

YEAR_DAYS = 365.25

UNITS = ("days", "weeks", "months", "years")

CALENDAR_MONTHS = {"months": 1, "years": 12}
"""The units that the calendar gives a length of its own, in months."""


def duration(
    start: pd.Series,
    end: pd.Series,
    unit: str,
    first_day: int = 0,
    calendar: bool = False,
    month_days: float = 30.4375,
) -> pd.Series:
    """Time from each start to its end in ``days``, ``weeks``, ``months`` or ``years``, same index.

    NaN unless both are complete to the day; a time part is ignored. Both are ISO 8601 text or day numbers.

    ``first_day`` 1 counts the first day too, so that start and end on one day make 1 day. Where the end comes
    before the start the result is negative and nothing is added to it, as in admiral's `compute_duration`.

    A week is 7 days, a month ``month_days`` and a year 365.25, fractions kept. With ``calendar`` the result is
    the number of completed calendar months or years instead: 15 January to 14 March is 1 month. Where the day
    does not exist the last of the month completes it (31 January to 28 February is 1 month); ``first_day`` 1
    counts the end as over (1 to 31 January is 1 month); an end before the start gives minus the number
    completed from end to start. Days and weeks have no calendar length of their own.

    Raises ValueError for another unit, for ``calendar`` with days or weeks, for a ``first_day`` but 0 or 1, for
    ``month_days`` not over 0, and where the two have different indexes.
    """
    if unit not in UNITS:
        raise ValueError(f'unit "{unit}" is not one of {", ".join(UNITS)}{nearest(unit, UNITS)}')
    if calendar and unit not in CALENDAR_MONTHS:
        raise ValueError(f'unit "{unit}" has no calendar length; expected one of {", ".join(CALENDAR_MONTHS)}')
    if first_day not in (0, 1):
        raise ValueError(f'first_day "{first_day}" is not 0 or 1')
    if not (month_days > 0 and math.isfinite(month_days)):
        raise ValueError(f'month_days "{month_days}" is not a number over 0')
    check_same_index(start, end, "start", "end")
    first, last = to_days(start).to_numpy(dtype=float), to_days(end).to_numpy(dtype=float)
    last = last + first_day * (last >= first)
    if calendar:
        backward = last < first
        months = _completed_months(np.where(backward, last, first), np.where(backward, first, last))
        completed = months // CALENDAR_MONTHS[unit]
        return pd.Series(np.where(backward, 0.0 - completed, completed), index=start.index)
    unit_days = {"days": 1.0, "weeks": 7.0, "months": month_days, "years": YEAR_DAYS}[unit]
    return pd.Series((last - first) / unit_days, index=start.index)


def age(birth: pd.Series, at: pd.Series) -> pd.DataFrame:
    """Completed years of life at each date: ``lowest`` and ``highest``, equal where the age is certain, same index.

    Both are ISO 8601 text, complete or partial, or day numbers; a time part is ignored. The interval holds
    exactly the ages of every birth and date that the texts can mean with the birth not after the date. Both
    ends are NaN where the birth surely comes after the date, and where a text is missing, is not ISO 8601 or
    does not know the year.

    Who was born on 29 February is a year older on 28 February of a common year.

    Raises ValueError where the two have different indexes.
    """
    check_same_index(birth, at, "birth", "at")
    births, dates = bounds(birth), bounds(at)
    lowest = _completed_years(births["latest"], dates["earliest"])
    highest = _completed_years(births["earliest"], dates["latest"])
    # Births on both sides of the date share its year, so that the youngest that can be is of age 0.
    lowest = np.where(highest >= 0, np.fmax(lowest, 0.0), np.nan)
    highest = np.where(highest >= 0, highest, np.nan)
    return pd.DataFrame({"lowest": lowest, "highest": highest}, index=birth.index)


def _completed_months(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Calendar months completed between two day numbers, below 0 where the last comes first; NaN stays."""
    known = np.isfinite(first) & np.isfinite(last)
    start_month, start_day, _ = _month_and_day(first[known])
    end_month, end_day, end_length = _month_and_day(last[known])
    months = np.full(len(first), np.nan)
    months[known] = end_month - start_month - (end_day < np.minimum(start_day, end_length))
    return months


def _completed_years(first: pd.Series, last: pd.Series) -> np.ndarray:
    return np.asarray(np.floor(_completed_months(first.to_numpy(dtype=float), last.to_numpy(dtype=float)) / 12))


def _month_and_day(days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Month counted from January 1970, day of the month from 1, and length of the month."""
    dates = EPOCH + days.astype("timedelta64[D]")
    months = dates.astype("datetime64[M]")
    first, following = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    return months.astype(np.int64), (dates - first).astype(np.int64) + 1, (following - first).astype(np.int64)
