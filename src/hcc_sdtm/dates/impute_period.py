"""The start and the end of an event imputed jointly, so that the start does not pass the end.

Knows which of the two gives way. Does not know how one date is filled (`impute`) or what bounds it
(`impute_bounds`). A start and an end whose known times are in the wrong order cannot be on one day.

Source: ADaMIG 1.3 section 3.1.2 (imputed dates) and 3.1.3 (imputation flags, codelists DATEFL and TIMEFL).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dates.impute import check_highest, filled_days, filled_times
from hcc_sdtm.dates.impute_bounds import Bound, Limits, moved_days, moved_times, read_limits
from hcc_sdtm.dates.open_dates import DATE_FLAGS, TIME_FLAGS, OpenDates, Reach, nearest_day, nearest_time, open_dates

PERIOD_COLUMNS = (
    *("start", "start_flag", "start_time", "start_time_flag"),
    *("end", "end_flag", "end_time", "end_time_flag", "conflict"),
)
"""Days and times as in `impute`, and whether the texts contradict each other."""


def impute_period(
    start: pd.Series,
    end: pd.Series,
    start_to: str,
    end_to: str,
    highest: str | None,
    not_before: Sequence[Bound] = (),
    not_after: Sequence[Bound] = (),
    keep_known_parts: bool = True,
    start_time_to: str = "first",
    end_time_to: str = "last",
) -> pd.DataFrame:
    """Complete start and end of events: the columns of `PERIOD_COLUMNS`, one row a pair, same index.

    Both dates are imputed as by `impute`: ``start`` by ``start_to`` and ``start_time_to``, ``end`` by ``end_to`` and
    ``end_time_to``, both up to ``highest`` and with the same bounds; ``Y`` needs ``start_to`` first with ``not_before``
    and ``end_to`` last with ``not_after``. But the start is never a day after the last that the end's text can mean,
    nor the end one before the first of the start's, and a bound acts only between these. Where by their rules the
    start would still lie after the end, the end gives way, to the first day that it can be on or after the start; it
    gives way no further than its bounds, then the start does, and bounds that leave no days in order count for less
    than their order. Known times that put the start after the end keep the two from one day. On one day the times are
    put in order likewise: the end's is moved to the start's, or the start's to the end's where the end's is known.

    ``conflict`` is True where the start is surely after the end, by its day or by the time of the same day, whatever
    ``highest`` allows; both dates are then imputed each by itself. Otherwise the start is never after the end where
    both have a day, nor its time on the same day. Times of a stated zone are not compared.

    Raises ValueError for an ``end`` on another index than ``start``, and wherever `impute` does.
    """
    if not start.index.equals(end.index):
        raise ValueError(f'end "{end.name}" has another index than start "{start.name}"; expected one end a start')
    for to, name in ((start_to, "start_to"), (end_to, "end_to")):
        check_highest(highest, to, not_before, not_after, name)
    limits = read_limits(not_before, not_after, start.index)
    starts, ends = open_dates(start, keep_known_parts, "start"), open_dates(end, keep_known_parts, "end")
    # Days that must lie between: 1 where the start's clock time comes after the end's, so that one day has no room.
    zoned = starts.times.has_zone[starts.codes] | ends.times.has_zone[ends.codes]
    in_wrong_order = np.floor(starts.times.first)[starts.codes] > ends.times.last[ends.codes]
    apart = (in_wrong_order & ~zoned).astype(float)
    conflict = starts.earliest[starts.codes] + apart > ends.latest[ends.codes]
    start_reach, end_reach = _joint_reach(starts, ends, apart, conflict)
    start_day = filled_days(starts, start_to, highest, "start_to")[starts.codes]
    start_day = _within(starts, np.minimum(start_day, start_reach.latest), start_reach, limits)
    end_day = filled_days(ends, end_to, highest, "end_to")[ends.codes]
    end_day = _within(ends, np.maximum(end_day, end_reach.earliest), end_reach, limits)
    start_day[np.isinf(start_day)], end_day[np.isinf(end_day)] = np.nan, np.nan

    rows = np.flatnonzero((start_day + apart > end_day) & ~conflict)
    if len(rows):
        first_start = _within(starts, start_reach.earliest, start_reach, limits)[rows]
        last_end = _within(ends, end_reach.latest, end_reach, limits)[rows]
        # Bounds that leave the two no days in order count for less than their order.
        last_end = np.where(first_start + apart[rows] <= last_end, last_end, end_reach.latest[rows])
        last_start = last_end - apart[rows]
        is_late = start_day[rows] > last_start
        late = rows[is_late]
        start_day[late] = nearest_day(starts, starts.codes[late], last_start[is_late], is_lower=False)
        early = rows[end_day[rows] < start_day[rows] + apart[rows]]
        end_day[early] = nearest_day(ends, ends.codes[early], start_day[early] + apart[early], is_lower=True)
    start_time = _timed(starts, start_day, filled_times(starts.times, start_time_to, highest, "start_time_to"), limits)
    end_time = _timed(ends, end_day, filled_times(ends.times, end_time_to, highest, "end_time_to"), limits)
    rows = np.flatnonzero((start_day == end_day) & (start_time > end_time) & ~zoned & ~conflict)
    start_time[rows] = np.minimum(
        start_time[rows], nearest_time(starts.times, starts.codes[rows], ends.times.last[ends.codes[rows]], False)
    )
    end_time[rows] = nearest_time(ends.times, ends.codes[rows], np.floor(start_time[rows]), is_lower=True)
    columns = (
        *(start_day, _flags(starts, start_day), start_time, _time_flags(starts, start_time)),
        *(end_day, _flags(ends, end_day), end_time, _time_flags(ends, end_time)),
        conflict,
    )
    return pd.DataFrame(dict(zip(PERIOD_COLUMNS, columns, strict=True)), index=start.index)


def _joint_reach(starts: OpenDates, ends: OpenDates, apart: np.ndarray, conflict: np.ndarray) -> tuple[Reach, Reach]:
    """The days that each start and each end can be, the other's text known; where they conflict, each by itself."""
    start, end = starts.reach(), ends.reach()
    first_end, last_start = start.earliest + apart, end.latest - apart
    late = np.flatnonzero((start.latest > last_start) & ~conflict)
    start.latest[late] = nearest_day(starts, starts.codes[late], last_start[late], is_lower=False)
    early = np.flatnonzero((end.earliest < first_end) & ~conflict)
    end.earliest[early] = nearest_day(ends, ends.codes[early], first_end[early], is_lower=True)
    return start, end


def _within(dates: OpenDates, day: np.ndarray, reach: Reach, limits: Limits) -> np.ndarray:
    """The day of each row moved to its bounds: by those from below first, then by those from above."""
    return moved_days(dates, moved_days(dates, day, reach, limits.lower, True), reach, limits.upper, False)


def _flags(dates: OpenDates, day: np.ndarray) -> np.ndarray:
    return np.asarray(DATE_FLAGS[np.where(np.isnan(day), 0, dates.level[dates.codes])])


def _timed(dates: OpenDates, day: np.ndarray, filled: np.ndarray, limits: Limits) -> np.ndarray:
    """The time of each row that has a day, on the right side of the bounds of that day."""
    time = np.where(np.isnan(day), np.nan, filled[dates.codes])
    stays = np.zeros(len(day), dtype=bool)
    time = moved_times(dates, time, day, stays, limits.lower, True)
    return moved_times(dates, time, day, stays, limits.upper, False).copy()


def _time_flags(dates: OpenDates, time: np.ndarray) -> np.ndarray:
    return np.asarray(TIME_FLAGS[np.where(np.isnan(time), 0, dates.times.level[dates.codes])])
