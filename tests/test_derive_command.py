"""hcc-sdtm derive: anyone's SDTM to ADaM, by a trial file and what lies beside it."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner

from hcc_sdtm import pipeline
from hcc_sdtm.cli import main
from hcc_sdtm.outputs.manifest import read_manifest, verify_manifest
from tests.conftest import ROOT

TRIAL = ROOT / "specs" / "trial.yaml"

SMALL = {
    "dm": "STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,ARMCD,ACTARM,DTHDTC,DTHFL\n"
    "X1,X1-1,1,9,60,YEARS,M,ASIAN,Drug,D,Drug,,\nX1,X1-2,2,9,61,YEARS,F,ASIAN,Drug,D,Drug,2021-05-20,Y\n",
    "ex": "STUDYID,USUBJID,EXSEQ,EXTRT,EXSTDTC,EXENDTC\n"
    "X1,X1-1,1,DRUG,2021-03-01,2021-06-01\nX1,X1-2,1,DRUG,2021-03-01,2021-04-01\n",
    "rs": "STUDYID,USUBJID,RSSEQ,RSTESTCD,RSSTRESC,RSDTC,RSREADER\n"
    "X1,X1-1,1,OVRLRESP,SD,2021-04-12,LOCAL\nX1,X1-1,2,OVRLRESP,PD,2021-05-24,CENTRAL\n"
    "X1,X1-1,3,OVRLRESP,PD,2021-06-24,LOCAL\n",
}
"""Two subjects; RSREADER is a variable of nobody's standard."""

SPECS = {
    "trial.yaml": """\
staging_system: NOT APPLICABLE
treatment_start: {dataset: EX, date: EXSTDTC, end: EXENDTC}
primary_criterion: RECIST 1.1
title: A small trial
arm: mapped
data_cutoff: 2021-12-31
""",
    "adsl.yaml": """\
variables:
  TRTSDT: {treatment: start}
  DTHDT: {dataset: DM, date: DTHDTC, role: death}
  SAFFL: {flag: TRTSDT}
""",
    "adam/adsl.csv": """\
variable,label,type,length,core,role,codelist,origin,source
STUDYID,Study Identifier,text,20,Req,Identifier,,Predecessor,DM.STUDYID
USUBJID,Unique Subject Identifier,text,40,Req,Identifier,,Predecessor,DM.USUBJID
SUBJID,Subject Identifier for the Study,text,20,Req,Identifier,,Predecessor,DM.SUBJID
SITEID,Study Site Identifier,text,10,Req,Identifier,,Predecessor,DM.SITEID
TRT01P,Planned Treatment for Period 01,text,40,Req,Treatment,,Predecessor,DM.ARM
SAFFL,Safety Population Flag,text,1,Cond,Population Indicator,NY_YN,Derived,Sponsor
TRTSDT,Date of First Exposure to Treatment,integer,8,Cond,Treatment Timing,,Derived,Sponsor
DTHDT,Date of Death,integer,8,Perm,Trial Experience,,Derived,Sponsor
DTHDTF,Date of Death Imputation Flag,text,1,Cond,Trial Experience,DATEFL,Derived,Sponsor
""",
    "adrs.yaml": """\
population: SAFFL
parameters:
  - paramcd: OVR
    param: Overall Response
    responses: {dataset: RS, where: {RSTESTCD: OVRLRESP, RSREADER: LOCAL}, value: RSSTRESC, date: RSDTC}
  - {paramcd: PD, param: Disease Progression, first: {of: OVR, values: PD}}
""",
    "parameters/pfs.yaml": """\
paramcd: PFS
param: Progression-Free Survival (Days)
population: SAFFL
start: TRTSDT
start_description: First dose
unit: days
events:
  - {name: progression, dataset: ADRS, where: {PARAMCD: PD, AVALC: Y}, date: ADT, description: Progression, assessed: yes}
  - {name: death, dataset: ADSL, date: DTHDT, description: Death}
event_free: {dataset: ADRS, where: {PARAMCD: OVR}, date: ADT, description: Last assessment}
censorings:
  - {name: ongoing, when: otherwise, cnsr: 1, description: Ongoing without event}
""",
}


