"""A proportion with its limits: exact (Clopper and Pearson 1934) or by score (Wilson 1927)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import betaincinv, ndtri

ProportionInterval = Literal["clopper-pearson", "wilson"]


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share of ``n``, between 0 and 1, with its two-sided limits; all NaN where ``n`` is 0."""

    estimate: float
    lower: float
    upper: float
    n: int


def proportion(x: int, n: int, ci: ProportionInterval = "clopper-pearson", level: float = 0.95) -> Proportion:
    """The share ``x`` of ``n``. At 0 of n and n of n the one open limit keeps half of alpha, as in R and SAS: 0 of 10
    has the upper limit 0.3085.

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
    half_alpha = (1 - level) / 2
    if ci == "clopper-pearson":
        lower = float(betaincinv(x, n - x + 1, half_alpha)) if x > 0 else 0.0
        upper = float(betaincinv(x + 1, n - x, 1 - half_alpha)) if x < n else 1.0
        return Proportion(x / n, lower, upper, n)
    z2 = float(ndtri(1 - half_alpha)) ** 2
    middle = (x + z2 / 2) / (n + z2)
    reach = np.sqrt(z2 * (x * (n - x) / n + z2 / 4)) / (n + z2)
    # at 0 of n and n of n one limit is the edge itself, but for rounding
    lower = 0.0 if x == 0 else float(middle - reach)
    upper = 1.0 if x == n else float(middle + reach)
    return Proportion(x / n, lower, upper, n)
