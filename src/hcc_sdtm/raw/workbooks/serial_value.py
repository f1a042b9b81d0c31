"""A stored number as the date, time or length of time that its format shows.

Values are those calamine gives for an xlsx file, so that every kind of workbook is read alike. What the numbers cannot say (a
negative day, the 29 February 1900 that never was) is left to the reader of the sheet, who is told of it.
"""

from __future__ import annotations

import datetime as dt
import re

from hcc_sdtm.raw.number_format import NumberFormat

Value = str | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta
"""A cell's value."""

UNDATABLE = re.compile(r"-[0-9.][0-9.eE+-]*|60(?:\.[0-9]*)?")
"""Texts of numbers that may be no date: negative ones, and day 60."""

_MILLISECONDS = 86_400_000
_FIRST_DAYS = {"1904": (dt.datetime(1904, 1, 1), 0), "1900": (dt.datetime(1899, 12, 30), 60)}
"""Day 0 of the numbers, and the number of the day that never was."""

_LAST_DAY = dt.datetime(9999, 12, 31)


def serial_value(number: float, shown: NumberFormat, date_system: str) -> Value:
    """The value of a number under a format; the number itself where it is no date or is too large for one.

    Exact to the millisecond. A number below 1 is a time alone. Day 60 of the 1900 system becomes the day before it.
    """
    if not shown.shows:
        return number
    try:
        since = dt.timedelta(milliseconds=round(number * _MILLISECONDS))
    except (OverflowError, ValueError):
        return number
    if shown.elapsed:
        return since
    if number < 0:
        return number
    start, phantom = _FIRST_DAYS["1904" if date_system == "1904" else "1900"]
    if number < 1:
        return (start + since).time()
    if since < dt.timedelta(days=phantom):
        start += dt.timedelta(days=1)
    if since > _LAST_DAY + dt.timedelta(days=1, milliseconds=-1) - start:
        return number
    moment = start + since
    return moment.date() if moment.time() == dt.time() else moment
