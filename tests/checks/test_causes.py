from __future__ import annotations

import random
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.checks.causes import group_findings
from hcc_sdtm.finding import FINDING_COLUMNS, SEVERITIES, Finding, finding_keys, findings_frame
from hcc_sdtm.source import Source
from hcc_sdtm.spec.rule_table import RuleRow

CELL = "s.xlsx:入组!C22"


def grouped(*findings, **options):
    """For each finding the number of the finding that it is grouped under; None for a lead."""
    frame = findings_frame(findings)
    keys = finding_keys(frame)
    place = {key: number for number, key in enumerate(keys)}
    causes = group_findings(frame, **options)["cause"]
    return [place[cause] if cause else None for cause in causes]


def rule_of_kind(id, kind):
    source = Source("specs/rules/own.csv", line=2)
    return RuleRow(id, "a.b", "error", (), (), kind, (), "", "", (), ("", "", "", ""), source)


def at(rule, severity="error", source=CELL, typed="南", variable="SEX", **fields):
    return Finding(rule, severity, f"{rule} says so", source=source, typed=typed, variable=variable, **fields)


def test_one_wrong_date_of_a_visit_is_one_question_in_data_without_cells():
    def record(number, value="4", subject="S-1", rule="SD-0040 a.b", variable="LBDY", message="makes it 5"):
        return Finding(
            rule, "error", message, dataset="LB", record=number, subject=subject, variable=variable, value=value
        )

    findings = [
        record("1"), record("2"), record("3", value="7"), record("4", subject="S-2"), record("5", message="makes it 6"),
        record("6", value=""), record("7", value=""), record("8", variable="LBORRES"), record("9", variable="LBORRES"),
        record("10", rule="SD-9000 c.d"), record("11", rule="SD-9000 c.d"),
    ]  # fmt: skip
    rules = [rule_of_kind("SD-9000", "unique")]
    assert grouped(*findings, rules=rules) == [None, 0, *[None] * 9]


def test_records_that_repeat_a_key_are_one_question_and_so_is_their_number():
    def record(rule, number, variable, keys="LBTESTCD=AFP LBDTC=2022-01-10", subject="S-1"):
        return Finding(
            rule, "error", "again", dataset="LB", record=number, subject=subject, variable=variable, keys=keys
        )  # fmt: skip

    repeated = [record("SCH-007 a.b", "1", "LBDTC"), record("SCH-007 a.b", "3", "LBDTC")]
    numbers = [record("SD-0086 c.d", "3", "LBSEQ"), record("SD-0086 c.d", "5", "LBSEQ")]
    others = [
        record("SCH-007 a.b", "7", "LBDTC", subject="S-2"),
        record("SCH-007 a.b", "8", "LBDTC", keys="LBTESTCD=ALT"),
    ]
    assert grouped(*repeated, *numbers, *others) == [None, 0, 0, None, None, None]


def test_a_size_that_cannot_be_right_leads_the_responses_that_the_sizes_contradict():
    def finding(rule, record, subject="S-1"):
        return Finding(rule, "warning", "m", dataset=rule[:2], subject=subject, record=record, variable="X")

    found = [
        finding("ADRS-120 response.recomputed", "4"),
        finding("TR-001 lesion.unit-slip", "31"),
        finding("ADRS-121 response.target-recomputed", "5"),
        finding("ADRS-122 response.non-target-recomputed", "6"),
        finding("ADRS-120 response.recomputed", "7", "S-2"),
    ]
    assert grouped(*found) == [1, None, 1, None, None]


def test_a_wrong_death_leads_what_was_measured_after_it():
    death = Finding("DS-001 a.b", "error", "m", dataset="DM", subject="S-1", record="1", variable="DTHDTC")
    after = Finding(
        "ADTR-108 lesion.after-death", "note", "m", dataset="TR", subject="S-1", record="7", variable="TRDTC"
    )
    assert grouped(after, death) == [1, None]


