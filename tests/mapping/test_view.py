from dataclasses import replace

import numpy as np
import pytest

from hcc_sdtm.dataset import NO_ROW, Origins
from hcc_sdtm.mapping.tables.selecting import free_name, select_places, select_rows
from hcc_sdtm.mapping.tables.view import Places, Taken, clean, is_value
from tests.mapping.views import stands_in, table_of, view_of

ROWS = [["A", "x ", "NK"], ["B", "", "5"], ["C", "#N/A", "６"]]


def small(identifying=()):
    return view_of(Origins(), "t", "subject,text,dose", ROWS, identifying)


@pytest.mark.parametrize(("text", "cleaned"), [(" Ａb　", "ab"), ("ﬁ", "fi"), ("不详", "不详")])
def test_texts_are_compared_without_space_width_and_case(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "answer"), [("x", True), (" nk", False), ("", False), (" #REF! ", False), ("0", True), ("#", True)]
)
def test_what_is_a_value(text, answer):
    assert is_value(text, frozenset({"", "nk"})) is answer


def test_distinct_texts_are_trimmed_and_have_the_missing_one_always():
    view = small()
    assert table_of(view) == [["A", "x", ""], ["B", "", "5"], ["C", "", "６"]]
    codes, texts = view.factorized("subject")
    assert (codes.tolist(), texts.tolist()) == ([0, 1, 2], ["A", "B", "C", ""])


def test_a_selection_has_the_texts_of_its_whole_column_and_nothing_where_no_row_was_selected():
    view = small()
    chosen = select_rows(select_rows(view, np.array([2, 0, 0])), np.array([1, 2]))
    assert table_of(chosen) == [["A", "x", ""], ["A", "x", ""]]
    assert chosen.factorized("subject")[1].tolist() == ["A", "B", "C", ""]
    whole, name = chosen.whole("subject")
    assert (whole is view, name) == (True, "subject")
    assert chosen.keep(np.array([False, True])).rows.tolist() == [0]
    holes = replace(view, taken={"text": Taken(view, "text", np.array([-1, 0, -1]))}, distinct={})
    assert holes.values("text", np.arange(3)).tolist() == ["", "x", ""]


def test_columns_selected_alike_share_a_role_and_stand_in_their_own_rows():
    view = small()
    own = np.array([0, 1])
    at = {"subject": own, "text": np.array([2, -1]), "dose": np.array([2, -1])}
    view.roles, view.others = select_places(view, at, own, "latest")
    assert view.roles == {"text": "latest: text", "dose": "latest: text"}
    assert view.others["latest: text"].rows.tolist() == [2, NO_ROW]
    rows = np.array([1, 0])
    found = view.origins_of(["subject", "dose", "text"], rows)
    assert {role: places.tolist() for role, places in found.items()} == {"latest: text": [[NO_ROW, 0], [2, 0]]}
    assert stands_in(view, 0, "dose") == [("t.csv:C4", "６")]
    assert view.cells(rows, "dose") == (["t.csv:A3", "t.csv:C4"], ["", "６"])
    assert view.origins_of(["subject"], rows) == {}


def test_places_of_a_view_without_rows_are_none():
    empty = Places(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), ())
    assert empty.at(np.array([-1, -1])).rows.tolist() == [NO_ROW, NO_ROW]


def test_an_identifying_text_is_not_shown():
    view = small(identifying=["text"])
    assert view.cells([0], "text") == (["t.csv:B2"], [""])
    assert view.named == ["subject", "dose"]
    assert view.findings(np.array([0]), "text", "X-001 a.b", "error", "1", "m")["typed"].tolist() == [""]


def test_a_name_that_is_taken_gets_a_mark():
    assert [free_name("a", []), free_name("a", ["a"]), free_name("a", ["a", "a+"])] == ["a", "a+", "a++"]
