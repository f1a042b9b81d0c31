import datetime

import numpy as np
import openpyxl
import pandas as pd

from hcc_sdtm.synthetic import form as module
from hcc_sdtm.synthetic.form import Form, MonthCell, number_cells, write_csv, write_workbook


def small_form(rows: int = 5) -> Form:
    body = pd.DataFrame({"Subject": [f"{n:03d}" for n in range(1, rows + 1)], "Age": list(range(rows))}, dtype=object)
    return Form("a.xlsx", "Lesions", body, np.array([f"S-{n}" for n in range(rows)], dtype=object))


def test_a_form_longer_than_a_sheet_is_split_and_cells_are_found_in_their_part(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROWS_A_SHEET", 2)
    form = small_form(5)
    write_workbook(tmp_path / "a.xlsx", [form])
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert workbook.sheetnames == ["Lesions", "Lesions (2)", "Lesions (3)"]
    for position in range(5):
        sheet, cell = form.place(position, "Subject")
        assert workbook[sheet][cell].value == f"{position + 1:03d}"
    assert [cell.value for cell in workbook["Lesions (3)"][1]] == ["Subject", "Age"]


def test_two_header_levels_are_merged_over_their_columns(tmp_path):
    body = pd.DataFrame(
        [["x", 1, 2, 3]], columns=["Nr", "Visit 1 / Date", "Visit 1 / Size", "Visit 2 / Date"], dtype=object
    )
    form = Form("b.xlsx", "S", body, np.array(["S-1"], dtype=object))
    write_workbook(tmp_path / "b.xlsx", [form])
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["S"]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:A2", "B1:C1"}
    assert [cell.value for cell in sheet[1]] == ["Nr", "Visit 1", None, "Visit 2"]
    assert [cell.value for cell in sheet[2]] == [None, "Date", "Size", "Date"]
    assert form.place(0, "Visit 2 / Date") == ("S", "D3")
    assert sheet["D3"].value == 3


def test_month_cells_comments_titles_and_hidden_columns_are_written(tmp_path):
    form = small_form(2)
    form.overwrite(0, "Age", MonthCell(datetime.date(2021, 3, 1)))
    form.comments = {(1, "Age"): "asked twice"}
    form.title = (("A title",), ())
    form.hidden = ("Subject",)
    write_workbook(tmp_path / "c.xlsx", [form])
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx")["Lesions"]
    assert sheet["A1"].value == "A title"
    assert (sheet["B4"].value, sheet["B4"].number_format) == (datetime.datetime(2021, 3, 1), "yyyy-mm")
    assert (sheet["B5"].value, sheet["B5"].comment.text) == (1, "asked twice")
    assert sheet.column_dimensions["A"].hidden


def test_an_appended_row_is_found_by_its_subject():
    form = small_form(3)
    position = form.append({"Subject": "009"}, "S-9")
    assert position == 3
    assert form.row(3) == {"Subject": "009", "Age": ""}
    assert form.rows_of("S-9").tolist() == [3]


def test_csv_is_written_in_the_forms_encoding(tmp_path):
    body = pd.DataFrame({"drug": ["Sorafénib", "a, b"]}, dtype=object)
    form = Form("d.csv", "", body, np.array(["", ""], dtype=object), encoding="cp1252")
    write_csv(tmp_path / "d.csv", form)
    assert (tmp_path / "d.csv").read_bytes() == b'drug\r\nSoraf\xe9nib\r\n"a, b"\r\n'


def test_number_cells_are_whole_where_they_can_be():
    assert number_cells(np.array([2.0, 2.5, np.nan, 58.5])).tolist() == [2, 2.5, "", 58.5]
