from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.language.arrange_options import Aggregate, Explode
from hcc_sdtm.mapping.tables.aggregating import aggregate
from hcc_sdtm.mapping.tables.exploding import explode
from tests.mapping.views import order_of, require_cells, stands_in, table_of, view_of

HEADER = "subject,visit,dose,date,drug"
ROWS = [
    ["A", "v1", "0.1", "2021-03-05", "Sora"],
    ["B", "v1", "5", "2020-02-02", "Rego"],
    ["A", "v2", "0.2", "2020-12-31", "lenva"],
    ["A", "v1", "NK", "2021-01-01", "sora "],
]


def aggregated(measures, rows=ROWS, per=("subject",), identifying=()):
    view = view_of(Origins(), "ex", HEADER, rows, identifying)
    option = Aggregate.model_validate({"per": list(per), "measures": measures})
    return aggregate(view, option, lambda measure: order_of(view, measure), "201")


def said(findings):
    return findings[["rule", "severity", "source", "typed"]].values.tolist()


@pytest.mark.parametrize(
    ("measure", "of_a", "cells_of_a"),
    [
        ({"sum": "dose"}, "0.3", ["C2", "C4"]),
        ({"count": "dose"}, "2", ["C2", "C4", "C5"]),
        ({"min": "dose"}, "0.1", ["C2"]),
        ({"max": "dose"}, "0.2", ["C4"]),
        ({"min": "date", "kind": "date"}, "2020-12-31", ["D4"]),
        ({"max": "date", "kind": "date"}, "2021-03-05", ["D2"]),
        ({"max": "drug", "kind": "text"}, "sora", ["E5"]),
        ({"first": "drug"}, "Sora", ["E2"]),
        ({"last": "drug"}, "sora", ["E5"]),
        ({"last": "dose"}, "0.2", ["C4"]),
        ({"join": "drug"}, "Sora; lenva", ["E2", "E4", "E5"]),
        ({"join": "date", "kind": "date", "separator": "/"}, "2020-12-31/2021-01-01/2021-03-05", ["D2", "D4", "D5"]),
        ({"join": "dose", "kind": "number"}, "0.1; 0.2", ["C2", "C4"]),
    ],
)
def test_each_function_and_the_cells_it_is_made_of(measure, of_a, cells_of_a):
    view, findings = aggregated({"m": measure})
    assert table_of(view)[0] == ["A", of_a]
    assert [cell.removeprefix("ex.csv:") for cell, _ in stands_in(view, 0, "m")] == cells_of_a
    assert len(stands_in(view, 1, "m")) == 1
    assert findings.empty


def test_a_record_is_the_group_of_its_rows():
    view, _ = aggregated({"n": {"count": "dose"}}, per=["subject", "visit"])
    assert table_of(view) == [["A", "v1", "1"], ["B", "v1", "1"], ["A", "v2", "1"]]
    assert stands_in(view, 0, "visit") == [("ex.csv:B2", "v1"), ("ex.csv:B5", "v1")]
    assert view.rows[1:].tolist() == [1, 2]
    assert view.origins.members(int(view.rows[0])) == [(0, 0), (3, 0)]
    assert view.left_out == []


def test_nothing_to_measure_is_no_value_and_a_count_of_none_is_0():
    measures = {"sum": {"sum": "dose"}, "n": {"count": "dose"}, "big": {"max": "dose"}, "all": {"join": "dose"}}
    view, findings = aggregated(measures, [["A", "", "", "", ""], ["A", "", "NK", "", ""]])
    assert table_of(view) == [["A", "", "0", "", ""]]
    assert findings.empty


@pytest.mark.parametrize("function", ["sum", "min", "max"])
def test_a_text_that_is_no_number_is_a_finding_and_its_group_has_no_value(function):
    rows = [["A", "", "5", "", ""], ["A", "", "<5", "", ""], ["B", "", "7", "", ""]]
    view, findings = aggregated({"m": {function: "dose"}, "n": {"count": "dose"}}, rows)
    assert table_of(view) == [["A", "", "2"], ["B", "7", "1"]]
    assert said(findings) == [["MAP-036 aggregate.member-unreadable", "error", "ex.csv:C3", "<5"]]
    assert findings["message"].tolist() == [
        f'this text is not a number, so "m", a {function} over the rows of one subject, has no value'
    ]


def test_numbers_are_read_and_sums_written_as_declared():
    rows = [["A", "", "1.234,5", "", ""], ["A", "", "0,25", "", ""], ["B", "", "1.234", "", ""]]
    written = {"decimal": ",", "thousands": "."}
    view, findings = aggregated({"m": {"sum": "dose", **written}, "big": {"max": "dose", **written}}, rows)
    assert table_of(view) == [["A", "1234,75", "1.234,5"], ["B", "1234", "1.234"]]
    assert findings.empty
    view, findings = aggregated({"m": {"sum": "dose"}}, rows)
    assert table_of(view) == [["A", ""], ["B", "1.234"]]
    assert [each[3] for each in said(findings)] == ["1.234,5", "0,25"]


