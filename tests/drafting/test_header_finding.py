import pytest

from hcc_sdtm.drafting.export.header_finding import find_heading
from hcc_sdtm.raw.header import Heading
from tests.drafting.draft_site import sheet


def test_the_first_row_of_a_plain_table():
    assert find_heading(sheet(["id", "sex"], ["1", "M"], ["2", "F"])) == Heading((1,))


def test_below_a_title_block():
    found = sheet(
        ["Response of RTHCC"], ["local reading"], [], ["Subject", "Scan date", "RECIST"], ["1", "2021-03-05", "PD"]
    )
    assert find_heading(found) == Heading((4,))


def test_two_levels_with_merged_cells():
    found = sheet(
        ["住院号", "第1次随访", "", "第2次随访", ""],
        ["", "检查日期", "疗效", "检查日期", "疗效"],
        ["1", "2021-03-05", "PD", "2021-05-05", "SD"],
        merged=[(1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5)],
    )
    assert find_heading(found) == Heading((1, 2))


def test_two_levels_without_merged_cells():
    found = sheet(
        ["id", "Visit 1", "", "Visit 2", ""],
        ["", "date", "result", "date", "result"],
        ["1", "2021-03-05", "PD", "2021-05-05", "SD"],
    )
    assert find_heading(found) == Heading((1, 2), fill=True)


def test_rows_that_name_the_columns_again():
    found = sheet(
        ["patient_id", "gender", "height"],
        ["patient_id", "sex", "height"],
        ["CDE_ID:1", "CDE_ID:2", "CDE_ID:3"],
        ["A", "MALE", "170"],
        ["B", "FEMALE", "160"],
        ["C", "FEMALE", "165"],
        ["D", "MALE", "165"],
    )
    assert find_heading(found) == Heading((1, 2, 3), alternatives=True)


def test_labels_under_variable_names():
    rows = [[str(n), "2021-03-05", str(n * 3), "x"] for n in range(1, 8)]
    found = sheet(["SUBJ", "VISDAT", "AGE", "NOTE"], ["Subject number", "Date of visit", "Age in years", "Note"], *rows)
    assert find_heading(found) == Heading((1, 2), alternatives=True)


@pytest.mark.parametrize(
    "rows",
    [
        [["1", "2"], ["3", "4"]],
        [["王小明", "男", "肝"], ["李雷", "男", "肝"], ["韩梅", "女", "肺"]],
        [["Name", "13912345678"], ["x", "13912345679"]],
    ],
    ids=["numbers", "records", "a telephone number"],
)
def test_records_without_a_header_are_not_taken_for_one(rows):
    assert find_heading(sheet(*rows)) is None
