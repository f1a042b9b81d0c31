"""Query workbooks from the reference run: what they hold, where they go, and what never leaves them."""

import json
import re
import shutil

import openpyxl
import pandas as pd
import pytest

from hcc_sdtm import pipeline
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.outputs.manifest import read_manifest, write_manifest
from hcc_sdtm.outputs.queries.query_folder import README, WRITTEN
from hcc_sdtm.outputs.queries.site_files import read_site_folders
from hcc_sdtm.problem import StudyError
from hcc_sdtm.register.queries import QUERIES_FILE
from hcc_sdtm.source import column_number
from hcc_sdtm.spec.study import read_study

SEX, BIRTH, DEATH = "site_101.xlsx:入组!C22", "site_101.xlsx:入组!D28", "site_101.xlsx:随访!II7"


def problems(error):
    return [str(problem) for problem in error.value.problems]


def lines_of(path):
    """The lines of the Queries sheet, by the names of the hidden row."""
    sheet = openpyxl.load_workbook(path)["Queries"]
    names = [cell.value.split(":")[-1] for cell in sheet[3]]
    return [dict(zip(names, row, strict=True)) for row in sheet.iter_rows(min_row=5, values_only=True)]


def line_at(path, cell):
    return next(line for line in lines_of(path) if line["cell"] == cell)


def identifying_texts(study):
    specs = read_study(study).specs
    mappings = [read_mapping(path, name, specs) for path, name in read_study(study).mappings]
    folders = read_site_folders(mappings, study / "raw")
    return {site: folder.identifying_texts() for site, folder in folders.items()}


def test_each_site_has_a_workbook_in_its_language(asked):
    workbooks = sorted(path.name for path in asked.folder.iterdir())
    assert workbooks == ["101_queries.xlsx", "102_queries.xlsx", "103_queries.xlsx", README, WRITTEN]
    query = asked.at(SEX)
    assert line_at(asked.folder / "101_queries.xlsx", "C22") == {
        "number": query.number,
        "file": "site_101.xlsx",
        "sheet": "入组",
        "cell": "C22",
        "subject": "101-021",
        "seen": "“南”不是「性别」的已知选项。",
        "matters": "该值无法使用，在分析中按缺失处理。",
        "endpoints": "Progression-free survival from radiotherapy",
        "expected": "请填写规定的选项，或说明其含义",
        "state": "待答复",
        "answer": None,
        "new_value": None,
        "comment": None,
        "answered_by": None,
        "answered": None,
        "key": f"RTHCC/{query.key}/1",
    }


def test_the_language_can_be_chosen(reference):
    reference.write(language="en", sites=("101",))
    line = line_at(reference.folder / "101_queries.xlsx", "C22")
    assert line["seen"] == '"南" is no answer that we know for Sex.'
    assert line["state"] == "open"


def test_each_question_leads_to_its_cell_which_is_coloured_and_commented(asked):
    for name in ("101", "102", "103"):
        workbook = openpyxl.load_workbook(asked.folder / f"{name}_queries.xlsx")
        sheet = workbook["Queries"]
        assert sheet.max_row > 5
        for row in range(5, sheet.max_row + 1):
            number, place = sheet.cell(row, 1).value, sheet.cell(row, 4)
            title, address = re.fullmatch(r"'(.+)'!(\w+)", place.hyperlink.location).groups()
            cell = workbook[title][address]
            letters, own_row = re.fullmatch(r"([A-Z]+)([0-9]+)", place.value).groups()
            assert cell.column == column_number(letters) + 1
            assert workbook[title].cell(1, cell.column).value == letters
            assert str(workbook[title].cell(cell.row, 1).value) == own_row
            assert cell.comment.text.startswith(f"{number}\n")
            assert cell.fill.fgColor.rgb == sheet.cell(row, 1).fill.fgColor.rgb


def test_a_sheet_has_the_header_and_the_rows_concerned_as_they_were_typed(asked):
    sheet = openpyxl.load_workbook(asked.folder / "101_queries.xlsx")["入组"]
    rows = [[cell.value for cell in row[:6]] for row in sheet.iter_rows()]
    held = [row for row in rows if row[0] in ("行号", 1, 22, 28)]
    assert rows == sorted(rows, key=lambda row: row[0] if row[0] != "行号" else 0)
    assert held == [
        ["行号", "A", "B", "C", "D", "E"],
        [1, "住院号", "姓名", "性别", "出生日期", "年龄"],
        [22, "002651044", "胡丽刚", "南", "1981年3月5日", "41"],
        [28, "005453169", "张丽静", "女", "1961-02-30", "61"],
    ]
    sheet = openpyxl.load_workbook(asked.folder / "101_queries.xlsx")["随访"]
    assert [sheet.cell(row, 1).value for row in range(2, 5)] == [1, 2, 7]
    assert sheet["AI2"].value == "第3次随访"  # a merged header stands over each of its columns


