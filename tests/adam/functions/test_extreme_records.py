"""The first and last record of a group, flags, ties, and what is refused."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hcc_sdtm as hs
from tests.adam.tables import table

LAB = table(
    """
    USUBJID | PARAMCD | ADT        | AVAL | ASEQ
    A       | AFP     | 2021-02-20 | 212  | 1
    A       | AFP     | 2021-03-01 | 9    | 2
    A       | AFP     | 2021-03-01 | 8    | 3
    A       | ALB     | 2021-02-20 | 40   | 4
    B       | AFP     | 2021-05-02 | 12   | 1
    B       | AFP     | .          | 99   | 2
    C       | AFP     | .          | 5    | 1
    """
)
BY = ["USUBJID", "PARAMCD"]


def numbered(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in names})


@pytest.mark.parametrize(
    ("order", "which", "ties", "expected"),
    [
        ("ADT", "first", "first", [0, 3, 4, 6]),
        ("ADT", "last", "first", [1, 3, 4, 6]),
        ("ADT", "last", "last", [2, 3, 4, 6]),
        (["ADT", "ASEQ"], "last", "error", [2, 3, 4, 6]),
        (["ADT", "-ASEQ"], "last", "error", [1, 3, 4, 6]),
        ("-ADT", "first", "last", [2, 3, 4, 6]),  # a missing date is taken only where there is no other
        ("AVAL", "last", "first", [0, 3, 5, 6]),
        ("-AVAL", "first", "first", [0, 3, 5, 6]),
    ],
)
def test_the_extreme_of_each_group(order, which, ties, expected):
    frame = numbered(LAB, "AVAL", "ASEQ")
    assert hs.adam.extreme_records(frame, BY, order, which, ties=ties).index.tolist() == expected


def test_numbers_as_text_are_ordered_as_text_and_numbers_as_numbers():
    assert hs.adam.extreme_records(LAB, "USUBJID", "AVAL", "last")["AVAL"].tolist() == ["9", "99", "5"]
    assert hs.adam.extreme_records(numbered(LAB, "AVAL"), "USUBJID", "AVAL", "last")["AVAL"].tolist() == [212, 99, 5]


def test_a_baseline_flag_keeps_the_index_and_marks_one_row_a_group():
    frame = numbered(LAB, "AVAL", "ASEQ").set_index(pd.Index(list("tuvwxyz")))
    before = hs.dates.to_days(frame["ADT"]) <= hs.dates.to_days(pd.Series("2021-02-28", index=frame.index))
    flag = hs.adam.flag_extreme_records(frame, BY, ["ADT", "ASEQ"], "last", where=before)
    assert flag.to_dict() == {"t": "Y", "u": "", "v": "", "w": "Y", "x": "", "y": "", "z": ""}


def test_ties_are_listed_and_refused_on_request():
    assert hs.adam.tied_records(LAB, BY, "ADT", "last").index.tolist() == [1, 2]
    assert hs.adam.tied_records(LAB, BY, "ADT", "first").empty
    with pytest.raises(
        ValueError, match=r'1 groups have more than one last row by ADT; USUBJID "A", PARAMCD "AFP" is one'
    ):
        hs.adam.extreme_records(LAB, BY, "ADT", "last", ties="error")


def test_timestamps_and_day_numbers_are_dates():
    frame = LAB[LAB["ADT"] != ""]
    stamps = frame.assign(ADT=pd.to_datetime(frame["ADT"]))
    days = frame.assign(ADT=hs.dates.to_days(frame["ADT"]))
    for each in (stamps, days):
        assert hs.adam.extreme_records(each, BY, "ADT", "last").index.tolist() == [1, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"by": ["USUBJD"]}, r'frame has no column "USUBJD"; did you mean "USUBJID"\?'),
        ({"order": ["ADTM"]}, r'frame has no column "ADTM"; did you mean "ADT"\?'),
        ({"which": "frist"}, r'which "frist" is not one of first, last; did you mean "first"\?'),
        ({"ties": "raise"}, r'ties "raise" is not one of first, last, error'),
        ({"where": pd.Series([True])}, "where has another index than frame"),
        ({"by": []}, "by and order need a column each"),
    ],
)
def test_a_wrong_argument_is_named_with_the_nearest(arguments, message):
    with pytest.raises(ValueError, match=message):
        hs.adam.extreme_records(**{"frame": LAB, "by": BY, "order": "ADT", **arguments})


@pytest.mark.parametrize("typed", ["2021-03", "01/03/2021", "2021-02-30"])
def test_a_text_that_is_no_whole_date_is_not_ordered(typed):
    frame = pd.DataFrame({"USUBJID": ["A", "A"], "LBDTC": ["2021-03-05", typed]})
    with pytest.raises(ValueError, match=rf'LBDTC "{typed}" \(1 rows\) is not a complete date'):
        hs.adam.extreme_records(frame, "USUBJID", "LBDTC")
    with pytest.raises(ValueError, match="is not a complete date"):
        hs.adam.extreme_records(frame.rename(columns={"LBDTC": "WHEN"}), "USUBJID", "WHEN")


def test_an_empty_frame_has_no_records():
    assert hs.adam.extreme_records(LAB[:0], BY, "ADT").empty
    assert hs.adam.tied_records(LAB[:0], BY, "ADT").empty
    assert hs.adam.flag_extreme_records(LAB[:0], BY, "ADT").empty


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.one_of(st.none(), st.integers(0, 3)), st.integers(0, 2)), max_size=12
    ),
    st.sampled_from(["first", "last"]),
    st.sampled_from(["first", "last"]),
)
def test_it_is_what_a_loop_over_groups_finds(rows, which, ties):
    frame = pd.DataFrame(rows, columns=["USUBJID", "ADY", "AVAL"]).astype({"USUBJID": object, "ADY": float})
    expected = []
    for _, group in frame.groupby("USUBJID"):
        known = group[group["ADY"].notna()] if group["ADY"].notna().any() else group
        best = known["ADY"].min() if which == "first" else known["ADY"].max()
        tied = known[known["ADY"].eq(best) | np.isnan(best)]
        value = tied["AVAL"].min() if which == "first" else tied["AVAL"].max()
        expected.append(tied[tied["AVAL"] == value].index[0 if ties == "first" else -1])
    found = hs.adam.extreme_records(frame, "USUBJID", ["ADY", "AVAL"], which, ties=ties)
    assert found.index.tolist() == sorted(expected)


def test_times_order_within_a_day():
    lab = table("USUBJID | LBDTC\nA | 2021-03-01T10:00\nA | 2021-03-01T08:00\nA | 2021-03-01\nA | 2021-02-01T23:00")
    assert hs.adam.extreme_records(lab, "USUBJID", "LBDTC", "last").index.tolist() == [0]
    assert hs.adam.extreme_records(lab[:3], "USUBJID", "LBDTC", "first").index.tolist() == [2]
    assert hs.adam.tied_records(lab, "USUBJID", "LBDTC", "last").empty


def test_ordered_categories_keep_their_order():
    terms = pd.Categorical(["SD", "CR", "PR", None], ["CR", "PR", "SD", "PD"], ordered=True)
    frame = pd.DataFrame({"USUBJID": "A", "AVALC": terms})
    assert hs.adam.extreme_records(frame, "USUBJID", "AVALC", "first").index.tolist() == [1]
    assert hs.adam.extreme_records(frame, "USUBJID", "AVALC", "last").index.tolist() == [0]


def test_dates_as_objects_are_ordered():
    frame = pd.DataFrame({"USUBJID": "A", "ADT": [datetime.date(2021, 10, 1), datetime.date(2021, 9, 30), None]})
    assert hs.adam.extreme_records(frame, "USUBJID", "ADT", "last").index.tolist() == [0]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        (pd.Series(["Y", "N"]), 'where is not of true and false; its first value is "Y"'),
        (pd.Series([1.0, 0.0]), 'where is not of true and false; its first value is "1.0"'),
        (np.array([True, False]), "where has another index than frame; expected a column of true and false"),
        (pd.Series([True, False], index=[1, 2]), "where has another index than frame"),
    ],
)
def test_a_mask_that_is_none_is_refused(where, message):
    with pytest.raises(ValueError, match=message):
        hs.adam.extreme_records(pd.DataFrame({"USUBJID": ["A", "B"], "N": [1, 2]}), "USUBJID", "N", where=where)


def test_a_mask_may_have_missing_values_which_are_false():
    frame = pd.DataFrame({"USUBJID": ["A", "A"], "N": [1, 2]})
    for where in (pd.Series([None, True], dtype="boolean"), pd.Series([None, True], dtype=object)):
        assert hs.adam.extreme_records(frame, "USUBJID", "N", where=where).index.tolist() == [1]


def test_numbers_and_texts_in_one_column_have_no_order():
    with pytest.raises(ValueError, match="N has numbers and texts"):
        hs.adam.extreme_records(pd.DataFrame({"USUBJID": ["A", "A"], "N": [9, "10"]}), "USUBJID", "N")
