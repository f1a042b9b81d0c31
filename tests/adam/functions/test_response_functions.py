"""Best response, confirmed response and clinical benefit on a plain frame; the judging itself is in test_response."""

from __future__ import annotations

import pandas as pd
import pytest

import hcc_sdtm as hs
from tests.adam.tables import table

VISITS = table(
    """
    USUBJID | TRTSDT     | NACTDT     | ADT        | AVALC
    A       | 2021-03-01 | .          | 2021-02-20 | PD
    A       | 2021-03-01 | .          | 2021-04-12 | PR
    A       | 2021-03-01 | .          | 2021-05-24 | PR
    A       | 2021-03-01 | .          | 2021-07-05 | PD
    B       | 2021-03-01 | .          | 2021-04-12 | CR
    B       | 2021-03-01 | .          | 2021-04-20 | CR
    B       | 2021-03-01 | .          | 2021-07-05 | PD
    C       | 2021-03-01 | 2021-05-01 | 2021-04-12 | SD
    C       | 2021-03-01 | 2021-05-01 | 2021-05-24 | PR
    D       | 2021-03-01 | .          | 2021-03-20 | SD
    E       | .          | .          | 2021-04-12 | CR
    F       | 2021-03-01 | .          | 2021-04-12 | SD
    F       | 2021-03-01 | .          | 2021-04-12 | PD
    """
)


def shown(found: pd.DataFrame) -> list[str]:
    days = {name: hs.dates.from_days(found[name]) for name in found if name.endswith("date")}
    rows = found.assign(**days).astype(object).itertuples(index=False)
    return [" | ".join("." if value is None or value == "" else str(value) for value in row) for row in rows]


def test_best_response_of_every_subject():
    assert shown(hs.adam.best_response(VISITS, until="NACTDT")) == [
        "A | PR | 2021-04-12 | 1 | .",  # the qualifying progression before the start does not count
        "B | CR | 2021-04-12 | 4 | .",
        "C | SD | 2021-04-12 | 7 | .",  # what follows the new therapy does not count
        "D | NE | 2021-03-20 | 9 | SD TOO EARLY",
        "E | . | . | . | .",  # never treated
        "F | PD | 2021-04-12 | 12 | .",  # of one day the worst
    ]


def test_best_response_with_confirmation():
    found = hs.adam.best_response(VISITS, until="NACTDT", confirmed=True)
    assert found["response"].tolist() == ["PR", "SD", "SD", "NE", "", "PD"]
    found = hs.adam.best_response(VISITS, until="NACTDT", confirmed=True, confirmation_days=7)
    assert found["response"].tolist() == ["PR", "CR", "SD", "NE", "", "PD"]


def test_confirmed_response_names_both_assessments():
    assert shown(hs.adam.confirmed_response(VISITS, until="NACTDT")) == [
        "A | PR | 2021-04-12 | 1 | 2021-05-24 | 2",
        "B | . | . | . | . | .",
        "C | . | . | . | . | .",
        "D | . | . | . | . | .",
        "E | . | . | . | . | .",
        "F | . | . | . | . | .",
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"benefit_days": 42}, ["Y 1", "Y 4", "Y 7", "N None", "N None", "N None"]),
        ({"benefit_days": 42, "confirmed": True}, ["Y 1", "Y 4", "Y 7", "N None", "N None", "N None"]),
        ({"benefit_days": 60}, ["Y 1", "Y 4", "N None", "N None", "N None", "N None"]),
        ({"benefit_days": 60, "confirmed": True}, ["Y 1", "N None", "N None", "N None", "N None", "N None"]),
        ({"benefit_days": 19, "control": ["SD"]}, ["Y 1", "Y 4", "Y 7", "Y 9", "N None", "N None"]),
    ],
)
def test_clinical_benefit_is_a_response_or_lasting_control(arguments, expected):
    found = hs.adam.clinical_benefit(VISITS, until="NACTDT", **arguments)
    assert [f"{benefit} {row}" for benefit, row in zip(found["benefit"], found["row"], strict=True)] == expected


def test_columns_may_have_other_names_and_rows_any_index_and_order():
    other = VISITS.rename(columns={"USUBJID": "subject", "ADT": "day", "AVALC": "answer", "TRTSDT": "begun"})
    other.index = [f"row {number}" for number in VISITS.index]
    named = {"subject": "subject", "date": "day", "response": "answer", "start": "begun"}
    found = hs.adam.best_response(other.sample(frac=1, random_state=1), until="NACTDT", **named)
    expected = hs.adam.best_response(VISITS, until="NACTDT")
    assert found["row"].tolist() == [None if row is None else f"row {row}" for row in expected["row"]]
    assert found["response"].tolist() == expected["response"].tolist()


