from dataclasses import replace

import pytest

from hcc_sdtm.sdtm.demographics import derive_arm, derive_reference_dates, keep_first
from tests.mapping.site import SPECS
from tests.sdtm.study import TRIAL, build, dataset


def derived(subjects, datasets, **columns):
    dm = dataset("DM", subjects, **columns)
    datasets = {each.name: each for each in datasets} | {"DM": dm}
    derive_reference_dates(dm, datasets, TRIAL)
    derive_arm(dm, datasets, TRIAL)
    return dm.frame


def exposure(*periods):
    return dataset(
        "EX", "A" * len(periods), EXCAT=["RADIOTHERAPY"] * len(periods),
        EXSTDTC=[start for start, _ in periods], EXENDTC=[end for _, end in periods],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("periods", "first", "last"),
    [
        ([("2021-03-10", "2021-03-20")], "2021-03-10", "2021-03-20"),
        ([("2021-05-01", "2021-05-02"), ("2021-03-10", "2021-03-20")], "2021-03-10", "2021-05-02"),
        # a date in part may be earlier than a whole one, and is then the first as far as is known
        ([("2021-03-10", "2021-03-20"), ("2021-03", "2021-03")], "2021-03", "2021-03"),
        # no day of April 2021 comes before the 1st, nor after the 30th
        ([("2021-04", "2021-04"), ("2021-04-01", "2021-04-30")], "2021-04-01", "2021-04-30"),
        ([("2021-04-01", "2021-04-30"), ("2021-04", "2021-04")], "2021-04-01", "2021-04-30"),
        # a year that is not known says nothing about order
        ([("2021-03-10", "2021-03-20"), ("--03-12", "--12-31")], "2021-03-10", "2021-03-20"),
        ([("", ""), ("2021-03-10", "")], "2021-03-10", "2021-03-10"),
        # the last treatment whose end is not there ended no earlier than it started
        ([("2021-03-10", "2021-03-20"), ("2021-04-10", "")], "2021-03-10", "2021-04-10"),
        ([("", "")], "", ""),
    ],
)
def test_first_and_last_treatment_from_several_records(periods, first, last):
    frame = derived("A", [exposure(*periods)])
    row = frame[["RFSTDTC", "RFXSTDTC", "RFXENDTC", "RFENDTC"]].iloc[0].tolist()
    assert row == [first, first, last, last]


def test_only_the_trials_treatment_counts():
    ex = dataset("EX", "AA", EXCAT=["DRUG", "RADIOTHERAPY"], EXSTDTC=["2020-01-01", "2021-03-10"])
    assert derived("A", [ex])["RFSTDTC"].tolist() == ["2021-03-10"]


def test_end_of_participation_is_the_latest_date_of_any_record():
    rs = dataset("RS", "AAB", RSDTC=["2021-05-01", "--12-31", "2021-06"])
    ds = dataset("DS", "B", DSSTDTC=["2021-06-30"])
    frame = derived("ABC", [rs, ds], BRTHDTC=["2031-01-01", "", ""], RFICDTC=["2021-01-01", "", ""])
    # birth is no date of participation; the whole date of a tie is taken; no date, no end
    assert frame["RFPENDTC"].tolist() == ["2021-05-01", "2021-06-30", ""]


def test_a_year_alone_does_not_outlast_a_day_within_it():
    rs = dataset("RS", "AABB", RSDTC=["2023-08-16", "2023", "2023-08-16", "2023-09"])
    assert derived("AB", [rs])["RFPENDTC"].tolist() == ["2023-08-16", "2023-09"]


def test_of_two_texts_for_the_last_day_the_one_with_the_later_time_is_taken():
    days = ["2023-08-16T09:30", "2023-08-16", "2023-08-16T11:45", "2023-08-15T23:59", "2023-08-16", "2023-08-15T08:00"]
    rs = dataset("RS", "AAAABB", RSDTC=days)
    assert derived("AB", [rs])["RFPENDTC"].tolist() == ["2023-08-16T11:45", "2023-08-16"]


def test_death_flag_from_a_date_a_disposition_or_a_status():
    ds = dataset("DS", "BC", DSDECOD=["DEATH", "LOST TO FOLLOW-UP"])
    ss = dataset("SS", "DE", SSSTRESC=["DEAD", "ALIVE"])
    frame = derived("ABCDE", [ds, ss], DTHDTC=["2022", "", "", "", ""])
    assert frame["DTHFL"].tolist() == ["Y", "Y", "", "Y", ""]


def test_arms_of_the_treated_the_never_treated_and_screen_failures():
    ds = dataset("DS", "C", DSDECOD=["SCREEN FAILURE"])
    frame = derived("ABC", [exposure(("2021-03-10", "2021-03-20")), ds])
    name = TRIAL.arm.name
    assert frame[["ARMCD", "ARM", "ACTARMCD", "ACTARM", "ARMNRS", "RFENDTC"]].values.tolist() == [
        ["RT", name, "RT", name, "", "2021-03-20"],
        ["RT", name, "", "", "ASSIGNED, NOT TREATED", ""],
        ["", "", "", "", "SCREEN FAILURE", ""],
    ]


