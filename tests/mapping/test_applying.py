import re

import pandas as pd
import pytest
from openpyxl import Workbook

from hcc_sdtm.problem import StudyError
from tests.mapping.site import cells, map_text, records

HEAD = """
site: "201"
missing: ["", "-", NK]
dates: {order: dmy}
subjects: {prefix: "201-"}
tables:
  patient: {file: patient.csv, subject: no}
"""
PATIENTS = """no,sex,born,weight,size_cm,arm,race___1,race___2,note,drug
007,male,05/03/1960,71.50,4.1,A / B,1,0, as typed ,Sorafenib
008,F,UN/07/1958,NK,0.8,C,0,1,-,Lenvatinib
"""


def test_each_verb_gives_its_value(tmp_path):
    mapping = (
        HEAD
        + """
DM:
  - rows: patient
    SUBJID: {copy: subject}
    BRTHDTC: {date: born}
    SEX: {term: sex, map: {male: M}}
    RACE: {first_of: [{constant: ASIAN, when: {race___1: {equals: "1"}}}, {constant: WHITE, when: {race___2: present}}]}
LB:
  - rows: patient
    LBTESTCD: {constant: AFP}
    LBORRES: {copy: weight}
    LBSTRESN: {number: size_cm, times: 10}
    LBCAT: {concat: [drug, {constant: ARM}], separator: " / "}
    LBDTC: {date: born, when: {sex: {in: [f, FEMALE]}}}
    LBORNRLO: {split: arm, separator: /, part: 2}
    LBORNRHI: {copy: note}
"""
    )
    site, _ = map_text(tmp_path, mapping, patient=PATIENTS)
    expected = pd.DataFrame(
        {
            "SUBJID": ["201-007", "201-008"],
            "BRTHDTC": ["1960-03-05", "1958-07"],
            "SEX": ["M", "F"],
            "RACE": ["ASIAN", "WHITE"],
        }
    )
    pd.testing.assert_frame_equal(records(site, "DM"), expected)
    lab = records(site, "LB")
    assert lab["LBORRES"].tolist() == ["71.50", ""]  # text as typed; NK is declared missing
    assert lab["LBSTRESN"].tolist() == [41.0, 8.0]  # and not 40.99999999999999
    assert lab["LBCAT"].tolist() == ["Sorafenib / ARM", "Lenvatinib / ARM"]
    assert lab["LBDTC"].tolist() == ["", "1958-07"]
    assert lab["LBORNRLO"].tolist() == ["B", ""]
    assert lab["LBORNRHI"].tolist() == ["as typed", ""]


@pytest.mark.parametrize(
    ("rule", "typed", "finding"),
    [
        ("BRTHDTC: {date: born}", "31/02/1960", "MAP-011"),
        ("BRTHDTC: {date: born}", "soon", "MAP-010"),
        ("SEX: {term: born}", "woman", "MAP-013"),
        ("AGE: {number: born}", "sixty", "MAP-014"),
        ("AGE: {copy: born}", "sixty", "MAP-018"),
    ],
)
def test_a_text_that_cannot_be_read_is_a_finding_at_its_cell_and_left_missing(tmp_path, rule, typed, finding):
    mapping = HEAD + f"DM:\n  - rows: patient\n    SUBJID: {{copy: subject}}\n    {rule}\n"
    site, _ = map_text(tmp_path, mapping, patient=f"no,born\n007,{typed}\n008,\n")
    variable = rule.split(":")[0]
    assert cells(site, finding) == [("patient.csv:B2", typed)]
    assert records(site, "DM")[variable].fillna("").tolist() == ["", ""]


