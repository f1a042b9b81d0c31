"""HCC-TACE-Seg: every number of the run again from the raw workbook, by plain lines and nothing of the package.

The data is not committed. The tests run where the environment variable HCC_SDTM_DATA names a folder with hcc-tace-seg in it.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner
from openpyxl.utils import get_column_letter
from scipy.stats import beta

from hcc_sdtm.cli import main
from hcc_sdtm.outputs.trace import trace_parameter
from tests.examples.reckoned import MONTH, close, kaplan_meier, require_median
from tests.mapping.reconciliation_checks import assert_adds_up

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "hcc_tace_seg"
RAW = Path(os.environ["HCC_SDTM_DATA"]) / "hcc-tace-seg" if "HCC_SDTM_DATA" in os.environ else None
WORKBOOK = "HCC-TACE-Seg_clinical_data-V2.xlsx"

pytestmark = pytest.mark.skipif(
    RAW is None or not (RAW / WORKBOOK).is_file(),
    reason="HCC_SDTM_DATA names no folder with hcc-tace-seg in it",
)

DIED, PROGRESSED = "Death_1_StillAliveorLostToFU_0", "Censored_0_progressed_1"
READERS = ("1", "2", "3")
GROUPINGS = {"agegp", "AFP_group", "CLIP"}
RESPONSES = {1: "CR", 2: "PR", 3: "SD", 4: "PD"}

Row = dict[str, object]


@dataclass(frozen=True)
class Run:
    out: Path
    status: int
    text: str
    results: list[dict[str, object]]
    findings: list[dict[str, str]]

    def value(self, endpoint: str, statistic: str) -> dict[str, object]:
        (entry,) = [row for row in self.results if (row["endpoint"], row["statistic"]) == (endpoint, statistic)]
        return entry


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    out = tmp_path_factory.mktemp("tace") / "out"
    outcome = CliRunner().invoke(main, ["run", str(EXAMPLE), "--raw", str(RAW), "-o", str(out)])
    assert outcome.exit_code in (0, 1), outcome.output
    ard = json.loads((out / "results" / "ard.json").read_text(encoding="utf-8"))
    with (out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        findings = list(csv.DictReader(file))
    return Run(out, outcome.exit_code, outcome.output, ard["results"], findings)


@pytest.fixture(scope="module")
def sheet():
    return openpyxl.load_workbook(RAW / WORKBOOK)["data table"]


@pytest.fixture(scope="module")
def patients(sheet) -> list[Row]:
    header = [cell.value for cell in sheet[1]]
    return [
        {**dict(zip(header, (cell.value for cell in cells), strict=True)), "row": cells[0].row}
        for cells in sheet.iter_rows(min_row=2)
    ]


@pytest.fixture(scope="module")
def letters(sheet) -> dict[str, str]:
    return {cell.value: get_column_letter(cell.column) for cell in sheet[1]}


def days(patient: Row, column: str) -> int:
    return round(patient[column] * 7)


def overall_survival(patient: Row) -> tuple[float, bool]:
    return days(patient, "OS"), patient[DIED] == 1


def time_to_progression(patient: Row) -> tuple[float, bool]:
    return days(patient, "TTP"), patient[PROGRESSED] == 1


def progression_free(patient: Row, weeks: float = float("inf")) -> tuple[float, bool]:
    """Progression, or a death within so many weeks of the last progression-free date."""
    gap = days(patient, "OS") - days(patient, "TTP")
    if patient[PROGRESSED] == 0 and patient[DIED] == 1 and gap <= weeks * 7:
        return days(patient, "OS"), True
    return days(patient, "TTP"), patient[PROGRESSED] == 1


def progression_free_12_weeks(patient: Row) -> tuple[float, bool]:
    return progression_free(patient, 12)


def last_seen(patient: Row) -> tuple[float, bool]:
    """Follow-up: being seen last alive is the event."""
    return days(patient, "OS"), patient[DIED] == 0


SURVIVAL = {
    "OS": (overall_survival, (12, 24, 36)),
    "TTP": (time_to_progression, (6, 12)),
    "PFS": (progression_free, (6, 12)),
    "PFS-12W": (progression_free_12_weeks, (6, 12)),
}


@pytest.mark.parametrize("endpoint", SURVIVAL)
def test_survival(run, patients, endpoint):
    reckon, marks = SURVIVAL[endpoint]
    times = [reckon(patient) for patient in patients]
    curve = kaplan_meier(times)
    assert run.value(endpoint, "subjects")["value"] == len(patients) == 105
    assert run.value(endpoint, "left out")["value"] == 0
    assert run.value(endpoint, "events")["value"] == sum(event for _, event in times)
    require_median(run.value(endpoint, "median"), curve)
    for months in marks:
        _, *expected = [point for point in curve if point[0] <= months * MONTH][-1]
        entry = run.value(endpoint, f"rate at {months} months")
        assert [entry["value"], entry["lower"], entry["upper"]] == close([100 * part for part in expected])
        at_risk = run.value(endpoint, f"at risk at {months} months")["value"]
        assert at_risk == sum(time >= months * MONTH for time, _ in times)


def test_follow_up(run, patients):
    require_median(run.value("FOLLOW-UP", "median"), kaplan_meier([last_seen(patient) for patient in patients]))


def test_what_the_notes_say_of_the_two_pfs(run, patients):
    gaps = sorted(
        days(patient, "OS") - days(patient, "TTP")
        for patient in patients
        if patient[PROGRESSED] == 0 and patient[DIED] == 1
    )
    assert len(gaps) == 53
    assert sum(patient[PROGRESSED] == 0 for patient in patients) == 60
    assert (sum(gap <= 84 for gap in gaps), sum(gap > 84 for gap in gaps)) == (12, 41)
    assert gaps[26] > 78 * 7
    assert run.value("PFS", "events")["value"] - run.value("PFS-12W", "events")["value"] == 41
    assert "41 later" in run.value("PFS-12W", "median")["note"]
    assert "53 died" in run.value("PFS", "median")["note"]


def area_response(patient: Row) -> str:
    before, after = patient["1_EASL_BL"], patient["1_EASL_FU"]
    if before is None:
        return ""
    change = 100 * (after - before) / before
    return "CR" if after == 0 else "PR" if change <= -50 else "PD" if change >= 25 else "SD"


def code_response(patient: Row, column: str) -> str:
    return RESPONSES.get(patient[column], "")


PROPORTIONS = {
    **{f"R{reader}": f"{reader}_RECIST" for reader in READERS},
    **{f"M{reader}": f"{reader}_mRECIST" for reader in READERS},
    "E1": "areas",
}


@pytest.mark.parametrize("key", PROPORTIONS)
def test_response_and_control(run, patients, key):
    column = PROPORTIONS[key]
    read = [area_response(patient) if column == "areas" else code_response(patient, column) for patient in patients]
    responders = sum(response in ("CR", "PR") for response in read)
    controlled = sum(response in ("CR", "PR", "SD") for response in read)
    every, those_read = len(read), sum(response != "" for response in read)
    for endpoint, x, n in (
        (f"ORR-{key}", responders, every),
        (f"ORR-{key}-READ", responders, those_read),
        (f"DCR-{key}", controlled, every),
    ):
        assert (run.value(endpoint, "number")["value"], run.value(endpoint, "subjects")["value"]) == (x, n)
        entry = run.value(endpoint, "rate")
        limits = beta.ppf(0.025, x, n - x + 1), beta.ppf(0.975, x + 1, n - x)
        assert [entry["value"], entry["lower"], entry["upper"]] == close([100 * x / n, *(100 * p for p in limits)])


def test_no_other_endpoint_is_given(run):
    proportions = {
        f"{kind}-{key}{of}" for key in PROPORTIONS for kind, of in (("ORR", ""), ("ORR", "-READ"), ("DCR", ""))
    }
    assert {row["endpoint"] for row in run.results} == {*SURVIVAL, "FOLLOW-UP", *proportions}
    assert all(row["note"] for row in run.results)


@pytest.mark.parametrize("criterion", ["RECIST", "mRECIST"])
@pytest.mark.parametrize("reader", READERS)
def test_codes_1_to_4_follow_the_diameters_in_every_reading(patients, reader, criterion):
    column = f"{reader}_{criterion}"
    for patient in patients:
        before, after, code = patient[f"{column}_BL"], patient[f"{column}_FU"], patient[column]
        assert (before is None) == (after is None) == (code is None)
        if code is not None:
            change = 100 * (after - before) / before
            expected = "CR" if after == 0 else "PR" if change <= -30 else "PD" if change >= 20 else "SD"
            assert RESPONSES[code] == expected, patient["TCIA_ID"]
            assert expected != "PD" or after - before >= 5


def test_easl_codes_are_not_on_that_scale(patients):
    by_code = {code: [p for p in patients if p["1_EASL"] == code] for code in (3, 4)}
    assert {code: len(some) for code, some in by_code.items()} == {3: 21, 4: 75}
    assert all(patient["1_EASL_FU"] == 0 for patient in by_code[3])
    changes = [patient["1_EASL_FU"] / patient["1_EASL_BL"] - 1 for patient in by_code[4]]
    assert (round(min(changes), 2), round(max(changes), 2)) == (-0.97, 158.34)
    assert Counter(map(area_response, by_code[4])) == {"PR": 42, "SD": 24, "PD": 9}


def test_the_origin_is_not_the_diagnosis_and_neither_sign_of_its_interval_fits_all(patients):
    signs = Counter((p["Interval_BL"] > 0) - (p["Interval_BL"] < 0) for p in patients)
    assert signs == {1: 74, -1: 23, 0: 8}
    died_sooner = [p["TCIA_ID"] for p in patients if p[DIED] == 1 and days(p, "OS") < p["Interval_BL"]]
    assert died_sooner == ["HCC_005"]
    followed = [p for p in patients if p["Interval_FU"] is not None and p["Interval_FU"] > 0]
    assert sum(p["Interval_BL"] > p["Interval_FU"] * 7 for p in followed) == 9
    assert sum(-p["Interval_BL"] > p["Interval_FU"] * 7 for p in followed) == 3


def test_findings_and_their_cells(run, patients, letters):
    assert Counter(row["rule"] for row in run.findings) == {
        "MAP-021 call.value-doubted": 87,
        "RS-001 response.before-treatment": 1,
        "RS-002 response.undated": 5,
        "RS-007 response.outside-schedule": 1,
        "MAP-006 sheet.unused": 1,  # the glossary
        "MAP-060 cell.not-looked-at": 1,  # an interval to a scan that no reader read
        "TR-002 lesion.evaluators-tenfold": 4,
        "TR-003 lesion.viable-exceeds-whole": 8,
        # what the release does not have: days, lesion records with the links of TU, consent, treatment, an end of study
        "SD-0106 general.link-to-nothing": 2,
        "SD-0426 event.no-timing-variable": 1,
        "SD-0664 finding.date-missing": 99,
        "SD-0093 general.exposure-missing": 1,
        "SD-0232 subject.no-disposition": 12,
        "SD-0348 subject.consent-undated": 1,
        "SD-0311 trial.summary-missing": 1,
        "SD-0312 trial.arms-missing": 1,
        # what the study's own specs say otherwise than the standard
        "SD-0008 metadata.dataset-label-differs": 7,
        "SD-0044 timing.planned-day-zero": 309,
    }
    assert run.status == 1

    def cells(rule: str) -> dict[str, str]:
        found = {row["source"]: row["typed"] for row in run.findings if row["rule"].startswith(rule)}
        assert all(source.startswith(f"{WORKBOOK}:data table!") for source in found)
        return {source.rpartition("!")[2]: typed for source, typed in found.items()}

    def cell(column: str, patient: Row) -> str:
        return f"{letters[column]}{patient['row']}"

    assert cells("MAP-021") == {
        cell("1_EASL", patient): str(patient["1_EASL"])
        for patient in patients
        if area_response(patient) and RESPONSES[patient["1_EASL"]] != area_response(patient)
    }
    negative = {cell("Interval_FU", p): str(p["Interval_FU"]) for p in patients if (p["Interval_FU"] or 0) < 0}
    assert cells("RS-001") == cells("RS-007") == negative == {"C18": "-25.86"}
    assert cells("RS-002") == {
        cell("Interval_FU", p): ""
        for p in patients
        if p["Interval_FU"] is None and any(p[f"{reader}_RECIST"] for reader in READERS)
    }
    sums = [f"{criterion}_{time}" for criterion in ("RECIST", "mRECIST") for time in ("BL", "FU")]
    tenfold = {}
    for patient in patients:
        for column in sums:
            read = {reader: patient[f"{reader}_{column}"] for reader in READERS}
            for reader, size in read.items():
                others = [other for name, other in read.items() if name != reader and other]
                if size and len(others) == 2 and all(7 <= other / size <= 13 for other in others):
                    tenfold[cell(f"{reader}_{column}", patient)] = str(size)
    assert cells("TR-002") == tenfold == {"BD26": "10.4", "AN58": "17.3", "AO60": "8.4", "AU95": "10.4"}
    assert cells("TR-003") == {
        cell(f"{reader}_mRECIST_{time}", p): str(p[f"{reader}_mRECIST_{time}"])
        for p in patients
        for reader in READERS
        for time in ("BL", "FU")
        if (p[f"{reader}_mRECIST_{time}"] or 0) > (p[f"{reader}_RECIST_{time}"] or 1000) + 1
    }


def test_every_column_is_mapped_and_the_groupings_left_out_follow_from_mapped_columns(run, patients):
    assert not [row for row in run.findings if "column.unused" in row["rule"]]
    text = (EXAMPLE / "mappings" / "tace.yaml").read_text(encoding="utf-8")
    assert f"ignore: [{', '.join(sorted(GROUPINGS, key=text.index))}]" in text
    for patient in patients:
        age, score = patient["age"], int(patient["CLIP_Score"][-1])
        above = next((bound for bound in (70, 60, 50, 40) if age > bound), 0)
        assert patient["agegp"] == {70: ">70", 60: "61-70", 50: "51-60", 40: "41-50", 0: "<=40"}[above]
        assert patient["AFP_group"] == (">=400" if patient["AFP"] >= 400 else "<400")
        assert patient["CLIP"] == ("Stage_ 0-2" if score <= 2 else "Stage_3" if score == 3 else "Stage_4-6")


def read_dataset(run: Run, name: str) -> list[Row]:
    content = json.loads(next(run.out.glob(f"*/{name}.json")).read_text(encoding="utf-8"))
    names = [column["name"] for column in content["columns"]]
    return [dict(zip(names, row, strict=True)) for row in content["rows"]]


def test_values_keep_their_sign_unit_and_meaning(run, patients):
    by_subject = {patient["TCIA_ID"]: patient for patient in patients}
    for record in read_dataset(run, "dm"):
        patient = by_subject[record["SUBJID"]]
        assert (record["AGE"], record["SEX"]) == (patient["age"], {1: "M", 2: "F"}[patient["Sex"]])
        assert record["DTHFL"] == ("Y" if patient[DIED] else "")
    numbers = {record["USUBJID"]: record["LBSTRESN"] for record in read_dataset(run, "lb")}
    assert numbers == {f"HCC-TACE-SEG-{name}": patient["AFP"] for name, patient in by_subject.items()}
    intervals = [record for record in read_dataset(run, "suppdm") if record["QNAM"] == "INTBL"]
    assert {record["USUBJID"][-7:]: record["QVAL"] for record in intervals} == {
        name: str(patient["Interval_BL"]) for name, patient in by_subject.items()
    }
    sizes = [record for record in read_dataset(run, "suppmh") if record["QNAM"] == "SIZECM"]
    assert {record["USUBJID"][-7:]: record["QVAL"] for record in sizes} == {
        name: str(patient["Tr_Size"]) for name, patient in by_subject.items() if patient["Tr_Size"] is not None
    }
    units = Counter((record["TRTESTCD"], record["TRSTRESU"]) for record in read_dataset(run, "tr"))
    assert units == {("SUMDIAM", "mm"): 574, ("SUMVDIAM", "mm"): 574, ("SUMPPD", "mm2"): 192}
    given = Counter(record["CMTRT"] for record in read_dataset(run, "cm"))
    assert given == Counter(p["chemotherapy"] for p in patients if p["chemotherapy"] != "NA")


@pytest.mark.parametrize(
    ("endpoint", "subject", "column"),
    [
        ("PFS", "HCC_005", "OS"),  # censored for progression, then died
        ("PFS", "HCC_001", "TTP"),
        ("OS", "HCC_017", "OS"),
        ("PFS-12W", "HCC_005", "TTP"),  # the same death, too late to count
        ("PFS-12W", "HCC_008", "OS"),
        ("ORR-R1", "HCC_084", "1_RECIST"),  # the follow-up scan has no date: the response's own cell
    ],
)
def test_a_trace_ends_at_the_cell(run, sheet, patients, letters, endpoint, subject, column):
    (traced,) = trace_parameter(run.out, RAW, endpoint, subject)
    (followed,) = [date for date in traced.dates if date.variable == "ADT"]
    assert followed.agrees
    found = [(str(source), typed) for source, typed in (followed.ends[0].cells() if followed.ends else [])]
    (patient,) = [patient for patient in patients if patient["TCIA_ID"] == subject]
    address = f"{letters[column]}{patient['row']}"
    assert found == [(f"{WORKBOOK}:data table!{address}", str(patient[column]))]
    assert sheet[address].value == patient[column]


def test_every_output_that_shows_a_date_says_that_dates_are_fictional(run):
    sentence = "All dates are fictional."
    assert sentence in run.text
    for name in (
        "report.html",
        "manifest.json",
        "assumptions.csv",
        "results/ard.json",
        "results/tables/endpoints.html",
    ):
        assert sentence in (run.out / name).read_text(encoding="utf-8-sig"), name
    dated = 0
    for path in sorted([*(run.out / "sdtm").glob("*.json"), *(run.out / "adam").glob("*.json")]):
        content = json.loads(path.read_text(encoding="utf-8"))
        names = [column["name"] for column in content["columns"]]
        has_dates = any(
            value not in ("", None)
            for row in content["rows"]
            for name, value in zip(names, row, strict=True)
            if name.endswith(("DTC", "DT"))
        )
        dated += has_dates
        assert ("Fictional" in content["label"]) == has_dates, path.name
        _, transport = pyreadstat.read_xport(path.with_suffix(".xpt"), metadataonly=True)
        assert transport.file_label == content["label"]
    assert dated == 10


def test_every_figure_says_so_too(run):
    for endpoint in SURVIVAL:
        figure = (run.out / "results" / "figures" / f"{endpoint.lower()}.svg").read_text(encoding="utf-8")
        assert "All dates are fictional." in figure
        assert (run.out / "results" / "figures" / f"{endpoint.lower()}.png").stat().st_size > 10_000


def test_every_filled_cell_is_used_declared_unused_or_named_in_a_finding(run):
    book = openpyxl.load_workbook(RAW / WORKBOOK, data_only=True)
    cells = {
        (WORKBOOK, sheet.title): {
            (cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.value not in (None, "")
        }
        for sheet in book
    }
    frame = pd.read_csv(run.out / "reconciliation.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert_adds_up(frame.astype({"count": int}), pd.DataFrame(run.findings), cells)