MAPPED_ARMS = """
site: "201"
tables: {patient: {file: patient.csv, subject: no}, drug: {file: drug.csv, subject: no}}
DM:
  - {rows: patient, SUBJID: {copy: subject}, SEX: {term: sex}, ARMCD: {copy: planned}, ACTARMCD: {copy: actual}}
EX:
  - {rows: drug, EXTRT: {constant: RADIOTHERAPY}, EXCAT: {constant: RADIOTHERAPY}, EXSTDTC: {date: day}}
"""
PATIENTS = "no,sex,planned,actual\n1,M,A,A\n2,M,A,B\n3,F,B,\n4,F,,\n"
DRUGS = "no,day\n1,2021-03-10\n2,2021-03-11\n4,2021-03-12\n"


def test_arms_of_a_trial_with_several_are_as_mapped_and_one_that_nothing_explains_is_a_finding(tmp_path):
    trial = TRIAL.model_copy(update={"arm": None})
    built = build(tmp_path, {"201": MAPPED_ARMS}, {"patient": PATIENTS, "drug": DRUGS}, trial)
    frame = built.datasets["DM"].published
    assert frame[["SUBJID", "ARMCD", "ACTARMCD", "ARM", "ARMNRS"]].values.tolist() == [
        ["1", "A", "A", "", ""],
        ["2", "A", "B", "", ""],
        ["3", "B", "", "", "ASSIGNED, NOT TREATED"],
        ["4", "", "", "", ""],
    ]
    found = built.findings[built.findings["rule"] == "DM-004 subject.no-arm"]
    assert found[["severity", "subject", "variable", "source"]].values.tolist() == [
        ["warning", "RTHCC-4", "ARMCD", "patient.csv:C5"]
    ]


def test_what_a_mapping_says_of_arms_goes_before_the_only_arm(tmp_path):
    built = build(tmp_path, {"201": MAPPED_ARMS}, {"patient": PATIENTS, "drug": DRUGS})
    frame = built.datasets["DM"].published
    assert frame["ARMCD"].tolist() == ["A", "A", "B", ""]
    assert frame["ARM"].tolist() == [TRIAL.arm.name] * 4


def test_no_treatment_dataset_at_all():
    frame = derived("A", [])
    assert frame[["RFSTDTC", "RFENDTC", "RFPENDTC", "DTHFL", "ARMNRS"]].values.tolist() == [
        ["", "", "", "", "ASSIGNED, NOT TREATED"]
    ]


def test_one_record_a_subject_is_kept_in_any_order_of_rows_and_the_other_is_an_error_at_its_cell(tmp_path):
    mapping = """
site: "201"
tables: {patient: {file: patient.csv, subject: no}}
DM:
  - {rows: patient, SUBJID: {copy: subject}, SEX: {term: sex}, AGE: {number: age}}
"""
    rows = ["7,M,50", "7,M,51", "8,F,60"]
    kept = []
    for name, order in (("a", rows), ("b", rows[::-1])):
        built = build(tmp_path / name, {"201": mapping}, {"patient": "no,sex,age\n" + "\n".join(order) + "\n"})
        kept.append(built.datasets["DM"].published[["SUBJID", "AGE"]].values.tolist())
        found = built.findings[built.findings["rule"].str.startswith("DM-003")]
        assert found[["severity", "subject", "variable", "value", "record"]].values.tolist() == [
            ["error", "RTHCC-7", "SUBJID", "7", ""]  # the record is in no published dataset
        ]
        line = next(at for at, row in enumerate(order) if row == "7,M,51") + 2
        assert found["source"].tolist() == [f"patient.csv:A{line}"]
    assert kept == [[["7", 50.0], ["8", 60.0]]] * 2


def test_no_finding_where_subjects_are_unique():
    dm, findings = keep_first(dataset("DM", "AB"))
    assert (len(dm), len(findings)) == (2, 0)


def test_the_day_of_collection_counts_from_the_first_treatment(tmp_path, monkeypatch):
    listed = SPECS.sdtm["DM"].taking({"DMDTC", "DMDY"})
    monkeypatch.setattr("tests.sdtm.study.SPECS", replace(SPECS, sdtm={**SPECS.sdtm, "DM": listed}))
    mapping = MAPPED_ARMS.replace("ARMCD:", "DMDTC: {date: asked}, ARMCD:", 1)
    patients = (
        "no,sex,planned,actual,asked\n1,M,A,A,2021-03-09\n2,M,A,A,2021-03-11\n3,F,A,A,2021-03-12\n4,F,A,A,2021-03\n"
    )
    built = build(tmp_path, {"201": mapping}, {"patient": patients, "drug": DRUGS})
    days = built.datasets["DM"].published["DMDY"]
    assert days.fillna(0).tolist() == [-1, 1, 0, 0]  # the third was never treated, the fourth's day is not known
