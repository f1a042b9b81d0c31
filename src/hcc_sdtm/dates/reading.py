"""Dates as hospitals write them, read to what is exactly known of them.

Guesses nothing: where a text can mean several dates all of them are kept, a date that does not exist is refused, and a
text that says more than a date is a problem with the date that it suggests. The shapes of dates are known by `written`,
the words by `vocabulary`, day numbers of spreadsheets by `serial`.

Source of the result's form: SDTMIG 3.4 sections 4.4.1 and 4.4.2.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

import pandas as pd

from hcc_sdtm.dates.distinct import listed, read_distinct
from hcc_sdtm.dates.embedded import embedded_dates, written_ranges
from hcc_sdtm.dates.iso import ISO_TEXT, parse_iso, render_iso
from hcc_sdtm.dates.layout import Grammar, build_grammar
from hcc_sdtm.dates.serial import SYSTEMS, is_serial, parse_serial
from hcc_sdtm.dates.vocabulary import check_language, normalise
from hcc_sdtm.dates.written import (
    ORDERS,
    YEARS,
    Written,
    allowed_parts,
    check_year,
    date_texts,
    parse_written,
)

EXAMPLES = {"ymd": "2021/03/05", "dmy": "05/03/2021", "mdy": "03/05/2021"}

_OCTOBER_OR_JANUARY = re.compile(r"(?:19|20)[0-9]{2}\.1")

_PLAIN = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{1,2})([-/.])([0-9]{1,2})\6([0-9]{4})")

MOST_KNOWN = 1 << 17

RESULT_COLUMNS = ("iso", "problem", "candidates", "kind")


class Reading(NamedTuple):
    """What one text means."""

    iso: str
    problem: str = ""
    candidates: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Conventions:
    """How a hospital writes its dates; texts are in the form of `normalise`. See `read`."""

    order: str | None
    missing: frozenset[str]
    unknown: frozenset[str]
    century: int | None
    languages: frozenset[str] | None
    serials: str | None

    @cached_property
    def grammar(self) -> Grammar:
        """The patterns of the languages, with the hospital's own texts for an unknown part."""
        return build_grammar(self.languages, self.unknown)


def conventions(
    order: str | None = None,
    missing: str | Collection[str] = ("",),
    unknown: str | Collection[str] = (),
    century: int | None = None,
    language: str | Collection[str] | None = None,
    serials: str | int | None = None,
) -> Conventions:
    """The conventions of `read`, checked: raises ValueError for an order, a language or a system that is not there."""
    check_order(order)
    if serials is not None and str(serials) not in SYSTEMS:
        raise ValueError(f'serials "{serials}" is not one of {", ".join(SYSTEMS)}')
    if century is not None and century not in range(101):
        raise ValueError(f'century "{century}" is not a number from 0 to 100: two-digit years below it are 20yy')
    no_value, unknown_parts = (frozenset(map(normalise, texts)) for texts in map(listed, (missing, unknown)))
    system = None if serials is None else str(serials)
    return Conventions(order, no_value | {""}, unknown_parts - {""}, century, check_language(language), system)


def check_order(order: str | None) -> None:
    """Raise ValueError for anything but an order of `ORDERS` or None."""
    if order is not None and order not in ORDERS:
        raise ValueError(f'order "{order}" is not one of {", ".join(ORDERS)}')


