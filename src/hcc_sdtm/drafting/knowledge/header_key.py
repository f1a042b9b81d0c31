"""What a header says, in a form that can be compared: words in Latin letters, runs of other letters, a number, a unit.

Knows spelling only, and the abbreviations of ``words.csv``: no domain, no table, no value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from hcc_sdtm.drafting.knowledge.data_tables import read_rows
from hcc_sdtm.raw import split_header

_PIECES = re.compile(
    r"[0-9]+(?:st|nd|rd|th|l)(?![a-z])|[a-z]+(?:[0-9]+(?:\.[0-9]+)?)?|[0-9]+(?:\.[0-9]+)?|[^\W\d_a-z]+"
)
_CAMEL = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z][a-z])")
_ITEM_PREFIX = re.compile(r"^(?:it|item|q|frm|crf)[.]\s*(?=\S)", re.IGNORECASE)
_NUMBERED_WORD = re.compile(r"([a-z]+?)([0-9]{1,2})")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
"""As German headers without these letters write them, and the tables of words."""

_SMALL_NUMBER = re.compile(r"[0-9]{1,2}")
_SAYS_NOTHING = frozenset(
    [
        "of",
        "the",
        "a",
        "an",
        "for",
        "de",
        "du",
        "la",
        "le",
        "les",
        "des",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "d",
        "l",
        "and",
        "et",
        "und",
        "is",
        "was",
        "in",
        "at",
        "per",
        "pro",
        "par",
    ]
)
_UNITS = frozenset(
    [
        "mm",
        "cm",
        "m",
        "kg",
        "g",
        "mg",
        "gy",
        "cgy",
        "ml",
        "mmhg",
        "bpm",
        "percent",
        "pct",
        "days",
        "weeks",
        "months",
        "years",
        "yrs",
    ]
)
"""Last words that say how something is counted: ``ld_mm``."""

_UNITS_ANYWHERE = frozenset(["mm", "cm", "kg", "mg", "gy", "cgy", "mmhg"])
"""Words that are units wherever they stand: ``height_cm_at_diagnosis``."""


@dataclass(frozen=True, slots=True)
class HeaderKey:
    """The words of a header in its order, without what says nothing; ``number`` is one that was taken out (0: none)."""

    words: tuple[str, ...]
    number: int = 0

    @property
    def latin(self) -> frozenset[str]:
        """The words in Latin letters and digits."""
        return frozenset(word for word in self.words if word.isascii())

    @property
    def other(self) -> str:
        """The letters of other scripts, run together."""
        return "".join(word for word in self.words if not word.isascii())

    @property
    def same(self) -> tuple[frozenset[str], str]:
        """What two headers share that say the same: ``date of birth`` and ``birth date``."""
        return self.latin, self.other


def plain(text: str) -> str:
    """The text for comparing: half-width, lower case, Latin letters without accents, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u03bc", "u").replace("µ", "u")
    bare = "".join(
        "".join(sign for sign in unicodedata.normalize("NFD", letter) if not unicodedata.combining(sign))
        if ord(letter) < 0x250
        else letter
        for letter in folded
    )
    return " ".join(bare.split())


@cache
def abbreviations() -> Mapping[str, tuple[str, ...]]:
    """The words that an abbreviation stands for, by ``words.csv``; none where it says nothing."""
    return {row["word"]: tuple(row["means"].split()) for row in read_rows("words.csv")}


@cache
def header_key(text: str) -> HeaderKey:
    """The words of a header text, its unit and code list left out. ``IT.BirthDate`` is birth, date."""
    name = split_header(_ITEM_PREFIX.sub("", text.strip()))[0]
    written_out = _CAMEL.sub(" ", unicodedata.normalize("NFC", name)).translate(_UMLAUTS)
    pieces = _PIECES.findall(plain(written_out))
    return HeaderKey(tuple(word for word in pieces if word not in _SAYS_NOTHING) or tuple(pieces))


def expanded(key: HeaderKey) -> HeaderKey:
    """The key with its abbreviations written out: ``dx_date`` is diagnosis, date."""
    known = abbreviations()
    words = tuple(part for word in key.words for part in known.get(word, (word,)))
    return HeaderKey(words or key.words, key.number)


def readings(text: str) -> Iterator[HeaderKey]:
    """The keys under which a header may be known, the nearest to what is typed first; a number is taken out last."""
    typed = header_key(text)
    whole = [typed, expanded(typed)]
    unit = _unit_at(typed.words)
    if unit is not None:
        bare = HeaderKey(typed.words[:unit] + typed.words[unit + 1 :])
        whole += [bare, expanded(bare)]
    yield from dict.fromkeys(whole)
    for key in dict.fromkeys(whole):
        yield from _without_number(key)


def _without_number(key: HeaderKey) -> Iterator[HeaderKey]:
    for at in reversed(range(len(key.words))):
        word = key.words[at]
        numbered = _NUMBERED_WORD.fullmatch(word)
        if _SMALL_NUMBER.fullmatch(word) and len(key.words) > 1:
            yield HeaderKey(key.words[:at] + key.words[at + 1 :], int(word))
        elif numbered:
            yield HeaderKey((*key.words[:at], numbered[1], *key.words[at + 1 :]), int(numbered[2]))


def unit_of(text: str) -> str:
    """The unit that a header names, as typed: behind its name (``身高(cm)``) or as its last word (``ld_mm``)."""
    note = split_header(text)[1].split(";")[-1].strip()
    if note and "=" not in note and len(note) <= 12 and not re.search(r"\d\s*[-–:]\s*\d", note):
        return note
    words = header_key(text).words
    at = _unit_at(words)
    return "" if at is None else words[at]


def _unit_at(words: tuple[str, ...]) -> int | None:
    """Where a unit stands among the words of a header."""
    if len(words) < 2:
        return None
    if words[-1] in _UNITS:
        return len(words) - 1
    return next((at for at, word in enumerate(words) if word in _UNITS_ANYWHERE), None)
