import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import dates
from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.language.arrange_options import Latest
from hcc_sdtm.mapping.tables.latest import take_latest
from hcc_sdtm.mapping.tables.view import clean
from tests.mapping.views import order_of, require_cells, stands_in, table_of, view_of

HEADER = "subject,date,status,dose"


def latest_of(rows, ties="none", asked=("status", "dose"), header=HEADER, identifying=(), **option):
    view = view_of(Origins(), "fu", header, rows, identifying)
    latest = Latest.model_validate({"by": {"date": "date"}, "ties": ties, **option})
    return take_latest(view, latest, order_of(view, latest.by), set(asked), "201")


def said(findings):
    return findings[["rule", "source", "typed"]].values.tolist()


def test_each_column_has_the_value_of_the_latest_row_with_one_and_its_cell():
    view, findings = latest_of(
        [
            ["A", "2021-03-05", "Dead", "NK"],
            ["A", "2021-01-01", "Alive", "70"],
            ["B", "2020-05-05", "", ""],
            ["A", "2020-12-31", "Alive", "60"],
            ["B", "2020-01-01", "Alive", "50"],
        ]
    )
    assert table_of(view) == [["A", "2021-03-05", "Dead", "70"], ["B", "2020-05-05", "Alive", "50"]]
    cells = [[stands_in(view, row, column)[0][0] for column in view.texts] for row in range(2)]
    assert cells == [
        ["fu.csv:A2", "fu.csv:B2", "fu.csv:C2", "fu.csv:D3"],
        ["fu.csv:A4", "fu.csv:B4", "fu.csv:C6", "fu.csv:D6"],
    ]
    assert view.rows.tolist() == [0, 2]
    assert findings.empty
    [(table, what, rows)] = view.left_out
    assert (table, what, sorted(rows)) == ("fu", "latest", [1, 3, 4])


def test_a_column_without_any_value_shows_what_the_latest_row_says_instead():
    view, _ = latest_of([["A", "2021-03-05", "NK", ""], ["A", "2021-01-01", "", ""]])
    assert table_of(view, ["status"]) == [[""]]
    assert stands_in(view, 0, "status") == [("fu.csv:C2", "NK")]


@pytest.mark.parametrize(
    ("ties", "taken", "cell", "said_of_it"),
    [
        ("none", "", [], "no value is taken"),
        ("first", "Alive", [("fu.csv:C2", "Alive")], "the first row's is taken"),
        ("last", "Lost", [("fu.csv:C4", "Lost")], "the last row's is taken"),
    ],
)
def test_a_tie_that_disagrees_is_a_finding_and_the_mapping_says_what_is_taken(ties, taken, cell, said_of_it):
    rows = [["A", "2021-03-05", "Alive", "5"], ["A", "2021-03-05", "Dead", "5"], ["A", "2021-03-05", "Lost", ""]]
    view, findings = latest_of([*rows, ["A", "2020-03-05", "Alive", "4"]], ties)
    assert table_of(view) == [["A", "2021-03-05", taken, "5"]]
    assert stands_in(view, 0, "status") == cell
    assert findings[["rule", "severity", "source", "typed", "subject", "message"]].values.tolist() == [
        [
            "MAP-032 latest.tie-disagrees",
            "error",
            "fu.csv:C2",
            "Alive",
            "A",
            f'"Alive", and "Dead" at fu.csv:C3 and "Lost" at fu.csv:C4, with the same "date"; {said_of_it}',
        ]
    ]


def test_texts_that_differ_in_space_width_and_case_only_agree_and_a_column_nobody_asks_for_may_disagree():
    rows = [["A", "2021-03-05", "dead", "5"], ["A", "05/03/2021", "ＤＥＡＤ ", "6"]]
    view, findings = latest_of(rows, asked=["status"], by={"date": "date", "order": "dmy"})
    assert table_of(view, ["status", "dose"]) == [["dead", ""]]
    assert findings.empty


def test_rows_without_a_date_come_first_and_are_told_where_there_is_something_to_compare():
    rows = [
        ["A", "soon", "Dead", ""],
        ["A", "", "Alive", "7"],
        ["A", "2001-01-01", "Lost", ""],
        ["B", "", "Alive", ""],
    ]
    view, findings = latest_of(rows)
    assert table_of(view, ["subject", "status", "dose"]) == [["A", "Lost", "7"], ["B", "Alive", ""]]
    assert said(findings) == [
        ["MAP-033 latest.by-unknown", "fu.csv:B2", "soon"],
        ["MAP-033 latest.by-unknown", "fu.csv:B3", ""],
    ]
    assert findings["message"].tolist() == [
        'this text of "date" is no date to compare; this row counts as earlier than the others of its subject',
        'no date in "date"; this row counts as earlier than the others of its subject',
    ]


def test_two_rows_without_a_date_that_disagree_are_a_tie():
    view, findings = latest_of([["A", "", "Dead", ""], ["A", "NK", "Alive", ""]])
    assert table_of(view, ["status"]) == [[""]]
    assert findings["rule"].tolist()[-1] == "MAP-032 latest.tie-disagrees"
    assert 'with no "date" to compare' in findings["message"].iloc[-1]


