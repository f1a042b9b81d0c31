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

from hcc_sdtm.endpoints.risk_sets import Counts, Floats, build_risk_sets, read_events, read_numbers


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
    at, place, having = np.unique(times[had], return_inverse=True, return_counts=True)
    at_risk = risk_sets.at_risk(at)
    pairs = int(np.sum(having * (at_risk - having)))
    # of those at risk at a subject's event: how many entered before it, less how many after it
    before = _dominated(times, entries, strict=True)[had]
    not_after = _dominated(times, entries, strict=False)[had]
    score = float(np.sum(before + not_after - at_risk[place]))
    spread = (at_risk.astype(np.float64) ** 3 - _cubes(times, entries, at)) / (3 * np.maximum(at_risk, 1))
    variance = float(np.sum(having * (at_risk - having) / np.maximum(at_risk - 1, 1) * spread))
    n, count = len(times), int(had.sum())
    if not pairs or variance <= 0:
        return DependentEntry(np.nan, np.nan, np.nan, pairs, n, count)
    z = -score / variance**0.5
    return DependentEntry(-score / pairs, z, float(2 * ndtr(-abs(z))), pairs, n, count)


def _dominated(times: Floats, entries: Floats, *, strict: bool) -> Counts:
    """Of each subject, how many have a time not before its own and an entry before its own (or not after, itself included).

    Ordered by time from the last, it is the number of earlier ones with a smaller entry.
    """
    # at one entry those of equal time count by place: all of them first where they count, none where they do not
    by_entry = np.unique(entries, return_inverse=True)[1]
    by_time = np.unique(-times, return_inverse=True)[1]
    order = np.lexsort([by_entry, by_time])
    ranks = by_entry[order]
    if not strict:
        ranks = np.argsort(np.argsort(ranks, kind="stable"))
    made = np.empty(len(times), dtype=np.int64)
    made[order] = _smaller_before(ranks)
    return made + _of_equal_time(by_time, by_entry, order, strict)


def _smaller_before(ranks: Counts) -> Counts:
    """Of each rank, how many that stand before it are smaller: bit by bit from the highest, in which two that agree so far
    may differ."""
    found = np.zeros(len(ranks), dtype=np.int64)
    order = np.arange(len(ranks))
    for bit in range(int(ranks.max(initial=0)).bit_length() - 1, -1, -1):
        # equal higher bits stand together, each group in the first order
        group, is_one = ranks[order] >> (bit + 1), (ranks[order] >> bit) & 1
        zeros = np.concatenate([[0], np.cumsum(1 - is_one)])
        found[order] += is_one * (zeros[:-1] - zeros[np.searchsorted(group, group)])
        order = order[np.argsort(2 * group + is_one, kind="stable")]
    return found


def _of_equal_time(by_time: Counts, by_entry: Counts, order: Counts, strict: bool) -> Counts:
    """What the order of places leaves out or counts twice among subjects of one time and entry."""
    if strict:
        return np.zeros(len(order), dtype=np.int64)
    # equality counts both ways, and every subject counts itself: those of the same time and entry that come after it
    pair = by_time * (by_entry.max(initial=0) + 1) + by_entry
    _, group, sizes = np.unique(pair, return_inverse=True, return_counts=True)
    seen = np.zeros(len(order), dtype=np.int64)
    sorted_groups = group[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = np.diff(sorted_groups) != 0
    starts = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    seen[order] = np.arange(len(order)) - starts
    return np.asarray(sizes[group] - seen)


def _cubes(times: Floats, entries: Floats, at: Floats) -> Floats:
    """At each time the sum of the cubes of the numbers at risk that entered together."""
    order = np.lexsort([-times, entries])
    sorted_entries = entries[order]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = np.diff(sorted_entries) > 0
    starts = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    nth = np.arange(len(order)) - starts + 1.0
    added = nth**3 - (nth - 1) ** 3
    by_time = np.argsort(times[order])
    sums = np.append(np.cumsum(added[by_time][::-1])[::-1], 0.0)
    joined = sums[np.searchsorted(times[order][by_time], at, side="left")]
    first, sizes = np.unique(entries, return_counts=True)
    gone = np.append(np.cumsum((sizes[::-1].astype(np.float64)) ** 3)[::-1], 0.0)
    return np.asarray(joined - gone[np.searchsorted(first, at, side="left")])
