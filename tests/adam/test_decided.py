"""What a parameter's file can say, each key on a small study: the keys that the packaged parameters do not use too."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from hcc_sdtm.adam.responses.adrs import build_adrs
from hcc_sdtm.adam.subjects.adsl import adsl_subjects, build_adsl
from hcc_sdtm.adam.times import decided as module
from hcc_sdtm.adam.times.adtte import build_adtte
from hcc_sdtm.spec.adam.reading import read_adam_specs
from tests.adam.tables import ADAM, FOLDER, SPECS, TRIAL, WRITTEN, as_text, pointer_findings, study

HEAD = """
param: Time to Progression by {value} (Days)
population: RTFL
start: TRTSDT
start_description: Start
unit: days
"""
TAIL = """
event_free:
  {dataset: RS, where: {RSTESTCD: OVRLRESP}, where_not: {RSSTRESC: [PD, NE, ""]}, date: RSDTC, description: Last seen}
censorings: [{name: ongoing, when: otherwise, cnsr: 1, description: Ongoing}]
"""
PROGRESSION = """
events:
  - {name: progression, dataset: RS, where: {RSTESTCD: OVRLRESP, RSSTRESC: PD}, date: RSDTC, description: Progression}
"""
ALIVE = "event_free: {dataset: ADSL, date: LSTALVDT, description: Known alive, continuous: yes}"

SUBJECTS = {
    "DM": "S | DTHDTC | DTHFL\nA | . | .\nB | 2021-09-01 | Y",
    "EX": "S | EXSTDTC | EXENDTC\nA | 2021-03-01 | 2021-06-30\nB | 2021-03-01 | 2021-06-30",
    "CM": "S | CMSTDTC\nA | 2021-05-01",
    "SS": "S | SSDTC\nA | 2021-12-01",
    "RS": "S | RSEVAL | RSSTRESC | RSDTC\n"
    "A | INVESTIGATOR | SD | 2021-04-12\nA | INVESTIGATOR | PD | 2021-05-24\n"
    "A | INDEPENDENT ASSESSOR | SD | 2021-04-12\nA | INDEPENDENT ASSESSOR | SD | 2021-06-03\n"
    "A | INDEPENDENT ASSESSOR | PD | 2021-07-12\n"
    "B | INVESTIGATOR | SD | 2021-04-14\nB | INDEPENDENT ASSESSOR | SD | 2021-04-12",
}


def build(folder: Path, text: str, **tables: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """ADTTE of the one parameter of a study, every pointer followed, and its findings."""
    (folder / "parameters").mkdir(exist_ok=True)
    (folder / "parameters/new.yaml").write_text(text)
    parameters = read_adam_specs([FOLDER, folder], SPECS, WRITTEN).parameters
    adam = dataclasses.replace(ADAM, parameters=parameters)
    datasets = study(**{**SUBJECTS, **tables})
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, adam)
    adrs, _ = build_adrs(datasets, adsl, SPECS, TRIAL, adam)
    adtte, findings = build_adtte(datasets, adsl, adrs, SPECS, TRIAL, adam)
    assert pointer_findings({**datasets, "ADSL": adsl, "ADRS": adrs, "ADTTE": adtte}).empty
    return adtte.frame, findings


def derive(folder: Path, text: str, columns: str, **tables: str) -> list[str]:
    """The columns of those records."""
    return as_text(build(folder, text, **tables)[0], columns)


BY = "by: {datasets: RS, variable: RSEVAL}\nparamcd: TTP{n}"


def test_a_parameter_for_each_value_in_the_data(tmp_path):
    made = derive(tmp_path, BY + HEAD + PROGRESSION + TAIL, "USUBJID PARAMCD PARAM ADT CNSR")
    assert made == [
        "A | TTP1 | Time to Progression by INDEPENDENT ASSESSOR (Days) | 2021-07-12 | 0",
        "A | TTP2 | Time to Progression by INVESTIGATOR (Days) | 2021-05-24 | 0",
        "B | TTP1 | Time to Progression by INDEPENDENT ASSESSOR (Days) | 2021-04-12 | 1",
        "B | TTP2 | Time to Progression by INVESTIGATOR (Days) | 2021-04-14 | 1",
    ]


def test_more_values_than_can_be_numbered_are_a_finding(tmp_path, monkeypatch):
    for place in ("decided", "decision_findings"):
        monkeypatch.setattr(f"hcc_sdtm.adam.times.{place}.MOST_VALUES", 1)
    made, findings = build(tmp_path, BY + HEAD + PROGRESSION + TAIL)
    assert list(made["PARAMCD"]) == ["TTP1", "TTP1"]
    said = findings[findings["rule"].str.startswith("ADTTE-113")]
    assert list(said["message"]) == ["RSEVAL has 2 values: TTP{n} is made for the first 1 of them"]


def test_no_value_in_the_data_gives_no_record_and_a_finding(tmp_path):
    made, findings = build(tmp_path, BY + HEAD + PROGRESSION + TAIL, RS="S | RSDTC\nA | 2021-04-12")
    assert made.empty
    said = findings[findings["rule"].str.startswith("ADTTE-113")]
    assert list(said["message"]) == ["RSEVAL has no value in the records of TTP{n}: nobody has a record of it"]


def test_a_value_that_comes_after_the_cutoff_makes_no_parameter(tmp_path):
    later = SUBJECTS["RS"] + "\nA | ADJUDICATOR | PD | 2024-03-01"
    made = derive(tmp_path, BY + HEAD + PROGRESSION + TAIL, "PARAM", RS=later)
    assert made == derive(tmp_path, BY + HEAD + PROGRESSION + TAIL, "PARAM")


ONE = "paramcd: NEW" + HEAD.replace(" by {value}", "")
SHOWN = "USUBJID ADT AVAL CNSR EVNTDESC CNSDTDSC SRCDOM SRCVAR"


def test_nothing_counts_after_the_end(tmp_path):
    text = ONE + "end: TRTEDT\nend_description: End of treatment" + PROGRESSION
    ended = "censorings:\n  - {name: ended, when: ended, cnsr: 2, description: Treatment ended}\n"
    tail = TAIL.replace("censorings: [", ended + "  - ").replace("}]", "}")
    late = "S | RSSTRESC | RSDTC\nA | SD | 2021-06-03\nA | SD | 2021-07-10\nA | PD | 2021-07-12\nB | PD | 2021-06-30"
    assert derive(tmp_path, text + tail, SHOWN, RS=late) == [
        "A | 2021-06-03 | 95 | 2 | Treatment ended | Last seen | RS | RSDTC",
        "B | 2021-06-30 | 122 | 0 | Progression | . | RS | RSDTC",
    ]


def test_who_is_known_free_beyond_the_end_is_censored_on_that_day(tmp_path):
    text = ONE + "end: TRTEDT\nend_description: End of treatment\n"
    text += "events: [{name: death, dataset: ADSL, date: DTHDT, description: Death}]\n" + ALIVE + "\n"
    text += TAIL.split("\n", 3)[3]
    assert derive(tmp_path, text, SHOWN) == [
        "A | 2021-06-30 | 122 | 1 | Ongoing | End of treatment | EX | EXENDTC",
        "B | 2021-06-30 | 122 | 1 | Ongoing | End of treatment | EX | EXENDTC",
    ]


def test_an_end_before_the_origin_ends_no_time_before_it_began(tmp_path):
    text = ONE.replace("TRTSDT", "TRTEDT") + "end: TRTSDT\nend_description: Start of treatment\n"
    text += "events: [{name: death, dataset: ADSL, date: DTHDT, description: Death}]\n" + ALIVE + "\n"
    text += TAIL.split("\n", 3)[3]
    assert derive(tmp_path, text, SHOWN) == [
        "A | 2021-06-30 | 1 | 1 | Ongoing | Start | EX | EXENDTC",
        "B | 2021-06-30 | 1 | 1 | Ongoing | Start | EX | EXENDTC",
    ]


def test_a_planned_day_before_the_origin_is_not_taken(tmp_path):
    origin = "start_record: {dataset: RS, where: {RSSTRESC: SD}, date: RSDTC}\n"
    text = ONE.replace("start: TRTSDT\n", origin) + PROGRESSION.replace("sion}", "sion, dated_at: planned_visit}")
    text += TAIL.replace("Last seen}", "Last seen, dated_at: planned_visit}")
    scans = "S | RSSTRESC | RSDTC\nA | SD | 2021-04-14\nB | SD | 2021-04-14\nB | PD | 2021-04-16"
    assert derive(tmp_path, text, "USUBJID STARTDT ADT AVAL CNSR", RS=scans) == [
        "A | 2021-04-14 | 2021-04-14 | 1 | 1",
        "B | 2021-04-14 | 2021-04-14 | 1 | 0",
    ]


THERAPY = "- {name: therapy, when: before_event, cnsr: 3, description: Therapy, dataset: CM, date: CMSTDTC"


@pytest.mark.parametrize(
    ("censoring", "free", "expected"),
    [
        (THERAPY + "}", TAIL, "A | 2021-04-12 | 43 | 3 | Therapy | Last seen | RS | RSDTC"),
        (THERAPY + ", censored_at: record}", TAIL, "A | 2021-05-01 | 62 | 3 | Therapy | Therapy | CM | CMSTDTC"),
        (THERAPY + "}", ALIVE, "A | 2021-05-01 | 62 | 3 | Therapy | Therapy | CM | CMSTDTC"),
    ],
)
def test_a_time_may_end_with_the_record_that_took_the_event_away(tmp_path, censoring, free, expected):
    censorings = (
        f"\ncensorings:\n  {censoring}\n  - {{name: ongoing, when: otherwise, cnsr: 1, description: Ongoing}}\n"
    )
    text = ONE + PROGRESSION + free.split("censorings")[0].rstrip() + censorings
    assert derive(tmp_path, text, SHOWN)[0] == expected


def test_pointers_to_adsl_are_followed_or_kept(tmp_path):
    text = ONE + "events: [{name: death, dataset: ADSL, date: DTHDT, description: Death}]\n" + TAIL
    shown = "USUBJID ADT SRCDOM SRCVAR SRCSEQ"
    assert derive(tmp_path, text, shown)[1] == "B | 2021-09-01 | DM | DTHDTC | ."
    assert derive(tmp_path, text + "adsl_pointers: kept\n", shown)[1] == "B | 2021-09-01 | ADSL | DTHDT | ."
    none = "S | RSDTC\nA | 2021-01-01"
    assert derive(tmp_path, text + "adsl_pointers: kept\n", shown, RS=none)[0] == "A | 2021-03-01 | ADSL | TRTSDT | ."


@pytest.mark.parametrize(
    ("event", "free", "expected"),
    [
        ("record", "record", ["2021-06-14 | 0 | .", "2021-04-14 | 1 | ."]),
        ("next_visit", "last_visit", ["2021-07-05 | 0 | 2021-06-14", "2021-04-14 | 1 | ."]),
        ("planned_visit", "planned_visit", ["2021-07-05 | 0 | 2021-06-14", "2021-04-12 | 1 | 2021-04-14"]),
    ],
)
def test_a_date_is_that_of_the_record_or_of_a_visit(tmp_path, event, free, expected):
    text = ONE + PROGRESSION.replace("Progression}", f"Progression, dated_at: {event}}}")
    text += TAIL.replace("Last seen}", f"Last seen, dated_at: {free}}}")
    scans = "S | RSSTRESC | RSDTC\nA | SD | 2021-04-12\nA | PD | 2021-06-14\nB | SD | 2021-04-14"
    assert derive(tmp_path, text, "ADT CNSR SRCDT", RS=scans) == expected
    if free != "record":  # an assessment between two visits is not gone back to
        scans += "\nB | SD | 2021-05-03"
        assert derive(tmp_path, text, "ADT CNSR SRCDT", RS=scans) == expected


def test_a_trial_without_visits_says_that_none_can_be_missed(tmp_path):
    datasets = study(**SUBJECTS)
    trial = TRIAL.model_copy(update={"visits": ()})
    adsl, _ = build_adsl(datasets, SPECS, trial, ADAM)
    adrs, _ = build_adrs(datasets, adsl, SPECS, trial, ADAM)
    found = build_adtte(datasets, adsl, adrs, SPECS, trial, ADAM)[1]
    said = found[found["rule"].str.startswith("ADTTE-114")]
    assert {"PARAMCD=PFS", "PARAMCD=PFSB", "PARAMCD=TTP"} <= set(said["keys"])
    assert "PARAMCD=PFSEMA" not in set(said["keys"])


def test_the_values_of_a_study_are_those_of_the_records_that_a_parameter_chooses(tmp_path):
    datasets = study(**SUBJECTS)
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters/new.yaml").write_text(BY + HEAD + PROGRESSION + TAIL)
    (parameter,) = read_adam_specs([FOLDER, tmp_path], SPECS, WRITTEN).parameters
    frame = datasets["RS"].frame
    frame.loc[frame["RSEVAL"] == "INVESTIGATOR", "RSTESTCD"] = "NTRGRESP"
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, ADAM)
    subjects = adsl_subjects(adsl, TRIAL)
    assert module.values_in_data(parameter, datasets, subjects) == ["INDEPENDENT ASSESSOR"]
    assert module.values_in_data(parameter, {}, subjects) == []


def test_a_missing_day_of_entry_is_a_finding_and_no_record(tmp_path):
    text = ONE + "entry: RFICDT" + PROGRESSION + TAIL
    subjects = "S | RFICDTC\nA | 2021-03-15\nB | ."
    frame, findings = build(tmp_path, text, DM=subjects)
    assert as_text(frame, "USUBJID ENTRY") == ["A | 14"]
    said = findings[findings["rule"].str.startswith("ADTTE-110")]
    assert as_text(said, "subject severity message") == [
        "B | warning | RFICDT is missing: no record of NEW for this subject"
    ]


def test_a_progression_before_the_origin_is_an_error_where_the_parameter_reads_it(tmp_path):
    scans = "S | RSSTRESC | RSDTC\nA | PD | 2021-02-20\nA | SD | 2021-04-12\nA | PD | 2021-05-24"
    frame, findings = build(tmp_path, ONE + PROGRESSION + TAIL, RS=scans)
    assert as_text(frame, "USUBJID ADT CNSR") == ["A | 2021-05-24 | 0", "B | 2021-03-01 | 1"]
    said = findings[findings["rule"].str.startswith("ADTTE-102")]
    assert as_text(said, "subject dataset variable message") == [
        "A | RS | RSDTC | progression on 2021-02-20 is before TRTSDT 2021-03-01, and is no event from there on"
    ]
    led = PROGRESSION.replace("Progression}", "Progression, after: {dataset: ADSL, date: TRTSDT}}")
    frame, findings = build(tmp_path, ONE + led + TAIL, RS=scans)
    assert as_text(frame, "USUBJID ADT CNSR")[0] == "A | 2021-05-24 | 0"
    assert not findings["rule"].str.startswith("ADTTE-102").any()


def test_a_missing_dataset_of_the_population_or_of_event_free_records_is_a_finding(tmp_path):
    text = ONE + PROGRESSION.replace("RS, where: {RSTESTCD: OVRLRESP, RSSTRESC: PD}, date: RSDTC", "CM, date: CMSTDTC")
    text += TAIL + "among: {dataset: FA, where: {FATESTCD: DSSTAGE}}\n"
    tables = {name: rows for name, rows in SUBJECTS.items() if name != "RS"}
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters/new.yaml").write_text(text)
    adam = dataclasses.replace(ADAM, parameters=read_adam_specs([FOLDER, tmp_path], SPECS, WRITTEN).parameters)
    adam = dataclasses.replace(adam, parameters=tuple(each for each in adam.parameters if each.paramcd == "NEW"))
    datasets = study(**tables)
    adsl, _ = build_adsl(datasets, SPECS, TRIAL, adam)
    adrs, _ = build_adrs(datasets, adsl, SPECS, TRIAL, adam)
    adtte, findings = build_adtte(datasets, adsl, adrs, SPECS, TRIAL, adam)
    assert adtte.frame.empty
    assert list(findings.loc[findings["rule"].str.startswith("ADTTE-112"), "message"]) == [
        "there is no dataset RS: no subject can be seen free of the event of NEW",
        "there is no dataset FA: no subject is in the population of NEW",
    ]