def derive(*arguments: object):
    # an exception must not pass for status 1
    return CliRunner().invoke(main, ["derive", *map(str, arguments)], catch_exceptions=False)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def small(tmp_path) -> tuple[Path, Path]:
    data = write(tmp_path / "data", {f"{name}.csv": text for name, text in SMALL.items()})
    return data, write(tmp_path / "trial", SPECS) / "trial.yaml"


def rows(out: Path, name: str) -> list[dict[str, object]]:
    whole = json.loads((out / "adam" / f"{name}.json").read_text(encoding="utf-8"))
    names = [column["name"] for column in whole["columns"]]
    return [dict(zip(names, row, strict=True)) for row in whole["rows"]]


@pytest.fixture(scope="module")
def again(reference_run, tmp_path_factory):
    """The reference study's own SDTM, as it was written, derived anew."""
    out = tmp_path_factory.mktemp("derived") / "out"
    return derive(reference_run.out / "sdtm", "--trial", TRIAL, "-o", out), out


def test_the_sdtm_of_a_run_gives_the_adam_of_the_run(again, reference_run):
    ended, out = again
    assert ended.exit_code in (0, 1), ended.output
    names = {path.stem for path in (reference_run.out / "adam").glob("*.json")}
    assert {path.stem for path in (out / "adam").glob("*.json")} == names >= {"adsl", "adrs", "adtte"}
    for name in names - {"adtte"}:
        assert rows(out, name) == rows(reference_run.out, name), name
    # SDTM holds the year of a date with two readings, of which the run knows both: here neither moves a time
    pairs = list(zip(rows(out, "adtte"), rows(reference_run.out, "adtte"), strict=True))
    assert {one["USUBJID"] for one, other in pairs if one != other} == {"RTHCC-103-003"}
    for one, other in pairs:
        assert one | {"ADTBND": ""} == other | {"ADTBND": ""}


def test_it_leaves_findings_rules_a_ledger_and_a_manifest_that_holds(again):
    _, out = again
    assert {
        "adam",
        "decisions.parquet",
        "findings.csv",
        "findings.xlsx",
        "rules.csv",
        "assumptions.csv",
        "manifest.json",
    } <= {path.name for path in out.iterdir()}
    assert verify_manifest(out) == []
    inputs = {entry["name"] for entry in read_manifest(out)["inputs"]}
    assert {"data/dm.xpt", "specs/trial.yaml", "specs/adsl.yaml", "specs/parameters/pfs.yaml"} <= inputs
    assert not {"specs/endpoints.yaml"} & inputs
    with (out / "assumptions.csv").open(encoding="utf-8-sig") as file:
        topics = [line["topic"] for line in csv.DictReader(file)]
    assert {"treatment_start", "data_cutoff", "parameter PFS"} <= set(topics)
    assert not [topic for topic in topics if topic.startswith("endpoint")]


def test_a_variable_of_nobodys_standard_is_usable(small, tmp_path):
    data, trial = small
    ended = derive(data, "--trial", trial, "-o", tmp_path / "out")
    assert ended.exit_code in (0, 1), ended.output
    assert "Derived: ADSL 2, ADRS" in ended.output
    found = {(row["USUBJID"], row["PARAMCD"]): row for row in rows(tmp_path / "out", "adtte")}
    # the central reader's progression on 2021-05-24 is not asked for; 115 days to 2021-06-24
    assert [found["X1-1", "PFS"][name] for name in ("AVAL", "CNSR", "EVNTDESC")] == [116, 0, "Progression"]
    assert [found["X1-2", "PFS"][name] for name in ("AVAL", "CNSR", "EVNTDESC")] == [81, 0, "Death"]
    written, _ = pyreadstat.read_xport(tmp_path / "out" / "adam" / "adtte.xpt")
    assert len(written) == len(found)


@pytest.mark.parametrize("kind", ["xpt", "parquet", "json"])
def test_every_kind_of_file_gives_the_same(small, tmp_path, kind):
    data, trial = small
    derive(data, "--trial", trial, "-o", tmp_path / "csv")
    other = tmp_path / "other"
    other.mkdir()
    for name, text in SMALL.items():
        lines = list(csv.reader(text.splitlines()))
        frame = pd.DataFrame(lines[1:], columns=lines[0])
        for column in frame:
            if column.endswith("SEQ") or column == "AGE":
                frame[column] = frame[column].astype(float)
        if kind == "xpt":
            pyreadstat.write_xport(frame, other / f"{name}.xpt", table_name=name.upper(), file_format_version=5)
        elif kind == "parquet":
            frame.to_parquet(other / f"{name}.parquet")
        else:
            write_dataset_json(other / f"{name}.json", name.upper(), frame)
    ended = derive(other, "--trial", trial, "-o", tmp_path / "out")
    assert ended.exit_code in (0, 1), ended.output
    for name in ("adsl", "adrs", "adtte"):
        assert rows(tmp_path / "out", name) == rows(tmp_path / "csv", name)