def test_findings_of_one_cell_stand_under_the_step_that_is_nearest_to_it():
    assert grouped(
        at("XPT-003 xpt.text"),
        at("DM-009 sex.again"),
        at("SCH-002 schema.required-missing"),
        at("MAP-013 term.unknown", "warning"),
        at("ADSL-103 adam.not-a-number", variable="AVAL"),
        at("SCH-002 schema.required-missing", source="s.xlsx:入组!C23"),
    ) == [3, 3, 3, None, 3, None]


def test_of_one_step_the_worse_then_the_lower_id_leads():
    assert grouped(at("RS-005 a.b", "warning"), at("RS-007 a.b"), at("RS-006 a.b")) == [2, 2, None]


def test_a_note_leads_notes_only():
    note = at("RAW-025 raw.cell-comment", "note")
    assert grouped(note, at("MAP-013 term.unknown")) == [1, None]
    assert grouped(note, at("MAP-020 x.y", "note"), at("RS-007 a.b", "note")) == [None, None, 0]


def test_the_same_cell_with_another_text_typed_is_another_matter():
    # a file that was sent twice, with a correction in between
    assert grouped(at("MAP-013 term.unknown"), at("SCH-002 a.b", typed="北")) == [None, None]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("labs.csv", [None, None]),  # a file
        ("s.xlsx:入组", [None, None]),  # a sheet
        ("s.xlsx:入组!C", [None, None]),  # a column
        ("mappings/site_101.yaml:14", [None, None]),  # a line
        ("labs.csv:C7", [1, None]),
        ("s.ods:a!b!AA100", [1, None]),
    ],
)
def test_only_a_cell_is_shared(source, expected):
    assert grouped(at("RS-003 a.b", source=source), at("MAP-014 c.d", source=source)) == expected


def test_an_empty_cell_is_shared_by_variables_of_one_family():
    found = [
        at("RS-010 response.undated", typed="", variable="RSDTC"),
        at("SCH-002 schema.required-missing", typed="", variable="RSDTC"),
        at("ADRS-102 response.undated", typed="", variable="ADT"),
        at("RS-020 day.missing", typed="", variable="RSDY"),
        at("RS-030 result.missing", typed="", variable="RSSTRESC"),
        at("RS-031 result.missing", typed="", variable="RSORRES"),
        at("RS-040 category.wrong", typed="", variable="RSCAT"),
    ]
    assert grouped(*found) == [1, None, 1, 1, None, 4, None]


def test_without_a_source_one_record_and_variable_is_one_matter():
    found = [
        Finding("SCH-003 a.b", "error", "m", dataset="AE", record="5", variable="AESEV"),
        Finding("AE-001 c.d", "error", "m", dataset="AE", record="5", variable="AESEV"),
        Finding("AE-001 c.d", "error", "m", dataset="AE", record="6", variable="AESEV"),
        Finding("AE-002 c.d", "error", "m", dataset="AE", record="5", variable="AESER"),
        Finding("AE-003 label.wrong", "error", "m", dataset="AE", variable="AESEV"),
        Finding("AE-004 type.wrong", "error", "m", dataset="AE", variable="AESEV"),
    ]
    assert grouped(*found) == [None, 0, None, None, None, None]


def test_what_speaks_of_a_whole_column_neither_leads_nor_follows_at_its_first_cell():
    found = [at("XPT-005 xpt.ascii", "warning"), at("MAP-003 column.unused", "note"), at("RS-003 a.b")]
    assert grouped(*found) == [None, None, None]


def test_a_column_that_is_not_there_leads_all_that_is_said_of_it():
    missing = Finding("SCH-001 schema.missing-column", "warning", "RS has no RSEVAL", dataset="RS", variable="RSEVAL")
    found = [
        Finding("RS-050 a.b", "error", "m", dataset="RS", record="1", variable="RSEVAL"),
        Finding("DEF-001 a.b", "error", "m", dataset="RS", variable="RSEVAL"),
        Finding("RS-050 a.b", "error", "m", dataset="RS", record="1", variable="RSDTC"),
        Finding("TR-050 a.b", "error", "m", dataset="TR", record="1", variable="RSEVAL"),
    ]
    assert grouped(missing, *found) == [None, 0, 0, None, None]
    # a rule of the study's own that says the same
    own = Finding("ST-900 column.missing", "error", "m", dataset="RS", variable="RSEVAL")
    assert grouped(own, *found, rules=[rule_of_kind("ST-900", "column")]) == [None, 0, 0, None, None]


