"""How many of each group are at risk and have the event at each time: all that a comparison of survival needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hcc_sdtm.endpoints.risk_sets import (
    Counts,
    Floats,
    Mask,
    build_risk_sets,
    distinct_counts,
    in_order,
    read_comparison,
    read_events,
    read_numbers,
)


@dataclass(frozen=True)
class GroupCounts:
    """The groups by name, and how many subjects each has.

    ``strata`` has of each stratum how many of each group (a row) are at risk, and how many have the event, at each distinct
    time of an event (a column).
    """

    names: list[Any]
    sizes: Counts
    strata: Sequence[tuple[Counts, Counts]]

    @property
    def events(self) -> Counts:
        """Number of events of each group."""
        return np.asarray(sum(having.sum(axis=1) for _, having in self.strata))

    def take(self, rows: Sequence[int]) -> GroupCounts:
        """These groups alone; at the times at which another had an event they have none."""
        strata = [(at_risk[rows], having[rows]) for at_risk, having in self.strata]
        return GroupCounts([self.names[row] for row in rows], self.sizes[rows], strata)


def count_groups(groups: Sequence[tuple[Floats, Counts | Mask, Floats | None]]) -> tuple[Counts, Counts]:
    """Of groups of times, events and entries, how many of each are at risk and have the event at each time of an event."""
    ends = [in_order(times[events == 1]) for times, events, _ in groups]
    at, _ = distinct_counts(np.sort(np.concatenate(ends), kind="stable"))
    at_risk = np.array([build_risk_sets(times, entries).at_risk(at) for times, _, entries in groups])
    return at_risk, np.diff([np.searchsorted(each, at, side="right") for each in ends], prepend=0)


def read_group_counts(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, strata: ArrayLike | None, entry: ArrayLike | None
) -> GroupCounts:
    """The groups in sorted order, counted in each stratum; ValueError, by name and position, for what cannot be compared."""
    times = read_numbers(time)
    events = read_events(event, len(times))
    entries = None if entry is None else read_numbers(entry)
    build_risk_sets(times, entries)
    codes, names, stratum = read_comparison(group, strata, len(times))

    def counted(own: Mask) -> tuple[Counts, Counts]:
        masks = [own & (codes == code) for code in range(len(names))]
        return count_groups([(times[mask], events[mask], None if entries is None else entries[mask]) for mask in masks])

    sizes = np.bincount(codes, minlength=len(names))
    return GroupCounts(names, sizes, [counted(stratum == each) for each in np.unique(stratum)])
