"""The Kaplan-Meier estimate with what a report needs of it: limits, quantiles, rates, numbers at risk.

Ours and not lifelines', whose median takes the wrong step where rounding leaves the curve a hair above one half, whose
prediction carries the last value past the end of follow-up, and whose variance of the restricted mean is not
Greenwood's. NE (not estimable) is NaN.

Weights count rows: a subject of weight 3 is three subjects, as R's survfit and the FREQ statement of SAS have it. They are not
sampling weights, whose variance is another.

Kaplan and Meier 1958; Greenwood 1926; Brookmeyer and Crowley 1982; Schemper and Smith 1996 for the median follow-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from hcc_sdtm.endpoints.estimate_warning import warn
from hcc_sdtm.endpoints.limits import confidence_limits
from hcc_sdtm.endpoints.risk_sets import (
    Counts,
    Floats,
    Mask,
    RiskSets,
    Weights,
    build_risk_sets,
    distinct_counts,
    in_order,
    read_events,
    read_numbers,
    read_weights,
)
from hcc_sdtm.spec.endpoints import RiskSetMinimum, Transform

ENOUGH = RiskSetMinimum()
"""How many must be at risk before a curve with delayed entry is read."""

STEP_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""Two heights of a curve closer than this are the same height. R's quantile.survfit uses the same number."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """A time with its limits; NaN is not reached."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A probability at one time with its limits (NaN: not estimable), and the number at risk then; with weights, their sum."""

    estimate: float
    lower: float
    upper: float
    at_risk: float


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The area under the curve up to a time, its Greenwood standard error and plain limits."""

    estimate: float
    se: float
    lower: float
    upper: float


@dataclass(frozen=True)
class SurvivalCurve:
    """A Kaplan-Meier curve.

    ``columns`` have one value for each distinct time of an event or a censoring after ``start``: time, at_risk (just before
    it), events, censored, survival (just after it), se (Greenwood; NaN once survival is 0), lower, upper. Survival is 1
    from ``start`` to the first of them; it is conditional on being event-free at ``start`` where that is not 0. With weights
    the numbers are sums of weights. ``warnings`` says what speaks against reading the curve.
    """

    columns: Mapping[str, Weights]
    risk_sets: RiskSets
    ci: Transform
    level: float
    start: float = 0.0
    warnings: tuple[str, ...] = ()

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The columns as a table, one row for each time."""
        return pd.DataFrame(self.columns)

    @property
    def n(self) -> int:
        """Number of subjects; with weights their sum, rounded."""
        weights = self.risk_sets.exit_weights
        return len(self.risk_sets.exits) if weights is None else round(float(weights[0]))

    @property
    def events(self) -> int:
        """Number of events; with weights their sum, rounded."""
        return round(float(self.columns["events"].sum()))

    @property
    def last_time(self) -> float:
        """The longest duration; NaN where there is no subject."""
        return float(self.risk_sets.exits[-1]) if len(self.risk_sets.exits) else np.nan

    def at_risk(self, times: ArrayLike) -> Counts:
        """Number at risk at each time: entry < t <= exit."""
        return self.risk_sets.at_risk(times)

    def quantile(self, p: float) -> Quantile:
        """The time by which a share ``p`` has had the event: p = 0.5 is the median.

        The first time at which survival is below 1 - p; where the curve runs level at 1 - p, the middle of that step
        (a level that lasts to the end of follow-up ends at the longest duration), as R does and SAS for inner steps.
        The limits are the same crossing of the curve's own limits (Brookmeyer and Crowley). NaN: not reached.
        """
        if not 0 < p < 1:
            raise ValueError(f"a quantile must lie between 0 and 1, not {p}")
        estimate, lower, upper = (self._crossing(self.columns[name], 1 - p) for name in ("survival", "lower", "upper"))
        return Quantile(estimate, lower, upper)

    @property
    def median_follow_up(self) -> float:
        """`median_follow_up` of the subjects of a curve from the origin, without its limits."""
        return self._crossing(_product(self.columns["censored"], self.columns["at_risk"])[0], 0.5)

    def rate(self, t: float) -> Rate:
        """Survival just after ``t``; NaN before ``start``, and past the longest duration unless survival is 0 there."""
        at_risk = self.at_risk(t).item()
        times = self.columns["time"]
        if not len(times) or t < self.start:
            return Rate(np.nan, np.nan, np.nan, at_risk)
        row = int(np.searchsorted(times, t, side="right")) - 1
        if row < 0:
            one = np.ones(1)
            lower, upper = confidence_limits(one, 0 * one, self.ci, self.level)
            return Rate(1.0, float(lower[0]), float(upper[0]), at_risk)
        survival, lower_limit, upper_limit = (float(self.columns[name][row]) for name in ("survival", "lower", "upper"))
        if t > self.last_time and survival > 0:
            return Rate(np.nan, np.nan, np.nan, at_risk)
        return Rate(survival, lower_limit, upper_limit, at_risk)

    def conditional_rate(self, t: float, given: float) -> Rate:
        """Survival just after ``t`` of those who are free of the event at ``given``: the rate of the curve with that start.

        NaN where `rate` is NaN at either time, where ``t`` lies before ``given``, and where nobody is left at ``given``.
        """
        at_risk = self.at_risk(t).item()
        whole, base = self.rate(t), self.rate(given)
        if np.isnan(whole.estimate) or t < given or given >= self.last_time or not base.estimate > 0:
            return Rate(np.nan, np.nan, np.nan, at_risk)
        rows = slice(*np.searchsorted(self.columns["time"], [given, t], side="right"))
        survival, se = _product(self.columns["events"][rows], self.columns["at_risk"][rows])
        last, last_se = (survival[-1:], se[-1:]) if len(survival) else (np.ones(1), np.zeros(1))
        lower, upper = confidence_limits(last, last_se, self.ci, self.level)
        return Rate(float(last[0]), float(lower[0]), float(upper[0]), at_risk)

    def restricted_mean(self, tau: float) -> RestrictedMean:
        """Area under the curve from ``start`` to ``tau``; NaN where ``tau`` is past the longest duration and survival not 0."""
        if np.isnan(self.rate(tau).estimate):
            return RestrictedMean(np.nan, np.nan, np.nan, np.nan)
        time, survival, at_risk, events = (self.columns[name] for name in ("time", "survival", "at_risk", "events"))
        is_step = (events > 0) & (time < tau)
        time, survival, at_risk, events = (each[is_step] for each in (time, survival, at_risk, events))
        edges = np.concatenate([[self.start], time, [tau]])
        areas = np.diff(edges) * np.concatenate([[1.0], survival])
        remaining = np.cumsum(areas[::-1])[::-1][1:]
        # where all at risk have the event nothing remains, and the term is 0, not 0 times infinity
        ends = np.where(at_risk > events, at_risk - events, np.inf)
        se = float(np.sqrt(np.sum(remaining**2 * events / (at_risk * ends))))
        mean = float(areas.sum())
        reach = float(ndtri((1 + self.level) / 2)) * se
        return RestrictedMean(mean, se, mean - reach, mean + reach)

    def _crossing(self, heights: Weights, level: float) -> float:
        times = self.columns["time"]
        reached = _first(heights <= level + STEP_TOLERANCE)
        if reached is None:
            return np.nan
        begin = float(times[reached])
        if heights[reached] < level - STEP_TOLERANCE:
            return begin
        below = _first(heights < level - STEP_TOLERANCE)
        return (begin + (self.last_time if below is None else float(times[below]))) / 2


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    *,
    start: float = 0.0,
    ci: Transform = "log-log",
    level: float = 0.95,
    enough: RiskSetMinimum = ENOUGH,
) -> SurvivalCurve:
    """The Kaplan-Meier curve of durations ``time`` with ``event`` 1 (had it) or 0 (censored).

    ``entry`` is the time from which a subject is observed (delayed entry); where events come before ``enough`` are at risk, the
    curve carries a warning, which is also an `EstimateWarning`. ``weights`` say how many subjects each row stands for: whole
    weights give what repeated rows give, Greenwood's variance included; broken ones give a warning, because as sampling
    weights they need another variance. A row of weight 0 is left out. ``start`` asks for survival conditional on being
    event-free then: who left before it is not in the curve. No subject at all gives an empty curve, all NaN.

    Raises ValueError, naming the position, for a duration that is negative, missing or infinite, an entry not before
    its exit, an event that is neither 0 nor 1, and a weight that is negative, missing or infinite.
    """
    times = read_numbers(time)
    events = read_events(event, len(times))
    entries = None if entry is None else read_numbers(entry)
    counted = None if weights is None else read_weights(weights, len(times))
    risk_sets = build_risk_sets(times, entries, counted)
    stays = np.ones(len(times), dtype=np.bool_) if counted is None else counted > 0
    needed = enough.of(int(stays.sum()))
    if start > 0:
        stays &= times > start
        entries = np.full(len(times), start) if entries is None else np.maximum(entries, start)
    if start > 0 or not stays.all():
        times, events, entries = times[stays], events[stays], None if entries is None else entries[stays]
        counted = None if counted is None else counted[stays]
        risk_sets = build_risk_sets(times, entries, counted)
    distinct, leaving, having = _counts(times, events, counted, risk_sets)
    at_risk = risk_sets.at_risk(distinct)
    survival, se = _product(having, at_risk)
    lower, upper = confidence_limits(survival, se, ci, level)
    columns: dict[str, Weights] = {"time": distinct, "at_risk": at_risk, "events": having, "censored": leaving - having}
    columns |= {"survival": survival, "se": se, "lower": lower, "upper": upper}
    late = entries is not None and bool((entries > start).any())
    said = _early_warnings(times, events, risk_sets, needed) if late else []
    if counted is not None and counted.dtype.kind == "f":
        said.append(
            "broken weights count parts of subjects; as sampling weights they need a variance other than Greenwood's"
        )
    warn(said)
    return SurvivalCurve(columns, risk_sets, ci, level, start, tuple(said))


