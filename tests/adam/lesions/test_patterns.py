from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.adam.lesions.lesion_progression import add_new_lesions, build_lesion_progression
from hcc_sdtm.adam.lesions.patterns import build_patterns, progressing_lesions, with_assessment
from hcc_sdtm.spec.adam.lesion_verbs import KINDS
from hcc_sdtm.spec.progression import LocalFailure, Progression
from tests.adam.lesions.irradiated_histories import START, Lesion, Study, random_study, slow_progression
from tests.adam.lesions.test_field_status import seen, study_of
from tests.adam.tables import ADAM

RECIST = ADAM.criteria.named("RECIST 1.1")
RULES = Progression(oligo_lesions=2, oligo_organs=2, window_days=14)


def patterns(
    study: Study, progressions: list[tuple[int, float, float | None]], rules: Progression = RULES
) -> pd.DataFrame:
    lesions, assessments, sizes, irradiated, new = study.tables()
    start = np.full(6, START)
    rows = build_lesion_progression(lesions, sizes, irradiated, start, RECIST, LocalFailure())
    rows = add_new_lesions(rows, lesions, new, start)
    asked = pd.DataFrame(progressions, columns=["subject", "day", "AVISITN"]).astype({"AVISITN": float})
    asked = with_assessment(asked, assessments, rules.window_days)
    return build_patterns(asked, progressing_lesions(asked, rows, lesions), rules)


def pattern(*lesions: Lesion, day: float = 180.0, visit: float | None = 3.0, rules: Progression = RULES) -> str:
    row = patterns(study_of(*lesions), [(0, day, visit)], rules).iloc[0]
    kinds = " + ".join(kind for kind in KINDS if row[kind])
    numbers = "-" if np.isnan(row["lesions"]) else f"{row['lesions']:g} in {row['organs']:g}"
    return f"{row['field']}; {kinds or '-'}; {row['extent']} {numbers}"


GROWING, STABLE = seen(20, 20, 30), seen(20, 20, 20)


def test_growth_in_field_out_of_field_and_both():
    liver, lung = Lesion(0, "TARGET", "LIVER", False, START, GROWING), Lesion(0, "TARGET", "LUNG", False, None, GROWING)
    still = Lesion(0, "TARGET", "LIVER", False, None, STABLE)
    assert pattern(liver, still) == "IN-FIELD; IRRADIATED GROWTH; OLIGO 1 in 1"
    assert pattern(lung, still) == "OUT-OF-FIELD; NON-IRRADIATED GROWTH; OLIGO 1 in 1"
    assert pattern(liver, lung) == "BOTH; NON-IRRADIATED GROWTH + IRRADIATED GROWTH; OLIGO 2 in 2"


def test_a_new_lesion_is_out_of_field():
    new = Lesion(0, "NEW", "BONE", False, None, [], (2, 180.0))
    liver = Lesion(0, "TARGET", "LIVER", False, START, GROWING)
    assert pattern(new, Lesion(0, "TARGET", "LIVER", False, START, STABLE)) == "OUT-OF-FIELD; NEW LESION; OLIGO 1 in 1"
    assert pattern(new, liver) == "BOTH; NEW LESION + IRRADIATED GROWTH; OLIGO 2 in 2"


def test_more_lesions_or_organs_than_the_trial_calls_oligo_are_diffuse():
    three = [Lesion(0, "TARGET", "LIVER", False, None, GROWING) for _ in range(3)]
    assert pattern(*three) == "OUT-OF-FIELD; NON-IRRADIATED GROWTH; DIFFUSE 3 in 1"
    wide = RULES.model_copy(update={"oligo_lesions": 3, "oligo_organs": 1})
    assert pattern(*three, rules=wide).endswith("OLIGO 3 in 1")
    apart = [Lesion(0, "TARGET", organ, False, None, GROWING) for organ in ("LIVER", "LUNG")]
    assert pattern(*apart, rules=wide).endswith("DIFFUSE 2 in 2")
    nowhere = [Lesion(0, "TARGET", "", False, None, GROWING) for _ in range(2)]
    assert pattern(*nowhere, rules=wide).endswith("DIFFUSE 2 in 2")


def test_a_new_lesion_of_an_earlier_scan_belongs_to_the_progression_and_one_of_a_later_scan_does_not():
    still = Lesion(0, "TARGET", "LIVER", False, START, STABLE)
    assert pattern(Lesion(0, "NEW", "BONE", False, None, [], (1, 140.0)), still).startswith("OUT-OF-FIELD; NEW LESION")
    assert (
        pattern(Lesion(0, "NEW", "BONE", False, None, [], (3, 220.0)), still) == "NOT DETERMINED; -; NOT DETERMINED -"
    )
    before = Lesion(0, "NEW", "BONE", False, None, [], (0, 90.0))
    assert pattern(before, still) == "NOT DETERMINED; -; NOT DETERMINED -"


def test_the_assessment_has_the_visit_number_else_it_is_near_in_days():
    lung = Lesion(0, "TARGET", "LUNG", False, None, seen(20, 20, 30, 30))
    assert pattern(lung, day=300.0, visit=3.0).startswith("OUT-OF-FIELD")
    assert pattern(lung, day=190.0, visit=None).startswith("OUT-OF-FIELD")
    assert pattern(lung, day=195.0, visit=None).startswith("NOT DETERMINED")
    assert pattern(lung, day=180.0, visit=9.0).startswith("NOT DETERMINED")


@pytest.mark.parametrize("seed", range(150))
def test_random_histories_give_what_plain_loops_give(seed):
    study = random_study(seed)
    generator = np.random.default_rng(seed)
    asked = []
    for subject in range(6):
        own = [number for number, each in enumerate(study.assessments) if each[0] == subject]
        number = int(generator.choice(own))
        _, first_day, last_day, visit = study.assessments[number]
        asked.append((subject, number, float(generator.integers(int(first_day), int(last_day) + 1)), visit))
    found = patterns(study, [(subject, day, visit) for subject, _, day, visit in asked])
    rule = (RECIST.progression_percent, RECIST.progression_mm)
    scans = slow_progression(study, *rule, (20, 5, True), RECIST.nodes.normal_below_mm)
    for (subject, number, _, _), row in zip(asked, found.to_dict("records"), strict=True):
        made = {}
        for (lesion, at), (how, in_field, _, day) in scans.items():
            if study.lesions[lesion].subject != subject or not how:
                continue
            if how == "NEW" and day <= study.assessments[number][2]:
                made[lesion] = ("NEW LESION", False)
            elif how != "NEW" and at == number:
                made.setdefault(lesion, ("IRRADIATED GROWTH" if in_field else "NON-IRRADIATED GROWTH", in_field))
        organs = {study.lesions[lesion].organ or f"lesion {lesion}" for lesion in made}
        assert [kind for kind in KINDS if row[kind]] == [
            kind for kind in KINDS if kind in {k for k, _ in made.values()}
        ]
        sides = {in_field for _, in_field in made.values()}
        field = {frozenset({True}): "IN-FIELD", frozenset({False}): "OUT-OF-FIELD", frozenset({True, False}): "BOTH"}
        assert row["field"] == field.get(frozenset(sides), "NOT DETERMINED")
        assert (row["lesions"], row["organs"]) == (len(made), len(organs)) if made else np.isnan(row["lesions"])
        oligo = "OLIGO" if len(made) <= 2 and len(organs) <= 2 else "DIFFUSE"
        assert row["extent"] == (oligo if made else "NOT DETERMINED")
