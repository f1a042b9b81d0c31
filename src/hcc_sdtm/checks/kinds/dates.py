"""Kinds that compare a date with another one: of the record, or of the record's subject in another dataset.

A partial date is any day that it can mean: only what is surely wrong is found. Times of day are compared where both dates
have them and are the same day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.checks.column import Column
from hcc_sdtm.checks.evidence import Missing
from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.checks.rule_on_dataset import RuleOnDataset
from hcc_sdtm.checks.written_days import written_days
from hcc_sdtm.spec.rule_condition import is_variable, parse_conditions

_CLOCK = re.compile(
    r"(?P<clock>.{10}T[0-9]{2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?)(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
"""A day and a time of day known from the hour on; no time with an unknown part before a known one fits."""


@dataclass(frozen=True)
class _Dates:
    """A date beside each record: as it is written, and the days that it can mean (NaN: none)."""

    name: str
    texts: np.ndarray
    earliest: np.ndarray
    latest: np.ndarray
    is_timed: np.ndarray
    """Whether it has a time of day."""


def not_after(on: RuleOnDataset) -> Iterator[Flag]:
    """No date is surely after the other."""
    other = _other_dates(on)
    for variable in on.variables:
        own = _own_dates(on, variable)
        after = (own.earliest > other.latest) | _is_later(own, other)
        yield from _flags(on, own, other, after, "is after", "a date up to")


def not_before(on: RuleOnDataset) -> Iterator[Flag]:
    """No date is surely before the other."""
    other = _other_dates(on)
    for variable in on.variables:
        own = _own_dates(on, variable)
        before = (own.latest < other.earliest) | _is_later(other, own)
        yield from _flags(on, own, other, before, "is before", "a date from")


def same_day(on: RuleOnDataset) -> Iterator[Flag]:
    """No date is surely another day than the other."""
    other = _other_dates(on)
    for variable in on.variables:
        own = _own_dates(on, variable)
        apart = (own.earliest > other.latest) | (own.latest < other.earliest)
        yield from _flags(on, own, other, apart, "is not the day of", "")


def _flags(
    on: RuleOnDataset, own: _Dates, other: _Dates, wrong: np.ndarray, relation: str, wanted: str
) -> Iterator[Flag]:
    positions = on.among(wrong)
    pairs = list(zip(own.texts[positions], other.texts[positions], strict=True))
    message = [f'{own.name} "{a}" {relation} {other.name} "{b}"{on.said}' for a, b in pairs]
    yield from on.flag(positions, own.name, message, [f"{wanted} {b}".strip() for _, b in pairs])


def _is_later(first: _Dates, second: _Dates) -> np.ndarray:
    """Mask of the records where both are the same known day, and the first has the later time of day."""
    same = (first.earliest == first.latest) & (second.earliest == second.latest) & (first.earliest == second.earliest)
    positions = np.flatnonzero(same & first.is_timed & second.is_timed)
    pairs = list(zip(first.texts[positions].tolist(), second.texts[positions].tolist(), strict=True))
    is_later = {pair: _is_later_clock(*pair) for pair in set(pairs)}
    later = np.zeros(len(same), dtype=bool)
    later[positions] = [is_later[pair] for pair in pairs]
    return later


def _is_later_clock(first: str, second: str) -> bool:
    """Whether the first of two times of a day is surely later: as far as both are known, in one time zone."""
    one, other = _CLOCK.fullmatch(first), _CLOCK.fullmatch(second)
    if one is None or other is None or one["zone"] != other["zone"]:
        return False
    length = min(len(one["clock"]), len(other["clock"]))
    return one["clock"][:length] > other["clock"][:length]


def _own_dates(on: RuleOnDataset, variable: str) -> _Dates:
    column = on.column(variable)
    days = on.evidence.days(on.name, variable)
    earliest, latest = days["earliest"].to_numpy(), days["latest"].to_numpy()
    if is_numeric_dtype(on.dataset.frame[variable]):
        return _Dates(variable, written_days(earliest), earliest, latest, np.zeros(len(earliest), dtype=bool))
    is_timed = column.where(lambda text: _CLOCK.fullmatch(text.strip()) is not None)
    return _Dates(variable, column.of(str.strip, object), earliest, latest, is_timed)


def _other_dates(on: RuleOnDataset) -> _Dates:
    """The date that the line's value names, beside each record of the dataset.

    Of several records of the keys it is the first or the last where the value says so; where it does not, none.
    """
    if is_variable(on.value):
        return _own_dates(on, on.value)
    place, _, conditions = on.value.partition(" when ")
    place, _, keys = place.partition(" by ")
    choice, _, place = place.rpartition(" ")
    name, _, variable = place.partition(".")
    dataset = on.evidence.datasets.get(name)
    if dataset is None:
        raise Missing(f"there is no dataset {name}")
    there = RuleOnDataset(replace(on.row, when=parse_conditions(conditions)[0]), on.evidence, dataset)
    dates = _own_dates(there, variable)
    here, others = [on.column(key) for key in keys.split()], [there.column(key) for key in keys.split()]
    # a record without a key is nobody's
    chosen = there.among(np.logical_and.reduce([~np.isnan(dates.earliest), *(key.given for key in others)]))
    codes, theirs = _codes(here, others)
    found = pd.DataFrame({"code": theirs[chosen], "at": chosen, "text": dates.texts[chosen]})
    found["earliest"], found["latest"] = dates.earliest[chosen], dates.latest[chosen]
    found["timed"] = dates.is_timed[chosen].astype(float)
    if choice == "first":
        found = found.sort_values(["earliest", "latest", "text"], kind="stable").drop_duplicates("code")
    elif choice == "last":
        found = found.sort_values(["latest", "earliest", "text"], kind="stable").drop_duplicates("code", keep="last")
    else:
        found = found.drop_duplicates("code", keep=False)
    places, distinct = pd.factorize(codes)
    beside = found.set_index("code").reindex(distinct)
    texts = beside["text"].fillna("").to_numpy(dtype=object)[places]
    words = f"the {choice} {place}" if choice else place
    earliest, latest = beside["earliest"].to_numpy(dtype=float)[places], beside["latest"].to_numpy(dtype=float)[places]
    return _Dates(words, texts, earliest, latest, beside["timed"].fillna(0.0).to_numpy(dtype=bool)[places])


def _codes(columns: list[Column], others: list[Column]) -> tuple[np.ndarray, np.ndarray]:
    """A number for each record of two datasets, equal where they agree in all the columns."""
    parts = []
    for one, other in zip(columns, others, strict=True):
        known = {text: code for code, text in enumerate(one.texts)}
        for text in other.texts:
            known.setdefault(text, len(known))
        parts.append((known, one.of(known.__getitem__, np.int64), other.of(known.__getitem__, np.int64)))
    first, second = parts[0][1], parts[0][2]
    for known, one_codes, other_codes in parts[1:]:
        first, second = first * len(known) + one_codes, second * len(known) + other_codes
    return first, second