def test_the_answer_column_offers_the_answers(asked):
    sheet = openpyxl.load_workbook(asked.folder / "101_queries.xlsx")["Queries"]
    (choices,) = sheet.data_validations.dataValidation
    assert choices.formula1 == '"已更正,确认无误,无法获知,稍后提供"'
    assert str(choices.sqref) == f"K5:K{sheet.max_row}"
    assert sheet.column_dimensions["P"].hidden
    assert sheet.row_dimensions[3].hidden


def test_two_writings_of_one_run_are_the_same_bytes(asked):
    before = {path.name: path.read_bytes() for path in asked.folder.iterdir()}
    register = (asked.study / QUERIES_FILE).read_bytes()
    written = asked.write()
    assert {path.name: path.read_bytes() for path in asked.folder.iterdir()} == before
    assert (asked.study / QUERIES_FILE).read_bytes() == register
    assert written.changes == {}


def test_no_identity_is_in_the_register_the_outputs_or_the_message_and_the_workbooks_stay_outside(asked):
    texts = identifying_texts(asked.study)
    assert len(texts["101"]) > 40
    names = [text for found in texts.values() for text in found if len(text) >= 3 or not text.isascii()]
    register = (asked.study / QUERIES_FILE).read_text(encoding="utf-8-sig")
    outputs = "".join(path.read_text(encoding="utf-8", errors="ignore") for path in asked.out.rglob("*.csv"))
    shown = repr(asked.write())
    workbook = openpyxl.load_workbook(asked.folder / "101_queries.xlsx")["入组"]
    assert workbook["C3"].value in names  # the site's own workbook is the place for it
    for text in names:
        assert text not in register
        assert text not in outputs
        assert text not in shown
    assert not list(asked.out.rglob("*queries*"))
    assert "send a workbook to its own site and to nobody else" in (asked.folder / README).read_text(encoding="utf-8")


def test_a_site_is_shown_no_row_of_another_site(asked):
    texts = identifying_texts(asked.study)
    for site, others in (("102", "101"), ("103", "101")):
        workbook = openpyxl.load_workbook(asked.folder / f"{site}_queries.xlsx")
        held = {str(cell) for sheet in workbook for row in sheet.iter_rows(values_only=True) for cell in row if cell}
        assert not held & texts[others]


@pytest.mark.parametrize("inside", ["sdtm", "queries/deep"])
def test_workbooks_never_go_into_the_outputs(reference, inside):
    with pytest.raises(StudyError, match="lies in the outputs"):
        reference.write(folder=reference.out / inside)
    assert not (reference.study / QUERIES_FILE).exists()


def test_nor_among_the_raw_files_or_into_the_register(reference):
    with pytest.raises(StudyError, match="the folder of the sites' files"):
        reference.write(folder=reference.study / "raw" / "q")
    with pytest.raises(StudyError, match="lies in the register"):
        reference.write(folder=reference.study / "register")


def test_an_answered_workbook_under_the_same_name_is_not_overwritten(asked):
    path = asked.folder / "101_queries.xlsx"
    workbook = openpyxl.load_workbook(path)
    workbook["Queries"]["K5"].value = "已更正"
    workbook.save(path)
    before, register = path.read_bytes(), (asked.study / QUERIES_FILE).read_bytes()
    with pytest.raises(StudyError, match="if it is an answered workbook, import it and move it away first"):
        asked.write()
    assert path.read_bytes() == before
    assert (asked.study / QUERIES_FILE).read_bytes() == register
    assert sorted(each.name for each in asked.folder.parent.iterdir()) == ["study", "workbooks"]


def test_a_workbook_of_earlier_that_is_not_needed_any_more_goes_and_other_files_stay(asked):
    (asked.folder / "letter.txt").write_text("mine")
    asked.write(sites=("102",))
    assert sorted(path.name for path in asked.folder.iterdir()) == ["102_queries.xlsx", README, "letter.txt", WRITTEN]
    assert list(json.loads((asked.folder / WRITTEN).read_text())) == ["102_queries.xlsx"]


def test_a_raw_file_that_changed_since_the_run_is_refused(reference):
    with (reference.study / "raw" / "site_103" / "labs.csv").open("ab") as file:
        file.write(b"103-001,labs,9,9,01/01/2024,1,x\n")
    with pytest.raises(StudyError) as error:
        reference.write(raw=reference.study / "raw")
    assert problems(error) == ["raw/site_103/labs.csv: not the file of this run: it changed since; run again"]


def test_a_run_of_another_study_is_refused(reference):
    path = reference.study / "study.yaml"
    path.write_text(path.read_text().replace("study: RTHCC", "study: OTHER"))
    with pytest.raises(StudyError, match='is a run of study "RTHCC", not of "OTHER"'):
        reference.write()