def test_unpivot_makes_a_row_of_each_filled_item_and_traces_to_its_cell(tmp_path):
    mapping = (
        HEAD
        + """
  visit:
    file: visit.csv
    subject: no
    unpivot: {columns: "v{VISITNUM} {measure}", VISITNUM: ["1", "2"], measures: [date, resp]}
RS:
  - rows: visit
    RSTESTCD: {constant: OVRLRESP}
    RSORRES: {copy: resp}
    VISITNUM: {copy: VISITNUM}
    RSDTC: {date: date}
DM:
  - {rows: patient, SUBJID: {copy: subject}}
"""
    )
    visits = "no,v1 date,v1 resp,v2 date,v2 resp\n007,01/02/2021,PR,,\n008,,,03/04/2021,PD\n"
    site, lineage = map_text(tmp_path, mapping, patient="no\n007\n008\n", visit=visits)
    found = records(site, "RS")
    assert found[["SUBJID", "RSORRES", "VISITNUM", "RSDTC"]].values.tolist() == [
        ["201-007", "PR", 1.0, "2021-02-01"],
        ["201-008", "PD", 2.0, "2021-04-03"],
    ]
    hidden = site.frames["RS"][0]
    rule = lineage.plans[hidden["_plan"].iloc[1]].rules["RSDTC"][0]
    source, typed = lineage.origins.cells(hidden["_row"].iloc[1], rule.at(hidden["_item"].iloc[1]))[0]
    assert (str(source), typed) == ("visit.csv:D3", "03/04/2021")


def test_lookup_reads_the_row_of_another_table_and_refuses_several(tmp_path):
    mapping = (
        HEAD
        + """
  follow: {file: follow.csv, subject: no}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    DTHDTC: {lookup: {table: follow, give: {date: died}}}
"""
    )
    follow = "no,died\n007,04/05/2022\n008,01/01/2022\n008,02/01/2022\n"
    site, _ = map_text(tmp_path, mapping, patient="no\n007\n008\n009\n", follow=follow)
    assert records(site, "DM")["DTHDTC"].tolist() == ["2022-05-04", "", ""]
    assert cells(site, "MAP-015") == [("patient.csv:A3", "008")]


def test_offset_counts_from_a_declared_anchor_to_the_nearest_day(tmp_path):
    mapping = (
        HEAD.replace("tables:", "anchors: {T: {date: 2000-01-01, fictional: no real date}}\ntables:")
        + """
DM:
  - rows: patient
    SUBJID: {copy: subject}
    DTHDTC: {offset: {weeks: os, after: T}}
    BRTHDTC: {offset: {days: before, before: T}}
"""
    )
    site, _ = map_text(tmp_path, mapping, patient="no,os,before\n1,5.571428571,1\n2,,\n")
    assert records(site, "DM")[["DTHDTC", "BRTHDTC"]].values.tolist() == [["2000-02-09", "1999-12-31"], ["", ""]]
    assert [anchor[:2] for anchor in site.fictional] == [("T = 2000-01-01", "no real date")]


def test_rows_sent_twice_repeated_keys_and_unknown_subjects_are_findings_and_leave_no_record(tmp_path):
    mapping = """
site: "201"
subjects: {file: key.csv, from: own, to: study}
identifying: [own, 住院号]
tables:
  patient: {file: patient.csv, subject: 住院号, unique: subject}
DM:
  - {rows: patient, SUBJID: {copy: subject}, AGE: {number: age}}
"""
    patients = "住院号,age\nH1,50\nH1,50\nH2,60\nH2,61\nH9,70\n"
    site, _ = map_text(tmp_path, mapping, patient=patients, key="own,study\nH1,201-001\nH2,201-002\n")
    assert records(site, "DM").values.tolist() == [["201-001", 50.0], ["201-002", 60.0]]
    assert cells(site, "MAP-002") == [("patient.csv:A3", "")]
    assert cells(site, "MAP-004") == [("patient.csv:A5", "")]
    assert cells(site, "MAP-001") == [("patient.csv:A6", "")]
    assert not site.findings.astype(str).apply(lambda column: column.str.contains("H1|H2|H9")).to_numpy().any()


