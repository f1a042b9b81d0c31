"""The bounds of the statistics of a time to event: what is ordered is exact, the rest enumerated or certain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.bounds.bound import EXACT, NOT_IN_ANY, Bound
from hcc_sdtm.endpoints.bounds.curves import Asked
from hcc_sdtm.endpoints.bounds.delayed_limits import DelayedLimits
from hcc_sdtm.endpoints.bounds.every_version import TIMES_REACHED, enumerate_bounds
from hcc_sdtm.endpoints.bounds.incidence_limits import IncidenceLimits
from hcc_sdtm.endpoints.bounds.outcomes import TimeEndpoint, late_entry
from hcc_sdtm.endpoints.bounds.ratio_limits import Shares
from hcc_sdtm.endpoints.bounds.study_versions import StudyVersions
from hcc_sdtm.endpoints.bounds.survival_limits import SurvivalLimits
from hcc_sdtm.spec.endpoints import IncidenceEndpoint

COUNTED = ("subjects", "left-out", "events", "censored")
WITHOUT_CAUSE = (*COUNTED, "at-risk", "entered", "start")
IN_EVERY_VERSION = ("median", "quantile", "rate", "restricted-mean", "incidence", "at-risk", "start")
"""Measures that are enumerated where they are not exact otherwise."""
GIVEN = re.compile(r"given event-free at ([0-9.eE+-]+)")


def asked_of(endpoint: TimeEndpoint, measure: str, time: float, cause: str) -> Asked | None:
    """The statistic of a row; None where it has no bound here: a number by description, a test."""
    none = -1.0  # a time that is missing is not equal to itself
    at = none if np.isnan(time) else time
    if measure == "quantile":
        return Asked(measure, none, share=float(cause.split()[0]) / 100)
    if measure == "conditional":
        found = GIVEN.match(cause)
        return Asked(measure, at, share=float(found[1])) if found else None
    if measure in ("median", "rate", "restricted-mean"):
        return Asked(measure, at)
    if isinstance(endpoint, IncidenceEndpoint) and cause in endpoint.causes:
        number = endpoint.causes.index(cause) + 1
        return Asked(measure, at, cause=number) if measure in ("incidence", "events") else None
    return Asked(measure, at) if measure in WITHOUT_CAUSE and not cause else None


class TimeBounds:
    """The bounds of one endpoint in one population; so many ``combinations`` are tried."""

    def __init__(self, endpoint: TimeEndpoint, versions: StudyVersions, combinations: int) -> None:
        self.endpoint, self.versions, self.most = endpoint, versions, combinations
        self.late = late_entry(endpoint)
        self._shares: list[float] = []
        self._times: list[float] = []
        self.is_tried = not versions.is_wide and versions.combinations <= combinations

    def bounds(self, asked: Sequence[Asked]) -> list[Bound]:
        """The bound of each statistic; without a label where none is known."""
        self._shares = list({each.share: None for each in asked if each.measure in TIMES_REACHED})
        self._times = [each.time for each in asked if each.measure in ("rate", "restricted-mean")]
        found = [self._bound(each) for each in asked]
        tried = [at for at, bound in enumerate(found) if bound.label != EXACT and asked[at].measure in IN_EVERY_VERSION]
        if tried and self.is_tried:
            enumerated = enumerate_bounds(self.versions, [asked[at] for at in tried], self.late)
            found = [dict(zip(tried, enumerated, strict=True)).get(at, bound) for at, bound in enumerate(found)]
        if self.versions.is_wide:
            found = [bound.as_certain() for bound in found]
        return [bound.as_exact() if bound.is_one_value else bound for bound in found]

    def _bound(self, asked: Asked) -> Bound:
        if asked.measure in COUNTED:
            return self._count(asked)
        if not self.versions.size:
            return Bound(np.nan, np.nan, EXACT, NOT_IN_ANY)
        if asked.measure == "entered":
            return self._entered(asked.time)
        if self.late is not None:
            return self._delayed(asked)
        match asked.measure:
            case "median" | "quantile":
                return self._quantiles[asked.share]
            case "rate":
                return self._survival.rate(asked.time)
            case "conditional":
                return self._conditional(asked.time, asked.share)
            case "restricted-mean":
                return self._survival.restricted_mean(asked.time)
            case "incidence":
                return self._incidence.incidence(asked.time, asked.cause)
            case "at-risk":
                return self._at_risk(asked.time)
        return NONE

    def _delayed(self, asked: Asked) -> Bound:
        match asked.measure:
            case "incidence":
                return self._late_limits.incidence(asked.time, asked.cause)
            case "median" | "quantile":
                return self._late_limits.quantile(asked.share)
            case "rate":
                return self._late_limits.rate(asked.time)
            case "conditional":
                return self._late_limits.rate(asked.time, asked.share)
            case "restricted-mean":
                return self._late_limits.restricted_mean(asked.time)
            case "at-risk":
                return self._late_limits.at_risk(asked.time)
            case "start":
                return self._late_limits.start()
        return NONE

    def _count(self, asked: Asked) -> Bound:
        versions = self.versions
        if asked.measure == "events":
            codes = range(asked.cause, asked.cause + 1) if asked.cause else range(1, versions.causes + 1)
        else:
            codes = range(1 if asked.measure == "censored" else versions.causes + 1)
        least, greatest = versions.number_with(codes)
        if asked.measure == "left-out":
            least, greatest = versions.members - greatest, versions.members - least
        return Bound(float(least), float(greatest), EXACT)

    def _entered(self, t: float) -> Bound:
        versions, place = self.versions, self.versions.place(t)
        own = versions.own
        n = np.repeat(own.code >= 0, 2).astype(np.int64)
        # who can end at any time may enter at any
        x = n * np.column_stack([own.entered <= place, (own.entry <= place) & ~own.is_free]).ravel()
        sums = int((versions.fixed.entry <= place).sum()), len(versions.fixed.code)
        return Shares(*sums, x, n, 2 * versions.first).percentage()

    def _at_risk(self, t: float) -> Bound:
        versions = self.versions
        place = int(np.searchsorted(versions.times, t, side="left"))
        fixed = int((versions.fixed.exit >= place).sum())
        shortest, longest = (int((ends >= place).sum()) for ends in (versions.shortest, versions.longest))
        return Bound(float(fixed + shortest), float(fixed + longest), EXACT)

    def _conditional(self, t: float, given: float) -> Bound:
        """The rate of those free of the event at ``given``: who left by then is in no risk set after it."""
        return SurvivalLimits(self.versions.after(given)).rate(t)

    @cached_property
    def _survival(self) -> SurvivalLimits:
        limits = SurvivalLimits(self.versions)
        limits.prepare(self._times)
        return limits

    @cached_property
    def _quantiles(self) -> dict[float, Bound]:
        """By share, all that are asked for."""
        return dict(zip(self._shares, self._survival.quantiles(self._shares), strict=True))

    @cached_property
    def _incidence(self) -> IncidenceLimits:
        return IncidenceLimits(self.versions, self.most)

    @cached_property
    def _late_limits(self) -> DelayedLimits:
        if self.late is None:
            raise ValueError(f"endpoint {self.endpoint.id} has no delayed entry")
        return DelayedLimits(self.versions, self.late)


NONE = Bound(np.nan, np.nan, "")
"""No bound was made."""
