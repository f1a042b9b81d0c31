"""Cumulative incidence where several causes compete for the same subjects (Aalen-Johansen).

Ours and not lifelines', which moves tied times apart at random, so that a censoring can come before an event of the same
day. The variance is the delta method (Dinse and Larson 1986; Marubini and Valsecchi 1995), which is Greenwood's where
there is one cause, and what R's survfit gives for competing risks; or Aalen's of 1978, a little larger, which R's cmprsk
has, and SAS where nothing is asked for. The limits are transformed as for a survival curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hcc_sdtm.endpoints.limits import confidence_limits
from hcc_sdtm.endpoints.risk_sets import (
    Counts,
    Floats,
    RiskSets,
    build_risk_sets,
    distinct_places,
    read_codes,
    read_numbers,
)
from hcc_sdtm.endpoints.survival import Rate
from hcc_sdtm.spec.endpoints import Transform

Variance = Literal["delta", "aalen"]
"""How the standard error of an incidence is made."""
CURVE_COLUMNS = ("time", "cause", "at_risk", "events", "censored", "survival", "incidence", "se", "lower", "upper")


@dataclass(frozen=True)
class IncidenceCurve:
    """Cumulative incidences of competing causes.

    ``columns`` have of each cause, from 1 on, one value for each distinct time: time, cause, at_risk, events (of that cause),
    censored, survival (free of every cause), incidence, se, lower, upper. The incidences and ``survival`` add up to 1.
    """

    columns: Mapping[int, Mapping[str, Any]]
    risk_sets: RiskSets
    ci: Transform
    level: float

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The columns as a table, one row for each cause and time, sorted by cause, then time."""
        frames = [pd.DataFrame(columns) for columns in self.columns.values()]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(CURVE_COLUMNS))

    @property
    def n(self) -> int:
        """Number of subjects."""
        return len(self.risk_sets.exits)

    def at_risk(self, times: ArrayLike) -> Counts:
        """Number at risk at each time: entry < t <= exit."""
        return self.risk_sets.at_risk(times)

    def events(self, cause: int) -> int:
        """Number of subjects whose first event was of this cause."""
        return int(self.columns[cause]["events"].sum()) if cause in self.columns else 0

    def rate(self, t: float, cause: int) -> Rate:
        """Incidence of the cause by ``t``; NaN past the longest duration unless everybody had an event."""
        at_risk = int(self.at_risk(t))
        if cause not in self.columns and self.n:
            raise ValueError(f"no cause {cause}; the causes are {list(self.columns)}")
        if not self.n or t < 0:
            return Rate(np.nan, np.nan, np.nan, at_risk)
        columns = self.columns[cause]
        row = int(np.searchsorted(columns["time"], t, side="right")) - 1
        if row < 0:
            lower, upper = confidence_limits(np.zeros(1), np.zeros(1), self.ci, self.level)
            return Rate(0.0, float(lower[0]), float(upper[0]), at_risk)
        survival, incidence, lower_limit, upper_limit = (
            float(columns[name][row]) for name in ("survival", "incidence", "lower", "upper")
        )
        if t > self.risk_sets.exits[-1] and survival > 0:
            return Rate(np.nan, np.nan, np.nan, at_risk)
        return Rate(incidence, lower_limit, upper_limit, at_risk)


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    entry: ArrayLike | None = None,
    *,
    causes: int = 0,
    ci: Transform = "log-log",
    level: float = 0.95,
    variance: Variance = "delta",
) -> IncidenceCurve:
    """The cumulative incidence of each cause; ``cause`` is 0 for a censoring and 1, 2, ... for what happened first.

    ``causes`` is how many causes there can be, for a study in which the last of them has not happened yet; ``variance``
    that of the standard error and the limits. At a tie an event comes before a censoring. Raises ValueError, naming the
    position, for a duration that is negative, missing or infinite, an entry not before its exit, a cause that is no whole
    number from 0, and an unknown variance.
    """
    if variance not in get_args(Variance):
        raise ValueError(f'unknown variance "{variance}"; allowed: {", ".join(get_args(Variance))}')
    times = read_numbers(time)
    codes = read_codes("cause", cause, len(times))
    risk_sets = build_risk_sets(times, None if entry is None else read_numbers(entry))
    distinct, place = distinct_places(times)
    at_risk = risk_sets.at_risk(distinct)
    having = np.bincount(place[codes > 0], minlength=len(distinct))
    censored = np.bincount(place[codes == 0], minlength=len(distinct))
    survival = np.cumprod(1 - having / at_risk)
    before = np.concatenate([[1.0], survival[:-1]])[: len(distinct)]
    columns: dict[int, dict[str, Any]] = {}
    for number in range(1, max(causes, int(codes.max(initial=0))) + 1):
        events = np.bincount(place[codes == number], minlength=len(distinct))
        incidence = np.cumsum(before * events / at_risk)
        standard_error = _standard_error if variance == "delta" else _aalens_standard_error
        se = standard_error(at_risk, having, events, before, incidence)
        counts, heights = (distinct, number, at_risk, events, censored), (survival, incidence, se)
        values = *counts, *heights, *confidence_limits(incidence, se, ci, level)
        columns[number] = dict(zip(CURVE_COLUMNS, values, strict=True))
    return IncidenceCurve(columns, risk_sets, ci, level)


def _standard_error(at_risk: Counts, having: Counts, events: Counts, before: Floats, incidence: Floats) -> Floats:
    """Delta-method standard error at every time; ``having`` counts all causes, ``events`` this one."""
    n, d, k = at_risk.astype(np.float64), having.astype(np.float64), events.astype(np.float64)
    # where all at risk have an event the incidence stays as it is afterwards, and this term is multiplied by 0
    staying = np.where(n > d, n - d, np.inf)
    any_cause = d / (n * staying)
    this_cause = before**2 * (n - k) * k / n**3
    both = before * k / n**2
    return _root_of_sum(incidence, any_cause, this_cause, both)


def _aalens_standard_error(
    at_risk: Counts, having: Counts, events: Counts, before: Floats, incidence: Floats
) -> Floats:
    """Standard error at every time from counting processes (Aalen, Annals of Statistics 6 (1978) 534-545)."""
    n, d, k = at_risk.astype(np.float64), having.astype(np.float64), events.astype(np.float64)
    less, staying = np.where(n > 1, n - 1, np.inf), np.where(n > d, n - d, np.inf)
    any_cause = d / (less * staying)
    this_cause = before**2 * k * (n - k) / (n**2 * less)
    both = before * k * (n - k) / (n * staying * less)
    return _root_of_sum(incidence, any_cause, this_cause, both)


def _root_of_sum(incidence: Floats, any_cause: Floats, this_cause: Floats, both: Floats) -> Floats:
    """Root of the sum over j <= t of (F(t) - F_j)^2 any_j + this_j - 2 (F(t) - F_j) both_j, expanded into running sums."""
    variance = (
        incidence**2 * np.cumsum(any_cause)
        - 2 * incidence * np.cumsum(incidence * any_cause)
        + np.cumsum(incidence**2 * any_cause)
        + np.cumsum(this_cause)
        - 2 * incidence * np.cumsum(both)
        + 2 * np.cumsum(incidence * both)
    )
    # the running sums cancel: what rounding leaves of a variance of 0 may be below 0
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))