def test_order_of_day_and_month_comes_from_the_columns_own_evidence(tmp_path):
    mapping = (
        HEAD.replace("order: dmy", "order: none")
        + """
DM:
  - {rows: patient, SUBJID: {copy: subject}, BRTHDTC: {date: a}, RFICDTC: {date: b}, DTHDTC: {date: c}}
"""
    )
    patients = "no,a,b,c\n1,13/02/1960,03/04/2021,13/02/2022\n2,03/04/1960,05/06/2021,02/13/2022\n"
    site, _ = map_text(tmp_path, mapping, patient=patients)
    found = records(site, "DM")
    assert found["BRTHDTC"].tolist() == ["1960-02-13", "1960-04-03"]
    assert found["RFICDTC"].tolist() == ["2021", "2021"]
    assert cells(site, "MAP-012") == [("patient.csv:C2", "03/04/2021"), ("patient.csv:C3", "05/06/2021")]
    assert cells(site, "MAP-019") == [("patient.csv:D2", "13/02/2022"), ("patient.csv:D3", "02/13/2022")]
    assert site.settled[["column", "value", "how"]].values.tolist() == [
        ["a", "dmy", "evidence"],
        ["b", "none", "no evidence"],
        ["c", "none", "contradictory evidence"],
    ]


def test_a_column_that_no_rule_reads_is_a_note_at_its_header(tmp_path):
    mapping = (
        HEAD.replace("subject: no", "subject: no, ignore: [born]")
        + "DM:\n  - {rows: patient, SUBJID: {copy: subject}}\n"
    )
    site, _ = map_text(tmp_path, mapping, patient="no,born,extra,empty\n7,1,x,\n")
    found = site.findings
    assert found["rule"].tolist() == ["MAP-003 column.unused"]
    assert (found["source"].iat[0], found["variable"].iat[0]) == ("patient.csv:C1", "extra")


def test_every_wrong_name_is_reported_at_once_with_the_nearest(tmp_path):
    mapping = (
        HEAD
        + """
  visit: {file: vist.csv, subject: no}
DM:
  - rows: patient
    when: {sxe: present}
    SUBJID: {copy: subject}
    SEX: {term: sexx}
    AGE: {lookup: {table: patient, give: {number: wieght}}}
"""
    )
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, mapping, patient=PATIENTS)
    assert [str(problem) for problem in error.value.problems] == [
        'mappings/site.yaml:9: no file "vist.csv" in raw/; did you mean "patient.csv"?',
        'mappings/site.yaml:12: the table "patient" has no column "sxe"; did you mean "sex"?',
        'mappings/site.yaml:14: the table "patient" has no column "sexx"; did you mean "sex"?',
        'mappings/site.yaml:15: the table "patient" has no column "wieght"; did you mean "weight"?',
    ]


def test_order_of_the_rows_changes_no_record(tmp_path):
    mapping = (
        HEAD
        + "DM:\n  - {rows: patient, SUBJID: {copy: subject}, SEX: {term: sex, map: {male: M}}, BRTHDTC: {date: born}}\n"
    )
    lines = PATIENTS.strip().split("\n")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, _ = map_text(tmp_path / "a", mapping, patient="\n".join(lines))
    two, _ = map_text(tmp_path / "b", mapping, patient="\n".join([lines[0], *reversed(lines[1:])]))
    assert (
        records(one, "DM").sort_values("SUBJID").values.tolist()
        == records(two, "DM").sort_values("SUBJID").values.tolist()
    )


KEYED = """
site: "201"
missing: ["", "-"]
identifying: [name]
subjects: {file: key.csv, from: hospital, to: study}
tables:
  patient: {file: patient.csv, subject: hospital}
DM:
  - rows: patient
    SUBJID: {copy: subject}
"""


