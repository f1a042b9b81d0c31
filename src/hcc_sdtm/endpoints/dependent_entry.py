"""Whether the time of entry says anything about the time of the event: what delayed entry must assume that it does not.

Kendall's tau among the pairs that can be compared (Martin and Betensky, Journal of the American Statistical Association 100
(2005) 484-492), with its variance under independence (Tsai, Biometrika 77 (1990) 169-177): at each time of an event, whose
turn it was is compared with the order of entry among those at risk. Sees a trend in one direction alone, and only where entry
and follow-up overlap; a large p is no proof of independence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from hcc_sdtm.endpoints.risk_sets import (
    Counts,
    Floats,
    build_risk_sets,
    distinct_counts,
    distinct_places,
    rank_order,
    read_events,
    read_numbers,
)


@dataclass(frozen=True, slots=True)
class DependentEntry:
    """Conditional Kendall's ``tau`` of entry and event, its standardised value ``z`` and two-sided ``p``.

    Above 0: who enters late has the event late. ``pairs`` is the number of pairs that could be compared, ``n`` and ``events``
    those of the subjects. NaN where no pair could be, or all who could entered at one time.
    """

    tau: float
    z: float
    p: float
    pairs: int
    n: int
    events: int


def dependent_entry(time: ArrayLike, event: ArrayLike, entry: ArrayLike) -> DependentEntry:
    """The test that entry and event are independent, where they are observed.

    Two subjects can be compared where both were at risk when the first of them had the event; a censoring at that time comes
    after it, and two events at one time are not compared. Raises ValueError as `kaplan_meier` does.
    """
    times = read_numbers(time)
    events = read_events(event, len(times))
    entries = read_numbers(entry)
    risk_sets = build_risk_sets(times, entries)
    had = events == 1
    distinct, by_time = distinct_places(times)
    by_entry = distinct_places(entries)[1]
    having = np.bincount(by_time[had], minlength=len(distinct))
    at_risk = risk_sets.at_risk(distinct)
    pairs = int(np.sum(having * (at_risk - having)))
    # of those at risk at a subject's event: how many entered before it, less how many after it
    before = _dominated(by_time, by_entry)
    together, ahead = _together(by_time, by_entry)
    score = float(np.sum((2 * before + together - at_risk[by_time])[had]))
    cubes = _cubes(entries, distinct, by_time, ahead)
    spread = (at_risk.astype(np.float64) ** 3 - cubes) / (3 * np.maximum(at_risk, 1))
    variance = float(np.sum((having * (at_risk - having) / np.maximum(at_risk - 1, 1) * spread)[having > 0]))
    n, count = len(times), int(had.sum())
    if not pairs or variance <= 0:
        return DependentEntry(np.nan, np.nan, np.nan, pairs, n, count)
    z = -score / variance**0.5
    return DependentEntry(-score / pairs, z, float(2 * ndtr(-abs(z))), pairs, n, count)


def _dominated(by_time: Counts, by_entry: Counts) -> Counts:
    """Of each subject, how many have a time not before its own and an entry before its own.

    Ordered by time from the last, then by entry, it is the number of earlier ones with a smaller entry.
    """
    order = rank_order(by_entry)
    order = order[rank_order((by_time.max(initial=0) - by_time)[order])]
    made = np.empty(len(order), dtype=np.int64)
    made[order] = _smaller_before(by_entry[order])
    return made


def _smaller_before(ranks: Counts) -> Counts:
    """Of each rank, how many that stand before it are smaller: bit by bit from the highest, in which two that agree so far
    may differ."""
    found = np.zeros(len(ranks), dtype=np.int64)
    order = place = np.arange(len(ranks))
    for bit in range(int(ranks.max(initial=0)).bit_length() - 1, -1, -1):
        # equal higher bits stand together, each group in the first order
        bits = ranks[order] >> bit
        is_one = bits & 1
        starts = np.concatenate([[0], np.cumsum(np.bincount(bits))])
        start = starts[bits - is_one]
        zeros = np.concatenate([[0], np.cumsum(1 - is_one)])
        zeros_before = zeros[:-1] - zeros[start]
        found[order] += is_one * zeros_before
        moved = np.empty_like(order)
        moved[starts[bits] + np.where(is_one, place - start - zeros_before, zeros_before)] = order
        order = moved
    return found


def _together(by_time: Counts, by_entry: Counts) -> tuple[Counts, Counts]:
    """Of each subject, how many entered with it and have a time not before its own, itself included; and its place among
    all who entered with it, the last time first."""
    pair = by_entry * (by_time.max(initial=0) + 1) + by_time
    order = rank_order(by_time)
    order = order[rank_order(by_entry[order])]
    ends = np.cumsum(np.bincount(by_entry))[by_entry]
    made, ahead = np.empty((2, len(order)), dtype=np.int64)
    made[order] = ends[order] - np.searchsorted(pair[order], pair[order])
    ahead[order] = ends[order] - np.arange(len(order))
    return made, ahead


def _cubes(entries: Floats, distinct: Floats, by_time: Counts, ahead: Counts) -> Floats:
    """At each distinct time the sum of the cubes of the numbers at risk that entered together."""
    nth = ahead.astype(np.float64)
    added = np.bincount(by_time, nth**3 - (nth - 1) ** 3, len(distinct))
    joined = np.cumsum(added[::-1])[::-1]
    first, sizes = distinct_counts(np.sort(entries))
    gone = np.append(np.cumsum((sizes[::-1].astype(np.float64)) ** 3)[::-1], 0.0)
    return np.asarray(joined - gone[np.searchsorted(first, distinct, side="left")])
