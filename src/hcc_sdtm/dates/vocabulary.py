"""The words and signs of written dates, read from ``vocabulary.csv``.

Knows month names, weekdays, eras, what stands for an unknown part, the signs that mark a part of a date or a time,
and what may stand between parts. Does not know how they make up a date: see `written`. Another language is lines of
the table, not code.
"""

from __future__ import annotations

import csv
import datetime
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from hcc_sdtm.problem import nearest

PARTS = ("year", "month", "day", "hour", "minute", "second")

_PLAIN_LATIN: dict[int, str | None] = {
    number: "".join(sign for sign in unicodedata.normalize("NFD", chr(number)) if not unicodedata.combining(sign))
    for number in range(0xC0, 0x250)
}
"""Accented Latin letters without their accents; other scripts keep theirs, which tell letters apart."""

_RAISED_LETTERS = {ord("º"): "°", ord("ª"): "°"}
"""The signs of Romance ordinals, which NFKC would make the letters that people type for a 0."""

_QUOTES = ("'", "\u2019")
LONGEST_SHORT_YEAR = 3
"""Characters of '21: before more text the sign is the one that makes a spreadsheet's cell text."""

_INVISIBLE = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)])
"""Marks of direction, of byte order and of no width, as exports leave them."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The vocabulary by kind, in the form of `normalise`.

    ``months``, ``romans``, ``weekdays`` (1 is Monday) and ``numerals`` give numbers, ``eras`` the first day and that of
    the next era (``""``: none yet), ``marks`` the signs by part of `PARTS`, ``halves`` those of ``am`` and ``pm``.
    ``unknown`` stands for any part of a date, ``unknown_days`` for a day (an X between others may be October),
    ``unknown_dates`` for a whole date. ``times`` stand before a time and ``clocks`` behind one, ``clocks_of_hours`` also
    behind an hour alone; ``fillers`` mean nothing, nor ``after_year`` behind a year. ``ranges`` stand between two dates,
    ``openings`` before and ``endings`` behind them.
    """

    months: Mapping[str, int]
    romans: Mapping[str, int]
    weekdays: Mapping[str, int]
    numerals: Mapping[str, int]
    eras: Mapping[str, tuple[str, str]]
    marks: Mapping[str, tuple[str, ...]]
    halves: Mapping[str, tuple[str, ...]]
    unknown: frozenset[str]
    unknown_days: frozenset[str]
    unknown_dates: frozenset[str]
    clocks: tuple[str, ...]
    clocks_of_hours: tuple[str, ...]
    fillers: tuple[str, ...]
    after_year: tuple[str, ...]
    ordinals: tuple[str, ...]
    separators: tuple[str, ...]
    times: tuple[str, ...]
    ranges: tuple[str, ...]
    openings: tuple[str, ...]
    endings: tuple[str, ...]


def normalise(typed: object) -> str:
    """The text as compared: full-width signs made ASCII, Latin letters upper case and without accents, no outer blanks.

    ``""`` for missing. A cell that is no text is taken as it was typed: a whole number without ``.0``, a date without
    the midnight that programs add to it.
    """
    if not isinstance(typed, str):
        return _cell_text(typed)
    if not typed.isascii():
        typed = unicodedata.normalize("NFKC", typed.translate(_RAISED_LETTERS)).translate(_INVISIBLE)
        typed = typed.upper().translate(_PLAIN_LATIN)
    if not typed.isprintable():  # a line break within a cell
        typed = " ".join(typed.split())
    text = typed.strip().upper()
    return text[1:] if text[:1] in _QUOTES and len(text) > LONGEST_SHORT_YEAR else text


def _cell_text(typed: object) -> str:
    if typed is None or typed is pd.NA or typed != typed:  # only NaN differs from itself
        return ""
    if isinstance(typed, float) and typed.is_integer():
        return str(int(typed))
    return str(typed).removesuffix(" 00:00:00") if isinstance(typed, datetime.datetime) else str(typed)


def any_of(texts: Iterable[str]) -> str:
    """A pattern that matches any of the texts, and nothing where there are none."""
    # The longest first, so that a sign that begins another is not taken for it.
    found = sorted(texts, key=lambda text: (-len(text), text))
    return f"(?:{'|'.join(map(re.escape, found))})" if found else "(?!)"


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages whose words are known, in order of the table."""
    return tuple(dict.fromkeys(line["language"] for line in _lines() if line["language"]))


def check_language(language: str | Collection[str] | None) -> frozenset[str] | None:
    """The languages asked for, None for all; raises ValueError for one that is not in the table."""
    if language is None:
        return None
    wanted = frozenset([language] if isinstance(language, str) else language)
    if not wanted:
        raise ValueError(f"language names none; expected None for all, or some of {', '.join(languages())}")
    for code in sorted(wanted):
        if code not in languages():
            allowed = ", ".join(languages())
            raise ValueError(f'language "{code}" is not one of {allowed}{nearest(code, languages())}')
    return wanted


@cache
def read_vocabulary(wanted: frozenset[str] | None = None) -> Vocabulary:
    """The packaged vocabulary of the languages, None for all; the file is read at the first call."""
    lines = [line for line in _lines() if wanted is None or not line["language"] or line["language"] in wanted]

    def texts(kind: str, value: str = "") -> tuple[str, ...]:
        found = (line["text"] for line in lines if line["kind"] == kind and line["value"] == value)
        return tuple(dict.fromkeys(map(normalise, found)))

    def numbers(kind: str) -> dict[str, int]:
        return {normalise(line["text"]): int(line["value"]) for line in lines if line["kind"] == kind}

    return Vocabulary(
        months=numbers("month"),
        romans=numbers("roman"),
        # DO is Donnerstag, and "to" in Polish: such words need their language declared, or their dot
        weekdays=numbers("weekday") | (numbers("declared_weekday") if wanted else {}),
        numerals=numbers("numeral"),
        eras=_eras([line for line in lines if line["kind"] == "era"]),
        marks={part: texts("mark", part) for part in PARTS},
        halves={half: texts("half", half) for half in ("am", "pm")},
        unknown=frozenset(texts("unknown")),
        unknown_days=frozenset(texts("unknown", "day")),
        unknown_dates=frozenset(texts("unknown", "date")),
        clocks=texts("clock"),
        clocks_of_hours=texts("clock", "alone"),
        fillers=texts("filler"),
        after_year=texts("after_year"),
        ordinals=texts("ordinal"),
        separators=texts("separator"),
        times=texts("before_time"),
        ranges=texts("range"),
        openings=texts("range_opening"),
        endings=texts("range_ending"),
    )


def _eras(lines: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    starts = {normalise(line["text"]): (line["language"], line["value"]) for line in lines}
    return {
        era: (
            start,
            min((other for spoken, other in starts.values() if spoken == language and other > start), default=""),
        )
        for era, (language, start) in starts.items()
    }


@cache
def _lines() -> tuple[dict[str, str], ...]:
    text = (files(__package__) / "vocabulary.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
