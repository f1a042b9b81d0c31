"""The log-rank test of two or more groups, stratified or not, with delayed entry.

Ours, because lifelines' has neither strata nor delayed entry. Mantel 1966; Peto and Peto 1972.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from hcc_sdtm.endpoints.group_counts import GroupCounts, read_group_counts
from hcc_sdtm.endpoints.risk_sets import Floats


@dataclass(frozen=True)
class LogRank:
    """The test of equal hazards: chi-squared ``statistic``, degrees of freedom, two-sided ``p``.

    ``columns`` have one value for each group, in sorted order: group, n, events (observed), expected. NaN as statistic and p
    where no two groups were ever at risk together when an event came.
    """

    statistic: float
    df: int
    p: float
    columns: Mapping[str, Any]

    @cached_property
    def groups(self) -> pd.DataFrame:
        """The columns as a table, one row for each group."""
        return pd.DataFrame(self.columns)


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
    return log_rank_of(read_group_counts(time, event, group, strata, entry))


def log_rank_of(counts: GroupCounts) -> LogRank:
    """`log_rank` of groups that are counted."""
    expected, variance = np.zeros(len(counts.names)), np.zeros((len(counts.names), len(counts.names)))
    for at_risk, having in counts.strata:
        made = _of_stratum(at_risk.astype(np.float64), having.sum(axis=0).astype(np.float64))
        expected += made[0]
        variance += made[1]
    excess = counts.events - expected
    compared = np.diag(variance) > 0
    df = int(compared.sum()) - 1
    statistic = np.nan
    if df > 0:
        kept = np.flatnonzero(compared)[:-1]
        statistic = float(excess[kept] @ np.linalg.solve(variance[np.ix_(kept, kept)], excess[kept]))
    columns = {"group": counts.names, "n": counts.sizes, "events": counts.events, "expected": expected}
    return LogRank(statistic, max(df, 0), float(chdtrc(df, statistic)) if df > 0 else np.nan, columns)


def _of_stratum(at_risk: Floats, having: Floats) -> tuple[Floats, Floats]:
    """Expected events by group, and their covariance: hypergeometric at each time of an event."""
    total = at_risk.sum(axis=0)
    share = at_risk / total
    # one at risk alone has no variance
    factor = having * (total - having) / np.maximum(total - 1, 1)
    variance = np.diag((share * factor).sum(axis=1)) - (share * factor) @ share.T
    return (share * having).sum(axis=1), variance
