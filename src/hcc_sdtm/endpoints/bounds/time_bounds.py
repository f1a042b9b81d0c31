"""The bounds of the statistics of a time to event: what is ordered is exact, the rest enumerated or certain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from hcc_sdtm.endpoints.bounds.bound import EXACT, NOT_IN_ANY, Bound
from hcc_sdtm.endpoints.bounds.curves import Asked
from hcc_sdtm.endpoints.bounds.delayed_limits import DelayedLimits
from hcc_sdtm.endpoints.bounds.every_version import enumerate_bounds
from hcc_sdtm.endpoints.bounds.incidence_limits import IncidenceLimits
from hcc_sdtm.endpoints.bounds.outcomes import NO_RECORD, Alternatives, Outcomes, TimeEndpoint, late_entry
from hcc_sdtm.endpoints.bounds.ratio_limits import Shares, count_bound
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

    def __init__(self, endpoint: TimeEndpoint, alternatives: Alternatives, combinations: int) -> None:
        self.endpoint, self.alternatives, self.most = endpoint, alternatives, combinations
        self.late = late_entry(endpoint)
        self.causes = len(endpoint.causes) if isinstance(endpoint, IncidenceEndpoint) else 1
        self.versions = StudyVersions(alternatives, self.causes, self.late is not None)
        self.is_tried = not alternatives.is_wide and alternatives.combinations <= combinations

    def bounds(self, asked: Sequence[Asked]) -> list[Bound]:
        """The bound of each statistic; without a label where none is known."""
        found = [self._bound(each) for each in asked]
        tried = [at for at, bound in enumerate(found) if bound.label != EXACT and asked[at].measure in IN_EVERY_VERSION]
        if tried and self.is_tried:
            enumerated = enumerate_bounds(self.versions, [asked[at] for at in tried], self.late)
            found = [dict(zip(tried, enumerated, strict=True)).get(at, bound) for at, bound in enumerate(found)]
        if self.alternatives.is_wide:
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
                return self._survival.quantile(asked.share)
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
        fixed, options, first = self.alternatives.fixed.code, self.alternatives.options.code, self.alternatives.first
        if asked.measure == "left-out":
            return count_bound(
                self.alternatives.size - int((fixed >= 0).sum()), -(options >= 0).astype(np.int64), first
            )
        if asked.measure == "events":
            counted = (fixed > 0, options > 0) if not asked.cause else (fixed == asked.cause, options == asked.cause)
        else:
            counted = (fixed == 0, options == 0) if asked.measure == "censored" else (fixed >= 0, options >= 0)
        return count_bound(int(counted[0].sum()), counted[1].astype(np.int64), first)

    def _entered(self, t: float) -> Bound:
        fixed, options = self.alternatives.fixed, self.alternatives.options
        x, n = (options.code >= 0) & (options.entry <= t), options.code >= 0
        sums = int((fixed.entry[fixed.code >= 0] <= t).sum()), int((fixed.code >= 0).sum())
        return Shares(*sums, x.astype(np.int64), n.astype(np.int64), self.alternatives.first).percentage()

    def _at_risk(self, t: float) -> Bound:
        fixed, options = self.alternatives.fixed, self.alternatives.options
        staying = (options.code >= 0) & (options.time >= t)
        return count_bound(
            int((fixed.time[fixed.code >= 0] >= t).sum()), staying.astype(np.int64), self.alternatives.first
        )

    def _conditional(self, t: float, given: float) -> Bound:
        """The rate of those free of the event at ``given``: who left by then is in no risk set after it."""
        versions = StudyVersions(self._after(given))
        if not versions.size:
            return Bound(np.nan, np.nan, EXACT, NOT_IN_ANY)
        return SurvivalLimits(versions).rate(t)

    def _after(self, given: float) -> Alternatives:
        def staying(outcomes: Outcomes) -> Outcomes:
            leaves = ~(outcomes.time > given)
            times = np.where(leaves, np.nan, outcomes.time)
            return Outcomes(times, np.where(leaves, NO_RECORD, outcomes.code), np.where(leaves, np.nan, outcomes.entry))

        own = self.alternatives
        return Alternatives(staying(own.fixed), staying(own.options), own.first, own.analysed, own.size, own.is_wide)

    @cached_property
    def _survival(self) -> SurvivalLimits:
        return SurvivalLimits(self.versions)

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