def test_a_site_that_the_run_has_not_is_refused(reference):
    with pytest.raises(StudyError, match='the run has no site "10l"; did you mean'):
        reference.write(sites=("10l",))


def test_a_folder_that_is_no_run_is_refused(reference, tmp_path):
    with pytest.raises(StudyError, match=r"manifest\.json"):
        reference.write(out=tmp_path)


def test_a_bad_register_is_refused_and_left_alone(asked):
    path = asked.study / QUERIES_FILE
    text = path.read_text(encoding="utf-8-sig").replace('"open"', '"opne"', 1)
    path.write_text(text, encoding="utf-8-sig")
    with pytest.raises(StudyError, match='state "opne"'):
        asked.write()
    assert path.read_text(encoding="utf-8-sig") == text


def test_a_run_of_one_site_closes_no_query_of_another_and_a_mended_cell_closes_its_own(asked, tmp_path):
    path = asked.study / "raw" / "site_101.xlsx"
    workbook = openpyxl.load_workbook(path)
    workbook["入组"]["D28"].value = "1961-02-28"
    workbook.save(path)
    out = tmp_path / "out2"
    pipeline.run(asked.study, out, sites=("101",))
    before = asked.queries
    mended = asked.at(BIRTH).number
    written = asked.write(out=out)
    after = asked.queries
    assert {number for number in after if after[number] != before[number]} == {
        number for number, query in before.items() if query.site == "101"
    }
    assert (after[mended].state, after[mended].why) == ("closed", "no longer found")
    assert asked.at(SEX).rounds == 2  # a new file came, and no answer
    assert written.changes == {"closed": 1}
    shown = [line["number"] for line in lines_of(asked.folder / "101_queries.xlsx")]
    own = [number for number, query in before.items() if query.site == "101" and number != mended]
    assert sorted(shown) == own
    assert shown != own  # those that move an endpoint come first, and keep their numbers


def test_no_cell_starts_a_formula(reference, tmp_path):
    path = reference.study / "raw" / "site_103" / "enrolment.csv"
    text = path.read_text(encoding="cp1252").replace("103-001,1956,65,1,", "103-001,1956,65,=HYPERLINK(1),")
    path.write_text(text, encoding="cp1252")
    out = tmp_path / "out2"
    pipeline.run(reference.study, out, sites=("103",))
    reference.write(out=out, is_copied=True)
    for workbook in reference.folder.glob("103_*.xlsx"):
        for sheet in openpyxl.load_workbook(workbook):
            for row in sheet.iter_rows():
                assert not [cell.value for cell in row if cell.data_type == "f"]
    held = openpyxl.load_workbook(reference.folder / "103_queries.xlsx")["enrolment"]
    assert "'=HYPERLINK(1)" in [cell.value for row in held for cell in row]


def test_a_moved_row_keeps_its_number(asked, tmp_path):
    path = asked.study / "raw" / "site_103" / "enrolment.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *lines[:0:-1]]))
    out = tmp_path / "out2"
    pipeline.run(asked.study, out, sites=("103",))
    before = {query.key: query for query in asked.queries.values()}
    asked.write(out=out)
    after = {query.key: query for query in asked.queries.values()}
    unknown = [key for key, query in before.items() if query.rule == "MAP-013" and query.site == "103"]
    assert unknown
    for key in unknown:
        assert after[key].number == before[key].number
        assert after[key].cell != before[key].cell


def test_a_waived_finding_is_not_asked_and_its_query_closes(asked, tmp_path):
    out = tmp_path / "out2"
    shutil.copytree(asked.out, out)
    path = out / "findings.csv"
    findings = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    findings.loc[findings["key"] == asked.at(DEATH).key, "status"] = "waived"
    findings.to_csv(path, index=False, encoding="utf-8-sig")
    write_manifest(out, read_manifest(out))
    asked.write(out=out)
    query = asked.at(DEATH)
    assert (query.state, query.why) == ("closed", "waived")
    assert "II7" not in [line["cell"] for line in lines_of(asked.folder / "101_queries.xlsx")]


def test_a_file_that_a_site_outside_the_run_reads_too_is_shared_all_the_same(reference, tmp_path):
    mapping = (reference.study / "mappings" / "site_102.yaml").read_text(encoding="utf-8")
    other = reference.study / "mappings" / "site_104.yaml"
    other.write_text(mapping.replace('site: "102"', 'site: "104"', 1), encoding="utf-8")
    file = reference.study / "study.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("mappings/site_103.yaml]", "mappings/site_103.yaml, mappings/site_104.yaml]"))
    out = tmp_path / "of_102"
    pipeline.run(reference.study, out, sites=("102",))
    written = reference.write(out=out, sites=("102",), is_copied=True)
    assert (
        "site_102.xlsx is not copied: sites 102 and 104 share it, and none may see the patients of another"
        in written.notes
    )
    assert not list(reference.folder.glob("*copy*"))