def test_a_date_that_cannot_be_compared_leaves_the_measure_without_a_value():
    rows = [["A", "", "", "2021-01-01", ""], ["A", "", "", "31/02/2021", ""], ["B", "", "", "soon", ""]]
    view, findings = aggregated({"m": {"min": "date", "kind": "date"}}, rows)
    assert table_of(view) == [["A", ""], ["B", ""]]
    assert [each[3] for each in said(findings)] == ["31/02/2021", "soon"]


@pytest.mark.parametrize(
    ("function", "typed", "taken", "told"),
    [
        ("min", ["2021", "2021-05-03"], "2021", ["2021"]),
        ("min", ["2021-05", "2021-06-01"], "2021-05", []),
        ("min", ["2021", "2021-01-01"], "2021-01-01", []),  # nothing in 2021 is earlier
        ("max", ["2021", "2021-05-03"], "2021-05-03", ["2021"]),
        ("max", ["2021", "2022-05-03"], "2022-05-03", []),
        ("max", ["2021-05-03", "2021-05-03 14:30"], "2021-05-03 14:30", []),
    ],
)
def test_partial_dates_are_compared_by_their_first_day_and_told_where_that_may_be_wrong(function, typed, taken, told):
    rows = [["A", "", "", text, ""] for text in typed]
    for order in (rows, rows[::-1]):
        view, findings = aggregated({"m": {function: "date", "kind": "date"}}, order)
        assert table_of(view, ["m"]) == [[taken]]
        assert [each[3] for each in said(findings)] == told
        assert {each[0] for each in said(findings)} <= {"MAP-038 row.order-unsure"}


def test_items_of_one_cell_are_one_cell():
    view = view_of(Origins(), "ex", HEADER, [["A", "", "1|2|2.5", "", ""], ["A", "", "3", "", ""]])
    view, _ = explode(view, Explode(columns=("dose",), separator=("|",)), "1")
    option = Aggregate.model_validate({"measures": {"m": {"sum": "dose"}, "n": {"count": "dose"}}})
    total, _ = aggregate(view, option, lambda measure: order_of(view, measure), "1")
    assert table_of(total) == [["A", "8.5", "4"]]
    assert stands_in(total, 0, "m") == [("ex.csv:C2", "1|2|2.5"), ("ex.csv:C3", "3")]


def test_what_is_made_of_an_identifying_column_is_identifying():
    rows = [["A", "", "", "", "王小明"], ["A", "", "", "", "李大伟"]]
    measures = {"m": {"join": "drug"}, "f": {"first": "drug"}, "s": {"sum": "drug"}}
    view, findings = aggregated(measures, rows, identifying=["drug"])
    assert view.hidden == {"m", "f", "s"}
    assert "王" not in findings.to_csv()
    require_cells(view, made=["m"])


def test_no_rows_give_no_rows():
    view, findings = aggregated({"m": {"sum": "dose"}, "j": {"join": "drug"}, "x": {"max": "date", "kind": "date"}}, [])
    assert (len(view), len(findings)) == (0, 0)


NUMBERS = st.decimals(-1000, 1000, places=2).map(str) | st.sampled_from(["", "NK", "7", "１２", "1e2"])
MEASURES = {
    "total": {"sum": "dose"},
    "least": {"min": "dose"},
    "most": {"max": "dose"},
    "n": {"count": "dose"},
    "last": {"max": "date", "kind": "date"},
    "first": {"min": "date", "kind": "date"},
    "drugs": {"join": "drug"},
}
DATES = st.sampled_from(["2021", "2021-03", "2021-03-05", "2020-12-31", "", "NK"])
VISITS, DRUGS = st.sampled_from(["v1", "V1", "v2", ""]), st.sampled_from(["x", "X ", "y", ""])
MEMBERS = st.lists(st.tuples(st.sampled_from("AB"), VISITS, NUMBERS, DATES, DRUGS).map(list), max_size=9)


@given(MEMBERS)
def test_sums_are_exact_and_every_value_stands_in_its_cells(rows):
    view, _ = aggregated(MEASURES, rows)
    require_cells(view, made=["total", "n", "drugs"])
    for subject, total, least, most, n in table_of(view, ["subject", "total", "least", "most", "n"]):
        own = [Decimal(row[2]) for row in rows if row[0] == subject and row[2] not in ("", "NK")]
        assert total == "" if not own else Decimal(total) == sum(own)
        assert [Decimal(least), Decimal(most)] == [min(own), max(own)] if own else (least, most) == ("", "")
        assert int(n) == len(own)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    one, findings = aggregated(MEASURES, rows, per=["subject", "visit"])
    other, others = aggregated(MEASURES, random.sample(rows, len(rows)), per=["subject", "visit"])
    assert sorted(table_of(one)) == sorted(table_of(other))
    told = [sorted(each[["rule", "subject", "typed"]].values.tolist()) for each in (findings, others)]
    assert told[0] == told[1]


@given(MEMBERS)
def test_every_row_is_in_a_record(rows):
    view, _ = aggregated(MEASURES, rows, per=["subject", "visit"])
    members = [row for number in view.rows for row, _ in view.origins.members(int(number))]
    assert sorted(members) == list(range(len(rows)))
