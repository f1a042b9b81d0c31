from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.adam.response import (
    best_response,
    confirmed_best_response,
    declines_from_complete,
    worst_of_day,
)

MINIMUM_SD, CONFIRMATION = 35, 28
RESPONSES = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"]


def assessments(history: str) -> pd.DataFrame:
    """One subject's assessments from ``42 PR, 84 CR``."""
    rows = [entry.split() for entry in history.split(",") if entry.strip()]
    return pd.DataFrame(
        {
            "subject": ["A"] * len(rows),
            "day": [float(day) for day, _ in rows],
            "response": [value for _, value in rows],
        }
    )


def confirmed(history: str, **limits: int) -> str:
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


histories = st.lists(st.sampled_from(RESPONSES), min_size=1, max_size=8).flatmap(
    lambda values: st.lists(st.integers(1, 400), min_size=len(values), max_size=len(values), unique=True).map(
        lambda days: pd.DataFrame({"subject": "A", "day": [float(day) for day in sorted(days)], "response": values})
    )
)


def by_reading(table: pd.DataFrame, max_ne: int) -> str:
    """Confirmed best response read off a history one assessment after the other."""
    seen: list[tuple[float, str]] = []
    for day, value in zip(table["day"], table["response"], strict=True):
        complete_before = any(other == "CR" for _, other in seen)
        value = "PD" if complete_before and value in ("PR", "SD", "NON-CR/NON-PD") else value
        seen.append((day, value))
        if value == "PD":
            break
    for best, good in (("CR", ("CR",)), ("PR", ("CR", "PR"))):
        for at, (first, value) in enumerate(seen):
            for later in range(at + 1, len(seen)):
                between = [other for _, other in seen[at + 1 : later]]
                allowed = all(other in (*good, "NE") for other in between) and between.count("NE") <= max_ne
                late = seen[later][0] - first >= CONFIRMATION
                if value == best and seen[later][1] in good and allowed and late:
                    return best
    values = {value for day, value in seen if day >= MINIMUM_SD}
    if values & {"CR", "PR", "SD"}:
        return "SD"
    if "NON-CR/NON-PD" in values:
        return "NON-CR/NON-PD"
    return "PD" if seen[-1][1] == "PD" else "NE"


@given(histories, st.integers(0, 2))
def test_confirmed_response_is_what_one_reads_off_the_history(table, max_ne):
    found = confirmed_best_response(table, MINIMUM_SD, CONFIRMATION, max_ne)
    assert list(found["response"]) == [by_reading(table, max_ne)]


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
