"""What evaluators recorded in RS at the assessments of their lesions, by one criterion.

Knows which record is of which assessment: that of the same visit, else one dated inside its scans; of several the nearest.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.dated import column_or_missing, dated_records, evaluator_names
from hcc_sdtm.adam.lesions.records import Lesions
from hcc_sdtm.adam.lesions.terms import text_column
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.criteria import Criterion, LesionReading
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import Trial

PARTS = {
    "OVRLRESP": "overall",
    "TRGRESP": "target",
    "NTRGRESP": "non_target",
    "NEWLIND": "new_lesion",
    "NEWLPROG": "new_lesion",
}
"""Tests of RS, and the part of a response that each holds."""


def recorded_responses(
    datasets: Mapping[str, Dataset],
    lesions: Lesions,
    criterion: Criterion,
    subjects: Subjects,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
    reading: LesionReading,
) -> pd.DataFrame:
    """Dated responses of RS by the criterion: ``reader``, ``subject``, ``part``, ``value``, ``day``, ``position``,
    ``assessment`` (-1: of none).

    Responses without a category are of the primary criterion. Those by evaluators who measured no lesion are left out.
    """
    columns = ["reader", "subject", "part", "value", "day", "position", "assessment"]
    rs = datasets.get("RS")
    if rs is None or not lesions:
        return pd.DataFrame(columns=columns)
    frame = rs.frame
    categories = [category.upper() for category in criterion.categories]
    if trial.primary_criterion in (criterion.name, *criterion.categories):
        categories.append("")
    records, _ = dated_records("RS", rs, datasets, subjects, tables, trial)
    part, values = text_column(frame, "RSTESTCD").map(PARTS), column_or_missing(frame, "RSSTRESC")
    wanted = part.notna() & text_column(frame, "RSCAT").isin(categories) & (values != "")
    records = records[wanted.to_numpy()[records["position"]]]
    at = records["position"].to_numpy()
    records = records.assign(
        part=part.to_numpy()[at],
        value=values.to_numpy(dtype=object)[at],
        evaluator=evaluator_names(frame, "RS", reading).to_numpy()[at],
        visit=frame["VISITNUM"].to_numpy(dtype=float)[at] if "VISITNUM" in frame else np.nan,
    )
    readers = lesions.assessments[["reader", "subject", "evaluator"]].drop_duplicates()
    records = records.merge(readers, on=["subject", "evaluator"])
    records = records.sort_values(["reader", "day", "position"], kind="stable").reset_index(drop=True)
    records["assessment"] = _assessments(records, lesions)
    return records[columns]


def _assessments(records: pd.DataFrame, lesions: Lesions) -> np.ndarray:
    """The assessment that each record is of; -1: none. Of one part only one record is of an assessment."""
    own = lesions.assessments[["reader", "AVISITN", "first_day", "last_day"]].reset_index(names="assessment")
    pairs = records[["reader", "part", "day", "visit"]].reset_index(names="record").merge(own, on="reader")
    outside = np.fmax(np.fmax(pairs["first_day"] - pairs["day"], pairs["day"] - pairs["last_day"]), 0.0)
    same_visit = pairs["visit"] == pairs["AVISITN"]
    pairs = pairs.assign(outside=outside, other_visit=~same_visit)[same_visit | (outside == 0)]
    pairs = pairs.sort_values(["other_visit", "outside", "record"], kind="stable")
    pairs = pairs.drop_duplicates("record").drop_duplicates(["assessment", "part"])
    found = pairs.set_index("record")["assessment"].reindex(records.index).fillna(-1)
    return np.asarray(found, dtype=np.int64)
