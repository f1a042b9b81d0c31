import os
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from hcc_sdtm.problem import StudyError
from tests.mapping.site import cells, map_text, open_text, records, rows_of

TCGA = Path(os.environ["HCC_SDTM_DATA"]) / "tcga-lihc" if "HCC_SDTM_DATA" in os.environ else None
needs_tcga = pytest.mark.skipif(
    TCGA is None or not TCGA.is_dir(), reason="HCC_SDTM_DATA names no folder with tcga-lihc"
)


def test_every_step_on_one_sheet_in_order(tmp_path):
    """A title, two header levels, units, boxes, visits side by side, a total, notes below."""
    text = (
        "登记表,,,,,,\n"
        "住院号,性别 1=男 2=女,吸烟,,第1次(±7天),,第2次\n"
        ",,是,否,长径(mm),日期,长径(mm)\n"
        "007,1,√,,12,2021-03-05,\n"
        "008,2,,√,,,30\n"
        "合计,,,,12,,30\n"
        "备注：,,,,,,\n"
    )
    mapping = (
        'site: "201"\ntables:\n  t:\n    file: t.csv\n    header: {levels: [2, 3], fill: right}\n    names: clean\n'
        "    subject: 住院号\n    until: {住院号: {equals: 合计}}\n"
        "    checkbox: {SMOKE: {columns: '吸烟 / {code}', code: {是: Y, 否: N}}}\n"
        "    unpivot: {columns: '第{V}次 / {measure}', V: ['1', '2'], measures: [长径, 日期], optional: 日期}\n"
    )
    view, _ = open_text(tmp_path, mapping, t=text)
    assert rows_of(view, "subject", "性别", "SMOKE", "V", "长径", "日期") == [
        ["007", "1", "Y", "1", "12", "2021-03-05"],
        ["008", "2", "N", "2", "30", ""],
    ]
    assert view.cells([0, 1], "长径") == (["t.csv:E4", "t.csv:G5"], ["12", "30"])


def test_every_wrong_option_of_a_table_is_reported_at_once_and_so_is_every_rule(tmp_path):
    mapping = """
site: "201"
tables:
  t:
    file: t.csv
    subject: noo
    skip: {kindd: present}
    columns: {day: [dat, dai]}
    checkbox: {RACE: {columns: "race_{code}", code: [w]}}
    unpivot: {columns: "v{V}", V: ["1", "2"], measures: resp}
    explode: {columns: respp, separator: ";"}
    unique: [subject, vv]
RS:
  - rows: t
    RSORRES: {copy: respp}
    RSCAT: {copy: otherr}
"""
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, mapping, t="no,kind,race_x,v1,other\n1,a,1,PR,x\n")
    assert [str(problem).removeprefix("mappings/") for problem in error.value.problems] == [
        'site.yaml:6: t.csv has no column "noo"; did you mean "no"?',
        'site.yaml:7: t.csv has no column "kindd"; did you mean "kind"?',
        'site.yaml:8: t.csv has no column "dat" or "dai"',
        'site.yaml:9: t.csv has no column "race_w"; did you mean "race_x"?',
        'site.yaml:11: t.csv has no column "respp"; did you mean "resp"?',
        'site.yaml:12: t.csv has no column "vv"; did you mean "V"?',
        'site.yaml:15: the table "t" has no column "respp"; did you mean "resp"?',
        'site.yaml:16: the table "t" has no column "otherr"; did you mean "other"?',
    ]


def test_sheets_with_other_columns_are_put_under_one_another(tmp_path):
    book = Workbook()
    book.remove(book.active)
    for title, rows in (
        ("V1", [["no", "a", "v1", "v2"], ["1", "x", "p", "q"]]),
        ("V2", [["b", "no", "v1"], ["y", "2", "r"], ["y", "2", "r"], ["z", "合计", ""]]),
        ("V3", []),
    ):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "f.xlsx")
    mapping = (
        'site: "201"\ntables:\n  t: {file: f.xlsx, sheet: "V{S}", subject: no, skip: {no: {equals: 合计}}, '
        "unpivot: {columns: 'v{V}', V: ['1', '2'], measures: r}}\n"
    )
    view, findings = open_text(tmp_path, mapping)
    assert rows_of(view, "S", "subject", "a", "b", "V", "r") == [
        ["1", "1", "x", "", "1", "p"],
        ["1", "1", "x", "", "2", "q"],
        ["2", "2", "", "y", "1", "r"],
    ]
    assert [view.cells([row], "r")[0] for row in range(3)] == [["f.xlsx:V1!C2"], ["f.xlsx:V1!D2"], ["f.xlsx:V2!C2"]]
    assert findings["source"].tolist() == ["f.xlsx:V2!A4", "f.xlsx:V2!A3"]
    accounted = np.concatenate([np.unique(view.rows), *(rows for _, _, rows in view.left_out)])
    assert sorted(accounted.tolist()) == [0, 1, 2, 3]


def test_an_empty_table_is_a_warning_and_a_blank_sheet_alone_a_problem(tmp_path):
    mapping = 'site: "201"\ntables:\n  t:\n    file: t.csv\n    subject: no\n'
    view, findings = open_text(tmp_path, mapping, t="no,a\n")
    assert (len(view), list(findings["rule"])) == (0, ["MAP-007 table.empty"])
    book = Workbook()
    book.save(tmp_path / "raw" / "f.xlsx")
    with pytest.raises(StudyError, match=r"site\.yaml:3: f\.xlsx:Sheet has 0 rows, so none is header row 1"):
        open_text(tmp_path, mapping.replace("t.csv", "f.xlsx"))


