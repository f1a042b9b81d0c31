"""Findings of reading, with the subject of the row that they stand at."""

from __future__ import annotations

from hcc_sdtm.finding import finding_keys
from tests.mapping.site import map_text

MAPPING = """
site: "7"
identifying: [name]
subjects: {pattern: "S[0-9]+"}
tables:
  t: {file: t.csv, subject: no}
DM:
  - rows: t
    SUBJID: {copy: subject}
    AGE: {number: age}
"""
HEADER = "no,name,age,other\n"


def found(folder, text, rule, mapping=MAPPING):
    site, _ = map_text(folder, mapping, t=HEADER + text)
    of_rule = site.findings[site.findings["rule"].str.startswith(rule)].reset_index(drop=True)
    return of_rule.assign(key=finding_keys(of_rule))


def test_a_cell_that_cannot_be_read_is_its_subjects(tmp_path):
    findings = found(tmp_path, "S1,A,#REF!,\nS2,B,50,#REF!\n,C,#REF!,\n", "RAW-004")
    assert sorted(findings[["source", "site", "subject", "keys"]].to_numpy().tolist()) == [
        ["t.csv:C2", "7", "S1", "COLUMN=age"],
        ["t.csv:C4", "", "", ""],  # a row that is nobody's
        ["t.csv:D3", "7", "S2", "COLUMN=other"],
    ]


def test_mending_the_cell_above_changes_no_other_key(tmp_path):
    before = found(tmp_path, "S1,A,#REF!,\nS2,B,#REF!,\n", "RAW-004").set_index("subject")["key"]
    after = found(tmp_path, "S0,Z,40,\nS1,A,41,\nS2,B,#REF!,\n", "RAW-004").set_index("subject")["key"]
    assert before["S1"] != before["S2"]
    assert after.to_dict() == {"S2": before["S2"]}


def test_the_header_of_an_identifying_column_is_told_where_the_mapping_names_it(tmp_path):
    findings = found(tmp_path, "S1,#REF!,1,\n", "RAW-004")
    assert findings[["subject", "keys"]].to_numpy().tolist() == [["S1", "COLUMN=name"]]


def test_a_row_of_two_subjects_is_nobodys(tmp_path):
    mapping = MAPPING.replace("DM:", "  u: {file: t.csv, subject: other}\nDM:")
    findings = found(tmp_path, "S1,A,#REF!,S2\nS3,B,#REF!,S3\n", "RAW-004", mapping)
    assert findings["subject"].tolist() == ["", "S3"]


def test_a_row_sent_twice_is_its_subjects(tmp_path):
    findings = found(tmp_path, "S1,A,1,\nS2,B,2,\nS2,B,2,\nS1,A,1,\n", "MAP-002")
    assert findings[["subject", "source"]].to_numpy().tolist() == [["S2", "t.csv:A4"], ["S1", "t.csv:A5"]]
    assert findings["key"].is_unique
