"""Partial dates made complete by a stated rule, with the flag that says so.

Knows the rules of ADaM and the meaning that admiral's users expect of them, at the level of the day. Does not
know which rule a trial wants: `to` and `highest` have no default, because they belong to the role of the date
in the analysis. Times are left out.

Source: ADaMIG 1.3 section 3.1.2 (imputed dates) and 3.1.3 (date imputation flags, codelist DATEFL: D, M, Y).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dates.iso import (
    DistinctParts,
    bounds,
    check_calendar,
    day_numbers,
    distinct_parts,
    earliest_latest,
    month_lengths,
)

FLAGS = np.array(["", "D", "M", "Y"], dtype=object)
"""The highest imputed level, from nothing to the year."""

TARGETS = {"first": (1, 1, 1), "mid": (6, 30, 15), "last": (12, 31, 31)}
"""Month and day where only the year is known, and the day where only it is open."""

Bound = pd.Series | str


def impute(
    series: pd.Series,
    to: str,
    highest: str | None,
    not_before: Sequence[Bound] = (),
    not_after: Sequence[Bound] = (),
) -> pd.DataFrame:
    """Complete dates from ISO 8601 text: ``date``, a day number, and ``flag``, one row a text, same index.

    ``to``: the ``first``, ``mid`` or ``last`` day of what is open, or a month and day ``MM-DD``. The middle
    of a month is its 15th and of a year 30 June.

    ``highest``: the highest part that may be imputed, ``D``, ``M`` or ``Y``; None imputes nothing. ``Y``
    dates a missing value by its bounds: it needs ``first`` with ``not_before`` or ``last`` with
    ``not_after``, and a row without that bound stays NaN.

    ``not_before``, ``not_after``: columns on the same index (ISO 8601 text or day numbers), or one ISO 8601
    text for all rows; a partial bound counts by its earliest and its latest day. A bound acts on a row only
    where it lies between the first and the last day that the date can be. Of several the last ``not_before``
    and then the first ``not_after`` holds.

    The result is always a day that the text can mean: a known day is kept when its month is imputed, in the
    month before where the imputed one lacks it, and an imputed day is cut to the length of its month.
    ``flag`` is the highest imputed part, ``""`` for a complete date. ``date`` is NaN and ``flag`` ``""``
    where more is open than ``highest`` allows, and for text that is not ISO 8601 or has a month or day but no
    year.

    Raises ValueError for another ``to`` or ``highest``, and for a bound on another index.
    """
    month, day, day_of_month = _target(to)
    _check_highest(highest, to, not_before, not_after)
    parts = distinct_parts(series)
    level = _open_level(parts)
    days = _imputed_days(parts, month, day, day_of_month)
    earliest, latest = earliest_latest(parts)
    # A missing date is open on both sides: it starts beyond every bound, and is dated only if one moves it.
    missing = level == FLAGS.tolist().index("Y")
    days[missing] = np.inf if to == "last" else -np.inf
    earliest[missing], latest[missing] = -np.inf, np.inf
    days[level > FLAGS.tolist().index(highest or "")] = np.nan

    codes = parts.codes
    result, low, high = days[codes], earliest[codes], latest[codes]
    month_alone_open = (np.isnan(parts.month) & ~np.isnan(parts.day))[codes]
    lower = [(bound, True) for bound in _bound_days(not_before, "not_before", "earliest", series.index)]
    upper = [(bound, False) for bound in _bound_days(not_after, "not_after", "latest", series.index)]
    for bound, is_lower in lower + upper:
        moved = (low <= bound) & (bound <= high) & (bound > result if is_lower else bound < result)
        result = np.where(moved, bound, result)
        rows = np.flatnonzero(moved & month_alone_open)
        result[rows] = _next_same_day(parts, codes[rows], bound[rows], is_lower)
    result[np.isinf(result)] = np.nan
    flag = np.where(np.isnan(result), "", FLAGS[level[codes]]).astype(object)
    return pd.DataFrame({"date": result, "flag": flag}, index=series.index)


def _target(to: str) -> tuple[int, int, int]:
    """Month and day where both are open, and the day where it alone is."""
    if to in TARGETS:
        return TARGETS[to]
    match = re.fullmatch("([0-9]{2})-([0-9]{2})", to)
    try:
        month, day = (int(part) for part in match.groups()) if match else (0, 0)
        check_calendar(None, month, day)
    except ValueError:
        raise ValueError(f'to "{to}" is not one of first, mid, last or a month and day such as 06-15') from None
    return month, day, day


def _check_highest(highest: str | None, to: str, not_before: Sequence[Bound], not_after: Sequence[Bound]) -> None:
    if highest not in (None, "D", "M", "Y"):
        raise ValueError(f'highest "{highest}" is not one of D, M, Y or None')
    if highest == "Y" and not ((to == "first" and not_before) or (to == "last" and not_after)):
        raise ValueError(f'highest "Y" needs to "first" with not_before or "last" with not_after, not to "{to}"')


def _open_level(parts: DistinctParts) -> np.ndarray:
    """Position in `FLAGS` of the highest open part; 0 also for text that has no date to complete."""
    is_missing = np.array([not isinstance(text, str) or not text for text in parts.texts], dtype=bool)
    has_year = ~np.isnan(parts.year)
    cases = [is_missing, has_year & np.isnan(parts.month), has_year & np.isnan(parts.day)]
    return np.select(cases, [3, 2, 1], default=0)


def _imputed_days(parts: DistinctParts, month: int, day: int, day_of_month: int) -> np.ndarray:
    """Day number of each distinct text once its open parts are filled; NaN where the year is open."""
    no_month, no_day = np.isnan(parts.month), np.isnan(parts.day)
    months = np.where(no_month, float(month), parts.month)
    # Every month that lacks a 29th, 30th or 31st follows one that has it.
    months = np.where(no_month & (parts.day > month_lengths(parts.year, months)), months - 1, months)
    filled = np.minimum(np.where(no_month, float(day), float(day_of_month)), month_lengths(parts.year, months))
    return day_numbers(parts.year, months, np.where(no_day, filled, parts.day))


def _bound_days(bounds_given: Sequence[Bound], name: str, end: str, index: pd.Index) -> list[np.ndarray]:
    """Each bound as one day number a row."""
    found = []
    for bound in bounds_given:
        column = pd.Series(bound, index=index, dtype=object) if isinstance(bound, str) else bound
        if not column.index.equals(index):
            raise ValueError(f"a column of {name} has another index than the dates; expected one bound a date")
        days = bounds(column)[end].to_numpy(dtype=float)
        if isinstance(bound, str) and np.isnan(days).any():
            raise ValueError(f'{name} "{bound}" is not an ISO 8601 date')
        found.append(days)
    return found


def _next_same_day(parts: DistinctParts, codes: np.ndarray, bound: np.ndarray, is_lower: bool) -> np.ndarray:
    """The open day nearest to the bound on its right side, for dates whose month alone is open.

    Such a date can be at most twelve days, and not all days between its first and its last.
    """
    year, day = parts.year[codes], parts.day[codes]
    nearest = np.full(len(codes), np.inf if is_lower else -np.inf)
    for number in range(1, 13):
        month = np.full(len(codes), float(number))
        choice = np.where(day <= month_lengths(year, month), day_numbers(year, month, day), np.nan)
        agrees = choice >= bound if is_lower else choice <= bound
        closer = choice < nearest if is_lower else choice > nearest
        nearest = np.where(agrees & closer, choice, nearest)
    return nearest
