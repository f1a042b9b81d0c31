"""The pattern of progression, and the response of irradiated lesions, as parameters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.lesion_course import LesionCourse
from hcc_sdtm.adam.lesions.lesion_response import irradiated_responses
from hcc_sdtm.adam.lesions.patterns import NOT_DETERMINED, build_patterns, progressing_lesions, with_assessment
from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.adam.responses.adrs_verbs.lesion_fields import known_course
from hcc_sdtm.dataset import format_values
from hcc_sdtm.spec.adam.lesion_verbs import LesionCount, ProgressionPattern

NOT_ASSESSED = "ADRS-145 progression.no-lesion"
"""A progression at which no lesion was assessed: its pattern is not determined."""


def progression_pattern(building: Building, rule: ProgressionPattern) -> pd.DataFrame:
    """One row for each subject that progressed and has an irradiated lesion: the aspect, at the date of the progression.

    Numbers of lesions and organs are AVAL. The rows point to the record that gave the progression.
    """
    course = known_course(building, rule)
    if course is None:
        return building.undated_rows(building.population[:0], "")
    rows = building.rows[rule.of]
    progressed: pd.DataFrame = rows[(rows["AVALC"] == "Y").to_numpy() & rows["ADT"].notna().to_numpy()]
    progressed = progressed[course.known[progressed["subject"].to_numpy(dtype=np.int64)]].reset_index(drop=True)
    asked = progressed[["subject", "ADT"]].rename(columns={"ADT": "day"})
    asked["AVISITN"] = _visit_numbers(building, progressed)
    rules = building.trial.progression
    asked = with_assessment(asked, course.assessments, rules.window_days)
    made = progressing_lesions(asked, course.rows, course.lesions)
    patterns = build_patterns(asked, made, rules)
    if rule.aspect == "field":
        is_lost = (patterns["field"] == NOT_DETERMINED).to_numpy() & patterns["assessment"].isna().to_numpy()
        _ask_not_assessed(building, progressed[is_lost])
    if rule.aspect in ("lesions", "organs"):
        number = patterns[rule.aspect].to_numpy(dtype=float)
        texts = np.where(np.isnan(number), NOT_DETERMINED, format_values(number)).astype(object)
        return progressed.assign(AVAL=number, AVALC=texts)
    value = patterns[rule.aspect] if rule.aspect != "kind" else _kind(patterns, rule)
    return progressed.assign(AVAL=np.nan, AVALC=value.to_numpy(dtype=object))


def lesion_count(building: Building, rule: LesionCount) -> pd.DataFrame:
    """One undated row for each subject with an irradiated lesion: how many, or how many of them responded."""
    course = known_course(building, rule)
    if course is None:
        return building.undated_rows(building.population[:0], "")
    until = building.by_subject(rule.until) if rule.until else np.full(len(building.subjects), np.nan)
    number = _numbers(course, rule, np.where(np.isnan(until), np.inf, until), len(building.subjects))
    subject = building.population[course.known[building.population]]
    rows = building.undated_rows(subject, "")
    return rows.assign(AVAL=number[subject], AVALC=format_values(number[subject]))


def _numbers(course: LesionCourse, rule: LesionCount, until: np.ndarray, count: int) -> np.ndarray:
    subject = course.lesions["subject"].to_numpy(dtype=np.int64)
    irradiated = course.irradiated[~course.irradiated["child"].astype(bool)]
    lesion = irradiated["lesion"].to_numpy(dtype=np.int64)
    if rule.count == "responding":
        normal = course.criterion.nodes.normal_below_mm
        responses = irradiated_responses(
            course.lesions, course.sizes, course.rows, irradiated, until, normal, rule.percent
        )
        lesion = lesion[responses["responds"].to_numpy(dtype=bool)]
    return np.bincount(subject[lesion], minlength=count).astype(float)


def _visit_numbers(building: Building, progressed: pd.DataFrame) -> np.ndarray:
    """VISITNUM of the records that gave the progression; NaN where they have none."""
    number = np.full(len(progressed), np.nan)
    for source, rows in progressed[progressed["source"] >= 0].groupby("source"):
        dataset, _ = building.sources[int(str(source))]
        if "VISITNUM" in dataset.frame:
            position = rows["position"].to_numpy(dtype=np.int64)
            number[rows.index.to_numpy()] = dataset.frame["VISITNUM"].to_numpy(dtype=float)[position]
    return number


def _kind(patterns: pd.DataFrame, rule: ProgressionPattern) -> pd.Series:
    masks = [patterns[kind].to_numpy(dtype=bool) for kind in rule.kinds]
    return pd.Series(np.select(masks, list(rule.kinds), NOT_DETERMINED), dtype=object)


def _ask_not_assessed(building: Building, progressed: pd.DataFrame) -> None:
    message = "progression, and no lesion was assessed with it: its pattern is not determined"
    for source, rows in progressed[progressed["source"] >= 0].groupby("source"):
        dataset, variable = building.sources[int(str(source))]
        position = np.sort(rows["position"].to_numpy(dtype=np.int64))
        expected = "results of lesions at this visit"
        building.findings.append(dataset.findings(position, NOT_ASSESSED, "note", variable, message, expected))