def test_a_contradicted_order_of_a_column_leads_the_dates_of_that_column():
    found = [
        at(
            "MAP-019 date.order-contradicted", source="site_103/afp.csv:F2", variable="outside_date", typed="18/08/2021"
        ),
        at("MAP-012 date.ambiguous", source="site_103/afp.csv:F9", variable="LBDTC", typed="05/06/2023"),
        at("MAP-012 date.ambiguous", source="site_103/afp.csv:G9", variable="LBDTC", typed="05/06/2023"),
        at("ADTTE-101 x.y", source="site_103/afp.csv:F9", variable="ADT", typed="05/06/2023"),
    ]
    assert grouped(*found) == [None, 0, None, 0]


def test_a_row_that_was_left_out_leads_the_records_that_are_missing():
    left_out = Finding(
        "MAP-004 row.key-repeated", "error", "m", table="enrolment", subject="102-009", source="e.csv:A20"
    )
    lacks = Finding(
        "DM-002 subject.not-in-treatment", "warning", "m", dataset="DM", subject="RTHCC-102-009", variable="USUBJID",
        expected="a record of EX with EXCAT RADIOTHERAPY", source="e.csv:A10", typed="009",
    )  # fmt: skip
    other = Finding(
        "DM-002 subject.not-in-treatment", "warning", "m", dataset="DM", subject="RTHCC-102-019", variable="U"
    )
    assert grouped(left_out, lacks, other) == [None, 0, None]
    own = replace(lacks, rule="ST-901 treatment.missing")
    assert grouped(left_out, own) == [None, None]
    assert grouped(left_out, own, rules=[rule_of_kind("ST-901", "has-record")]) == [None, 0]
    of_dataset = Finding(
        "MAP-022 row.no-block-takes-it", "error", "m", dataset="LB", subject="102-009", source="l.csv:B3"
    )
    assert grouped(of_dataset, lacks) == [None, None]
    of_treatment = Finding(
        "MAP-022 row.no-block-takes-it", "error", "m", dataset="EX", subject="102-009", source="x.csv:B3"
    )
    assert grouped(of_dataset, of_treatment, lacks) == [None, None, 1]


@pytest.mark.parametrize("rule", ["DM-003 subject.duplicate", "SCH-007 schema.duplicate-key"])
def test_a_subject_twice_in_dm_leads_what_is_looked_up_there(rule):
    twice = Finding(rule, "error", "m", dataset="DM", subject="S-1", record="2", variable="USUBJID")
    found = [
        Finding("AE-010 day.wrong", "error", "m", dataset="AE", subject="S-1", record="1", variable="AESTDY"),
        Finding("RS-003 a.b", "error", "after death in DM", dataset="RS", subject="S-1", record="2", variable="RSDTC"),
        Finding("SCH-007 schema.duplicate-key", "error", "m", dataset="ADSL", subject="S-1", record="2"),
        Finding("AE-010 day.wrong", "error", "m", dataset="AE", subject="S-2", record="1", variable="AESTDY"),
        Finding("AE-011 term.wrong", "error", "m", dataset="AE", subject="S-1", record="1", variable="AESEV"),
        Finding("SCH-003 a.b", "error", "m", dataset="DM", subject="S-1", record="2", variable="SEX"),
    ]
    assert grouped(twice, *found) == [None, 0, 0, 0, None, None, None]


