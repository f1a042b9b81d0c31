"""What certainly contains survival and incidence with delayed entry, over every version of a study.

Entry and exit move together with the origin, and no order of a subject's outcomes holds whatever the others have. Survival is a
product over the events after the start of the curve. With at least l and at most h at risk at a time, for d events of
subjects who have one outcome only, the factor lies between 1 - d / l and 1 - d / h. The event of a subject with several, taken
after those, has a factor between 1 - 1 / (m - d + 1), where m others are surely at risk, and 1 - 1 / h; the smallest over the
times that its event can have, and 1 where it may have none. A number at risk is least where only those are counted whose
latest entry is before and whose earliest exit is not. The curve starts no earlier than where the most at risk are enough,
and no later than where the fewest are.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.bounds.bound import CERTAIN, EXACT, MAYBE_NOT_IN_ALL, MAYBE_NOT_REACHED, NOT_IN_ANY, Bound
from hcc_sdtm.endpoints.bounds.runs import covering, spelled_out, united
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Mask, Positions
from hcc_sdtm.endpoints.survival import STEP_TOLERANCE
from hcc_sdtm.spec.endpoints import RiskSetMinimum

NEARLY_NOTHING = 1e-200


class DelayedLimits:
    """What contains the survival curves of a study's versions; ``minimum`` is how many must be at risk for a curve to start."""

    def __init__(self, versions: StudyVersions, minimum: RiskSetMinimum) -> None:
        own, first = versions.own, versions.first
        self.versions, self.size = versions, versions.size
        # no record comes before all others
        self._is_in = versions.shortest >= 0
        self._entries = (
            np.minimum.reduceat(np.where(own.code >= 0, own.entered, self.size), first),
            np.maximum.reduceat(own.entry, first),
        )
        self._exits = versions.shortest, versions.longest
        last_entry = max(int(versions.fixed.entry.max(initial=0)), int(own.entry.max(initial=0)))
        self._last_entry = self.size - 1 if len(versions.unknown) else last_entry
        fixed = np.bincount(versions.fixed.entry, minlength=self.size) if self.size else np.zeros(0, dtype=np.int64)
        entered, left = np.cumsum(fixed), np.cumsum(versions.exits)
        before = entered - fixed - (left - versions.exits)
        self.at_least, self.at_most = before + self._surely(0, 0), before + self._perhaps(0, 0)
        self._without_own = before + self._surely(0, 1)
        of_all = len(versions.fixed.exit)
        self._fewest = minimum.of(of_all + int(self._is_in.sum()))
        self._most = minimum.of(of_all + len(first))
        after = entered - left
        self.earliest_start = self._first(after + self._perhaps(1, 1) >= self._fewest)
        self.latest_start = self._first(after + self._surely(1, 1) >= self._most)

    def start(self) -> Bound:
        """Where the curve starts."""
        if self.earliest_start is None:
            return _never()
        times, latest = self.versions.times, self.latest_start
        if latest is None:
            # it starts when somebody enters
            return Bound(float(times[self.earliest_start]), float(times[self._last_entry]), CERTAIN, MAYBE_NOT_IN_ALL)
        label = EXACT if latest == self.earliest_start else CERTAIN
        return Bound(float(times[self.earliest_start]), float(times[latest]), label)

    def rate(self, t: float, given: float = np.nan) -> Bound:
        """Percentage without the event at ``t``; of those without it at ``given``, where that is a time."""
        place = self.versions.place(t)
        if self.earliest_start is None or t < self.versions.times[self.earliest_start]:
            return _never()
        known = self._is_known(t) and (np.isnan(given) or self._is_given(given))
        warning = "" if known else MAYBE_NOT_IN_ALL
        if np.isnan(given):
            lowest, highest = self._curves
        else:
            lowest, highest = self._between(self.versions.place(given), self.versions.place(given))
        return Bound(100 * float(lowest[place]), 100 * float(highest[place]), CERTAIN, warning)

    def quantile(self, p: float) -> Bound:
        """The time by which a share ``p`` of the curve has had the event."""
        if self.earliest_start is None:
            return _never()
        lowest, highest = self._curves
        times, level = self.versions.times, 1 - p
        first = self._first(lowest <= level + STEP_TOLERANCE)
        if first is None:
            return _never()
        warning = MAYBE_NOT_IN_ALL if self.latest_start is None else ""
        # between the last time and this an event is possible of who can end at any time
        least = float(times[max(first - 1, 0) if len(self.versions.unknown) else first])
        last, passed = self._first(highest <= level + STEP_TOLERANCE), self._first(highest < level - STEP_TOLERANCE)
        if last is None:
            return Bound(least, np.nan, CERTAIN, MAYBE_NOT_REACHED)
        end = times[max(int(self._exits[1].max()), self.versions.last_fixed)] if passed is None else times[passed]
        return Bound(least, float(times[last] + end) / 2, CERTAIN, warning)

    def incidence(self, t: float, cause: int) -> Bound:
        """Percentage with the cause by ``t``: a sum of survival before each event of it over the number at risk."""
        inside = self.rate(t)
        if np.isnan(inside.greatest):
            return inside
        place, own = self.versions.place(t), self.versions.own
        lowest, highest = (np.append(1.0, curve)[: self.size] for curve in self._curves)
        at, having = np.arange(self.size), self.versions.events[cause - 1]
        latest = self.size if self.latest_start is None else self.latest_start
        surely = (lowest * having / np.maximum(self.at_most, 1))[(at > latest) & (at <= place)].sum()
        perhaps = (highest * having / np.maximum(self.at_least, 1))[
            (at > (self.earliest_start or 0)) & (at <= place)
        ].sum()
        has_cause = own.code == cause
        always = self._in_all(has_cause & (own.since > latest) & (own.exit <= place))
        exits, owner = self._places(has_cause & always[self.versions.owner])
        surely += _of_each(np.minimum, (lowest / np.maximum(self.at_most, 1))[exits], owner).sum()
        exits, owner = self._places(has_cause)
        is_inside = (exits > (self.earliest_start or 0)) & (exits <= place)
        perhaps += _of_each(np.maximum, (highest / (self._without_own + 1))[exits[is_inside]], owner[is_inside]).sum()
        greatest = min(100 * float(perhaps), 100 - inside.least)
        return Bound(100 * float(surely), greatest, CERTAIN, inside.warning)

    def restricted_mean(self, tau: float) -> Bound:
        """The area from the start of the curve to ``tau``."""
        inside = self.rate(tau)
        if np.isnan(inside.greatest):
            return inside
        times = self.versions.times
        edges = np.append(times[times < tau], tau)
        lowest, highest = self._curves
        least = 0.0
        if self.latest_start is not None:
            # an event between two times may come right after the first
            shift = int(len(self.versions.unknown) > 0)
            ends = np.append(lowest, lowest[-1])[shift:]
            least = _area(edges, ends, self.latest_start)
        return Bound(least, _area(edges, highest, self.earliest_start or 0), CERTAIN, inside.warning)

    def at_risk(self, t: float) -> Bound:
        """Number at risk at ``t`` of those whom the curve has."""
        times = self.versions.times
        if self.earliest_start is None or t <= times[self.earliest_start]:
            return Bound(0.0, 0.0, EXACT)
        place = int(np.searchsorted(times, t, side="left"))
        if place == self.size:
            return Bound(0.0, 0.0, EXACT)
        own = self.versions.own
        # of a run's options at risk the first to leave has the earliest entry
        entry = np.where(own.entered == own.entry, own.entry, own.entered + np.maximum(place - own.since, 0))
        is_in, is_always = (entry < place) & (own.exit >= place), (own.entry < place) & (own.since >= place)
        fixed = int(((self.versions.fixed.entry < place) & (self.versions.fixed.exit >= place)).sum())
        least = fixed + int(self._in_all((own.code >= 0) & is_always).sum())
        greatest = fixed + int(np.logical_or.reduceat((own.code >= 0) & is_in, self.versions.first).sum())
        if self.latest_start is None or t <= times[self.latest_start]:
            return Bound(0.0, float(greatest), CERTAIN)
        return Bound(float(least), float(greatest), EXACT)

    @cached_property
    def _curves(self) -> tuple[Floats, Floats]:
        """The lowest and the highest survival just after each time, from the start of the curve."""
        latest = self.size if self.latest_start is None else self.latest_start
        return self._between(self.earliest_start or 0, latest)

    def _between(self, earliest: int, latest: int) -> tuple[Floats, Floats]:
        """The lowest survival of the events after the ``earliest`` place, the highest of those after the ``latest``."""
        versions, having = self.versions, self.versions.having
        place, (at, owner) = np.arange(self.size), self._own_events
        lowest = np.where(place > earliest, 1 - having / np.maximum(self.at_least, 1), 1.0)
        highest = np.where(place > latest, 1 - having / np.maximum(self.at_most, 1), 1.0)
        others = np.maximum(self._without_own - having, 0)
        # by subject the smallest factor of an event up to each time: what it falls by, at each
        falls = np.where(place > earliest, np.log(np.maximum(others / (others + 1), NEARLY_NOTHING)), 0.0)
        # ranks start anew, below those before, with each subject
        order = np.argsort(falls)
        rank = np.empty(self.size, dtype=np.int64)
        rank[order] = np.arange(self.size)
        running = falls[order][np.minimum.accumulate(rank[at] - owner * self.size) + owner * self.size]
        steps = np.diff(running, prepend=0.0)
        is_first = np.append(True, owner[1:] != owner[:-1])[: len(owner)]
        steps[is_first] = running[is_first]
        lowest = np.cumprod(lowest, dtype=np.float64) * np.exp(np.cumsum(np.bincount(at, steps, minlength=self.size)))
        always = self._in_all((versions.own.code > 0) & (versions.own.since > latest))
        rises = np.log(np.maximum(1 - 1 / np.maximum(self.at_most, 1), NEARLY_NOTHING))
        best = _of_each(np.maximum, rises[at[always[owner]]], owner[always[owner]])
        highest = np.cumprod(highest, dtype=np.float64) * np.exp(
            np.cumsum(np.bincount(self._exits[1][always], best, minlength=self.size))
        )
        return np.where(lowest < NEARLY_NOTHING**0.5, 0.0, lowest), highest

    @cached_property
    def _own_events(self) -> tuple[Positions, Positions]:
        """The places of the events that subjects with several options can have, in order of subject and time, and whose."""
        return self._places(self.versions.own.code > 0)

    def _places(self, mask: Mask) -> tuple[Positions, Positions]:
        """The distinct places of the options of the mask, in order of subject and time, and whose."""
        own, owner = self.versions.own, self.versions.owner[mask]
        (owner,), since, exits = united([owner], own.since[mask], own.exit[mask])
        at, places = spelled_out(since, exits - since + 1)
        return places, owner[at]

    def _in_all(self, mask: Mask) -> Mask:
        """By subject with several options whether all are of the mask."""
        return np.asarray(np.logical_and.reduceat(mask, self.versions.first))

    def _surely(self, after_entry: int, after_exit: int) -> Positions:
        """By place how many of the subjects with several outcomes are at risk in all of them, just before it.

        With ``after_entry`` those count who enter then, with ``after_exit`` those do not who leave then.
        """
        return self._covering(self._entries[1][self._is_in], self._exits[0][self._is_in], after_entry, after_exit)

    def _perhaps(self, after_entry: int, after_exit: int) -> Positions:
        """As `_surely`, how many are at risk in one of them at most."""
        return self._covering(self._entries[0], self._exits[1], after_entry, after_exit)

    def _covering(self, entry: Positions, end: Positions, after_entry: int, after_exit: int) -> Positions:
        first, last = entry + 1 - after_entry, end - after_exit
        return covering(first[first <= last], last[first <= last], self.size)

    def _first(self, mask: np.ndarray) -> int | None:
        places = np.flatnonzero(mask)
        return int(places[0]) if len(places) else None

    def _is_given(self, t: float) -> bool:
        """Whether in every version somebody is followed past ``t``, and survival is above 0 then."""
        place = self.versions.place(t)
        stays = self.versions.last_fixed > place or bool((self._exits[0] > place).any())
        return stays and self._is_known(t) and bool(self._curves[0][place] > 0)

    def _is_known(self, t: float) -> bool:
        """Whether the rate at ``t`` can be estimated in every version."""
        place = int(np.searchsorted(self.versions.times, t, side="left"))
        reaches = self.versions.last_fixed >= place or bool((self._exits[0] >= place).any())
        return reaches and self.latest_start is not None and t >= self.versions.times[self.latest_start]


def _area(edges: Floats, heights: Floats, start: int) -> float:
    """The area under heights that hold from the edge of their place on, from the edge of ``start`` to the last."""
    if start >= len(edges) - 1:
        return 0.0
    return float((np.diff(edges) * heights[: len(edges) - 1])[start:].sum())


def _of_each(extreme: np.ufunc, values: Floats, owner: Positions) -> Floats:
    """The least or greatest of the values of each subject."""
    return np.asarray(extreme.reduceat(values, np.flatnonzero(np.diff(owner, prepend=-1)))) if len(owner) else values


def _never() -> Bound:
    return Bound(np.nan, np.nan, CERTAIN, NOT_IN_ANY)