def read(
    series: pd.Series,
    order: str | None = None,
    missing: str | Collection[str] = ("",),
    unknown: str | Collection[str] = (),
    century: int | None = None,
    language: str | Collection[str] | None = None,
    serials: str | int | None = None,
) -> pd.DataFrame:
    """What each text means: ``iso``, ``problem``, ``candidates`` and ``kind``, all text, same index.

    ``iso`` is exactly what is known, as SDTM writes it: ``2021-03-05T14:30``, ``2021-03``, ``2021---05``, ``--03-05``.
    A text that says only that the date is unknown gives ``""`` and no problem, as missing ones do.

    ``order`` is that of the hospital, ``ymd``, ``dmy`` or ``mdy``; None where nobody knows it. It decides only what the
    text leaves open: ISO 8601, a four-digit year in front and a month's name are always understood. A date whose year
    stands where the declared order does not put it is read as if no order were declared. ``missing`` lists the texts
    that mean "no value"; these, and blanks, give ``""`` throughout. ``unknown`` lists further texts that stand for an
    unknown part. ``century`` reads a two-digit year: below it 20yy, from it on 19yy. ``language`` is one code or
    several (see ``vocabulary.csv``), None for all of them. ``serials`` is the system, ``1900`` or ``1904``, of day
    numbers that a spreadsheet left behind.

    ``kind`` tells problems apart, and each has a ``problem`` that quotes the text:

    - ``unreadable``
    - ``impossible``: a date or time that does not exist, does not fall on its weekday, or is outside 1850 to 2099
    - ``ambiguous``: day and month, or the century, cannot be told; ``candidates`` holds all readings
    - ``serial``: a day number of an undeclared system; ``candidates`` holds the date in the 1900 and the 1904 system
    - ``range``: two dates; ``candidates`` holds the first and the last
    - ``surrounded``: words around a date; ``candidates`` holds what it suggests

    Where there are several candidates, joined by ``|``, ``iso`` is the leading part that all share, ``""`` where they
    do not share the year; a date with words around it has no ``iso``.

    Each distinct text is read once, and kept for the next column of the same hospital. Raises ValueError for another order,
    language or system, and for a century that is no number from 0 to 100.
    """
    how = conventions(order, missing, unknown, century, language, serials)
    known = known_readings(how)
    if len(known) > MOST_KNOWN:
        known.clear()

    def read_once(typed: object) -> Reading:
        if type(typed) is not str:  # 1 and True are one key
            return read_text(typed, how)
        if typed not in known:
            known[typed] = read_text(typed, how)
        return known[typed]

    return read_distinct(series, RESULT_COLUMNS, read_once)


@lru_cache(maxsize=8)
def known_readings(how: Conventions) -> dict[str, Reading]:
    """What texts were read as under these conventions: the dates of a study stand in many of its columns."""
    return {}


def read_text(typed: object, how: Conventions) -> Reading:
    """What one text means."""
    text = normalise(typed)
    if text in how.missing or text in how.grammar.vocabulary.unknown_dates or text in how.unknown:
        return Reading("")
    plain = _read_plain(text, how)
    if plain is not None:
        return plain
    if is_serial(text, how.serials):
        return _read_serial(typed, text, how.serials)
    if _OCTOBER_OR_JANUARY.fullmatch(text):
        return _read_lost_zero(typed, text)
    if ISO_TEXT.fullmatch(text):
        iso = _read_iso(typed, text)
        if iso is not None:
            return iso
    written = parse_written(text, how.grammar)
    if written is not None:
        return _read_written(typed, written, how)
    return _read_range(typed, text, how) or _read_surrounded(typed, text, how) or _unreadable(typed, how)


