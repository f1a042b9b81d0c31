"""The day nearest to a limit that a date can be, where an unknown part stands before a known one.

Knows that 15 of some month of 2003 is one of twelve days, and 29 February of some year one in four years or eight.
Does not know texts: parts are numbers, NaN where not known.

Source: SDTMIG 3.4 section 4.4.2 (a hyphen for an unknown part before a known one).
"""

from __future__ import annotations

import numpy as np

from hcc_sdtm.dates.iso import EPOCH, day_numbers, month_lengths

MONTHS_BETWEEN_LEAP_DAYS = 96
"""The farthest apart that two days of one day and month number can be, as across the year 1900."""


def nearest_possible_day(
    year: np.ndarray, month: np.ndarray, day: np.ndarray, limit: np.ndarray, is_lower: bool
) -> np.ndarray:
    """The possible day nearest to each limit, on or after it where ``is_lower``, else on or before it.

    Day numbers, one an element; the limit itself where there is no such day within eight years.
    """
    step = 1 if is_lower else -1
    found, rows = limit.copy(), np.flatnonzero(np.isfinite(limit))
    months = (EPOCH + limit[rows].astype("timedelta64[D]")).astype("datetime64[M]").astype(np.int64)
    for _ in range(MONTHS_BETWEEN_LEAP_DAYS + 1):
        if not len(rows):
            break
        of_year, of_month = months // 12 + 1970.0, months % 12 + 1.0
        start = day_numbers(of_year, of_month, np.ones(len(rows)))
        end = start + month_lengths(of_year, of_month) - 1
        # where any day of the month will do, the one nearest to the limit
        any_day = np.clip(limit[rows], start, end)
        choice = np.where(np.isnan(day[rows]), any_day, start + day[rows] - 1)
        fits = (choice <= end) & ((choice - limit[rows]) * step >= 0)
        for known, number in ((year[rows], of_year), (month[rows], of_month)):
            fits &= np.isnan(known) | (known == number)
        found[rows[fits]] = choice[fits]
        rows, months = rows[~fits], months[~fits] + step
    return found
