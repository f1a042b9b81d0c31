"""Each subject's option with the lowest and the highest survival just after a time, without looking at the others.

Whatever the other subjects have, its options are in one order (`hcc_sdtm.endpoints.bounds.survival_limits` has the proof):

    event, latest to earliest  <  no record  <  censored, earliest to latest  <  still followed
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hcc_sdtm.endpoints.bounds.curves import MISSING, Ranked
from hcc_sdtm.endpoints.bounds.runs import united
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.listed.analysis_data import Mask, Positions


@dataclass(frozen=True)
class Kind:
    """The options of one kind, events or censorings, as runs that neither overlap nor follow each other.

    ``since`` and ``exit`` are as in `Runs`, one subject after the other and in order of time; ``start`` is where
    those of each subject begin (`MISSING` at the end), and ``key`` puts the first places of all into one order.
    """

    since: Positions
    exit: Positions
    start: Positions
    key: Positions
    stride: int

    @classmethod
    def of(cls, mask: Mask, versions: StudyVersions) -> Kind:
        """The options of the mask."""
        own, owner, stride = versions.own.take(mask), versions.owner[mask], versions.size + 1
        since, exits = own.since, own.exit
        if versions.causes > 1 or versions.delayed:
            (owner,), since, exits = united([owner], since, exits)
        start = np.searchsorted(owner, np.arange(len(versions.first)))
        key = owner * stride + since
        return cls(np.append(since, MISSING), np.append(exits, MISSING), start, key, stride)

    def latest(self, places: Positions) -> Positions:
        """For each of the ``places`` (one a row) and each subject the last exit up to it; `MISSING` where there is none."""
        at = np.searchsorted(self.key, np.arange(len(self.start)) * self.stride + places, side="right") - 1
        return np.where(at >= self.start, np.minimum(self.exit[at], places), MISSING)

    @property
    def first(self) -> Positions:
        """For each subject the first exit; past all times where there is none."""
        has_one = np.diff(np.append(self.start, len(self.key))) > 0
        return np.where(has_one, self.since[self.start], self.stride)


class OrderedOptions:
    """The options of the subjects with several; what is chosen of them is one row a place, one column a subject.

    ``shortest`` and ``longest`` are the places of the first and the last exit of each (`MISSING` for no record), and
    ``first_event`` and ``first_censored`` past all times where there is none.
    """

    def __init__(self, versions: StudyVersions) -> None:
        own, self._versions = versions.own, versions
        self.shortest, self.longest = versions.shortest, versions.longest
        self._last_code = own.code[versions.last]
        self.has_none = self.shortest < 0
        self._events, self._censored = Kind.of(own.code > 0, versions), Kind.of(own.code == 0, versions)
        self.first_event, self.first_censored = self._events.first, self._censored.first
        self._ended = self._highest_up_to(versions.size)

    def lowest(self, places: Positions) -> Ranked:
        """The option with the lowest survival just after each of the places."""
        at = places[:, None]
        event, is_censored = self._events.latest(at), self.first_censored <= at
        exits = np.where(is_censored, self.first_censored, self.longest)
        code = np.where(is_censored, 0, self._last_code)
        exits, code = (np.where(self.has_none, MISSING, each) for each in (exits, code))
        return Ranked.at_risk_from_the_origin(np.where(event >= 0, event, exits), np.where(event >= 0, 1, code))

    def highest(self, places: Positions) -> Ranked:
        """The option with the highest survival just after each of the places."""
        stays, (exits, code) = self.longest > places[:, None], self._ended
        return Ranked.at_risk_from_the_origin(
            np.where(stays, self.longest, exits), np.where(stays, self._last_code, code)
        )

    def highest_before(self, place: int) -> Ranked:
        """The option with the highest survival among those that end before ``place``; each subject has one."""
        return Ranked.at_risk_from_the_origin(*(each[None, :] for each in self._highest_up_to(place - 1)))

    def reaching(self, place: int, reached: int, highest: bool) -> Ranked:
        """The option with the lowest (highest) survival just after ``place`` among those that end at ``reached`` or later.

        ``reached`` is the place itself or the next. Of a subject without one it is what ends last.
        """
        at, is_on_time = np.array([[place]]), reached == place
        if highest:
            # at one time an event comes before a censoring
            is_censored = is_on_time & (self.longest == place) & (self._censored.latest(at) == place)
            return Ranked.at_risk_from_the_origin(self.longest[None, :], np.where(is_censored, 0, self._last_code))
        is_event = is_on_time & (self._events.latest(at) == place)
        return Ranked.at_risk_from_the_origin(
            np.where(is_event, place, self.longest), np.where(is_event, 1, self._last_code)
        )

    def first_exits(self) -> Ranked:
        """The first event; of who has none the first censoring."""
        event, censored = self.first_event < self._events.stride, self.first_censored < self._events.stride
        exits = np.where(event, self.first_event, np.where(censored, self.first_censored, MISSING))
        return Ranked.at_risk_from_the_origin(
            exits[None, :], np.where(event, 1, np.where(censored, 0, MISSING))[None, :]
        )

    def last_exits(self) -> Ranked:
        """What ends last."""
        return Ranked.at_risk_from_the_origin(self.longest[None, :], self._last_code[None, :])

    def extreme_numbers(self, highest: bool) -> tuple[Positions, Positions]:
        """By time how many are left after it, and of how many, in the version with the lowest (highest) survival then."""
        versions = self._versions
        places, number = np.arange(versions.size), len(self.shortest)
        of_fixed = len(versions.fixed.exit) - np.cumsum(versions.exits)
        bounding = np.sort(self.longest if highest else self.shortest)
        left = of_fixed + number - np.searchsorted(bounding, places, side="right")
        if highest:
            # no record is the highest of who is not past the time and is never censored
            is_none = self.has_none & (self.first_censored > versions.size - 1)
            missing = np.searchsorted(np.sort(self.longest[is_none]), places, side="right")
        else:
            # no record is the lowest of who has had no event yet
            event = np.sort(self.first_event[self.has_none])
            missing = len(event) - np.searchsorted(event, places, side="right")
        return left, len(versions.fixed.exit) + number - missing

    def _highest_up_to(self, place: int) -> tuple[Positions, Positions]:
        """Exit and code of the option with the highest survival among those that end by ``place``."""
        censored = self._censored.latest(np.array([place]))
        exits = np.where(censored >= 0, censored, np.where(self.has_none, MISSING, self.first_event))
        return exits, np.where(censored >= 0, 0, np.where(self.has_none, MISSING, 1))
