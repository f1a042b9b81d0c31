"""`hcc-sdtm estimate`: anyone's analysis datasets in, endpoints out; what is missing or wrong is said with what to do."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import hcc_sdtm as hs
from hcc_sdtm.cli import main
from tests.conftest import ROOT

SUBJECTS = [f"T-{number}" for number in range(6)]
ADSL = pd.DataFrame(
    {"STUDYID": "T", "USUBJID": SUBJECTS, "SAFFL": ["Y", "Y", "Y", "Y", "N", "Y"], "SEX": list("MFMFMF")}
)
ADTTE = pd.DataFrame(
    {
        "STUDYID": "T",
        "USUBJID": SUBJECTS,
        "PARAMCD": "PFS",
        "PARAM": "Progression-free Survival (Months)",
        "AVAL": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "CNSR": [0, 1, 0, 0, 1, 0],
        "ASEQ": 1,
        "SAFFL": ["Y", "Y", "Y", "Y", "N", "Y"],
    }
)
ADRS = pd.DataFrame(
    {"STUDYID": "T", "USUBJID": SUBJECTS, "PARAMCD": "BOR", "AVALC": ["CR", "PD", "PR", "SD", "PD", "SD"], "ASEQ": 1}
)
DATA = {"adsl": ADSL, "adtte": ADTTE, "adrs": ADRS}

PFS = "  - {id: PFS, label: Progression-free survival, estimator: survival, parameter: PFS, population: SAFFL, times: [3]}\n"
ORR = (
    "  - {id: ORR, label: Response rate, estimator: proportion, parameter: BOR, values: [CR, PR], population: SAFFL}\n"
)
CIF = (
    "  - {id: CIF, label: c, estimator: cumulative-incidence, parameter: PFS, population: SAFFL, "
    "causes: [therapy, death]}\n"
)
HEAD = "populations: {SAFFL: all who were treated}\nendpoints:\n"
LIST = HEAD + PFS + ORR


@dataclass(frozen=True)
class Ended:
    status: int
    output: str
    out: Path

    @property
    def problems(self) -> list[str]:
        """The problems, each without the folder of the test."""
        lines = self.output.splitlines()
        assert lines[0].startswith("not done: "), self.output
        return [line.strip().replace(f"{self.out.parent}/", "") for line in lines[1:]]

    @property
    def findings(self) -> list[tuple[str, str, str, str]]:
        """Rule, subject, variable and value of each finding, in the order of the file."""
        with (self.out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [(row["rule"].split()[0], row["subject"], row["variable"], row["value"]) for row in rows]

    @property
    def ard(self) -> dict:
        return json.loads((self.out / "results" / "ard.json").read_text(encoding="utf-8"))

    def value(self, endpoint: str, measure: str):
        (row,) = [
            row
            for row in self.ard["results"]
            if (row["endpoint"], row["measure"], row["group"], row["cause"]) == (endpoint, measure, "", "")
        ]
        return row["value"]


@pytest.fixture
def estimate(tmp_path):
    """Writes the frames and the list, and runs the command on them."""

    def run(frames: dict[str, pd.DataFrame], listed: str = LIST, kind: str = "csv", *options: str) -> Ended:
        data, out = tmp_path / "data", tmp_path / "out"
        data.mkdir()
        for name, frame in frames.items():
            if kind == "csv":
                frame.to_csv(data / f"{name}.csv", index=False)
            else:
                frame.to_parquet(data / f"{name}.parquet")
        (tmp_path / "endpoints.yaml").write_text(listed, encoding="utf-8")
        arguments = ["estimate", str(data), "--endpoints", str(tmp_path / "endpoints.yaml"), "-o", str(out), *options]
        ended = CliRunner().invoke(main, arguments, catch_exceptions=False)
        assert out.exists() == (ended.exit_code != 2)
        return Ended(ended.exit_code, ended.output, out)

    return run


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_endpoints_with_tables_figures_report_and_manifest(estimate, kind):
    ended = estimate(DATA, LIST, kind)
    assert ended.status == 0, ended.output
    # five subjects: 1 event, 2 censored, 3 event, 4 event, 6 event; S(3) = 4/5 * 2/3, S(4) = S(3)/2
    assert ended.value("PFS", "subjects") == 5
    assert ended.value("PFS", "median") == 4
    assert ended.value("PFS", "rate") == pytest.approx(100 * 4 / 5 * 2 / 3)
    assert ended.value("ORR", "proportion") == pytest.approx(40)
    names = {path.relative_to(ended.out).as_posix() for path in ended.out.rglob("*") if path.is_file()}
    assert {
        "results/ard.json", "results/ars.json", "results/tie_out.csv", "results/tables/estimates.html",
        "results/tables/endpoints.html", "results/figures/pfs.svg", "results/figures/pfs.png",
        "report.html", "findings.csv", "manifest.json",
    } <= names  # fmt: skip
    manifest = json.loads((ended.out / "manifest.json").read_text(encoding="utf-8"))
    read = [*(f"data/{name}.{kind}" for name in DATA), "endpoints.yaml"]
    assert [each["name"] for each in manifest["inputs"]] == sorted(read)
    assert CliRunner().invoke(main, ["verify", str(ended.out)]).exit_code == 0


def test_numbers_that_only_a_file_of_texts_leaves_open_are_read_as_numbers(estimate, tmp_path):
    """A CSV says of no column that it is a number; tables and figures show it as they do from other files."""
    (tmp_path / "tables.yaml").write_text(
        "tables:\n  - {table: characteristics, id: base, title: Base, population: SAFFL, variables: "
        "[{variable: MARKER, label: Marker}, {variable: CODE, label: Code}]}\n",
        encoding="utf-8",
    )
    (tmp_path / "figures.yaml").write_text(
        "records:\n  end: {dataset: ADTTE, date: ADT, label: End}\n"
        "figures:\n  - {kind: subject, id: dates, title: Dates, subjects: [T-0], records: [end], parameters: [PFS]}\n",
        encoding="utf-8",
    )
    numbers = ADSL.assign(
        TRTSDT="2021-01-01",
        DTHDT="",
        LSTALVDT="2021-03-01",
        MARKER=[1.5, 2, 3, 4, 5, None],
        CODE=["01", "02", "02", "01", "01", "01"],
    )
    times = ADTTE.assign(STARTDT="2021-01-01", ADT="2021-02-01", AVALLO=ADTTE["AVAL"], AVALHI=ADTTE["AVAL"] + 1)
    ended = estimate({**DATA, "adsl": numbers, "adtte": times})
    assert ended.status == 0, ended.output
    base = (ended.out / "results" / "tables" / "base.html").read_text(encoding="utf-8")
    assert "Median" in base  # and not a line a value
    assert ">01<" in base
    drawn = (ended.out / "results" / "figures" / "dates-T-0.svg").read_text(encoding="utf-8")
    assert "1.0 to 2.0 by the unknown dates" in drawn


def test_printed_as_json(estimate):
    ended = estimate(DATA, LIST, "csv", "--json")
    printed = json.loads(ended.output)
    assert printed["findings"] == []
    assert {row["endpoint"] for row in printed["endpoints"]} == {"PFS", "ORR"}


def test_the_same_input_gives_the_same_bytes(estimate, tmp_path):
    ended = estimate(DATA)
    again = tmp_path / "again"
    arguments = ["estimate", str(tmp_path / "data"), "--endpoints", str(tmp_path / "endpoints.yaml"), "-o", str(again)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    for path in sorted(path for path in ended.out.rglob("*") if path.is_file()):
        assert path.read_bytes() == (again / path.relative_to(ended.out)).read_bytes(), path.name


def test_from_python(tmp_path):
    for name, frame in DATA.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "list.yaml").write_text(LIST, encoding="utf-8")
    result = hs.estimate(tmp_path, tmp_path / "list.yaml")
    median = result.endpoints.query("endpoint == 'PFS' and measure == 'median'")
    assert median["value"].tolist() == [4.0]
    assert median["unit"].tolist() == ["months"]
    assert not result.has_errors


def test_our_own_analysis_datasets_give_the_numbers_of_the_run(reference_run, tmp_path):
    result = hs.estimate(reference_run.out / "adam", ROOT / "specs" / "endpoints.yaml")
    ours = reference_run.result.endpoints
    numbers = ["endpoint", "group", "measure", "cause", "text", "value", "lower", "upper", "time", "n"]
    pd.testing.assert_frame_equal(result.endpoints[numbers], ours[numbers], rtol=1e-12)
    assert set(result.findings["severity"]) <= {"note"}


def test_adtte_alone_is_enough_where_it_has_the_flag(estimate):
    ended = estimate({"adtte": ADTTE}, HEAD + PFS)
    assert ended.status == 0
    assert ended.value("PFS", "median") == 4
    assert ended.findings == [("EST-041", "", "", "")]


def test_without_adsl_and_without_the_flag(estimate):
    ended = estimate({"adtte": ADTTE.rename(columns={"SAFFL": "SAFETY"})}, HEAD + PFS)
    assert ended.status == 2
    assert ended.problems == ['adtte.csv: there is no ADSL, and no variable "SAFFL" in ADTTE; did you mean "SAFETY"?']


def test_without_adsl_a_flag_must_be_one_a_subject(estimate):
    other = ADTTE.assign(PARAMCD="OS", ASEQ=2, SAFFL=["N", *ADTTE["SAFFL"][1:]])
    ended = estimate({"adtte": pd.concat([ADTTE, other])}, HEAD + PFS)
    assert ended.problems == [
        "adtte.csv: there is no ADSL, and SAFFL differs between the records of 1 subjects (first T-0)"
    ]


def test_a_dataset_of_another_name_is_found_by_its_columns(estimate):
    ended = estimate({"adsl": ADSL, "adtteonc": ADTTE, "adrs": ADRS})
    assert ended.status == 0
    assert ("EST-040", "", "", "") in ended.findings
    assert ended.value("PFS", "median") == 4


def test_of_two_that_could_be_meant_one_must_be_named(estimate, tmp_path):
    two = {"adsl": ADSL, "adtte1": ADTTE, "adtte2": ADTTE.assign(AVAL=ADTTE["AVAL"] * 2), "adrs": ADRS}
    ended = estimate(two)
    assert ended.problems == [
        "data: has no ADTTE, and ADTTE1, ADTTE2 could be it; write datasets: {ADTTE: ADTTE1} in endpoints.yaml"
    ]
    (tmp_path / "endpoints.yaml").write_text("datasets: {ADTTE: ADTTE2}\n" + LIST, encoding="utf-8")
    result = hs.estimate(tmp_path / "data", tmp_path / "endpoints.yaml")
    assert result.endpoints.query("endpoint == 'PFS' and measure == 'median'")["value"].tolist() == [8.0]


@pytest.mark.parametrize(
    ("frames", "listed", "problems"),
    [
        pytest.param(
            {}, LIST.replace("values:", "valuess:"),
            ['endpoints.yaml:4: unknown key "valuess"; did you mean "values"?'],
            id="a key that does not exist",
        ),
        pytest.param(
            {"adrs": None}, LIST,
            ["data: has no ADRS, nor another dataset with USUBJID, PARAMCD, AVALC (it has ADSL, ADTTE); ORR needs it"],
            id="a dataset that is not there",
        ),
        pytest.param(
            {}, "datasets: {ADTTE: ADTTO}\n" + LIST,
            ['endpoints.yaml:1: the data has no dataset "ADTTO"; did you mean "ADTTE"? (it has ADRS, ADSL, ADTTE)'],
            id="a named dataset that is not there",
        ),
        pytest.param(
            {}, LIST.replace("parameter: PFS", "parameter: PSF").replace("parameter: BOR", "parameter: BORR"),
            [
                'endpoints.yaml:3: unknown parameter of ADTTE "PSF"; did you mean "PFS"?',
                'endpoints.yaml:4: unknown parameter of ADRS "BORR"; did you mean "BOR"?',
            ],
            id="parameters that the data does not have",
        ),
        pytest.param(
            {"adtte": ADTTE.assign(AVALU="DAYS", PARAM="PFS")}, LIST.replace("times: [3]", "times: [3], unit: months"),
            ['endpoints.yaml:3: the unit is "months", and that of PFS is days'],
            id="days where the list says months",
        ),
        pytest.param(
            {"adtte": ADTTE.assign(PARAM="Progression-free survival")}, LIST,
            ['endpoints.yaml:3: say the unit of PFS ("unit: days"), which neither AVALU nor PARAM of the data says'],
            id="no unit anywhere",
        ),
        pytest.param(
            {"adtte": ADTTE.assign(AVALU=["DAYS"] * 3 + ["MONTHS"] * 3)}, LIST,
            [
                'adtte.csv: the unit of PFS is days by AVALU "DAYS" and months by PARAM "Progression-free Survival (Months)"; '
                "one parameter has one unit"
            ],
            id="two units of a parameter",
        ),
        pytest.param(
            {"adtte": ADTTE.assign(AVALU="DAYS")}, LIST,
            [
                'adtte.csv: the unit of PFS is days by AVALU "DAYS" and months by PARAM "Progression-free Survival (Months)"; '
                "one parameter has one unit"
            ],
            id="days in AVALU and months in PARAM",
        ),
        pytest.param(
            {"adtte": ADTTE.rename(columns={"CNSR": "CNS"})}, LIST,
            ['adtte.csv: ADTTE has no variable CNSR; did you mean "CNS"?'],
            id="no CNSR",
        ),
        pytest.param(
            {}, HEAD + PFS + CIF,
            ['adtte.csv: ADTTE has no variable CAUSE, which CIF reads; did you mean "ASEQ"?'],
            id="no CAUSE for competing risks",
        ),
        pytest.param(
            {"adsl": pd.concat([ADSL, ADSL.iloc[[0]]])}, LIST,
            ['adsl.csv: ADSL has one record a subject, and several of "T-0"'],
            id="a subject twice in ADSL",
        ),
        pytest.param(
            {}, LIST.replace("population: SAFFL", "population: SAFL").replace("{SAFFL:", "{SAFL:"),
            [
                'endpoints.yaml:3: unknown variable of ADSL "SAFL"; did you mean "SAFFL"?',
                'endpoints.yaml:4: unknown variable of ADSL "SAFL"; did you mean "SAFFL"?',
            ],
            id="a flag that ADSL does not have",
        ),
        pytest.param(
            {}, LIST.replace("times: [3]", "times: [3], where: {ANL01FL: Y}"),
            ['endpoints.yaml:3: unknown variable of ADTTE "ANL01FL"; did you mean "SAFFL"?'],
            id="a restriction by a variable that is not there",
        ),
        pytest.param(
            {"adtte": ADTTE.iloc[:0]}, LIST, ["adtte.csv: ADTTE has no records"], id="a dataset without records",
        ),
        pytest.param(
            {}, "populations: {SAFFL: all}\nendpoints: []\n", ["endpoints.yaml:2: the list has no endpoint"],
            id="an empty list",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_said_with_what_to_do(estimate, frames, listed, problems):
    there = {name: frame for name, frame in {**DATA, **frames}.items() if frame is not None}
    ended = estimate(there, listed)
    assert ended.status == 2
    assert ended.problems == problems


def test_a_list_that_is_not_there(tmp_path):
    ended = CliRunner().invoke(main, ["estimate", str(tmp_path), "--endpoints", str(tmp_path / "no.yaml"), "-o", "x"])
    assert ended.exit_code == 2
    assert "no such file; name the list of endpoints" in ended.output


@pytest.mark.parametrize(
    ("frames", "listed", "findings", "subjects"),
    [
        pytest.param(
            {"adtte": ADTTE.assign(CNSR=[0, 1, None, 0, -1, 0.5])}, LIST,
            [("EST-044", "T-2", "CNSR", ""), ("EST-044", "T-5", "CNSR", "0.5")],
            4, id="no usable status",
        ),
        pytest.param(
            {"adtte": ADTTE.assign(AVAL=["1", "2 m", "", "-3", "5", "6"])}, LIST,
            [("EST-044", "T-2", "AVAL", ""), ("EST-044", "T-3", "AVAL", "-3"), ("EST-048", "T-1", "AVAL", "2 m")],
            2, id="no usable duration",
        ),
        pytest.param(
            {"adtte": pd.concat([ADTTE, ADTTE.iloc[[0]]])}, LIST,
            [("EST-045", "T-0", "PARAMCD", "PFS"), ("EST-045", "T-0", "PARAMCD", "PFS")],
            4, id="two records of a subject",
        ),
        pytest.param(
            {"adsl": ADSL.assign(SAFFL=["Yes", "Y", "Y", "Y", "No", "Y"])}, LIST,
            [("EST-042", "", "SAFFL", "No"), ("EST-042", "", "SAFFL", "Yes")],
            4, id="a flag that is neither Y nor N",
        ),
        pytest.param(
            {"adsl": ADSL.assign(SAFFL="N")}, LIST, [("EST-043", "", "SAFFL", "")], 0, id="nobody in the population",
        ),
        pytest.param(
            {"adtte": ADTTE.assign(CAUSE=[0, 1, 2, 3, 1, 1])}, HEAD + PFS + CIF,
            [("EST-044", "T-3", "CAUSE", "3")],
            5, id="a cause that nobody named",
        ),
    ],
)  # fmt: skip
def test_bad_data_is_a_finding_and_the_rest_is_estimated(estimate, frames, listed, findings, subjects):
    ended = estimate({**DATA, **frames}, listed)
    assert ended.status == 1
    assert sorted(ended.findings) == sorted(findings)
    assert ended.value("PFS", "subjects") == subjects


def test_a_spelling_that_no_record_has_is_a_warning_beside_the_rate_of_zero(estimate):
    ended = estimate({**DATA, "adrs": ADRS.assign(AVALC="Complete Response")})
    assert ended.status == 0
    assert ended.value("ORR", "proportion") == 0
    assert ended.findings == [("EST-047", "", "AVALC", "Complete Response")]


def test_records_of_subjects_that_adsl_does_not_have(estimate):
    ended = estimate({**DATA, "adsl": ADSL.iloc[:4]})
    assert ended.status == 0
    assert {(rule, subject) for rule, subject, _, _ in ended.findings} == {("EST-046", "T-4"), ("EST-046", "T-5")}
    assert ended.value("PFS", "subjects") == 4


def test_a_folder_of_somebody_else_is_left_alone(estimate, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    for name, frame in DATA.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "endpoints.yaml").write_text(LIST, encoding="utf-8")
    arguments = [
        "estimate",
        str(tmp_path),
        "--endpoints",
        str(tmp_path / "endpoints.yaml"),
        "-o",
        str(tmp_path / "out"),
    ]
    ended = CliRunner().invoke(main, arguments)
    assert ended.exit_code == 2
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]