def test_a_key_file_that_contradicts_itself_gives_no_number_and_says_so(tmp_path):
    key = "hospital,study\nH1,201-1\nH1,201-9\n,201-8\n-,201-7\nH3,\nH4,201-4\nH5,201-4\n"
    patient = "hospital,name\nH1,An\n,Bo\n-,Cy\nH3,Di\nH4,Ed\nH5,Fu\n"
    site, _ = map_text(tmp_path, KEYED, key=key, patient=patient)
    assert records(site, "DM")["SUBJID"].tolist() == ["201-4", "201-4"]
    assert cells(site, "MAP-005") == [
        ("key.csv:B2", "201-1"),
        ("key.csv:B3", "201-9"),
        ("key.csv:B7", "201-4"),
        ("key.csv:B8", "201-4"),
    ]
    # the hospital's own number is hidden although only the key file says that it is one
    assert cells(site, "MAP-001") == [(f"patient.csv:A{row}", "") for row in (2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("rule", "column"),
    [("{copy: hospital}", "hospital"), ("{copy: name (2)}", "name (2)"), ("{copy: name}", "name")],
)
def test_no_rule_reads_an_identifying_column_under_any_of_its_names(tmp_path, rule, column):
    mapping = KEYED + f"    ARM: {rule}\n"
    with pytest.raises(StudyError, match=f'"{re.escape(column)}" is identifying; no rule may read it'):
        map_text(tmp_path, mapping, key="hospital,study\nH1,201-1\n", patient="hospital,name,name\nH1,An,An\n")


def test_an_identifying_column_that_no_table_has_is_a_problem(tmp_path):
    mapping = KEYED.replace("identifying: [name]", "identifying: [nmae]")
    with pytest.raises(StudyError, match=re.escape('site.yaml:4: no table has the identifying column "nmae"')):
        map_text(tmp_path, mapping, key="hospital,study\nH1,201-1\n", patient="hospital,name\nH1,An\n")


def test_a_wrong_header_row_proposes_no_number_of_a_patient(tmp_path):
    mapping = KEYED.replace("subject: hospital}", "subject: hospital, header: [1, 2]}")
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, mapping, key="hospital,study\nH1,201-1\n", patient="hospital,name\nH1,An\nH2,Bo\n")
    assert 'patient.csv has no column "hospital"' in str(error.value)
    assert "H1" not in str(error.value)


def test_a_text_that_no_block_takes_is_a_finding_at_its_cell(tmp_path):
    mapping = (
        HEAD
        + """
SS:
  - rows: patient
    when: {status: {equals: Dead}}
    SSTESTCD: {constant: SURVSTAT}
  - rows: patient
    when: {all: [{status: {in: [Alive, Lost]}}, {flag: {equals: "1"}}]}
    SSTESTCD: {constant: SURVSTAT}
"""
    )
    patient = "no,status,flag\n1,Dead,0\n2,Deceased,1\n3,,1\n4,alive ,1\n5,LOST,2\n"
    site, _ = map_text(tmp_path, mapping, patient=patient)
    assert len(records(site, "SS")) == 2
    # flag is asked for one text only, so it is a filter
    assert cells(site, "MAP-022") == [("patient.csv:B3", "Deceased")]


@pytest.mark.parametrize(
    ("typed", "value"), [("６．５", 6.5), ("1e3", 1000.0), ("−2", -2.0), ("10²", None), ("1_0", None), ("0x1", None)]
)
def test_a_number_is_plain_digits(tmp_path, typed, value):
    mapping = HEAD + "LB:\n  - rows: patient\n    LBSTRESN: {number: weight}\n"
    site, _ = map_text(tmp_path, mapping, patient=f"no,weight\n1,{typed}\n2,1234567890123.5\n")
    first, second = records(site, "LB")["LBSTRESN"]
    assert second == 1234567890123.5
    assert pd.isna(first) if value is None else first == value
    assert cells(site, "MAP-014") == ([("patient.csv:B2", typed)] if value is None else [])


def test_an_offset_out_of_the_calendar_is_a_finding_and_left_missing(tmp_path):
    mapping = (
        HEAD
        + 'anchors: {ZERO: {date: "2020-01-01"}}\nLB:\n  - rows: patient\n    LBDTC: {offset: {days: t, after: ZERO}}\n'
    )
    site, _ = map_text(tmp_path, mapping, patient="no,t\n1,1\n2,99999999\n")
    assert records(site, "LB")["LBDTC"].tolist() == ["2020-01-02", ""]
    assert cells(site, "MAP-011") == [("patient.csv:B3", "99999999")]


