"""Takes out of what people write in answers whatever identifies a patient, before it is kept or shown anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hcc_sdtm.register.query_answers import REMOVED

FEWEST_DIGITS = 5
"""A shorter number is a dose or an age as likely as a hospital's number, and identifies nobody by itself."""

FEWEST_LETTERS = 2
FEWEST_LETTERS_ANY_CASE = 4
"""Shorter texts are initials, which in small letters would be words."""

_AT_ONCE = 2_000
_LATIN_END = re.compile(r"[0-9A-Za-z]")


@dataclass(frozen=True)
class IdentityMask:
    """The texts that identify patients, as patterns."""

    patterns: tuple[re.Pattern[str], ...]

    def apply(self, text: str) -> str:
        """The text with each identifying part replaced by `REMOVED`."""
        masked = self._masked(text)
        folded = unicodedata.normalize("NFKC", masked)  # full-width digits are as readable
        without = self._masked(folded)
        return masked if without == folded else without

    def _masked(self, text: str) -> str:
        for pattern in self.patterns:
            text = pattern.sub(REMOVED, text)
        return text


def build_mask(texts: Iterable[str], terms: Collection[str] = ()) -> IdentityMask:
    """The mask for identifying texts: names, initials, hospital numbers.

    A text in Latin letters or digits is looked for as a whole word, a Chinese one anywhere; one of `FEWEST_LETTERS_ANY_CASE`
    characters or more in small and capital letters, and a number without its leading zeros too, which a spreadsheet program
    takes away. Numbers of fewer than `FEWEST_DIGITS` digits and single letters are left alone, and so is a text that is one of
    the study's ``terms``: initials PD would take every progression out of the answers, and where both can be meant nobody is
    identified.
    """
    known = {term.casefold() for term in terms}
    each = {form for text in texts for form in (text, text.lstrip("0") if text.isdecimal() else text)}
    sought = {text for text in each if _identifies(text) and text.casefold() not in known}
    parts = [_expression(text) for text in sorted(sought, key=lambda text: (-len(text), text))]
    blocks = [parts[at : at + _AT_ONCE] for at in range(0, len(parts), _AT_ONCE)]
    return IdentityMask(tuple(re.compile("|".join(block)) for block in blocks))


def _identifies(text: str) -> bool:
    if text.isdecimal():
        return len(text) >= FEWEST_DIGITS
    return len(text) >= FEWEST_LETTERS


def _expression(text: str) -> str:
    before = r"(?<![0-9A-Za-z])" if _LATIN_END.match(text[0]) else ""
    after = r"(?![0-9A-Za-z])" if _LATIN_END.match(text[-1]) else ""
    found = f"{before}{re.escape(text)}{after}"
    return f"(?i:{found})" if len(text) >= FEWEST_LETTERS_ANY_CASE else found