def write_dataset_json(path: Path, name: str, frame: pd.DataFrame) -> None:
    kinds = {"object": "string", "str": "string", "float64": "integer"}
    columns = [
        {"itemOID": f"IT.{name}.{each}", "name": each, "label": each, "dataType": kinds[str(frame[each].dtype)]}
        for each in frame
    ]
    head = {"datasetJSONVersion": "1.1.0", "itemGroupOID": f"IG.{name}", "name": name, "label": name}
    values = [[int(each) if isinstance(each, float) else each for each in row] for row in frame.itertuples(index=False)]
    path.write_text(json.dumps({**head, "records": len(frame), "columns": columns, "rows": values}), encoding="utf-8")


def trace(*arguments: object):
    return CliRunner().invoke(main, ["trace", *map(str, arguments)], catch_exceptions=False)


def test_a_row_is_traced_to_the_name_of_its_sdtm_record(small, tmp_path):
    data, trial = small
    out = tmp_path / "out"
    derive(data, "--trial", trial, "-o", out)
    told = trace(out, "PFS", "X1-1")
    assert told.exit_code == 0, told.output
    assert "CNSR = 0; EVNTDESC = Progression" in told.output
    # the row of ADTTE points to ADRS, and that to the response
    assert re.search(r"^  why       The event is .* on 2021-06-24 \(RS record \d+\)\.$", told.output, re.MULTILINE)
    assert re.search(r"^  record    RS record \d+ RSDTC$", told.output, re.MULTILINE)
    assert "  record    DM.DTHDTC\n" in trace(out, "PFS", "X1-2").output


@pytest.mark.parametrize(
    ("name", "subject", "said"),
    [
        ("PFX", "X1-1", 'out/adam/adtte.json: no endpoint or parameter "PFX"; did you mean "PFS"?'),
        ("PFS", "X1-9", 'out/adam/adsl.json: no subject "X1-9"'),
    ],
)
def test_a_trace_of_what_was_not_derived_is_refused(small, tmp_path, name, subject, said):
    data, trial = small
    derive(data, "--trial", trial, "-o", tmp_path / "out")
    told = trace(tmp_path / "out", name, subject)
    assert told.exit_code == 2
    assert said in told.output


def test_two_runs_are_equal_to_the_byte(small, tmp_path):
    data, trial = small
    outputs = []
    for name in ("one", "two"):
        pipeline.derive(data, trial, tmp_path / name)
        outputs.append(read_manifest(tmp_path / name))
    assert outputs[0] == outputs[1]


def test_an_earlier_cutoff_leaves_later_records_out_and_says_so(small, tmp_path):
    data, trial = small
    result = pipeline.derive(data, trial, tmp_path / "out", cutoff="2021-05-01")
    adtte = result.adam["ADTTE"].published.set_index("USUBJID")
    # both are without an event on 2021-05-01: the progression and the death came later
    assert adtte["CNSR"].to_dict() == {"X1-1": 1, "X1-2": 1}
    assert adtte.loc["X1-1", "AVAL"] == 43
    ledger = result.assumptions.set_index("topic")
    assert ledger.loc["data_cutoff", "value"] == "2021-05-01"
    assert ledger.loc["data_cutoff", "where"].startswith("--cutoff, in place of ")
    assert read_manifest(tmp_path / "out")["notes"] == [
        "Intermediate analysis at 2021-05-01: later records are left out."
    ]


def test_a_folder_of_specs_takes_the_place_of_the_trials_own(small, tmp_path):
    data, trial = small
    specs = tmp_path / "specs"
    shutil.copytree(trial.parent, specs)
    (specs / "trial.yaml").unlink()
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(trial, alone)
    derive(data, "--trial", trial, "-o", tmp_path / "one")
    ended = derive(data, "--trial", alone / "trial.yaml", "--specs", specs, "-o", tmp_path / "two")
    assert ended.exit_code in (0, 1), ended.output
    assert rows(tmp_path / "one", "adtte") == rows(tmp_path / "two", "adtte")