def _first(mask: Mask) -> int | None:
    """The first place of a mask that holds."""
    place = int(mask.argmax()) if len(mask) else 0
    return place if len(mask) and mask[place] else None


def _counts(
    times: Floats, events: Counts, weights: Weights | None, risk_sets: RiskSets
) -> tuple[Floats, Weights, Weights]:
    """The distinct times, who leaves at each, and who of them with an event."""
    had = events == 1
    if weights is None:
        distinct, leaving = distinct_counts(risk_sets.exits)
        with_event = np.searchsorted(in_order(times[had]), distinct, side="right")
        return distinct, leaving, np.diff(with_event, prepend=0)
    distinct, place = np.unique(times, return_inverse=True)
    leaving = np.bincount(place, weights, minlength=len(distinct)).astype(weights.dtype)
    having = np.bincount(place[had], weights[had], minlength=len(distinct)).astype(weights.dtype)
    return distinct, cast("Weights", leaving), cast("Weights", having)


def _product(having: Weights, at_risk: Weights) -> tuple[Floats, Floats]:
    """Survival after each time, and its Greenwood standard error (NaN once survival is 0)."""
    staying = (at_risk - having).astype(np.float64)
    if at_risk.dtype.kind == "f":
        # sums of broken weights: what is left of everybody is 0 but for rounding
        staying = np.where(staying < STEP_TOLERANCE * at_risk, 0.0, staying)
    survival: Floats = np.cumprod(staying / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.asarray(survival * np.sqrt(np.cumsum(having / (at_risk * staying))), dtype=np.float64)
    return survival, se


def _early_warnings(times: Floats, events: Counts, risk_sets: RiskSets, needed: float) -> list[str]:
    """What speaks against the early part of a curve with delayed entry."""
    at = np.unique(times[events == 1])
    people = RiskSets(risk_sets.entries, risk_sets.exits)
    at_risk, having = people.at_risk(at), np.bincount(np.searchsorted(at, times[events == 1]), minlength=len(at))
    reached = people.reaches(needed)
    early = at <= reached if np.isfinite(reached) else np.ones(len(at), dtype=np.bool_)
    said = []
    if early.any():
        count = "1 event" if having[early].sum() == 1 else f"{having[early].sum()} events"
        first = f"the first at {at[0]:.4g} with {at_risk[0]} at risk"
        until = f"so many are from {reached:.4g} on" if np.isfinite(reached) else "so many never are"
        said.append(f"{count} before {int(np.ceil(needed))} are at risk ({first}); {until}")
    emptied = np.flatnonzero((at_risk == having) & (at < (risk_sets.exits[-1] if len(risk_sets.exits) else np.nan)))
    if len(emptied):
        t = at[emptied[0]]
        later = int((times > t).sum())
        said.append(
            f"everybody at risk at {t:.4g} had the event, so the curve is 0, whoever is followed after it ({later})"
        )
    return said


def median_follow_up(time: ArrayLike, event: ArrayLike, ci: Transform = "log-log", level: float = 0.95) -> Quantile:
    """The median follow-up by reverse Kaplan-Meier: the curve in which a censoring is the event."""
    times = read_numbers(time)
    return kaplan_meier(times, 1 - read_events(event, len(times)), ci=ci, level=level).quantile(0.5)
