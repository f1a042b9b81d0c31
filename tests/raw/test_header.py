import numpy as np
import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import RawSheet, build_table


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
