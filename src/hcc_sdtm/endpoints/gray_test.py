"""Gray's test that groups have the same cumulative incidence of one cause, stratified or not.

Gray, Annals of Statistics 16 (1988) 1141-1154, with the weight (1 - F) ** rho. Where the paper leaves a choice (which side of a
jump, the correction for ties) it is that of the author's R package cmprsk, whose printed statistics it reproduces; SAS
LIFETEST has the same test. Censoring alone is allowed for, delayed entry is not: nothing published covers it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from hcc_sdtm.endpoints.risk_sets import Counts, Floats, build_risk_sets, read_codes, read_comparison, read_numbers

NO_VARIANCE = 1e-12
"""A variance below this is that of a group which nobody could be compared with, but for rounding."""


@dataclass(frozen=True)
class GrayTest:
    """The test of equal cumulative incidence: chi-squared ``statistic``, degrees of freedom, two-sided ``p``.

    ``groups`` has one row a group, in sorted order: group, n, events (of the cause), expected under equal incidence. NaN as
    statistic and p where no two groups were ever at risk together when an event of the cause came.
    """

    statistic: float
    df: int
    p: float
    groups: pd.DataFrame


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None = None,
    *,
    of: int = 1,
    rho: float = 0.0,
) -> GrayTest:
    """Gray's test of the cumulative incidence of cause ``of`` between the groups, within the strata where they are given.

    ``cause`` is 0 for a censoring and 1, 2, ... for what happened first. At a tie an event comes before a censoring. With one
    cause alone it compares what `log_rank` compares, with a variance of its own. Raises ValueError, naming the position, for a
    duration that is negative, missing or infinite, a cause that is no whole number from 0, a group or stratum that is
    missing, ``of`` below 1, and fewer than two groups.
    """
    times = read_numbers(time)
    codes = read_codes("cause", cause, len(times))
    build_risk_sets(times, None)
    group_codes, names, stratum = read_comparison(group, strata, len(times))
    if of < 1:
        raise ValueError(f"causes are numbered from 1, not {of}")
    excess, variance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    expected = np.zeros(len(names))
    for number in np.unique(stratum):
        own = stratum == number
        made = _of_stratum(times[own], codes[own], group_codes[own], len(names), of, rho)
        excess, expected, variance = excess + made[0], expected + made[1], variance + made[2]
    compared = np.flatnonzero(np.diag(variance) > NO_VARIANCE)
    df, statistic = max(len(compared) - 1, 0), np.nan
    if df:
        kept = compared[:-1]
        statistic = float(excess[kept] @ np.linalg.solve(variance[np.ix_(kept, kept)], excess[kept]))
    counts = np.bincount(group_codes, minlength=len(names))
    events = np.bincount(group_codes[codes == of], minlength=len(names))
    table = pd.DataFrame({"group": names, "n": counts, "events": events, "expected": expected})
    return GrayTest(statistic, df, float(chdtrc(df, statistic)) if df else np.nan, table)


def _of_stratum(
    times: Floats, codes: Counts, groups: Counts, number: int, of: int, rho: float
) -> tuple[Floats, Floats, Floats]:
    """Weighted observed less expected, expected, and covariance, of one stratum; rows are groups, columns times of an event."""
    at = np.unique(times[codes > 0])
    if not len(at):
        return np.zeros(number), np.zeros(number), np.zeros((number, number))
    having, competing, at_risk = np.zeros((3, number, len(at)))
    for code in range(number):
        own = groups == code
        at_risk[code] = build_risk_sets(times[own], None).at_risk(at)
        for counts, chosen in ((having, codes == of), (competing, (codes > 0) & (codes != of))):
            counts[code] = np.bincount(np.searchsorted(at, times[own & chosen]), minlength=len(at))
    someone = at_risk > 0
    divisor = np.where(someone, at_risk, 1.0)
    survival = np.cumprod((at_risk - having - competing) / divisor + ~someone, axis=1, dtype=np.float64)
    before = _shifted(survival, 1.0)
    incidence_before = _shifted(np.cumsum(before * having / divisor, axis=1, dtype=np.float64), 0.0)
    # h of the paper: the number at risk, had no competing event taken anybody away; R is h times 1 - F of the group
    enlarged = np.where(someone, at_risk / np.where(before > 0, before, 1.0), 0.0)
    all_enlarged, all_having = enlarged.sum(axis=0), having.sum(axis=0)
    incidence: Floats = np.cumsum(all_having / all_enlarged, dtype=np.float64)
    free, free_before = 1 - incidence, _shifted(1 - incidence, 1.0)
    # rounding may leave 1 - F a hair below 0 where everybody had the event
    weight = np.maximum(free_before, 0.0) ** rho
    adjusted = enlarged * (1 - incidence_before)
    share = adjusted / np.where(adjusted.sum(axis=0) > 0, adjusted.sum(axis=0), 1.0)
    excess = (weight * (having - share * all_having)).sum(axis=1)
    expected = (share * all_having).sum(axis=1)

    # a[k, r]: what an event of the cause in group r does to the score of group k at once; rest: what it does later
    a = weight * enlarged * (np.eye(number)[:, :, None] - (enlarged / all_enlarged)[:, None, :])
    steps = np.cumsum(
        a * np.divide(all_having, all_enlarged * free_before, where=free_before > 0, out=0 * free), axis=2
    )
    rest = steps[:, :, -1:] - steps
    ratio = np.where(survival > 0, free / np.where(survival > 0, survival, 1.0), 0.0)
    ties = _correction(all_having, all_enlarged * before)
    of_cause = np.where(someone, ties * all_having / (all_enlarged * np.where(someone, enlarged, 1.0)), 0.0)
    ties = _correction(competing, at_risk)
    of_others = np.where(survival > 0, ties * competing / np.where(someone, enlarged, 1.0) ** 2, 0.0)
    own, other = a + (1 - ratio) * rest, -ratio * rest
    variance = np.einsum("irt,jrt,rt->ij", own, own, of_cause) + np.einsum("irt,jrt,rt->ij", other, other, of_others)
    return excess, expected, variance


def _shifted(values: Floats, first: float) -> Floats:
    """Each value as it was before its time."""
    return np.concatenate([np.full_like(values[..., :1], first), values[..., :-1]], axis=-1)


def _correction(events: Floats, at_risk: Floats) -> Floats:
    """What ties take from the variance: 1 - (d - 1) / (n - 1), as in the log-rank test; 1 where there is no tie."""
    return np.where(events > 1, 1 - (events - 1) / np.where(at_risk > 1, at_risk - 1, np.inf), 1.0)
