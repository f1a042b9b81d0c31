"""The forms of ISO 8601 that SDTM has, as tests of one text: dates, durations, intervals (SDTMIG 3.4, 4.4.1 to 4.4.4)."""

from __future__ import annotations

import re
from collections.abc import Callable

from hcc_sdtm.dates.iso import parse_iso

_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_DURATION = re.compile(
    rf"-?P(?!$)(?:{_NUMBER}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?(?:T(?=[0-9])(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T.*)?")


def is_date(text: str) -> bool:
    """Whether a text is an ISO 8601 date or date and time, complete or partial."""
    try:
        parse_iso(text)
    except ValueError:
        return False
    return True


def is_duration(text: str) -> bool:
    """Whether a text is an ISO 8601 duration."""
    return _DURATION.fullmatch(text) is not None


def is_interval(text: str) -> bool:
    """Whether a text is two dates, or a date and a duration, with a solidus between them."""
    first, slash, last = text.partition("/")
    return bool(slash) and is_date(first) and (is_date(last) or is_duration(last))


def is_complete_date(text: str) -> bool:
    """Whether a text is a date that is known to the day, with a time of day or without."""
    return _DAY.fullmatch(text) is not None and is_date(text)


FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "date": (is_date, "an ISO 8601 date or date and time"),
    "complete-date": (is_complete_date, "an ISO 8601 date known to the day"),
    "duration": (is_duration, "an ISO 8601 duration"),
    "date-or-duration": (lambda text: is_date(text) or is_duration(text), "an ISO 8601 date or duration"),
    "duration-or-interval": (lambda text: is_duration(text) or is_interval(text), "an ISO 8601 duration or interval"),
    "interval": (lambda text: is_date(text) or is_interval(text), "an ISO 8601 date or interval"),
}
"""Each form that a rule's line can ask for: its test, and its name in messages."""
