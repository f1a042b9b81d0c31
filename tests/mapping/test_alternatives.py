"""first_of: which source gives a value, and whether the others agree."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.mapping.rules.alternatives import disagreeing
from tests.mapping.site import cells, map_text, records

HEAD = """
site: "201"
missing: ["", NK]
dates: {order: dmy}
tables:
  patient: {file: patient.csv, subject: no}
  death: {file: death.csv, subject: no}
"""


def rules(*lines):
    return HEAD + "DM:\n  - rows: patient\n    SUBJID: {copy: subject}\n" + "".join(f"    {line}\n" for line in lines)


DEATH = "DTHDTC: {first_of: [{date: died}, {lookup: {table: death, give: {date: died, time: at}}}, {date: noted}]}"


def map_death(tmp_path, patient, death, rule=DEATH):
    """Columns no, died, noted of patient.csv, and no, died, at of death.csv, row by row."""
    files = {
        "patient": "no,died,noted\n" + "".join(f"{row}\n" for row in patient),
        "death": "no,died,at\n" + "".join(f"{row}\n" for row in death),
    }
    site, lineage = map_text(tmp_path, rules(rule), **files)
    return site, lineage


def said(site):
    """Rule, severity, cell and message of every finding."""
    found = site.findings.sort_values(["rule", "source"])
    return [
        (rule[:7], severity, source, message)
        for rule, severity, source, message in zip(
            found["rule"], found["severity"], found["source"], found["message"], strict=True
        )
    ]


def test_a_later_source_that_says_otherwise_is_a_warning_at_its_cell(tmp_path):
    site, _ = map_death(tmp_path, ["1,05/03/2021,05/03/2021", "2,,08/03/2021"], ["1,06/03/2021,", "2,07/03/2021,"])
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-03-05", "2021-03-07"]
    assert said(site) == [
        (
            "MAP-048",
            "warning",
            "death.csv:B2",
            '"06/03/2021" (2021-03-06) here, but "05/03/2021" (2021-03-05) at patient.csv:B2, which is taken',
        ),
        (
            "MAP-048",
            "warning",
            "patient.csv:C3",
            '"08/03/2021" (2021-03-08) here, but "07/03/2021" (2021-03-07) at death.csv:B3, which is taken',
        ),
    ]
    assert site.findings[["subject", "dataset", "variable"]].values.tolist() == [
        ["1", "DM", "DTHDTC"],
        ["2", "DM", "DTHDTC"],
    ]
    assert site.frames["DM"][0]["_branch:DTHDTC"].tolist() == [0, 1]


def test_disagreement_may_be_declared_to_be_known(tmp_path):
    rule = DEATH.replace("{first_of:", "{disagree: ignore, first_of:")
    site, _ = map_death(tmp_path, ["1,05/03/2021,"], ["1,06/03/2021,"], rule)
    assert site.findings.empty


@pytest.mark.parametrize("later", ["05/03/2021", "03/2021", "2021", "UN/03/2021", "NK", ""])
def test_a_less_precise_date_that_agrees_as_far_as_it_goes_is_no_disagreement(tmp_path, later):
    site, _ = map_death(tmp_path, [f"1,05/03/2021,{later}"], [f"1,{later},"])
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-03-05"]
    assert site.findings.empty


@pytest.mark.parametrize("first", ["03/2021", "2021"])
def test_a_more_precise_later_date_that_agrees_changes_nothing_and_is_no_disagreement(tmp_path, first):
    site, _ = map_death(tmp_path, [f"1,{first},"], ["1,05/03/2021,"])
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-03" if "/" in first else "2021"]
    assert site.findings.empty


@pytest.mark.parametrize("later", ["04/2021", "2020", "UN/04/2021"])
def test_a_less_precise_date_that_cannot_be_the_same_is(tmp_path, later):
    site, _ = map_death(tmp_path, [f"1,05/03/2021,{later}"], ["1,NK,"])
    assert cells(site, "MAP-048") == [("patient.csv:C2", later)]


def test_how_often_each_source_gave_the_value_is_settled(tmp_path):
    site, _ = map_death(tmp_path, ["1,05/03/2021,", "2,,", "3,,01/01/2021", "4,,"], ["2,06/03/2021,", "3,,"])
    fact = site.settled[site.settled["fact"] == "source of DTHDTC"]
    assert fact[["table", "value", "how", "evidence"]].values.tolist() == [
        [
            "patient",
            "branch 1 (died): 1, branch 2 (death: died): 1, branch 3 (noted): 1, none: 1",
            "declared",
            "mappings/site.yaml:11",
        ]
    ]


def test_an_unreadable_text_in_a_source_that_is_not_needed_is_a_warning_and_otherwise_an_error(tmp_path):
    site, _ = map_death(tmp_path, ["1,05/03/2021,soon", "2,later,06/03/2021", "3,never,31/02/2021"], ["1,maybe,"])
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-03-05", "2021-03-06", ""]
    assert [finding[:3] for finding in said(site)] == [
        ("MAP-010", "warning", "death.csv:B2"),
        ("MAP-010", "warning", "patient.csv:B3"),
        ("MAP-010", "error", "patient.csv:B4"),
        ("MAP-010", "warning", "patient.csv:C2"),
        ("MAP-011", "error", "patient.csv:C4"),
    ]


def test_what_becomes_of_the_value_is_said_as_it_is(tmp_path):
    rule = "AGE: {first_of: [{number: died}, {number: noted}]}"
    site, _ = map_death(tmp_path, ["1,sixty,61", "2,sixty,"], [], rule)
    assert [finding[3] for finding in said(site) if finding[0] == "MAP-014"] == [
        '"sixty" is not a number; the value is taken from another source',
        '"sixty" is not a number; the value is left missing',
    ]


def test_a_time_of_day_that_the_source_taken_uses_is_no_time_without_a_day(tmp_path):
    rule = "DTHDTC: {first_of: [{date: died, time: noted}, {date: born, time: noted}]}"
    patient = "no,died,noted,born\n1,,14:30,05/03/2021\n2,06/03/2021,09:15,\n3,,10:00,\n4,,x,07/03/2021\n"
    site, _ = map_text(tmp_path, rules(rule), patient=patient, death="no,died,at\n")
    assert records(site, "DM")["DTHDTC"].tolist() == ["2021-03-05T14:30", "2021-03-06T09:15", "", "2021-03-07"]
    assert [finding[:3] for finding in said(site) if finding[0] != "MAP-007"] == [
        ("MAP-029", "error", "patient.csv:C5"),
        ("MAP-030", "warning", "patient.csv:C4"),
    ]


def test_a_time_of_day_that_no_source_uses_is_still_said(tmp_path):
    rule = "DTHDTC: {first_of: [{date: died, time: noted}, {date: born}]}"
    site, _ = map_text(
        tmp_path, rules(rule), patient="no,died,noted,born\n1,,14:30,05/03/2021\n", death="no,died,at\n1,,\n"
    )
    assert cells(site, "MAP-030") == [("patient.csv:C2", "14:30")]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("SEX: {first_of: [{term: sex, map: {Kvinna: F}}, {copy: sex}]}", "Okänd"),
        ("SEX: {first_of: [{copy: sex}, {term: sex, map: {Kvinna: F}}]}", "Okänd"),
        ("SEX: {first_of: [{split: sex, separator: '/', part: 1}, {copy: sex}]}", "Okänd"),
    ],
)
def test_one_cell_read_twice_does_not_contradict_itself(tmp_path, rule, value):
    site, _ = map_text(tmp_path, rules(rule), patient="no,sex\n1,Okänd\n2,Kvinna\n", death="no,died,at\n1,,\n")
    assert records(site, "DM")["SEX"].tolist()[0] == value
    assert not cells(site, "MAP-048")
    # what no term covers is said where a term was asked for first, and not where the text was enough
    expected = [("patient.csv:B2", "Okänd")] if rule.startswith("SEX: {first_of: [{term") else []
    assert cells(site, "MAP-013") == expected


def test_a_constant_is_no_source(tmp_path):
    rule = "SEX: {first_of: [{constant: M, when: {a: present}}, {term: b, map: {man: M, woman: F}}, {constant: U}]}"
    site, _ = map_text(tmp_path, rules(rule), patient="no,a,b\n1,x,woman\n2,,woman\n3,,\n", death="no,died,at\n1,,\n")
    assert records(site, "DM")["SEX"].tolist() == ["M", "F", "U"]
    assert site.findings[site.findings["rule"].str.startswith("MAP-048")].empty


def test_terms_are_compared_as_terms_and_numbers_as_numbers(tmp_path):
    rules_ = (
        "SEX: {first_of: [{term: a, map: {man: M}}, {term: b, map: {Mann: M, Frau: F}}]}",
        "AGE: {first_of: [{number: c}, {number: d}, {copy: e}]}",
    )
    patient = "no,a,b,c,d,e\n1,man,Mann,60,60.0,060\n2,man,Frau,60,61,6.0e1\n"
    site, _ = map_text(tmp_path, rules(*rules_), patient=patient, death="no,died,at\n1,,\n")
    assert cells(site, "MAP-048") == [("patient.csv:C3", "Frau"), ("patient.csv:E3", "61")]


def test_a_finding_of_a_looked_up_row_is_said_once_and_as_hard_as_the_worst_case(tmp_path):
    # two rows look up the one death row; for the first another source has the date
    mapping = HEAD.replace("patient: {", "visit: {file: visit.csv, subject: no}\n  patient: {")
    mapping += (
        "RS:\n  - rows: visit\n    RSDTC: {first_of: [{date: seen}, {lookup: {table: death, give: {date: died}}}]}\n"
    )
    files = {"visit": "no,seen\n1,05/03/2021\n1,NK\n", "death": "no,died\n1,soon\n", "patient": "no\n1\n"}
    site, _ = map_text(tmp_path, mapping, **files)
    assert [finding[:3] for finding in said(site) if finding[0] == "MAP-010"] == [("MAP-010", "error", "death.csv:B2")]


@pytest.mark.parametrize(
    ("first", "second", "kind", "apart"),
    [
        ("M", "m", "text", False),
        ("Ｍ", "M", "text", False),
        ("5", "5.0", "text", False),
        ("5", "5.1", "text", True),
        ("0.1", "1e-1", "text", False),
        ("007", "7", "text", True),
        ("007", "7", "number", False),
        ("007", "8", "number", True),
        ("A1", "A2", "text", True),
        ("2021-03-05", "2021-03", "date", False),
        ("2021---05", "2021-03-05", "date", False),
        ("2021---05", "2021-03-06", "date", True),
        ("2021-03-05T10:00", "2021-03-05", "date", False),
        ("2021-03-05T10:00", "2021-03-05T10:00:30", "date", False),
        ("2021-03-05T10:00", "2021-03-05T10:01", "date", True),
        ("2021-03-05T10:00", "2021-03-06", "date", True),
        ("05/03/2021", "2021-03-05", "date", True),
    ],
)
def test_what_can_be_the_same(first, second, kind, apart):
    for one, other in ((first, second), (second, first)):
        found = disagreeing(np.array([one], dtype=object), np.array([other], dtype=object), kind)
        assert found.tolist() == [apart]


TEXTS = {
    "": "",
    "05/03/2021": "2021-03-05",
    "03/2021": "2021-03",
    "06/03/2021": "2021-03-06",
    "soon": "",
    "31/02/2021": "",
}


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.sampled_from(sorted(TEXTS))] * 3), min_size=1, max_size=6))
def test_the_first_value_is_taken_and_every_cell_is_either_right_or_in_one_finding(rows):
    mapping = HEAD.split("  death:")[0].replace("subject: no", "subject: no, ignore: [nr]")
    mapping += "DM:\n  - rows: patient\n    SUBJID: {copy: subject}\n"
    mapping += "    DTHDTC: {first_of: [{date: a}, {date: b}, {date: c}]}\n"
    lines = [f"{number},{number},{','.join(row)}\n" for number, row in enumerate(rows, 1)]
    with tempfile.TemporaryDirectory() as folder:
        site, _ = map_text(Path(folder), mapping, patient="no,nr,a,b,c\n" + "".join(lines))
    values = [[TEXTS[text] for text in row] for row in rows]
    taken = [next(filter(None, row), "") for row in values]
    assert records(site, "DM")["DTHDTC"].tolist() == taken
    expected = {}
    for number, (row, read, value) in enumerate(zip(rows, values, taken, strict=True), 2):
        winner = read.index(value) if value else -1
        for at, text in enumerate(row):
            cell = f"patient.csv:{'CDE'[at]}{number}"
            if text and not read[at]:
                expected[cell] = "error" if winner < 0 else "warning"
            elif at > winner >= 0 and text and not (value.startswith(read[at]) or read[at].startswith(value)):
                expected[cell] = "warning"
    found = site.findings
    assert found["source"].is_unique
    assert dict(zip(found["source"], found["severity"], strict=True)) == expected