def test_a_dataset_that_is_asked_for_and_not_there_is_a_finding(small, tmp_path):
    data, trial = small
    (data / "rs.csv").unlink()
    text = SPECS["adrs.yaml"].replace("RSREADER: LOCAL", "RSEVAL: INVESTIGATOR")
    (trial.parent / "adrs.yaml").write_text(text, encoding="utf-8")
    result = pipeline.derive(data, trial)
    found = result.findings[result.findings["rule"].str.startswith("DRV-001")]
    assert found["dataset"].tolist() == ["RS"]
    assert found["message"].tolist() == ["RS is not in the data; ADRS OVR finds no record of it"]
    assert found["severity"].tolist() == ["warning"]
    # the subject is not lost: censored at the first dose
    assert result.adam["ADTTE"].published.set_index("USUBJID").loc["X1-1", "AVAL"] == 1


def test_an_analysis_dataset_among_the_data_is_not_read(small):
    data, trial = small
    (data / "adsl.csv").write_text("STUDYID,USUBJID,SAFFL\nX1,X1-1,N\n", encoding="utf-8")
    result = pipeline.derive(data, trial)
    assert result.adam["ADSL"].published["SAFFL"].tolist() == ["Y", "Y"]
    found = result.findings[result.findings["rule"].str.startswith("DRV-002")]
    assert found[["dataset", "source"]].to_numpy().tolist() == [["ADSL", "adsl.csv"]]


def test_everything_that_is_wrong_stands_in_one_block(small, tmp_path):
    data, trial = small
    write(
        trial.parent,
        {
            "trial.yaml": SPECS["trial.yaml"].replace("2021-12-31", "2021-02-30").replace("title", "titel"),
            "adrs.yaml": SPECS["adrs.yaml"].replace("RSREADER", "RSREDER"),
            "parameters/pfs.yaml": SPECS["parameters/pfs.yaml"].replace("start: TRTSDT", "start: TRTSTD"),
        },
    )
    ended = derive(data, "--trial", trial, "-o", tmp_path / "out")
    assert ended.exit_code == 2
    assert not (tmp_path / "out").exists()
    folder = trial.parent.as_posix()
    for said in (
        f"{folder}/trial.yaml:6: data_cutoff",
        "a day of the calendar such as 2024-02-29 was expected",
        'did you mean "title"?',
        f'{folder}/adrs.yaml:5: no variable of RS "RSREDER"; did you mean "RSREADER"?',
        f'{folder}/parameters/pfs.yaml:4: no date of ADSL "TRTSTD"; did you mean "TRTSDT"?',
    ):
        assert said in ended.output, ended.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dm.csv": None}, "has no DM, whose subjects are those of ADSL (it has EX, RS)"),
        ({"dm.csv": "SUBJID,ARM\n1,Drug\n"}, "dm.csv: DM has no variable USUBJID"),
        (
            {"rs.csv": "SUBJID,RSTESTCD,RSREADER,RSSTRESC,RSDTC\n1,OVRLRESP,LOCAL,PD,2021-05-01\n"},
            'rs.csv: RS has no variable USUBJID; did you mean "SUBJID"?',
        ),
        ({"rs.parquet": "no parquet"}, "rs.parquet: "),
    ],
)
def test_data_that_no_analysis_can_be_made_of_ends_it(small, tmp_path, change, said):
    data, trial = small
    for name, text in change.items():
        if text is None:
            (data / name).unlink()
        else:
            (data / name).write_text(text, encoding="utf-8")
    ended = derive(data, "--trial", trial, "-o", tmp_path / "out")
    assert ended.exit_code == 2
    assert said in ended.output, ended.output


def test_a_packaged_file_that_does_not_fit_is_named_with_what_to_do(small, tmp_path):
    data, trial = small
    (trial.parent / "adrs.yaml").unlink()
    ended = derive(data, "--trial", trial, "-o", tmp_path / "out")
    assert ended.exit_code == 2
    assert "specs/adrs.yaml:" in ended.output
    assert (
        f"{trial.as_posix()}: packaged files do not fit this data (adrs.yaml); put your own beside it" in ended.output
    )


