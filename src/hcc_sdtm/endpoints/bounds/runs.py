"""Options as runs: an unknown day of an origin or an end gives a subject a time for each of the days, one after the other.

Does not know how an option moves a statistic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from hcc_sdtm.endpoints.bounds.curves import MISSING, NO_ENTRIES, Ranked
from hcc_sdtm.endpoints.listed.analysis_data import Mask, Positions


@dataclass(frozen=True)
class Runs:
    """Runs of options: an exit at every place from ``since`` to ``exit``, with the ``code`` (`MISSING`: no record).

    In order of the numbers of their subjects, of exit and code. ``entered`` and ``entry`` are the places of entry of a run's
    first and last option: all enter at one place, or each as much later as it leaves later. ``is_free`` are the runs of
    subjects who can end at any time of a range.
    """

    subject: Positions
    since: Positions
    exit: Positions
    code: Positions
    entered: Positions
    entry: Positions
    is_free: Mask

    @classmethod
    def of(cls, options: Ranked, subject: Positions, more: Ranked, of_more: Positions) -> Runs:
        """The distinct options, and some ``more``, in as few runs as the order of the options tells."""
        moved, delayed = np.diff(options.exit), len(options.entry) + len(more.entry) > 0
        is_same = (subject[1:] == subject[:-1]) & (options.code[1:] == options.code[:-1])
        goes_on = is_same & ((moved == 0) | (moved == 1))
        shifts = np.zeros(int(max(subject.max(initial=-1), of_more.max(initial=-1))) + 1, dtype=bool)
        if delayed:
            changed = np.diff(options.entry)
            shifts[subject[1:][is_same & (changed != 0)]] = True
            goes_on &= changed == np.where(shifts[subject[1:]], moved, 0)
        starts = np.flatnonzero(np.append(True, ~goes_on)[: len(subject)])
        ends = np.append(starts[1:], len(subject))[: len(starts)] - 1
        first, last = options.take(starts).joined(more), options.take(ends).joined(more)
        # runs with entries are told apart by the one that all have, or by how long their options are at risk
        keys = [np.append(subject[ends], of_more), last.code]
        if delayed:
            keys.append(np.where(shifts[keys[0]], last.exit - last.entry, last.entry))
        keys, since, exits = united(keys, first.exit, last.exit)
        entered, entry = NO_ENTRIES, NO_ENTRIES
        if delayed:
            entered, entry = (np.where(shifts[keys[0]], each - keys[2], keys[2]) for each in (since, exits))
        return cls(keys[0], since, exits, keys[1], entered, entry, np.zeros(len(since), dtype=bool)).in_order()

    @classmethod
    def free(cls, subject: Positions, ranges: Positions, causes: int, delayed: bool) -> Runs:
        """Of each subject no record, and any exit from the first to the last place of its range with any code."""
        code = np.tile(np.arange(MISSING, causes + 1), len(subject))
        since, exits = (np.where(code < 0, MISSING, np.repeat(ends, causes + 2)) for ends in ranges.T)
        entry = np.where(code < 0, MISSING, 0) if delayed else NO_ENTRIES
        is_free = np.ones(len(code), dtype=bool)
        return cls(np.repeat(subject, causes + 2), since, exits, code, entry, entry, is_free)

    @classmethod
    def single(cls, options: Ranked, subject: Positions) -> Runs:
        """The distinct options, each a run of its own."""
        exits, entry, is_free = options.exit, options.entry, np.zeros(len(subject), dtype=bool)
        runs = cls(subject, exits, exits, options.code, entry, entry, is_free).in_order()
        columns = [column for column in (runs.subject, runs.exit, runs.code, runs.entry) if len(column)]
        is_new = np.any([np.diff(column, prepend=MISSING - 1) != 0 for column in columns], axis=0)
        return runs.take(is_new) if columns else runs

    def take(self, places: Positions | Mask) -> Runs:
        """These runs, by place or mask."""
        columns = (getattr(self, each.name) for each in fields(self))
        return Runs(*(column[places] if len(column) else column for column in columns))

    def joined(self, others: Runs) -> Runs:
        """These runs and the others, in order."""
        if not len(others.subject):
            return self
        pairs = ((getattr(self, each.name), getattr(others, each.name)) for each in fields(self))
        return Runs(*(np.concatenate(pair) for pair in pairs)).in_order()

    def in_order(self) -> Runs:
        """The runs in order of subject, exit and code."""
        return self.take(_order(self.subject, self.exit, self.code))

    @property
    def last(self) -> Ranked:
        """The last option of each run."""
        return Ranked(self.exit, self.code, self.entry)

    @property
    def lengths(self) -> Positions:
        """How many options each run has."""
        return self.exit - self.since + 1

    def after(self, place: int) -> Runs:
        """The runs in which who leaves by the ``place`` has no record."""
        late = self.take(self.exit > place)
        late = replace(late, since=np.maximum(late.since, place + 1))
        gone = np.unique(self.subject[self.since <= place])
        nobody = np.full(len(gone), MISSING)
        return late.joined(Runs.single(Ranked(nobody, nobody, NO_ENTRIES), gone))

    def one_by_one(self) -> Runs:
        """Each option as a run of its own."""
        at, exits = spelled_out(self.since, self.lengths)
        entry = NO_ENTRIES
        if len(self.entry):
            entry = self.entered[at] + np.where(self.entered == self.entry, 0, 1)[at] * (exits - self.since[at])
        return Runs.single(Ranked(exits, self.code[at], entry), self.subject[at])


def spelled_out(since: Positions, lengths: Positions) -> tuple[Positions, Positions]:
    """The places of runs one by one: the number of the run, and the place."""
    at = np.repeat(np.arange(len(since)), lengths)
    return at, np.arange(len(at)) - np.repeat(np.cumsum(lengths) - lengths - since, lengths)


def covering(since: Positions, exits: Positions, size: int) -> Positions:
    """By place of so many how many runs have it."""
    begins, ends = (np.bincount(each, minlength=size + 1) for each in (since, exits + 1))
    return np.asarray(np.cumsum(begins - ends)[:size])


def united(
    keys: Sequence[Positions], since: Positions, exits: Positions
) -> tuple[list[Positions], Positions, Positions]:
    """The places of runs with the same keys in runs that neither overlap nor follow each other: keys, first and last place.

    In order of the keys, then of place.
    """
    order = _order(*keys, since)
    keys, since, exits = [each[order] for each in keys], since[order], exits[order]
    is_other = np.any([np.diff(each, prepend=each[:1] - 1) != 0 for each in keys], axis=0)
    # the places of each group come after those of the group before
    shift = np.cumsum(is_other) * (int(exits.max(initial=0)) + 4)
    reached = np.maximum.accumulate(shift + exits)
    starts = np.flatnonzero(is_other | (np.append(True, (shift + since)[1:] > reached[:-1] + 1)[: len(order)]))
    ends = np.append(starts[1:], len(order))[: len(starts)] - 1
    return [each[starts] for each in keys], since[starts], (reached - shift)[ends]


def _order(*columns: Positions) -> Positions:
    """The order of the columns, the first first; as one number, because they are nearly in it already."""
    key = np.zeros_like(columns[0])
    for column in columns:
        lowest = int(column.min(initial=0))
        key = key * (int(column.max(initial=0)) - lowest + 1) + (column - lowest)
    return np.argsort(key, kind="stable")
