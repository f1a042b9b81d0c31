"""Whether disease is controlled at each assessment, in the field of radiotherapy and out of it.

Knows the rows of `lesion_progression`; does not know what response the investigator gave.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.sum_progression import SUM

Field = Literal["irradiated", "other"]

PROGRESSED: dict[Field, str] = {"irradiated": "LOCAL FAILURE", "other": "PROGRESSION"}
CONTROLLED: dict[Field, str] = {"irradiated": "CONTROLLED", "other": "NO PROGRESSION"}
NOT_EVALUABLE = "NE"

COLUMNS = ["subject", "assessment", "day", "AVISIT", "AVISITN", "status", "dataset", "position"]


def build_field_status(
    rows: pd.DataFrame,
    lesions: pd.DataFrame,
    assessments: pd.DataFrame,
    irradiated: pd.DataFrame,
    start: np.ndarray,
    field: Field,
) -> pd.DataFrame:
    """One row for each assessment after the start of treatment that can say something of the field (`COLUMNS`).

    ``irradiated``: a lesion in field that has progressed on its own is LOCAL FAILURE; a share in the growth of a sum is not.
    ``other``: a lesion out of field that has progressed, a new lesion, or a share in a sum is PROGRESSION. Without any, a
    lesion of the field that is followed after the start and not evaluable at this assessment makes it NE. Lesions that
    nobody measured after the start are not waited for.

    ``day`` and the record (``dataset``, ``position``) are those of the first scan that shows the progression, else of the
    last scan of the assessment.
    """
    is_field = rows["in_field"].to_numpy(dtype=bool) == (field == "irradiated")
    own = rows[is_field & (rows["assessment"] >= 0).to_numpy()]
    how = own["how"].to_numpy(dtype=object)
    worse = own[(how != "") & ((field == "other") | (how != SUM))]
    worse = worse.sort_values(["day", "lesion"], kind="stable").drop_duplicates("assessment")
    expected = _expected(own, lesions, assessments, irradiated, field)
    evaluated = own.loc[own["evaluable"].astype(bool), ["lesion", "assessment"]].drop_duplicates()
    found = expected.merge(evaluated, how="left", on=["lesion", "assessment"], indicator=True)
    lacking = found.loc[found["_merge"] == "left_only", "assessment"]

    last = rows[rows["assessment"] >= 0].assign(own=is_field[(rows["assessment"] >= 0).to_numpy()])
    last = last.sort_values(["own", "day", "lesion"], kind="stable").drop_duplicates("assessment", keep="last")
    if field == "irradiated":
        last = last[last["assessment"].isin(own["assessment"]) | last["assessment"].isin(expected["assessment"])]
    chosen = pd.concat([worse, last[~last["assessment"].isin(worse["assessment"])]], ignore_index=True)
    number = chosen["assessment"].to_numpy(dtype=np.int64)
    status = np.where(chosen["assessment"].isin(lacking), NOT_EVALUABLE, CONTROLLED[field]).astype(object)
    status[: len(worse)] = PROGRESSED[field]
    chosen["status"] = status
    for name in ("AVISIT", "AVISITN"):
        chosen[name] = assessments[name].to_numpy()[number]
    kept: pd.DataFrame = chosen[chosen["day"].to_numpy() > start[chosen["subject"].to_numpy(dtype=np.int64)]]
    return kept.sort_values(["subject", "day", "assessment"], kind="stable", ignore_index=True)[COLUMNS]


def _expected(
    own: pd.DataFrame, lesions: pd.DataFrame, assessments: pd.DataFrame, irradiated: pd.DataFrame, field: Field
) -> pd.DataFrame:
    """Each ``lesion`` of the field with each ``assessment`` at which it is waited for."""
    course = np.full(len(lesions), np.nan)
    course[irradiated["lesion"].to_numpy(dtype=np.int64)] = irradiated["start"].to_numpy(dtype=float)
    followed = own[own["evaluable"].astype(bool) & (own["dataset"] == "TR")]["lesion"].unique()
    table = pd.DataFrame(
        {
            "lesion": followed,
            "reader": lesions["reader"].to_numpy()[followed],
            "course": course[followed],
            "is_new": (lesions["kind"] == "NEW").to_numpy()[followed],
        }
    )
    if field == "other":
        table = table[~table["is_new"]]
    days = assessments[["reader", "last_day"]].reset_index(names="assessment")
    pairs = table.merge(days, on="reader")
    in_field = pairs["last_day"] > pairs["course"]
    waited: pd.DataFrame = pairs[in_field == (field == "irradiated")]
    return waited[["lesion", "assessment"]]