def test_a_row_without_a_subject_is_in_the_account(tmp_path):
    mapping = 'site: "201"\ntables:\n  t: {file: t.csv, subject: no}\nDM:\n  - {rows: t, SUBJID: {copy: subject}}\n'
    view, _ = open_text(tmp_path, mapping, t="no,a\n1,x\n,y\n")
    assert [(what.split()[0], rows.tolist()) for _, what, rows in view.left_out] == [("MAP-001", [1])]
    site, _ = map_text(tmp_path, mapping, t="no,a\n1,x\n,y\n")
    assert (cells(site, "MAP-001"), len(records(site, "DM"))) == ([("t.csv:A3", "")], 1)


def test_a_sheet_may_call_its_own_number_subject_too(tmp_path):
    mapping = (
        'site: "201"\nsubjects: {file: key.csv, from: subject, to: study}\n'
        "tables:\n  t: {file: t.csv, subject: subject}\nDM:\n  - {rows: t, SUBJID: {copy: subject}, RACE: {copy: race}}\n"
    )
    site, _ = map_text(tmp_path, mapping, t="subject,race\nH1,x\nH7,y\n", key="subject,study\nH1,201-1\n")
    assert records(site, "DM").values.tolist() == [["201-1", "x"]]
    assert "H1" not in str(site.findings.values)
    assert "H7" not in str(site.findings.values)


@needs_tcga
@pytest.mark.parametrize("path", sorted(TCGA.glob("*.txt")) if TCGA else [], ids=lambda path: path.stem.split(".")[-1])
def test_forms_with_three_alternative_header_rows(tmp_path, path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "form.txt").write_bytes(path.read_bytes())
    mapping = 'site: "201"\ntables:\n  t: {file: form.txt, header: {any_of: [1, 2, 3]}, subject: bcr_patient_barcode}\n'
    view, findings = open_text(tmp_path, mapping)
    lines = path.read_text(encoding="utf-8").splitlines()
    header = [line.split("\t") for line in lines[:3]]
    assert len(view) + len(findings[findings["rule"].str.startswith("MAP-002")]) == len(lines) - 3
    # whatever a header row calls a column alone leads to it
    for names in header:
        for at, name in enumerate(names):
            if name in view.texts and names.count(name) == 1:
                assert view.positions[name] == ((at + 1,),)
    unnamed = [at + 1 for at in range(len(header[0])) if ((at + 1,),) not in view.positions.values()]
    assert unnamed == []
    assert not any(name.startswith("column ") for name in view.texts)


@needs_tcga
def test_a_repeated_name_that_a_second_header_row_tells_apart(tmp_path):
    (tmp_path / "raw").mkdir()
    (source,) = TCGA.glob("*_v4.0_nte_lihc.txt")
    (tmp_path / "raw" / "form.txt").write_bytes(source.read_bytes())
    mapping = 'site: "201"\ntables:\n  t: {file: form.txt, header: {any_of: [1, 2, 3]}, subject: bcr_patient_barcode}\n'
    view, _ = open_text(tmp_path, mapping)
    first, second = "days_to_new_tumor_event_transplant", "days_to_new_tumor_event_additional_surgery_procedure"
    assert view.positions["new_tumor_event_surgery_days_to"] == view.positions[first]
    assert view.positions["new_tumor_event_surgery_days_to (2)"] == view.positions[second]


def test_rows_are_repeated_by_keys_as_conditions_compare_them_and_a_row_without_a_key_stays(tmp_path):
    mapping = """
site: "201"
missing: ["", NK]
tables:
  t: {file: t.csv, subject: no, unique: [subject, day]}
DM:
  - rows: t
    SUBJID: {copy: subject}
    ARM: {copy: v}
"""
    site, _ = map_text(tmp_path, mapping, t="no,day,v\n1,,a\n1,NK,b\n1,v1,c\n1, Ｖ１,d\n2,v1,e\n")
    assert records(site, "DM")["ARM"].tolist() == ["a", "b", "c", "e"]
    assert cells(site, "MAP-004") == [("t.csv:A5", "1")]
    assert cells(site, "MAP-037") == [("t.csv:B2", ""), ("t.csv:B3", "NK")]


def test_a_subject_number_is_the_same_in_full_width(tmp_path):
    mapping = """
site: "201"
subjects: {pattern: "[A-Z][0-9]{2}"}
tables:
  t: {file: t.csv, subject: no, skip: {v: {equals: total}}}
DM:
  - rows: t
    SUBJID: {copy: subject}
"""
    site, lineage = map_text(tmp_path, mapping, t="no,v\nＡ０１,a\nA02,b\nＡ０3,total\n")
    assert records(site, "DM")["SUBJID"].tolist() == ["A01", "A02"]
    assert cells(site, "MAP-045") == [("t.csv:A4", "")]
    frame = site.frames["DM"][0]
    assert [text for _, text in lineage.origins.cells(frame["_row"].iat[0], (1,))] == ["Ａ０１"]
