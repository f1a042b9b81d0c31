"""Every xls, xlsb and ods file of two readers' own test suites against calamine, and against the same workbook as xlsx."""

import datetime as dt
import os
import re
from pathlib import Path

import pytest
import python_calamine as calamine

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.grid import cell_text
from hcc_sdtm.raw.table import ERROR_TEXTS
from hcc_sdtm.raw.workbooks.workbook import read_workbook

FOLDER = Path(os.environ["HCC_SDTM_DATA"]) / "spreadsheets" if "HCC_SDTM_DATA" in os.environ else None
FILES = sorted(path for path in FOLDER.glob("*/*") if path.suffix in (".xls", ".xlsb", ".ods")) if FOLDER else []

NOT_READ = {
    "tests_OOM_alloc3.xls": "it is cut off or damaged",
    "tests_issue_385.xls": "it is protected by a password",
    "tests_too_small.xls": "there is no workbook in it",
    "tests_issue_594_dos.ods": "the sheet is too large",
    "tests_pass_protected.ods": "it is protected by a password",
    "tests_pass_protected.xlsb": "it is protected by a password",
}
CALAMINE_IS_WRONG = {
    "tests_sheet_name_parsing.xls": "gives two characters for one, a zero among them",
    "tests_testthat_sheets_mtcars.xls": "gives two characters for one, a zero among them",
    "tests_biff5-rich-text-string.xls": "gives a text of the Macintosh as one of Windows",
    "tests_testthat_sheets_biff5-rich-text-string.xls": "gives a text of the Macintosh as one of Windows",
}

pytestmark = pytest.mark.skipif(not FILES, reason="HCC_SDTM_DATA names no folder with spreadsheets in it")


def texts_of(path):
    sheets, _ = read_workbook(path, path.name)
    return {
        sheet.sheet: {
            (int(row) + 1, int(column) + 1): sheet.grid[row, column]
            for row, column in zip(*sheet.grid.nonzero(), strict=True)
        }
        for sheet in sheets
    }


def values_of(path):
    book = calamine.CalamineWorkbook.from_path(path)
    return {
        sheet.name: {
            (row, column): value
            for row, values in enumerate(book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False), 1)
            for column, value in enumerate(values, 1)
            if value != ""
        }
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    }


def is_same(text, value):
    """Whether calamine's value is what is read: it knows no errors, and not how a date is shown."""
    if value is None:
        return text in ERROR_TEXTS
    whole = cell_text(value)
    if isinstance(value, (dt.date, dt.time)) and re.fullmatch("[-0-9:T]+", text):
        # less is shown than is stored; day 60 is the day before it to calamine
        return whole.startswith(text) or whole.replace("1900-02-28", "1900-02-29").startswith(text)
    return text == whole


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_cell_has_the_value_that_calamine_gives(path):
    if path.name in NOT_READ:
        with pytest.raises(StudyError, match=NOT_READ[path.name]):
            read_workbook(path, path.name)
        return
    read, expected = texts_of(path), values_of(path)
    assert read.keys() == expected.keys()
    differ = {
        (sheet, place): (text, values.get(place))
        for sheet, values in expected.items()
        for place in values.keys() | read[sheet].keys()
        if not is_same(text := read[sheet].get(place, ""), values.get(place))
    }
    if path.name in CALAMINE_IS_WRONG:
        assert differ
        assert not [text for text, _ in differ.values() if "\0" in text or "?" in text]
    else:
        assert not differ


def test_the_comparison_is_not_empty():
    assert sum(len(texts) for path in FILES if path.name not in NOT_READ for texts in texts_of(path).values()) > 20_000


@pytest.mark.parametrize(
    "name",
    [
        "tests_date.xlsb",
        "tests_date_1904.xlsb",
        "tests_issue127.xlsb",
        "tests_issue_419.xlsb",
        "tests_issues.xlsb",
        "tests_any_sheets.xlsb",
        "tests_picture.xlsb",
        "tests_date.xls",
        "tests_date_1904.xls",
        "tests_issue127.xls",
        "tests_issues.xls",
        "tests_any_sheets.xls",
        "tests_merge_cells.xls",
        "tests_issue127.ods",
        "tests_any_sheets.ods",
    ],
)
def test_a_workbook_reads_the_same_in_another_kind(name):
    path = FOLDER / "calamine" / name
    twin = texts_of(path.with_suffix(".xlsx"))
    read = texts_of(path)
    assert {sheet: texts for sheet, texts in read.items() if sheet in twin} == {
        sheet: texts for sheet, texts in twin.items() if sheet in read
    }
    assert read.keys() & twin.keys()


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("calamine/tests_date_1904.xls", "1904"),
        ("calamine/tests_date_1904.xlsb", "1904"),
        ("calamine/tests_date_1904.xlsx", "1904"),
        ("calamine/tests_date.xls", "1900"),
        ("calamine/tests_date.xlsb", "1900"),
        ("calamine/tests_date.xlsx", "1900"),
        ("calamine/tests_date.ods", "1900"),
        ("calamine/tests_biff5_write.xls", "1900"),
        ("calamine/tests_capitalized_wbook_stream.xls", "1900"),
        ("readxl/tests_testthat_sheets_dates-1904.xls", "1904"),
        ("readxl/tests_testthat_sheets_dates-1900.xls", "1900"),
        ("readxl/tests_testthat_sheets_types.xls", "1904"),
        ("readxl/inst_extdata_type-me.xls", "1904"),
    ],
)
def test_the_year_that_day_numbers_count_from(name, system):
    assert {sheet.date_system for sheet in read_workbook(FOLDER / name, name)[0]} == {system}


@pytest.mark.parametrize("ending", ["xls", "xlsb", "xlsx"])
def test_dates_are_cut_to_what_is_shown_in_every_kind(ending):
    texts = texts_of(FOLDER / "calamine" / f"tests_date.{ending}")["Sheet1"]
    assert [texts[row, 1] for row in (1, 2, 3)] == ["2021-01-01", "2021-01-02", "255:10:10"]
