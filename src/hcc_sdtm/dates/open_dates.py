"""What partial dates leave open: the days and the times of day that each text can mean.

Knows which parts of ISO 8601 text are open, and which possible day or time is nearest to a given one. Does not
know how an open part is filled (`impute`). A time of day is a float, the number of seconds since midnight; a known
fraction of a second is kept. A time zone is left out: dates are compared by the clocks that wrote them.

Source: SDTMIG 3.4 section 4.4.2 (precision); ADaMIG 1.3 section 3.1.3 (imputation flags, codelists DATEFL, TIMEFL).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from hcc_sdtm.dates.iso import ISO_TEXT, DistinctParts, distinct_parts, earliest_latest
from hcc_sdtm.dates.possible_days import nearest_possible_day

DATE_FLAGS = np.array(["", "D", "M", "Y"], dtype=object)
TIME_FLAGS = np.array(["", "S", "M", "H"], dtype=object)
"""The highest open part of a date and of a time, from nothing on; the imputation flags of ADaM."""

MISSING = 3
"""The level of a date whose year is open too."""

LAST_SECOND = 86399.0


class OpenTimes(NamedTuple):
    """The times of day of each distinct text; ``hour``, ``minute`` and ``second`` are NaN where not known.

    A text can mean the times from ``first`` to ``last``: all of them, or, where a known part follows an open one, a
    stretch of ``width`` seconds that comes again after every ``period``. ``level`` is the position of the highest
    open part in `TIME_FLAGS`. ``has_zone`` marks times of a stated time zone, which compare with no other clock.
    """

    hour: np.ndarray
    minute: np.ndarray
    second: np.ndarray
    level: np.ndarray
    first: np.ndarray
    last: np.ndarray
    width: np.ndarray
    period: np.ndarray
    has_zone: np.ndarray


class Reach(NamedTuple):
    """The first and the last day that the date of each row can be; infinite where it is missing, NaN for no date."""

    earliest: np.ndarray
    latest: np.ndarray


class OpenDates(NamedTuple):
    """The days of each distinct text of a column, and its times; a row's text is at ``parts.codes[row]``.

    ``level`` is the position of the highest open part in `DATE_FLAGS`, 0 also for text that is no date.
    ``earliest`` and ``latest`` are infinite for a missing date, and NaN for text that has no year or is no date.
    """

    parts: DistinctParts
    level: np.ndarray
    earliest: np.ndarray
    latest: np.ndarray
    times: OpenTimes

    @property
    def codes(self) -> np.ndarray:
        """For each row of the column the position of its text."""
        return self.parts.codes

    def reach(self) -> Reach:
        """The first and the last day of each row."""
        return Reach(self.earliest[self.codes], self.latest[self.codes])


def open_dates(series: pd.Series, keep_known_parts: bool, name: str = "date") -> OpenDates:
    """What each distinct text of a column leaves open.

    Without ``keep_known_parts`` whatever follows an open part is open too, so that a date without a year is missing.
    Raises ValueError, quoting it, for a value that is neither text nor missing.
    """
    parts = distinct_parts(series, name)
    missing = np.array([text == "" if isinstance(text, str) else pd.isna(text) for text in parts.texts], dtype=bool)
    if not keep_known_parts:
        month = np.where(np.isnan(parts.year), np.nan, parts.month)
        parts = parts._replace(month=month, day=np.where(np.isnan(month), np.nan, parts.day))
        missing |= parts.is_iso & np.isnan(parts.year)
    has_year = ~np.isnan(parts.year)
    cases = [missing, has_year & np.isnan(parts.month), has_year & np.isnan(parts.day)]
    earliest, latest = earliest_latest(parts)
    return OpenDates(
        parts,
        np.select(cases, [MISSING, 2, 1], default=0),
        np.where(missing, -np.inf, earliest),
        np.where(missing, np.inf, latest),
        _open_times(parts, keep_known_parts),
    )


def _open_times(parts: DistinctParts, keep_known_parts: bool) -> OpenTimes:
    clock = np.full((len(parts.texts), 3), np.nan)
    has_zone = np.zeros(len(parts.texts), dtype=bool)
    for position, text in enumerate(parts.texts):
        if parts.is_iso[position] and "T" in text and (match := ISO_TEXT.fullmatch(text)):
            given = match.group("hour", "minute", "second")
            clock[position] = [float(part) if part and part != "-" else np.nan for part in given]
            clock[position, 2] += float(f"0{match['fraction'] or ''}")
            has_zone[position] = match["zone"] is not None
    hour, minute, second = clock.T
    if not keep_known_parts:
        hour = np.where(np.isnan(parts.day), np.nan, hour)
        minute = np.where(np.isnan(hour), np.nan, minute)
        second = np.where(np.isnan(minute), np.nan, second)
    no_hour, no_minute, no_second = np.isnan(hour), np.isnan(minute), np.isnan(second)
    return OpenTimes(
        hour,
        minute,
        second,
        level=np.select([no_hour, no_minute, no_second], [3, 2, 1], default=0),
        first=seconds_of_day(hour, minute, second, (0, 0, 0)),
        last=seconds_of_day(hour, minute, second, (23, 59, 59)),
        width=np.select([~no_second, ~no_minute, ~no_hour], [0.0, 59.0, 3599.0], default=LAST_SECOND),
        # Minutes come round again where the minute is open, hours where it is known and the hour is not.
        period=np.select([~no_second & no_minute, ~no_minute & no_hour], [60.0, 3600.0], default=LAST_SECOND + 1),
        has_zone=has_zone,
    )


def seconds_of_day(
    hour: np.ndarray, minute: np.ndarray, second: np.ndarray, target: tuple[np.ndarray | int, ...]
) -> np.ndarray:
    """Seconds since midnight, each part that is NaN taken from the target's hour, minute and second."""
    hours, minutes, seconds = (
        np.where(np.isnan(part), fill, part) for part, fill in zip((hour, minute, second), target, strict=True)
    )
    return np.asarray(hours * 3600 + minutes * 60 + seconds, dtype=float)


def nearest_day(dates: OpenDates, codes: np.ndarray, limit: np.ndarray, is_lower: bool) -> np.ndarray:
    """The day nearest to the limit that each text can mean, on or after it where ``is_lower``, else on or before it.

    The limit lies between the first and the last such day. That is the limit itself, but for a date whose month
    alone is open: it can be at most twelve days, and not all days between its first and its last.
    """
    found = limit.copy()
    parts = dates.parts
    rows = np.flatnonzero((np.isnan(parts.month) & ~np.isnan(parts.day))[codes])
    of_row = codes[rows]
    found[rows] = nearest_possible_day(
        parts.year[of_row], parts.month[of_row], parts.day[of_row], limit[rows], is_lower
    )
    return found


def nearest_time(times: OpenTimes, codes: np.ndarray, limit: np.ndarray, is_lower: bool) -> np.ndarray:
    """The time nearest to the limit that each text can mean, on its right side; as `nearest_day`."""
    first, width, period = times.first[codes], times.width[codes], times.period[codes]
    if is_lower:
        stretch = first + np.maximum(np.ceil((limit - first - width) / period), 0) * period
        return np.asarray(np.maximum(limit, stretch))
    stretch = first + np.floor((limit - first) / period) * period
    return np.asarray(np.minimum(limit, stretch + width))
