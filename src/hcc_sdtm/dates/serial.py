"""Dates that a spreadsheet stored as a number of days.

Knows the two systems, the day that never was, and fractions as times. Which system a workbook uses is a fact of the
workbook: nothing here guesses it.

Source: ECMA-376 part 1, 18.17.4.1 (date systems): in the 1900 system day 1 is 1900-01-01 and day 60 stands for a 29
February 1900 that never was; in the 1904 system day 0 is 1904-01-01.
"""

from __future__ import annotations

import datetime
import re

from hcc_sdtm.dates.clock import SECONDS_A_DAY, clock_of_fraction, render_clock

SYSTEMS = ("1900", "1904")

SERIAL = re.compile(r"0|[1-9][0-9]{0,4}|[1-9][0-9]{4}\.[0-9]+")
"""Whole days to the year 2173, and times on days of five digits: 5.3 is no day number."""

PHANTOM_DAY = 60

NUMBERED_YEARS = range(1900, 2100)
"""Whole numbers that are a year before they are a day of 1905."""


def is_serial(text: str, system: str | None) -> bool:
    """Whether a text is a day number: five digits under any system, fewer only where a system is declared."""
    if not SERIAL.fullmatch(text):
        return False
    return len(text) >= 5 or (system is not None and int(text) not in NUMBERED_YEARS)


def parse_serial(text: str, system: str) -> str:
    """ISO 8601 text of a day number; a fraction is its time, to the nearest second.

    Raises ValueError for day 60 of the 1900 system, and its day 0.
    """
    seconds = round(float(text) * SECONDS_A_DAY)
    number, rest = divmod(seconds, SECONDS_A_DAY)
    if system == "1904":
        day = datetime.date(1904, 1, 1) + datetime.timedelta(number)
    elif number == PHANTOM_DAY:
        raise ValueError("day number 60 of the 1900 system is 29 February 1900, which never was")
    elif number == 0:
        raise ValueError("day number 0 of the 1900 system is no day")
    else:
        start = datetime.date(1899, 12, 31 if number < PHANTOM_DAY else 30)
        day = start + datetime.timedelta(number)
    return f"{day.isoformat()}T{render_clock(clock_of_fraction(rest / SECONDS_A_DAY))}" if rest else day.isoformat()
