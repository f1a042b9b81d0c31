import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.language.arrange_options import JoinedTables
from hcc_sdtm.mapping.tables.joining import join
from tests.mapping.views import require_cells, stands_in, table_of, view_of

DRUGS = [["A", "x", "v1"], ["B", "y", "v1"], ["A", "z", "v2"], ["C", "x", "v1"]]
PATIENTS = [["A", "M", "v1"], ["B", "F", "v1"], ["D", "F", "v1"]]


def joined(cardinality, left=DRUGS, right=PATIENTS, on=("subject",), identifying=()):
    origins = Origins()
    drugs = view_of(origins, "drug", "subject,drug,visit", left)
    patients = view_of(origins, "patient", "subject,sex,visit", right, identifying)
    option = JoinedTables.model_validate(
        {"left": "drug", "right": "patient", "on": list(on), "cardinality": cardinality}
    )
    return join("both", drugs, patients, option, "201")


def said(findings):
    return findings[["source", "typed", "table", "message"]].values.tolist()


def test_each_left_row_has_its_right_row_beside_it():
    view, findings = joined("many_to_one")
    assert list(view.texts) == ["subject", "drug", "visit", "patient.subject", "patient.sex", "patient.visit"]
    assert table_of(view, ["subject", "drug", "patient.sex"]) == [
        ["A", "x", "M"], ["B", "y", "F"], ["A", "z", "M"], ["C", "x", ""],
    ]  # fmt: skip
    assert stands_in(view, 2, "patient.sex") == [("patient.csv:B2", "M")]
    assert stands_in(view, 3, "patient.sex") == []
    assert view.cells(np.array([3]), "patient.sex") == (["drug.csv:A5"], [""])
    assert view.name == "both"
    assert findings.empty
    [(table, what, rows)] = view.left_out
    assert (table, what, view.origins.locate(rows[0])[1]) == ("both", "join", 4)


def test_one_to_many_repeats_the_left_row():
    view, findings = joined("one_to_many", left=PATIENTS, right=DRUGS)
    assert table_of(view, ["subject", "patient.sex"]) == [["A", "x"], ["A", "z"], ["B", "y"], ["D", ""]]
    assert stands_in(view, 1, "patient.sex") == [("patient.csv:B4", "z")]
    assert findings.empty


@pytest.mark.parametrize("cardinality", ["many_to_one", "one_to_one"])
def test_a_right_key_in_several_rows_is_an_error_at_each_and_none_is_taken(cardinality):
    view, findings = joined(cardinality, left=[["A", "x", ""], ["B", "y", ""]], right=[*PATIENTS, ["A", "F", "v2"]])
    assert table_of(view, ["subject", "patient.sex"]) == [["A", ""], ["B", "F"]]
    says = f'and the table "both" says {cardinality}; no row of "patient" is taken for them'
    message = f'2 rows of "patient" have this subject, {says}'
    assert said(findings) == [["patient.csv:A2", "A", "patient", message], ["patient.csv:A5", "A", "patient", message]]
    assert set(findings["severity"]) == {"error"}
    assert set(findings["rule"]) == {"MAP-035 join.cardinality"}


@pytest.mark.parametrize("cardinality", ["one_to_many", "one_to_one"])
def test_a_left_key_in_several_rows_is_an_error_at_each_and_has_no_right_row(cardinality):
    view, findings = joined(cardinality)
    assert table_of(view, ["subject", "patient.sex"]) == [["A", ""], ["B", "F"], ["A", ""], ["C", ""]]
    assert [each[:3] for each in said(findings)] == [["drug.csv:A2", "A", "drug"], ["drug.csv:A4", "A", "drug"]]


