"""Every xlsx and xlsm file of two readers' own test suites reads as openpyxl reads it."""

import os
import zipfile
from pathlib import Path

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.workbooks.workbook import read_workbook

from .openpyxl_oracle import oracle_sheets

FOLDER = Path(os.environ["HCC_SDTM_DATA"]) if "HCC_SDTM_DATA" in os.environ else None
FILES = sorted(FOLDER.glob("**/*.xls[xm]")) if FOLDER else []

NOT_READ_BY_OPENPYXL = {
    "tests_date_iso.xlsx": "fails on a date that is written as text (t=d) in a cell without a style",
    "tests_empty_s_attribute.xlsx": "fails on a cell whose style has no number",
    "tests_issue252.xlsx": "a part is larger than the archive says",
    "tests_issue_419.xlsx": "fails without a list of shared texts, although no cell uses it",
    "tests_issue_530.xlsx": "fails without a list of shared texts, although no cell uses it",
    "tests_minimal_package.xlsx": "fails without cell styles",
    "tests_pass_protected.xlsx": "protected by a password",
    "tests_pivots.xlsx": "fails on a pivot table",
    "tests_testthat_sheets_los-angeles-arrests-xlsx.xlsx": "fails without cell styles",
}
NOT_READ = {
    "tests_issue252.xlsx": "a part is larger than the archive says",
    "tests_pass_protected.xlsx": "protected by a password",
}
NO_SHEETS_IN_OPENPYXL = {"tests_strict_iso_paths.xlsx": "leaves out every sheet of a strict file"}

pytestmark = pytest.mark.skipif(not FILES, reason="HCC_SDTM_DATA names no folder with spreadsheets in it")


def by_openpyxl(path):
    try:
        return oracle_sheets(path)
    except (OSError, LookupError, ValueError, TypeError, zipfile.BadZipFile):
        return None


def by_us(path):
    try:
        sheets, _ = read_workbook(path, path.name)
    except StudyError:
        return None
    return {
        sheet.sheet: {
            (int(row) + 1, int(column) + 1): sheet.grid[row, column]
            for row, column in zip(*sheet.grid.nonzero(), strict=True)
        }
        for sheet in sheets
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_cell_has_the_text_that_openpyxl_gives(path):
    expected, read = by_openpyxl(path), by_us(path)
    assert (expected is None) == (path.name in NOT_READ_BY_OPENPYXL)
    assert (read is None) == (path.name in NOT_READ)
    if expected is None or read is None or path.name in NO_SHEETS_IN_OPENPYXL:
        return
    assert read.keys() == expected.keys()
    for sheet, texts in expected.items():
        places = texts.keys() | read[sheet].keys()
        differ = {
            place: (read[sheet].get(place, ""), sorted(texts.get(place, {""})))
            for place in places
            if read[sheet].get(place, "") not in texts.get(place, {""})
        }
        assert not differ


def test_the_comparison_is_not_empty():
    compared = [sheets for path in FILES if (sheets := by_openpyxl(path))]
    assert len(compared) > 90
    assert sum(len(texts) for sheets in compared for texts in sheets.values()) > 30_000
