"""What a condition cannot compare, and whether it decides."""

import pytest

from tests.mapping.site import cells, map_text, records

HEAD = """site: "201"
missing: ["", "-"]
dates: {order: ymd}
identifying: born
tables:
  t: {file: t.csv, subject: no}
"""
TABLE = "no,kind,seen,dose,born\n1,a,2021-05-05,6,1950\n2,a,2021,6 mg,x\n3,b,junk,>6,1960-01-01\n4,a,-,,\n"


def map_when(tmp_path, *conditions):
    blocks = "".join(f"  - {{rows: t, when: {each}, RSORRES: {{copy: kind}}}}\n" for each in conditions)
    return map_text(tmp_path, f"{HEAD}RS:\n{blocks}", t=TABLE)[0]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("{seen: {after: 2021-01-01}}", [("t.csv:C3", "2021"), ("t.csv:C4", "junk")]),
        ("{dose: {above: 5}}", [("t.csv:D3", "6 mg"), ("t.csv:D4", ">6")]),
        ("{kind: {equals: a}, dose: {above: 5}}", [("t.csv:D3", "6 mg")]),
        ("{any: [{kind: {equals: a}}, {dose: {above: 5}}]}", [("t.csv:D4", ">6")]),
        ("{kind: {equals: b}, not: {dose: {above: 5}}}", [("t.csv:D4", ">6")]),
        ("{dose: {in: [6 mg]}, seen: present}", []),
        ("{born: {before: 1970-01-01}}", [("t.csv:E2", ""), ("t.csv:E3", "")]),
    ],
)
def test_a_text_that_decides_and_cannot_be_compared_is_a_finding_at_its_cell(tmp_path, condition, found):
    site = map_when(tmp_path, condition)
    assert cells(site, "MAP-070") == found
    messages = site.findings["message"][site.findings["rule"].str.startswith("MAP-070")]
    assert not messages.str.contains("1950|x,").any()


def test_several_conditions_on_one_cell_say_it_once(tmp_path):
    site = map_when(tmp_path, "{dose: {above: 5}}", "{dose: {below: 6}}", "{kind: {equals: b}, dose: {below: 1}}")
    assert cells(site, "MAP-070") == [("t.csv:D3", "6 mg"), ("t.csv:D4", ">6")]
    assert records(site, "RS")["SUBJID"].tolist() == ["1"]


def test_a_rule_of_one_alternative_says_it_too(tmp_path):
    rule = "RSORRES: {first_of: [{copy: kind, when: {dose: {above: 5}}}, {constant: none}]}"
    site = map_text(tmp_path, f"{HEAD}RS:\n  - rows: t\n    {rule}\n", t=TABLE)[0]
    assert records(site, "RS")["RSORRES"].tolist() == ["a", "none", "none", "none"]
    assert cells(site, "MAP-070") == [("t.csv:D3", "6 mg"), ("t.csv:D4", ">6")]
