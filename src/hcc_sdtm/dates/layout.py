"""Where the parts of a date stand in a text: the patterns of written dates, made from the vocabulary.

Knows the shapes: parts with something between them (``5/3/2021``, ``05 Mar 2021``), parts with a sign behind each
(``2021年3月5日``), digits alone (``20210305``), and a weekday or a time beside them. Does not know what the digits say:
texts that differ in their digits alone are laid out alike, so that a column of a million dates is a few layouts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from hcc_sdtm.dates.clock import MAX_LENGTH, NOWHERE, ClockGrammar, ClockLayout, clock_grammar, lay_out_clock
from hcc_sdtm.dates.vocabulary import Vocabulary, any_of, read_vocabulary

FIRST_YEAR = "元"
"""How the first year of an era is written."""

MAX_REMEMBERED = 10_000
"""Shapes that are remembered: free text has a shape of its own each time."""


_ALIKE = str.maketrans("123456789", "000000000")
_DIGITS_WITH_TIME = re.compile("([0-9]{8})[ T]?([0-9]{2})([0-9]{2})([0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_DASHES = re.compile(r"(?:(?<=\s)|^(?=\S+\s))(?:----|____|--|__|---|___)(?!\S)")


class Layout(NamedTuple):
    """Where the parts of a date stand in texts of one shape.

    ``parts`` are those between separators, in their order, or, where ``is_marked``, year, month and day, empty if not
    there. ``era`` has the first day of the era that the year is counted from, and that of the next. ``is_named`` tells
    the name of a month or a weekday.
    """

    parts: tuple[slice, ...]
    clock: ClockLayout | None = None
    weekday: int = 0
    is_marked: bool = False
    era: tuple[str, str] = ("", "")
    is_named: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """The vocabulary with the patterns made from it; ``unknown`` holds the site's own texts too.

    ``layouts`` remembers the shapes met so far.
    """

    vocabulary: Vocabulary
    clock: ClockGrammar
    unknown: frozenset[str]
    marked: re.Pattern[str]
    delimited: re.Pattern[str]
    weekday: re.Pattern[str]
    filler: re.Pattern[str]
    numeral: re.Pattern[str]
    range: re.Pattern[str]
    opening: re.Pattern[str]
    layouts: dict[str, Layout]


@lru_cache(maxsize=64)
def build_grammar(languages: frozenset[str] | None = None, unknown: frozenset[str] = frozenset()) -> Grammar:
    """The patterns for texts in the form of `normalise`; ``unknown`` texts stand for a part beside the known ones."""
    vocabulary = read_vocabulary(languages)
    every_unknown = vocabulary.unknown | unknown
    # Digits are all alike in a shape, so that a 99 for "unknown" is matched as a number and known by its text.
    words = {text.translate(_ALIKE) for text in every_unknown | vocabulary.unknown_days if not text.isdecimal()}
    spoken = any_of(word for word in words if any(sign.isalnum() for sign in word))
    unknown_part = any_of(words)
    year_mark, month_mark, day_mark = (any_of(vocabulary.marks[part]) for part in ("year", "month", "day"))
    era = any_of(vocabulary.eras)
    marked_names = [name for name in vocabulary.months if name.endswith(vocabulary.marks["month"])]
    marked = (
        rf"(?:(?:(?P<era>{era})\s*(?P<era_year>[0-9]{{1,2}}|[0-9]{{3}}|{FIRST_YEAR})|(?P<year>[0-9]{{4}}|[0-9]{{2}}|{unknown_part}))"
        rf"\s*{year_mark})?"
        rf"(?:\s*(?:(?:(?P<month>[0-9]{{1,2}}|{unknown_part}|)\s*{month_mark}|(?P<month_name>{any_of(marked_names)}))"
        rf"(?:\s*(?:(?P<day>[0-9]{{1,2}}|{spoken})\s*{day_mark}?|{unknown_part}?\s*{day_mark}))?|(?P<no_month>{spoken})))?"
    )
    word = any_of({*vocabulary.months, *vocabulary.romans, *words})
    apart = any_of(set(vocabulary.ordinals) - every_unknown)  # 10 ND 2049 has an unknown part
    ordinal = rf"(?:\s{apart}|{any_of(vocabulary.ordinals)})"
    part = rf"['’]?[0-9]+(?:{ordinal}(?![^\W\d_])|\s?{month_mark}(?=[\s\-/.,]|$))?|{word}"
    letter = r"[^\W\d_]"
    # Nothing at all may stand between only where letters are met: 05MAR2021, UNJAN2019.
    empty = rf"(?<=[0-9])(?={letter})|(?<={letter})(?=[0-9])|(?<={letter})(?={letter})"
    separator = any_of(vocabulary.separators)
    between = rf"\s*{separator}\s*|\s+|(?<={letter})\.\s*{separator}\s*|{empty}"
    delimited = (
        rf"(?P<part1>{part})(?:(?P<between1>{between})(?P<part2>{part})(?:(?P<between2>{between})(?P<part3>{part}))?)?"
    )
    day = any_of(vocabulary.weekdays)
    weekday = rf"^(?P<before>{day})(?![A-Z])[.,]*\s*(?=\S)|[\s,]*\(?(?<![A-Z])(?P<behind>{day})\)?[.,]?$"
    numeral, month_end = any_of(vocabulary.numerals), any_of(mark[-1] for mark in vocabulary.marks["month"])
    signs = {sign for name in ("year", "month", "day") for sign in vocabulary.marks[name]}
    range_words = [text for text in vocabulary.ranges if text.isascii() and text[0].isalpha()]
    return Grammar(
        vocabulary,
        clock_grammar(vocabulary),
        every_unknown,
        re.compile(rf"\s*{marked}[\s.。]*"),
        re.compile(rf"\s*{delimited}[\s.,。]*"),
        re.compile(weekday),
        re.compile(
            rf"(?<!{letter}){any_of(vocabulary.fillers)}(?!{letter})\.?"
            rf"|(?<=[0-9]{{4}})\s?{any_of(vocabulary.after_year)}(?!{letter})\.?"
        ),
        re.compile(rf"{numeral}+(?=\s*{any_of(signs)})|(?<={month_end}){numeral}+"),
        re.compile(rf"(?<![A-Z]){any_of(range_words)}(?![A-Z])|{any_of(set(vocabulary.ranges) - set(range_words))}"),
        re.compile(rf"^{any_of(vocabulary.openings)}(?![A-Z])\s*|\s*{any_of(vocabulary.endings)}$"),
        {},
    )


def lay_out(text: str, grammar: Grammar) -> Layout | None:
    """Where the parts stand in a normalised text without Chinese numerals; None where it is not a date and only a date."""
    if len(text) > MAX_LENGTH:
        return None
    shape = text.translate(_ALIKE)
    layout = grammar.layouts.get(shape)
    if layout is None:
        layout = _lay_out(shape, grammar)
        if layout is not None and len(grammar.layouts) < MAX_REMEMBERED:
            grammar.layouts[shape] = layout
    return layout


def _lay_out(shape: str, grammar: Grammar) -> Layout | None:
    """Where the parts stand in texts of a shape; None where they are no date.

    What is no part is blanked out and not taken away, so that the places stay those of the text.
    """
    text, clock, weekday = shape, None, 0
    match = _DIGITS_WITH_TIME.fullmatch(text)
    if match:
        hour, minute, second, zone = (slice(*match.span(group)) if match[group] else NOWHERE for group in (2, 3, 4, 5))
        text, clock = match[1], ClockLayout(hour, minute, second, zone=zone)
    elif grammar.clock.hint.search(text):
        text = grammar.clock.unknown.sub("", text)
        match = grammar.clock.behind.search(text)
        if match:
            text, clock = text[: match.start()], lay_out_clock(match, grammar.clock)
    if len(text.split()) >= 3:
        text = _DASHES.sub(lambda dashes: "UNKN"[: len(dashes[0])], text)
    match = grammar.weekday.search(text)
    if match:
        weekday = grammar.vocabulary.weekdays[match["before"] or match["behind"]]
        text = _blanked(match)
    text = grammar.filler.sub(lambda filler: " " * len(filler[0]), text)
    match = grammar.marked.fullmatch(text)
    if match and (match["year"] or match["era"] or ((match["month"] or match["month_name"]) and match["day"])):
        era = grammar.vocabulary.eras[match["era"]] if match["era"] else ("", "")
        groups = ("era_year" if match["era"] else "year", "month_name" if match["month_name"] else "month", "day")
        return Layout(tuple([slice(*match.span(group)) for group in groups]), clock, weekday, True, era, weekday > 0)
    match = grammar.delimited.fullmatch(text)
    if match is None:
        return None
    parts = [group for group in ("part1", "part2", "part3") if match[group] is not None]
    names = [part for part in parts if _is_month_name(match[part], grammar)]
    if not _is_one_date(match, parts, names):
        return None
    places = tuple([slice(*match.span(part)) for part in parts])
    return Layout(places, clock, weekday, is_named=bool(names or weekday))


def _is_month_name(part: str, grammar: Grammar) -> bool:
    return part in grammar.vocabulary.months or part.endswith(grammar.vocabulary.marks["month"])


def _is_one_date(match: re.Match[str], parts: list[str], names: list[str]) -> bool:
    """Whether parts belong together: 2021.3-5 and Mar 21-23 may be a range, and a sign apart is a doubt or an open end.

    With a month's name and four digits of a year at an end no mistake is possible.
    """
    signs = [len(match[part]) < 4 and not any(sign.isalnum() for sign in match[part]) for part in parts]
    between = [match[f"between{number}"].strip() for number in range(1, len(parts))]
    if len(parts) == 2 and any(signs) and (not between[0] or match["between1"] != between[0]):
        return False
    if len(parts) == 3 and names and signs[-1] and not between[-1]:
        return False
    if len(parts) < 3 or between[0] == between[1]:
        return True
    long = [part for part in parts if len(match[part]) == 4]
    if long and names:
        return not (long[0] == parts[0] and names[0] == parts[-1])
    return bool(names) and between[0].strip(".,") == between[1].strip(".,")


def _blanked(match: re.Match[str]) -> str:
    return match.string[: match.start()] + " " * len(match[0]) + match.string[match.end() :]


def with_digits(text: str, grammar: Grammar) -> str:
    """The text with the Chinese numerals of its dates as digits."""
    return text if text.isascii() else grammar.numeral.sub(lambda match: _arabic(match[0], grammar), text)


def _arabic(numeral: str, grammar: Grammar) -> str:
    """Digits of a numeral, counted (三十一 is 31) or spelt (二〇二一 is 2021)."""
    numbers = [grammar.vocabulary.numerals[sign] for sign in numeral]
    if max(numbers) < 10:
        return "".join(map(str, numbers))
    total = ones = 0
    for number in numbers:
        total += number * (ones or 1) if number == 10 else number if number > 10 else 0
        ones = number if number < 10 else 0
    return str(total + ones)
