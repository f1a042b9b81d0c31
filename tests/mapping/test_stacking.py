import numpy as np

from hcc_sdtm.dataset import Origins
from hcc_sdtm.mapping.language.arrange_options import Aggregate, Latest
from hcc_sdtm.mapping.tables.aggregating import aggregate
from hcc_sdtm.mapping.tables.latest import take_latest
from hcc_sdtm.mapping.tables.stacking import stack
from tests.mapping.views import order_of, require_cells, stands_in, table_of, view_of


def two(origins):
    patient = view_of(origins, "patient", "subject,status,date,sex", [["A", "Alive", "2020-01-01", "M"]])
    follow = view_of(
        origins, "follow", "date,subject,status", [["2021-01-01", "A", "Dead"], ["2020-05-05", "B", "NK"]], ["status"]
    )
    return patient, follow


def test_columns_are_united_by_name_and_each_value_stands_in_its_own_table():
    view = stack("all", two(Origins()))
    assert list(view.texts) == ["subject", "status", "date", "sex", "table"]
    assert table_of(view) == [
        ["A", "Alive", "2020-01-01", "M", "patient"],
        ["A", "Dead", "2021-01-01", "", "follow"],
        ["B", "", "2020-05-05", "", "follow"],
    ]
    assert stands_in(view, 0, "status") == [("patient.csv:B2", "Alive")]
    assert stands_in(view, 1, "date") == [("follow.csv:A2", "2021-01-01")]
    assert stands_in(view, 1, "sex") == stands_in(view, 1, "table") == []
    assert [str(each[0]) for each in view.parts] == ["patient.csv", "follow.csv"]
    assert view.hidden == {"status"}
    assert view.lacking("sex") == view.lacking("status") == []
    assert view.sheet_columns("date") == {view.parts[0]: {3}, view.parts[1]: {1}}


def test_day_numbers_keep_their_system_only_where_all_tables_have_the_same():
    patient, follow = two(Origins())
    patient.date_system = follow.date_system = "1904"
    assert stack("all", [patient, follow]).date_system == "1904"
    follow.date_system = ""
    assert stack("all", [patient, follow]).date_system == ""


def test_a_stack_of_stacks_and_of_latest_keeps_the_cells():
    origins = Origins()
    patient, follow = two(origins)
    both = stack("both", [patient, follow])
    option = Latest.model_validate({"by": {"date": "date"}})
    latest, _ = take_latest(both, option, order_of(both, option.by), [], "1")
    assert latest.roles == {"sex": "latest: sex"}
    other = view_of(origins, "other", "sex,subject,extra", [["F", "C", "e"]])
    view = stack("three", [other, latest, both])
    assert table_of(view, ["table", "subject", "sex", "status", "extra"]) == [
        ["other", "C", "F", "", "e"],
        ["both", "A", "M", "Dead", ""],
        ["both", "B", "", "", ""],
        ["both", "A", "M", "Alive", ""],
        ["both", "A", "", "Dead", ""],
        ["both", "B", "", "", ""],
    ]
    assert stands_in(view, 1, "sex") == [("patient.csv:D2", "M")]
    assert stands_in(view, 0, "sex") == [("other.csv:A2", "F")]
    require_cells(view)


def test_groups_in_a_stack_stand_in_the_cells_of_their_rows():
    origins = Origins()
    patient, follow = two(origins)
    more = view_of(origins, "more", "x,subject,dose", [["", "A", "1"], ["", "A", "2.5"], ["", "B", "4"]])
    option = Aggregate.model_validate({"measures": {"dose": {"sum": "dose"}}})
    sums, _ = aggregate(more, option, lambda measure: order_of(more, measure), "1")
    view = stack("all", [patient, follow, sums])
    assert table_of(view, ["subject", "dose"])[-2:] == [["A", "3.5"], ["B", "4"]]
    assert stands_in(view, 3, "dose") == [("more.csv:C2", "1"), ("more.csv:C3", "2.5")]
    assert stands_in(view, 4, "dose") == [("more.csv:C4", "4")]
    assert stands_in(view, 3, "subject") == [("more.csv:B2", "A"), ("more.csv:B3", "A")]
    assert view.cells(np.array([3]), "dose") == (["more.csv:C2"], ["1"])


def test_a_column_that_stands_in_the_name_of_a_sheet_does_so_in_its_own_table_only():
    patient, follow = two(Origins())
    patient.texts["visit"], patient.positions["visit"] = np.array(["1"], dtype=object), ()
    patient.from_names = frozenset({"visit"})
    view = stack("all", [patient, follow])
    follow.texts["visit"], follow.positions["visit"] = follow.texts["date"], follow.positions["date"]
    mixed = stack("all", [patient, follow])
    for each, cells in ((view, ["patient.csv", "follow.csv:A2"]), (mixed, ["patient.csv", "follow.csv:A2"])):
        assert each.cells([0, 1], "visit")[0] == cells
        assert each.sheet_columns("visit")[each.parts[0]] == set()
    assert mixed.cells([1], "visit")[1] == ["2021-01-01"]
    follow.from_names = frozenset({"visit"})
    assert stack("all", [patient, follow]).from_names == {"visit"}
