"""The order of day and month that a column of dates settles by itself.

Knows what the column's own values prove: ``15/03/2021`` has no month 15, so the day comes first. Knows
nothing of what a hospital declared, and decides nothing: the order is a fact of the whole column that the
mapping settles once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from functools import lru_cache

import pandas as pd

from hcc_sdtm.dates.reading import MOST_KNOWN, Conventions, check_order, conventions
from hcc_sdtm.dates.vocabulary import normalise
from hcc_sdtm.dates.written import date_texts, parse_written

CENTURY_OF_EVIDENCE = 50
"""Any would do: of a two-digit year only the leap day depends on its century."""


@dataclass(frozen=True, slots=True)
class OrderEvidence:
    """Distinct texts of a column, as typed and in order of appearance, by what they prove of its order.

    ``year_first``       four digits of a year lead, so nothing is open under any order
    ``short_year_first`` two digits of a year lead, for no other order gives a date
    ``day_first``        the day stands before the month, for no other order gives a date
    ``month_first``      the month stands before the day
    ``undecided``        day and month could be either, and differ, with the year behind them
    ``open``             the year could lead too

    A text whose readings are one day (``05/05/2021``), that names its month, or that is no date, proves nothing.
    """

    year_first: tuple[str, ...] = ()
    short_year_first: tuple[str, ...] = ()
    day_first: tuple[str, ...] = ()
    month_first: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def proofs(self) -> dict[str, tuple[str, ...]]:
        """The texts that only one order makes dates, by that order."""
        found = {"ymd": self.short_year_first, "dmy": self.day_first, "mdy": self.month_first}
        return {order: texts for order, texts in found.items() if texts}

    @property
    def order(self) -> str | None:
        """The order that the values settle; None where they contradict each other or leave it open.

        Four digits of a leading year are understood under every order, so they settle ``ymd`` only where nothing
        else is there.
        """
        if self.proofs:
            return None if self.is_contradictory else next(iter(self.proofs))
        return "ymd" if self.year_first and not (self.undecided or self.open) else None

    @property
    def settled_by(self) -> str:
        """The first text that settles `order`; ``""`` where nothing does."""
        return "" if self.order is None else next(iter(self.proofs.get(self.order) or self.year_first))

    @property
    def is_contradictory(self) -> bool:
        """Whether some values prove one order, and others another."""
        return len(self.proofs) > 1

    def against(self, order: str) -> tuple[str, ...]:
        """The texts that contradict a declared order; raises ValueError for an order that does not exist."""
        check_order(order)
        proved = tuple(text for other, texts in self.proofs.items() if other != order for text in texts)
        return proved + (self.undecided if order == "ymd" else ())


def order_evidence(
    series: pd.Series,
    missing: str | Collection[str] = ("",),
    unknown: str | Collection[str] = (),
    language: str | Collection[str] | None = None,
) -> OrderEvidence:
    """What the distinct texts of a column prove of its order; ``missing`` texts prove nothing.

    ``unknown`` and ``language`` as in `read`.
    """
    how = conventions(missing=missing, unknown=unknown, language=language)
    known = _known_proofs(how)
    if len(known) > MOST_KNOWN:
        known.clear()
    proofs: dict[str, list[str]] = {field.name: [] for field in fields(OrderEvidence)}
    for typed in pd.unique(series):
        text = normalise(typed)
        if text not in known:
            known[text] = _proof(text, how)
        proof = known[text]
        if proof is not None:
            proofs[proof].append(typed)
    return OrderEvidence(**{name: tuple(texts) for name, texts in proofs.items()})


@lru_cache(maxsize=8)
def _known_proofs(how: Conventions) -> dict[str, str | None]:
    """What texts proved under these conventions: the dates of a study stand in many of its columns."""
    return {}


_PROOFS = {"ymd": "short_year_first", "dmy": "day_first", "mdy": "month_first"}


def _proof(text: str, how: Conventions) -> str | None:
    """The field of `OrderEvidence` that a text belongs to; None where it proves nothing."""
    written = None if text in how.missing else parse_written(text, how.grammar)
    if written is None:
        return None
    found: dict[str, set[str]] = {}
    for parts in written.parts:
        texts = date_texts(written, (parts,), CENTURY_OF_EVIDENCE)[0]
        if texts:
            found.setdefault(parts.order, set()).update(texts)
    if list(found) == [""]:
        return "year_first" if text[:4].isdecimal() and written.parts[0].month else None
    if written.is_named:
        return None
    if len(found) == 1:
        return _PROOFS[next(iter(found))]
    if len({frozenset(texts) for texts in found.values()}) <= 1:
        return None
    return "open" if "ymd" in found else "undecided"
