"""The bounds of imputed dates: days and times that a date must not pass where it can keep to them.

Knows what a bound counts for, and moves dates to the right side of it. Does not know how an open date is filled
(`impute`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.dates.open_dates import LAST_SECOND, OpenDates, Reach, nearest_day, nearest_time, open_dates

Bound = pd.Series | str
"""A column on the index of the dates (ISO 8601 text or day numbers), or one ISO 8601 text for all rows."""


class Limit(NamedTuple):
    """A bound as numbers, one element a row: the day, NaN for none, and the whole second of that day.

    The time is NaN where the bound has none; ``time`` is None where no row's bound has one.
    """

    day: np.ndarray
    time: np.ndarray | None


class Limits(NamedTuple):
    """The bounds of a column of dates."""

    lower: list[Limit]
    upper: list[Limit]


def read_limits(not_before: Sequence[Bound], not_after: Sequence[Bound], index: pd.Index) -> Limits:
    """The bounds as numbers: a partial ``not_before`` counts by its earliest day and time, ``not_after`` by its latest.

    Text that is not ISO 8601 or has no year is no bound in a column; as one text for all rows it is refused.

    Raises ValueError for such a text, for a column on another index, for a column of values that are neither text
    nor numbers, and for a bound that does not stand in a list.
    """
    lower, upper = (
        [_limit(bound, name, index, name == "not_before") for bound in _listed(given, name)]
        for name, given in (("not_before", not_before), ("not_after", not_after))
    )
    return Limits(lower, upper)


def _listed(given: Sequence[Bound], name: str) -> Sequence[Bound]:
    # A column or a text is a sequence too, and its values or letters would each be taken for a bound.
    if isinstance(given, str | pd.Series) or not isinstance(given, Sequence):
        found = f'the column "{given.name}"' if isinstance(given, pd.Series) else f'"{given}"'
        raise ValueError(f"{name} is {found}; expected a list of bounds, even of one")
    for bound in given:
        if not isinstance(bound, str | pd.Series):
            kind = type(bound).__name__
            raise ValueError(f'{name} "{bound}" is a {kind}; expected a column, or ISO 8601 text such as 2021-03')
    return given


def _limit(bound: Bound, name: str, index: pd.Index, is_lower: bool) -> Limit:
    if isinstance(bound, str):
        one = _limit_column(pd.Series([bound], dtype=object), name, is_lower)
        if np.isnan(one.day[0]):
            raise ValueError(f'{name} "{bound}" is not an ISO 8601 date that has a year')
        time = None if one.time is None else np.broadcast_to(one.time, len(index))
        return Limit(np.broadcast_to(one.day, len(index)), time)
    if not bound.index.equals(index):
        raise ValueError(f'column "{bound.name}" of {name} has another index than the dates; expected one bound a date')
    return _limit_column(bound, name, is_lower)


def _limit_column(bound: pd.Series, name: str, is_lower: bool) -> Limit:
    if is_numeric_dtype(bound):
        return Limit(np.floor(bound.to_numpy(dtype=float, na_value=np.nan)), None)
    dates = open_dates(bound, keep_known_parts=True, name=name)
    day = dates.earliest if is_lower else dates.latest
    day = np.where(np.isfinite(day), day, np.nan)[dates.codes]
    times = dates.times
    has_time = ~(np.isnan(times.hour) & np.isnan(times.minute) & np.isnan(times.second))
    if not has_time.any():
        return Limit(day, None)
    time = np.where(has_time, np.floor(times.first if is_lower else times.last), np.nan)
    return Limit(day, time[dates.codes])


def moved_days(dates: OpenDates, day: np.ndarray, reach: Reach, limits: Sequence[Limit], is_lower: bool) -> np.ndarray:
    """The day of each row on the right side of every bound that lies within the reach of its date.

    A bound whose time lies beyond every time that a row's text can mean counts for the next day.
    """
    codes = dates.codes
    for limit in limits:
        bound = limit.day
        if limit.time is not None and is_lower:
            bound = bound + (limit.time > dates.times.last[codes])
        elif limit.time is not None:
            bound = bound - (limit.time < dates.times.first[codes])
        wrong_side = day < bound if is_lower else day > bound
        rows = np.flatnonzero(wrong_side & (reach.earliest <= bound) & (bound <= reach.latest))
        if len(rows):
            day = day.copy()
            day[rows] = nearest_day(dates, codes[rows], bound[rows], is_lower)
    return day


def moved_times(
    dates: OpenDates,
    time: np.ndarray,
    day: np.ndarray,
    day_moved: np.ndarray,
    limits: Sequence[Limit],
    is_lower: bool,
) -> np.ndarray:
    """The time of each row on the right side of its bounds: each counts on its own day, where the text can mean it.

    ``day_moved`` marks the rows whose day a bound gave. There the time is the nearest to the bound; elsewhere only a
    time on the wrong side of the bound moves.
    """
    if all(limit.time is None for limit in limits):
        return time
    outside = -1.0 if is_lower else LAST_SECOND + 1
    tightest = np.full(len(day), outside)
    for limit in limits:
        if limit.time is None:
            continue
        rows = np.flatnonzero((day == limit.day) & ~np.isnan(time))
        of_row, bound = dates.codes[rows], limit.time[rows]
        agrees = (dates.times.first[of_row] <= bound) & (bound <= dates.times.last[of_row])
        rows, of_row, bound = rows[agrees], of_row[agrees], bound[agrees]
        possible = nearest_time(dates.times, of_row, bound, is_lower)
        tightest[rows] = np.maximum(tightest[rows], possible) if is_lower else np.minimum(tightest[rows], possible)
    rows = np.flatnonzero((tightest != outside) & (day_moved | (time < tightest if is_lower else time > tightest)))
    time = time.copy()
    time[rows] = tightest[rows]
    return time
