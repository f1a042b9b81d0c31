"""The rules that are functions, in the order they run and are listed."""

from __future__ import annotations

from hcc_sdtm.checks import dates, exposure, lesions, response, results, subjects, survival
from hcc_sdtm.checks.rule import Rule

RULES: tuple[Rule, ...] = (
    subjects.not_in_demographics,
    subjects.not_in_treatment,
    survival.death_before_last_visit,
    survival.survival_disagrees,
    dates.ends_before_start,
    dates.after_cutoff,
    dates.event_out_of_order,
    exposure.total_dose_disagrees,
    exposure.dose_unlikely,
    exposure.bed_unlikely,
    results.unlikely_in_unit,
    lesions.unit_slip,
    lesions.evaluators_tenfold,
    lesions.viable_exceeds_whole,
    response.response_before_treatment,
    response.response_undated,
    survival.response_after_death,
    response.better_after_progression,
    response.progression_without_lesions,
    response.lesion_sum_disagrees,
    response.response_outside_schedule,
)

RETIRED = {
    "DT-003": "diagnosis.before-birth: DT-005 finds it",
    "DT-004": "diagnosis.after-treatment: DT-005 finds it",
    "CM-001": "therapy.second-line-before-first: DT-005 finds it",
}
"""Ids that are never used again, and what became of each."""
