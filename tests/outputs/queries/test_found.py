"""Findings to questions: which are asked, of whom, and how many are one."""

import pandas as pd
import pytest

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.outputs.queries.found import as_found, find_questions, parse_cell
from hcc_sdtm.source import Source

OWNERS = {"a.xlsx": ["101"], "b.csv": ["102"], "both.csv": ["101", "102"]}
FILES = sorted(OWNERS, key=len, reverse=True)


def found(*rows):
    """A findings table as findings.csv has it: rule, source, then further fields by name."""
    findings = [
        Finding(f"{rule} x.y", **({"severity": "error", "message": "m", "source": source} | fields))
        for rule, source, fields, _ in rows
    ]
    extra = pd.DataFrame([more for *_, more in rows])
    frame = findings_frame(findings)
    frame["key"] = [f"k{number}" for number in range(len(rows))]
    frame["status"] = extra["status"].fillna("") if "status" in extra else ""
    return frame


def row(rule, source, status="", **fields):
    return rule, source, fields, {"status": status}


def questions(*rows, sites=("101", "102"), kinds=None):
    return find_questions(found(*rows), OWNERS, sites, kinds or {})


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a.xlsx:入组!C7", Source("a.xlsx", "入组", 7, 3)),
        ("a.xlsx:odd!name!AB12", Source("a.xlsx", "odd!name", 12, 28)),
        ("b.csv:A1", Source("b.csv", "", 1, 1)),
        ("b.csv", None),
        ("b.csv:C", None),
        ("a.xlsx:入组!15", None),
        ("mappings/site_101.yaml:14", None),
        ("", None),
    ],
)
def test_a_source_is_a_cell_or_none(text, cell):
    assert parse_cell(text, FILES) == cell


def test_a_file_whose_name_begins_another_is_not_taken_for_it():
    assert parse_cell("a.xlsx:b.csv:C7", ["a.xlsx:b.csv", "a.xlsx"]) == Source("a.xlsx:b.csv", "", 7, 3)


def test_notes_waived_findings_and_what_no_site_can_answer_are_left_out():
    asked, left_out = questions(
        row("MAP-010", "a.xlsx:S!C7", site="101"),
        row("MAP-003", "a.xlsx:S!C8", site="101", severity="note"),
        row("MAP-010", "a.xlsx:S!C9", site="101", status="waived"),
        row("XPT-003", "a.xlsx:S!C10", site="101"),
        row("MAP-010", "mappings/site_101.yaml:4", site="101"),
        row("SD-0007", "a.xlsx:S!C11", site="101"),
        kinds={"SD-0007": "max-bytes"},
    )
    assert [str(question.cell) for question in asked] == ["a.xlsx:S!C7"]
    assert left_out == {"waived": 1, "not for a site to answer": 2, "at no cell of a site's file": 1}


def test_a_finding_without_a_site_is_that_of_the_one_who_reads_the_file():
    asked, left_out = questions(row("RAW-005", "b.csv:C7"), row("RAW-005", "both.csv:C7"))
    assert [(question.site, str(question.cell)) for question in asked] == [("102", "b.csv:C7")]
    assert left_out == {"in a file of several sites, and nothing tells whose it is": 1}


def test_no_site_is_shown_a_cell_of_a_file_of_another():
    asked, left_out = questions(row("MAP-010", "b.csv:C7", site="101"), row("MAP-010", "both.csv:C8", site="101"))
    assert [str(question.cell) for question in asked] == ["both.csv:C8"]
    assert left_out == {"in a file of another site": 1}


def test_only_the_wanted_sites_are_asked():
    asked, _ = questions(
        row("MAP-010", "a.xlsx:S!C7", site="101"), row("MAP-010", "b.csv:C7", site="102"), sites=("102",)
    )
    assert [question.site for question in asked] == ["102"]


def test_findings_of_one_cell_are_one_question_and_what_only_follows_is_not_told():
    asked, _ = questions(
        row("SCH-002", "a.xlsx:S!C7", site="101", variable="SEX"),
        row("MAP-013", "a.xlsx:S!C7", site="101", variable="SEX"),
        row("SCH-002", "a.xlsx:S!C7", site="101", variable="RACE"),
        row("DT-002", "a.xlsx:S!C7", site="101", severity="warning", variable="SEX"),
    )
    assert len(asked) == 1
    assert asked[0].first["rule"] == "MAP-013 x.y"
    assert asked[0].keys == ("k1", "k0", "k2", "k3")
    assert [(other["rule"], other["variable"]) for other in asked[0].others] == [
        ("SCH-002 x.y", "RACE"),
        ("DT-002 x.y", "SEX"),
    ]


