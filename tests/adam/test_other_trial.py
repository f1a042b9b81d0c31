"""Another trial is other files and no code: one treatment day in PR, several readers, times without a calendar."""

from __future__ import annotations

from pathlib import Path

import pytest

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import build_adsl
from hcc_sdtm.adam.times.adtte import build_adtte
from hcc_sdtm.spec.adam.reading import read_adam_specs
from hcc_sdtm.spec.trial import Trial, WrittenTrial
from hcc_sdtm.spec.yaml_file import YamlFile
from tests.adam.tables import FOLDER, SPECS, as_text, lines, pointer_findings, study

TRIAL = Trial.model_validate(
    {
        "staging_system": "BCLC",
        "treatment_start": {"dataset": "PR", "where": {"PRCAT": "CHEMOEMBOLISATION"}, "date": "PRSTDTC"},
        "primary_criterion": "RECIST 1.1",
        "title": "Chemoembolisation",
        "arm": {"code": "TACE", "name": "Chemoembolisation"},
        "data_cutoff": "2030-12-31",
        "response": {"stable_disease_days": "0", "confirmation_days": "0"},
        "first_day": "0",
    }
)

ADSL = """
variables:
  TRTSDT: {treatment: start}
  TRTEDT: {treatment: end}
  LSTALVDT:
    last_alive: {death: {dataset: DM, date: DTHDTC}, excluded: [{dataset: DM}]}
  DTHDT: {dataset: DM, date: DTHDTC}
  ITTFL: {flag: TRTSDT}
  SAFFL: {flag: TRTSDT}
"""

ADRS = """
population: SAFFL
parameters:
  - paramcd: OVR
    param: Overall Response, Reader 1
    responses: {dataset: RS, where: {RSTESTCD: OVRLRESP, RSEVAL: READER 1}, value: RSSTRESC, date: RSDTC}
  - {paramcd: BOR, param: "Best Response, Reader 1", best: {of: OVR}}
  - {paramcd: RSP, param: "Response, Reader 1", is_in: {of: BOR, values: [CR, PR]}}
  - paramcd: OVR2
    param: Overall Response, Reader 2
    responses: {dataset: RS, where: {RSTESTCD: OVRLRESP, RSEVAL: READER 2}, value: RSSTRESC, date: RSDTC}
  - {paramcd: BOR2, param: "Best Response, Reader 2", best: {of: OVR2, none: MISSING}}
"""

PFS = """
paramcd: PFS
param: Progression-Free Survival, Every Death (Days)
population: SAFFL
start: TRTSDT
start_description: Treatment
unit: days
events:
  - {name: progression, dataset: RS, where: {RSTESTCD: SYMPTDTR, RSSTRESC: Y}, date: RSDTC, description: Progression}
  - {name: death, dataset: ADSL, date: DTHDT, description: Death}
event_free: {dataset: RS, where: {RSTESTCD: SYMPTDTR, RSSTRESC: N}, date: RSDTC, description: Last free of progression}
censorings:
  - {name: late, when: too_late, cnsr: 4, description: Death long after the last assessment}
  - {name: ongoing, when: otherwise, cnsr: 1, description: Without event}
"""

PFS12 = """
like: PFS
paramcd: PFS12
param: Progression-Free Survival, Deaths within 12 Weeks (Days)
events:
  - {name: progression, dataset: RS, where: {RSTESTCD: SYMPTDTR, RSSTRESC: Y}, date: RSDTC, description: Progression}
  - {name: death, dataset: ADSL, date: DTHDT, description: Death, only_within: {weeks: 12}}
"""


@pytest.fixture
def adam(tmp_path: Path):
    (tmp_path / "parameters").mkdir()
    for name, text in {
        "adsl.yaml": ADSL,
        "adrs.yaml": ADRS,
        "parameters/pfs.yaml": PFS,
        "parameters/pfs12.yaml": PFS12,
    }.items():
        (tmp_path / name).write_text(text)
    return read_adam_specs([FOLDER, tmp_path], SPECS, WrittenTrial(TRIAL, YamlFile("trial.yaml", {}, {})))


def test_a_trial_of_durations_and_several_readers_is_files_only(adam):
    datasets = study(
        DM="S | DTHDTC | DTHFL\nA | 2000-07-01 | Y\nB | 2000-03-01 | Y\nC | . | .\nD | 2000-04-25 | Y\nE | 2000-04-26 | Y",
        PR="S | PRCAT | PRSTDTC\nA | CHEMOEMBOLISATION | 2000-01-01\nB | CHEMOEMBOLISATION | 2000-01-01\n"
        "C | CHEMOEMBOLISATION | 2000-01-01\nD | CHEMOEMBOLISATION | 2000-01-01\nE | CHEMOEMBOLISATION | 2000-01-01",
        RS="S | RSTESTCD | RSEVAL   | RSSTRESC | RSDTC\n"
        "A | OVRLRESP | READER 1 | PR | 2000-01-20\nA | OVRLRESP | READER 2 | SD | 2000-01-20\n"
        "A | SYMPTDTR | . | N | 2000-02-01\nB | SYMPTDTR | . | N | 2000-02-01\nC | SYMPTDTR | . | Y | 2000-02-11\n"
        "C | OVRLRESP | READER 1 | PD | 2000-02-11\n"
        "D | SYMPTDTR | . | N | 2000-02-01\nE | SYMPTDTR | . | N | 2000-02-01",
    )
    adsl, first = build_adsl(datasets, SPECS, TRIAL, adam)
    adrs, second = build_adrs(datasets, adsl, SPECS, TRIAL, adam)
    adtte, third = build_adtte(datasets, adsl, adrs, SPECS, TRIAL, adam)
    assert first.empty
    assert second.empty
    assert third.empty
    assert as_text(
        adrs.frame[adrs.frame["PARAMCD"].str.startswith(("BOR", "RSP")) & (adrs.frame["USUBJID"] < "D")],
        "USUBJID PARAMCD AVALC",
    ) == lines(
        """
        A | BOR | PR
        A | BOR2 | SD
        A | RSP | Y
        B | BOR | NE
        B | BOR2 | MISSING
        B | RSP | N
        C | BOR | PD
        C | BOR2 | MISSING
        C | RSP | N
        """
    )
    assert as_text(adtte.frame, "USUBJID PARAMCD AVAL CNSR EVNTDESC SRCDOM SRCVAR") == lines(
        """
        A | PFS   | 182 | 0 | Death                                | DM | DTHDTC
        A | PFS12 | 31  | 4 | Death long after the last assessment | RS | RSDTC
        B | PFS   | 60  | 0 | Death                                | DM | DTHDTC
        B | PFS12 | 60  | 0 | Death                                | DM | DTHDTC
        C | PFS   | 41  | 0 | Progression                          | RS | RSDTC
        C | PFS12 | 41  | 0 | Progression                          | RS | RSDTC
        D | PFS   | 115 | 0 | Death                                | DM | DTHDTC
        D | PFS12 | 115 | 0 | Death                                | DM | DTHDTC
        E | PFS   | 116 | 0 | Death                                | DM | DTHDTC
        E | PFS12 | 31  | 4 | Death long after the last assessment | RS | RSDTC
        """
    )
    assert pointer_findings({**datasets, "ADSL": adsl, "ADRS": adrs, "ADTTE": adtte}, TRIAL).empty
