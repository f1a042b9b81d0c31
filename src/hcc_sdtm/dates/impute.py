"""Partial dates made complete by a stated rule, with the flags that say so.

Knows the rules of ADaM and the meaning that admiral's users expect of them, for days and times of day. Does not
know which rule a trial wants: `to` and `highest` have no default, because they belong to the role of the date
in the analysis.

Source: ADaMIG 1.3 section 3.1.2 (imputed dates) and 3.1.3 (imputation flags, codelists DATEFL and TIMEFL). What
differs from admiral, and why: docs/decisions/imputation-keeps-what-is-known.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dates.impute_bounds import Bound, moved_days, moved_times, read_limits
from hcc_sdtm.dates.iso import check_calendar, check_clock, day_numbers, month_lengths
from hcc_sdtm.dates.open_dates import (
    DATE_FLAGS,
    MISSING,
    TIME_FLAGS,
    OpenDates,
    OpenTimes,
    open_dates,
    seconds_of_day,
)
from hcc_sdtm.problem import nearest

DATE_LEVELS = {"D": 1, "M": 2, "Y": 3}
TIME_LEVELS = {"s": 1, "m": 2, "h": 3}
"""What `highest` allows, as a position in `DATE_FLAGS` and in `TIME_FLAGS`."""

DAY_TARGETS = {"first": (1, 1, 1), "mid": (6, 30, 15), "last": (12, 31, 31)}
"""Month and day where only the year is known, and the day where only it is open."""

TIME_TARGETS = {"first": (0, 0, 0), "mid": (12, 30, 30), "last": (23, 59, 59)}
"""Hour, minute and second where each is open; in the middle, those below another open part are 0."""


def impute(
    series: pd.Series,
    to: str,
    highest: str | None,
    not_before: Sequence[Bound] = (),
    not_after: Sequence[Bound] = (),
    keep_known_parts: bool = True,
    time_to: str = "first",
) -> pd.DataFrame:
    """Complete dates from ISO 8601 text: ``date``, ``flag``, ``time``, ``time_flag``, one row a text, same index.

    ``date`` is a day number and ``time`` the seconds since midnight; ``flag`` (D, M, Y) and ``time_flag`` (H, M, S)
    are the highest part that was imputed, ``""`` for none.

    ``to``: the ``first``, ``mid`` or ``last`` day of what is open, or a month and day ``MM-DD``. The middle
    of a month is its 15th and of a year 30 June. ``time_to``: the ``first``, ``mid`` or ``last`` second of what is
    open, or a time of day ``HH:MM:SS``. The middle of a day is 12:00:00, of an hour 30:00 and of a minute 30.

    ``highest``: the highest part that may be imputed, ``Y``, ``M``, ``D``, ``h``, ``m`` or ``s``, and with it all
    below; None imputes nothing. ``Y`` dates a missing value by its bounds: it needs ``first`` with ``not_before``
    or ``last`` with ``not_after``, and a row without that bound stays NaN.

    ``not_before``, ``not_after``: columns on the same index (ISO 8601 text or day numbers), or one ISO 8601
    text for all rows; a partial bound counts by its earliest and its latest day and time. A bound acts on a row only
    where it lies between the first and the last day and time that the text can mean. Of several the last
    ``not_before`` and then the first ``not_after`` holds. Its time counts on its own day, to the whole second; a
    bound without a time leaves the time as ``time_to`` has it.

    The result is always a day and a time that the text can mean: a known day is kept when its month is imputed, in
    the month before where the imputed one lacks it, an imputed day is cut to the length of its month, and a known
    minute is kept when its hour is imputed. With ``keep_known_parts=False`` whatever follows an open part counts as
    open too, as in admiral without ``preserve``.

    ``date`` is NaN and ``flag`` ``""`` where more is open than ``highest`` allows, and for text that is not ISO 8601
    or has no year. ``time`` is NaN where ``date`` is, and where more of the time is open than ``highest`` allows. A
    known fraction of a second is kept; a time zone is left out.

    Raises ValueError for another ``to``, ``time_to`` or ``highest``, for a date that is not text, and for a bound on
    another index, of another type or that does not stand in a list.
    """
    check_highest(highest, to, not_before, not_after)
    dates = open_dates(series, keep_known_parts)
    limits = read_limits(not_before, not_after, series.index)
    codes, reach = dates.codes, dates.reach()
    by_rule = filled_days(dates, to, highest)[codes]
    raised = moved_days(dates, by_rule, reach, limits.lower, True)
    day = moved_days(dates, raised, reach, limits.upper, False)
    time = filled_times(dates.times, time_to, highest)[codes]
    time = moved_times(dates, time, day, raised != by_rule, limits.lower, True)
    time = moved_times(dates, time, day, day != raised, limits.upper, False)
    undated = ~np.isfinite(day)
    day, time = np.where(undated, np.nan, day), np.where(undated, np.nan, time)
    columns = {
        "date": day,
        "flag": DATE_FLAGS[np.where(undated, 0, dates.level[codes])],
        "time": time,
        "time_flag": TIME_FLAGS[np.where(np.isnan(time), 0, dates.times.level[codes])],
    }
    return pd.DataFrame(columns, index=series.index, copy=False)


def check_highest(
    highest: str | None, to: str, not_before: Sequence[Bound], not_after: Sequence[Bound], name: str = "to"
) -> None:
    """Raise ValueError for another ``highest``, and where the rule has no bound to impute a year from."""
    if highest is not None and highest not in DATE_LEVELS | TIME_LEVELS:
        hint = nearest(highest, DATE_LEVELS | TIME_LEVELS)
        raise ValueError(f'highest "{highest}" is not one of Y, M, D, h, m, s or None{hint}')
    if highest == "Y" and not ((to == "first" and len(not_before)) or (to == "last" and len(not_after))):
        raise ValueError(
            f'highest "Y" needs {name} "first" with not_before or "last" with not_after, not {name} "{to}" '
            f"with {len(not_before)} not_before and {len(not_after)} not_after"
        )


def _day_target(to: str, name: str) -> tuple[int, int, int]:
    """Month and day where both are open, and the day where it alone is; ValueError for a text that is no rule."""
    if to in DAY_TARGETS:
        return DAY_TARGETS[to]
    match = re.fullmatch("([0-9]{2})-([0-9]{2})", to)
    try:
        month, day = (int(part) for part in match.groups()) if match else (0, 0)
        check_calendar(None, month, day)
    except ValueError:
        hint = nearest(to, DAY_TARGETS)
        message = f'{name} "{to}" is not one of first, mid, last or a month and day such as 06-15{hint}'
        raise ValueError(message) from None
    return month, day, day


def _time_target(time_to: str, name: str) -> tuple[int, int, int]:
    if time_to in TIME_TARGETS:
        return TIME_TARGETS[time_to]
    match = re.fullmatch("([0-9]{2}):([0-9]{2}):([0-9]{2})", time_to)
    try:
        hour, minute, second = (int(part) for part in match.groups()) if match else (24, 0, 0)
        check_clock(hour, minute, second)
    except ValueError:
        hint = nearest(time_to, TIME_TARGETS)
        message = f'{name} "{time_to}" is not one of first, mid, last or a time of day such as 08:30:00{hint}'
        raise ValueError(message) from None
    return hour, minute, second


def filled_days(dates: OpenDates, to: str, highest: str | None, name: str = "to") -> np.ndarray:
    """Day number of each distinct text once its open parts are filled; ValueError for a ``to`` that is no rule.

    NaN where more is open than ``highest`` allows. A missing date that may be imputed is infinite: it lies beyond
    every bound, and is dated only if one moves it.
    """
    month, day, day_of_month = _day_target(to, name)
    parts = dates.parts
    no_month = np.isnan(parts.month)
    months = np.where(no_month, float(month), parts.month)
    # Every month that lacks a 29th, 30th or 31st follows one that has it.
    months = np.where(no_month & (parts.day > month_lengths(parts.year, months)), months - 1, months)
    filled = np.minimum(np.where(no_month, float(day), float(day_of_month)), month_lengths(parts.year, months))
    days = day_numbers(parts.year, months, np.where(np.isnan(parts.day), filled, parts.day))
    days[dates.level == MISSING] = np.inf if to == "last" else -np.inf
    days[dates.level > DATE_LEVELS.get(highest or "", 0)] = np.nan
    return days


def filled_times(times: OpenTimes, time_to: str, highest: str | None, name: str = "time_to") -> np.ndarray:
    """Time of each distinct text once its open parts are filled; NaN where more is open than ``highest`` allows."""
    hour, minute, second = _time_target(time_to, name)
    fill: tuple[np.ndarray | int, ...] = (hour, minute, second)
    if time_to == "mid":
        fill = (hour, np.where(np.isnan(times.hour), 0, minute), np.where(np.isnan(times.minute), 0, second))
    allowed = TIME_LEVELS["h"] if highest in DATE_LEVELS else TIME_LEVELS.get(highest or "", 0)
    filled = seconds_of_day(times.hour, times.minute, times.second, fill)
    return np.where(times.level > allowed, np.nan, filled)
