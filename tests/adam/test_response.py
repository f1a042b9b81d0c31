from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.adam.responses.response import (
    best_response,
    confirmed_best_response,
    declines_from_complete,
    worst_of_day,
)
from tests.adam.response_histories import (
    CONFIRMATION,
    MINIMUM_SD,
    RESPONSES,
    assessments,
    best_by_reading,
    confirmed_by_reading,
    histories,
)


def confirmed(history: str, **limits: int | str) -> str:
    found = confirmed_best_response(assessments(history), MINIMUM_SD, CONFIRMATION, **limits)
    return " ".join(found["response"])


def unconfirmed(history: str) -> str:
    return " ".join(best_response(assessments(history), MINIMUM_SD)["response"])


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        # RECIST 1.1, Table 3: first and second time point, the minimum for SD met at the first (day 35 and later)
        ("42 CR, 84 CR", "CR"),
        ("42 CR, 84 PR", "SD"),
        ("42 CR, 84 SD", "SD"),
        ("42 CR, 84 PD", "SD"),
        ("42 CR, 84 NE", "SD"),
        ("42 CR", "SD"),
        ("42 PR, 84 CR", "PR"),
        ("42 PR, 84 PR", "PR"),
        ("42 PR, 84 SD", "SD"),
        ("42 PR, 84 PD", "SD"),
        ("42 PR, 84 NE", "SD"),
        ("42 PR", "SD"),
        ("42 NE, 84 NE", "NE"),
        ("42 SD, 84 PD", "SD"),
        ("42 PD", "PD"),
        ("42 PD, 84 CR, 126 CR", "PD"),
        # and not met
        ("20 CR, 60 PR", "PD"),
        ("20 CR, 60 SD", "PD"),
        ("20 CR, 60 PD", "PD"),
        ("20 CR, 60 NE", "NE"),
        ("20 PR, 60 PD", "PD"),
        ("20 PR, 60 NE", "NE"),
        ("20 SD, 60 PD", "PD"),
        ("20 SD, 30 NE", "NE"),
        ("20 SD", "NE"),
        ("20 PR, 60 SD", "SD"),
        # the day of the minimum itself, and the day before
        ("35 SD", "SD"),
        ("34 SD", "NE"),
        # the interval of confirmation: 28 days are enough, 27 are not, and a third assessment may give them
        ("42 PR, 70 PR", "PR"),
        ("42 PR, 69 PR", "SD"),
        ("42 PR, 69 PR, 84 PR", "PR"),
        ("42 CR, 69 CR", "SD"),
        # a CR after a confirmed PR, confirmed and not
        ("42 PR, 84 PR, 126 CR", "PR"),
        ("42 PR, 84 CR, 126 CR", "CR"),
        # no target lesions
        ("42 NON-CR/NON-PD, 84 NON-CR/NON-PD", "NON-CR/NON-PD"),
        ("20 NON-CR/NON-PD, 60 PD", "PD"),
        # something else between the two
        ("42 PR, 84 NE, 126 PR", "SD"),
        ("42 PR, 84 SD, 126 PR", "SD"),
        ("42 PR, 84 SD, 126 PR, 168 PR", "PR"),
    ],
)
def test_confirmed_best_response(history, expected):
    assert confirmed(history) == expected


@pytest.mark.parametrize(
    ("history", "limits", "expected"),
    [
        ("42 PR, 84 NE, 126 PR", {"max_ne": 1}, "PR"),
        ("42 CR, 84 NE, 126 CR", {"max_ne": 1}, "CR"),
        ("42 PR, 84 NE, 126 NE, 168 PR", {"max_ne": 1}, "SD"),
        ("42 PR, 84 NE, 126 NE, 168 PR", {"max_ne": 2}, "PR"),
        ("42 PR, 84 SD, 126 PR", {"max_sd": 1}, "PR"),
        ("42 PR, 84 SD, 126 NE, 168 PR", {"max_sd": 1}, "SD"),
        ("42 PR, 84 SD, 126 NE, 168 PR", {"max_sd": 1, "max_ne": 1}, "PR"),
        ("42 PR, 84 PD, 126 PR", {"max_ne": 9, "max_sd": 9}, "SD"),
    ],
)
def test_what_may_lie_between_two_responses(history, limits, expected):
    assert confirmed(history, **limits) == expected


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("42 SD, 84 PR, 126 CR, 168 PD", "CR"),
        ("20 PR, 60 PD", "PR"),
        ("42 SD, 84 PD", "SD"),
        ("20 SD, 60 PD", "PD"),
        ("20 SD", "NE"),
        ("42 NE, 84 PD", "PD"),
        ("42 NE", "NE"),
        ("42 NON-CR/NON-PD, 84 SD", "SD"),
        ("42 PD, 84 CR", "PD"),
        ("", ""),
    ],
)
def test_best_response_without_confirmation(history, expected):
    assert unconfirmed(history) == expected


def test_the_row_that_gave_the_response_is_named():
    table = assessments("42 SD, 84 PR, 126 PR, 168 PD")
    assert list(best_response(table, MINIMUM_SD)["row"]) == [1]
    assert list(confirmed_best_response(table, MINIMUM_SD, CONFIRMATION)["row"]) == [1]


def test_subjects_do_not_confirm_each_other():
    table = pd.DataFrame({"subject": ["A", "B"], "day": [42.0, 84.0], "response": ["PR", "PR"]})
    assert list(confirmed_best_response(table, MINIMUM_SD, CONFIRMATION)["response"]) == ["SD", "SD"]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("42 CR, 84 PR, 126 SD", [1]),
        ("42 CR, 84 NE, 126 SD", [2]),
        ("42 CR, 84 PD, 126 SD", []),
        ("42 PR, 84 SD", []),
    ],
)
def test_less_than_complete_after_complete_is_a_question(history, expected):
    assert list(declines_from_complete(assessments(history))) == expected


