"""The results that a reader looks at first: without subgroups, without what stands elsewhere."""

from __future__ import annotations

import pandas as pd

UNLESS_ZERO = ("left-out", "no-record")
ELSEWHERE = ("subjects", "quantile")
"""The number of subjects stands beside the endpoint; other quantiles than the median stand in endpoints.html."""


def key_results(results: pd.DataFrame) -> pd.DataFrame:
    """The results of all subjects, without reasons, other quantiles, and subjects left out where there are none."""
    kept = without_reasons(results[results["group"] == ""])
    is_empty = kept["measure"].isin(UNLESS_ZERO) & (kept["value"] == 0)
    return kept[~kept["measure"].isin(ELSEWHERE) & ~is_empty]


def without_reasons(results: pd.DataFrame) -> pd.DataFrame:
    """The results without events and censored subjects of one description, where the total of both stands beside them."""
    names = results["endpoint"] + "\0" + results["group"]
    of_all = results["cause"] == ""
    parts = pd.Series(False, index=results.index)
    for measure, total in (("events", "events"), ("count", "censored"), ("censored", "censored")):
        has_total = names.isin(set(names[of_all & (results["measure"] == total)]))
        parts |= has_total & ~of_all & (results["measure"] == measure)
    return results[~parts]
