from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.adam.responses.confirmation import (
    clinical_benefit,
    confirmed_progression,
    first_confirmed_response,
    first_response,
)
from hcc_sdtm.adam.responses.response import CONTROL, best_response, confirmed_best_response
from tests.adam.response_histories import (
    CONFIRMATION,
    MINIMUM_SD,
    assessments,
    confirmed_at,
    histories,
    until_progression,
)

BENEFIT = 161
VALUES = (*CONTROL, "NON-CR/NON-PD")


def first_days(found: pd.DataFrame, table: pd.DataFrame, column: str = "row") -> list[float]:
    return list(table.loc[found[column].to_numpy(), "day"])


@pytest.mark.parametrize(
    ("history", "limits", "days"),
    [
        ("42 PR, 84 PR, 126 CR", {}, [42, 84]),
        ("42 PR, 69 PR, 84 PR", {}, [42, 84]),
        ("42 PR, 84 SD, 126 PR, 168 PR", {}, [126, 168]),
        ("42 PR, 84 SD, 126 PR, 168 PR", {"max_sd": 1}, [42, 126]),
        ("42 PR, 84 NE, 126 CR", {}, []),
        ("42 PR, 84 NE, 126 CR", {"max_ne": 1}, [42, 126]),
        ("42 CR, 84 PR, 126 PR", {}, []),
        ("42 CR, 84 PR, 126 PR", {"after_complete": "as given"}, [84, 126]),
        ("42 PR, 84 CR, 90 CR", {}, [42, 84]),
        ("42 PR, 84 PD, 126 PR", {}, []),
        ("42 iPR, 84 iPR", {}, [42, 84]),
        ("42 iPR, 84 iUPD, 126 iPR", {"max_ne": 9, "max_sd": 9}, []),
    ],
)
def test_a_confirmed_response_is_dated_by_the_first_and_names_the_one_that_confirms_it(history, limits, days):
    table = assessments(history)
    found = first_confirmed_response(table, CONFIRMATION, **limits)
    assert first_days(found, table) + first_days(found, table, "confirmed_by") == days


def test_a_response_never_confirms_itself():
    assert first_confirmed_response(assessments("42 PR"), 0).empty
    assert list(confirmed_best_response(assessments("42 PR"), MINIMUM_SD, 0)["response"]) == ["SD"]


@pytest.mark.parametrize(
    ("history", "confirmed", "days"),
    [
        ("42 SD, 84 PR, 168 SD", False, [84]),
        ("42 SD, 84 PR, 168 SD", True, [168]),
        ("42 SD, 160 SD", False, []),
        ("42 SD, 161 SD", False, [161]),
        ("42 SD, 161 NE", False, []),
        ("42 SD, 100 PD, 168 SD", False, []),
        ("168 NON-CR/NON-PD", False, [168]),
        ("168 PD", False, []),
    ],
)
def test_benefit_is_a_response_or_control_that_lasted(history, confirmed, days):
    table = assessments(history)
    responses = first_confirmed_response(table, CONFIRMATION) if confirmed else first_response(table)
    assert first_days(clinical_benefit(table, responses, BENEFIT, VALUES), table) == days


def test_whether_non_cr_non_pd_is_a_benefit_is_for_the_caller_to_say():
    table = assessments("168 NON-CR/NON-PD")
    assert clinical_benefit(table, first_response(table), BENEFIT, CONTROL).empty


@pytest.mark.parametrize(
    ("history", "days"),
    [
        ("42 iUPD, 84 iCPD", [42]),
        ("42 iUPD, 70 iUPD, 98 iCPD", [42]),
        ("42 iUPD, 70 NE, 98 iCPD", [42]),
        ("42 iUPD, 70 iSD, 98 iUPD, 126 iCPD", [98]),
        ("42 iUPD, 70 iSD, 98 iSD", []),
        ("42 iUPD", []),
        ("42 iSD, 84 PD", [84]),
        ("42 iUPD, 70 iCPD, 98 iSD, 126 iUPD, 154 iCPD", [42]),
    ],
)
def test_progression_of_irecist_is_dated_by_what_was_confirmed(history, days):
    table = assessments(history)
    assert first_days(confirmed_progression(table), table) == days


@given(histories, st.integers(0, 2), st.integers(0, 2), st.sampled_from(["PD", "as given"]))
def test_the_first_confirmed_response_is_what_one_reads_off_the_history(table, max_ne, max_sd, after):
    seen = until_progression(table, after)
    pairs = [(first, at) for first in range(len(seen)) if (at := confirmed_at(seen, first, max_ne, max_sd)) is not None]
    found = first_confirmed_response(table, CONFIRMATION, max_ne, max_sd, after)
    expected = [(seen[first][0], seen[at][0]) for first, at in pairs[:1]]
    assert list(zip(first_days(found, table), first_days(found, table, "confirmed_by"), strict=True)) == expected


@given(histories, st.integers(0, 2), st.integers(0, 2))
def test_who_has_a_confirmed_response_has_a_confirmed_best_response(table, max_ne, max_sd):
    best = set(confirmed_best_response(table, MINIMUM_SD, CONFIRMATION, max_ne, max_sd)["response"])
    assert bool(best & {"CR", "PR"}) == (len(first_confirmed_response(table, CONFIRMATION, max_ne, max_sd)) == 1)
    unconfirmed = set(best_response(table, MINIMUM_SD)["response"])
    assert bool(unconfirmed & {"CR", "PR"}) == (len(first_response(table)) == 1)


@given(histories, st.booleans(), st.integers(0, 300))
def test_benefit_is_what_one_reads_off_the_history(table, confirmed, days):
    seen = until_progression(table, "as given")
    responses = first_confirmed_response(table, CONFIRMATION) if confirmed else first_response(table)
    responded = first_days(responses, table)
    lasting = [day for day, value in seen if value in VALUES and day >= days]
    expected = sorted(responded + lasting)[:1]
    assert first_days(clinical_benefit(table, responses, days, VALUES), table) == expected
