import re

import pytest
from openpyxl import Workbook

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.problem import StudyError
from tests.mapping.site import SPECS, cells, map_text, open_text, records, rows_of

HEAD = 'site: "201"\ntables:\n  t: '


def book(folder, **sheets):
    """A workbook forms.xlsx with the rows of each sheet."""
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    (folder / "raw").mkdir(exist_ok=True)
    made.save(folder / "raw" / "forms.xlsx")


def problems(folder, mapping, **files):
    with pytest.raises(StudyError) as error:
        open_text(folder, mapping, **files)
    return [str(problem) for problem in error.value.problems]


def test_a_column_has_its_own_name_and_no_other(tmp_path):
    mapping = HEAD + "{file: t.csv, subject: no, columns: {day: [检查时间, 检查日], weight: 体重(kg)}}\n"
    view, _ = open_text(tmp_path, mapping, t="no,检查日,体重(kg),其他\n1,2021-03-05,70,x\n")
    assert list(view.texts) == ["no", "day", "weight", "其他", "subject"]
    assert rows_of(view, "day", "weight") == [["2021-03-05", "70"]]
    assert view.positions["weight"] == ((3,),)


def test_the_first_listed_header_is_taken_and_the_other_stays_a_column(tmp_path):
    mapping = HEAD + "{file: t.csv, subject: no, columns: {day: [b, a]}}\n"
    view, _ = open_text(tmp_path, mapping, t="no,a,b\n1,x,y\n")
    assert rows_of(view, "day", "a") == [["y", "x"]]
    assert "b" not in view.texts


def test_names_can_be_exchanged(tmp_path):
    mapping = HEAD + "{file: t.csv, subject: no, columns: {a: b, b: a}}\n"
    view, _ = open_text(tmp_path, mapping, t="no,a,b\n1,x,y\n")
    assert rows_of(view, "a", "b") == [["y", "x"]]


def test_each_sheet_finds_its_own_header_and_a_column_already_called_so_is_it(tmp_path):
    book(
        tmp_path,
        F1=[["no", "检查时间"], ["1", "a"]],
        F2=[["no", "检查日"], ["2", "b"]],
        F3=[["检查日期", "no"], ["c", "3"]],
    )
    mapping = HEAD + '{file: forms.xlsx, sheet: "F*", subject: no, columns: {检查日期: [检查时间, 检查日]}}\n'
    view, _ = open_text(tmp_path, mapping)
    assert rows_of(view, "no", "检查日期") == [["1", "a"], ["2", "b"], ["3", "c"]]
    assert view.positions["检查日期"] == ((2,), (2,), (1,))


def test_an_own_name_that_another_column_has_is_a_problem(tmp_path):
    mapping = HEAD + "\n    file: t.csv\n    subject: no\n    columns:\n      a: b\n"
    assert problems(tmp_path, mapping, t="no,a,b\n1,x,y\n") == [
        'site.yaml:7: "a" is the header of column B too; give that column another name, or choose another for this'
    ]


def test_an_own_name_without_a_column_is_a_problem_with_the_nearest(tmp_path):
    mapping = HEAD + "\n    file: t.csv\n    subject: no\n    columns:\n      day: [检查时间, 检查日]\n"
    (problem,) = problems(tmp_path, mapping, t="no,检查的日,x\n1,a,b\n")
    assert problem == 'site.yaml:7: t.csv has no column "检查时间" or "检查日"; did you mean "检查的日"?'


def test_what_identifies_does_so_under_its_own_name_too(tmp_path):
    mapping = (
        'site: "201"\nidentifying: [name]\nsubjects: {file: key.csv, from: own, to: study}\n'
        "tables:\n  t: {file: t.csv, subject: id, columns: {name: 姓名, id: 住院号}}\n"
    )
    view, _ = open_text(tmp_path, mapping, t="住院号,姓名,a\nH1,张三,x\n", key="own,study\nH1,201-1\n")
    assert view.hidden == {"id", "name"}
    assert rows_of(view, "subject") == [["201-1"]]
    assert view.cells([0], "name") == (["t.csv:B2"], [""])


def test_parts_of_the_names_of_sheets_and_files_are_columns_that_stand_in_no_cell(tmp_path):
    book(tmp_path, 第1次随访=[["no", "r"], ["1", "PR"]], 第12次随访=[["no", "r"], ["1", "PD"]], 基线=[["no"], ["1"]])
    mapping = (
        'site: "201"\ntables:\n  t: {file: "{FORM}.xlsx", sheet: "第{VISITNUM}次随访", subject: no}\n'
        "DM:\n  - {rows: t, SUBJID: {copy: subject}}\n"
        "RS:\n  - {rows: t, RSORRES: {copy: r}, VISITNUM: {number: VISITNUM}, RSCAT: {copy: FORM}}\n"
    )
    site, lineage = map_text(tmp_path, mapping)
    assert records(site, "RS")[["RSORRES", "VISITNUM", "RSCAT"]].values.tolist() == [
        ["PR", 1.0, "forms"],
        ["PD", 12.0, "forms"],
    ]
    hidden = site.frames["RS"][0]
    rule = lineage.plans[hidden["_plan"].iloc[1]].rules["VISITNUM"][0]
    found = lineage.origins.cells(hidden["_row"].iloc[1], rule.at(hidden["_item"].iloc[1]))
    assert [(str(source), typed) for source, typed in found] == [("forms.xlsx:第12次随访", "")]
    (step,) = Dataset(SPECS.sdtm["RS"], hidden.reset_index(drop=True), lineage).trace(1, "VISITNUM").inputs
    assert (str(step.source), step.how, step.value) == ("forms.xlsx:第12次随访", "in its name", "12")


