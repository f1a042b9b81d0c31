"""Times of day as hospitals write them, alone or behind a date.

Knows 24 and 12 hours, the marks and words of `vocabulary`, times without a separator (``1430``) and fractions of a day
as spreadsheets store them. Does not know dates, nor a time zone by its name (``CEST``), which names no offset.

Source of the result's form: SDTMIG 3.4 section 4.4.1.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple

import pandas as pd

from hcc_sdtm.dates.distinct import listed, read_distinct
from hcc_sdtm.dates.iso import ZONE, check_clock
from hcc_sdtm.dates.vocabulary import Vocabulary, any_of, normalise, read_vocabulary

TIME_COLUMNS = ("iso", "problem", "kind")

UNDELIMITED = re.compile("([0-9]{1,2})([0-9]{2})|([0-9]{2})([0-9]{2})([0-9]{2})")
FRACTION_OF_DAY = re.compile(r"0?\.(?:5|25|75|[0-9]{3,})")
"""Parts of a day: 0.30 is more likely half past midnight, typed with a point."""

SECONDS_A_DAY = 86_400

MAX_LENGTH = 80
"""Characters of a date or time, weekday and zone included; a longer text is not one, and is not searched for one."""


class Clock(NamedTuple):
    """A time as written; ``half`` is ``am``, ``pm`` or ``""``, ``fraction`` that of a second with its point."""

    hour: str
    minute: str = ""
    second: str = ""
    fraction: str = ""
    zone: str = ""
    half: str = ""


NOWHERE = slice(0, 0)


class ClockLayout(NamedTuple):
    """Where the parts of a time stand in texts of one shape, `NOWHERE` for those that are not there.

    ``is_bare`` tells four digits with no sign between hour and minute.
    """

    hour: slice
    minute: slice = NOWHERE
    second: slice = NOWHERE
    fraction: slice = NOWHERE
    zone: slice = NOWHERE
    half: str = ""
    is_bare: bool = False

    def of(self, text: str) -> Clock:
        """The time of one of the texts."""
        hour, minute, second, fraction, zone = [text[place] for place in self[:5]]
        zone = f"{zone[:3]}:{zone[3:]}" if len(zone) == 5 else zone
        return Clock(hour, minute, second, fraction.replace(",", "."), zone, self.half)


class ClockGrammar(NamedTuple):
    """A time alone, a time and an unknown one behind a date, an unknown one alone, a sign that there may be one.

    ``halves`` gives the half of the day of each word.
    """

    alone: re.Pattern[str]
    behind: re.Pattern[str]
    unknown: re.Pattern[str]
    nothing: re.Pattern[str]
    hint: re.Pattern[str]
    halves: Mapping[str, str]


def read_time(series: pd.Series, missing: str | Collection[str] = ("",)) -> pd.DataFrame:
    """The time of day that each text means: ``iso``, ``problem`` and ``kind``, all text, same index.

    ``iso`` is ``14``, ``14:30`` or ``14:30:05`` (a fraction of a second is kept), as it stands behind the T of a
    date. A number below 1 with a fraction is the part of a day that a spreadsheet stores, to the nearest second.
    ``missing`` lists the texts that mean "no value"; these, blanks, and words that say that the time is unknown, give
    ``""`` throughout. ``kind`` is ``unreadable``, ``impossible`` (24:00, 14:30 AM) or ``""``.
    """
    no_value = frozenset(map(normalise, listed(missing))) | {""}
    return read_distinct(series, TIME_COLUMNS, lambda typed: _read_text(typed, no_value))


def _read_text(typed: object, no_value: Collection[str]) -> tuple[str, str, str]:
    text, grammar = normalise(typed), clock_grammar(read_vocabulary())
    if text in no_value or grammar.nothing.fullmatch(text):
        return "", "", ""
    clock = parse_clock(text, grammar) if len(text) <= MAX_LENGTH else None
    if clock is None:
        return "", f'"{typed}" cannot be read as a time; expected a form such as 14:30 or 2:30 PM', "unreadable"
    try:
        return render_clock(clock), "", ""
    except ValueError as error:
        return "", f'"{typed}" is not a possible time: {error}', "impossible"


def parse_clock(text: str, grammar: ClockGrammar) -> Clock | None:
    """The time in a normalised text; None where the text is not a time and nothing but a time."""
    if FRACTION_OF_DAY.fullmatch(text):
        return clock_of_fraction(float(text))
    match = UNDELIMITED.fullmatch(text)
    if match:
        return Clock(*(part for part in match.groups() if part))
    match = grammar.alone.fullmatch(text)
    return lay_out_clock(match, grammar).of(text) if match else None


def lay_out_clock(match: re.Match[str], grammar: ClockGrammar) -> ClockLayout:
    """Where the parts of a time stand that the grammar matched."""

    def place(*groups: str) -> slice:
        found = match.groupdict()
        return next((slice(*match.span(group)) for group in groups if found.get(group)), NOWHERE)

    half = match["half_before"] or match["half_behind"]
    return ClockLayout(
        place("hour", "bare_hour"),
        place("minute", "marked_minute", "dotted_minute", "bare_minute"),
        place("second", "marked_second"),
        place("fraction"),
        place("zone", "west"),
        grammar.halves[half] if half else "",
        bool(match.groupdict().get("bare_hour")),
    )


def clock_of_fraction(fraction: float) -> Clock:
    """The time of a part of a day, to the nearest second and without seconds that are 0."""
    seconds = min(round(fraction * SECONDS_A_DAY), SECONDS_A_DAY - 1)
    second = f"{seconds % 60:02d}" if seconds % 60 else ""
    return Clock(f"{seconds // 3600:02d}", f"{seconds // 60 % 60:02d}", second)


def render_clock(clock: Clock) -> str:
    """ISO 8601 text of a time; raises ValueError for one that does not exist: 24:00, minute 60, 14:30 AM, +37:06."""
    hour = int(clock.hour)
    if clock.half and (hour > 12 if clock.half == "am" else hour == 0):
        raise ValueError(f"there is no hour {clock.hour} {clock.half.upper()}")
    if clock.half and hour <= 12:
        hour = hour % 12 + (12 if clock.half == "pm" else 0)
    if clock.zone and not re.fullmatch(ZONE, clock.zone):
        raise ValueError(f"there is no time zone {clock.zone}")
    smaller = [part for part in (clock.minute, clock.second) if part]
    check_clock(hour, *map(int, smaller), *[None] * (2 - len(smaller)))
    return ":".join([f"{hour:02d}", *(f"{part:0>2}" for part in smaller)]) + clock.fraction + clock.zone


@cache
def clock_grammar(vocabulary: Vocabulary) -> ClockGrammar:
    """The patterns of the vocabulary's times, on text in the form of `normalise`."""
    half = any_of(text for texts in vocabulary.halves.values() for text in texts)
    hour_mark, minute_mark, second_mark = (any_of(vocabulary.marks[part]) for part in ("hour", "minute", "second"))
    word = any_of(vocabulary.clocks + vocabulary.clocks_of_hours)
    hours = any_of(vocabulary.clocks_of_hours)
    offset = "[0-9]{2}:?[0-9]{2}"
    unknown = any_of(text for text in vocabulary.unknown if len(text) > 1 and not text.isdecimal())
    clock = (
        rf"(?:(?P<half_before>{half})\s*)?(?P<hour>[0-9]{{1,2}})"
        rf"(?:\s?:\s?(?:{unknown}|(?P<minute>[0-9]{{2}}))"
        rf"(?:\s?:\s?(?:{unknown}|(?P<second>[0-9]{{2}})(?P<fraction>[.,][0-9]+)?))?"
        rf"|\s*{hour_mark}(?:\s*(?P<marked_minute>[0-9]{{1,2}})\s*{minute_mark}?"
        rf"(?:\s*(?P<marked_second>[0-9]{{1,2}})\s*{second_mark}?)?)?"
        rf"|\.(?P<dotted_minute>[0-9]{{2}})(?=\s*{word})"
        rf"|(?=\s*(?:{half}|{hours}))|(?(half_before)|(?!)))"
        rf"(?:\s*(?P<half_behind>{half}))?(?:\s*{word})?\.?"
        # 14:30-15:00 is two times: only a time with seconds, as programs write it, has its zone west of Greenwich
        rf"(?:\s*(?P<zone>Z|\+{offset})|(?(second)\s*(?P<west>-{offset})|(?!)))?"
    )
    signs = any_of(
        sign[-1] for part in ("year", "month", "day") for sign in vocabulary.marks[part] if not sign.isascii()
    )
    lead = rf"(?:{any_of(vocabulary.times)}\s+)?"
    join = rf"(?:(?<=[0-9])\s*T\s*|\s*,\s*|\s+-\s+|\s+|(?<=[0-9]):|(?<={signs})|(?<=\))|(?={half}))"
    # four digits behind a year of four
    bare = r"(?<=[-/. ][0-9]{4} )(?P<bare_hour>[0-9]{2})(?P<bare_minute>[0-9]{2})"
    nothing = rf"{unknown}(?:\s?:\s?{unknown}){{0,2}}"
    no_time = rf"{join}{unknown}(?:\s?:\s?{unknown}){{1,2}}$"
    hint = rf":| [0-9]{{4}}$|[0-9]\s*{hour_mark}|{half}|{word}"
    halves = {text: half for half, texts in vocabulary.halves.items() for text in texts}
    return ClockGrammar(
        re.compile(rf"T?{lead}{clock}"),
        re.compile(rf"{join}{lead}(?:{clock}|{bare})$"),
        re.compile(no_time),
        re.compile(nothing),
        re.compile(hint),
        halves,
    )
