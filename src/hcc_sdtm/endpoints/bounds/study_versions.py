"""The versions that a study can have, one option a subject, on the times of all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.bounds.curves import MISSING, NO_ENTRIES, Counts, Ranked, count_versions
from hcc_sdtm.endpoints.bounds.outcomes import Alternatives, times_of
from hcc_sdtm.endpoints.bounds.runs import Runs
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions


@dataclass(frozen=True)
class StudyVersions:
    """The outcomes of a study's subjects by the place of their times among ``times``.

    ``fixed`` has the outcomes of subjects who have one only and are in the estimate, ``own`` the options of each other. Of
    the ``unknown`` subjects these are any time of a range, or no record; among the times are then those ``asked`` for.
    ``of_fixed`` are numbers of subjects, of whom the population has ``members``. ``has_more`` says that there are options
    which no completion has.
    """

    times: Floats
    fixed: Ranked
    of_fixed: Positions
    own: Runs
    unknown: Positions
    asked: Positions
    members: int
    has_more: bool
    causes: int
    delayed: bool

    @classmethod
    def of(cls, alternatives: Alternatives, causes: int = 1, delayed: bool = False) -> StudyVersions:
        """The versions of a study with events of so many causes, with or without delayed entry."""
        grid = times_of((alternatives.analysed, alternatives.options), delayed)
        if len(alternatives.ranges):
            grid = np.unique(np.concatenate([[0.0], grid, alternatives.asked, alternatives.ranges.ravel()]))
        analysed, options = (each.ranked(grid, delayed) for each in (alternatives.analysed, alternatives.options))
        numbers = np.append(alternatives.of_analysed, alternatives.of_options)
        is_open = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=bool)
        is_open[alternatives.of_options] = True
        is_own = is_open[alternatives.of_analysed]
        nobody = np.full(len(alternatives.lacking), MISSING)
        more = Ranked(nobody, nobody, nobody if delayed else NO_ENTRIES)
        of_more = np.append(alternatives.of_analysed[is_own], alternatives.lacking)
        runs = Runs.of(options, alternatives.of_options, analysed.take(is_own).joined(more), of_more)
        is_other = np.append(True, np.diff(runs.subject) != 0)
        is_single = (is_other & np.append(is_other[1:], True))[: len(runs.code)] & (runs.since == runs.exit)
        is_fixed, is_certain = ~is_own & (analysed.code >= 0), is_single & (runs.code >= 0)
        free = Runs.free(alternatives.of_ranges, np.searchsorted(grid, alternatives.ranges), causes, delayed)
        return cls(
            grid,
            analysed.take(is_fixed).joined(runs.last.take(is_certain)),
            np.append(alternatives.of_analysed[is_fixed], runs.subject[is_certain]),
            runs.take(~is_single).joined(free),
            alternatives.of_ranges,
            np.searchsorted(grid, alternatives.asked, side="right") - 1,
            alternatives.members,
            alternatives.is_wide,
            causes,
            delayed,
        )

    def within(self, members: Mask) -> StudyVersions:
        """Those of the subjects of a group, on the same times."""
        fixed = members[self.of_fixed]
        return replace(
            self,
            fixed=self.fixed.take(fixed),
            of_fixed=self.of_fixed[fixed],
            own=self.own.take(members[self.own.subject]),
            unknown=self.unknown[members[self.unknown]],
            members=int(members.sum()),
        )

    def after(self, given: float) -> StudyVersions:
        """Those in which who left by then has no record."""
        place = self.place(given)
        staying = self.fixed.exit > place
        return replace(self, fixed=self.fixed.take(staying), of_fixed=self.of_fixed[staying], own=self.own.after(place))

    def with_options(self, own: Runs) -> StudyVersions:
        """The same with other options of the subjects who have several."""
        return replace(self, own=own)

    @property
    def is_one(self) -> bool:
        """Whether there is one version only."""
        return not len(self.own.code)

    @property
    def is_wide(self) -> bool:
        """Whether there are more versions than completions."""
        return self.has_more or len(self.unknown) > 0

    @property
    def size(self) -> int:
        """Number of times."""
        return len(self.times)

    @cached_property
    def first(self) -> Positions:
        """Where the runs of each subject with several options begin."""
        return np.flatnonzero(np.diff(self.own.subject, prepend=-1))

    @cached_property
    def last(self) -> Positions:
        """Where they end."""
        return np.append(self.first[1:], len(self.own.code))[: len(self.first)] - 1

    @cached_property
    def owner(self) -> Positions:
        """Of each run, the how manieth of them has it."""
        return np.repeat(np.arange(len(self.first)), self.last - self.first + 1)

    @cached_property
    def numbers(self) -> Positions:
        """How many options each of them has."""
        return np.bincount(self.owner, self.own.lengths, len(self.first)).astype(np.int64)

    @property
    def combinations(self) -> float:
        """In how many ways the subjects can have their options."""
        with np.errstate(over="ignore"):
            return float(np.prod(self.numbers.astype(np.float64)))

    @cached_property
    def shortest(self) -> Positions:
        """The place of the first exit of each of them; `MISSING` where it may have no record."""
        return np.minimum.reduceat(self.own.since, self.first) if len(self.first) else self.first

    @cached_property
    def longest(self) -> Positions:
        """The place of the last exit of each of them."""
        return self.own.exit[self.last]

    def number_with(self, codes: range) -> tuple[int, int]:
        """The least and the greatest number of subjects with one of these codes (0: censored)."""
        wanted = sum(2 << code for code in codes)
        fixed = int(self._fixed_codes[codes.start : codes.stop].sum())
        always, some = (self._own_codes & ~wanted == 0).sum(), (self._own_codes & wanted != 0).sum()
        return fixed + int(always), fixed + int(some)

    @cached_property
    def _fixed_codes(self) -> Positions:
        """How many fixed subjects have each code."""
        return np.bincount(self.fixed.code)

    @cached_property
    def _own_codes(self) -> Positions:
        """The codes that each of the others can have, a bit for each, the first being no record."""
        return np.bitwise_or.reduceat(1 << (self.own.code + 1), self.first) if len(self.first) else self.first

    def place(self, t: float) -> int:
        """The place of the last time that is not after ``t``; -1 where there is none."""
        return int(np.searchsorted(self.times, t, side="right")) - 1

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

    def counts(self, chosen: Ranked) -> Counts:
        """The counts of versions with the outcomes ``chosen`` (version, subject)."""
        return count_versions(self.times, self.fixed, chosen, self.causes, self.delayed)
