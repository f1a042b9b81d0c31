"""Dates inside a text that is more than one date: a range, or words around a date.

Knows where they stand. What they mean is read as any other date; that the text says more than a date is a problem that
only the hospital can settle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hcc_sdtm.dates.layout import Grammar, with_digits
from hcc_sdtm.dates.written import UNDELIMITED_YEARS, Written, parse_written

MAX_LENGTH = 200
"""Characters of a text that are searched: what lies further in is no date that someone wrote into a date's cell."""

MAX_ATOMS = 16
"""Numbers, words and signs that one date can be made of, weekday and time included."""

MAX_DROPPED = 4
"""Numbers and words that one side of a range may have and the other lack: 3 de marzo al 5 de mayo de 2021."""

_ATOM = re.compile(r"[0-9]+|[A-Z]+|[^\sA-Z0-9]")
_FIRST = re.compile(r"^[^0-9A-Z]*(?:[0-9]+(?::[0-9]+)+|[0-9]+(?:[A-Z]{1,2}(?![A-Z]))?|[A-Z]+)")
_LAST = re.compile(r"(?:(?<![0-9:])[0-9]+(?::[0-9]+)+|[0-9]+|[A-Z]+)[^0-9A-Z]*$")
_TWO_NUMBERS = re.compile(r"[0-9]{1,2}[\s,]+[0-9]{4}")
_SHORT_DATE = re.compile(r"[0-9]{1,2}([^0-9])[0-9]{1,2}\1[0-9]{1,2}")
_TOUCHES_WORD = re.compile(r"[A-Z]$")
_TOUCHES_NUMBER = re.compile(r"[0-9A-Z]$|\S[-/.]$|[0-9]:$")
_TOUCHES_BEHIND = re.compile(r"[0-9A-Z]|[-/.:][0-9]|\?[-/.0-9]")


def written_ranges(text: str, grammar: Grammar) -> Iterator[tuple[Written, Written]]:
    """The two dates on either side of a sign for "to": each sign, and each way to complete a side, in turn.

    What one side leaves out stands on the other: ``3-5 May 2021``, ``2021年3月28日至4月2日``.
    """
    cuts = list(_cuts(grammar.opening.sub("", text[:MAX_LENGTH]), grammar))
    for completed in (_as_they_stand, _completed):
        for first, last in cuts:
            for one, other in completed(first, last):
                found = [parse_written(side, grammar) for side in (one, other)]
                dates = [written for written in found if written is not None and _names_its_year(written)]
                if len(dates) == 2:
                    yield dates[0], dates[1]


def _cuts(text: str, grammar: Grammar) -> Iterator[tuple[str, str]]:
    for match in grammar.range.finditer(text):
        sign, first, last = match[0], text[: match.start()], text[match.end() :]
        if not (first.strip() and last.strip()):
            continue
        stands_apart = first.endswith(" ") and last.startswith(" ")
        # The hyphens of 2021-03-05-07 are all of one kind: none of them can be taken for "to".
        if stands_apart or sign not in first.split()[-1] + last.split()[0]:
            yield first.strip(), last.strip()


def _as_they_stand(first: str, last: str) -> Iterator[tuple[str, str]]:
    yield first, last


def _completed(first: str, last: str) -> Iterator[tuple[str, str]]:
    """Either side with the parts that only the other has."""
    tail, head = last, first
    for _ in range(MAX_DROPPED):
        tail, head = _FIRST.sub("", tail, count=1), _LAST.sub("", head)
        started = first.rstrip(".,") + tail
        yield from ((started, head + last), (started, last), (first, head + last))


def embedded_dates(text: str, grammar: Grammar) -> list[Written]:
    """The dates within a text, from the left, each as long as it can be; only those that name their year."""
    text = with_digits(text[:MAX_LENGTH], grammar)
    atoms = [match.span() for match in _ATOM.finditer(text)]
    found: list[Written] = []
    position = 0
    while position < len(atoms):
        taken = 0
        start, end = atoms[position]
        if _can_start(text, start, end, grammar):
            for count in range(min(MAX_ATOMS, len(atoms) - position), 0, -1):
                end = atoms[position + count - 1][1]
                written = None if _TOUCHES_BEHIND.match(text, end) else parse_written(text[start:end], grammar)
                if (
                    written is not None
                    and _names_its_year(written)
                    and _stands_alone(grammar.filler.sub(" ", text[start:end]), text[:start])
                ):
                    found.append(written)
                    taken = count
                    break
        position += taken or 1
    return found


def _can_start(text: str, start: int, end: int, grammar: Grammar) -> bool:
    vocabulary = grammar.vocabulary
    if text[start].isdecimal():
        return not _TOUCHES_NUMBER.search(text, max(0, start - 2), start)
    is_word = text[start:end] in vocabulary.months or text[start:end] in vocabulary.weekdays
    if is_word or any(text.startswith(era, start) for era in vocabulary.eras):
        return not _TOUCHES_WORD.search(text, max(0, start - 1), start)
    return False


def _stands_alone(text: str, before: str) -> bool:
    """Whether a date within a text is more than numbers that belong to the words before: week 10, 2021; 平31.4.1."""
    return not _TWO_NUMBERS.fullmatch(text) and not (before[-1:].isalpha() and _SHORT_DATE.fullmatch(text))


def _names_its_year(written: Written) -> bool:
    """Whether the year is said by four digits of `UNDELIMITED_YEARS`, or by two beside a month and a day."""
    return all(
        bool(parts.month and parts.day) if len(parts.year) == 2 else int(parts.year or 0) in UNDELIMITED_YEARS
        for parts in written.parts
    )
