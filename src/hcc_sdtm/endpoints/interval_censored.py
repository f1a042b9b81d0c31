"""Survival where an event is only known to lie between two visits: Turnbull's estimate, with what it leaves open.

Ours and not lifelines', which counts both ends of an interval in: an event that was not there at a visit may then have come
on the day of that visit. Confidence limits are not given: no method for them is standard.

Peto 1973; Turnbull 1976; the maximum by the constrained Newton method (Wang, Computational Statistics and Data Analysis 52
(2008) 2388-2402), checked by the condition of Kuhn and Tucker (Gentleman and Geyer 1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import LinearOperator, cg

from hcc_sdtm.endpoints.risk_sets import Counts, Floats, Mask, distinct_places, read_numbers
from hcc_sdtm.endpoints.survival import STEP_TOLERANCE

TOLERANCE = 1e-9
"""How much the log-likelihood of a subject may still be raised by any change of the masses."""
ROUNDS = 100
EMPTY = 1e-10
"""A mass below this is none."""
SMALLEST = 1e-300
RIDGE = 1e-10
SOLVED = 1e-4
"""What is left of a slope by a step of Newton's method: another step follows, so that more exact ones do not end sooner."""
PIVOTS = 40
STEPS = 30
"""Steps of the EM algorithm that come before those of Newton's method."""


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and largest value that the estimate leaves open; equal where it is identified, NaN where there is none."""

    lowest: float
    highest: float


@dataclass(frozen=True)
class IntervalCensored:
    """Turnbull's estimate.

    ``sets`` has one row for each set that has mass, in order of time: lower, upper (the event lies in (lower, upper]; equal
    for an exact time), exact, mass. Where in a set its mass lies cannot be known. ``n`` is the number of subjects, and
    ``log_likelihood`` the largest there is. ``warnings`` says where the estimate did not settle, or is not the only one.
    """

    sets: pd.DataFrame
    n: int
    log_likelihood: float
    converged: bool
    warnings: tuple[str, ...]

    def rate(self, t: float) -> Range:
        """Survival just after ``t``; NaN before 0 and where there is no subject."""
        if not self.n or t < 0:
            return Range(np.nan, np.nan)
        lower, upper, exact, mass = self._columns
        surely_later = np.where(exact, lower > t, lower >= t)
        return Range(min(float(mass[surely_later].sum()), 1.0), min(float(mass[upper > t].sum()), 1.0))

    def quantile(self, p: float) -> Range:
        """The times between which a share ``p`` comes to have had the event: p = 0.5 is the median; NaN: not reached.

        The set in which survival falls below 1 - p; where it is level at 1 - p after a set, the middle between that set
        and the next, as for a Kaplan-Meier curve.
        """
        if not 0 < p < 1:
            raise ValueError(f"a quantile must lie between 0 and 1, not {p}")
        lower, upper, _, mass = self._columns
        left = 1 - np.cumsum(mass)
        below = np.flatnonzero(left < 1 - p - STEP_TOLERANCE)
        if not len(below):
            return Range(np.nan, np.nan)
        at = int(below[0])
        ends = np.column_stack([lower, upper])
        found = ends[at]
        if at and abs(left[at - 1] - (1 - p)) <= STEP_TOLERANCE:
            # a level that lasts to the end of follow-up ends there
            found = (ends[at - 1] + np.where(np.isfinite(found), found, found[0])) / 2
        return Range(float(found[0]), float(found[1])) if np.isfinite(found[1]) else Range(np.nan, np.nan)

    @cached_property
    def _columns(self) -> tuple[Floats, Floats, Mask, Floats]:
        """The columns of ``sets``."""
        lower, upper, exact, mass = (self.sets[name].to_numpy() for name in ("lower", "upper", "exact", "mass"))
        return lower, upper, exact, mass

    @cached_property
    def curve(self) -> pd.DataFrame:
        """Survival just after each end of a set: time, lowest, highest."""
        ends = np.unique(np.concatenate([[0.0], self.sets["lower"], self.sets["upper"]]))
        times = ends[np.isfinite(ends)]
        ranges = [self.rate(float(t)) for t in times]
        return pd.DataFrame(
            {"time": times, "lowest": [each.lowest for each in ranges], "highest": [each.highest for each in ranges]}
        )


def interval_censored(lower: ArrayLike, upper: ArrayLike) -> IntervalCensored:
    """Turnbull's estimate of survival, of events that lie after ``lower`` and not after ``upper``.

    Equal ends are an exact time. An upper end that is infinite or missing is a censoring at the lower end; a lower end that
    is missing is 0. No subject gives no sets. Raises ValueError, naming the position, for an end that is negative, a lower
    end that is infinite or after the upper one, and a subject with neither.
    """
    left, right = read_numbers(lower), read_numbers(upper)
    _refuse(left, right)
    left, right = np.where(np.isnan(left), 0.0, left), np.where(np.isnan(right), np.inf, right)
    if not len(left):
        empty = {"lower": left, "upper": right, "exact": np.zeros(0, dtype=np.bool_), "mass": left}
        return IntervalCensored(pd.DataFrame(empty), 0, 0.0, True, ())
    pairs, counts = _distinct(left, right)
    ends, exact, first, after = _innermost(pairs)
    held = _held(first, after, len(ends))
    mass, converged, unique = _masses(held, counts / counts.sum(), len(ends))
    kept = mass > 0
    sets = pd.DataFrame({"lower": ends[kept, 0], "upper": ends[kept, 1], "exact": exact[kept], "mass": mass[kept]})
    said = []
    if not converged:
        said.append("the estimate did not settle, and may not be the one of largest likelihood")
    if not unique:
        said.append("other masses of the sets have the same likelihood, so the curve is not the only one")
    return IntervalCensored(sets, len(left), float(counts @ np.log(held.chances(mass))), converged, tuple(said))


def _refuse(left: Floats, right: Floats) -> None:
    if len(left) != len(right):
        raise ValueError(f"lower has {len(left)} values and upper {len(right)}")
    with np.errstate(invalid="ignore"):
        wrong = {
            "an end must not be negative": (left < 0) | (right < 0),
            "the lower end must be a finite number": np.isinf(left),
            "the lower end must not lie after the upper end": left > right,
            "a subject needs one end at least": np.isnan(left) & np.isnan(right),
        }
    for why, mask in wrong.items():
        if mask.any():
            at = int(np.flatnonzero(mask)[0])
            raise ValueError(f"{why}: subject {at} has {left[at]:g} to {right[at]:g}")


def _distinct(left: Floats, right: Floats) -> tuple[Floats, Counts]:
    """The distinct intervals in order, and how many subjects have each."""
    (lefts, left_place), (rights, right_place) = distinct_places(left), distinct_places(right)
    of_subjects, found = pd.factorize(left_place * len(rights) + right_place)
    order = np.argsort(found)
    pairs, counts = found[order], np.bincount(of_subjects)[order]
    return np.column_stack([lefts[pairs // len(rights)], rights[pairs % len(rights)]]), counts


def _innermost(pairs: Floats) -> tuple[Floats, np.ndarray, Counts, Counts]:
    """The sets that can have mass, which of them are exact times, and of each interval its first set and that after its last.

    They run from a left end to the next end, where that is a right one. At one time the left end of an exact time comes
    first, then right ends, then the open left ends of intervals.
    """
    left, right = pairs[:, 0], pairs[:, 1]
    point = left == right
    times = np.concatenate([left, right])
    place = np.concatenate([np.where(point, 0, 2), np.ones(len(right), dtype=np.int64)])
    order = np.lexsort([place, times])
    is_left = order < len(left)
    starts = np.flatnonzero(is_left[:-1] & ~is_left[1:])
    ends = np.column_stack([times[order[starts]], times[order[starts + 1]]])
    # counting sets that start at or after an end: an interval holds those between its own ends
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    first = np.searchsorted(starts, _first_equal(rank[: len(left)], times, place, order))
    after = np.searchsorted(starts, rank[len(left) :], side="right")
    return ends, place[order[starts]] == 0, first, after


def _first_equal(rank: Counts, times: Floats, place: Counts, order: Counts) -> Counts:
    """Of each left end, the place of the first end that equals it."""
    new = np.ones(len(order), dtype=np.bool_)
    sorted_times, sorted_place = times[order], place[order]
    new[1:] = (sorted_times[1:] != sorted_times[:-1]) | (sorted_place[1:] != sorted_place[:-1])
    return np.asarray(np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))[rank])


@dataclass(frozen=True)
class Held:
    """Which sets each interval holds: from its ``first`` to that before ``after``.

    ``edges`` has a row for each edge between sets and a column for each interval: 1 where it begins and -1 where it ends.
    """

    first: Counts
    after: Counts
    edges: csr_array

    def of_intervals(self, mass: Floats) -> Floats:
        """Of each interval, the mass of the sets that it holds."""
        sums = np.append(0.0, np.cumsum(mass))
        return np.asarray(sums.take(self.after) - sums.take(self.first))

    def of_sets(self, weights: Floats) -> Floats:
        """Of each set, the weight of the intervals that hold it."""
        return np.asarray(np.cumsum(self.edges @ weights)[:-1])

    def chances(self, mass: Floats) -> Floats:
        """The probability of each interval."""
        return np.maximum(self.of_intervals(mass), SMALLEST)


def _held(first: Counts, after: Counts, sets: int) -> Held:
    size, signs = len(first), np.repeat([1.0, -1.0], len(first))
    places = np.concatenate([first, after]), np.tile(np.arange(size), 2)
    return Held(first, after, coo_array((signs, places), shape=(sets + 1, size)).tocsr())


def _gradient(mass: Floats, held: Held, shares: Floats) -> Floats:
    """Of each set, how the log-likelihood of a subject grows with its mass: at the maximum 1, or less without mass."""
    return held.of_sets(shares / held.chances(mass))


def _masses(held: Held, shares: Floats, sets: int) -> tuple[Floats, bool, bool]:
    """The masses of largest likelihood, whether they settled, and whether there are no others."""
    mass = np.zeros(sets)
    mass[_hitting(held.first, held.after)] = 1.0
    mass /= mass.sum()
    for _ in range(STEPS):
        mass *= _gradient(mass, held, shares)
    gradient = _gradient(mass, held, shares)
    for _ in range(ROUNDS):
        if gradient.max() <= 1 + TOLERANCE:
            break
        support = (mass > EMPTY) | _peaks(gradient)
        mass = _uphill(mass, _newton(mass, support, gradient, held, shares), held, shares)
        gradient = _gradient(mass, held, shares)
    mass = np.where(mass > EMPTY, mass, 0.0)
    mass /= mass.sum()
    open_sets = np.flatnonzero(gradient > 1 - np.sqrt(TOLERANCE))
    first, after = (np.searchsorted(open_sets, each) for each in (held.first, held.after))
    return mass, bool(gradient.max() <= 1 + TOLERANCE), _tells_apart(first, after, len(open_sets))


def _hitting(first: Counts, after: Counts) -> list[int]:
    """Few sets of which every interval has one: the last of the interval that ends first, and so on."""
    order = np.argsort(after, kind="stable")
    chosen: list[int] = []
    for start, end in zip(first[order].tolist(), after[order].tolist(), strict=True):
        if not chosen or start > chosen[-1]:
            chosen.append(end - 1)
    return chosen


def _tells_apart(first: Counts, after: Counts, sets: int) -> bool:
    """Whether the probabilities of the intervals determine the mass of each set.

    An interval tells how much survival falls between two of the sets' edges. All are known where such steps lead from each
    edge to each other.
    """
    ends = coo_array((np.ones(len(first)), (first, after)), shape=(sets + 1, sets + 1))
    return int(connected_components(ends, directed=False, return_labels=False)) == 1


def _peaks(gradient: Floats) -> Mask:
    """The sets whose gradient is above 1 and not below that of a neighbour."""
    padded = np.concatenate([[-np.inf], gradient, [-np.inf]])
    return (gradient > 1) & (gradient >= padded[:-2]) & (gradient >= padded[2:])


def _newton(mass: Floats, support: Mask, gradient: Floats, held: Held, shares: Floats) -> Floats:
    """The masses on the support that maximise the second-order expansion of the log-likelihood; not negative, with sum 1.

    By block principal pivoting (Portugal, Judice and Vicente 1994); the nearest that was found where it does not end.
    """
    weights = shares / held.chances(mass) ** 2
    # the multiplier of the sum is 1 at the maximum
    slope = gradient - 1
    free, sets = support, int(support.sum())
    found, best, patience = mass, sets + 1, 3
    for _ in range(PIVOTS):
        # who is not free loses its mass
        change = np.where(free, 0.0, -mass)
        left = slope - _curved(change, held, weights)
        change[free] = _stationary(free, held, weights, left[free])
        found = mass + change
        push = _curved(change, held, weights) - slope
        wrong = support & np.where(free, found < -EMPTY, push < -EMPTY)
        if not wrong.any():
            break
        if wrong.sum() < best:
            best, patience = int(wrong.sum()), 3
        elif patience:
            patience -= 1
        else:
            wrong = np.arange(len(mass)) == np.flatnonzero(wrong)[-1]
        free = free ^ wrong
    found = np.where(support, np.maximum(found, 0.0), 0.0)
    return found / found.sum() if found.sum() > 0 else mass


def _curved(change: Floats, held: Held, weights: Floats) -> Floats:
    """Of each set, how much its slope falls with a change of the masses."""
    return held.of_sets(weights * held.of_intervals(change))


def _stationary(free: Mask, held: Held, weights: Floats, slope: Floats) -> Floats:
    """The change of the free masses that takes their slope away, by conjugate gradients: no matrix of all pairs is made."""
    scale, whole = 1 / np.sqrt(held.of_sets(weights)[free]), np.zeros(len(free))

    def curved(change: Floats) -> Floats:
        whole[free] = scale * change
        return np.asarray(scale * _curved(whole, held, weights)[free] + RIDGE * change)

    found, _ = cg(LinearOperator((len(slope), len(slope)), curved, dtype=np.float64), scale * slope, rtol=SOLVED)
    return np.asarray(scale * found)


def _uphill(mass: Floats, wanted: Floats, held: Held, shares: Floats) -> Floats:
    """The first of halving steps towards the wanted masses that raises the likelihood, or a step of the EM algorithm."""
    before = float(shares @ np.log(held.chances(mass)))
    step = 1.0
    while step > 1e-6:
        tried = mass + step * (wanted - mass)
        if float(shares @ np.log(held.chances(tried))) > before:
            return np.asarray(tried)
        step /= 2
    return mass * _gradient(mass, held, shares)
