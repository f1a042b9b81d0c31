"""Progression by the sum of the targets where no lesion has progressed alone: which targets it came from.

Three lesions that each grow by 4 mm are a progression that no lesion's own growth explains.

Source: RECIST 1.1 (Eisenhauer 2009), section 4.3.1.
"""

from __future__ import annotations

import pandas as pd

from hcc_sdtm.adam.lesions.course import has_progressed
from hcc_sdtm.spec.adam.criteria import Criterion

SUM = "SUM"
"""How a lesion has progressed that is larger than at the nadir of a sum which progressed without any lesion of its own."""


def mark_sum_progression(
    rows: pd.DataFrame, sums: pd.DataFrame, sizes: pd.DataFrame, criterion: Criterion
) -> pd.DataFrame:
    """The rows of `build_lesion_progression`, with ``how`` SUM on the targets that made the sum progress together.

    ``sums`` are those of `target_sums`, ``sizes`` those of `target_sizes`. A sum that lacks some targets progresses where those
    measured are enough. Assessments at which a lesion progressed on its own are left as they are.
    """
    after = sums[~sums["is_baseline"].astype(bool)]
    by_sum = after.loc[has_progressed(after, criterion), ["reader", "assessment", "nadir"]]
    by_sum = by_sum[~by_sum["assessment"].isin(rows.loc[rows["how"] != "", "assessment"])]
    if not len(by_sum):
        return rows
    measured = rows.reset_index(names="row").merge(_at_nadir(by_sum, sums, sizes), on=["lesion", "assessment"])
    marked = rows.copy()
    marked.loc[measured.loc[measured["size"] > measured["least"], "row"], "how"] = SUM
    return marked


def _at_nadir(by_sum: pd.DataFrame, sums: pd.DataFrame, sizes: pd.DataFrame) -> pd.DataFrame:
    """``least``, the size of each ``lesion`` at the last assessment that had the nadir of the progressing ``assessment``."""
    number = sums["assessment"].where(~sums["is_baseline"].astype(bool), -1)
    earlier = by_sum.merge(
        sums.assign(assessment=number)[["reader", "assessment", "sum"]], on="reader", suffixes=("", "_n")
    )
    earlier = earlier[(earlier["assessment_n"] < earlier["assessment"]) & (earlier["sum"] == earlier["nadir"])]
    last = earlier.sort_values("assessment_n").drop_duplicates("assessment", keep="last")
    number = sizes["assessment"].where(~sizes["is_baseline"].astype(bool), -1)
    then = sizes.assign(assessment_n=number, reader=sizes["reader"], least=sizes["size"])
    found = last[["assessment", "assessment_n", "reader"]].merge(
        then[["lesion", "reader", "assessment_n", "least"]], on=["reader", "assessment_n"]
    )
    return found[["lesion", "assessment", "least"]]
