"""The versions that a study can have, one option a subject, on the times of all of them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.bounds.curves import Counts, Ranked, count_versions
from hcc_sdtm.endpoints.bounds.outcomes import Alternatives
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions


class StudyVersions:
    """The outcomes of a study's subjects by the place of their times among ``times``."""

    def __init__(self, alternatives: Alternatives, causes: int = 1, delayed: bool = False) -> None:
        fixed, options = alternatives.fixed, alternatives.options
        every = [fixed.time[fixed.code >= 0], options.time[options.code >= 0]]
        if delayed:
            every += [fixed.entry[fixed.code >= 0], options.entry[options.code >= 0]]
        self.times: Floats = np.unique(np.concatenate(every))
        self.alternatives, self.causes, self.delayed = alternatives, causes, delayed
        self.fixed = Ranked.of(fixed.take(fixed.code >= 0), self.times)
        self.own = Ranked.of(options, self.times)
        self.first, self.owner = alternatives.first, alternatives.owner

    @property
    def size(self) -> int:
        """Number of times."""
        return len(self.times)

    def place(self, t: float) -> int:
        """The place of the last time that is not after ``t``; -1 where there is none."""
        return int(np.searchsorted(self.times, t, side="right")) - 1

    def earliest(self, place: int) -> float:
        """The earliest time that the time at ``place`` stands for."""
        stands = place > 0 and self.times[place] in self.alternatives.between
        return float(self.times[place - 1] if stands else self.times[place])

    @cached_property
    def exits(self) -> Positions:
        """How many fixed subjects leave at each time."""
        return np.bincount(self.fixed.exit, minlength=self.size)

    @cached_property
    def events(self) -> list[Positions]:
        """How many fixed subjects have the event of each cause at each time."""
        codes = range(1, self.causes + 1)
        return [np.bincount(self.fixed.exit[self.fixed.code == code], minlength=self.size) for code in codes]

    @cached_property
    def having(self) -> Positions:
        """How many fixed subjects have an event at each time."""
        return np.asarray(np.sum(self.events, axis=0))

    @cached_property
    def last_fixed(self) -> int:
        """The place of the last time at which a fixed subject leaves; -1 without one."""
        return int(self.fixed.exit.max(initial=-1))

    def counts(self, chosen: Positions) -> Counts:
        """The counts of versions (version, subject) of places in the options."""
        return count_versions(self.times, self.fixed, self.own, chosen, self.causes, self.delayed)

    def choose(self, keys: Positions, greatest: bool = False) -> Positions:
        """For each subject the place of its option with the smallest (or greatest) key; the first of equals."""
        return self.chosen(self.keys(keys, greatest), greatest)

    def keys(self, keys: Positions, greatest: bool = False) -> Positions:
        """Keys that tell each option from every other, the first of equals before the others; for `chosen`."""
        place = np.arange(len(keys))
        return np.asarray(keys * len(keys) + (len(keys) - 1 - place if greatest else place))

    def chosen(self, keys: Positions, greatest: bool) -> Positions:
        """For each subject the place of its option with the smallest (or greatest) of the `keys`."""
        if not len(self.first):
            return np.empty(0, dtype=np.int64)
        best = (np.maximum if greatest else np.minimum).reduceat(keys, self.first) % len(keys)
        return np.asarray(len(keys) - 1 - best if greatest else best)