def test_a_file_whose_name_has_brackets_is_found(tmp_path):
    mapping = (
        HEAD.replace("patient.csv", '"patient [2] (1).csv"') + "DM:\n  - {rows: patient, SUBJID: {copy: subject}}\n"
    )
    site, _ = map_text(tmp_path, mapping, **{"patient [2] (1)": "no\n1\n"})
    assert records(site, "DM")["SUBJID"].tolist() == ["201-1"]


def test_an_empty_table_and_an_unread_sheet_are_notes(tmp_path):
    book = Workbook()
    book.active.title = "Form"
    book.active.append(["no"])
    book.create_sheet("Form 2").append(["no"])
    book.create_sheet("Blank")
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "forms.xlsx")
    mapping = HEAD.replace("file: patient.csv", "file: forms.xlsx, sheet: Form")
    site, _ = map_text(tmp_path, mapping + "DM:\n  - {rows: patient, SUBJID: {copy: subject}}\n")
    assert cells(site, "MAP-007") == [("forms.xlsx:Form", "")]
    assert cells(site, "MAP-006") == [("forms.xlsx:Form 2", "")]


def test_a_stacked_sheet_without_a_column_of_the_others_is_a_problem(tmp_path):
    book = Workbook()
    for title, header in (("Form 1", ["no", "sex"]), ("Form 2", ["no", "Sex "])):
        sheet = book.create_sheet(title)
        sheet.append(header)
        sheet.append([title[-1], "M"])
    (tmp_path / "raw").mkdir()
    book.save(tmp_path / "raw" / "forms.xlsx")
    mapping = HEAD.replace("file: patient.csv", 'file: forms.xlsx, sheet: "Form*"')
    mapping += "DM:\n  - {rows: patient, SUBJID: {copy: subject}, SEX: {term: sex}}\n"
    with pytest.raises(StudyError, match=re.escape('forms.xlsx:Form 2 has no column "sex", which the other sheets')):
        map_text(tmp_path, mapping)


def test_a_number_unlike_the_pattern_is_no_subject(tmp_path):
    mapping = HEAD.replace('prefix: "201-"', 'prefix: "201-", pattern: "[0-9]{3}"') + (
        "DM:\n  - {rows: patient, SUBJID: {copy: subject}}\n"
    )
    site, _ = map_text(tmp_path, mapping, patient="no\n007\nTotal\n")
    assert records(site, "DM")["SUBJID"].tolist() == ["201-007"]
    assert cells(site, "MAP-001") == [("patient.csv:A3", "Total")]


def test_an_error_of_the_spreadsheet_program_is_no_value(tmp_path):
    mapping = HEAD + "DM:\n  - {rows: patient, SUBJID: {copy: subject}, AGE: {number: age}, RACE: {copy: race}}\n"
    site, _ = map_text(tmp_path, mapping, patient="no,age,race\n007,#DIV/0!,#REF!\n")
    assert records(site, "DM")[["AGE", "RACE"]].fillna("").values.tolist() == [["", ""]]
    assert cells(site, "RAW-004") == [("patient.csv:B2", "#DIV/0!"), ("patient.csv:C2", "#REF!")]


def test_a_side_by_side_block_that_lost_a_column_is_refused_and_one_that_is_absent_is_not(tmp_path):
    mapping = (
        HEAD
        + """
  visit:
    file: visit.csv
    subject: no
    unpivot: {columns: "v{VISITNUM} {measure}", VISITNUM: ["1", "2", "3"], measures: [date, resp]}
RS:
  - {rows: visit, RSORRES: {copy: resp}, VISITNUM: {copy: VISITNUM}, RSDTC: {date: date}}
"""
    )
    whole = "no,v1 date,v1 resp,v2 date,v2 resp\n007,01/02/2021,PR,03/04/2021,PD\n"
    site, _ = map_text(tmp_path, mapping, patient="no\n007\n", visit=whole)
    assert records(site, "RS")["VISITNUM"].tolist() == [1.0, 2.0]
    with pytest.raises(StudyError, match=r'visit\.csv has no column "v2 date"; did you mean "v2 day"'):
        map_text(tmp_path, mapping, patient="no\n007\n", visit=whole.replace("v2 date", "v2 day"))
