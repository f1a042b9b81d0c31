import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import RawSheet, build_table
from hcc_sdtm.raw.header import Heading


def sheet(rows, merged=()):
    return RawSheet("site_101.xlsx", "随访", np.array(rows, dtype=object), merged)


def test_one_header_row_and_the_rows_below_it():
    table = build_table(
        sheet(
            [
                ["title", "", ""],
                [" Subject\nNo ", "Sex", "Date"],
                ["007", " 男 ", "NA"],
                ["", "", ""],
                ["8", "", ""],
            ]
        ),
        (2,),
        (),
    )
    assert list(table.body.columns) == ["Subject No", "Sex", "Date"]
    assert table.body.to_numpy().tolist() == [["007", " 男 ", "NA"], ["8", "", ""]]
    assert table.rows.tolist() == [3, 5]
    assert table.positions == {"Subject No": 1, "Sex": 2, "Date": 3}
    assert table.typed(3, 2) == " 男 "
    assert table.body.dtypes.eq(object).all()


def test_two_header_rows_with_merged_cells():
    rows = [
        ["病历号", "第1次随访", "", "第2次随访", ""],
        ["", "检查日期", "疗效", "检查日期", "疗效"],
        ["A1", "2021-03-05", "PR", "2021-04-16", "PD"],
    ]
    merged = ((1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5))
    table = build_table(sheet(rows, merged), (1, 2), ())
    assert list(table.body.columns) == [
        "病历号",
        "第1次随访 / 检查日期",
        "第1次随访 / 疗效",
        "第2次随访 / 检查日期",
        "第2次随访 / 疗效",
    ]
    assert table.body.iloc[0].tolist() == rows[2]


def test_a_vertical_merge_names_a_column_once_even_where_every_row_of_it_is_filled():
    table = build_table(sheet([["A", "B"], ["A", "b1"], ["1", "2"]], ((1, 1, 2, 1),)), (1, 2), ())
    assert list(table.body.columns) == ["A", "B / b1"]


def test_repeated_and_missing_names():
    rows = [["date", "date", "", "date (2)", "", "date"], ["1", "2", "3", "4", "", "6"]]
    table = build_table(sheet(rows), (1,), ())
    assert list(table.body.columns) == ["date", "date (2)", "column C", "date (2) (2)", "date (3)"]
    assert table.positions["date (3)"] == 6


def test_a_merged_range_outside_the_grid_is_ignored():
    table = build_table(sheet([["a"], ["1"]], ((1, 5, 1, 9),)), (1,), ())
    assert list(table.body.columns) == ["a"]


def test_identifying_columns_are_never_typed():
    rows = [["姓名", "姓名", "基本信息 / 住院号", "性别"], ["张三", "李四", "778812", "男"]]
    table = build_table(sheet(rows), (1,), ["姓名"])
    assert [table.typed(2, column) for column in (1, 2, 3, 4)] == ["", "", "778812", "男"]
    levels = [["基本信息", ""], ["住院号", "性别"], ["778812", "男"]]
    table = build_table(sheet(levels, ((1, 1, 1, 2),)), (1, 2), ["住院号"])
    assert [table.typed(3, column) for column in (1, 2)] == ["", "男"]
    assert table.body.iloc[0, 0] == "778812"


def test_no_rows_below_the_header():
    table = build_table(sheet([["a", "b"]]), (1,), ())
    assert list(table.body.columns) == ["a", "b"]
    assert len(table.body) == len(table.rows) == 0


@pytest.mark.parametrize("row", [0, 3])
def test_a_header_row_outside_the_sheet_is_refused(row):
    with pytest.raises(StudyError, match=f"header row {row} is not in the sheet, which has 2 rows"):
        build_table(sheet([["a"], ["1"]]), (row,), ())


ALTERNATIVES = [
    ["uuid", "tumor_event", "tumor_event", "drug", ""],
    ["uuid", "new_event", "tumor_event", "drug_name", "unit"],
    ["CDE:", "CDE:1", "CDE:2", "CDE:2", "CDE:"],
    ["u1", "102", "", "Sorafenib", "mg"],
]


def test_alternative_header_rows_name_each_column_by_every_row():
    table = build_table(sheet(ALTERNATIVES), Heading((1, 2, 3), alternatives=True), ())
    # "tumor_event" is column B in row 1 and column C in row 2, "CDE:2 (2)" is a name of the fourth column alone
    assert table.positions == {"uuid": 1, "new_event": 2, "tumor_event (2)": 3, "drug": 4, "unit": 5}
    assert table.aliases == {
        "CDE:": "uuid",
        "CDE:1": "new_event",
        "CDE:2": "tumor_event (2)",
        "drug_name": "drug",
        "CDE:2 (2)": "drug",
        "CDE: (2)": "unit",
    }
    assert table.ambiguous == {"tumor_event": (2, 3)}
    assert table.rows.tolist() == [4]
    assert table.body.iloc[0].tolist() == ALTERNATIVES[3]


