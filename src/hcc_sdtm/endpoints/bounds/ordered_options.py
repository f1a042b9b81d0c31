"""Each subject's option with the lowest and the highest survival just after a time, without looking at the others.

Whatever the other subjects have, its options are in one order (`hcc_sdtm.endpoints.bounds.survival_limits` has the proof):

    event, latest to earliest  <  no record  <  censored, earliest to latest  <  still followed
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hcc_sdtm.endpoints.bounds.curves import MISSING, Ranked
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.listed.analysis_data import Mask, Positions


@dataclass(frozen=True)
class Kind:
    """The options of one kind, events or censorings.

    ``exit`` are their places, one subject after the other and in order of time, `MISSING` at the end; ``start`` is where those
    of each subject begin, and ``key`` puts all of them into one order. ``ranges`` are of the subjects who can have any place
    from one to another, and come after the others.
    """

    exit: Positions
    start: Positions
    key: Positions
    ranges: Positions
    stride: int

    @classmethod
    def of(cls, mask: Mask, versions: StudyVersions) -> Kind:
        """The options of the mask."""
        exits, owner, stride = versions.own.exit[mask], versions.owner[mask], versions.size + 1
        start = np.searchsorted(owner, np.arange(len(versions.first)))
        return cls(np.append(exits, MISSING), start, owner * stride + exits, versions.ranges, stride)

    def latest(self, places: Positions) -> Positions:
        """For each of the ``places`` (one a row) and each subject the last exit up to it; `MISSING` where there is none."""
        sought = np.arange(len(self.start)) * self.stride + places
        at = np.searchsorted(self.key, sought, side="right") - 1
        inside = np.minimum(places, self.ranges[:, 1])
        of_ranges = np.where(inside >= self.ranges[:, 0], inside, MISSING)
        return np.concatenate([np.where(at >= self.start, self.exit[at], MISSING), of_ranges], axis=-1)

    @property
    def first(self) -> Positions:
        """For each subject the first exit; past all times where there is none."""
        has_one = np.diff(np.append(self.start, len(self.key))) > 0
        return np.concatenate([np.where(has_one, self.exit[self.start], self.stride), self.ranges[:, 0]])


class OrderedOptions:
    """The options of the subjects with several; what is chosen of them is one row a place, one column a subject.

    ``shortest`` and ``longest`` are the places of the first and the last exit of each (`MISSING` for no record), and
    ``first_event`` and ``first_censored`` past all times where there is none.
    """

    def __init__(self, versions: StudyVersions) -> None:
        own, nothing = versions.own, np.full(len(versions.ranges), MISSING)
        last_code = own.code[versions.first + versions.numbers - 1]
        self.shortest = np.concatenate([versions.shortest, nothing])
        self.longest = np.concatenate([versions.longest, versions.ranges[:, 1]])
        self._last_code = np.concatenate([last_code, np.zeros_like(nothing)])
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

    def _highest_up_to(self, place: int) -> tuple[Positions, Positions]:
        """Exit and code of the option with the highest survival among those that end by ``place``."""
        censored = self._censored.latest(np.array([place]))
        exits = np.where(censored >= 0, censored, np.where(self.has_none, MISSING, self.first_event))
        return exits, np.where(censored >= 0, 0, np.where(self.has_none, MISSING, 1))
