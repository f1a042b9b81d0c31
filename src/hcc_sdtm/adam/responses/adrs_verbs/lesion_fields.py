"""Local control of irradiated lesions, and progression out of the field of radiotherapy, as parameters.

Knows which subjects have such parameters: those with an irradiated lesion that is known. The others have no records, and
were asked about where the links are read; a study without any is asked about once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.field_status import PROGRESSED, build_field_status
from hcc_sdtm.adam.lesions.lesion_course import LesionCourse
from hcc_sdtm.adam.responses.adrs_verbs.building import Building
from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.spec.adam.lesion_verbs import FieldProgression, FieldStatus, LesionVerb

NOTHING_KNOWN = "ADRS-146 lesion.none-irradiated"
"""Parameters of irradiated lesions are asked for, and no irradiated lesion of anybody is known."""

NOT_FOLLOWED = "ADRS-142 radiotherapy.not-followed"
"""An irradiated lesion was not evaluated at any later assessment at which others were: local control does without it."""


def field_status(building: Building, rule: FieldStatus) -> pd.DataFrame:
    """One row for each assessment after the start of treatment that says something of the field (`build_field_status`).

    ANL01FL marks those up to the first progression in the field and not after death.
    """
    course = known_course(building, rule)
    if course is None:
        return building.undated_rows(building.population[:0], "")
    rows = _status_rows(building, course, rule)
    subject, day = rows["subject"].to_numpy(dtype=np.int64), rows["ADT"].to_numpy(dtype=float)
    first = np.full(len(building.subjects), np.inf)
    progressed = (rows["AVALC"] == PROGRESSED[rule.field]).to_numpy() & _alive(building, subject, day)
    np.minimum.at(first, subject[progressed], day[progressed])
    counts = _alive(building, subject, day) & (day <= first[subject])
    rows["ANL01FL"] = np.where(counts, "Y", "").astype(object)
    if rule.field == "irradiated":
        _ask_not_followed(building, course)
    return rows


def field_progression(building: Building, rule: FieldProgression) -> pd.DataFrame:
    """Y at the first progression in the field and not after death, else N, for each subject with an irradiated lesion."""
    course = known_course(building, rule)
    if course is None:
        return building.undated_rows(building.population[:0], "")
    rows = _status_rows(building, course, rule)
    alive = _alive(building, rows["subject"].to_numpy(dtype=np.int64), rows["ADT"].to_numpy(dtype=float))
    first = rows[(rows["AVALC"] == PROGRESSED[rule.field]).to_numpy() & alive]
    first = first.sort_values(["subject", "ADT"], kind="stable").drop_duplicates("subject")
    answered = building.yes_no(first)
    kept: pd.DataFrame = answered[course.known[answered["subject"].to_numpy(dtype=np.int64)]]
    return kept.reset_index(drop=True)


def known_course(building: Building, rule: LesionVerb) -> LesionCourse | None:
    """The course that the verb asks for; None, and one finding, where no irradiated lesion of anybody is known."""
    course = building.course(rule.criterion, rule.evaluator)
    if course is not None and course.known[building.population].any():
        return course
    if not any((found["rule"] == NOTHING_KNOWN).any() for found in building.findings):
        message = (
            "no irradiated lesion is known: local control, progression out of field and the pattern of progression have "
            "no records"
        )
        expected = "lesions in TU and TR, and their links in the records of the trial's progression.irradiated"
        asked = Finding(NOTHING_KNOWN, "warning", message, dataset="ADRS", variable="PARAMCD", expected=expected)
        building.findings.append(findings_frame([asked]))
    return None


def lesion_rows(building: Building, records: pd.DataFrame) -> pd.DataFrame:
    """Rows of ADRS from ``subject``, ``day``, ``dataset`` (TU or TR) and ``position``; the date is that of the record."""
    rows = building.undated_rows(records["subject"].to_numpy(dtype=np.int64), "")
    rows["ADT"], rows["position"] = records["day"].to_numpy(dtype=float), records["position"].to_numpy()
    for name in ("TR", "TU"):
        here = np.flatnonzero((records["dataset"] == name).to_numpy())
        if len(here):
            position = records["position"].to_numpy(dtype=np.int64)[here]
            dataset = building.datasets[name]
            rows.loc[here, "source"] = building.source(dataset, f"{name}DTC")
            width = dataset.frame[f"{name}DTC"].iloc[position].str.len().to_numpy()
            rows.loc[here, "ADTF"] = np.select([width == 7, width == 4], ["D", "M"], "")
    return rows


def _status_rows(building: Building, course: LesionCourse, rule: FieldStatus) -> pd.DataFrame:
    status = build_field_status(
        course.rows,
        course.lesions,
        course.assessments,
        course.irradiated,
        building.subjects.days["TRTSDT"],
        rule.field,
    )
    subject = status["subject"].to_numpy(dtype=np.int64)
    status = status[building.in_population[subject] & course.known[subject]].reset_index(drop=True)
    rows = lesion_rows(building, status)
    for target, column in (("AVALC", "status"), ("AVISIT", "AVISIT"), ("AVISITN", "AVISITN")):
        rows[target] = status[column].to_numpy()
    return rows


def _alive(building: Building, subject: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Which days are not after the subject's death."""
    death = building.subjects.days.get("DTHDT")
    return np.ones(len(day), dtype=bool) if death is None else ~(day > death[subject])


def _ask_not_followed(building: Building, course: LesionCourse) -> None:
    irradiated = course.irradiated["lesion"].to_numpy(dtype=np.int64)
    seen = course.rows.loc[course.rows["in_field"].astype(bool) & course.rows["evaluable"].astype(bool), "lesion"]
    subject = course.lesions["subject"].to_numpy(dtype=np.int64)
    lost = irradiated[~np.isin(irradiated, seen) & np.isin(subject[irradiated], course.rows["subject"])]
    position = np.sort(course.lesions["position"].to_numpy(dtype=np.int64)[lost])
    message = (
        'the irradiated lesion "{value}" was not evaluated after its course, and others were: it is in no local control'
    )
    dataset = building.lesions.identification
    if dataset is not None and len(position[position >= 0]):
        building.findings.append(
            dataset.findings(
                position[position >= 0], NOT_FOLLOWED, "warning", "TULNKID", message, "a result of each assessment"
            )
        )
