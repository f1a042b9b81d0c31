"""Between which dates an event can lie, over the completions of a subject's partial dates."""

from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.adam.admissible.interval_outcomes import last_without
from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.spec.adam.asked_interval import AskedInterval
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, lines, study
from tests.adam.test_admissible import one

ASKED = AskedInterval("PFS", "OVR", ("CR", "PR", "SD", "NON-CR/NON-PD"))
COLUMNS = "FREEDT ADT CNSR EVNTDESC"


def found(course, asked=ASKED):
    made = derive_adam(study(**one(**course)), SPECS, TRIAL, ADAM, intervals=(asked,))
    return made.admissible.intervals.get(asked)


def test_the_last_date_without_the_event_is_from_the_origin_on_and_before_the_end():
    place, date = np.array([0, 0, 0, 1, 1, 2]), np.array([5.0, 20.0, 30.0, 9.0, np.nan, 12.0])
    last = last_without(place, date, np.array([10.0, 10.0, 10.0]), np.array([30.0, 40.0, 40.0]))
    np.testing.assert_equal(last, [20.0, np.nan, 12.0])


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (
            {"scans": "2021-04-12 SD, 2021-02 SD, 2021-05-24 PD", "death": "2021-09-01"},
            "2021-04-12 | 2021-05-24 | 0 | Disease progression",
        ),
        # a death has its own last assessment, and a censoring needs none
        ({"scans": "2021-04-12 SD", "death": "2021-04-14"}, None),
        ({}, None),
    ],
)
def test_what_no_partial_date_moves_is_one_outcome_or_none(course, expected):
    outcomes = found(course).outcomes
    assert as_text(outcomes, COLUMNS) == (lines(expected) if expected else [])


def test_the_date_of_an_assessment_that_moves_nothing_else_counts():
    outcomes = found({"scans": "2021-04-12 SD, 2021-05 SD, 2021-06-10 PD"}).outcomes
    assert len(outcomes) == 31
    assert outcomes["FREEDT"].nunique() == 31
    assert outcomes["ADT"].nunique() == 1
    assert set(outcomes["EVNTDESC"]) == {"Disease progression"}


def test_too_many_completions_are_told_and_a_parameter_that_is_not_there_is_not():
    course = {"scans": "2021-04-12 SD, 2021-07 PD, 2021 SD", "death": "2022"}
    assert found(course).not_enumerated == ("A",)
    assert found(course, AskedInterval("NONE", "OVR", ("SD",))) is None