def test_a_partial_date_counts_as_its_first_day_and_is_told_where_another_order_would_change_a_value():
    view, findings = latest_of(
        [
            ["A", "2021", "Dead", "5"],
            ["A", "2021-05-03", "Alive", "5"],
            ["B", "2021", "Alive", ""],
            ["B", "2021-05-03", "Alive", "5"],
            ["C", "2021-04", "Dead", "5"],
            ["C", "2021-05-03", "Alive", "5"],
        ]
    )
    assert table_of(view, ["status"]) == [["Alive"], ["Alive"], ["Alive"]]
    assert said(findings) == [["MAP-038 row.order-unsure", "fu.csv:B2", "2021"]]
    assert findings["message"].iloc[0] == (
        "this date is not complete and counts as its first day, 2021-01-01; a row that counts as later may be earlier, and "
        "holds other values"
    )


def test_rows_of_one_day_are_ordered_by_their_times_and_by_numbers_where_those_are_declared():
    view, findings = latest_of([["A", "2021-03-05 14:30", "Dead", "5"], ["A", "2021-03-05 08:15", "Alive", "4"]])
    assert table_of(view, ["status"]) == [["Dead"]]
    assert findings.empty
    rows = [["A", "9,5", "Dead", ""], ["A", "10", "Alive", ""], ["A", "-2,5", "Lost", ""]]
    view, findings = latest_of(rows, by={"number": "date", "decimal": ","})
    assert table_of(view, ["status"]) == [["Alive"]]
    assert findings.empty


def test_a_row_without_a_key_stays_by_itself():
    rows = [["A", "2021-01-01", "", "1"], ["A", "2021-02-01", "NK", "2"], ["A", "2021-01-01", "v1", "3"]]
    view, findings = latest_of([*rows, ["A", "2021-02-02", "V1 ", ""]], per=["subject", "status"])
    assert table_of(view, ["status", "dose"]) == [["", "1"], ["", "2"], ["V1", "3"]]
    assert said(findings) == [
        ["MAP-037 row.key-missing", "fu.csv:C2", ""],
        ["MAP-037 row.key-missing", "fu.csv:C3", "NK"],
    ]


def test_nothing_of_an_identifying_column_is_told():
    rows = [["A", "2021-03-05", "王小明", "5"], ["A", "2021-03-05", "李大伟", "6"]]
    view, findings = latest_of(rows, identifying=["status"])
    assert view.hidden == {"status"}
    assert "小明" not in findings.to_csv()
    assert "大伟" not in findings.to_csv()
    assert len(findings) == 2


def test_no_rows_give_no_rows():
    view, findings = latest_of([])
    assert (len(view), len(findings)) == (0, 0)


def test_latest_of_latest_keeps_the_cells():
    view, _ = latest_of(
        [["A", "2021-03-05", "Dead", ""], ["A", "2021-01-01", "Alive", "7"], ["B", "2021-01-01", "", "8"]],
        header="subject,date,status,dose",
    )
    again = Latest.model_validate({"by": {"number": "dose"}})
    twice, _ = take_latest(view, again, order_of(view, again.by), set(), "201")
    assert table_of(twice) == table_of(view)
    assert [stands_in(twice, 0, column) for column in twice.texts] == [
        stands_in(view, 0, column) for column in view.texts
    ]


DATES = st.sampled_from(["2020-01-01", "2020-01", "2020", "2020-02-03", "2021-03-05", "2021-03-05", "", "NK", "soon"])
TEXTS = st.sampled_from(["x", "X", "y", "z", "", "NK"])
ROWS = st.lists(st.tuples(st.sampled_from("ABC"), DATES, TEXTS, TEXTS).map(list), min_size=1, max_size=14)


def by_hand(rows, ties):
    """For each subject its status and dose, worked out row by row."""
    found = {}
    for subject in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == subject]
        found[subject] = []
        for column in (2, 3):
            valued = [(first_day(row[1]), row[column].strip()) for row in own if row[column] not in ("", "NK")]
            last = [text for day, text in valued if day == max(day for day, _ in valued)]
            agree = len({clean(text) for text in last}) == 1
            decided = {"none": "", "first": last[0], "last": last[-1]}[ties] if last else ""
            found[subject].append(min(last) if agree else decided)
    return found


def first_day(text):
    day = dates.bounds(pd.Series([text if text[:1] == "2" else ""]))["earliest"].iloc[0]
    return -np.inf if np.isnan(day) else day


@given(ROWS, st.sampled_from(["none", "first", "last"]))
def test_it_is_what_one_finds_by_hand(rows, ties):
    view, _ = latest_of(rows, ties)
    assert {row[0]: row[1:] for row in table_of(view, ["subject", "status", "dose"])} == by_hand(rows, ties)
    require_cells(view)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    (one, findings), (other, others) = latest_of(rows), latest_of(shuffled)
    columns = ["subject", "status", "dose"]
    assert sorted(table_of(one, columns)) == sorted(table_of(other, columns))
    told = [sorted(each[["rule", "subject", "variable"]].values.tolist()) for each in (findings, others)]
    assert told[0] == told[1]


@given(ROWS)
def test_every_row_is_a_record_or_left_out(rows):
    view, _ = latest_of(rows)
    [(_, _, left_out)] = view.left_out
    assert sorted([*view.rows.tolist(), *left_out.tolist()]) == list(range(len(rows)))
