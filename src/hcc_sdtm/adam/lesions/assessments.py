"""Which scans of a reader are one assessment: those of one visit number that are not too far apart, or of one day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.dated import column_or_missing
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.criteria import LesionReading


def group_assessments(
    results: pd.DataFrame, lesions: pd.DataFrame, tr: Dataset, tu: Dataset | None, reading: LesionReading
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The results with their ``assessment``, and the assessments; a new lesion makes one where nothing was measured."""
    new = lesions[(lesions["kind"] == "NEW") & (lesions["position"] >= 0) & lesions["day"].notna()]
    rows = pd.concat(
        [
            _visits(results[["reader", "subject", "evaluator", "day", "position"]], tr),
            *([_visits(new[["reader", "subject", "evaluator", "day", "position"]], tu)] if tu is not None else []),
        ],
        ignore_index=True,
    )
    numbered = rows.loc[rows["AVISITN"].notna(), ["reader", "day", "AVISITN", "AVISIT"]]
    same_day = numbered.drop_duplicates(["reader", "day"])
    filled = rows[["reader", "day"]].merge(same_day, how="left", on=["reader", "day"])
    unnumbered = rows["AVISITN"].isna().to_numpy()
    for name in ("AVISITN", "AVISIT"):
        rows.loc[unnumbered, name] = filled.loc[unnumbered, name].to_numpy()
    rows["AVISIT"] = rows["AVISIT"].fillna("")
    visit, day, reader = (rows[name].to_numpy() for name in ("AVISITN", "day", "reader"))
    order = np.lexsort((day, visit, reader))
    apart = np.ones(len(rows), dtype=bool)
    one, other = order[1:], order[:-1]
    gap = day[one] - day[other]
    together = (visit[one] == visit[other]) & (gap <= reading.assessment_days)
    together |= np.isnan(visit[one]) & np.isnan(visit[other]) & (gap == 0)
    apart[1:] = ~(together & (reader[one] == reader[other]))
    rows.loc[order, "set"] = np.cumsum(apart)
    sets = rows.groupby("set", sort=True).agg(
        reader=("reader", "first"),
        subject=("subject", "first"),
        evaluator=("evaluator", "first"),
        AVISIT=("AVISIT", "first"),
        AVISITN=("AVISITN", "min"),
        first_day=("day", "min"),
        last_day=("day", "max"),
    )
    sets = sets.sort_values(["reader", "first_day", "last_day", "AVISITN"], kind="stable")
    place = pd.Series(np.arange(len(sets)), index=sets.index)
    sets["number"] = sets.groupby("reader").cumcount()
    measured = results.assign(assessment=place.loc[rows["set"].iloc[: len(results)]].to_numpy())
    columns = ["reader", "subject", "evaluator", "number", "AVISIT", "AVISITN", "first_day", "last_day"]
    return measured, sets[columns].reset_index(drop=True)


def _visits(rows: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    frame, position = dataset.frame, rows["position"].to_numpy(dtype=np.int64)
    number = frame["VISITNUM"].to_numpy(dtype=float)[position] if "VISITNUM" in frame else np.nan
    return rows.assign(AVISITN=number, AVISIT=column_or_missing(frame, "VISIT").to_numpy(dtype=object)[position])