def test_a_part_of_a_name_that_cannot_be_read_is_a_finding_at_the_sheet(tmp_path):
    book(tmp_path, 第一次随访=[["no"], ["1"]])
    mapping = (
        'site: "201"\ntables:\n  t: {file: forms.xlsx, sheet: "第{VISITNUM}次随访", subject: no}\n'
        "DM:\n  - {rows: t, SUBJID: {copy: subject}}\nRS:\n  - {rows: t, VISITNUM: {number: VISITNUM}}\n"
    )
    site, _ = map_text(tmp_path, mapping)
    assert cells(site, "MAP-014") == [("forms.xlsx:第一次随访", "")]


def test_files_of_different_visits_are_one_table(tmp_path):
    mapping = HEAD + '{file: "V{VISIT}_*.csv", subject: no}\n'
    view, _ = open_text(tmp_path, mapping, V1_site="no,a\n1,x\n", V2_site="a,no\ny,1\n")
    assert rows_of(view, "VISIT", "a") == [["1", "x"], ["2", "y"]]
    assert view.from_names == {"VISIT"}


def test_a_name_in_braces_must_not_hide_a_column_nor_show_a_patient(tmp_path):
    book(tmp_path, 张三=[["no", "NAME"], ["1", "x"]])
    mapping = (
        'site: "201"\nidentifying: [NAME]\ntables:\n  t:\n    file: forms.xlsx\n    sheet: "{NAME}"\n    subject: no\n'
    )
    found = problems(tmp_path, mapping)
    assert found == [
        'site.yaml:6: the sheet has a column "NAME", which {NAME} would hide',
        "site.yaml:6: {NAME} is identifying, and the name of a sheet stands in findings and traces; rename the sheet",
    ]


def test_alternative_header_rows_answer_to_each_name(tmp_path):
    text = "id,event,event,drug\nid,dx,event,drug_name\nCDE:1,CDE:2,CDE:3,CDE:4\nu1,a,b,c\n"
    mapping = HEAD + "{file: t.csv, header: {any_of: [1, 2, 3]}, subject: id}\n"
    view, _ = open_text(tmp_path, mapping, t=text)
    names = ("id", "dx", "CDE:2", "event (2)", "CDE:3", "drug", "drug_name", "CDE:4")
    assert rows_of(view, *names) == [["u1", "a", "a", "b", "b", "c", "c", "c"]]
    mapping = HEAD + "{file: t.csv, header: {any_of: [1, 2, 3]}, subject: event}\n"
    (problem,) = problems(tmp_path, mapping, t=text)
    assert problem == (
        'site.yaml:3: t.csv has no column "event": different header rows give this name to the columns B and C, '
        'so it means none; use "dx" for B or "event (2)" for C'
    )


def test_a_rule_that_reads_an_ambiguous_name_is_a_problem_at_its_line(tmp_path):
    mapping = HEAD + "{file: t.csv, header: {any_of: [1, 2]}, subject: id}\nDM:\n  - rows: t\n    RACE: {copy: event}\n"
    text = "id,event,x\nid,y,event\nu1,a,b\n"
    with pytest.raises(
        StudyError, match=re.escape('site.yaml:6: the table "t" has no column "event": different header')
    ):
        map_text(tmp_path, mapping, t=text)


def test_a_header_below_a_title_and_clean_names(tmp_path):
    text = "入组登记表,,,\n制表：某医院,,,\n住院号,性别 1=男 2=女,身高(cm),\n007,1,170,x\n"
    mapping = HEAD + "{file: t.csv, header: 3, names: clean, subject: 住院号}\n"
    view, _ = open_text(tmp_path, mapping, t=text)
    assert list(view.texts) == ["住院号", "性别", "身高", "column D", "subject"]
    assert view.rows.tolist() == [0]
    assert view.cells([0], "身高") == (["t.csv:C4"], ["170"])


@pytest.mark.parametrize("header", ["9", "[1, 9]", "{any_of: [1, 9]}"])
def test_a_header_row_that_the_sheet_has_not_is_a_problem_at_its_line(tmp_path, header):
    mapping = HEAD + f"\n    file: t.csv\n    header: {header}\n    subject: no\n"
    assert problems(tmp_path, mapping, t="no\n1\n") == ["site.yaml:5: t.csv has 2 rows, so none is header row 9"]
