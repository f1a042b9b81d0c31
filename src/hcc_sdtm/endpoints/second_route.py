"""Survival, incidence and their limits by a second way, which shares no code with the estimators.

Estimates by redistribution to the right (Efron 1967): everybody weighs the same, and who is censored leaves the weight to
those who are followed longer. Standard errors by the infinitesimal jackknife (Jaeckel 1972): how the estimate changes with
the weight of each subject; without delayed entry it equals Greenwood's and the delta method's. With delayed entry, where weight
cannot be redistributed, numbers at risk are counted by steps up and down, and the product and Greenwood's sum taken of those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]

SAME = 1e-7
"""Two heights of a curve closer than this are the same height."""


@dataclass(frozen=True)
class SecondCurve:
    """Survival and its standard error after each distinct time, and incidences of causes."""

    times: Floats
    survival: Floats
    se: Floats
    greenwood: Floats
    start: float

    def rate(self, t: float) -> tuple[float, float]:
        """Survival just after ``t`` and its standard error; NaN before the start, and past the end unless survival is 0."""
        if not len(self.times) or t < self.start or (t > self.times[-1] and self.survival[-1] > SAME):
            return np.nan, np.nan
        row = int(np.sum(self.times <= t)) - 1
        return (float(self.survival[row]), float(self.se[row])) if row >= 0 else (1.0, 0.0)

    def quantile(self, p: float, interval: str, level: float) -> tuple[float, float, float]:
        """The time by which a share ``p`` has had the event, and its limits by inverting a test of that share at each time."""
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = _transformed(self.survival, interval) - _transformed(np.array([1 - p]), interval)
            spread = _slope(self.survival, interval) * self.se
            sign = -1.0 if interval == "log-log" else 1.0
            statistic = np.where(
                spread > 0, sign * distance / spread, np.where(self.survival < 1 - p - SAME, np.nan, np.inf)
            )
        z = float(norm.ppf((1 + level) / 2))
        below = np.flatnonzero(self.survival < 1 - p - SAME)
        estimate = float(self.times[below[0]]) if len(below) else np.nan
        same = np.flatnonzero(np.abs(self.survival - (1 - p)) <= SAME)
        if len(same):
            estimate = (float(self.times[same[0]]) + (estimate if len(below) else float(self.times[-1]))) / 2
        lower, upper = (_first(self.times, statistic < reach) for reach in (z, -z))
        return estimate, lower, upper

    def restricted_mean(self, tau: float) -> tuple[float, float]:
        """The mean time up to ``tau`` and its standard error, by the covariance of survival at every two times."""
        if np.isnan(self.rate(tau)[0]):
            return np.nan, np.nan
        inside = self.times < tau
        heights = np.concatenate([[1.0], self.survival[inside]])
        areas = heights * np.diff(np.concatenate([[self.start], self.times[inside], [tau]]))
        variance = np.where(areas > 0, np.concatenate([[0.0], self.greenwood[inside]]), 0.0)
        later = np.append(np.cumsum(areas[::-1])[::-1][1:], 0.0)
        return float(areas.sum()), float(np.sqrt(np.sum(areas * variance * (areas + 2 * later))))


def second_curve(times: Floats, events: NDArray[np.bool_], entries: Floats | None, start: float) -> SecondCurve:
    """Survival by the second route."""
    if entries is not None or start > 0:
        late = np.zeros(len(times)) if entries is None else entries
        stays = times > start
        return _counted(times[stays], events[stays], np.maximum(late[stays], start), start)
    at, incidence, se, greenwood = second_incidence(times, events.astype(np.int64), 1)
    return SecondCurve(at, 1 - incidence, np.where(1 - incidence > SAME, se, np.nan), greenwood, 0.0)


def second_incidence(times: Floats, causes: NDArray[np.int64], of: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Distinct times, incidence of a cause, its standard error, and the variance of the log of survival from every cause."""
    n = len(times)
    # at one time events come before censorings
    order = np.lexsort([causes == 0, times])
    t, cause = times[order], causes[order]
    after = n - 1.0 - np.arange(n)
    passed = np.where((cause == 0) & (after > 0), (after + 1) / np.where(after > 0, after, 1.0), 1.0)
    weight = np.concatenate([[1.0], np.cumprod(passed)[:-1]])[:n] / n
    last = np.flatnonzero(np.append(t[1:] != t[:-1], True)) if n else np.empty(0, dtype=np.int64)
    incidence = np.cumsum(weight * (cause == of))[last]
    at = t[last]
    se, greenwood = _jackknife(t, cause, of, at, np.cumsum(weight * (cause > 0))[last], incidence)
    return at, incidence, se, greenwood


