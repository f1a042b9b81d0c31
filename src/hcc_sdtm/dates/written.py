"""The parts of a date in a text, under each order in which they can stand there, and the dates that they make.

Knows what each part can be, and when a date does not exist. Decides nothing: which of the orders holds, and what more
than one date means, is for `reading`. Where the parts stand is known by `layout`.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from hcc_sdtm.dates.clock import Clock, render_clock
from hcc_sdtm.dates.iso import check_calendar, render_iso
from hcc_sdtm.dates.layout import FIRST_YEAR, Grammar, Layout, lay_out, with_digits

ORDERS: Mapping[str, tuple[int, int, int]] = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}
"""The places of year, month and day among three parts, by the name of the order."""

UNDELIMITED_YEARS = range(1900, 2100)
"""Years that four of eight undelimited digits may mean; more would make 01122021 the year 112."""

YEARS = range(1850, 2100)
"""From the birth of the oldest patient to the end of the longest study: 0021 and 9999 are slips and placeholders."""

CENTURIES = (1900, 2000)
"""What a two-digit year may stand for where no century is declared."""


class Parts(NamedTuple):
    """Year, month and day as written, ``""`` where not there; ``order`` is ``""`` where the text itself settles it."""

    order: str
    year: str
    month: str
    day: str


class Written(NamedTuple):
    """The date in a text before its order is settled: its possible parts, its time, its weekday, its era.

    ``weekday`` is 1 for Monday, 0 where none is written; ``era`` has its first day and that of the next as ISO text.
    ``is_named`` tells the name of a month or a weekday.
    """

    parts: tuple[Parts, ...]
    clock: Clock | None = None
    weekday: int = 0
    era: tuple[str, str] = ("", "")
    is_named: bool = False


_ROLES = {
    "year": "y",  # 2021
    "unknown year": "ymd",  # UNKN; a day or month only beside a known year
    "unknown": "ymd",
    "unknown day": "d",
    "zero": "md",
    "short year": "y",  # '21
    "month name": "m",
    "roman": "m",
    "ordinal": "d",  # 5th
    "number": "ymd",
    "digit": "md",
    "nothing": "",
}
"""Which of year, month and day a part can be, by its kind."""


class _Token(NamedTuple):
    """One part as written: its kind in `_ROLES`, and its text as a year, as a month and as a day, ``""`` if unknown.

    ``stands_for_all`` tells an unknown part that beside a year alone is both month and day; ND may be "not done".
    """

    kind: str
    year: str = ""
    month: str = ""
    day: str = ""
    is_zero: bool = False
    stands_for_all: bool = False


_SHORT_YEAR = re.compile("[0-9]{2}")
_NUMBER = re.compile(r"(?P<apostrophe>['’])?(?P<digits>[0-9]+)\s?(?P<suffix>\D*)")


def parse_written(text: str, grammar: Grammar) -> Written | None:
    """The date in a normalised text; None where the text is not a date and nothing but a date."""
    text = with_digits(text, grammar)
    layout = lay_out(text, grammar)
    if layout is None:
        return None
    parts = _marked_parts(text, layout, grammar) if layout.is_marked else _delimited_parts(text, layout, grammar)
    if not parts or (layout.weekday and not any(each.year and each.month and each.day for each in parts)):
        return None  # a word beside part of a date is no weekday: so 2021
    if layout.clock is None:
        return Written(parts, None, layout.weekday, layout.era, layout.is_named)
    clock = layout.clock.of(text)
    if layout.clock.is_bare and clock.hour in ("19", "20"):
        return None  # 05/03/2021 2022 may name two years
    return Written(parts, clock, layout.weekday, layout.era, layout.is_named)


def date_texts(
    written: Written, parts: tuple[Parts, ...], century: int | None
) -> tuple[dict[str, None], dict[str, None]]:
    """The ISO 8601 texts that a written date can mean by these of its parts, and the reasons against the others.

    ``""`` is the text of a date of which nothing is known. A two-digit year without a declared century is read in both.
    """
    found: dict[str, None] = {}
    reasons: dict[str, None] = {}
    for each in parts:
        texts: dict[str, str] = {}
        for year in _years(each.year, century):
            try:
                text = _render(year, each, written)
                texts[text] = _other_weekday(text, written.weekday)
            except ValueError as error:
                reasons[f"{error} (read as {each.order})" if each.order else str(error)] = None
        # A weekday refutes a date and tells day from month; it is no reason to take one century for the other.
        if not texts or all(texts.values()):
            reasons.update(dict.fromkeys(reason for reason in texts.values() if reason))
        else:
            found.update(dict.fromkeys(texts))
    if len(found) > 1:
        found.pop("", None)  # UN-UN-21: that nothing may be known is no date beside one that may
    return found, reasons


def _render(year: int | None, parts: Parts, written: Written) -> str:
    month, day = (int(part) if part else None for part in (parts.month, parts.day))
    check_calendar(year, month, day)
    check_year(year)
    text = render_iso(year, month, day)
    since, until = written.era
    if since[: len(text)] > text:
        raise ValueError(f"{text} is before {since}, the first day of its era")
    if until and text >= until:
        raise ValueError(f"{text} is after its era, which ended on {until}")
    if written.clock is None:
        return text
    if None in (year, month, day):
        raise ValueError(f"{text or 'an unknown date'} has a time and no day")
    return f"{text}T{render_clock(written.clock)}"


def _other_weekday(text: str, weekday: int) -> str:
    """What is wrong with the weekday of a complete date, ``""`` for nothing."""
    if not weekday or len(text) < len("2021-03-05") or "--" in text:
        return ""
    actual = datetime.date.fromisoformat(text[:10]).isoweekday()
    names = calendar.day_name[actual - 1], calendar.day_name[weekday - 1]
    return "" if actual == weekday else f"{text[:10]} is a {names[0]}, not a {names[1]}"


def check_year(year: int | None) -> None:
    """Raise ValueError for a year outside `YEARS`."""
    if year is not None and year not in YEARS:
        raise ValueError(f"the year {year:04d} is not between {YEARS[0]} and {YEARS[-1]}")


def allowed_parts(written: Written, declared: str | None) -> tuple[Parts, ...]:
    """The parts to read: those of the declared order, else of orders that put the year where it does, else all."""
    if declared is None:
        return written.parts
    of_declared = tuple([parts for parts in written.parts if parts.order == declared or not parts.order])
    if of_declared:
        return of_declared
    year_place = ORDERS[declared][0]
    of_place = tuple(parts for parts in written.parts if ORDERS[parts.order][0] == year_place)
    # Two digits do not say that they are the year, so that 17/4/9 of a site that puts the day first stays open.
    return of_place or tuple(parts for parts in written.parts if len(parts.year) != 2)


def _years(year: str, century: int | None) -> list[int | None]:
    if not year:
        return [None]
    if len(year) != 2:
        return [int(year)]
    if century is None:
        return [start + int(year) for start in CENTURIES]
    return [int(year) + (2000 if int(year) < century else 1900)]


def _marked_parts(text: str, layout: Layout, grammar: Grammar) -> tuple[Parts, ...]:
    """Parts with a sign behind each; the years of an era are counted from its first."""
    year, month, day = [text[place] for place in layout.parts]
    if layout.era[0]:
        year = str(int(layout.era[0][:4]) - 1 + (1 if year == FIRST_YEAR else int(year)))
    number = grammar.vocabulary.months.get(month)
    month = str(number) if number else month
    is_unknown = [part in grammar.unknown or part in grammar.vocabulary.unknown_days for part in (year, month, day)]
    is_unknown[0] &= not _SHORT_YEAR.fullmatch(year)
    return (
        Parts("", *("" if unknown else part for unknown, part in zip(is_unknown, (year, month, day), strict=True))),
    )


def _delimited_parts(text: str, layout: Layout, grammar: Grammar) -> tuple[Parts, ...]:
    """One to three parts with something between them, under each order."""
    texts = [text[place] for place in layout.parts]
    if len(texts) == 1:
        return _single_part(texts[0], grammar)
    tokens = [_parse_token(part, grammar) for part in texts]
    return _two_parts(*tokens) if len(tokens) == 2 else _three_parts(tokens)


@lru_cache(maxsize=4096)
def _parse_token(text: str, grammar: Grammar) -> _Token:
    """What a part can be by itself."""
    vocabulary = grammar.vocabulary
    if text in vocabulary.months:
        return _Token("month name", month=str(vocabulary.months[text]))
    if text in vocabulary.romans:
        return _Token("roman", month=str(vocabulary.romans[text]))
    if text in grammar.unknown:
        kind = "zero" if text == "0" else "unknown year" if len(text) == 4 else "unknown"
        is_word = text in vocabulary.unknown_dates or not text.isalpha() or not text.strip("X")
        # Two digits for an unknown day, 00 or a site's 99, are a year where the year stands.
        year = text if len(text) == 2 and text.isdecimal() else ""
        return _Token(kind, year=year, is_zero=text in ("0", "00"), stands_for_all=is_word)
    if text in vocabulary.unknown_days:
        return _Token("unknown day")
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _Token("nothing")
    digits, suffix = match["digits"], match["suffix"]
    if len(digits) > 2 or match["apostrophe"]:
        expected = 2 if match["apostrophe"] else 4
        kind = "short year" if match["apostrophe"] else "year"
        return _Token(kind, year=digits) if len(digits) == expected and not suffix else _Token("nothing")
    if suffix:
        is_month = suffix in vocabulary.marks["month"]
        return _Token("month name", month=digits) if is_month else _Token("ordinal", day=digits)
    return _Token("number" if len(digits) == 2 else "digit", digits, digits, digits)


def _single_part(text: str, grammar: Grammar) -> tuple[Parts, ...]:
    """A year alone, eight digits whose year is the four that can be one, or six whose parts can be a date."""
    if text in grammar.vocabulary.unknown_dates:
        return (Parts("", "", "", ""),)
    if not text.isdecimal():
        return ()
    if len(text) == 4:
        return (Parts("", text, "", ""),)
    if len(text) not in (6, 8):
        return ()
    width = len(text) - 4
    cuts = [
        Parts("ymd", text[:width], text[width:-2], text[-2:]),
        Parts("dmy", text[4:], text[2:4], text[:2]),
        Parts("mdy", text[4:], text[:2], text[2:4]),
    ]
    if len(text) == 6:
        cuts += [Parts("", text[:4], text[4:], ""), Parts("", text[2:], text[:2], "")]
        return _settled([parts for parts in cuts if _is_plausible(parts)])
    found = [parts for parts in cuts if int(parts.year) in UNDELIMITED_YEARS]
    if "00" in text:
        found = [
            Parts(order, year, month.strip("0") and month, day.strip("0") and day) for order, year, month, day in found
        ]
    return _settled(found)


def _is_plausible(parts: Parts) -> bool:
    """Whether six digits can be cut so: a day and a month there can be, and a long year of `UNDELIMITED_YEARS`."""
    year_is_fit = len(parts.year) == 2 or int(parts.year) in UNDELIMITED_YEARS
    return year_is_fit and 1 <= int(parts.month) <= 12 and (not parts.day or 1 <= int(parts.day) <= 31)


def _two_parts(first: _Token, second: _Token) -> tuple[Parts, ...]:
    """A long year and a month; or the name of a month and a year of two digits or a day, as the order of each allows."""
    for year, month in ((first, second), (second, first)):
        is_month = month.stands_for_all or month.kind in ("month name", "number", "digit")
        if year.kind in ("year", "unknown year") and is_month and (year.year or month.month):
            return (Parts("", year.year, month.month, ""),)
    name, number = (first, second) if first.kind == "month name" else (second, first)
    if name.kind != "month name":
        return ()
    readings = []  # the number as a year and as a day, with the place of either in `ORDERS`
    if number.kind in ("number", "short year"):
        readings.append((0, Parts("", number.year, name.month, "")))
    if number.kind in ("digit", "ordinal") or (number.kind == "number" and 1 <= int(number.day) <= 31):
        readings.append((2, Parts("", "", name.month, number.day)))
    found = []
    for order, places in ORDERS.items():
        kept = [parts for role, parts in readings if (places[1] < places[role]) == (name is first)]
        if order == "ymd" or not kept:  # as with 12-Mar-21, see `_places`
            kept = [parts for _, parts in readings]
        found += [parts._replace(order=order) for parts in kept]
    return _settled(found)


def _three_parts(tokens: list[_Token]) -> tuple[Parts, ...]:
    """Year, month and day, by what each token can be and by order."""
    if all(token.is_zero for token in tokens) or all(token.kind == "unknown" for token in tokens):
        return (Parts("", "", "", ""),)
    places = _places(tuple([token.kind for token in tokens]))
    found = [Parts(order, tokens[y].year, tokens[m].month, tokens[d].day) for order, y, m, d in places]
    if any(token.is_zero for token in tokens):
        # Day 0 of January 1900 is what a spreadsheet shows for an empty date, in whatever order: no part of it is known.
        found = [parts._replace(day="0") if _is_empty_date(parts) else parts for parts in found]
    return _settled(found)


def _is_empty_date(parts: Parts) -> bool:
    return (
        parts.year in ("1900", "00") and (parts.month or parts.day) in ("1", "01") and not (parts.month and parts.day)
    )


@cache
def _places(kinds: tuple[str, ...]) -> tuple[tuple[str, int, int, int], ...]:
    """The orders under which three parts of these kinds are a date, with the places of year, month and day.

    The name of a month and a long year settle the places by themselves.
    """
    is_named = "month name" in kinds
    if kinds.count("month name") > 1 or kinds.count("year") > 1 or ("ordinal" in kinds and not is_named):
        return ()
    years = [place for place, kind in enumerate(kinds) if kind == "year"]
    years = years or [place for place, kind in enumerate(kinds) if kind == "unknown year"]
    if is_named and len(years) == 1:
        if years == [1]:
            return ()  # Mar 2021-22
        month = kinds.index("month name")
        (day,) = {0, 1, 2} - {month, years[0]}
        return (("", years[0], month, day),) if "d" in _ROLES[kinds[day]] else ()
    found: tuple[tuple[str, int, int, int], ...] = tuple(
        (order, *places)
        for order, places in ORDERS.items()
        if all(role in _ROLES[kinds[place]] for role, place in zip("ymd", places, strict=True))
        and (not years or places[0] in years)
        # In the middle X may be October; elsewhere IV and the like are no months.
        and kinds[1] != "unknown day"
        and "roman" not in (kinds[0], kinds[2])
    )
    if kinds == ("number", "month name", "number"):
        # Programs write 12-Mar-21 in places that have the year first: that order says nothing of a month's name.
        found += tuple(("ymd", year, month, day) for order, year, month, day in found if order == "dmy")
    return found


def _settled(found: list[Parts]) -> tuple[Parts, ...]:
    """The parts, of no order where every order comes to the same ones.

    A short year may be read under one order alone and yet stand elsewhere.
    """
    same = bool(found) and all(parts[1:] == found[0][1:] for parts in found)
    if same and (len(found) > 1 or len(found[0].year) != 2):
        return (Parts("", *found[0][1:]),)
    return tuple(found)
