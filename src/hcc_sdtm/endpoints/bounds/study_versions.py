"""The versions that a study can have, one option a subject, on the times of all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from hcc_sdtm.endpoints.bounds.curves import MISSING, NO_ENTRIES, Counts, Ranked, count_versions
from hcc_sdtm.endpoints.bounds.outcomes import Alternatives
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions


@dataclass(frozen=True)
class StudyVersions:
    """The outcomes of a study's subjects by the place of their times among ``times``.

    ``fixed`` has the outcomes of subjects who have one only and are in the estimate; ``own`` the distinct options of each
    other subject, one subject after the other, each in the order of time. ``ranges`` are the first and last places of subjects
    who can end at any time between, or have no record; among the times are then those ``between`` each two others, which
    stand for all there, and the places ``asked`` for. ``of_fixed``, ``of_own`` and ``of_ranges`` are numbers of subjects, of
    whom the population has ``members``. ``has_more`` says that there are options which no completion has.
    """

    times: Floats
    fixed: Ranked
    of_fixed: Positions
    own: Ranked
    of_own: Positions
    ranges: Positions
    of_ranges: Positions
    between: Floats
    asked: Positions
    members: int
    has_more: bool
    causes: int
    delayed: bool

    @classmethod
    def of(cls, alternatives: Alternatives, causes: int = 1, delayed: bool = False) -> StudyVersions:
        """The versions of a study with events of so many causes, with or without delayed entry."""
        analysed, options, grid, between = _ranked(alternatives, delayed)
        is_open = np.zeros(int(np.append(alternatives.of_analysed, alternatives.of_options).max(initial=-1)) + 1, bool)
        is_open[alternatives.of_options] = True
        own = is_open[alternatives.of_analysed]
        nobody = np.full(len(alternatives.lacking), MISSING)
        more = analysed.take(own).joined(Ranked(nobody, nobody, nobody if delayed else NO_ENTRIES))
        of_more = np.append(alternatives.of_analysed[own], alternatives.lacking)
        options, owner = _distinct(options, alternatives.of_options, more, of_more)
        is_single = np.diff(owner, prepend=-1) != 0
        is_single &= np.append(is_single[1:], True)
        is_fixed, is_certain = ~own & (analysed.code >= 0), is_single & (options.code >= 0)
        return cls(
            grid,
            analysed.take(is_fixed).joined(options.take(is_certain)),
            np.append(alternatives.of_analysed[is_fixed], owner[is_certain]),
            options.take(~is_single),
            owner[~is_single],
            np.searchsorted(grid, alternatives.ranges),
            alternatives.of_ranges,
            between,
            np.searchsorted(grid, alternatives.asked, side="right") - 1,
            alternatives.members,
            alternatives.is_wide,
            causes,
            delayed,
        )

    def within(self, members: Mask) -> StudyVersions:
        """Those of the subjects of a group, on the same times."""
        fixed, own, ranges = members[self.of_fixed], members[self.of_own], members[self.of_ranges]
        return replace(
            self,
            fixed=self.fixed.take(fixed),
            of_fixed=self.of_fixed[fixed],
            own=self.own.take(own),
            of_own=self.of_own[own],
            ranges=self.ranges[ranges],
            of_ranges=self.of_ranges[ranges],
            members=int(members.sum()),
        )

    def after(self, given: float) -> StudyVersions:
        """Those in which who left by then has no record."""
        place = self.place(given)
        staying = self.fixed.exit > place
        ranges = np.maximum(self.ranges, place + 1)
        is_in = self.ranges[:, 1] > place
        return replace(
            self,
            fixed=self.fixed.take(staying),
            of_fixed=self.of_fixed[staying],
            own=self.own.without(self.own.exit <= place),
            ranges=ranges[is_in],
            of_ranges=self.of_ranges[is_in],
        )

    def spelled_out(self, places: Positions) -> StudyVersions:
        """The same, in which who has a range has its ends and these places as options."""
        if not len(self.ranges):
            return self
        first, last = self.ranges[:, :1], self.ranges[:, 1:]
        every, codes = np.unique(np.append(places, self.ranges)), self.causes + 1
        row, at = np.nonzero((every >= first) & (every <= last))
        # no record comes first
        owner = np.append(np.arange(len(first)), np.repeat(row, codes))
        order = np.argsort(owner, kind="stable")
        nobody = np.full(len(first), MISSING)
        exits = np.append(nobody, np.repeat(every[at], codes))
        code = np.append(nobody, np.tile(np.arange(codes), len(at)))
        entries = np.append(nobody, np.zeros(len(at) * codes, dtype=np.int64)) if self.delayed else NO_ENTRIES
        return replace(
            self,
            own=self.own.joined(Ranked(exits, code, entries).take(order)),
            of_own=np.append(self.of_own, self.of_ranges[owner[order]]),
            ranges=self.ranges[:0],
            of_ranges=self.of_ranges[:0],
            has_more=True,
        )

    @property
    def is_one(self) -> bool:
        """Whether there is one version only."""
        return not len(self.of_own) and not len(self.of_ranges)

    @property
    def is_wide(self) -> bool:
        """Whether there are more versions than completions."""
        return self.has_more or len(self.of_ranges) > 0

    @property
    def size(self) -> int:
        """Number of times."""
        return len(self.times)

    @cached_property
    def first(self) -> Positions:
        """Where the options of each subject with several begin."""
        return np.flatnonzero(np.diff(self.of_own, prepend=-1))

    @cached_property
    def numbers(self) -> Positions:
        """How many options each of them has."""
        return np.asarray(np.diff(np.append(self.first, len(self.of_own))))

    @cached_property
    def owner(self) -> Positions:
        """Of each option, the how manieth of them has it."""
        return np.repeat(np.arange(len(self.first)), self.numbers)

    @property
    def combinations(self) -> float:
        """In how many ways the subjects can have their options."""
        with np.errstate(over="ignore"):
            return float(np.prod(self.numbers.astype(np.float64)))

    @cached_property
    def shortest(self) -> Positions:
        """The place of the first exit of each of them; `MISSING` for no record."""
        return self.own.exit[self.first]

    @cached_property
    def longest(self) -> Positions:
        """The place of the last exit of each of them."""
        return np.asarray(self.own.exit[self.first + self.numbers - 1])

    def number_with(self, codes: range) -> tuple[int, int]:
        """The least and the greatest number of subjects with one of these codes (0: censored)."""
        having = self._having_code[:, codes.start + 1 : codes.stop + 1].sum(axis=1)
        fixed = int(np.bincount(self.fixed.code)[codes.start : codes.stop].sum())
        least = fixed + int((having == self.numbers).sum())
        return least, fixed + int((having > 0).sum()) + len(self.ranges)

    @cached_property
    def _having_code(self) -> Positions:
        """How many options of each subject have each code, the first being no record."""
        codes = self.causes + 2
        cells = self.owner * codes + self.own.code + 1
        return np.asarray(np.bincount(cells, minlength=len(self.first) * codes).reshape(-1, codes))

    def place(self, t: float) -> int:
        """The place of the last time that is not after ``t``; -1 where there is none."""
        return int(np.searchsorted(self.times, t, side="right")) - 1

    def earliest(self, place: int) -> float:
        """The earliest time that the time at ``place`` stands for."""
        stands = len(self.between) and place > 0 and self.times[place] in self.between
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

    def counts(self, chosen: Ranked) -> Counts:
        """The counts of versions with the outcomes ``chosen`` (version, subject)."""
        return count_versions(self.times, self.fixed, chosen, self.causes, self.delayed)


def _ranked(alternatives: Alternatives, delayed: bool) -> tuple[Ranked, Ranked, Floats, Floats]:
    """The analysed outcomes and the options by the place of their times, all times, and those of them between others."""
    parts = alternatives.analysed, alternatives.options
    columns = [each.time for each in parts] + ([each.entry for each in parts] if delayed else [])
    codes, times = pd.factorize(np.concatenate(columns))
    grid, between = np.sort(times), np.empty(0)
    if len(alternatives.ranges):
        grid = np.unique(np.concatenate([[0.0], times, alternatives.asked, alternatives.ranges.ravel()]))
        between = (grid[1:] + grid[:-1]) / 2
        grid = np.sort(np.append(grid, between))
    # a missing time has the last code
    places = np.append(np.searchsorted(grid, times), MISSING)[codes]
    found = np.split(places, np.cumsum([len(each) for each in columns])[:-1])
    entries = found[2:] or [NO_ENTRIES, NO_ENTRIES]
    analysed, options = (Ranked(found[at], part.code, entries[at]) for at, part in enumerate(parts))
    return analysed, options, grid, between


def _distinct(ranked: Ranked, owner: Positions, more: Ranked, of_more: Positions) -> tuple[Ranked, Positions]:
    """The distinct options of both by subject and time, and their subjects."""
    key, more_key = owner, of_more
    for name in ("exit", "code", "entry"):
        each, others = getattr(ranked, name), getattr(more, name)
        if len(each) or len(others):
            stride = int(max(each.max(initial=0), others.max(initial=0))) + 2
            key, more_key = key * stride + (each + 1), more_key * stride + (others + 1)
    if len(key) and (key[1:] > key[:-1]).all():
        at = np.minimum(np.searchsorted(key, more_key), len(key) - 1)
        if (key[at] == more_key).all():
            return ranked, owner
    key = np.append(key, more_key)
    order = np.argsort(key, kind="stable")
    key = key[order]
    order = order[np.append(True, key[1:] != key[:-1])[: len(key)]]
    return ranked.joined(more).take(order), np.append(owner, of_more)[order]
