from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.adam.lesions.lesion_progression import add_new_lesions, build_lesion_progression
from hcc_sdtm.spec.progression import LocalFailure
from tests.adam.lesions.irradiated_histories import START, random_study, slow_progression
from tests.adam.tables import ADAM

RECIST = ADAM.criteria.named("RECIST 1.1")
MRECIST = ADAM.criteria.named("mRECIST")
LOCAL = LocalFailure()


def follow(*scans: tuple, kind="TARGET", is_node=False, irradiated=None, criterion=RECIST, local=LOCAL) -> list[str]:
    """How one lesion did at each scan after day 100; a scan is a day with a size (None: not measured) or a state."""
    lesions = pd.DataFrame({"subject": [0], "reader": [0], "kind": [kind], "is_node": [is_node]})
    rows = [
        (
            0,
            number,
            float(day),
            np.nan if isinstance(what, str) or what is None else float(what),
            what if isinstance(what, str) else "",
        )
        for number, (day, what) in enumerate(scans)
    ]
    sizes = pd.DataFrame(rows, columns=["lesion", "assessment", "day", "size", "state"]).assign(position=7)
    treated = pd.DataFrame({"lesion": [0][: irradiated is not None], "start": [irradiated][: irradiated is not None]})
    found = build_lesion_progression(lesions, sizes, treated, np.array([START]), criterion, local)
    return [f"{row.day:g} {row.how or '-'}{' in field' if row.in_field else ''}" for row in found.itertuples()]


def test_a_lesion_progresses_by_20_percent_and_5_mm_over_its_own_nadir():
    assert follow((90, 30), (140, 20), (180, 24), (220, 25)) == ["140 -", "180 -", "220 GROWTH"]
    assert follow((90, 100), (140, 119), (180, 120)) == ["140 -", "180 GROWTH"]
    assert follow((90, 10), (140, 14), (180, 15)) == ["140 -", "180 GROWTH"]


def test_thresholds_are_met_by_decimal_sizes_that_meet_them_exactly():
    assert follow((90, 27.7), (140, 27.7 * 1.2)) == ["140 GROWTH"]
    assert follow((90, 10.1), (140, 15.1)) == ["140 GROWTH"]


def test_the_millimetres_are_those_of_the_criterion():
    without = RECIST.model_copy(update={"progression_mm": 0})
    assert follow((90, 10), (140, 12), criterion=without) == ["140 GROWTH"]
    assert follow((90, 10), (140, 10), criterion=without) == ["140 -"]


def test_a_lesion_that_was_gone_and_is_back_has_progressed():
    assert follow((90, 30), (140, 0), (180, 0), (220, 3)) == ["140 -", "180 -", "220 REAPPEARANCE"]
    assert follow((90, 30), (140, 0), (180, 3), irradiated=100.0) == ["140 - in field", "180 REAPPEARANCE in field"]
    off = LocalFailure(reappearance=False)
    assert follow((90, 30), (140, 0), (180, 3), (220, 5), irradiated=100.0, local=off)[1:] == [
        "180 - in field",
        "220 GROWTH in field",
    ]


def test_local_failure_has_thresholds_of_its_own():
    strict = LocalFailure(percent=50, mm=10)
    assert follow((90, 20), (140, 26), (180, 30), irradiated=100.0, local=strict) == [
        "140 - in field",
        "180 GROWTH in field",
    ]


def test_a_lesion_is_in_field_from_the_day_after_the_start_of_its_course_and_its_nadir_from_before_it():
    # 10 mm was the nadir of the treatment; the course begins at 30 mm
    assert follow((90, 20), (140, 10), (180, 30), (200, 30), (240, 34), (280, 36), irradiated=200.0) == [
        "140 -",
        "180 GROWTH",
        "200 GROWTH",
        "240 - in field",
        "280 GROWTH in field",
    ]


def test_without_a_size_before_the_start_the_first_one_after_it_is_compared_with():
    assert follow((140, 20), (180, 25)) == ["140 -", "180 GROWTH"]
    assert follow((140, 20)) == ["140 -"]


def test_a_scan_on_the_day_of_start_is_a_baseline():
    assert follow((90, 10), (100, 20), (140, 23)) == ["140 -"]


def test_sizes_that_are_missing_are_neither_progression_nor_nadir():
    assert follow((90, 20), (140, None), (180, 25)) == ["140 -", "180 GROWTH"]


def test_a_node_below_its_normal_size_has_not_progressed():
    assert follow((90, 15), (140, 4), (180, 9.5), (220, 10), is_node=True) == ["140 -", "180 -", "220 GROWTH"]


def test_a_non_target_progresses_by_its_state_and_by_its_size_once_irradiated():
    assert follow((90, "PRESENT"), (140, "PRESENT"), (180, "UNEQUIVOCAL"), kind="NON-TARGET")[1:] == ["180 UNEQUIVOCAL"]
    assert follow((90, "PRESENT"), (140, "ABSENT"), (180, "PRESENT"), kind="NON-TARGET")[1:] == ["180 REAPPEARANCE"]
    assert follow((90, 20), (140, 40), kind="NON-TARGET") == ["140 -"]
    assert follow((90, 20), (140, 40), kind="NON-TARGET", irradiated=100.0) == ["140 GROWTH in field"]


@pytest.mark.parametrize("seed", range(150))
@pytest.mark.parametrize("criterion", [RECIST, MRECIST], ids=["RECIST", "mRECIST"])
def test_random_histories_give_what_plain_loops_give(seed, criterion):
    study = random_study(seed)
    lesions, _, sizes, irradiated, new = study.tables()
    start = np.full(6, START)
    rows = build_lesion_progression(lesions, sizes, irradiated, start, criterion, LOCAL)
    rows = add_new_lesions(rows, lesions, new, start)
    found = {
        (row.lesion, row.assessment): (row.how, bool(row.in_field), bool(row.evaluable), row.day)
        for row in rows.itertuples()
    }
    rule = (criterion.progression_percent, criterion.progression_mm)
    assert found == slow_progression(study, *rule, (LOCAL.percent, LOCAL.mm, True), criterion.nodes.normal_below_mm)
    assert len(rows) == len(found)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.integers(0, 200))
def test_a_later_scan_never_changes_what_an_earlier_one_said(sizes, size):
    scans = [(90 + 30 * number, each) for number, each in enumerate(sizes)]
    longer = follow(*scans, (1000, size), irradiated=100.0)
    assert longer[:-1] == follow(*scans, irradiated=100.0)