def _read_plain(text: str, how: Conventions) -> Reading | None:
    """A date of three numbers whose places are not in doubt, the year with four digits, the short way: most texts are one.

    None for every other text, and where the numbers are no date or stand for an unknown part.
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    if match[1]:
        year, _, month, day = match.group(1, 2, 3, 4)
    elif how.order == "dmy":
        day, _, month, year = match.group(5, 6, 7, 8)
    elif how.order == "mdy":
        month, _, day, year = match.group(5, 6, 7, 8)
    else:
        return None
    if not how.grammar.unknown.isdisjoint((year, month, day)) or int(year) not in YEARS:
        return None
    try:
        return Reading(datetime.date(int(year), int(month), int(day)).isoformat())
    except ValueError:
        return None


def _read_iso(typed: object, text: str) -> Reading | None:
    """ISO 8601 text as it stands; None where another way to read it may tell what is wrong."""
    try:
        year = parse_iso(text).year
    except ValueError:
        return None
    try:
        check_year(year)
    except ValueError as error:
        return _impossible(typed, [str(error)])
    return Reading(text)


def _read_lost_zero(typed: object, text: str) -> Reading:
    texts = [f"{text[:4]}-01", f"{text[:4]}-10"]
    problem = (
        f'January and October cannot be told apart in "{typed}": {" or ".join(texts)}, because a spreadsheet takes '
        "2021.10 for a number and drops its 0; expected a month of two digits"
    )
    return Reading(text[:4], problem, "|".join(texts), "ambiguous")


def _impossible(typed: object, reasons: Iterable[str]) -> Reading:
    return Reading("", f'"{typed}" is not a possible date: {", ".join(reasons)}', "", "impossible")


def _read_written(typed: object, written: Written, how: Conventions) -> Reading:
    parts = allowed_parts(written, how.order)
    if not parts:
        return _unreadable(typed, how)
    found, reasons = date_texts(written, parts, how.century)
    if len(found) == 1:
        return Reading(*found)
    if not found:
        return _impossible(typed, reasons)
    texts = sorted(found)
    shared = _shared_iso(texts)
    if len({text[2:] for text in texts}) == 1:
        what, expected = "two centuries", "a year of four digits or a declared century"
    else:
        what, expected = "day and month" if shared else "year, month and day", "a declared order"
    problem = f'{what} cannot be told apart in "{typed}": {" or ".join(texts)}; expected {expected}'
    return Reading(shared, problem, "|".join(texts), "ambiguous")


def _read_serial(typed: object, text: str, system: str | None) -> Reading:
    try:
        texts = [parse_serial(text, each) for each in ([system] if system else SYSTEMS)]
        for date in texts:
            check_year(int(date[:4]))
    except ValueError as error:
        return _impossible(typed, [str(error)])
    if system is not None and len(text) >= 5:
        return Reading(texts[0])
    if system is not None:
        problem = f'"{typed}" is day {texts[0]} in the {system} system, or no day at all; expected a date'
        return Reading("", problem, texts[0], "serial")
    named = " or ".join(f"{date} in the {each} system" for date, each in zip(texts, SYSTEMS, strict=True))
    problem = f'"{typed}" is a spreadsheet\'s number of days: {named}; expected a date or a declared system'
    return Reading("", problem, "|".join(texts), "serial")


def _read_range(typed: object, text: str, how: Conventions) -> Reading | None:
    for written in written_ranges(text, how.grammar):
        found: dict[tuple[str, str], None] = {}
        for order in [how.order] if how.order else ORDERS:
            first, last = (date_texts(date, allowed_parts(date, order), how.century)[0] for date in written)
            # Of two-digit years both are of one century.
            pairs = zip(first, last, strict=True) if len(first) == len(last) else product(first, last)
            found.update(dict.fromkeys(pair for pair in pairs if _is_range(*pair)))
        if found:
            texts = list(dict.fromkeys(text for pair in found for text in pair))
            named = " or ".join(f"{first} and {last}" for first, last in found)
            problem = f'"{typed}" is two dates, {named}; expected one date'
            return Reading(_shared_iso(texts), problem, "|".join(texts), "range")
    return None


def _is_range(first: str, last: str) -> bool:
    return first[:1].isdecimal() and last[:1].isdecimal() and first < last and len(first) == len(last)


def _read_surrounded(typed: object, text: str, how: Conventions) -> Reading | None:
    found: dict[str, None] = {}
    for written in embedded_dates(text, how.grammar):
        found.update(date_texts(written, allowed_parts(written, how.order), how.century)[0])
    if not found:
        return None
    problem = f'"{typed}" is more than a date; it suggests {" or ".join(found)}; expected the date alone'
    return Reading("", problem, "|".join(found), "surrounded")


def _unreadable(typed: object, how: Conventions) -> Reading:
    examples = EXAMPLES.get(how.order or "", "05 Mar 2021, 2021年3月5日")
    problem = f'"{typed}" cannot be read as a date; expected a form such as {examples} or 2021-03-05'
    return Reading("", problem, "", "unreadable")


def _shared_iso(texts: Iterable[str]) -> str:
    """The leading date parts that all the ISO texts share."""
    shared: list[int | None] = []
    for values in list(zip(*map(parse_iso, texts), strict=True))[:3]:
        if len(set(values)) > 1 or values[0] is None:
            break
        shared.append(values[0])
    return render_iso(*shared) if shared else ""
