"""The log-rank test of two or more groups, stratified or not, with delayed entry.

Ours, because lifelines' has neither strata nor delayed entry. Mantel 1966; Peto and Peto 1972.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from hcc_sdtm.endpoints.risk_sets import (
    Floats,
    build_risk_sets,
    count_by_group,
    read_comparison,
    read_events,
    read_numbers,
)


@dataclass(frozen=True)
class LogRank:
    """The test of equal hazards: chi-squared ``statistic``, degrees of freedom, two-sided ``p``.

    ``groups`` has one row a group, in sorted order: group, n, events (observed), expected. NaN as statistic and p where
    no two groups were ever at risk together when an event came.
    """

    statistic: float
    df: int
    p: float
    groups: pd.DataFrame


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> LogRank:
    """The log-rank test of the groups, within the strata where they are given.

    At a tie an event comes before a censoring. Raises ValueError, naming the position, for a duration that is negative,
    missing or infinite, an entry not before its exit, an event that is neither 0 nor 1, a group or stratum that is
    missing, and fewer than two groups.
    """
    times = read_numbers(time)
    events = read_events(event, len(times))
    entries = None if entry is None else read_numbers(entry)
    build_risk_sets(times, entries)
    codes, names, stratum = read_comparison(group, strata, len(times))
    expected, variance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for number in np.unique(stratum):
        own = stratum == number
        made = _of_stratum(times[own], events[own], codes[own], None if entries is None else entries[own], len(names))
        expected += made[0]
        variance += made[1]
    observed = np.bincount(codes[events == 1], minlength=len(names)).astype(np.float64)
    excess = observed - expected
    compared = np.diag(variance) > 0
    df = int(compared.sum()) - 1
    statistic = np.nan
    if df > 0:
        kept = np.flatnonzero(compared)[:-1]
        statistic = float(excess[kept] @ np.linalg.solve(variance[np.ix_(kept, kept)], excess[kept]))
    table = pd.DataFrame(
        {
            "group": names,
            "n": np.bincount(codes, minlength=len(names)),
            "events": observed.astype(np.int64),
            "expected": expected,
        }
    )
    return LogRank(statistic, max(df, 0), float(chdtrc(df, statistic)) if df > 0 else np.nan, table)


def _of_stratum(
    times: Floats, events: np.ndarray, codes: np.ndarray, entries: Floats | None, groups: int
) -> tuple[Floats, Floats]:
    """Expected events by group, and their covariance: hypergeometric at each time of an event."""
    _, of_groups, had = count_by_group(times, events, codes, entries, groups)
    at_risk, having = of_groups.astype(np.float64), had.sum(axis=0).astype(np.float64)
    total = at_risk.sum(axis=0)
    share = at_risk / total
    # one at risk alone has no variance
    factor = having * (total - having) / np.maximum(total - 1, 1)
    variance = np.diag((share * factor).sum(axis=1)) - (share * factor) @ share.T
    return (share * having).sum(axis=1), variance
