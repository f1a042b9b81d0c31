"""A proportion with its limits, and the difference of two.

Clopper and Pearson 1934 (exact); Wilson 1927 (score); Jeffreys (Brown, Cai and DasGupta 2001); Agresti and Coull 1998; mid-P
(Lancaster 1961). For a difference Newcombe 1998, method 10: the score limits of both, squared and added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc, betaincinv, ndtri

from hcc_sdtm.spec.endpoints import ProportionInterval


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of ``n``, between 0 and 1, with its two-sided limits; all NaN where ``n`` is 0."""

    estimate: float
    lower: float
    upper: float
    n: int


@dataclass(frozen=True, slots=True)
class ProportionDifference:
    """A share less another, between -1 and 1, with its two-sided limits; all NaN where one of the two is of nobody."""

    estimate: float
    lower: float
    upper: float


def proportion(x: int, n: int, ci: ProportionInterval = "clopper-pearson", level: float = 0.95) -> Proportion:
    """The share ``x`` of ``n``. At 0 of n and n of n the limit at the edge is the edge, and the open one keeps half of
    alpha, as in R and SAS: 0 of 10 has the exact upper limit 0.3085.

    Raises ValueError where ``x`` and ``n`` are not whole numbers with 0 <= x <= n, for an unknown interval, and for a
    level outside 0 to 1.
    """
    if ci not in get_args(ProportionInterval):
        raise ValueError(f'unknown limits "{ci}"; allowed: {", ".join(get_args(ProportionInterval))}')
    if not 0 < level < 1:
        raise ValueError(f"the confidence level must lie between 0 and 1, not {level}")
    if x != int(x) or n != int(n) or not 0 <= x <= n:
        raise ValueError(f"a proportion needs whole numbers with 0 <= x <= n, not x = {x} and n = {n}")
    if n == 0:
        return Proportion(np.nan, np.nan, np.nan, 0)
    lower, upper = _LIMITS[ci](int(x), int(n), (1 - level) / 2)
    # at 0 of n and n of n one limit is the edge itself, but for rounding
    return Proportion(x / n, 0.0 if x == 0 else max(lower, 0.0), 1.0 if x == n else min(upper, 1.0), n)


def proportion_difference(x1: int, n1: int, x2: int, n2: int, level: float = 0.95) -> ProportionDifference:
    """The share ``x1`` of ``n1`` less the share ``x2`` of ``n2``, the two of different subjects.

    Raises ValueError as `proportion` does.
    """
    first, second = (proportion(x, n, "wilson", level) for x, n in ((x1, n1), (x2, n2)))
    estimate = first.estimate - second.estimate
    below = np.hypot(first.estimate - first.lower, second.upper - second.estimate)
    above = np.hypot(first.upper - first.estimate, second.estimate - second.lower)
    return ProportionDifference(estimate, float(estimate - below), float(estimate + above))


def _clopper_pearson(x: int, n: int, half_alpha: float) -> tuple[float, float]:
    lower = float(betaincinv(x, n - x + 1, half_alpha)) if x > 0 else 0.0
    upper = float(betaincinv(x + 1, n - x, 1 - half_alpha)) if x < n else 1.0
    return lower, upper


def _wilson(x: int, n: int, half_alpha: float) -> tuple[float, float]:
    z2 = float(ndtri(1 - half_alpha)) ** 2
    middle = (x + z2 / 2) / (n + z2)
    reach = float(np.sqrt(z2 * (x * (n - x) / n + z2 / 4))) / (n + z2)
    return middle - reach, middle + reach


def _jeffreys(x: int, n: int, half_alpha: float) -> tuple[float, float]:
    lower, upper = betaincinv(x + 0.5, n - x + 0.5, [half_alpha, 1 - half_alpha])
    return float(lower), float(upper)


def _agresti_coull(x: int, n: int, half_alpha: float) -> tuple[float, float]:
    z = float(ndtri(1 - half_alpha))
    middle = (x + z**2 / 2) / (n + z**2)
    reach = z * float(np.sqrt(middle * (1 - middle) / (n + z**2)))
    return middle - reach, middle + reach


def _mid_p(x: int, n: int, half_alpha: float) -> tuple[float, float]:
    def above(share: float) -> float:
        """The probability of more than x, and half of that of x."""
        more, same_or_more = bdtrc(x, n, share), bdtrc(x - 1, n, share) if x else 1.0
        return float((more + same_or_more) / 2)

    def below(share: float) -> float:
        less, same_or_less = bdtr(x - 1, n, share) if x else 0.0, bdtr(x, n, share)
        return float((less + same_or_less) / 2)

    lower = brentq(lambda share: above(share) - half_alpha, 0.0, 1.0, xtol=1e-14) if x > 0 else 0.0
    upper = brentq(lambda share: below(share) - half_alpha, 0.0, 1.0, xtol=1e-14) if x < n else 1.0
    return lower, upper


_LIMITS: dict[str, Callable[[int, int, float], tuple[float, float]]] = {
    "clopper-pearson": _clopper_pearson,
    "wilson": _wilson,
    "jeffreys": _jeffreys,
    "agresti-coull": _agresti_coull,
    "mid-p": _mid_p,
}