def test_a_column_whose_every_name_means_another_too_is_called_by_its_letter():
    rows = [["a", ""], ["b", "a"], ["1", "2"]]
    table = build_table(sheet(rows), Heading((1, 2), alternatives=True), ())
    assert (table.positions, table.ambiguous) == ({"b": 1, "column B": 2}, {"a": (1, 2)})


def test_a_column_is_identifying_under_any_of_its_names_whole_or_cut_however_wide_and_spaced():
    rows = [["a", "b", "c", "d"], ["姓　名", "NAME", "身份证号(18位)", "x"], ["张三", "Li", "110", "1"]]
    heading = Heading((1, 2), alternatives=True)
    table = build_table(sheet(rows), heading, ["姓名", "Ｎame", "身份证号"])
    assert table.identifying == {1, 2, 3}
    assert build_table(sheet(rows), (1,), ["姓名"]).identifying == frozenset()


def test_an_unseen_character_in_a_header_does_not_uncover_an_identifying_column():
    rows = [["Na\u200bme", "\ufeffName", "Na\u00adme", "Named"], ["Li", "Li", "Li", "1"]]
    assert build_table(sheet(rows), (1,), ["name"]).identifying == {1, 2, 3}


def test_levels_without_merged_cells_hold_for_the_cells_to_their_right_when_asked():
    rows = [
        ["no", "visit 1", "", "visit 2", "", "end", ""],
        ["", "date", "resp", "date", "resp", "", ""],
        ["1", "a", "b", "c", "d", "e", ""],
    ]
    plain = build_table(sheet(rows), Heading((1, 2)), ())
    assert list(plain.body) == ["no", "visit 1 / date", "resp", "visit 2 / date", "resp (2)", "end"]
    filled = build_table(sheet(rows), Heading((1, 2), fill=True), ())
    assert list(filled.body) == ["no", "visit 1 / date", "visit 1 / resp", "visit 2 / date", "visit 2 / resp", "end"]


def test_clean_names_have_neither_units_nor_code_lists_and_keep_them_as_notes():
    rows = [
        ["身高(cm)", "性别 1=男 2=女", "ALT（首次）", "ALT（末次）", "AFP\n(ng/mL)", "no"],
        ["170", "1", "30", "40", "5", "1"],
    ]
    table = build_table(sheet(rows), Heading(clean=True), ())
    # what tells two columns apart stays
    assert list(table.body) == ["身高", "性别", "ALT（首次）", "ALT（末次）", "AFP", "no"]
    assert table.notes == {
        "身高": "cm",
        "性别": "1=男 2=女",
        "ALT（首次）": "首次",
        "ALT（末次）": "末次",
        "AFP": "ng/mL",
    }
    assert build_table(sheet(rows), Heading(), ()).notes == {}


def test_clean_names_of_levels_and_of_repeated_headers():
    rows = [["第1次(±7天)", "", "体重(kg)", "体重(kg)"], ["长径(mm)", "日期", "", ""], ["1", "2", "3", "4"]]
    table = build_table(sheet(rows, ((1, 1, 1, 2),)), Heading((1, 2), clean=True), ())
    assert list(table.body) == ["第1次 / 长径", "第1次 / 日期", "体重", "体重 (2)"]
    assert table.notes == {"第1次 / 长径": "±7天; mm", "第1次 / 日期": "±7天", "体重": "kg", "体重 (2)": "kg"}


def test_the_row_in_which_a_person_finds_a_name():
    assert [Heading().row, Heading((2, 3)).row, Heading((1, 2, 3), alternatives=True).row] == [1, 3, 1]


def test_many_repeated_names_take_no_time():
    start = time.perf_counter()
    table = build_table(sheet([["CDE"] * 16_000, ["1"] * 16_000]), (1,), ())
    assert list(table.body)[-1] == "CDE (16000)"
    assert time.perf_counter() - start < 5


cells = st.text(alphabet="ab1 ", max_size=3)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=3, max_size=7)
    )
)
def test_how_the_header_is_read_changes_no_text_below_it(rows):
    one = build_table(sheet(rows), (1, 2), ())
    other = build_table(sheet(rows), Heading((1, 2), alternatives=True, clean=True), ())
    assert one.rows.tolist() == other.rows.tolist()
    assert one.body.to_numpy().tolist() == other.body.to_numpy().tolist()
    # every name means one column, and every filled column has one
    names = [*other.positions, *other.aliases]
    assert len(names) == len(set(names))
    assert not set(names) & set(other.ambiguous)
    filled = {at + 1 for row in rows[2:] for at, text in enumerate(row) if text}
    assert filled <= set(other.positions.values())
    assert set(one.positions.values()) == set(other.positions.values())
