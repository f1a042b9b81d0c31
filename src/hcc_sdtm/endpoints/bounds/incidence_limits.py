"""The smallest and largest cumulative incidence of a cause, without delayed entry.

Read the estimate as shares of the subjects: each begins with 1 / N, and one who is censored hands its share w in equal parts to
the n still at risk. The incidence at t0 is what those with the cause have by then; of what the others have a part f ends in
the cause. One subject more at risk at a censoring takes w / (n + 1), and the others lose as much. So, whatever the others have:

- an event of the cause counts the more the later it is: it gains w / (n + 1), and the others lose f times that;
- an event of another cause, or an exit past t0, takes from the others and counts nothing: it makes the incidence the lower
  the later it is, and an exit past t0 the lowest;
- no record lies between the earliest of the one and the earliest of the other; a censoring between an event of either kind
  on the same day; a censoring after the last event up to t0 is an exit past t0.

Two censorings, or a censoring and an event at another time, have no order of their own: passing an event of the cause lowers
and passing one of another cause raises the incidence. What stays open of a subject is enumerated. Where there are too many
combinations one of its candidates stands for all, with room for every exit between them: passing one changes the
incidence by no more than 1 / (a + 1) squared, where a others are surely at risk after all of them. That is certain.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.bounds.bound import CERTAIN, ENUMERATED, EXACT, Bound
from hcc_sdtm.endpoints.bounds.curves import Asked, Ranked
from hcc_sdtm.endpoints.bounds.every_version import estimate_versions, every_choice
from hcc_sdtm.endpoints.bounds.ordered_options import Kind
from hcc_sdtm.endpoints.bounds.runs import Runs
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.bounds.survival_limits import SurvivalLimits
from hcc_sdtm.endpoints.listed.analysis_data import Mask, Positions


class IncidenceLimits:
    """The limits of the cumulative incidences of a study's versions at the times asked for.

    So many ``combinations`` are tried.
    """

    def __init__(self, versions: StudyVersions, combinations: int) -> None:
        self.free_of_all, self.most = SurvivalLimits(versions), combinations
        self.versions = _extremes(versions)

    def incidence(self, t: float, cause: int) -> Bound:
        """Percentage with the cause by ``t``; certain only where follow-up may end before ``t``."""
        place = self.versions.place(t)
        known = self.free_of_all.rate(t)
        if np.isnan(known.least):
            return known
        if place < 0:
            return Bound(0.0, 0.0, EXACT, known.warning)
        if place not in self.versions.asked:
            raise ValueError(f"the versions were not made for an incidence at {t:g}")
        lowest, of_lowest = self._extreme(place, cause, False)
        highest, of_highest = self._extreme(place, cause, True)
        labels = {of_lowest, of_highest}
        if known.warning or CERTAIN in labels:
            label = CERTAIN
        else:
            label = ENUMERATED if ENUMERATED in labels else EXACT
        return Bound(100 * max(lowest, 0.0), 100 * min(highest, 1.0), label, known.warning)

    def _extreme(self, place: int, cause: int, highest: bool) -> tuple[float, str]:
        """The extreme incidence, a curve's last value standing after its end, and how it was found."""
        is_candidate = (self._highest if highest else self._lowest)(place, cause)
        options = np.flatnonzero(is_candidate)
        owner = self.versions.owner[options]
        numbers = np.bincount(owner, minlength=len(self.versions.first))
        first = np.concatenate([[0], np.cumsum(numbers)[:-1]])
        asked = [Asked("incidence-so-far", float(self.versions.times[place]), cause=cause)]
        if np.log(numbers.astype(np.float64)).sum() <= np.log(self.most) + 1e-9:
            values = estimate_versions(self.versions, options[every_choice(numbers, first)], asked)[0]
            return float(values.max() if highest else values.min()), EXACT if len(values) == 1 else ENUMERATED
        standing = self._standing(options, first, cause, highest)
        value = float(estimate_versions(self.versions, standing[None, :], asked)[0, 0])
        room = self._room(options, first, numbers)
        return (value + room if highest else value - room), CERTAIN

    def _lowest(self, place: int, cause: int) -> Mask:
        """The options that may give the lowest incidence."""
        past, of_cause, of_other, censored, none = self._kinds(place, cause)
        at, last_other, earliest = self.versions.own.exit, self._latest(of_other), self._earliest(of_cause)
        later = censored & (self._passed[at] > self._passed[last_other])
        chosen = np.where(self._any(of_other), (of_other & (at == last_other)) | later, censored | none)
        is_open = ~self._any(of_other | none) & (earliest < self._earliest(censored))
        chosen |= is_open & of_cause & (at == earliest)
        return self._distinct(np.where(self._any(past), past, chosen), past)

    def _highest(self, place: int, cause: int) -> Mask:
        """The options that may give the highest incidence."""
        past, of_cause, of_other, censored, none = self._kinds(place, cause)
        at, last, earliest = self.versions.own.exit, self._latest(of_cause), self._earliest(of_other)
        later = censored & (self._passed[at] > self._passed[last])
        chosen = np.where(self._any(of_cause), (of_cause & (at == last)) | later, censored | none)
        is_open = ~self._any(of_cause | none) & (earliest < self._earliest(censored))
        chosen |= is_open & of_other & (at == earliest)
        return self._distinct(chosen | (past & self._all(past)), past)

    def _kinds(self, place: int, cause: int) -> tuple[Mask, Mask, Mask, Mask, Mask]:
        """Exits past the time, events of the cause, of another, censorings, no record: of each option one is true."""
        own, passed = self.versions.own, self._passed
        past = (own.exit > place) | ((own.code == 0) & (passed[own.exit] == passed[place]))
        of_cause, is_event = own.code == cause, own.code > 0
        return past, ~past & of_cause, ~past & is_event & ~of_cause, ~past & (own.code == 0), own.code < 0

    @cached_property
    def _passed(self) -> Positions:
        """By place how many times up to it have an event in some version; 0 for no place."""
        versions = self.versions
        having = np.sum(versions.events, axis=0) > 0
        having[versions.own.exit[versions.own.code > 0]] = True
        return np.append(np.cumsum(having), 0)

    def _latest(self, mask: Mask) -> Positions:
        """By option the last place among its subject's options of the mask; -1 without one."""
        places = np.where(mask, self.versions.own.exit, -1)
        return np.asarray(np.maximum.reduceat(places, self.versions.first)[self.versions.owner])

    def _earliest(self, mask: Mask) -> Positions:
        """By option the first place among its subject's options of the mask; past all without one."""
        places = np.where(mask, self.versions.own.exit, self.versions.size)
        return np.asarray(np.minimum.reduceat(places, self.versions.first)[self.versions.owner])

    def _any(self, mask: Mask) -> Mask:
        return np.asarray(np.logical_or.reduceat(mask, self.versions.first)[self.versions.owner])

    def _all(self, mask: Mask) -> Mask:
        return np.asarray(np.logical_and.reduceat(mask, self.versions.first)[self.versions.owner])

    def _distinct(self, chosen: Mask, past: Mask) -> Mask:
        """The options, of those that give the same incidence the first: a censoring before every event is as no record."""
        own, options = self.versions.own, np.flatnonzero(chosen)
        code = np.where(past[options], self.versions.causes + 1, np.maximum(own.code[options], 0))
        passed = np.where(code == 0, np.where(own.exit[options] < 0, 0, self._passed[own.exit[options]]), 0)
        key = (self.versions.owner[options] * (self.versions.size + 1) + passed) * (self.versions.causes + 2) + code
        mask = np.zeros(len(chosen), dtype=bool)
        mask[options[np.unique(key, return_index=True)[1]]] = True
        return mask

    def _standing(self, options: Positions, first: Positions, cause: int, highest: bool) -> Positions:
        """One candidate of each subject: the event that its censorings cannot pass, else a censoring, else what there is."""
        code = self.versions.own.code[options]
        bounding = (code == cause) if highest else (code > 0) & (code != cause)
        rank = np.where(bounding, 0, np.where(code == 0, 1, 2))
        best = np.minimum.reduceat(rank * len(options) + np.arange(len(options)), first) % len(options)
        return np.asarray(options[best])

    def _room(self, options: Positions, first: Positions, numbers: Positions) -> float:
        """By how much the candidates of all subjects together can differ from those that stand for them.

        A censoring is moved past events only: passing another censoring changes nothing.
        """
        versions = self.versions
        at = versions.own.exit[options]
        lowest, highest = np.minimum.reduceat(at, first), np.maximum.reduceat(at, first)
        has_event = np.logical_or.reduceat(versions.own.code[options] > 0, first)
        every = np.ones(len(versions.own.code), dtype=bool)
        exits = self._between(versions.exits, every, lowest, highest)
        events = self._between(versions.having, versions.own.code > 0, lowest, highest)
        shortest = np.sort(np.minimum.reduceat(versions.own.exit, versions.first))
        staying = len(versions.fixed.exit) - np.cumsum(versions.exits)[highest]
        staying = staying + len(shortest) - np.searchsorted(shortest, highest, "right")
        room = np.minimum(np.where(has_event, exits, events) / (staying + 1.0) ** 2, 1.0)
        return float(room[numbers > 1].sum())

    def _between(self, fixed: Positions, moving: Mask, lowest: Positions, highest: Positions) -> Positions:
        """How many leave from ``lowest`` to ``highest`` at most: the fixed, and other subjects by an option of the mask."""
        versions = self.versions
        passed = np.concatenate([[0], np.cumsum(fixed)])
        early = np.minimum.reduceat(np.where(moving, versions.own.exit, versions.size), versions.first)
        late = np.maximum.reduceat(np.where(moving, versions.own.exit, -1), versions.first)
        early, late = np.sort(early[late >= 0]), np.sort(late[late >= 0])
        of_fixed = passed[highest + 1] - passed[np.maximum(lowest, 0)]
        of_others = np.searchsorted(early, highest, "right") - np.searchsorted(late, lowest, "left")
        return np.asarray(of_fixed + of_others)


def _extremes(versions: StudyVersions) -> StudyVersions:
    """The same with the options one by one that can be extreme at a time asked for.

    Of events these are the first, the last and the last up to it, and so of censorings where a subject can end at any time.
    """
    own, asked = versions.own, np.append(versions.asked, versions.size)[:, None]
    is_whole = (own.code <= 0) & ~(own.is_free & (own.code == 0))
    whole = own.take(is_whole).one_by_one()
    parts, subjects = [whole.last], [whole.subject]
    for code in range(versions.causes + 1):
        kind = Kind.of((own.code == code) & ~is_whole, versions)
        exits = np.vstack([kind.first, kind.latest(asked)])
        row, at = np.nonzero((exits >= 0) & (exits < kind.stride))
        subjects.append(own.subject[versions.first[at]])
        parts.append(Ranked.at_risk_from_the_origin(exits[row, at], np.full(len(at), code)))
    return versions.with_options(Runs.single(parts[0].joined(*parts[1:]), np.concatenate(subjects)))
