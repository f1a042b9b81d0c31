from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.adam.pointers import follow_pointer
from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte
from hcc_sdtm.dataset import Dataset
from tests.adam.tables import ADAM, SPECS, TRIAL, as_text, pointer_findings, study


@pytest.fixture
def datasets():
    made = study(
        DM="S | DTHDTC | DTHFL\nA | 2021-06 | Y\nB | . | .",
        EX="S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-03-10\nB | 2021-03-01 | 2021-03-10",
        TU="S | TUDTC\nA | 2021-02-20\nB | 2021-02-20",
        RS="S | RSDTC | RSSTRESC\nA | 2021-04-12 | SD\nB | 2021-04-12 | SD\nB | 2021-05-24 | PD",
        CM="S | CMSTDTC\nB | 2021-06-01",
        LB="S | LBTESTCD | LBDTC\nB | AFP | 2024-06-01",
    )
    made["ADSL"], _ = build_adsl(made, SPECS, TRIAL, ADAM)
    made["ADRS"], _ = build_adrs(made, made["ADSL"], SPECS, TRIAL, ADAM)
    made["ADTTE"], _ = build_adtte(made, made["ADSL"], made["ADRS"], SPECS, TRIAL, ADAM)
    return made


def place(datasets, subject: str, paramcd: str, name: str = "ADTTE") -> int:
    frame = datasets[name].frame
    return int(np.flatnonzero((frame["USUBJID"] == subject) & (frame["PARAMCD"] == paramcd))[0])


def changed(datasets, position: int, **values) -> dict[str, Dataset]:
    adtte = datasets["ADTTE"]
    frame = adtte.frame.copy()
    for name, value in values.items():
        frame.loc[position, name] = value
    return {**datasets, "ADTTE": Dataset(adtte.spec, frame)}


def test_all_pointers_of_a_study_agree_partial_dates_and_the_cutoff_included(datasets):
    assert pointer_findings(datasets, TRIAL).empty


@pytest.mark.parametrize(
    ("subject", "paramcd", "steps"),
    [
        ("B", "PFS", ["ADRS ADT 2021-05-24", "RS RSDTC 2021-05-24"]),
        ("B", "TTNT2L", ["CM CMSTDTC 2021-06-01"]),
        ("B", "OSRT", ["LB LBDTC 2024-06-01"]),
        ("A", "OSRT", ["DM DTHDTC 2021-06"]),
        ("A", "PFS", ["ADRS ADT 2021-06-01", "DM DTHDTC 2021-06"]),
    ],
)
def test_a_pointer_is_followed_to_the_sdtm_record(datasets, subject, paramcd, steps):
    found = []
    for name, position, variable in follow_pointer(datasets, "ADTTE", place(datasets, subject, paramcd)):
        record = datasets[name].frame.iloc[[position]]
        assert record["USUBJID"].item() == subject
        found.append(f"{name} {variable} {as_text(record, variable)[0] if name == 'ADRS' else record[variable].item()}")
    assert found == steps


@pytest.mark.parametrize(
    ("change", "rule", "variable"),
    [
        ({"SRCSEQ": 99.0}, "AD-0122 source.no-record", "SRCSEQ"),
        ({"SRCDOM": "RX"}, "AD-0125 source.no-dataset", "SRCDOM"),
        ({"SRCVAR": "RSXDTC"}, "AD-0121 source.no-variable", "SRCVAR"),
        ({"SRCSEQ": 1.0}, "AD-0123 source.other-date", "ADT"),
        ({"ADT": 22000.0}, "AD-0123 source.other-date", "ADT"),
    ],
)
def test_a_broken_pointer_is_found(datasets, change, rule, variable):
    position = place(datasets, "B", "PFS")
    findings = pointer_findings(changed(datasets, position, **change), TRIAL)
    assert as_text(findings, "rule severity record variable") == [f"{rule} | error | {position + 1} | {variable}"]


def test_following_a_broken_pointer_stops_where_it_breaks(datasets):
    position = place(datasets, "B", "PFS")
    assert follow_pointer(changed(datasets, position, SRCSEQ=99.0), "ADTTE", position) == []


def test_a_record_of_another_subject_is_not_taken_for_one_of_this(datasets):
    moved = datasets["RS"].frame.copy()
    moved.loc[moved["RSSTRESC"] == "PD", "USUBJID"] = "A"
    broken = {**datasets, "RS": Dataset(datasets["RS"].spec, moved)}
    findings = pointer_findings(broken, TRIAL)
    assert set(findings["dataset"]) == {"ADRS"}
    assert set(findings["subject"]) == {"B"}
