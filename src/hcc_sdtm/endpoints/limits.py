"""Confidence limits of a survival or incidence probability, by the transform that the table names.

The default differs between programs: log-log in SAS, log in R, plain in some tables. Every result therefore says which
one it used.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hcc_sdtm.spec.endpoints import Transform

Floats = NDArray[np.float64]

EDGE = 1e-12
"""A probability nearer to 0 or 1 than this is 0 or 1, but for rounding in the sums that made it."""


def confidence_limits(probability: Floats, se: Floats, ci: Transform, level: float = 0.95) -> tuple[Floats, Floats]:
    """Lower and upper limits, inside 0 to 1, from an estimate and its standard error on the probability scale.

    NaN where the transform has no value: log-log and arcsin at 0 and 1, log at 0, and wherever the standard error is NaN. R's
    survfit does the same. Raises ValueError for a transform that is not known or a level outside 0 to 1.
    """
    if ci not in get_args(Transform):
        raise ValueError(f'unknown limits "{ci}"; allowed: {", ".join(get_args(Transform))}')
    if not 0 < level < 1:
        raise ValueError(f"the confidence level must lie between 0 and 1, not {level}")
    z = float(ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if ci == "log-log":
            inside = np.where((probability > EDGE) & (probability < 1 - EDGE), probability, np.nan)
            spread = np.exp(z * se / (inside * -np.log(inside)))
            return inside**spread, inside ** (1 / spread)
        if ci == "log":
            above = np.where(probability > EDGE, probability, np.nan)
            spread = np.exp(z * se / above)
            return above / spread, np.minimum(above * spread, 1.0)
        if ci == "arcsin":
            inside = np.where((probability > EDGE) & (probability < 1 - EDGE), probability, np.nan)
            angle, reach = np.arcsin(np.sqrt(inside)), z * se / (2 * np.sqrt(inside * (1 - inside)))
            return np.sin(np.maximum(angle - reach, 0.0)) ** 2, np.sin(np.minimum(angle + reach, np.pi / 2)) ** 2
        return np.maximum(probability - z * se, 0.0), np.minimum(probability + z * se, 1.0)
