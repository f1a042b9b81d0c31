from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.checks.causes import group_findings
from hcc_sdtm.finding import SEVERITIES, Finding, findings_frame
from hcc_sdtm.outputs.finding_groups import as_registered
from hcc_sdtm.outputs.findings_text import render_findings_text

OUTCOMES = pd.DataFrame([("RS-003 a.b", "fail", "", 1)], columns=["rule", "outcome", "reason", "findings"])


def render(*findings, limit=20, waived=()):
    frame = as_registered(group_findings(findings_frame(findings)))
    frame.loc[list(waived), ["status", "waiver"]] = ["waived", "confirmed (Li, 2024-01-01)"]
    return render_findings_text(frame, OUTCOMES, limit).splitlines()


def after_death(subject, source="", **fields):
    place = {"dataset": "RS", "variable": "RSDTC", "typed": "x", "source": source}
    return Finding("RS-003 response.after-death", "error", "after death", subject=subject, **(place | fields))


def test_counts_leads_at_their_cells_and_the_line_about_the_rules():
    lines = render(
        after_death("S-1", "r.csv:E9"),
        Finding("RS-007 a.b", "note", "outside", subject="S-1", source="r.csv:E9", typed="x"),
        Finding("MAP-019 a.b", "warning", "order", table="visit"),
        Finding("RAW-003 raw.hidden-column", "note", "hidden", source="r.csv"),
    )
    assert lines == [
        "Findings: 1 error, 1 warning, 2 notes",
        "  r.csv:E9: error RS-003 response.after-death S-1 RSDTC: after death",
        "    and 1 more from this cell: RS-007",
        "  visit: warning MAP-019 a.b: order",
        "1 rule: 0 passed, 1 failed, 0 could not be evaluated",
    ]


def test_an_error_under_a_warning_is_said_and_stands_among_the_errors():
    lines = render(
        Finding("MAP-013 term.unknown", "warning", "no term", source="r.csv:E9", typed="x", table="patient"),
        Finding("SCH-002 a.b", "error", "no value", source="r.csv:E9", typed="x", dataset="DM"),
        Finding("AE-001 a.b", "warning", "another", dataset="AE"),
    )
    assert lines[:4] == [
        "Findings: 1 error, 2 warnings, 0 notes",
        "  r.csv:E9: warning MAP-013 term.unknown: no term",
        "    and 1 more error from this cell: SCH-002",
        "  AE: warning AE-001 a.b: another",
    ]


def test_of_several_under_one_the_errors_are_counted():
    others = [
        Finding(rule, severity, "m", source="r.csv:E9", typed="x", dataset="DM")
        for rule, severity in (("SCH-002 a.b", "error"), ("DM-020 a.b", "warning"), ("DM-021 a.b", "error"))
    ]
    lead = Finding("MAP-013 term.unknown", "error", "no term", source="r.csv:E9", typed="x")
    assert render(lead, *others)[2] == "    and 3 more from this cell, 2 of them errors: DM-021, SCH-002, DM-020"


def test_of_one_rule_three_are_shown_and_the_others_counted():
    many = [after_death(f"S-{number}", f"r.csv:E{number}") for number in range(10, 17)]
    lines = render(*many, Finding("SS-001 a.b", "error", "m", dataset="SS"))
    assert [line.split(" ")[6] for line in lines[1:4]] == ["S-10", "S-11", "S-12"]
    assert lines[4:6] == ["    and 4 more of rule RS-003 response.after-death", "  SS: error SS-001 a.b: m"]
    lines = render(*many, Finding("SS-001 a.b", "error", "m", dataset="SS"), limit=2)
    assert lines[3:5] == ["    and 5 more of rule RS-003 response.after-death", "  .. and 1 finding of 1 other rule"]
    assert render(*many, limit=0)[1] == "  .. and 7 findings of 1 other rule"


def test_a_waived_finding_is_counted_apart_with_who_waived_it_and_hides_nothing_of_its_cell():
    lead = Finding("MAP-013 term.unknown", "error", "no term", source="r.csv:E9", typed="x")
    lines = render(lead, after_death("S-1", "r.csv:E9"), waived=[0])
    assert lines == [
        "Findings: 1 error, 0 warnings, 0 notes; 1 waived",
        "  r.csv:E9: error RS-003 response.after-death S-1 RSDTC: after death",
        "  waived: 1, confirmed (Li, 2024-01-01)",
        "1 rule: 0 passed, 1 failed, 0 could not be evaluated",
    ]


def test_no_findings_and_no_outcomes():
    assert render_findings_text(findings_frame()) == "Findings: 0 errors, 0 warnings, 0 notes"


@pytest.mark.parametrize("limit", [0, 1, 5, 100])
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(SEVERITIES), st.integers(1, 3)), max_size=20))
def test_the_numbers_add_up_to_all_that_are_worse_than_a_note(limit, rows):
    findings = [
        Finding(f"R-{rule:03} a.b", severity, "m", subject=f"S-{number}", source=f"r.csv:E{row}", typed="x")
        for number, (rule, severity, row) in enumerate(rows)
    ]
    frame = as_registered(group_findings(findings_frame(findings)))
    lines = render_findings_text(frame, limit=limit).splitlines()[1:]
    shown = [line for line in lines if line.startswith("  r.csv")]
    assert len(shown) <= limit
    of_group = [int(line.split()[1]) for line in lines if " from this " in line]
    more = [int(line.split()[1]) for line in lines if "more of rule" in line]
    others = [int(line.split()[2]) for line in lines if line.startswith("  ..")]
    leads = len(shown) + sum(more) + sum(others)
    worst = frame.assign(group=frame["cause"].where(frame["cause"] != "", frame["key"])).groupby("group")["severity"]
    assert leads == sum(bool(set(severities) & {"error", "warning"}) for _, severities in worst)
    assert sum(of_group) <= len(frame) - leads


def test_a_record_of_a_file_without_cells_is_told_beside_the_file():
    lines = render(after_death("S-1", "dm.csv", record="7"), after_death("S-2", "r.csv:E9", record="8"))
    assert [line.split(": error")[0] for line in lines[1:3]] == ["  dm.csv, RS record 7", "  r.csv:E9"]


def test_what_would_command_a_terminal_or_break_a_line_is_not_printed():
    message = 'value "\x1b[31mred\x07\x9b2J\u202eabc" and "two\r\nlines\u2028more"'
    lines = render(Finding("RS-003 a.b", "error", message, source="a\nb.csv:A1"))
    assert (
        lines[1] == '  a b.csv:A1: error RS-003 a.b: value "\ufffd[31mred\ufffd\ufffd2J\ufffdabc" and "two lines more"'
    )
    assert len(lines) == 3
