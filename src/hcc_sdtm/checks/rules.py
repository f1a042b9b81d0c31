"""The rules that are functions, in the order they run and are listed."""

from __future__ import annotations

from hcc_sdtm.checks import dates, exposure, lesions, response, subjects, survival, therapy
from hcc_sdtm.checks.rule import Rule

RULES: tuple[Rule, ...] = (
    subjects.not_in_demographics,
    subjects.not_in_treatment,
    survival.death_before_last_visit,
    survival.survival_disagrees,
    dates.ends_before_start,
    dates.after_cutoff,
    dates.diagnosis_before_birth,
    dates.diagnosis_after_treatment,
    therapy.second_line_before_first,
    exposure.total_dose_disagrees,
    exposure.dose_unlikely,
    exposure.bed_unlikely,
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
