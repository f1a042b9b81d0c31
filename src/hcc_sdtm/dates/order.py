"""The order of day and month that a column of dates settles by itself.

Knows what the column's own values prove: ``15/03/2021`` has no month 15, so the day comes first. Knows
nothing of what a hospital declared, and decides nothing: the order is a fact of the whole column that the
mapping settles once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from hcc_sdtm.dates.reading import Conventions, check_order, conventions
from hcc_sdtm.dates.vocabulary import normalise
from hcc_sdtm.dates.written import date_texts, parse_written

CENTURY_OF_EVIDENCE = 50
"""Any would do: of a two-digit year only the leap day depends on its century."""


@dataclass(frozen=True, slots=True)
class OrderEvidence:
    """Distinct texts of a column, as typed and in order of appearance, by what they prove of its order.

    ``year_first``  the year leads, so nothing is open
    ``day_first``   the day stands before the month, for the other order gives no date
    ``month_first`` the month stands before the day
    ``undecided``   day and month could be either, and differ

    A text whose two readings are one day (``05/05/2021``), that names its month, or that is no date, proves
    nothing.
    """

    year_first: tuple[str, ...] = ()
    day_first: tuple[str, ...] = ()
    month_first: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def order(self) -> str | None:
        """The order that the values settle; None where they contradict each other or leave it open.

        A leading year is understood under every order, so ``ymd`` is the answer only where nothing else is
        there.
        """
        if self.is_contradictory:
            return None
        if self.day_first or self.month_first:
            return "dmy" if self.day_first else "mdy"
        return "ymd" if self.year_first and not self.undecided else None

    @property
    def settled_by(self) -> str:
        """The first text that settles `order`; ``""`` where nothing does."""
        proof = {"ymd": self.year_first, "dmy": self.day_first, "mdy": self.month_first, None: ()}
        return next(iter(proof[self.order]), "")

    @property
    def is_contradictory(self) -> bool:
        """Whether some values prove that the day comes first, and others that the month does."""
        return bool(self.day_first and self.month_first)

    def against(self, order: str) -> tuple[str, ...]:
        """The texts that contradict a declared order; raises ValueError for an order that does not exist."""
        check_order(order)
        if order == "ymd":
            return self.day_first + self.month_first + self.undecided
        return self.month_first if order == "dmy" else self.day_first


def order_evidence(
    series: pd.Series,
    missing: Collection[str] = ("",),
    unknown: Collection[str] = (),
    language: str | Collection[str] | None = None,
) -> OrderEvidence:
    """What the distinct texts of a column prove of its order; ``missing`` texts prove nothing.

    ``unknown`` and ``language`` as in `read`.
    """
    how = conventions(missing=missing, unknown=unknown, language=language)
    proofs: dict[str, list[str]] = {"ymd": [], "dmy": [], "mdy": [], "": []}
    for typed in pd.unique(series):
        proof = _proof(normalise(typed), how)
        if proof is not None:
            proofs[proof].append(typed)
    return OrderEvidence(*(tuple(proofs[order]) for order in ("ymd", "dmy", "mdy", "")))


def _proof(text: str, how: Conventions) -> str | None:
    """The only order that makes a text a date; ``""`` where orders disagree, None where it proves nothing."""
    written = None if text in how.missing else parse_written(text, how.grammar)
    if written is None:
        return None
    found: dict[str, list[str]] = {}
    for parts in written.parts:
        texts = date_texts(written, (parts,), CENTURY_OF_EVIDENCE)[0]
        if texts:
            found.setdefault(parts.order, []).extend(texts)
    if list(found) == [""]:
        return "ymd" if text[:4].isdecimal() else None
    if len(found) == 1:
        return next(iter(found))
    return "" if len({tuple(texts) for texts in found.values()}) > 1 else None