def test_a_constant_of_the_mapping_that_is_wrong_is_one_matter_a_site():
    def constant(row, **fields):
        place = {"source": f"s.xlsx:入组!A{row}", "typed": "", "record": str(row), "dataset": "RS", "site": "101"}
        return Finding(
            "RS-060 evaluator.unknown",
            "error",
            **({"message": "m"} | place | {"variable": "RSEVAL", "value": "ME"} | fields),
        )

    found = [
        constant(2),
        constant(3),
        constant(4, site="102"),
        constant(5, value="YOU"),
        constant(6, typed="ME"),
        constant(7, message="another"),
        constant(8, value=""),
        constant(9, source=""),
        constant(3, subject="S-2"),
    ]
    assert grouped(*found) == [None, 0, None, None, None, None, None, None, 0]


def test_a_lead_of_a_lead_leads_all_of_them():
    found = [
        Finding("SCH-001 schema.missing-column", "error", "m", dataset="RS", variable="RSDTC"),
        at("SCH-005 a.b", dataset="RS", variable="RSDTC", typed="x"),
        at("ADRS-102 a.b", dataset="ADRS", variable="ADT", typed="x"),
    ]
    assert grouped(*found) == [None, 0, 0]


def test_no_finding_is_no_group():
    frame = group_findings(findings_frame())
    assert (list(frame), len(frame)) == ([*FINDING_COLUMNS, "key"], 0)


RULES = [
    "RAW-025 raw.x", "MAP-004 row.x", "MAP-013 term.x", "MAP-019 date.x", "MAP-012 date.x", "SCH-001 schema.x",
    "SCH-007 schema.x", "DM-001 subject.x", "DM-002 subject.x", "DM-003 subject.x", "RS-003 response.x", "XPT-005 x.y",
]  # fmt: skip
ANY = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(RULES),
        severity=st.sampled_from(SEVERITIES),
        message=st.sampled_from(["m", "no record in DM", "no record of EX"]),
        dataset=st.sampled_from(["", "DM", "RS", "ADSL"]),
        subject=st.sampled_from(["", "S-1", "1", "S-2"]),
        record=st.sampled_from(["", "1", "2"]),
        variable=st.sampled_from(["", "RSDTC", "RSDY", "SEX"]),
        source=st.sampled_from(["", "a.csv", "a.csv:C7", "a.csv:C8", "b.xlsx:S!C7"]),
        typed=st.sampled_from(["", "x", "y"]),
    ),
    max_size=25,
)


@given(ANY, st.integers(0, 9))
def test_grouping_keeps_every_finding_and_every_cause_is_a_lead(findings, seed):
    frame = findings_frame(findings)
    result = group_findings(frame)
    pd.testing.assert_frame_equal(result.drop(columns=["cause", "key"]), frame.drop(columns="cause"))
    keys = finding_keys(frame)
    assert result["key"].tolist() == keys.tolist()
    leads = set(keys[(result["cause"] == "").to_numpy()])
    assert set(result["cause"]) - {""} <= leads
    severity = dict(zip(keys, frame["severity"], strict=True))
    for cause, own in zip(result["cause"], frame["severity"], strict=True):
        assert not cause or own == "note" or severity[cause] != "note"
    # neither the order of the rows nor what was grouped before matters
    assert group_findings(result)["cause"].tolist() == result["cause"].tolist()
    order = list(range(len(frame)))
    random.Random(seed).shuffle(order)
    shuffled = group_findings(frame.iloc[order])
    columns = list(FINDING_COLUMNS)
    assert sorted(map(tuple, shuffled[columns].to_numpy())) == sorted(map(tuple, result[columns].to_numpy()))


def test_values_of_two_records_in_one_file_without_cells_are_two_facts_and_each_leads_its_record():
    def record(rule, number):
        return Finding(
            rule, "error", "is no number", dataset="DM", record=number, subject=f"S-{number}", variable="AGE",
            value="x" if rule == "REC-006" else "", source="dm.csv" if rule == "REC-006" else "",
        )  # fmt: skip

    assert grouped(record("REC-006", "2"), record("REC-006", "3"), record("SD-0224", "3")) == [None, None, 1]