def test_day_numbers_give_the_same_as_texts():
    names = ["ADT", "TRTSDT", "NACTDT"]
    days = VISITS.assign(**{name: hs.dates.to_days(VISITS[name]) for name in names})
    for make in (hs.adam.best_response, hs.adam.confirmed_response):
        pd.testing.assert_frame_equal(make(days, until="NACTDT"), make(VISITS, until="NACTDT"))


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ({}, {"response": "AVAL"}, r'frame has no column "AVAL"; did you mean "AVALC"\?'),
        ({}, {"until": "NATCDT"}, r'no column "NATCDT"; did you mean "NACTDT"\?'),
        ({"AVALC": "SDD"}, {}, r'AVALC "SDD" is no response; expected one of PD, .*; did you mean "SD"\?'),
        ({"AVALC": ""}, {}, 'AVALC "" is no response'),
        ({"ADT": "2021-04"}, {}, r'ADT "2021-04" \(13 rows\) is not a complete date'),
        ({"ADT": ""}, {}, "ADT is missing in 13 rows"),
        ({"USUBJID": ""}, {}, "frame has rows without USUBJID"),
    ],
)
def test_a_wrong_frame_is_refused(change, arguments, message):
    for make in (hs.adam.best_response, hs.adam.confirmed_response):
        with pytest.raises(ValueError, match=message):
            make(VISITS.assign(**change), **arguments)
    with pytest.raises(ValueError, match=message):
        hs.adam.clinical_benefit(VISITS.assign(**change), 168, **arguments)


def test_a_frame_without_assessments_that_count_keeps_its_subjects():
    baseline = VISITS[VISITS["ADT"] < "2021-03-01"]
    assert shown(hs.adam.best_response(baseline)) == ["A | . | . | . | ."]
    assert shown(hs.adam.confirmed_response(baseline)) == ["A | . | . | . | . | ."]
    assert shown(hs.adam.clinical_benefit(baseline, 168)) == ["A | N | . | ."]
    assert hs.adam.best_response(VISITS[:0]).empty
    assert hs.adam.confirmed_response(VISITS[:0]).empty
    assert hs.adam.clinical_benefit(VISITS[:0], 168).empty


def test_categories_and_numbers_of_subjects_are_taken():
    numbers = VISITS.assign(USUBJID=VISITS["USUBJID"].map(ord), AVALC=VISITS["AVALC"].astype("category"))
    assert hs.adam.best_response(numbers)["USUBJID"].tolist() == [ord(letter) for letter in "ABCDEF"]
    categories = VISITS.astype("category")
    assert shown(hs.adam.best_response(categories, until="NACTDT")) == shown(
        hs.adam.best_response(VISITS, until="NACTDT")
    )
    event = hs.adam.first_event([hs.adam.EventSource("PD", categories, "ADT", {"AVALC": "PD"})])
    assert event["row"].tolist() == [0, 6, 12]
    last = hs.adam.extreme_records(categories, "USUBJID", "ADT", "last", ties="last")
    assert last.index.tolist() == [3, 6, 8, 9, 10, 12]


def test_a_subject_has_one_start_of_treatment():
    for name in ("TRTSDT", "NACTDT"):
        other = VISITS.copy()
        other.loc[2, name] = "2021-03-02"
        with pytest.raises(ValueError, match=f'{name} has several days for 1 subjects, first "A"; expected one each'):
            hs.adam.best_response(other, until="NACTDT")


def test_an_unknown_kind_of_control_is_refused():
    with pytest.raises(ValueError, match='control "PD" is not one of CR, PR, SD'):
        hs.adam.clinical_benefit(VISITS, 168, control=["SD", "PD"])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"stable_disease_days": float("nan")}, 'stable_disease_days "nan" is not a number from 0'),
        ({"confirmation_days": -1}, 'confirmation_days "-1" is not a number from 0'),
        ({"max_ne": -1}, 'max_ne "-1" is not a number from 0'),
        ({"max_sd": float("inf")}, 'max_sd "inf" is not a number from 0'),
    ],
)
def test_a_limit_that_is_no_number_is_refused(asked, message):
    with pytest.raises(ValueError, match=message):
        hs.adam.best_response(VISITS, confirmed=True, **asked)
    if "stable_disease_days" not in asked:
        with pytest.raises(ValueError, match=message):
            hs.adam.confirmed_response(VISITS, **asked)
        with pytest.raises(ValueError, match=message):
            hs.adam.clinical_benefit(VISITS, 84, **asked)


def test_days_of_benefit_have_to_be_a_number():
    with pytest.raises(ValueError, match='benefit_days "nan" is not a number from 0'):
        hs.adam.clinical_benefit(VISITS, float("nan"))


def test_one_response_may_be_named_as_control():
    assert hs.adam.clinical_benefit(VISITS, 42, control="SD")["benefit"].tolist() == ["Y", "Y", "Y", "N", "N", "N"]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (VISITS.assign(USUBJID=[1, *VISITS["USUBJID"][1:]]), "USUBJID of frame has numbers and texts"),
        (VISITS.assign(ADT=20210412), 'ADT "20210412" is no day number'),
        (VISITS.assign(AVALC=1), 'AVALC "1" is no response'),
    ],
)
def test_a_frame_of_another_kind_is_refused(frame, message):
    with pytest.raises(ValueError, match=message):
        hs.adam.best_response(frame)


@pytest.mark.parametrize("name", ["response", "date", "row"])
def test_a_subject_column_called_as_a_result_is_refused(name):
    with pytest.raises(ValueError, match=f'cannot be called "{name}"'):
        hs.adam.best_response(VISITS.rename(columns={"USUBJID": name}), subject=name)
