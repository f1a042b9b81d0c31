"""Dates as hospitals write them, read to what is exactly known of them.

Knows ISO 8601, numbers in any order, month names, the Chinese year, month and day signs, unknown parts,
full-width characters and times of day. Guesses nothing: where day and month cannot be told apart both
readings are kept, a year of two digits needs a declared century, and a date that does not exist is refused.
Does not know spreadsheet serial numbers, ranges (``3-5 May 2021``) or text around a date (``approx. March
2021``): these are unreadable.

The words are data: `vocabulary`. Source of the result's form: SDTMIG 3.4 sections 4.4.1 and 4.4.2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from hcc_sdtm.dates.iso import ZONE, check_calendar, parse_iso, render_iso
from hcc_sdtm.dates.vocabulary import read_vocabulary

ORDERS: Mapping[str, tuple[int, int, int]] = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}
"""The places of year, month and day among three parts, by the name of the order."""

EXAMPLES = {"ymd": "2021/03/05", "dmy": "05/03/2021", "mdy": "03/05/2021"}

UNDELIMITED_YEARS = range(1900, 2100)
"""Years that four of eight undelimited digits may mean; more would make 01122021 the year 112."""

RESULT_COLUMNS = ("iso", "problem", "candidates", "kind")


class Reading(NamedTuple):
    """What one text means. ``kind`` is ``""``, ``unreadable``, ``impossible`` or ``ambiguous``."""

    iso: str
    problem: str = ""
    candidates: str = ""
    kind: str = ""


class Written(NamedTuple):
    """The date in a text before its order is settled: year, month and day as written, by possible order.

    The key ``""`` stands alone: the text itself says which part is which. ``time`` is ISO 8601 text or
    ``""``.
    """

    parts: Mapping[str, tuple[str, str, str]]
    time: str = ""


def read(
    series: pd.Series, order: str | None = None, missing: Collection[str] = ("",), century: int | None = None
) -> pd.DataFrame:
    """What each text means: ``iso``, ``problem``, ``candidates`` and ``kind``, all text, same index.

    ``order`` is that of the hospital, ``ymd``, ``dmy`` or ``mdy``; None where nobody knows it. It decides
    only what the text leaves open: ISO 8601, a four-digit year in front and a month's name are always
    understood. A date whose year stands where the declared order does not put it is read as if no order were
    declared. ``missing`` lists the texts that mean "no value"; these, and blanks, give ``""`` throughout.
    ``century`` reads a two-digit year: below it 20yy, from it on 19yy.

    ``kind`` tells problems apart: ``unreadable``; ``impossible`` for a date that does not exist;
    ``ambiguous`` where day and month cannot be told apart: ``iso`` then stops at the part that all readings
    share and ``candidates`` holds them, ``2021-03-04|2021-04-03``. Only ambiguous text has both an ``iso``
    and a ``problem``.

    Raises ValueError for another order.
    """
    check_order(order)
    no_value = frozenset(normalise(text) for text in missing) | {""}
    codes, texts = pd.factorize(series, use_na_sentinel=False)
    readings = [read_text(text, order, no_value, century) for text in texts]
    columns = np.empty((len(RESULT_COLUMNS), len(readings)), dtype=object)
    for position, reading in enumerate(readings):
        columns[:, position] = reading
    data = {name: column[codes] for name, column in zip(RESULT_COLUMNS, columns, strict=True)}
    return pd.DataFrame(data, index=series.index, columns=list(RESULT_COLUMNS), dtype=object)


def check_order(order: str | None) -> None:
    """Raise ValueError for anything but an order of `ORDERS` or None."""
    if order is not None and order not in ORDERS:
        raise ValueError(f'order "{order}" is not one of {", ".join(ORDERS)}')


def read_text(typed: object, order: str | None, no_value: Collection[str], century: int | None) -> Reading:
    """What one text means; ``no_value`` holds normalised texts."""
    text = normalise(typed)
    if text in no_value:
        return Reading("")
    if _is_iso_text(text):
        return Reading(text)
    written = parse_written(text)
    if written is None:
        examples = EXAMPLES.get(order or "", "05 Mar 2021, 2021年3月5日")
        problem = f'"{typed}" cannot be read as a date; expected a form such as {examples} or 2021-03-05'
        return Reading("", problem, kind="unreadable")
    orders = _allowed_orders(written, order)
    if century is None and any(len(written.parts[name][0]) == 2 for name in orders):
        problem = f'the year of "{typed}" has two digits; expected four digits or a declared century'
        return Reading("", problem, kind="unreadable")
    found: dict[str, None] = {}
    reasons: list[str] = []
    for name in orders:
        try:
            found[render_written(written, name, century)] = None
        except ValueError as error:
            reasons.append(f"{error} (read as {name})" if name else str(error))
    if not found:
        problem = f'"{typed}" is not a possible date: {", ".join(reasons)}'
        return Reading("", problem, kind="impossible")
    if len(found) == 1:
        return Reading(*found)
    shared = _shared_iso(found)
    parts = "day and month" if shared else "year, month and day"
    problem = f'{parts} cannot be told apart in "{typed}": {" or ".join(found)}; expected a declared order'
    return Reading(shared, problem, "|".join(found), "ambiguous")


def normalise(typed: object) -> str:
    """The text as compared: full-width signs made ASCII, no outer blanks, upper case; ``""`` for missing."""
    if not isinstance(typed, str):
        return "" if typed is None or typed is pd.NA or typed != typed else str(typed)  # only NaN differs from itself
    return (typed if typed.isascii() else unicodedata.normalize("NFKC", typed)).strip().upper()


def parse_written(text: str) -> Written | None:
    """The parts of a normalised text under each possible order; None where they do not make up a date."""
    grammar = _grammar()
    match = grammar.marked.fullmatch(text)
    if match:
        parts = {"": (match["year"], match["month"] or match["no_month"] or "", match["day"] or "")}
    else:
        match = grammar.delimited.fullmatch(text)
        if match is None:
            return None
        parts = _parts_by_order([part for part in match.group("part1", "part2", "part3") if part is not None])
    time = f"T{match['hour']:0>2}:{match['rest']}" if match["hour"] else ""
    # Where every order comes to the same parts, the text is in no need of one.
    parts = {"": next(iter(parts.values()))} if len(set(parts.values())) == 1 else parts
    return Written(parts, time) if parts else None


def render_written(written: Written, order: str, century: int | None) -> str:
    """ISO 8601 text under one of its orders; raises ValueError where there is no such date or time."""
    year, month, day = written.parts[order]
    full_year = int(year)
    if len(year) == 2 and century is not None:
        full_year += 2000 if full_year < century else 1900
    known = (full_year, _part_number(month), _part_number(day))
    check_calendar(*known)
    if written.time and None in known:
        raise ValueError(f"{render_iso(*known)} has a time and no day")
    text = render_iso(*known) + written.time
    if written.time:
        parse_iso(text)  # refuses 24:00 and minute 60
    return text


def _is_iso_text(text: str) -> bool:
    try:
        parse_iso(text)
    except ValueError:
        return False
    return True


def _allowed_orders(written: Written, declared: str | None) -> list[str]:
    """The orders to read under: the declared one, else those that put the year where it does, else all."""
    if declared is None:
        return list(written.parts)
    if declared in written.parts:
        return [declared]
    year_position = ORDERS[declared][0]
    return [name for name in written.parts if name and ORDERS[name][0] == year_position] or list(written.parts)


def _parts_by_order(tokens: list[str]) -> dict[str, tuple[str, str, str]]:
    """Year, month and day among one to three tokens, for each order under which they can stand there."""
    if len(tokens) == 1:
        return _undelimited_parts(tokens[0])
    if len(tokens) == 2:
        found = {(year, month, "") for year, month in (tokens, tokens[::-1]) if _is_year(year, 4) and _is_month(month)}
        return {"": found.pop()} if len(found) == 1 else {}
    year_digits = 4 if any(_is_year(token, 4) for token in tokens) else 2
    by_order = {name: (tokens[y], tokens[m], tokens[d]) for name, (y, m, d) in ORDERS.items()}
    return {
        name: parts
        for name, parts in by_order.items()
        if _is_year(parts[0], year_digits) and _is_month(parts[1]) and _is_day(parts[2])
    }


def _undelimited_parts(digits: str) -> dict[str, tuple[str, str, str]]:
    """A year alone, or eight digits, whose year is the four that can be one."""
    if _is_year(digits, 4):
        return {"": (digits, "", "")}
    if not (len(digits) == 8 and digits.isdecimal()):
        return {}
    by_order = {
        "ymd": (digits[:4], digits[4:6], digits[6:]),
        "dmy": (digits[4:], digits[2:4], digits[:2]),
        "mdy": (digits[4:], digits[:2], digits[2:4]),
    }
    return {name: parts for name, parts in by_order.items() if int(parts[0]) in UNDELIMITED_YEARS}


def _is_year(token: str, digits: int) -> bool:
    return len(token) == digits and token.isdecimal()


def _is_day(token: str) -> bool:
    return (len(token) <= 2 and token.isdecimal()) or token in read_vocabulary().unknown


def _is_month(token: str) -> bool:
    return _is_day(token) or token in read_vocabulary().months


def _part_number(token: str) -> int | None:
    """The number of a month or day as written; None for an unknown or absent part."""
    vocabulary = read_vocabulary()
    if not token or token in vocabulary.unknown:
        return None
    return vocabulary.months[token] if token in vocabulary.months else int(token)


def _shared_iso(texts: Iterable[str]) -> str:
    """The leading date parts that all the ISO texts share."""
    years, months = (set(parts) for parts in list(zip(*map(parse_iso, texts), strict=True))[:2])
    return render_iso(years.pop(), months.pop() if len(months) == 1 else None) if len(years) == 1 else ""


class _Grammar(NamedTuple):
    """The two shapes of a date: a sign after each part (``2021年3月5日``), or something between the parts."""

    marked: re.Pattern[str]
    delimited: re.Pattern[str]


@cache
def _grammar() -> _Grammar:
    vocabulary = read_vocabulary()
    unknown = _any_of(vocabulary.unknown)
    year_mark, month_mark, day_mark = (_any_of(vocabulary.marks[part]) for part in ("year", "month", "day"))
    time = (
        r"(?:(?:\s*T\s*|\s+|:|,\s*)(?P<hour>[0-9]{1,2}):"
        rf"(?P<rest>[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]+)?)?(?:{ZONE})?))?"
    )
    marked = (
        rf"(?P<year>[0-9]{{4}}|[0-9]{{2}})\s*{year_mark}"
        rf"(?:\s*(?:(?P<month>[0-9]{{1,2}}|{unknown})\s*{month_mark}"
        rf"(?:\s*(?P<day>[0-9]{{1,2}}|{unknown})\s*{day_mark}?)?|(?P<no_month>{unknown})))?{time}"
    )
    word = r"[^\W\d_]+"
    part = rf"[0-9]+|{word}|{_any_of(text for text in vocabulary.unknown if not text.isalnum())}"
    ordinal = rf"(?:(?<=[0-9]){_any_of(vocabulary.ordinals)}(?!\w))?"
    # Nothing at all may stand between only where digits meet letters: 05MAR2021.
    between = (
        rf"(?:{ordinal}(?:\s*{_any_of(vocabulary.separators)}\s*|\s+)"
        rf"|(?<=[0-9])(?={word})|(?<=[^\W\d_])(?=[0-9]))"
    )
    delimited = rf"(?P<part1>{part})(?:{between}(?P<part2>{part})(?:{between}(?P<part3>{part}))?)?{time}"
    return _Grammar(re.compile(marked), re.compile(delimited))


def _any_of(texts: Iterable[str]) -> str:
    # The longest first, so that a sign that begins another is not taken for it.
    return f"(?:{'|'.join(map(re.escape, sorted(texts, key=lambda text: (-len(text), text))))})"
