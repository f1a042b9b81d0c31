"""ISO 8601 text as SDTM holds it, and the day numbers of ADaM.

Knows which texts are valid, which parts they know and which days they can mean. Does not know how hospitals
write dates (`reading`), nor an interval of uncertainty (two dates joined by a slash), which is not valid
here.

A day number counts days since 1960-01-01 as SAS does; it is a float, so that NaN can stand for missing. Every
function of a Series parses each distinct text once.

Source: SDTMIG 3.4 section 4.4.1 (formats) and 4.4.2 (precision: truncation on the right, a hyphen for an
unknown part before a known one); ADaMIG 1.3 section 3.1.2 (dates as numbers).
"""

from __future__ import annotations

import re
from calendar import isleap
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.repeated_text import repeat_text

EPOCH = np.datetime64("1960-01-01", "D")
"""Day 0 of SAS."""

DAY = len("2021-03-05")
"""Characters of a date that is complete to the day."""

LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

ZONE = r"Z|\+(?:0[0-9]|1[0-4]):[0-5][0-9]|-(?:0[0-9]|1[0-2]):[0-5][0-9]"

ISO_TEXT = re.compile(
    r"(?P<year>[0-9]{4}|-)(?:-(?P<month>[0-9]{2}|-)(?:-(?P<day>[0-9]{2}|-)"
    r"(?P<time>T(?P<hour>[0-9]{2}|-)(?::(?P<minute>[0-9]{2}|-)(?::(?P<second>[0-9]{2}|-)(?P<fraction>\.[0-9]+)?)?)?"
    rf"(?P<zone>{ZONE})?)?)?)?"
)


class IsoParts(NamedTuple):
    """The parts that a text knows; None for each that it does not."""

    year: int | None
    month: int | None
    day: int | None
    hour: int | None
    minute: int | None
    second: int | None


def parse_iso(text: str) -> IsoParts:
    """The known parts of one ISO 8601 text; a fraction of a second and a time zone are checked and left out.

    Raises ValueError for a text that is not SDTM's ISO 8601, or names a day or a time that does not exist.
    """
    if len(text) == DAY and text[4] == text[7] == "-":
        # nearly every date is one day; the library reads it ten times as fast
        try:
            day = date.fromisoformat(text)
        except ValueError:
            pass
        else:
            return IsoParts(day.year, day.month, day.day, None, None, None)
    match = ISO_TEXT.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not ISO 8601 text; expected the form 2021-03-05T14:30, cut where it ends')
    given = match.group("year", "month", "day", "hour", "minute", "second")
    if [part for part in given if part is not None][-1] == "-":
        raise ValueError(f'"{text}" ends in an unknown part; expected the text to stop at its last known part')
    parts = IsoParts(*(None if part in (None, "-") else int(part) for part in given))
    check_calendar(parts.year, parts.month, parts.day)
    check_clock(parts.hour, parts.minute, parts.second)
    return parts


def last_day(year: int | None, month: int | None) -> int:
    """Last day that the month can have; the latest possible where year or month is not known."""
    if month is None:
        return 31
    return 29 if month == 2 and (year is None or isleap(year)) else LAST_DAYS[month - 1]


def check_calendar(year: int | None, month: int | None, day: int | None) -> None:
    """Raise ValueError where the known parts (None: not known) fit no day from year 1 to 9999."""
    if year is not None and not 1 <= year <= 9999:
        raise ValueError(f"there is no year {year:04d}")
    if month is not None and not 1 <= month <= 12:
        raise ValueError(f"there is no month {month:02d}")
    if day is not None and not 1 <= day <= 31:
        raise ValueError(f"there is no day {day:02d}")
    if day is not None and day > last_day(year, month):
        raise ValueError(f"{render_iso(year, month)} has {last_day(year, month)} days, not {day}")


def check_clock(hour: int | None, minute: int | None, second: int | None) -> None:
    """Raise ValueError where a known part (None: not known) is outside 00:00:00 to 23:59:59."""
    for part, value, limit in (("hour", hour, 23), ("minute", minute, 59), ("second", second, 59)):
        if value is not None and not 0 <= value <= limit:
            raise ValueError(f"there is no {part} {value:02d}")


def render_iso(year: int | None, month: int | None = None, day: int | None = None) -> str:
    """ISO 8601 text of the known date parts: ``2021-03-05``, ``2021-03``, ``2021---05``, ``--03-05``."""
    parts = ["-" if year is None else f"{year:04d}", "-" if month is None else f"{month:02d}"]
    parts.append("-" if day is None else f"{day:02d}")
    while parts and parts[-1] == "-":
        parts.pop()
    return "-".join(parts)


class DistinctParts(NamedTuple):
    """The distinct texts of a column: a row's text is ``texts[codes[row]]``, and so with every other array.

    ``year``, ``month`` and ``day`` are NaN where not known, all three where the text is missing or not ISO
    8601.
    """

    codes: np.ndarray
    texts: np.ndarray
    is_iso: np.ndarray
    year: np.ndarray
    month: np.ndarray
    day: np.ndarray


