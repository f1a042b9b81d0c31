"""The statistics of many versions of one study at once: each version differs in the outcomes of a few subjects.

A version is a row of counts over the same times, so that every version's curve is made by the same few array operations.
Gives what `kaplan_meier`, `cumulative_incidence` and the estimators of the trial's list give, and no limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hcc_sdtm.endpoints.listed.analysis_data import Floats, Positions
from hcc_sdtm.endpoints.survival import STEP_TOLERANCE
from hcc_sdtm.spec.endpoints import RiskSetMinimum

MISSING = -1
"""Rank of an outcome without a record."""

NO_ENTRIES: Positions = np.empty(0, dtype=np.int64)
"""Places of entry where everybody is at risk from the origin."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A statistic: its measure, its time (NaN where none), the share of a quantile, the number of a cause (0: none)."""

    measure: str
    time: float = np.nan
    share: float = 0.5
    cause: int = 0


@dataclass(frozen=True)
class Counts:
    """How many leave, have the event of each cause and enter, at each of the ``times``, one row a version.

    ``events`` is by cause, version and time; ``entries`` is None where everybody is at risk from the origin.
    """

    times: Floats
    exits: NDArray[np.int64]
    events: NDArray[np.int64]
    entries: NDArray[np.int64] | None = None

    @property
    def n(self) -> Positions:
        """Number of subjects of each version."""
        return np.asarray(self.exits.sum(axis=1))


@dataclass(frozen=True)
class Ranked:
    """Outcomes by the place of their times in the sorted ``times``; `MISSING` without a record.

    ``entry`` has no value where everybody is at risk from the origin.
    """

    exit: Positions
    code: Positions
    entry: Positions

    @classmethod
    def at_risk_from_the_origin(cls, exits: Positions, code: Positions) -> Ranked:
        """Outcomes without delayed entry."""
        return cls(exits, code, NO_ENTRIES)

    def take(self, places: Positions | NDArray[np.bool_]) -> Ranked:
        """These outcomes, by place (of any shape) or mask."""
        entry = self.entry[places] if len(self.entry) else self.entry
        return Ranked(self.exit[places], self.code[places], entry)

    def joined(self, *others: Ranked) -> Ranked:
        """These outcomes, then the others."""
        parts = (self, *others)
        return Ranked(*(np.concatenate([getattr(each, name) for each in parts]) for name in ("exit", "code", "entry")))


