"""The smallest and largest survival, quantile and restricted mean of a Kaplan-Meier curve without delayed entry.

Why they are exact. Let the others of a subject have m at risk and d events at each of their times. Survival at t0 is a
product over their times up to t0: of (m + 1 - d) / (m + 1) while the subject is at risk, of (m - d) / m after it left; and of
(m - d) / (m + 1) at the time of its own event. So, whatever the others have:

- leaving later without an event takes the larger factor more often: a censoring is the higher the later, any exit past t0
  the highest, and no record at all the lowest of these;
- for an event at u' after u the ratio of the two products is g(m_u - d_u) / g(m_1) x g(m_1 - d_1) / g(m_2) x ... with
  g(k) = (k + 1) / k, which falls with k; as m_1 is at most m_u - d_u, m_2 at most m_1 - d_1, and so on, no factor is above 1:
  an event is the lower the later;
- an event before everything gives m / (m + 1) of what no record gives.

Each subject's outcomes are in one order whatever the others are, so the smallest survival is that in which each has its own
lowest, and the largest alike. The first time at which survival is at or below a level is earliest where the smallest
survival first is, which is a version's own; and latest where the largest first is, because the version with the largest
survival just before that time has not reached the level yet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hcc_sdtm.endpoints.bounds.bound import CERTAIN, EXACT, NEVER_REACHED, NOT_IN_ALL, NOT_IN_ANY, SAME, Bound
from hcc_sdtm.endpoints.bounds.curves import Asked, Curves
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions
from hcc_sdtm.endpoints.survival import STEP_TOLERANCE

MOST_STEPS = 16
"""In so many stretches is the time cut for a restricted mean."""


class SurvivalLimits:
    """The limits of the survival curves of a study's versions."""

    def __init__(self, versions: StudyVersions) -> None:
        self.versions = versions
        own = versions.own
        # events from the latest (lowest) to the earliest, no record, censorings from the earliest to the latest
        self._order = np.where(own.code > 0, -own.exit - 1, np.where(own.code == 0, own.exit + 1, 0))
        # keys of the lowest and of the highest, for a time that the option reaches and for one that it does not
        past = np.full(len(own.exit), versions.size + 2)
        self._keys = [[versions.keys(each, greatest) for each in (past, self._order)] for greatest in (False, True)]
        self._whole: dict[tuple[int, bool], Floats] = {}

    def chosen(self, place: int, highest: bool) -> Positions:
        """Each subject's option with the lowest (highest) survival just after the time at ``place``."""
        return self.versions.chosen(np.where(self.versions.own.exit > place, *self._keys[highest]), highest)

    def survival(self, place: int, highest: bool) -> float:
        """The lowest (highest) survival just after the time at ``place``, a curve's last value standing after its end."""
        return float(self._version(place, highest)[place])

    def curve(self, chosen: Positions, place: int) -> Floats:
        """Survival of a version just after each time up to ``place``."""
        return _survival(*self._left_and_having(chosen, place))

    def rate(self, t: float) -> Bound:
        """Percentage without the event at ``t``: exact, over the versions in which it can be estimated."""
        versions = self.versions
        place, reached = versions.place(t), int(np.searchsorted(versions.times, t, side="left"))
        reaching = versions.own.exit >= reached
        always = versions.last_fixed >= reached or bool(np.logical_and.reduceat(reaching, versions.first).any())
        if place < 0:
            return Bound(100.0, 100.0, EXACT, "" if always else NOT_IN_ALL) if versions.size else _never()
        low, high = (self.survival(place, highest) for highest in (False, True))
        if always:
            return Bound(100 * low, 100 * high, EXACT)
        least, greatest = ([0.0] if low == 0 else [], [0.0] if low == 0 else [])
        for values, highest in ((least, False), (greatest, True)):
            chosen = self.chosen(place, highest)
            if reaching[chosen].any() or self.survival(place, highest) == 0:
                values.append(self.survival(place, highest))
            elif highest or low > 0:
                values += self._reaching(chosen, reaching, place, highest)
        if not greatest:
            return _never()
        never = versions.choose(np.where(reaching, -versions.size - 2, self._order), greatest=True)
        is_open = not reaching[never].any() and self.curve(never, place)[-1] > 0
        return Bound(100 * min(least), 100 * max(greatest), EXACT, NOT_IN_ALL if is_open else "")

    def quantile(self, p: float) -> Bound:
        """The time by which a share ``p`` has had the event: exact but where curves run level at 1 - p, then mostly."""
        if not self.versions.size:
            return _never()
        times, level = self.versions.times, 1 - p
        at, below = level + STEP_TOLERANCE, np.nextafter(level - STEP_TOLERANCE, 0)
        first, second = self._crossing(at, False), self._crossing(below, False)
        if first is None:
            return _never()
        last, last_second = self._crossing(at, True), self._crossing(below, True)
        ends = self._ends()
        least_second = np.inf if second is None else times[second]
        if last_second is None:
            least_second = max(min(least_second, ends[0]), times[first])
        least = _middle(times[first], least_second)
        is_exact = first == second or self._attains(least, p, (first, first if second is None else second), False)
        greatest, warning = np.nan, NEVER_REACHED
        if last is not None:
            greatest = _middle(times[last], ends[1] if last_second is None else times[last_second])
            before = (last - 1, (len(times) if last_second is None else last_second) - 1)
            is_exact &= last == last_second or self._attains(greatest, p, before, True)
            warning = ""
        if len(self.versions.alternatives.between):
            least, is_exact = self.versions.earliest(first), False
        return Bound(float(least), float(greatest), EXACT if is_exact else CERTAIN, warning)

    def restricted_mean(self, tau: float) -> Bound:
        """The area up to ``tau``, between those under the lowest and above the highest survival at each time."""
        estimable = self.rate(tau)
        if np.isnan(estimable.greatest):
            return _never()
        sides = [self._area(tau, highest) for highest in (False, True)]
        at = self.versions.place(tau)
        tried = [self.chosen(at, False), self.chosen(at, True), self._early(False), self._early(True)]
        means = Curves(self.versions.counts(np.stack(tried))).statistic(Asked("restricted-mean", tau))
        is_exact = all(bool(np.any(np.abs(means - side) < SAME)) for side in sides)
        return Bound(sides[0], sides[1], EXACT if is_exact else CERTAIN, estimable.warning)

    def _reaching(self, chosen: Positions, reaching: NDArray[np.bool_], place: int, highest: bool) -> list[float]:
        """Survival of the version with one subject after the other followed for long enough."""
        versions = self.versions
        keys = np.where(versions.own.exit > place, versions.size + 2, self._order)
        outside = versions.size + 3
        best = versions.choose(np.where(reaching, keys, -outside if highest else outside), highest)
        values = []
        for subject in np.flatnonzero(reaching[best]).tolist():
            version = chosen.copy()
            version[subject] = best[subject]
            values.append(float(self.curve(version, place)[-1]))
        return values

    def _crossing(self, level: float, highest: bool) -> int | None:
        """The first place at which survival is at or below the level."""
        # a version crosses no sooner than the lowest does, and no later than the highest: from one to the next until it is it
        last = self.versions.size - 1
        if self._version(last, highest)[last] > level:
            return None
        at = _first_at(self._version(last, highest), level)
        while True:
            before = at if highest else at - 1
            if before < 0:
                return at
            curve = self._version(before, highest)
            if (curve[before] <= level) == highest:
                return at
            at = _first_at(curve, level)

    def _version(self, place: int, highest: bool) -> Floats:
        """Survival after each time of the version that is lowest (highest) at ``place``."""
        if (place, highest) not in self._whole:
            self._whole[place, highest] = self.curve(self.chosen(place, highest), self.versions.size - 1)
        return self._whole[place, highest]

    def _ends(self) -> tuple[float, float]:
        """The earliest and the latest time at which follow-up can end."""
        versions = self.versions
        latest = np.append(np.maximum.reduceat(versions.own.exit, versions.first), versions.last_fixed)
        shortest = np.append(np.minimum.reduceat(versions.own.exit, versions.first), versions.last_fixed)
        return float(versions.times[max(int(shortest.max()), 0)]), float(versions.times[int(latest.max())])

    def _attains(self, value: float, p: float, places: tuple[int, int], highest: bool) -> bool:
        """Whether one of the versions that are likely to has the quantile."""
        tried = [self.chosen(place, highest) for place in places] + [self._early(highest)]
        found = Curves(self.versions.counts(np.stack(tried))).quantile(p)
        return bool(np.any(np.abs(found - value) < SAME))

    def _early(self, late: bool) -> Positions:
        """Each subject's event at its earliest (latest); of who has none the earliest (latest) censoring."""
        own, size = self.versions.own, self.versions.size
        if late:
            return self.versions.choose(own.exit, greatest=True)
        return self.versions.choose(
            np.where(own.code > 0, own.exit, np.where(own.code == 0, size, 2 * size) + own.exit)
        )

    def _left_and_having(self, chosen: Positions, place: int) -> tuple[Positions, Positions]:
        """How many of a version are left before each time up to ``place`` and after it, and how many have the event then."""
        versions, own, size = self.versions, self.versions.own, place + 1
        code, at = own.code[chosen], own.exit[chosen]
        inside = at <= place
        exits = versions.exits[:size] + np.bincount(at[(code >= 0) & inside], minlength=size)
        having = versions.having[:size] + np.bincount(at[(code > 0) & inside], minlength=size)
        n = len(versions.fixed.exit) + int((code >= 0).sum())
        return n - np.concatenate([[0], np.cumsum(exits)]), having

    def _area(self, tau: float, highest: bool) -> float:
        """The area under the lowest (above it the highest) survival at each time.

        Survival is the number left over that of all, times n / (n - 1) for each censoring with n at risk. The extreme versions
        of times close to each other differ little in the third: it is taken from the version of the last time of a stretch,
        in which subjects that have their event later are at risk longer, so that it is lower (for the highest: leave without
        a record or with an event sooner, so that it is higher). The other two are those of each time.
        """
        versions = self.versions
        times = versions.times[versions.times < tau]
        heights = np.ones(len(times) + 1)
        if len(times):
            left, everybody = self._extreme_numbers(highest)
            at = np.unique(versions.own.exit)
            at = np.unique(np.append(at[(at >= 0) & (at < len(times))], 0))
            starts = at[:: len(at) // MOST_STEPS + 1]
            for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(times)], strict=True):
                chosen, inside = self.chosen(end - 1, highest), slice(start, end)
                staying, having = self._left_and_having(chosen, end - 1)
                after, curve = staying[1:][inside], _survival(staying, having)
                limit = self.survival(start, highest) if highest else float(curve[-1])
                share = left[inside] * staying[0] / np.maximum(after * everybody[inside], 1)
                made = np.where(after > 0, curve[inside] * share, limit)
                heights[start + 1 : end + 1] = np.minimum(made, limit) if highest else np.maximum(made, limit)
        if len(versions.alternatives.between) and not highest:
            # an event between two times may come right after the first
            heights = np.append(heights[1:], self.survival(versions.place(tau), False))
        return float((np.diff(np.concatenate([[0.0], times, [tau]])) * heights).sum())

    def _extreme_numbers(self, highest: bool) -> tuple[Positions, Positions]:
        """By time how many are left after it, and of how many, in the version with the lowest (highest) survival then."""
        versions, own, first = self.versions, self.versions.own, self.versions.first
        places = np.arange(versions.size)
        of_fixed = len(versions.fixed.exit) - np.cumsum(versions.exits)
        bounding = (np.maximum if highest else np.minimum).reduceat(own.exit, first)
        left = of_fixed + len(first) - np.searchsorted(np.sort(bounding), places, side="right")
        has_none = np.logical_or.reduceat(own.code < 0, first)
        if highest:
            # no record is the highest of who is not past the time and is never censored
            is_none = has_none & ~np.logical_or.reduceat(own.code == 0, first)
            missing = np.searchsorted(np.sort(bounding[is_none]), places, side="right")
        else:
            # no record is the lowest of who has had no event yet
            event = np.minimum.reduceat(np.where(own.code > 0, own.exit, versions.size), first)[has_none]
            missing = len(event) - np.searchsorted(np.sort(event), places, side="right")
        return left, len(versions.fixed.exit) + len(first) - missing


def _survival(left: Positions, having: Positions) -> Floats:
    """Survival just after each time, of how many are left before each and after the last, and have the event then."""
    before = left[:-1]
    return np.asarray(np.cumprod(np.where(before > 0, (before - having) / np.maximum(before, 1), 1.0)))


def _first_at(curve: Floats, level: float) -> int:
    """The first place at which a curve is at or below the level; past the last where it never is."""
    return len(curve) - int(np.searchsorted(curve[::-1], level, side="right"))


def _middle(first: float, second: float) -> float:
    return first if first == second else (first + second) / 2


def _never() -> Bound:
    return Bound(np.nan, np.nan, EXACT, NOT_IN_ANY)