def _jackknife(
    t: Floats, cause: NDArray[np.int64], of: int, at: Floats, any_cause: Floats, incidence: Floats
) -> tuple[Floats, Floats]:
    """Standard errors at the distinct times; the sum over subjects of the squared change, gathered by time and kind of exit."""
    place = np.searchsorted(at, t)
    leaving = np.bincount(place, minlength=len(at)).astype(np.float64)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    having = np.bincount(place[cause > 0], minlength=len(at)).astype(np.float64)
    own = np.bincount(place[cause == of], minlength=len(at)).astype(np.float64)
    other, censored = having - own, leaving - having
    left = at_risk - having
    safe = np.where(left > 0, left, np.inf)
    hazard = np.cumsum(having / (at_risk * safe))
    before = 1 - np.concatenate([[0.0], any_cause[:-1]])[: len(at)]
    jump = before * own / at_risk
    hazard_before = np.concatenate([[0.0], hazard[:-1]])[: len(at)]
    # what a subject who leaves at x changes at t: at_exit + slope (F(t) - F(x)); one who stays changes running(t)
    running = np.cumsum(jump * (hazard_before - 1 / at_risk))
    variance = running**2 * (at_risk - leaving)
    for number, at_exit, slope in (
        (own, running + before / at_risk, hazard - 1 / safe),
        (other, running, hazard - 1 / safe),
        (censored, running, hazard),
    ):
        base = at_exit - slope * incidence
        variance += np.cumsum(number * base**2) + 2 * incidence * np.cumsum(number * base * slope)
        variance += incidence**2 * np.cumsum(number * slope**2)
    return np.sqrt(np.maximum(variance, 0.0)), hazard


def _counted(times: Floats, events: NDArray[np.bool_], entries: Floats, start: float) -> SecondCurve:
    """Survival and Greenwood's standard error from numbers at risk that step up after an entry and down after an exit."""
    at, place = np.unique(times, return_inverse=True)
    having = np.bincount(place[events], minlength=len(at)).astype(np.float64)
    ends = np.concatenate([at, entries, times])
    kind = np.concatenate([np.zeros(len(at)), np.ones(len(entries)), np.ones(len(times))])
    step = np.concatenate([np.zeros(len(at)), np.ones(len(entries)), -np.ones(len(times))])
    order = np.lexsort([kind, ends])
    at_risk = np.cumsum(step[order])[kind[order] == 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.exp(np.cumsum(np.log1p(-having / at_risk)))
        greenwood = np.cumsum(having / (at_risk * (at_risk - having)))
        se = np.where(survival > 0, survival * np.sqrt(greenwood), np.nan)
    return SecondCurve(at, survival, se, greenwood, start)


def second_limits(estimate: float, se: float, interval: str, level: float) -> tuple[float, float]:
    """Limits of a probability as the textbook has them: a normal interval on the transformed scale, turned back."""
    z = float(norm.ppf((1 + level) / 2))
    at_edge = not SAME**2 < estimate < 1 - SAME**2
    if np.isnan(estimate) or (at_edge and interval in ("log-log", "arcsin")) or (estimate <= 0 and interval == "log"):
        return np.nan, np.nan
    if interval == "log-log":
        middle, reach = np.log(-np.log(estimate)), z * se / (estimate * np.log(estimate))
        return float(np.exp(-np.exp(middle - reach))), float(np.exp(-np.exp(middle + reach)))
    if interval == "log":
        middle, reach = np.log(estimate), z * se / estimate
        return float(np.exp(middle - reach)), min(float(np.exp(middle + reach)), 1.0)
    if interval == "arcsin":
        middle, reach = np.arcsin(np.sqrt(estimate)), z * se / np.sqrt(4 * estimate * (1 - estimate))
        return float(np.sin(max(middle - reach, 0)) ** 2), float(np.sin(min(middle + reach, np.pi / 2)) ** 2)
    return max(estimate - z * se, 0.0), min(estimate + z * se, 1.0)


def _transformed(heights: Floats, interval: str) -> Floats:
    if interval == "log-log":
        return np.asarray(np.log(-np.log(heights)))
    if interval == "arcsin":
        return np.asarray(np.arcsin(np.sqrt(heights)))
    return np.asarray(np.log(heights) if interval == "log" else heights)


def _slope(heights: Floats, interval: str) -> Floats:
    """The size of the derivative of the transform."""
    if interval == "log-log":
        return -1 / (heights * np.log(heights))
    if interval == "arcsin":
        return np.asarray(1 / np.sqrt(4 * heights * (1 - heights)))
    return 1 / heights if interval == "log" else np.ones_like(heights)


def _first(times: Floats, wanted: NDArray[np.bool_]) -> float:
    places = np.flatnonzero(wanted)
    return float(times[places[0]]) if len(places) else np.nan
