from __future__ import annotations

from dataclasses import replace

import pytest

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.register.fingerprint import fingerprint_evidence
from tests.register.findings import AFTER_DEATH, FINDINGS


def fingerprint(finding):
    (digits,) = fingerprint_evidence(findings_frame([finding]))
    return digits


def test_it_is_twelve_digits_for_each_finding():
    found = fingerprint_evidence(FINDINGS)
    assert [len(digits) for digits in found] == [12, 12, 12]
    assert len(set(found)) == 3
    assert fingerprint_evidence(findings_frame()).tolist() == []


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "RS-004 response.after-death"},
        {"severity": "warning"},
        {"value": "2023-11-01"},
        {"typed": "31.10.2023"},
        {"expected": "a date on or before 2023-10-15"},
        {"message": 'response dated "2023-10-31" is after death on 2023-10-15 (RS record 577)'},
        {"message": 'response dated "2023-10-30" is after death on 2023-10-14 (RS record 577)'},
    ],
)
def test_other_evidence_is_another_fingerprint(change):
    assert fingerprint(replace(AFTER_DEATH, **change)) != fingerprint(AFTER_DEATH)


@pytest.mark.parametrize(
    "change",
    [
        {"record": "600"},
        {"source": "site_103/response.csv:E12"},
        {"message": 'response dated "2023-10-31" is after death on 2023-10-14 (RS record 600)'},
        {"rule": "RS-003 response.later-than-death"},
        {"cause": "0123456789ab"},
    ],
)
def test_another_place_is_the_same_fingerprint(change):
    assert fingerprint(replace(AFTER_DEATH, **change)) == fingerprint(AFTER_DEATH)


def test_what_is_said_of_a_file_alone_rests_on_the_file_and_not_on_its_cell():
    of_file = Finding("RAW-021 raw.member-refused", "error", "cannot be read", source="sent.zip/a.csv")
    assert fingerprint(of_file) != fingerprint(replace(of_file, source="sent.zip/b.csv"))
    in_sheet = replace(of_file, source="a.xlsx:S!B")
    assert fingerprint(in_sheet) == fingerprint(replace(of_file, source="a.xlsx:S!C"))
    assert fingerprint(replace(in_sheet, table="t")) == fingerprint(replace(of_file, source="b.xlsx:S!C", table="t"))