def test_findings_of_one_cause_are_one_question_with_all_their_cells():
    asked, _ = questions(
        row("RS-006", "a.xlsx:S!D8", site="101", cause="k1"),
        row("DM-003", "a.xlsx:S!A3", site="101"),
        row("RS-006", "a.xlsx:S!D9", site="101", cause="k1"),
        row("RS-006", "a.xlsx:S!D10", site="101"),
    )
    assert [question.keys for question in asked] == [("k1", "k0", "k2"), ("k3",)]
    assert [str(cell) for cell in asked[0].cells] == ["a.xlsx:S!A3", "a.xlsx:S!D8", "a.xlsx:S!D9"]
    assert asked[0].others == ()


def test_a_cell_that_only_follows_joins_no_two_causes():
    asked, _ = questions(
        row("RS-004", "a.xlsx:S!D8", site="101"),
        row("RS-006", "a.xlsx:S!A3", site="101", cause="k0"),
        row("MAP-004", "a.xlsx:S!A3", site="101"),
    )
    assert [question.keys for question in asked] == [("k2",), ("k0", "k1")]


def test_what_a_site_cannot_answer_for_is_not_asked_through_what_follows_from_it():
    asked, left_out = questions(row("SCH-001", "", site="101"), row("RS-006", "a.xlsx:S!D8", site="101", cause="k0"))
    assert asked == []
    assert left_out == {"not for a site to answer": 2}


def test_a_waived_cause_waives_nothing_that_follows_from_it():
    asked, left_out = questions(
        row("DM-003", "a.xlsx:S!A3", site="101", status="waived"),
        row("RS-006", "a.xlsx:S!D8", site="101", cause="k0"),
        row("RS-006", "a.xlsx:S!D9", site="101", cause="k0"),
    )
    assert [question.keys for question in asked] == [("k1", "k2")]
    assert left_out == {"waived": 1}


def test_the_order_of_findings_changes_nothing():
    rows = [
        row("MAP-013", "a.xlsx:S!C7", site="101", variable="SEX"),
        row("SCH-002", "a.xlsx:S!C7", site="101", variable="SEX"),
        row("MAP-010", "a.xlsx:S!B2", site="101"),
    ]
    frame = found(*rows)
    forwards, _ = find_questions(frame, OWNERS, ["101"])
    backwards, _ = find_questions(frame.iloc[::-1].reset_index(drop=True), OWNERS, ["101"])
    assert forwards == backwards
    assert [str(question.cell) for question in forwards] == ["a.xlsx:S!B2", "a.xlsx:S!C7"]


def test_no_finding_is_no_question():
    assert find_questions(found(row("MAP-003", "a.xlsx:S!C8", severity="note")), OWNERS, ["101"]) == ([], {})


def test_texts_come_back_as_they_were_found():
    frame = pd.DataFrame({"typed": ["'=1+1", "-3", "'tis", ""]}, dtype=object)
    assert list(as_found(frame)["typed"]) == ["=1+1", "-3", "'tis", ""]


def test_a_value_of_the_mapping_itself_is_not_asked_about_but_a_record_is():
    frame = found(
        row("SD-0109", "a.xlsx:S!A2", site="101", dataset="MH", variable="MHCAT"),
        row("SD-0002", "a.xlsx:S!A3", site="101", dataset="MH", variable="MHCAT"),
        row("SD-0109", "b.csv:A2", site="102", dataset="MH", variable="MHCAT"),
    )
    kinds = {"SD-0109": "not-in-list", "SD-0002": "unique"}
    asked, left_out = find_questions(frame, OWNERS, ["101", "102"], kinds, {("101", "MH", "MHCAT")})
    assert [str(question.cell) for question in asked] == ["a.xlsx:S!A3", "b.csv:A2"]
    assert left_out == {"on a value that the mapping gives, not the site": 1}