def test_several_key_columns_compared_as_conditions_compare_and_a_missing_one_belongs_to_none():
    left = [["A", "x", "V1"], ["A", "y", "NK"], ["A", "z", ""], ["A", "w", "ｖ2 "]]
    right = [["A", "M", "v1"], ["A", "F", "nk"], ["A", "U", "v2"]]
    view, findings = joined("one_to_one", left, right, on=["subject", "visit"])
    assert table_of(view, ["drug", "patient.sex"]) == [["x", "M"], ["y", ""], ["z", ""], ["w", "U"]]
    assert findings.empty


def test_a_row_of_another_subject_is_never_taken():
    left = [["A", "x", "k1"], ["B", "y", "k2"]]
    right = [["A", "M", "k1"], ["A", "F", "k2"]]
    view, findings = joined("many_to_one", left, right, on=["visit"])
    assert table_of(view, ["subject", "patient.sex"]) == [["A", "M"], ["B", ""]]
    assert [each[:3] for each in said(findings)] == [["drug.csv:C3", "k2", "drug"]]
    view, findings = joined("one_to_many", left, [*right, ["B", "U", "k2"]], on=["visit"])
    assert table_of(view, ["subject", "patient.sex"]) == [["A", "M"], ["B", "U"]]
    assert len(findings) == 1


def test_identifying_columns_stay_so_under_their_new_names():
    view, findings = joined("one_to_one", right=[["王", "M", ""], ["王", "F", ""]], identifying=["subject", "sex"])
    assert view.hidden == {"patient.subject", "patient.sex"}
    assert "王" not in findings[["message", "typed", "expected"]].to_csv()


def test_a_join_of_joins_keeps_both_tables_of_the_same_name():
    origins = Origins()
    drugs = view_of(origins, "drug", "subject,drug,visit", DRUGS)
    patients = view_of(origins, "patient", "subject,sex,visit", PATIENTS)
    option = JoinedTables(left="drug", right="patient", cardinality="many_to_one")
    one, _ = join("one", drugs, patients, option, "1")
    both = JoinedTables(left="drug", right="one", on=("subject", "drug"), cardinality="one_to_one")
    two, _ = join("two", drugs, one, both, "1")
    assert table_of(two, ["drug", "one.drug", "one.patient.sex"]) == [
        ["x", "x", "M"], ["y", "y", "F"], ["z", "z", "M"], ["x", "x", ""],
    ]  # fmt: skip
    assert set(two.others) == {"join: one", "join: one>join: patient"}
    require_cells(two)
    three, _ = join("three", one, patients, JoinedTables(left="one", right="patient", cardinality="many_to_one"), "1")
    assert set(three.others) == {"join: patient", "join: patient+"}


KEYS = st.sampled_from(["A", "B", "a", "C", "", "NK"])
LEFT = st.lists(st.tuples(KEYS, st.sampled_from("xyz"), st.just("v")).map(list), max_size=7)


@given(LEFT, LEFT, st.sampled_from(["one_to_one", "many_to_one", "one_to_many"]))
def test_it_is_what_one_finds_by_hand(left, right, cardinality):
    view, findings = joined(cardinality, left, right)

    def key(row):
        return "" if row[0] == "NK" else row[0].casefold()

    def wrong(rows, side):
        keys = [key(row) for row in rows]
        return {each for each in keys if each and keys.count(each) > 1 and side in cardinality}

    refused = wrong(left, "one_to_") | wrong(right, "_to_one")
    expected = []
    for row in left:
        taken = [other[1] for other in right if key(other) == key(row) and key(row) and key(row) not in refused]
        expected += [[row[1], text] for text in taken or [""]]
    assert table_of(view, ["drug", "patient.sex"]) == expected
    at_fault = sum(
        key(row) in wrong(rows, side) for rows, side in ((left, "one_to_"), (right, "_to_one")) for row in rows
    )
    assert len(findings) == at_fault
    require_cells(view)
    [(_, _, idle)] = view.left_out
    taken = view.others["join: patient"].rows if len(left) else np.empty(0)
    assert len(idle) + len(pd.unique(taken[taken >= 0])) == len(right)
