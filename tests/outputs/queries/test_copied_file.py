"""Coloured copies of the sites' own files."""

import openpyxl
import pytest

from hcc_sdtm.outputs.queries.copied_file import copy_name, file_stem


@pytest.fixture
def copied(reference):
    reference.write(is_copied=True)
    return reference


def test_a_workbook_is_kept_whole_and_its_cells_are_coloured_and_commented(copied):
    original = openpyxl.load_workbook(copied.study / "raw" / "site_101.xlsx")
    copy = openpyxl.load_workbook(copied.folder / "101_copy_site_101.xlsx")
    assert copy.sheetnames == original.sheetnames
    marked = []
    for sheet in original:
        other = copy[sheet.title]
        assert other.dimensions == sheet.dimensions
        assert set(map(str, other.merged_cells.ranges)) == set(map(str, sheet.merged_cells.ranges))
        for row in sheet.iter_rows():
            for cell in row:
                again = other[cell.coordinate]
                assert (again.value, again.number_format) == (cell.value, cell.number_format)
                if again.fill.fgColor.rgb != cell.fill.fgColor.rgb:
                    marked.append(f"{sheet.title}!{cell.coordinate}")
                    assert "101-0" in again.comment.text
                elif cell.comment:
                    assert again.comment.text == cell.comment.text
    assert {"入组!C22", "入组!D28", "随访!II7", "随访!AH11", "随访!CF21"} <= set(marked)
    asked = {query.cell for query in copied.queries.values()}
    # two responses are marked with the question about the size that contradicts them, 随访!AH11
    led = {"site_101.xlsx:随访!AP11", "site_101.xlsx:随访!BD11"}
    of_file = {cell for cell in asked if cell.startswith("site_101.xlsx")}
    assert {f"site_101.xlsx:{cell}" for cell in marked} == of_file | led


def test_a_comment_that_was_there_stays_above(copied, reference_run, tmp_path):
    copy = openpyxl.load_workbook(copied.folder / "101_copy_site_101.xlsx")["随访"]
    original = openpyxl.load_workbook(copied.study / "raw" / "site_101.xlsx")["随访"]
    had = original["AH11"].comment
    assert had is not None
    assert copy["AH11"].comment.text.startswith(had.text)


def test_a_text_file_becomes_a_workbook_of_its_texts_with_a_note(copied):
    workbook = openpyxl.load_workbook(copied.folder / "103_copy_site_103_enrolment_csv.xlsx")
    assert workbook.sheetnames == ["Note", "enrolment"]
    assert "enrolment.csv" in workbook["Note"]["A1"].value
    lines = (copied.study / "raw" / "site_103" / "enrolment.csv").read_text(encoding="cp1252").splitlines()
    for row, line in zip(workbook["enrolment"].iter_rows(values_only=True), lines, strict=True):
        assert [cell or "" for cell in row] == line.split(",")
    assert workbook["enrolment"]["D10"].comment.text.startswith("103-")


def test_only_files_with_a_question_are_copied_and_the_same_bytes_each_time(copied):
    names = sorted(path.name for path in copied.folder.glob("103_copy*"))
    assert "103_copy_site_103_medication_csv.xlsx" not in names
    files = {query.cell.rpartition(":")[0] for query in copied.queries.values() if query.site == "103"}
    assert names == sorted(copy_name("103", file) for file in files)
    before = {path.name: path.read_bytes() for path in copied.folder.iterdir()}
    copied.write(is_copied=True)
    assert {path.name: path.read_bytes() for path in copied.folder.iterdir()} == before


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("site_101.xlsx", "101_copy_site_101.xlsx"),
        ("site_103/labs.csv", "101_copy_site_103_labs_csv.xlsx"),
        ("old/visits.XLS", "101_copy_old_visits_XLS.xlsx"),
        ("macro.xlsm", "101_copy_macro.xlsm"),
        ("随访 (2).xlsx", "101_copy_随访 (2).xlsx"),
    ],
)
def test_a_copy_is_named_for_site_and_file(file, name):
    assert copy_name("101", file) == name


def test_a_part_of_a_name_has_no_sign_that_a_system_refuses():
    assert file_stem('a/b\\c:d*e"') == "a_b_c_d_e_"