def test_the_records_that_the_trial_names_must_exist(small, tmp_path):
    data, trial = small
    text = SPECS["trial.yaml"].replace("date: EXSTDTC,", "where: {EXTRTT: DRUG}, date: EXSTDTM,")
    text += "new_therapies:\n  - {kind: systemic, dataset: CMM, date: CMSTDTC}\n"
    trial.write_text(text, encoding="utf-8")
    ended = derive(data, "--trial", trial, "-o", tmp_path / "out")
    assert ended.exit_code == 2
    for said in (
        'trial.yaml:2: no variable of EX "EXTRTT"; did you mean "EXTRT"?',
        'trial.yaml:2: no variable of EX "EXSTDTM"; did you mean "EXSTDTC"?',
        'trial.yaml:8: no dataset "CMM"; did you mean "CM"?',
    ):
        assert said in ended.output, ended.output


def test_files_that_are_not_there_are_named_with_the_nearest(small, tmp_path):
    data, trial = small
    ended = derive(data, "--trial", trial.parent / "trail.yaml", "--specs", tmp_path / "trail", "-o", tmp_path / "out")
    assert ended.exit_code == 2
    assert 'trail.yaml: no such file; did you mean "trial.yaml"?' in ended.output
    assert 'trail: no such folder of specs; did you mean "trial"?' in ended.output
    assert "is a folder; name the trial's own file in it" in derive(data, "--trial", trial.parent, "-o", "x").output
    ended = derive(data, "--trial", trial, "-o", tmp_path / "out", "--cutoff", "2021-13-01")
    assert '--cutoff: "2021-13-01": a day of the calendar such as 2024-02-29 was expected' in ended.output


def test_a_record_without_a_number_is_pointed_to_without_one(small):
    data, trial = small
    frame = pd.read_csv(data / "rs.csv").drop(columns="RSSEQ")
    frame.to_csv(data / "rs.csv", index=False)
    adrs = pipeline.derive(data, trial).adam["ADRS"].published
    assert adrs.loc[adrs["SRCDOM"] == "RS", "SRCSEQ"].isna().all()


def test_a_run_takes_a_cutoff_too(tmp_path, reference_run):
    result = pipeline.run(ROOT, cutoff="2023-06-30")
    days = result.adam["ADTTE"].published["ADT"]
    assert days.max() <= pd.Timestamp("2023-06-30").to_julian_date() - pd.Timestamp("1960-01-01").to_julian_date()
    assert reference_run.frame("ADTTE")["ADT"].max() > days.max()


def test_who_came_after_an_earlier_cutoff_is_a_note_and_no_subject(small):
    data, trial = small
    text = SMALL["dm"].replace("DTHDTC,DTHFL", "DTHDTC,DTHFL,RFICDTC,DMDTC")
    text = text.replace("Drug,,\n", "Drug,,,2021-06-20,2021-06-01\n")
    text = text.replace("2021-05-20,Y\n", "2021-09-20,Y,2021-07-04,2021-07-04\n")
    (data / "dm.csv").write_text(text, encoding="utf-8")
    (data / "ex.csv").write_text(
        SMALL["ex"].replace("X1-2,1,DRUG,2021-03-01", "X1-2,1,DRUG,2021-07-05"), encoding="utf-8"
    )
    result = pipeline.derive(data, trial, cutoff="2021-05-01")
    # the first has a consent after the cut-off and was treated before: nobody is lost by one wrong date
    assert result.adam["ADSL"].published[["USUBJID", "SITEID"]].to_numpy().tolist() == [["X1-1", "9"]]
    found = result.findings[result.findings["rule"].str.startswith("DRV-003")]
    assert found[["subject", "variable", "value", "severity"]].to_numpy().tolist() == [
        ["X1-2", "RFICDTC", "2021-07-04", "note"]
    ]
    assert not result.findings["rule"].str.startswith("AD-0014").any()
    lost = result.outcomes[result.outcomes["rule"].str.startswith("AD-0014")]
    assert lost[["outcome", "findings"]].to_numpy().tolist() == [["pass", 0]]
    assert len(pipeline.derive(data, trial).adam["ADSL"]) == 2
