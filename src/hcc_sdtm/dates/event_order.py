"""What the order of a subject's events says about dates that are known only in part.

Knows that birth comes before diagnosis, and diagnosis before death, where it is told so; narrows the days that
each event can be, and finds the dates that cannot all be right. Compares days: a time part is ignored. Does not
know which events a trial has, and imputes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.dates.iso import bounds, distinct_parts, earliest_latest
from hcc_sdtm.dates.possible_days import nearest_possible_day
from hcc_sdtm.problem import nearest

CONTRADICTION_COLUMNS = ("position", "before", "after")


@dataclass(frozen=True)
class Narrowed:
    """What `narrow` found.

    ``earliest``, ``latest``: rows and columns of the events; the first and last day number that each event can
    be, NaN where nothing limits it on that side.

    ``contradictions``: one row for each two dates of a subject that cannot both be right: ``position``, the
    subject's row counted from 0; ``before`` and ``after``, the events as the order has them. Sorted by all three.
    """

    earliest: pd.DataFrame
    latest: pd.DataFrame
    contradictions: pd.DataFrame


def narrow(events: pd.DataFrame, order: Sequence[Sequence[str]]) -> Narrowed:
    """The days that each event of each subject can be, given that events come in an order, and the contradictions.

    ``events`` has one row a subject and one column an event: ISO 8601 text, complete or partial, or day numbers.
    Text that is missing or not ISO 8601 limits nothing; its event is narrowed like any other, and passes on
    what limits it. ``order`` holds chains of these columns, each event on or before the next of its chain:
    ``[["birth", "diagnosis", "consent", "death"], ["consent", "progression", "cut-off"]]``. A column of no chain
    keeps the days of its own text.

    Where a subject's dates agree with the order, ``earliest`` and ``latest`` are exact: some days in the order,
    each one that its text can mean, have the event there. So a known day of an unknown month (``2003---15``) or
    year (``--12-15``) is always narrowed to a day that it can be.

    Two dates contradict the order where the first day that the earlier event can be is after the last that the
    later one can be. Where no two dates of a subject do and yet a known day of an unknown month has no place between
    its neighbours, that date is found with both of them. Events in a contradiction keep the days of their own text
    and limit no other event of that subject, because nobody knows yet which of the two is right: see `suspects`.

    Raises ValueError for a name in the order that is no column, for two columns of one name, and for an order
    that goes in a circle.
    """
    names, previous = _sorted_order(events, order)
    own = [_Days.of(events[name], name) for name in names]
    contradictions, involved = _contradictions(own, names, previous)
    usable = [days.without(involved[:, event]) for event, days in enumerate(own)]
    first, last = _earliest_in_order(usable, previous), _latest_in_order(usable, previous)
    earliest, latest = (pd.DataFrame(index=events.index, columns=events.columns, dtype=float) for _ in range(2))
    for name in events.columns.difference(names, sort=False):
        earliest[name], latest[name] = bounds(events[name]).to_numpy().T
    for event, name in enumerate(names):
        earliest[name] = _known(np.where(involved[:, event], own[event].earliest, first[event]))
        latest[name] = _known(np.where(involved[:, event], own[event].latest, last[event]))
    return Narrowed(earliest, latest, contradictions)


def _sorted_order(events: pd.DataFrame, order: Sequence[Sequence[str]]) -> tuple[list[str], list[list[int]]]:
    """The events of the order, each after all that come before it, and the positions of those right before each."""
    if not events.columns.is_unique:
        name = events.columns[events.columns.duplicated()][0]
        raise ValueError(f'two columns of the events are named "{name}"; expected one column an event')
    before: dict[str, list[str]] = {}
    for chain in order:
        if isinstance(chain, str):
            raise ValueError(f'"{chain}" in the order is no chain; expected a list of lists of events')
        for name in chain:
            if name not in events.columns:
                known = [str(column) for column in events.columns]
                raise ValueError(f'"{name}" in the order is no event of {", ".join(known)}{nearest(name, known)}')
            before.setdefault(name, [])
        for first, second in pairwise(chain):
            before[second].append(first)
    try:
        names = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        circle = " -> ".join(map(str, error.args[1]))
        raise ValueError(f"the order goes in a circle: {circle}; expected no event before itself") from None
    position = {name: number for number, name in enumerate(names)}
    return names, [[position[other] for other in dict.fromkeys(before[name])] for name in names]


@dataclass(frozen=True)
class _Days:
    """The days that one event can be, one row a subject: from earliest to latest, infinite where nothing is known.

    ``sparse`` rows can be only the days with the known numbers among year, month and day: those of a text with
    an unknown part before a known one.
    """

    earliest: np.ndarray
    latest: np.ndarray
    sparse: np.ndarray
    year: np.ndarray
    month: np.ndarray
    day: np.ndarray

    @classmethod
    def of(cls, column: pd.Series, name: str) -> _Days:
        if is_numeric_dtype(column):
            days = bounds(column)["earliest"].to_numpy(dtype=float)
            unknown, none = np.full(len(days), np.nan), np.zeros(len(days), dtype=bool)
            earliest, latest = np.where(np.isnan(days), -np.inf, days), np.where(np.isnan(days), np.inf, days)
            return cls(earliest, latest, none, unknown, unknown, unknown)
        parts = distinct_parts(column, name)
        first, last = earliest_latest(parts)
        no_year, no_month, no_day = np.isnan(parts.year), np.isnan(parts.month), np.isnan(parts.day)
        sparse = (no_year & ~no_month) | (no_month & ~no_day)
        earliest, latest = np.where(np.isnan(first), -np.inf, first), np.where(np.isnan(last), np.inf, last)
        columns = (earliest, latest, sparse, parts.year, parts.month, parts.day)
        return cls(*(values[parts.codes] for values in columns))

    def rows(self, chosen: np.ndarray) -> _Days:
        return _Days(*(numbers[chosen] for numbers in vars(self).values()))

    def without(self, rows: np.ndarray) -> _Days:
        """The same, with nothing known in the rows given."""
        earliest, latest = np.where(rows, -np.inf, self.earliest), np.where(rows, np.inf, self.latest)
        return _Days(earliest, latest, self.sparse & ~rows, self.year, self.month, self.day)

    def first_from(self, limit: np.ndarray) -> np.ndarray:
        """The first possible day on or after each limit; after the latest day where there is none."""
        found = np.maximum(self.earliest, limit)
        return self._nearest_possible(found, self.sparse & (self.earliest < limit) & (limit <= self.latest), True)

    def last_until(self, limit: np.ndarray) -> np.ndarray:
        """The last possible day on or before each limit; before the earliest day where there is none."""
        found = np.minimum(self.latest, limit)
        return self._nearest_possible(found, self.sparse & (limit < self.latest) & (self.earliest <= limit), False)

    def _nearest_possible(self, days: np.ndarray, moving: np.ndarray, is_lower: bool) -> np.ndarray:
        """The days, those of the moving rows replaced by the nearest possible one."""
        rows = np.flatnonzero(moving)
        found = days.copy()
        found[rows] = nearest_possible_day(self.year[rows], self.month[rows], self.day[rows], days[rows], is_lower)
        return found


def _earliest_in_order(events: Sequence[_Days], previous: list[list[int]]) -> list[np.ndarray]:
    """First day of each event that its own text and the events before it leave open."""
    found: list[np.ndarray] = []
    for days, before in zip(events, previous, strict=True):
        limits = [found[other] for other in before]
        found.append(days.first_from(np.max(limits, axis=0)) if limits else days.earliest)
    return found


def _latest_in_order(events: Sequence[_Days], previous: list[list[int]]) -> list[np.ndarray]:
    """Last day of each event that its own text and the events after it leave open."""
    limits: list[list[np.ndarray]] = [[] for _ in events]
    found = [days.latest for days in events]
    for event in reversed(range(len(events))):
        if limits[event]:
            found[event] = events[event].last_until(np.min(limits[event], axis=0))
        for other in previous[event]:
            limits[other].append(found[event])
    return found


def _contradictions(own: list[_Days], names: list[str], previous: list[list[int]]) -> tuple[pd.DataFrame, np.ndarray]:
    """The contradictions, and for each subject and event whether it is in one."""
    comes_before = np.zeros((len(names), len(names)), dtype=bool)
    for event, before in enumerate(previous):
        for other in before:
            comes_before[:, event] |= comes_before[:, other]
            comes_before[other, event] = True
    involved = np.zeros((len(own[0].earliest) if own else 0, len(names)), dtype=bool)
    found: list[np.ndarray] = [np.zeros((3, 0), dtype=np.int64)]
    left = own
    while True:
        # Only among events that are in no contradiction yet: what they pass on is all that is left to be wrong.
        first = _earliest_in_order(left, previous)
        wrong = [earliest > days.latest for earliest, days in zip(first, left, strict=True)]
        rows = np.flatnonzero(np.logical_or.reduce(wrong)) if wrong else np.zeros(0, dtype=np.int64)
        if not len(rows):
            break
        row, former, latter = np.nonzero(
            _contradicting_pairs([days.rows(rows) for days in left], previous, comes_before)
        )
        found.append(np.stack([rows[row], former, latter]))
        involved[rows[row], former] = involved[rows[row], latter] = True
        left = [days.without(involved[:, event]) for event, days in enumerate(own)]
    position, former, latter = np.concatenate(found, axis=1)
    order = np.lexsort((latter, former, position))
    named = np.array(names, dtype=object)
    columns = zip(CONTRADICTION_COLUMNS, (position[order], named[former[order]], named[latter[order]]), strict=True)
    return pd.DataFrame(dict(columns)), involved


def _contradicting_pairs(events: list[_Days], previous: list[list[int]], comes_before: np.ndarray) -> np.ndarray:
    """Whether one event contradicts another that comes after it: rows by events by events.

    By their own texts; where no two of a row's texts contradict each other, an event of sparse days counts from
    the first and to the last of them that its neighbours leave.
    """
    earliest = np.stack([days.earliest for days in events], axis=1)
    latest = np.stack([days.latest for days in events], axis=1)
    pairs = comes_before & (earliest[:, :, None] > latest[:, None, :])
    hidden = np.flatnonzero(~pairs.any(axis=(1, 2)))
    few = [days.rows(hidden) for days in events]
    sparse = np.stack([days.sparse for days in few], axis=1)
    first = np.where(sparse, np.stack(_earliest_in_order(few, previous), axis=1), earliest[hidden])
    last = np.where(sparse, np.stack(_latest_in_order(few, previous), axis=1), latest[hidden])
    pairs[hidden] = comes_before & (first[:, :, None] > last[:, None, :])
    return pairs


def suspects(contradictions: pd.DataFrame, surest: Sequence[str], subject: str = "position") -> pd.Series:
    """For each contradiction the event to ask about, so that each wrong date is asked about once; same index.

    ``contradictions`` has the columns ``before``, ``after`` and that of the ``subject``, as `narrow` gives them.
    ``surest`` lists the events from the one that is least doubted on. The suspect is the event in most contradictions
    of the subject, and of several the last in the list; the others are counted again without it, until every
    contradiction has its suspect.

    Raises ValueError for an event that is not in the list.
    """
    names = list(surest)
    codes = pd.factorize(contradictions[subject])[0]
    before, after = (pd.Index(names).get_indexer(pd.Index(contradictions[side])) for side in ("before", "after"))
    for side, found in (("before", before), ("after", after)):
        for name in contradictions.loc[found < 0, side]:
            raise ValueError(f'"{name}" is no event of {", ".join(names)}{nearest(str(name), names)}')
    suspect = np.full(len(codes), -1)
    while (suspect < 0).any():
        is_open = suspect < 0
        counts = np.zeros((codes.max() + 1, len(names)))
        for event in (before, after):
            np.add.at(counts, (codes[is_open], event[is_open]), 1)
        chosen = len(names) - 1 - counts[:, ::-1].argmax(axis=1)  # the last of the largest
        explained = is_open & ((before == chosen[codes]) | (after == chosen[codes]))
        suspect[explained] = chosen[codes[explained]]
    return pd.Series(np.array(names, dtype=object)[suspect], index=contradictions.index, name="suspect", dtype=object)


def _known(days: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(days), days, np.nan)
