"""Sums of the target lesions at each assessment, with baseline and nadir.

One row an assessment; arithmetic alone, no response.

Source: RECIST 1.1 sections 4.2 and 4.3.1 (sum of diameters; the smallest sum on study, the baseline included).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.adam.lesions.targets import Targets
from hcc_sdtm.spec.adam.criteria import Criterion

SUM_COLUMNS = [
    "assessment",
    "reader",
    "is_baseline",
    "targets",
    "measured",
    "known",
    "sum",
    "base",
    "nadir",
    "gone",
    "visible",
    "regrown",
    "day",
    "position",
]


def target_sums(lesions: Lesions, targets: Targets, criterion: Criterion, after: np.ndarray) -> pd.DataFrame:
    """One row for each reader's baseline (``assessment`` -1) and each assessment of ``after`` with targets.

    ``targets`` and ``measured`` are how many there are and how many have a size, ``known`` is the sum of those, ``sum`` the
    same where all have one, else NaN; ``base`` the baseline sum (NaN: none to compare with), ``nadir`` the smallest sum
    before this assessment. ``gone``: every target is absent, or a normal node; ``visible``: one that was measured is
    neither; ``regrown``: one other than a node has a size. ``day`` and ``position`` are of the first or last scan of the
    sum, as the criterion says.
    """
    if targets.sizes.empty:
        return pd.DataFrame({name: pd.Series(dtype=float) for name in SUM_COLUMNS}).astype({"is_baseline": bool})
    of_lesion = targets.lesions.set_index("lesion")
    sizes = targets.sizes
    sizes = sizes[sizes["is_baseline"] | sizes["assessment"].isin(after)]
    node = sizes["lesion"].map(of_lesion["is_node"]).to_numpy(dtype=bool)
    size = sizes["size"].to_numpy(dtype=float)
    limit = np.where(node, criterion.nodes.normal_below_mm, 0.0)
    table = sizes.assign(
        reader=sizes["lesion"].map(of_lesion["reader"]),
        assessment=sizes["assessment"].where(~sizes["is_baseline"], -1),
        gone=(size == 0) | (size < limit),
        visible=(size > 0) & (size >= limit),
        regrown=~node & (size > 0),
    )
    by = table.groupby(["reader", "assessment"], sort=True)
    sums = by.agg(
        targets=("lesion", "size"),
        measured=("evaluated", "sum"),
        known=("size", "sum"),
        gone=("gone", "all"),
        visible=("visible", "any"),
        regrown=("regrown", "any"),
    ).reset_index()
    dated = table[table["position"] >= 0].sort_values(["reader", "assessment", "day", "position"])
    scan = dated.drop_duplicates(["reader", "assessment"], keep=criterion.dates.sum)
    sums = sums.merge(scan[["reader", "assessment", "day", "position"]], how="left", on=["reader", "assessment"])
    sums["position"] = sums["position"].fillna(-1).astype(np.int64)
    sums["is_baseline"] = sums["assessment"] == -1
    sums["sum"] = sums["known"].where(sums["measured"] == sums["targets"])
    compared = targets.lesions.groupby("reader")["compared"].all()
    wanted = targets.lesions[~targets.lesions["child"]].groupby("reader").size()
    is_whole = sums["reader"].map(compared) & (sums["reader"].map(wanted) == sums["targets"])
    bases = sums[sums["is_baseline"] & is_whole].set_index("reader")["sum"]
    sums["base"] = sums["reader"].map(bases)
    number = lesions.assessments["number"].to_numpy(dtype=np.int64)
    at = sums["assessment"].to_numpy(dtype=np.int64)
    sums["order"] = np.where(at < 0, -1, number[at])
    sums = sums.sort_values(["reader", "order"], kind="stable")
    counted = sums["sum"].where(~sums["is_baseline"] | sums["base"].notna())
    earlier = counted.groupby(sums["reader"]).cummin().groupby(sums["reader"]).ffill()
    sums["nadir"] = earlier.groupby(sums["reader"]).shift().where(sums["base"].notna())
    return sums[SUM_COLUMNS].reset_index(drop=True)
