"""Depth of response: the best percent change of the sum of the targets from baseline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.course import has_progressed
from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.responses.adrs_verbs.lesion_fields import lesion_rows
from hcc_sdtm.spec.adam.lesion_verbs import ResponseDepth


def response_depth(building: Building, rule: ResponseDepth) -> pd.DataFrame:
    """One row for each subject with a sum before and after the start: AVAL in percent, at the first scan that had the best.

    Sums that lack a target, after the first progression by the sum, after ``until`` or after death are left out.
    """
    course = building.course(rule.criterion, rule.evaluator)
    if course is None or not len(course.sums):
        return building.undated_rows(building.population[:0], "")
    sums = course.sums[~course.sums["is_baseline"].astype(bool) & (course.sums["base"] > 0)]
    subject = course.assessments["subject"].to_numpy(dtype=np.int64)[sums["assessment"].to_numpy(dtype=np.int64)]
    day = sums["day"].to_numpy(dtype=float)
    grown = has_progressed(sums, course.criterion) & ~np.isnan(day)
    last = np.full(len(building.subjects), np.inf)
    np.minimum.at(last, subject[grown], day[grown])
    if rule.until:
        last = np.fmin(last, building.by_subject(rule.until))
    if "DTHDT" in building.subjects.days:
        last = np.fmin(last, building.subjects.days["DTHDT"])
    change = 100 * (sums["sum"] - sums["base"]) / sums["base"]
    table = sums.assign(subject=subject, change=change, dataset="TR")
    counts = (
        building.in_population[subject] & (day <= last[subject]) & (day > building.subjects.days["TRTSDT"][subject])
    )
    table = table[counts & change.notna().to_numpy()]
    best = table.sort_values(["subject", "change", "day"], kind="stable").drop_duplicates("subject")
    return lesion_rows(building, best).assign(AVAL=best["change"].to_numpy(dtype=float))
