import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.language.arrange_options import Explode
from hcc_sdtm.mapping.tables.exploding import explode
from tests.mapping.views import require_cells, stands_in, table_of, view_of

HEADER = "subject,drug,dose,note"


def exploded(rows, separator="|", columns=("drug", "dose"), identifying=()):
    view = view_of(Origins(), "drugs", HEADER, rows, identifying)
    option = Explode.model_validate({"columns": list(columns), "separator": separator})
    return explode(view, option, "201")


def test_parallel_lists_become_rows_and_every_item_stands_in_its_lists_cell():
    view, findings = exploded([["A", "Sorafenib| Lenvatinib ", "400|12", "n"], ["B", "Rego", "160", "m"]])
    assert table_of(view) == [
        ["A", "Sorafenib", "400", "n"],
        ["A", "Lenvatinib", "12", "n"],
        ["B", "Rego", "160", "m"],
    ]
    assert stands_in(view, 1, "dose") == [("drugs.csv:C2", "400|12")]
    assert view.rows.tolist() == [0, 0, 1]
    assert findings.empty
    assert view.left_out == []


@pytest.mark.parametrize(
    ("drug", "dose", "rows"),
    [
        ("x|y|", "1|2", [["x", "1"], ["y", "2"]]),  # a closing separator
        ("x||z", "1||3", [["x", "1"], ["z", "3"]]),  # nothing at a place in any list
        ("x||z", "1|2|3", [["x", "1"], ["", "2"], ["z", "3"]]),
        ("|y", "1|2", [["", "1"], ["y", "2"]]),
        ("x|NK|z", "1|2|3", [["x", "1"], ["", "2"], ["z", "3"]]),
        ("x||", "1|2|3", [["x", "1"], ["", "2"], ["", "3"]]),  # three places in both
        ("x|y", "", [["x", ""], ["y", ""]]),  # no doses were recorded
        ("x|y", "NK", [["x", ""], ["y", ""]]),
        ("x|y", "#N/A", [["x", ""], ["y", ""]]),
        ("", "", [["", ""]]),
        ("|", "NK", [["", ""]]),
    ],
)
def test_places_without_a_value(drug, dose, rows):
    view, findings = exploded([["A", drug, dose, ""]])
    assert table_of(view, ["drug", "dose"]) == rows
    assert findings.empty


def test_lists_whose_lengths_differ_are_a_finding_at_the_shortest_and_the_short_ones_end_in_no_value():
    view, findings = exploded([["A", "x|y|z", "1|2", ""], ["B", "x", "1|2", ""]])
    assert table_of(view, ["drug", "dose"]) == [["x", "1"], ["y", "2"], ["z", ""], ["x", "1"], ["", "2"]]
    assert findings[["rule", "severity", "subject", "variable", "source", "typed"]].values.tolist() == [
        ["MAP-034 explode.lengths-differ", "error", "B", "drug", "drugs.csv:B3", "x"],
        ["MAP-034 explode.lengths-differ", "error", "A", "dose", "drugs.csv:C2", "1|2"],
    ]
    assert findings["message"].iloc[1] == (
        'the lists of this row differ in length: 3 in "drug", 2 in "dose"; the short ones end in no value, and which items '
        "belong together is not sure"
    )


def test_several_separators_the_longest_first_and_one_that_is_a_line_break():
    view, _ = exploded([["A", "x、y；z", "1\n2\n3", ""]], separator=["、", "；", "\n"])
    assert table_of(view, ["drug", "dose"]) == [["x", "1"], ["y", "2"], ["z", "3"]]
    view, _ = exploded([["A", "a||b|c", "", ""]], separator=["|", "||"], columns=["drug"])
    assert table_of(view, ["drug"]) == [["a"], ["b"], ["c"]]


def test_a_list_that_begins_with_an_empty_place_keeps_it_where_the_separator_is_space():
    view, _ = exploded([["A", "\ty", "1\t2", ""]], separator="\t")
    assert table_of(view, ["drug", "dose"]) == [["", "1"], ["y", "2"]]


def test_an_identifying_column_stays_so():
    view, findings = exploded([["A", "王|李", "1", ""]], identifying=["drug"])
    assert view.hidden == {"drug"}
    assert "王" not in findings.to_csv()
    assert len(findings) == 1


def test_no_rows_give_no_rows():
    view, findings = exploded([])
    assert (len(view), len(findings)) == (0, 0)


ITEMS = st.lists(st.sampled_from(["x", "y ", "", "NK", "5"]), max_size=4).map("|".join)


@given(st.lists(st.tuples(st.sampled_from("AB"), ITEMS, ITEMS, st.just("n")).map(list), max_size=6))
def test_no_row_and_no_item_is_lost_and_all_stand_in_their_cells(rows):
    view, _ = exploded(rows)
    require_cells(view)
    assert sorted(set(view.rows.tolist())) == list(range(len(rows)))
    for at, column in ((1, "drug"), (2, "dose")):
        typed = [item.strip() for row in rows for item in row[at].split("|")]
        assert [text for [text] in table_of(view, [column]) if text] == [
            item for item in typed if item not in ("", "NK")
        ]
