"""Every planted fault has a finding at its cell that quotes it, and no other cell is called wrong without a known reason."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.reference_study.cells import read_cell
from tests.reference_study.truth import Row, read_truth

RULES = {
    "death before last visit": "DS-001 death.before-last-visit",
    "response after death": "RS-003 response.after-death",
    "progression in RS and none in the lesions": "RS-005 response.progression-without-lesions",
    "a duplicated subject": "MAP-004 row.key-repeated",
    "impossible date": "MAP-011 date.impossible",
    "an unknown term": "MAP-013 term.unknown",
    "a subject in one form and not in another": "DM-001 subject.not-in-demographics",
    "ambiguous day and month": "MAP-012 date.ambiguous",
}
UNIT_SLIPS = {"EX": "EX-002 dose.unlikely", "TR": "TR-001 lesion.unit-slip"}

# Errors that the planted cells bring with them.
FURTHER_ERRORS = {
    # an unknown term leaves a required variable without a value
    ("SCH-002 schema.required-missing", "site_101.xlsx:入组!C22"),
    ("SCH-002 schema.required-missing", "site_103/enrolment.csv:D10"),
    # the two dates of the outside laboratories that can only be day first and month first: why two others are ambiguous
    ("MAP-019 date.order-contradicted", "site_103/afp_outside.csv:F2"),
    ("MAP-019 date.order-contradicted", "site_103/afp_outside.csv:F3"),
}
WARNINGS = {
    # trial design datasets are not made
    ("SD-0311 trial.summary-missing", ""),
    ("SD-0312 trial.arms-missing", ""),
    ("MAP-002 row.sent-twice", "site_102.xlsx:Laboratory!A87"),  # sent twice, as STUDY says site 102 does
    ("DM-002 subject.not-in-treatment", "site_102.xlsx:Enrolment!A2"),  # enrolled and never irradiated
    ("DM-002 subject.not-in-treatment", "site_103/enrolment.csv:A15"),
    # their only letter outside ASCII is the µ of a unit, from which nobody can tell one encoding from another
    ("RAW-014 raw.encoding-doubtful", "site_103/labs.csv"),
    ("RAW-014 raw.encoding-doubtful", "site_103/afp_outside.csv"),
    # Chinese text as collected, once for each variable at the first cell that has it
    ("XPT-005 xpt.ascii", "site_101.xlsx:入组!M3"),
    ("XPT-005 xpt.ascii", "site_101.xlsx:入组!Q3"),
    ("XPT-005 xpt.ascii", "site_101.xlsx:随访!K4"),
    ("XPT-005 xpt.ascii", "site_101.xlsx:随访!AC4"),
    ("XPT-005 xpt.ascii", "site_101.xlsx:随访!IH3"),
    ("XPT-005 xpt.ascii", "site_101.xlsx:随访!IQ3"),
    # no scan before treatment: no lesion to irradiate, and nothing to compare a response with
    ("ADSL-105 adam.no-value", "site_101.xlsx:放疗!M16"),
    ("ADSL-105 adam.no-value", "site_103/radiotherapy.csv:N15"),
    # before radiotherapy or after it, as 01/05/2022 is read
    ("ADSL-106 adam.open-timing", "site_103/afp_outside.csv:F5"),
    ("ADRS-141 radiotherapy.no-lesion-named", "site_101.xlsx:放疗!M16"),
    ("ADRS-141 radiotherapy.no-lesion-named", "site_103/radiotherapy.csv:N15"),
    ("ADRS-105 response.without-baseline", "site_101.xlsx:随访!AB18"),
    ("ADRS-105 response.without-baseline", "site_101.xlsx:随访!AC18"),
    # what the planted sizes and progressions make of the responses, by both criteria
    ("ADRS-120 response.overall-recomputed", "site_101.xlsx:随访!AP11"),
    ("ADRS-120 response.overall-recomputed", "site_101.xlsx:随访!BD11"),
    ("ADRS-120 response.overall-recomputed", "site_101.xlsx:随访!CF21"),
    ("ADRS-120 response.overall-recomputed", "site_101.xlsx:随访!CG21"),
    ("ADRS-120 response.overall-recomputed", "site_102.xlsx:Response!G37"),
    ("ADRS-120 response.overall-recomputed", "site_102.xlsx:Response!H37"),
}
NOTES = [
    ("RAW-003 raw.hidden-column", "site_102.xlsx:Enrolment!B"),
    # what a visit's comment says is no data
    ("RAW-025 raw.cell-comment", "site_101.xlsx:随访!R4"),
    ("RAW-025 raw.cell-comment", "site_101.xlsx:随访!R8"),
    ("RAW-025 raw.cell-comment", "site_101.xlsx:随访!11"),
    ("RAW-025 raw.cell-comment", "site_101.xlsx:随访!15"),
    ("MAP-023 file.unused", "site_103_dictionary.csv"),
    # new lesions are not measured, and most lesions not irradiated; both at the first new lesion
    ("REL-003 link.one-without-many", "site_101.xlsx:随访!A4"),
    ("REL-003 link.one-without-many", "site_101.xlsx:随访!A4"),
    # the sheet's title
    ("MAP-063 cell.above-the-table", "site_102.xlsx:Response!A1"),
    # how a visit without a reading was imaged; a lesion's place, said again at every visit after the first
    ("MAP-060 cell.not-looked-at", "site_101.xlsx:随访!E4"),
    ("MAP-060 cell.not-looked-at", "site_102.xlsx:Lesions!F6"),
    ("MAP-060 cell.not-looked-at", "site_102.xlsx:Lesions!G6"),
    ("MAP-060 cell.not-looked-at", "site_102.xlsx:Extrahepatic!F4"),
    ("MAP-060 cell.not-looked-at", "site_102.xlsx:Extrahepatic!G4"),
    ("MAP-060 cell.not-looked-at", "site_103/lesions.csv:H4"),
    ("MAP-060 cell.not-looked-at", "site_103/lesions.csv:I4"),
    ("RAW-010 raw.encoding-guessed", "site_103/medication.csv"),
    ("RAW-010 raw.encoding-guessed", "site_103/local_therapy.csv"),
    # the scan typed 17 days after death is outside its window too
    ("RS-007 response.outside-schedule", "site_103/response.csv:E9"),
    # after the two deaths that were typed too early
    ("ADTR-108 lesion.after-death", "site_101.xlsx:随访!CJ7"),
    ("ADTR-108 lesion.after-death", "site_102.xlsx:Extrahepatic!C18"),
]


def source_of(fault: Row) -> str:
    return f"{fault['FILE']}:{fault['SHEET']}!{fault['CELL']}" if fault["SHEET"] else f"{fault['FILE']}:{fault['CELL']}"


def rule_of(fault: Row) -> str:
    return RULES[fault["FAULT"]] if fault["FAULT"] in RULES else UNIT_SLIPS[fault["DATASET"]]


def places(findings: pd.DataFrame, severity: str) -> list[tuple[str, str]]:
    chosen = findings[findings["severity"] == severity]
    return sorted(zip(chosen["rule"], chosen["source"], strict=True))


FAULTS = read_truth("faults.csv")


def test_nine_kinds_of_fault_are_planted():
    assert len({fault["FAULT"] for fault in FAULTS}) == 9
    assert len(FAULTS) == 17


@pytest.mark.parametrize("fault", FAULTS, ids=source_of)
def test_the_fault_has_an_error_at_its_cell_that_quotes_the_text(reference_run, fault):
    findings = reference_run.result.findings
    found = findings[(findings["source"] == source_of(fault)) & (findings["rule"] == rule_of(fault))]
    assert found["severity"].tolist() == ["error"]
    finding = found.iloc[0]
    assert finding["typed"] == read_cell(source_of(fault)) == fault["TYPED"]
    assert finding["subject"].removeprefix("RTHCC-") == fault["USUBJID"].removeprefix("RTHCC-")
    assert finding["site"] == fault["SITE"]


def test_every_error_is_a_planted_fault_or_explained(reference_run):
    planted = [(rule_of(fault), source_of(fault)) for fault in FAULTS]
    assert places(reference_run.result.findings, "error") == sorted([*planted, *FURTHER_ERRORS])


def test_every_warning_and_note_is_explained(reference_run):
    assert places(reference_run.result.findings, "warning") == sorted(WARNINGS)
    assert places(reference_run.result.findings, "note") == sorted(NOTES)


def test_every_finding_that_names_a_cell_quotes_what_the_cell_holds(reference_run):
    findings = reference_run.result.findings
    cells = findings[findings["source"].str.contains(r"[!:][A-Z]+[0-9]+$") & (findings["typed"] != "")]
    assert len(cells) >= 30
    for finding in cells.to_dict("records"):
        assert finding["typed"] == read_cell(finding["source"]), finding


def test_findings_of_the_files_are_those_of_the_result(reference_run):
    written = pd.read_csv(reference_run.out / "findings.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    findings = reference_run.result.findings
    columns = ["rule", "severity", "source", "subject"]
    assert sorted(map(tuple, written[columns].values.tolist())) == sorted(map(tuple, findings[columns].values.tolist()))
    assert not [rule for rule in written["rule"] if not re.fullmatch(r"[A-Z]+-\d{3,4} [a-z-]+\.[a-z-]+", rule)]
