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

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.bounds.bound import CERTAIN, EXACT, NEVER_REACHED, NOT_IN_ALL, NOT_IN_ANY, SAME, Bound
from hcc_sdtm.endpoints.bounds.crossing_search import CrossingSearch
from hcc_sdtm.endpoints.bounds.curves import Asked, Curves, Ranked
from hcc_sdtm.endpoints.bounds.ordered_options import OrderedOptions
from hcc_sdtm.endpoints.bounds.runs import covering
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions
from hcc_sdtm.endpoints.survival import STEP_TOLERANCE

MOST_STEPS = 8
"""In so many stretches is the time cut for a restricted mean."""


class SurvivalLimits:
    """The limits of the survival curves of a study's versions."""

    def __init__(self, versions: StudyVersions) -> None:
        self.versions, self.options = versions, OrderedOptions(versions)
        self._curves: dict[tuple[int, bool], Floats] = {}

    def chosen(self, places: Positions, highest: bool) -> Ranked:
        """Each subject's option with the lowest (highest) survival just after each of the places."""
        return self.options.highest(places) if highest else self.options.lowest(places)

    def prepare(self, times: Sequence[float]) -> None:
        """Make the curves with the lowest and the highest survival just after each of the times, and after all, at once."""
        if not self.versions.size:
            return
        places = [place for place in map(self.versions.place, times) if place >= 0]
        for highest in (False, True):
            self.curves([*places, self.versions.size - 1], highest)

    def curves(self, places: Sequence[int], highest: bool, size: int | None = None) -> list[Floats]:
        """Survival just after each time, of the versions in which it is the lowest (highest) just after each of the places.

        At least of the first ``size`` times, where that is given.
        """
        new = [place for place in dict.fromkeys(places) if (place, highest) not in self._curves]
        if new:
            _, rows = self._survival(self.chosen(np.array(new), highest), size)
            self._curves.update({(place, highest): row for place, row in zip(new, rows, strict=True)})
        return [self._curves[place, highest] for place in places]

    def survival(self, place: int, highest: bool) -> float:
        """The lowest (highest) survival just after the time at ``place``, a curve's last value standing after its end."""
        return float(self.curves([place], highest, place + 1)[0][place])

    def rate(self, t: float) -> Bound:
        """Percentage without the event at ``t``: exact, over the versions in which it can be estimated."""
        versions, options = self.versions, self.options
        place, reached = versions.place(t), int(np.searchsorted(versions.times, t, side="left"))
        always = versions.last_fixed >= reached or bool((options.shortest >= reached).any())
        if place < 0:
            return Bound(100.0, 100.0, EXACT, "" if always else NOT_IN_ALL) if versions.size else _never()
        low, high = (self.survival(place, highest) for highest in (False, True))
        if always:
            return Bound(100 * low, 100 * high, EXACT)
        # survival 0 holds past the end of follow-up too
        least, greatest = ([0.0] if low == 0 else [], [0.0] if low == 0 else [])
        for values, highest in ((least, False), (greatest, True)):
            chosen = self.chosen(np.array([place]), highest)
            if (chosen.exit >= reached).any() or self.survival(place, highest) == 0:
                values.append(self.survival(place, highest))
            elif highest or low > 0:
                values += self._reaching(chosen, reached, place, highest)
        if not greatest:
            return _never()
        never = self._survival(options.highest_before(reached))[1][0]
        return Bound(100 * min(least), 100 * max(greatest), EXACT, NOT_IN_ALL if never[place] > 0 else "")

    def quantiles(self, shares: Sequence[float]) -> list[Bound]:
        """The time by which each share has had the event: exact but where curves run level there, then mostly."""
        if not self.versions.size:
            return [_never()] * len(shares)
        # where curves run level at a share, the time is the middle up to where they fall below it
        levels = [1 - p + STEP_TOLERANCE for p in shares] + [np.nextafter(1 - p - STEP_TOLERANCE, 0) for p in shares]
        found = np.array([self._crossings(levels, highest) for highest in (False, True)], dtype=object)
        return [self._quantile(p, *each) for p, each in zip(shares, found.reshape(4, -1).T.tolist(), strict=True)]

    def _quantile(
        self, p: float, first: int | None, second: int | None, last: int | None, last_second: int | None
    ) -> Bound:
        """The bound of a quantile, of which the first places are known where the lowest survival reaches it and falls below
        it, and where the highest does."""
        if first is None:
            return _never()
        times, ends = self.versions.times, self._ends()
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
        if len(self.versions.unknown):
            falls_before = (
                first > 0 and self.survival(first - 1, False) * self._fall[first - 1] <= 1 - p + STEP_TOLERANCE
            )
            least, is_exact = times[first - 1 if falls_before else first], False
        return Bound(float(least), float(greatest), EXACT if is_exact else CERTAIN, warning)

    def restricted_mean(self, tau: float) -> Bound:
        """The area up to ``tau``, between those under the lowest and above the highest survival at each time."""
        estimable = self.rate(tau)
        if np.isnan(estimable.greatest):
            return _never()
        sides = [self._area(tau, highest) for highest in (False, True)]
        if self.versions.is_wide:
            return Bound(sides[0], sides[1], CERTAIN, estimable.warning)
        at = np.array([self.versions.place(tau)])
        tried = [self.chosen(at, False), self.chosen(at, True), self.options.first_exits(), self.options.last_exits()]
        means = Curves(self.versions.counts(tried[0].joined(*tried[1:]))).statistic(Asked("restricted-mean", tau))
        is_exact = all(bool(np.any(np.abs(means - side) < SAME)) for side in sides)
        return Bound(sides[0], sides[1], EXACT if is_exact else CERTAIN, estimable.warning)

    def _reaching(self, chosen: Ranked, reached: int, place: int, highest: bool) -> list[float]:
        """Survival of the version with one subject after the other followed for long enough."""
        other = self.options.reaching(place, reached, highest)
        values = []
        for subject in np.flatnonzero(other.exit[0] >= reached).tolist():
            exits, code = chosen.exit.copy(), chosen.code.copy()
            exits[0, subject], code[0, subject] = other.exit[0, subject], other.code[0, subject]
            values.append(float(self._survival(Ranked.at_risk_from_the_origin(exits, code))[1][0, place]))
        return values

    def _crossings(self, levels: Sequence[float], highest: bool) -> list[int | None]:
        """The first place at which the lowest (highest) survival is at or below each level; None where it never is."""
        last = self.versions.size - 1
        whole = self.curves([last], highest)[0]
        searches = {
            number: CrossingSearch.of(_first_at(whole, level), last, highest)
            for number, level in enumerate(levels)
            if whole[last] <= level
        }
        while is_open := {number: each for number, each in searches.items() if each.low < each.high}:
            places = [each.place for each in is_open.values()]
            curves = self.curves(places, highest, max(each.high for each in is_open.values()) + 1)
            for (number, each), place, curve in zip(is_open.items(), places, curves, strict=True):
                searches[number] = each.narrowed(curve[place] <= levels[number], _first_at(curve, levels[number]))
        return [searches[number].high if number in searches else None for number in range(len(levels))]

    def _ends(self) -> tuple[float, float]:
        """The earliest and the latest time at which follow-up can end."""
        versions, options = self.versions, self.options
        shortest = max(int(options.shortest.max(initial=-1)), versions.last_fixed, 0)
        longest = max(int(options.longest.max(initial=-1)), versions.last_fixed)
        return float(versions.times[shortest]), float(versions.times[longest])

    def _attains(self, value: float, p: float, places: tuple[int, int], highest: bool) -> bool:
        """Whether one of the versions that are likely to has the quantile."""
        early = self.options.last_exits() if highest else self.options.first_exits()
        found = Curves(self.versions.counts(self.chosen(np.array(places), highest).joined(early))).quantile(p)
        return bool(np.any(np.abs(found - value) < SAME))

    def _survival(self, chosen: Ranked, size: int | None = None) -> tuple[Positions, Floats]:
        """Of versions, one a row, how many are left before each time and after the last, and survival just after each.

        Of the first ``size`` times, where that is given.
        """
        versions, rows = self.versions, len(chosen.code)
        size = versions.size if size is None else size
        cell = chosen.exit + np.arange(rows)[:, None] * size
        is_in = chosen.code >= 0
        inside = is_in & (chosen.exit < size)
        exits = np.bincount(cell[inside], minlength=rows * size).reshape(rows, size) + versions.exits[:size]
        inside &= chosen.code > 0
        having = np.bincount(cell[inside], minlength=rows * size).reshape(rows, size) + versions.having[:size]
        n = len(versions.fixed.exit) + is_in.sum(axis=1, keepdims=True)
        left = np.concatenate([n, n - np.cumsum(exits, axis=1)], axis=1)
        before = np.maximum(left[:, :-1], 1)
        return left, np.asarray(np.cumprod((before - having) / before, axis=1))

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
            can_leave = covering(np.maximum(versions.own.since, 0), versions.own.exit, versions.size)
            can_leave[0] = 1  # the first stretch starts with the first time
            at = np.flatnonzero(can_leave[: len(times)])
            starts = at[:: len(at) // MOST_STEPS + 1]
            lasts = np.append(starts[1:], len(times)) - 1
            stretch, place = np.repeat(np.arange(len(starts)), lasts + 1 - starts), np.arange(len(times))
            staying, curves = self._survival(self.chosen(lasts, highest), len(times))
            if highest:
                limit = self._survival(self.chosen(starts, True), len(times))[1][np.arange(len(starts)), starts]
            else:
                limit = curves[np.arange(len(starts)), lasts]
            left, everybody = self.options.extreme_numbers(highest)
            after, limit = staying[stretch, place + 1], limit[stretch]
            share = left[: len(times)] * staying[stretch, 0] / np.maximum(after * everybody[: len(times)], 1)
            made = np.where(after > 0, curves[stretch, place] * share, limit)
            heights[1:] = np.minimum(made, limit) if highest else np.maximum(made, limit)
        if not highest:
            heights[1:] *= self._fall[: len(times)]
        return float((np.diff(np.concatenate([[0.0], times, [tau]])) * heights).sum())

    @cached_property
    def _fall(self) -> Floats:
        """By place, to what the lowest survival just after it can fall before the next time.

        Of who can end at any time k can have their event after the place instead of at it, when c who were censored there are
        gone. Of r left the factor is then r / (r + k) instead of (r + c) / (r + c + k).
        """
        versions, own = self.versions, self.versions.own

        can_follow, can_censor = own.is_free & (own.code == 1), ~own.is_free & (own.code == 0)
        k = covering(own.since[can_follow], own.exit[can_follow] - 1, versions.size)
        c = covering(own.since[can_censor], own.exit[can_censor], versions.size) + versions.exits - versions.having
        r, _ = self.options.extreme_numbers(False)
        return np.where(k > 0, 1 - k * c / np.maximum((r + k) * (r + c), 1), 1.0)


def _first_at(curve: Floats, level: float) -> int:
    """The first place at which a curve is at or below the level; past the last where it never is."""
    return len(curve) - int(np.searchsorted(curve[::-1], level, side="right"))


def _middle(first: float, second: float) -> float:
    return first if first == second else (first + second) / 2


def _never() -> Bound:
    return Bound(np.nan, np.nan, EXACT, NOT_IN_ANY)