def test_the_worse_of_two_responses_of_a_day_stands_and_both_are_named():
    table = assessments("42 PR, 42 PD, 84 NE, 84 CR, 126 SD, 126 SD")
    kept, discordant = worst_of_day(table)
    assert list(kept["response"]) == ["PD", "CR", "SD"]
    assert sorted(discordant) == [0, 1, 2, 3]


@given(histories)
def test_best_response_is_what_one_reads_off_the_history(table):
    assert list(best_response(table, MINIMUM_SD)["response"]) == [best_by_reading(table)]


@given(histories, st.integers(0, 2), st.integers(0, 2), st.sampled_from(["PD", "as given"]))
def test_confirmed_response_is_what_one_reads_off_the_history(table, max_ne, max_sd, after):
    found = confirmed_best_response(table, MINIMUM_SD, CONFIRMATION, max_ne, max_sd, after)
    assert list(found["response"]) == [confirmed_by_reading(table, max_ne, max_sd, after)]


@given(st.lists(histories, min_size=2, max_size=6), st.integers(0, 2))
def test_many_subjects_are_as_each_of_them_alone(tables, max_ne):
    together = pd.concat([table.assign(subject=number) for number, table in enumerate(tables)], ignore_index=True)
    found = confirmed_best_response(together, MINIMUM_SD, CONFIRMATION, max_ne)
    alone = [confirmed_by_reading(table, max_ne, 0, "PD") for table in tables]
    assert list(zip(found["subject"], found["response"], strict=True)) == list(enumerate(alone))


@given(histories)
def test_immune_terms_without_unconfirmed_progression_are_those_of_recist(table):
    names = dict(zip(RESPONSES, ["iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iCPD", "NE"], strict=True))
    immune = table.assign(response=table["response"].map(names))
    for function, arguments in ((best_response, ()), (confirmed_best_response, (CONFIRMATION, 1))):
        plain = function(table, MINIMUM_SD, *arguments)["response"]
        assert list(function(immune, MINIMUM_SD, *arguments)["response"]) == [names[value] for value in plain]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        # iRECIST (Seymour 2017): progression that is not confirmed ends nothing
        ("42 iUPD, 70 iSD, 98 iPR", "iPR"),
        ("42 iUPD, 70 iCPD", "iCPD"),
        ("42 iUPD, 70 NE", "iUPD"),
        ("42 iSD, 84 iUPD, 112 iCPD, 140 iPR", "iSD"),
        ("20 iSD, 60 iUPD", "iUPD"),
    ],
)
def test_best_response_by_irecist(history, expected):
    assert unconfirmed(history) == expected


@pytest.mark.parametrize(
    ("history", "unconfirmed_reason", "confirmed_reason"),
    [
        ("42 NE, 84 NE", "ONLY NE", "ONLY NE"),
        ("20 SD, 60 NE", "SD TOO EARLY", "SD TOO EARLY"),
        ("20 NON-CR/NON-PD", "SD TOO EARLY", "SD TOO EARLY"),
        ("20 PR, 60 NE", "", "RESPONSE TOO EARLY"),
        ("10 SD, 20 PR", "", "RESPONSE TOO EARLY"),
        ("42 SD", "", ""),
        ("20 SD, 60 PD", "", ""),
        ("42 UNKNOWN", "ONLY NE", "ONLY NE"),
    ],
)
def test_what_is_not_evaluable_says_why(history, unconfirmed_reason, confirmed_reason):
    table = assessments(history)
    assert list(best_response(table, MINIMUM_SD)["reason"]) == [unconfirmed_reason]
    assert list(confirmed_best_response(table, MINIMUM_SD, CONFIRMATION)["reason"]) == [confirmed_reason]


def test_less_than_complete_after_complete_may_be_taken_as_given():
    assert confirmed("20 CR, 60 SD", after_complete="as given") == "SD"
    assert confirmed("42 CR, 84 PR, 126 PR", after_complete="as given") == "PR"


def test_the_worse_of_two_immune_responses_stands():
    kept, discordant = worst_of_day(assessments("42 iPR, 42 iUPD, 84 NE, 84 iSD"))
    assert list(kept["response"]) == ["iUPD", "iSD"]
    assert sorted(discordant) == [0, 1, 2, 3]


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(table, random):
    order = list(table.index)
    random.shuffle(order)
    shuffled = table.loc[order]
    pd.testing.assert_frame_equal(best_response(table, MINIMUM_SD), best_response(shuffled, MINIMUM_SD))
    pd.testing.assert_frame_equal(
        confirmed_best_response(table, MINIMUM_SD, CONFIRMATION),
        confirmed_best_response(shuffled, MINIMUM_SD, CONFIRMATION),
    )


@given(histories, st.sampled_from(RESPONSES))
def test_nothing_after_progression_changes_the_best_response(table, later):
    progressed = pd.concat(
        [table, pd.DataFrame({"subject": ["A"], "day": [401.0], "response": ["PD"]})], ignore_index=True
    )
    more = pd.concat(
        [progressed, pd.DataFrame({"subject": ["A"], "day": [450.0], "response": [later]})], ignore_index=True
    )
    assert list(best_response(progressed, MINIMUM_SD)["response"]) == list(best_response(more, MINIMUM_SD)["response"])