def distinct_parts(series: pd.Series, name: str = "date") -> DistinctParts:
    """The date parts of each distinct ISO text of a column.

    Raises ValueError, quoting it, for a value that is neither text nor missing.
    """
    codes, found = pd.factorize(series, use_na_sentinel=False)
    texts = np.asarray(found, dtype=object)
    parts = np.full((len(texts), 3), np.nan)
    valid = np.zeros(len(texts), dtype=bool)
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            if not pd.isna(text):
                kind = type(text).__name__
                raise ValueError(f'{name} "{text}" is a {kind}; expected ISO 8601 text such as 2021-03')
            continue
        try:
            parts[position] = [np.nan if part is None else part for part in parse_iso(text)[:3]]
        except ValueError:
            continue
        valid[position] = True
    return DistinctParts(codes, texts, valid, parts[:, 0], parts[:, 1], parts[:, 2])


def month_lengths(year: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Number of days of each month, NaN where year or month is NaN."""
    first = np.ones(len(year))
    return np.asarray(day_numbers(year, month + 1, first) - day_numbers(year, month, first))


def day_numbers(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Day number of each complete date, NaN where a part is NaN; month 13 is January of the next year."""
    known = np.isfinite(year) & np.isfinite(month) & np.isfinite(day)
    numbers = np.full(len(year), np.nan)
    months = ((year[known] - 1970) * 12 + month[known] - 1).astype(np.int64).astype("datetime64[M]")
    numbers[known] = (months.astype("datetime64[D]") - EPOCH).astype(float) + day[known] - 1
    return numbers


def earliest_latest(parts: DistinctParts) -> tuple[np.ndarray, np.ndarray]:
    """First and last possible day number of each distinct text; both NaN where the year is not known."""
    # January and December have every day number, so a known day without its month is bounded by those two.
    first_month, last_month = (np.where(np.isnan(parts.month), month, parts.month) for month in (1.0, 12.0))
    first_day = np.where(np.isnan(parts.day), 1.0, parts.day)
    final_day = np.where(np.isnan(parts.day), month_lengths(parts.year, last_month), parts.day)
    return day_numbers(parts.year, first_month, first_day), day_numbers(parts.year, last_month, final_day)


def bounds(series: pd.Series) -> pd.DataFrame:
    """First and last day that each ISO text can mean: ``earliest`` and ``latest``, day numbers, same index.

    Both are NaN where the text is missing, is not ISO 8601 or does not know the year. A numeric column is
    taken as day numbers already.
    """
    if is_numeric_dtype(series):
        days = np.floor(series.astype(float))
        return pd.DataFrame({"earliest": days, "latest": days})
    parts = distinct_parts(series)
    earliest, latest = earliest_latest(parts)
    return pd.DataFrame({"earliest": earliest[parts.codes], "latest": latest[parts.codes]}, index=series.index)


def to_days(series: pd.Series) -> pd.Series:
    """Day number of each ISO text that is complete to the day, the time left out; NaN for every other text.

    A numeric column is taken as day numbers already.
    """
    if is_numeric_dtype(series):
        return series.astype(float) // 1
    parts = distinct_parts(series)
    days = day_numbers(parts.year, parts.month, parts.day)
    return pd.Series(days[parts.codes], index=series.index, name=series.name)


def from_days(days: pd.Series) -> pd.Series:
    """ISO text of each day number, ``""`` for NaN; a fraction of a day is left out.

    Raises ValueError for a number outside the years 1 to 9999.
    """
    codes, found = pd.factorize(days.astype(float), use_na_sentinel=False)
    numbers = np.floor(np.asarray(found, dtype=float))
    known = ~np.isnan(numbers)
    first, last = day_numbers(np.array([1.0, 9999.0]), np.array([1.0, 12.0]), np.array([1.0, 31.0]))
    outside = numbers[known & ~((numbers >= first) & (numbers <= last))]
    if len(outside):
        raise ValueError(f"day number {outside[0]:g} is outside the years 0001 to 9999")
    texts = repeat_text("", len(numbers))
    texts[known] = np.datetime_as_string(EPOCH + numbers[known].astype("timedelta64[D]"), unit="D")
    return pd.Series(texts[codes], index=days.index, name=days.name, dtype=object)


def is_complete(series: pd.Series) -> pd.Series:
    """Whether each text is ISO 8601 and known to the day."""
    return to_days(series).notna()


def is_iso(series: pd.Series) -> pd.Series:
    """Whether each text is valid ISO 8601 as SDTM allows it, complete or partial; False for missing.

    An unknown year (``--12-15``) or hour (``2003-12-15T-:15``) is valid; 24:00, the basic format
    (``20210305``) and a day that does not exist are not.
    """
    parts = distinct_parts(series)
    return pd.Series(parts.is_iso[parts.codes], index=series.index, name=series.name)


def check_same_index(first: pd.Series, second: pd.Series, first_name: str, second_name: str) -> None:
    """Raise ValueError where two columns are not of the same rows."""
    if not first.index.equals(second.index):
        raise ValueError(
            f"{first_name} and {second_name} have different indexes; expected one {second_name} for each {first_name}"
        )
