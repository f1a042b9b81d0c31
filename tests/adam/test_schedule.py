from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.adam.times.schedule import Schedule
from tests.adam.tables import TRIAL


def schedule(last_day: float = 1100, **changes) -> Schedule:
    return Schedule.of(TRIAL.model_copy(update=changes), last_day)


def test_the_last_interval_goes_on_with_its_window():
    found = schedule(1300)
    assert list(found.planned[-6:]) == [1008 + 84 * number for number in range(2, 8)]
    assert set(found.closes[-7:] - found.planned[-7:]) == {14}
    assert len(schedule(visits_continue=None).planned) == 14


@pytest.mark.parametrize(
    ("by", "last", "day"),
    [
        ("windows", 0, 91),  # weeks 6 and 12
        ("windows", 34, 91),  # the day before the window of week 6 opens
        ("windows", 35, 133),  # its first day: weeks 12 and 18
        ("windows", 126, 266),  # weeks 24 and 36
        ("windows", 168, 350),  # the interval has changed: weeks 36 and 48
        ("windows", 1008, 1190),  # after the last of the list: weeks 156 and 168
        ("gap", 0, 91),  # 84 days and the window of week 12
        ("gap", 42, 42 + 84 + 7 + 7),
        ("gap", 49, 49 + 84 + 7 + 7),
        ("gap", 126, 126 + 42 + 84 + 7 + 14),
        ("gap", 168, 168 + 168 + 7 + 14),
        ("gap", 1008, 1008 + 168 + 14 + 14),
    ],
)
def test_the_last_day_on_which_two_visits_are_not_missed(by, last, day):
    assert schedule(missed_by=by).too_many_missed(np.array([last], dtype=float)) == [day]


def test_one_missed_visit_may_be_too_many_and_a_schedule_may_end():
    assert schedule(missed_assessments=1).too_many_missed(np.array([0.0])) == [49]
    ended = schedule(visits_continue=None).too_many_missed(np.array([909.0, 910.0]))
    assert list(ended) == [1022, np.inf]
    assert np.isinf(schedule(visits=()).too_many_missed(np.array([0.0, 500.0]))).all()


def test_a_day_between_two_windows_moves_to_the_next_planned_day():
    days = np.array([1, 34, 35, 42, 49, 50, 105, 176, 238, 1200], dtype=float)
    found = schedule(1500)
    assert list(found.visit_day(days)) == [42, 42, 35, 42, 49, 84, 126, 252, 238, 1260]
    assert list(found.visit_day(days, planned=True)) == [42, 42, 42, 42, 42, 84, 126, 252, 252, 1260]
    assert list(found.is_in_window(days)) == [False, False, True, True, True, False, False, False, True, False]


def test_a_day_after_the_last_visit_and_a_missing_one_stay_as_they_are():
    found = schedule(visits_continue=None).visit_day(np.array([1023.0, np.nan]))
    assert found[0] == 1023
    assert np.isnan(found[1])
