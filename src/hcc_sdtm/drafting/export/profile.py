"""What the values of a column look like: dates, numbers, codes, texts; said of distinct values, whatever the row count.

Knows no domain and no header. A column that identifies a person is profiled for its shape only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm import dates

_NUMBER = re.compile(r"[<>≤≥~]?\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_LOOKED_AT = 200
"""Distinct values that decide what a column is; the rest of a long column is read only for the order of its dates."""

_MOST_DATES = 20_000
_MOST_CODES = 30
_LONG_TEXT = 40


@dataclass(frozen=True)
class Profile:
    """The distinct values of a column, the most frequent first, and how many rows have each.

    ``missing`` texts are counted among the empty ones.
    """

    texts: tuple[str, ...]
    counts: tuple[int, ...]
    rows: int

    @property
    def filled(self) -> int:
        """Rows with a value."""
        return sum(self.counts)

    @property
    def is_empty(self) -> bool:
        """Whether no row has a value."""
        return not self.texts

    @cached_property
    def looked_at(self) -> tuple[str, ...]:
        """The values that stand for all: the most frequent ones."""
        return self.texts[:_LOOKED_AT]

    @cached_property
    def number_share(self) -> float:
        """Share of the distinct values that are numbers, with a sign for below or above or without."""
        return _share(bool(text and _NUMBER.fullmatch(text)) and any(map(str.isdigit, text)) for text in self._halved)

    @cached_property
    def date_share(self) -> float:
        """Share of the distinct values that are dates, ambiguous and partial ones too; a plain small number is none."""
        if not any(any(map(str.isdigit, text)) for text in self.looked_at):
            return 0.0
        read = dates.read(pd.Series(self.looked_at, dtype=object), order=None)
        # a date that does not exist (31 February) is still one that somebody wanted to write
        is_date = (read["iso"] != "") | (read["candidates"] != "") | read["kind"].isin(("impossible", "ambiguous"))
        bare = np.array([text.isdigit() and len(text) != 8 for text in self._halved], dtype=bool)
        years = np.array(
            [text.isdigit() and len(text) == 4 and "1900" <= text <= "2100" for text in self._halved], dtype=bool
        )
        return float((is_date.to_numpy() & (~bare | years)).mean())

    @cached_property
    def order(self) -> dates.OrderEvidence:
        """What the values prove of the order of day and month."""
        return dates.order_evidence(pd.Series(self.texts[:_MOST_DATES], dtype=object))

    @property
    def is_dates(self) -> bool:
        """Whether most values are dates."""
        return self.date_share >= 0.6

    @property
    def is_numbers(self) -> bool:
        """Whether most values are numbers."""
        return self.number_share >= 0.7

    @property
    def is_codes(self) -> bool:
        """Whether the values are few, short and repeated: ``1`` and ``2``, ``Y`` and ``N``."""
        few = len(self.texts) <= _MOST_CODES and (len(self.texts) <= 2 or self.filled >= 2 * len(self.texts))
        return bool(self.texts) and few and all(len(text) <= 3 for text in self.texts)

    @property
    def are_bare_codes(self) -> bool:
        """Whether the values are codes that say nothing by themselves: small whole numbers, few of them."""
        return self.is_codes and len(self.texts) <= 12 and all(re.fullmatch(r"\d{1,2}", text) for text in self.texts)

    @property
    def have_digits(self) -> bool:
        """Whether at least half of the values have a digit, as numbers of subjects do and names of persons do not."""
        return 2 * sum(any(map(str.isdigit, text)) for text in self.looked_at) >= len(self.looked_at)

    @property
    def is_long_text(self) -> bool:
        """Whether the values are sentences, in which anything may be written."""
        return bool(self.texts) and sum(len(text) > _LONG_TEXT for text in self.looked_at) * 10 > len(self.looked_at)

    @property
    def is_free_text(self) -> bool:
        """Whether the values are sentences, or hardly two are the same and each has several words: anything may be in them."""
        differ = len(self.texts) >= 10 and 2 * len(self.texts) > self.filled
        words = sum(len(text.split()) for text in self.looked_at)
        return self.is_long_text or (differ and words >= 4 * len(self.looked_at))

    @cached_property
    def _halved(self) -> tuple[str, ...]:
        return tuple(unicodedata.normalize("NFKC", text).strip() for text in self.looked_at)

    def number_range(self) -> tuple[str, str]:
        """The smallest and the largest number, as typed; ``("", "")`` where there is none."""
        found = []
        for text in self.texts[:_MOST_DATES]:
            bare = unicodedata.normalize("NFKC", text).strip().lstrip("<>≤≥~ ").replace(",", "")
            try:
                found.append((float(bare), text))
            except ValueError:
                continue
        return (min(found)[1], max(found)[1]) if found else ("", "")


def build_profile(texts: np.ndarray, missing: Collection[str] = ()) -> Profile:
    """The profile of a column's texts, outer space cut; an empty text and the ``missing`` ones are no value."""
    codes, distinct = pd.factorize(texts)
    counts = np.bincount(codes, minlength=len(distinct)) if len(codes) else np.zeros(0, dtype=int)
    trimmed: dict[str, int] = {}
    skipped = {"", *missing}
    for text, count in zip(distinct, counts, strict=True):
        bare = str(text).strip()
        if bare not in skipped:
            trimmed[bare] = trimmed.get(bare, 0) + int(count)
    ordered = sorted(trimmed.items(), key=lambda pair: -pair[1])
    return Profile(tuple(text for text, _ in ordered), tuple(count for _, count in ordered), len(texts))


def _share(of: Iterable[bool]) -> float:
    marks = list(of)
    return sum(marks) / len(marks) if marks else 0.0