def count_versions(times: Floats, fixed: Ranked, chosen: Ranked, causes: int, delayed: bool) -> Counts:
    """The counts of versions with the outcomes ``chosen`` (version, subject) beside the ``fixed``."""
    versions, size = len(chosen.code), len(times)
    row = np.repeat(np.arange(versions), chosen.code.shape[1])
    code, exit_at, entry_at = chosen.code.ravel(), chosen.exit.ravel(), chosen.entry.ravel()

    def count(of_fixed: Positions, at: Positions, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        moving = np.bincount(row[mask] * size + at[mask], minlength=versions * size).reshape(versions, size)
        return np.asarray(np.bincount(of_fixed, minlength=size) + moving, dtype=np.int64)

    exits = count(fixed.exit[fixed.code >= 0], exit_at, code >= 0)
    events = [count(fixed.exit[fixed.code == k], exit_at, code == k) for k in range(1, causes + 1)]
    entries = count(fixed.entry[fixed.code >= 0], entry_at, code >= 0) if delayed else None
    return Counts(times, exits, np.stack(events), entries)


def estimate_counts(counts: Counts, asked: Sequence[Asked], minimum: RiskSetMinimum | None = None) -> Floats:
    """Each statistic of each version (statistic, version), percentages from 0 to 100; NaN where it is not estimable.

    ``minimum`` says from where a curve with delayed entry starts.
    """
    curves = Curves(counts, minimum)
    return np.stack([curves.statistic(each) for each in asked]) if asked else np.empty((0, len(counts.exits)))


class Curves:
    """The curves of every version."""

    def __init__(self, counts: Counts, minimum: RiskSetMinimum | None = None) -> None:
        self.counts, self.times, self.n = counts, counts.times, counts.n
        self.left = _from_here_on(counts.exits)
        if counts.entries is not None:
            self.left = self.left - _from_here_on(counts.entries)
        self.having = counts.events.sum(axis=0)
        self.start = np.zeros(len(self.n)) if minimum is None else self._start(minimum)
        factor = (self.left - self.having) / np.maximum(self.left, 1)
        self.is_read = np.ones(factor.shape, dtype=bool)
        if minimum is not None:
            self.is_read = self.times[None, :] > self.start[:, None]
        # nobody is left to have an event after the last exit
        factor = np.where(self.is_read & (self.left > 0), factor, 1.0)
        self.survival: Floats = np.cumprod(factor, axis=1, dtype=np.float64)
        last = len(self.times) - 1 - np.argmax(counts.exits[:, ::-1] > 0, axis=1)
        self.last_time = np.where(self.n > 0, self.times[last], np.nan)
        self.is_empty = (self.n == 0) | np.isnan(self.start)

    def statistic(self, asked: Asked) -> Floats:
        """One statistic of every version."""
        match asked.measure:
            case "median" | "quantile":
                return self.quantile(asked.share)
            case "rate":
                return 100 * self.rate(asked.time)
            case "incidence":
                return 100 * self.incidence(asked.time, asked.cause)
            case "incidence-so-far":
                return self.incidence_so_far(asked.time, asked.cause)
            case "restricted-mean":
                return self.restricted_mean(asked.time)
            case "at-risk":
                return self.at_risk(asked.time)
            case "subjects":
                return self.n.astype(np.float64)
            case "events" if asked.cause:
                return np.asarray(self.counts.events[asked.cause - 1].sum(axis=1), dtype=np.float64)
            case "events":
                return np.asarray(self.having.sum(axis=1), dtype=np.float64)
            case "censored":
                return np.asarray(self.n - self.having.sum(axis=1), dtype=np.float64)
            case "entered":
                return self.entered(asked.time)
            case "start":
                return self.start
        raise ValueError(f'no curve has a "{asked.measure}"')

    def rate(self, t: float) -> Floats:
        """Survival just after ``t``, by the rule of `SurvivalCurve.rate`."""
        return self._known(t, self._at(self.survival, t, 1.0))

    def incidence(self, t: float, cause: int) -> Floats:
        """Incidence of the cause by ``t``, by the rule of `IncidenceCurve.rate`."""
        return self._known(t, self.incidence_so_far(t, cause))

    def incidence_so_far(self, t: float, cause: int) -> Floats:
        """Incidence of the cause by ``t``, or by the end of follow-up where that is earlier."""
        before = np.concatenate([np.ones((len(self.n), 1)), self.survival[:, :-1]], axis=1)
        steps = np.where(self.is_read, before * self.counts.events[cause - 1] / np.maximum(self.left, 1), 0.0)
        return self._at(np.cumsum(steps, axis=1), t, 0.0)

    def quantile(self, p: float) -> Floats:
        """The time by which a share ``p`` has had the event, by the rule of `SurvivalCurve.quantile`."""
        reached = self.survival <= 1 - p + STEP_TOLERANCE
        passed = self.survival < 1 - p - STEP_TOLERANCE
        first = self.times[np.argmax(reached, axis=1)]
        second = np.where(passed.any(axis=1), self.times[np.argmax(passed, axis=1)], self.last_time)
        middle = np.where(first == second, first, (first + second) / 2)
        return np.where(reached.any(axis=1) & ~self.is_empty, middle, np.nan)

    def restricted_mean(self, tau: float) -> Floats:
        """Area under the curve from its start to ``tau``, NaN where the rate then is."""
        edges = np.append(self.times[self.times < tau], tau)
        start = np.nan_to_num(self.start)[:, None]
        heights = np.concatenate([np.ones((len(self.n), 1)), self.survival[:, : len(edges) - 1]], axis=1)
        ends = np.maximum(np.broadcast_to(edges, heights.shape), start)
        widths = np.diff(np.concatenate([start, ends], axis=1), axis=1)
        return np.where(np.isnan(self.rate(tau)), np.nan, (widths * heights).sum(axis=1))

    def at_risk(self, t: float) -> Floats:
        """Number at risk at ``t``, of those whom the curve has."""
        place = int(np.searchsorted(self.times, t, side="left"))
        left = self.left[:, place] if place < len(self.times) else np.zeros(len(self.n))
        is_delayed = self.counts.entries is not None
        return np.where((t > self.start) if is_delayed else True, left, 0).astype(np.float64)

    def entered(self, t: float) -> Floats:
        """Percentage of the subjects who had entered by ``t``."""
        if self.counts.entries is None:
            raise ValueError("everybody enters at the origin")
        by = self._at(np.cumsum(self.counts.entries, axis=1).astype(np.float64), t, 0.0)
        return np.asarray(100 * np.divide(by, self.n, out=np.full(len(by), np.nan), where=self.n > 0))

    def _at(self, values: Floats, t: float, before: float) -> Floats:
        place = int(np.searchsorted(self.times, t, side="right")) - 1
        return values[:, place] if place >= 0 else np.full(len(self.n), before)

    def _known(self, t: float, values: Floats) -> Floats:
        """The values, NaN past the end of follow-up unless survival is 0, and before the start."""
        survival = self._at(self.survival, t, 1.0)
        with np.errstate(invalid="ignore"):
            is_unknown = self.is_empty | (t < self.start) | ((t > self.last_time) & (survival > 0))
        return np.where(is_unknown, np.nan, values)

    def _start(self, minimum: RiskSetMinimum) -> Floats:
        """The first entry after which enough are at risk, NaN where there is none."""
        entries = self.counts.entries
        if entries is None:
            raise ValueError("a least number at risk is for delayed entry")
        needed = np.array([minimum.of(int(n)) for n in self.n])
        staying = np.cumsum(entries, axis=1) - np.cumsum(self.counts.exits, axis=1)
        enough = (entries > 0) & (staying >= needed[:, None])
        return np.where(enough.any(axis=1), self.times[np.argmax(enough, axis=1)], np.nan)


def _from_here_on(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.cumsum(counts[:, ::-1], axis=1)[:, ::-1])
