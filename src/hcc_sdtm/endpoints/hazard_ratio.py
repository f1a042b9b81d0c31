"""Hazard ratios of the groups of one variable: Cox regression, Efron's method for ties, on counts by time and group.

Ours beside `cox`, which is lifelines and takes any covariates: a model of one variable needs no row a subject, only how many
of each group were at risk and had the event at each time, and the two are tested to be equal. Cox 1972; Efron 1977.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from hcc_sdtm.endpoints.estimate_warning import warn
from hcc_sdtm.endpoints.group_counts import GroupCounts, read_group_counts
from hcc_sdtm.endpoints.risk_sets import Counts, Floats

EVENTS_PER_COVARIATE = 10
"""Fewer events for each covariate than this make a Cox model say too much (Peduzzi and others 1995)."""
NOT_SETTLED = "the model did not settle: a covariate may tell events from the others without exception"
STEPS = 40
SETTLED = 1e-9
LARGEST = 15.0
"""A log hazard ratio beyond this is on its way to infinity."""


@dataclass(frozen=True)
class CoxModel:
    """Hazard ratios.

    ``columns`` have one value for each covariate: covariate, hazard_ratio, lower, upper, coefficient, se, z, p (Wald).
    ``warnings`` says what speaks against reading them: few events for a covariate, no convergence.
    """

    columns: Mapping[str, Any]
    n: int
    events: int
    warnings: tuple[str, ...]

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """The columns as a table, one row for each covariate."""
        return pd.DataFrame(self.columns)


def hazard_ratios(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    reference: Any,
    entry: ArrayLike | None = None,
    *,
    strata: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxModel:
    """The hazard ratio of each group against the reference, with Wald limits; the covariate of a row is its group.

    Raises ValueError as `log_rank` does, for a reference that nobody is in, and for a study without any event.
    """
    model = hazard_ratios_of(read_group_counts(time, event, group, strata, entry), reference, level)
    warn(model.warnings)
    return model


def hazard_ratios_of(counts: GroupCounts, reference: Any, level: float) -> CoxModel:
    """`hazard_ratios` of groups that are counted, without a Python warning."""
    names, events = counts.names, counts.events
    if reference not in names:
        raise ValueError(f'nobody is in the reference "{reference}"; the groups are {", ".join(map(str, names))}')
    if not events.any():
        raise ValueError("there is no event, so there is no hazard ratio")
    at_risk = np.hstack([_at_risk(*each) for each in counts.strata])
    others = [number for number, name in enumerate(names) if name != reference]
    observed = events[others].astype(np.float64)
    coefficients, information, settled = _maximum(at_risk, others, observed)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        se = np.sqrt(np.diag(np.linalg.pinv(information)))
        z, reach = coefficients / se, float(ndtri((1 + level) / 2)) * se
        columns = {
            "covariate": [names[number] for number in others],
            "hazard_ratio": np.exp(coefficients),
            "lower": np.exp(coefficients - reach),
            "upper": np.exp(coefficients + reach),
            "coefficient": coefficients,
            "se": se,
            "z": z,
            "p": 2 * ndtr(-np.abs(z)),
        }
    said = doubts(int(events.sum()), len(others), settled)
    return CoxModel(columns, int(counts.sizes.sum()), int(events.sum()), said)


def doubts(events: int, covariates: int, settled: bool) -> tuple[str, ...]:
    """What speaks against reading a Cox model."""
    said = [] if settled else [NOT_SETTLED]
    if events < EVENTS_PER_COVARIATE * covariates:
        many = "1 covariate" if covariates == 1 else f"{covariates} covariates"
        said.append(f"{events} event{'s' * (events != 1)} for {many}: {EVENTS_PER_COVARIATE} each are usual")
    return tuple(said)


def _at_risk(counted: Counts, tied: Counts) -> Floats:
    """Of each group the number at risk at each event, of tied events less the share of those that came first (Efron)."""
    having = tied.sum(axis=0)
    row = np.repeat(np.arange(len(having)), having)
    share = (np.arange(len(row)) - np.repeat(np.cumsum(having) - having, having)) / having[row]
    return np.asarray(counted[:, row] - share * tied[:, row])


def _maximum(at_risk: Floats, others: Sequence[int], observed: Floats) -> tuple[Floats, Floats, bool]:
    """The log hazard ratios of largest partial likelihood, their information, and whether they settled (Newton, halving)."""
    found = np.zeros(len(others))
    likelihood, score, information = _likelihood(found, at_risk, others, observed)
    for _ in range(STEPS):
        if np.abs(score).max() <= SETTLED * max(1.0, observed.sum()) or np.abs(found).max() > LARGEST:
            break
        step = np.linalg.pinv(information) @ score
        for _ in range(STEPS):
            tried = _likelihood(found + step, at_risk, others, observed)
            if tried[0] >= likelihood - SETTLED:
                break
            step = step / 2
        found = found + step
        likelihood, score, information = tried
    settled = bool(np.abs(found).max() <= LARGEST and np.abs(score).max() <= 1e-6 * max(1.0, observed.sum()))
    return found, information, settled


def _likelihood(
    found: Floats, at_risk: Floats, others: Sequence[int], observed: Floats
) -> tuple[float, Floats, Floats]:
    """The log partial likelihood, its slope and its curvature."""
    ratios = np.ones(len(at_risk))
    ratios[others] = np.exp(np.clip(found, -50, 50))
    weighted = at_risk * ratios[:, None]
    total = weighted.sum(axis=0)
    share = weighted[others] / total
    expected = share.sum(axis=1)
    information = np.diag(expected) - share @ share.T
    return float(observed @ found - np.log(total).sum()), observed - expected, information
