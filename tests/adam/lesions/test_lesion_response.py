from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.adam.lesions.lesion_progression import build_lesion_progression
from hcc_sdtm.adam.lesions.lesion_response import irradiated_responses
from hcc_sdtm.spec.progression import LocalFailure
from tests.adam.lesions.irradiated_histories import START, Lesion, Study, random_study, slow_progression
from tests.adam.lesions.test_field_status import seen, study_of
from tests.adam.tables import ADAM

RECIST = ADAM.criteria.named("RECIST 1.1")
NORMAL = RECIST.nodes.normal_below_mm


def responses(study: Study, until: float = np.inf, percent: float = 30) -> pd.DataFrame:
    lesions, _, sizes, irradiated, _ = study.tables()
    rows = build_lesion_progression(lesions, sizes, irradiated, np.full(6, START), RECIST, LocalFailure())
    return irradiated_responses(lesions, sizes, rows, irradiated, np.full(6, until), NORMAL, percent)


def response(*sizes: float | None, until: float = np.inf, is_node: bool = False, irradiated: float = START) -> str:
    found = responses(study_of(Lesion(0, "TARGET", "LIVER", is_node, irradiated, seen(*sizes))), until).iloc[0]
    return f"{found['change']:.4g} {'responds' if found['responds'] else '-'}"


def test_a_lesion_responds_when_it_is_30_percent_smaller_than_before_its_course():
    assert response(30, 21) == "-30 responds"
    assert response(30, 21.1) == "-29.67 -"
    assert response(10.1, 7.07) == "-30 responds"
    assert response(30, 35) == "16.67 -"


def test_the_baseline_is_the_last_size_on_or_before_the_course_of_the_lesion_itself():
    assert response(30, 60, 60, 42, irradiated=190.0) == "-30 responds"


def test_what_comes_after_its_failure_or_after_new_therapy_does_not_count():
    assert response(30, 35, 10) == "-66.67 responds"
    assert response(30, 37, 10) == "nan -"
    assert response(30, 28, 10, until=150.0) == "-6.667 -"


def test_a_lesion_that_is_gone_responds_even_without_a_baseline_and_a_normal_node_too():
    assert response(30, 0) == "-100 responds"
    assert response(None, 20, 0) == "nan responds"
    assert response(12, 9.5, is_node=True).endswith(" responds")
    assert response(12, 9.5) == "-20.83 -"


def test_who_was_never_seen_again_does_not_respond():
    assert response(30) == "nan -"


@pytest.mark.parametrize("seed", range(100))
def test_random_histories_give_what_plain_loops_give(seed):
    study = random_study(seed)
    rule = (RECIST.progression_percent, RECIST.progression_mm)
    scans = slow_progression(study, *rule, (20, 5, True), NORMAL)
    until = 300.0
    found = responses(study, until).set_index("lesion")["responds"].to_dict()
    expected = {}
    for number, lesion in enumerate(study.lesions):
        if lesion.irradiated is None or lesion.new_on is not None:
            continue
        failed = [day for (at, _), (how, field, _, day) in scans.items() if at == number and field and how]
        end = min([*failed, np.inf])
        sized = sorted(
            (day, n, 0.0 if state == "ABSENT" and size is None else size, state) for n, day, size, state in lesion.seen
        )
        before = [size for day, _, size, _ in sized if day <= lesion.irradiated and size is not None]
        after = [(size, state) for day, _, size, state in sized if lesion.irradiated < day < end and day <= until]
        smallest = [size for size, _ in after if size is not None]
        gone = any(
            state == "ABSENT" or size == 0 or (lesion.is_node and size is not None and size < NORMAL)
            for size, state in after
        )
        shrunk = bool(before and smallest and before[-1] > 0 and min(smallest) <= 0.7 * before[-1] + 1e-9)
        expected[number] = gone or shrunk
    assert {number: found[number] for number in expected} == expected
