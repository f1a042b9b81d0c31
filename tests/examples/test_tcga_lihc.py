"""TCGA-LIHC: every number of the run again from the eight raw forms, by plain lines and nothing of the package.

The data is not committed. The tests run where the environment variable HCC_SDTM_DATA names a folder with tcga-lihc in it.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main
from hcc_sdtm.outputs.trace import trace_parameter
from tests.examples.reckoned import MONTH, close, kaplan_meier, require_median

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "tcga_lihc"
RAW = Path(os.environ["HCC_SDTM_DATA"]) / "tcga-lihc" if "HCC_SDTM_DATA" in os.environ else None
FILE = "nationwidechildrens.org_clinical_{}_lihc.txt"
FORMS = ("patient", "follow_up_v4.0", "nte", "follow_up_v4.0_nte", "drug", "radiation", "ablation", "omf_v4.0")

pytestmark = pytest.mark.skipif(
    RAW is None or not (RAW / FILE.format("patient")).is_file(),
    reason="HCC_SDTM_DATA names no folder with tcga-lihc in it",
)

ANCHOR = date(2000, 1, 1)
MISSING = {"", "[Not Available]", "[Unknown]", "[Not Applicable]", "[Not Evaluated]", "[Discrepancy]"}
MARKS = (12, 36, 60)

Row = dict[str, str]


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

    def found(self, rule: str) -> list[dict[str, str]]:
        return [row for row in self.findings if row["rule"].startswith(rule)]

    def cells(self, rule: str) -> set[str]:
        return {row["source"] for row in self.found(rule)}

    def dataset(self, name: str, folder: str = "sdtm") -> list[Row]:
        content = json.loads((self.out / folder / f"{name}.json").read_text(encoding="utf-8"))
        names = [column["name"] for column in content["columns"]]
        return [dict(zip(names, row, strict=True)) for row in content["rows"]]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    out = tmp_path_factory.mktemp("tcga") / "out"
    outcome = CliRunner().invoke(main, ["run", str(EXAMPLE), "--raw", str(RAW), "-o", str(out)])
    assert outcome.exit_code in (0, 1), outcome.output
    ard = json.loads((out / "results" / "ard.json").read_text(encoding="utf-8"))
    with (out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        findings = list(csv.DictReader(file))
    return Run(out, outcome.exit_code, outcome.output, ard["results"], findings)


def letter(column: int) -> str:
    return letter(column // 26 - 1) + chr(65 + column % 26) if column >= 26 else chr(65 + column)


@dataclass(frozen=True)
class Form:
    """One file: its first header row, a repeated name with " (2)", and its rows from the fourth on, with their number."""

    name: str
    header: list[str]
    rows: list[Row]
    lines: list[list[str]]

    def cell(self, row: Row, column: str) -> str:
        return f"{self.name}:{letter(self.header.index(column))}{row['row']}"


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    read = {}
    for name in FORMS:
        with (RAW / FILE.format(name)).open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        header: list[str] = []
        for column in lines[0]:
            header.append(column if column not in header else f"{column} (2)")
        rows = [
            {**dict(zip(header, line, strict=True)), "row": str(number), "form": name}
            for number, line in enumerate(lines[3:], start=4)
        ]
        read[name] = Form(FILE.format(name), header, rows, lines)
    return read


def subject(row: Row) -> str:
    return row["bcr_patient_barcode"]


def value(row: Row, column: str) -> str:
    return "" if row.get(column, "") in MISSING else row[column].strip()


def form_day(row: Row) -> date:
    return date(*map(int, row["form_completion_date"].split("-")))


@pytest.fixture(scope="module")
def by_subject(forms) -> dict[str, list[Row]]:
    """The patient form and the follow-up forms of each, the latest last; of one day, the follow-up form after the other."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in [*forms["patient"].rows, *forms["follow_up_v4.0"].rows]:
        found[subject(row)].append(row)
    return {name: sorted(rows, key=form_day) for name, rows in found.items()}


def latest(rows: list[Row], column: str) -> str:
    return next((value(row, column) for row in reversed(rows) if value(row, column)), "")


def event_rows(forms) -> list[Row]:
    """The new tumour events of both forms, without those that say there is none and those that repeat a row of their form."""
    found = []
    for name in ("nte", "follow_up_v4.0_nte"):
        seen = set()
        for row in forms[name].rows:
            typed = tuple(text for key, text in row.items() if key != "row")
            if row["new_tumor_event_type"] != "No New Tumor Event" and typed not in seen:
                found.append(row)
            seen.add(typed)
    return found


DAY, SITE, TYPE = "new_tumor_event_dx_days_to", "new_tumor_event_site", "new_tumor_event_type"


@pytest.fixture(scope="module")
def times(forms, by_subject) -> dict[str, dict[str, tuple[int, bool]]]:
    """For OS and PFI the days of each subject and whether they end in an event; none without any day."""
    first_event: dict[str, int] = {}
    for row in event_rows(forms):
        if value(row, DAY):
            first_event[subject(row)] = min(int(row[DAY]), first_event.get(subject(row), 10**6))
    overall, progression = {}, {}
    for name, rows in by_subject.items():
        dead = latest(rows, "vital_status") == "Dead"
        contacts = [int(value(row, "last_contact_days_to")) for row in rows if value(row, "last_contact_days_to")]
        end = int(latest(rows, "death_days_to")) if dead else max(contacts, default=None)
        if end is None:
            continue
        overall[name] = (end, dead)
        if name in first_event:
            progression[name] = (first_event[name], True)
        else:
            progression[name] = (end, dead and latest(rows, "tumor_status") == "WITH TUMOR")
    return {"OS": overall, "PFI": progression}


@pytest.mark.parametrize(("endpoint", "events"), [("OS", 132), ("PFI", 185)])
def test_survival(run, times, endpoint, events):
    reckoned = list(times[endpoint].values())
    curve = kaplan_meier(reckoned)
    assert run.value(endpoint, "subjects")["value"] == len(reckoned) == 376
    assert run.value(endpoint, "left out")["value"] == 0
    assert run.value(endpoint, "events")["value"] == sum(event for _, event in reckoned) == events
    require_median(run.value(endpoint, "median"), curve)
    for months in MARKS:
        _, *expected = [point for point in curve if point[0] <= months * MONTH][-1]
        entry = run.value(endpoint, f"rate at {months} months")
        assert [entry["value"], entry["lower"], entry["upper"]] == close([100 * part for part in expected])
        at_risk = run.value(endpoint, f"at risk at {months} months")["value"]
        assert at_risk == sum(time >= months * MONTH for time, _ in reckoned)


def test_follow_up(run, times):
    require_median(
        run.value("FOLLOW-UP", "median"), kaplan_meier([(day, not dead) for day, dead in times["OS"].values()])
    )


@pytest.mark.parametrize("endpoint", ["OS", "PFI"])
def test_the_time_of_every_subject(run, times, endpoint):
    made = {
        record["USUBJID"].removeprefix("TCGA-LIHC-"): (
            (date.fromisoformat(record["ADT"]) - date.fromisoformat(record["STARTDT"])).days,
            record["CNSR"] == 0,
        )
        for record in run.dataset("adtte", "adam")
        if record["PARAMCD"] == endpoint
    }
    assert made == times[endpoint]


def test_who_has_an_odd_time(forms, times):
    assert {subject(row) for row in forms["patient"].rows} - times["OS"].keys() == {"TCGA-2V-A95S"}
    zero = {name: times["PFI"][name] for name, (day, _) in times["OS"].items() if day == 0}
    assert len(zero) == 5
    assert {name: time for name, time in zero.items() if time != (0, False)} == {"TCGA-BW-A5NP": (102, True)}


def test_why_an_interval_ends_without_event(run, forms, times, by_subject):
    deaths = {name for name, (_, dead) in times["OS"].items() if dead}
    without = {name for name in deaths if not times["PFI"][name][1]}
    status = Counter(latest(by_subject[name], "tumor_status") or "unknown" for name in without)
    assert status == {"TUMOR FREE": 38, "unknown": 7}
    made = Counter(
        record["EVNTDESC"] for record in run.dataset("adtte", "adam") if record["PARAMCD"] == "PFI" and record["CNSR"]
    )
    assert made["Death, tumour free or status unknown"] == len(without)


def test_what_the_latest_form_says_and_two_of_one_day(run, by_subject, forms):
    file = {"patient": forms["patient"], "follow_up_v4.0": forms["follow_up_v4.0"]}
    ties = set()
    for rows in by_subject.values():
        for column in ("vital_status", "tumor_status", "death_days_to", "last_contact_days_to", "followup_lost_to"):
            filled = [row for row in rows if value(row, column)]
            last = [row for row in filled if form_day(row) == form_day(filled[-1])]
            if len({value(row, column) for row in last}) > 1:
                ties.add(file[last[0]["form"]].cell(last[0], column))
    assert run.cells("MAP-032") == ties
    assert len(ties) == 3
    dead = {name for name, rows in by_subject.items() if latest(rows, "vital_status") == "Dead"}
    assert {record["SUBJID"] for record in run.dataset("dm") if record["DTHFL"] == "Y"} == dead
    assert "TCGA-ZP-A9CV" in dead
    older = [
        name
        for name, rows in by_subject.items()
        if name not in dead
        and latest(rows, "last_contact_days_to")
        and int(latest(rows, "last_contact_days_to"))
        < max(int(value(row, "last_contact_days_to")) for row in rows if value(row, "last_contact_days_to"))
    ]
    assert older == ["TCGA-DD-AAVX"]


def new_tumour_groups(forms) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in event_rows(forms):
        key = (subject(row), value(row, DAY), value(row, SITE).lower())
        groups[key if all(key) else (*key, row["form"], row["row"])].append(row)
    return groups


def test_new_tumour_events_are_counted_once(run, forms):
    groups = new_tumour_groups(forms)
    made = run.dataset("ce")
    expected = Counter((f"TCGA-LIHC-{key[0]}", as_date(key[1])) for key in groups)
    assert Counter((record["USUBJID"], record["CESTDTC"]) for record in made) == expected
    assert (len(event_rows(forms)), len(made)) == (314, 241)
    assert len({(record["USUBJID"], record["CESTDTC"]) for record in made if record["CESTDTC"]}) == 215
    counts = [int(record["QVAL"]) for record in run.dataset("suppce") if record["QNAM"] == "NFORMS"]
    assert sum(counts) == 314
    undated = [key[0] for key in groups if not key[1]]
    assert sorted(undated) == ["TCGA-DD-A1EL", "TCGA-DD-AAVV", "TCGA-FV-A4ZP", "TCGA-XR-A8TD", "TCGA-XR-A8TD"]
    assert all(row["typed"] in MISSING for row in run.found("MAP-037"))
    lacking = sum((not key[1]) + (not key[2]) for key in groups)
    # a row that lacks both has a finding at each cell
    assert len(run.found("MAP-037")) == lacking == 33


def test_what_the_readme_says_of_forms_that_disagree(run, forms, by_subject, times):
    dead = {name for name, (_, died) in times["OS"].items() if died}
    assert sum(by_subject[name][0]["vital_status"] == "Alive" for name in dead) == 41
    assert sum(not value(rows[-1], "vital_status") for rows in by_subject.values()) == 6
    firsts: dict[str, dict[str, int]] = {"nte": {}, "follow_up_v4.0_nte": {}}
    for row in event_rows(forms):
        if value(row, DAY):
            first = firsts[row["form"]]
            first[subject(row)] = min(int(row[DAY]), first.get(subject(row), 10**6))
    nte, follow_up = firsts.values()
    apart = [abs(nte[name] - follow_up[name]) for name in nte.keys() & follow_up.keys()]
    differing = sorted(filter(None, apart))
    assert (len(apart), len(differing), differing[0], differing[-1]) == (66, 11, 5, 642)
    for name in ("TCGA-DD-AAVV", "TCGA-FV-A4ZP", "TCGA-XR-A8TD"):
        assert not times["PFI"][name][1]
    assert times["PFI"]["TCGA-DD-A1EL"] == times["OS"]["TCGA-DD-A1EL"] == (415, True)
    dated = {name for names in firsts.values() for name in names}
    without = dead - dated
    older = {name for name in without if not value(by_subject[name][-1], "tumor_status")}
    older = {name for name in older if latest(by_subject[name], "tumor_status")}
    assert (len(without), len(older)) == (51, 5)
    primaries = [
        name
        for name in dated
        for day in [times["PFI"][name][0]]
        if {row[TYPE] for row in event_rows(forms) if subject(row) == name and row[DAY] == str(day)}
        == {"New Primary Tumor"}
    ]
    assert len(primaries) == 10
    said = {
        name: {value(row, "new_tumor_event_dx_indicator") for row in rows} - {""} for name, rows in by_subject.items()
    }
    told = {subject(row) for row in event_rows(forms)}
    assert {name for name, words in said.items() if "YES" in words} <= told
    assert {name for name in dated if "YES" not in said[name]} == {"TCGA-DD-A1E9"}
    alive_with_tumour = {
        name
        for name, rows in by_subject.items()
        if name in times["OS"] and name not in dead | dated and latest(rows, "tumor_status") == "WITH TUMOR"
    }
    assert alive_with_tumour == {"TCGA-BC-4073", "TCGA-LG-A9QD", "TCGA-XR-A8TC"}
    assert not any(times["PFI"][name][1] for name in alive_with_tumour)
    hidden = [text for form in forms.values() for row in form.rows for text in row.values() if "[Discrepancy]" in text]
    assert len(hidden) == 14
    alive_later = {
        record["SUBJID"]
        for record in run.dataset("adsl", "adam")
        if record["LSTALVDT"] and not times["OS"].get(record["SUBJID"], (0, True))[1]
        if record["LSTALVDT"] > as_date(str(times["OS"][record["SUBJID"]][0]))
    }
    assert alive_later == {"TCGA-BW-A5NP", "TCGA-2Y-A9H9"}


def as_date(days: str) -> str:
    return (ANCHOR + timedelta(days=int(days))).isoformat() if days else ""


ASKED = {  # in each form: liver transplant, surgery, radiation, drugs, ablation
    "nte": (
        "new_tumor_event_liver_transplant",
        "new_tumor_event_additional_surgery_procedure",
        "additional_radiation_therapy",
        "additional_pharmaceutical_therapy",
        "new_tumor_event_ablation_embo_tx",
    ),
    "follow_up_v4.0_nte": (
        "new_tumor_event_liver_transplant",
        "new_tumor_event_surgery",
        "new_tumor_event_radiation_tx",
        "new_tumor_event_pharmaceutical_tx",
        "new_tumor_event_ablation_embo_tx",
    ),
}


def test_where_forms_disagree_on_an_event(run, forms):
    disagree: Counter[str] = Counter()
    for rows in new_tumour_groups(forms).values():
        disagree["CEDECOD"] += len({value(row, TYPE) for row in rows} - {""}) > 1
        for number, name in enumerate(("TRANSPL", "SURGERY", "RADIAT", "DRUGS", "ABLATION")):
            disagree[name] += len({value(row, ASKED[row["form"]][number]).lower() for row in rows} - {""}) > 1
    found = Counter(row["variable"] for row in run.found("MAP-013") if row["dataset"] in ("CE", "SUPPCE"))
    assert found == +disagree
    assert found == {"CEDECOD": 9, "DRUGS": 4, "ABLATION": 3, "TRANSPL": 2, "RADIAT": 1}


def test_the_repeated_column_name_is_two_columns(run, forms):
    made = Counter(record["QNAM"] for record in run.dataset("suppce"))
    for name, nte, follow_up in (
        ("TRANSPLD", "new_tumor_event_surgery_days_to", "new_tumor_event_surgery_days_to"),
        ("SURGERYD", "new_tumor_event_surgery_days_to (2)", "new_tumor_event_surgery_days_to (2)"),
    ):
        column = {"nte": nte, "follow_up_v4.0_nte": follow_up}
        groups = new_tumour_groups(forms).values()
        days = [{value(row, column[row["form"]]) for row in rows} - {""} for rows in groups]
        assert made[name] == sum(len(each) == 1 for each in days)
        assert max(map(len, days)) == 1


def test_findings(run, forms):
    assert Counter(row["rule"] for row in run.findings) == {
        "LB-002 result.unlikely-in-unit": 170,
        "MAP-037 row.key-missing": 33,
        "MAP-013 term.unknown": 20,
        "SCH-007 schema.duplicate-key": 4,
        "MAP-032 latest.tie-disagrees": 3,
        "MAP-002 row.sent-twice": 2,
        "MAP-047 unit.missing": 1,
        "MAP-040 rows.skipped": 1,
        "SD-0008 metadata.dataset-label-differs": 9,
        "SD-0637 result.range-reversed": 80,  # both limits the same, as typed
        "SD-0348 subject.consent-undated": 1,
        "SD-0349 subject.age-disagrees": 2,
        "AD-0135 tte.event-after-survival": 1,
        "SD-0409 event.term-unspecific": 22,
        "SD-0422 event.history-in-study": 1,
        "SD-0428 event.end-day-column": 1,
        "SD-0618 result.nothing-said": 17,
        "SD-0664 finding.date-missing": 8,
        "SD-0093 general.exposure-missing": 1,
        "SD-0224 subject.age-missing": 1,
        "SD-0232 subject.no-disposition": 216,
        "SD-0311 trial.summary-missing": 1,
        "SD-0312 trial.arms-missing": 1,
    }
    assert run.status == 1
    (unit,) = run.found("MAP-047")
    assert unit["subject"] == "TCGA-WX-AA44"
    assert "0.29 has no unit" in unit["message"]
    skipped = [row for row in forms["follow_up_v4.0_nte"].rows if row[TYPE] == "No New Tumor Event"]
    assert len(skipped) == 4
    assert run.cells("MAP-040") == {forms["follow_up_v4.0_nte"].cell(skipped[0], TYPE)}
    twice = {row["subject"] for row in run.found("SCH-007")}
    assert twice == {"TCGA-LIHC-TCGA-XR-A8TD", "TCGA-LIHC-TCGA-UB-A7MC"}


LIMITS = {  # test: result column, lower limit, upper limit, then the bounds of a result and of an upper limit
    "AFP": (
        "alpha_fetoprotien_at_procurement",
        "alpha_fetoprotien_norm_range_lower",
        "alpha_fetoprotien_norm_range_upper",
    ),
    "PLAT": ("platelet_count_preresection", "platelet_norm_range_lower", "platelet_norm_range_upper"),
    "INR": (
        "prothrombin_time_INR_at_procurement",
        "prothrom_time_INR_norm_range_lower",
        "prothrombin_time_norm_range_upper",
    ),
    "ALB": ("serum_albumin_preresection", "serum_albumin_norm_range_lower", "serum_albumin_norm_range_upper"),
    "BILI": ("bilirubin_total", "bilirubin_total_norm_range_lower", "bilirubin_total_norm_range_upper"),
    "CREAT": ("creatinine_level_preresection", "creatinine_norm_range_lower", "creatinine_norm_range_upper"),
}
BOUNDS = {
    "AFP": (0, 20_000_000, 1, 100),
    "PLAT": (1, 5000, 200, 800),
    "INR": (0.5, 20, 0.9, 5),
    "ALB": (1, 7.5, 3.5, 7),
    "BILI": (0.02, 80, 0.5, 3),
    "CREAT": (0.1, 40, 0.6, 2.5),
}


def test_results_that_are_not_in_their_unit(run, forms):
    form = forms["patient"]
    cells = set()
    for test, (result, lower, upper) in LIMITS.items():
        low, high, upper_low, upper_high = BOUNDS[test]
        for row in form.rows:
            typed = {column: float(value(row, column)) for column in (result, lower, upper) if value(row, column)}
            if result in typed and not low <= typed[result] <= high:
                cells.add(form.cell(row, result))
            elif upper in typed and not upper_low <= typed[upper] <= upper_high:
                cells.add(form.cell(row, upper))
            elif lower in typed and typed[lower] > upper_high:
                cells.add(form.cell(row, lower))
    cells |= {form.cell(row, "height_cm_at_diagnosis") for row in form.rows if row["height_cm_at_diagnosis"] == "64"}
    radiation = forms["radiation"]
    cells |= {
        radiation.cell(row, "radiation_total_dose") for row in radiation.rows if row["radiation_total_dose"] == "14000"
    }
    assert run.cells("LB-002") == cells
    said = Counter(row["message"].split()[0] + ":" + row["message"].rpartition(":")[2] for row in run.found("LB-002"))
    assert said["INR: fits s"] == 90
    assert said["PLAT: fits 10^6/L"] == 27
    assert said["PLAT: the result fits 10^6/L"] == 5
    assert said["CREAT: fits umol/L"] == 5
    assert said["BILI: fits umol/L"] == 4
    assert (said["ALB: fits g/L"], said["ALB: fits mg/dL"]) == (4, 1)


def test_results_stay_as_typed(run, forms):
    made = Counter(
        (record["USUBJID"][10:], record["LBTESTCD"], record["LBORRES"], record["LBORNRLO"], record["LBORNRHI"])
        for record in run.dataset("lb")
    )
    assert made == Counter(
        (subject(row), test, *(value(row, column) for column in columns))
        for test, columns in LIMITS.items()
        for row in forms["patient"].rows
        if any(value(row, column) for column in columns)
    )
    same = Counter(test for _, test, _, low, high in made.elements() if low and high and float(low) == float(high))
    assert same == {"INR": 75, "AFP": 5}
    assert not any(record["LBNRIND"] for record in run.dataset("lb"))


GENERIC = {"sor": "SORAFENIB", "nex": "SORAFENIB", "nax": "SORAFENIB", "sar": "SORAFENIB"}


def test_drugs_have_one_name(run, forms):
    typed = [row for row in forms["drug"].rows if value(row, "pharmaceutical_therapy_drug_name")]
    sorafenib = [row for row in typed if row["pharmaceutical_therapy_drug_name"][:3].lower() in GENERIC]
    made = [record for record in run.dataset("cm") if record["CMCAT"] == "LIVER CANCER THERAPY"]
    assert len(made) == len(forms["drug"].rows) == 66
    assert {record["CMSPID"] for record in made if record["CMDECOD"] == "SORAFENIB"} == {
        row["bcr_drug_barcode"] for row in sorafenib
    }
    assert len(sorafenib) == 30
    unnamed = {record["CMTRT"] for record in made if not record["CMDECOD"]} - {"Chemotherapy", "DRUG NOT NAMED"}
    assert "HEC.1 - Sorafenib vs Sorafenib plus Doxorubicin" in unnamed
    combined = {record["CMTRT"]: record["CMDECOD"] for record in made if ";" in record["CMDECOD"]}
    assert combined == {
        "ABT-888 and temozolomide": "TEMOZOLOMIDE; VELIPARIB",
        "Adriamycin/Cytoxan": "CYCLOPHOSPHAMIDE; DOXORUBICIN",
        "Everolimus, Gemcitabine, and Cisplatin": "CISPLATIN; EVEROLIMUS; GEMCITABINE",
    }
    dated = Counter(record["CMSTDTC"] for record in made)
    assert dated == Counter(as_date(value(row, "pharmaceutical_tx_started_days_to")) for row in forms["drug"].rows)


def test_doses_are_in_gray(run, forms):
    factors = {"Gy": 1.0, "cGy": 0.01}
    expected = {
        row["bcr_radiation_barcode"]: float(value(row, "radiation_total_dose"))
        * factors[row["radiation_adjuvant_units"]]
        for row in forms["radiation"].rows
        if value(row, "radiation_total_dose") and row["radiation_adjuvant_units"] in factors
    }
    made = {
        record["PRSPID"]: record["PRDOSE"]
        for record in run.dataset("pr")
        if "-R" in record["PRSPID"] and record["PRDOSE"]
    }
    assert made == close(expected)
    assert sorted(expected.values()) == [20, 30, 55, 60, 60, 76, 140]


def test_lists_become_records(run, forms):
    made = Counter((record["PRSPID"], record["PRDECOD"], record["PRSTDTC"]) for record in run.dataset("pr"))
    names = {
        "Radiofrequency Ablation": "RADIOFREQUENCY ABLATION",
        "Microwave": "MICROWAVE ABLATION",
        "Ethanol Injection": "ABLATION, CHEMICAL",
        "alcohol ablation": "ABLATION, CHEMICAL",
        "cryoablation": "CRYOABLATION",
        "percutaneous laser ablation": "ABLATION, LASER",
        "Chemoembolization": "TRANSARTERIAL CHEMOEMBOLIZATION",
        "Radioembolization": "RADIOEMBOLIZATION",
    }
    expected: Counter[tuple[str, str, str]] = Counter()
    half_empty = set()
    for row in forms["ablation"].rows:
        for kind, days in (
            ("ablation_type", "days_to_ablation_performed"),
            ("embolization_type", "days_to_embolization_performed"),
        ):
            kinds, performed = row[kind].split("|"), row[days].split("|")
            assert len(kinds) == len(performed)
            if "Other" in kinds:
                others = row["ablation_type_other"].split("|")
                kinds = [other if name == "Other" else name for name, other in zip(kinds, others, strict=True)]
            for name, day in zip(kinds, performed, strict=True):
                if name in names:
                    expected[row["bcr_ablation_barcode"], names[name], as_date("" if day in MISSING else day)] += 1
        places = (row["embolization_type"].split("|"), row["days_to_embolization_performed"].split("|"))
        empty = [set(place) <= MISSING for place in zip(*places, strict=True)]
        if any(empty) and not all(empty):
            half_empty.add(subject(row))
    assert half_empty == {"TCGA-DD-A4NO", "TCGA-DD-AACY"}
    assert Counter({key: made[key] for key in expected}) == expected
    assert sum(made[key] for key in made if key[0] in {key[0] for key in expected}) == expected.total()
    risks = [
        item
        for row in forms["patient"].rows
        if value(row, "history_hepato_carcinoma_risk_factors")
        for item in row["history_hepato_carcinoma_risk_factors"].split("|")
    ]
    terms = [record["MHTERM"] for record in run.dataset("mh") if record["MHCAT"] == "RISK FACTORS"]
    assert Counter(terms) == Counter(risks)


def test_the_serology_lists_tests_and_not_results(forms):
    listed = [row for row in forms["patient"].rows if "Hepatitis B Surface Antigen" in row["viral_hepatitis_serology"]]
    risks = [row["history_hepato_carcinoma_risk_factors"] for row in listed]
    assert len(listed) == 142
    assert sum("Hepatitis B" not in risk for risk in risks) == 123
    assert sum(risk == "No History of Primary Risk Factors" for risk in risks) == 44


def test_the_year_of_diagnosis_is_kept_and_no_true_date_is_among_the_fictional(run, forms):
    years = {record["USUBJID"][10:]: record["QVAL"] for record in run.dataset("suppmh") if record["QNAM"] == "DIAGYEAR"}
    column = "year_of_initial_pathologic_diagnosis"
    assert years == {subject(row): value(row, column) for row in forms["patient"].rows if value(row, column)}
    days = {
        int(part)
        for form in forms.values()
        for row in form.rows
        for name, text in row.items()
        if "days" in name and name != "row"
        for part in text.split("|")
        if part.lstrip("-").isdigit()
    }
    possible = {(ANCHOR + timedelta(days=number)).isoformat() for number in days}
    dated = 0
    for path in (run.out / "sdtm").glob("*.json"):
        for record in run.dataset(path.stem):
            for name, text in record.items():
                if name.endswith("DTC") and text:
                    dated += 1
                    assert text in possible, (path.name, name, text)
    assert dated > 2000


def test_demographics(run, forms):
    made = {record["SUBJID"]: record for record in run.dataset("dm")}
    assert len(made) == len(forms["patient"].rows) == 377
    for row in forms["patient"].rows:
        record = made[subject(row)]
        assert record["SEX"] == {"MALE": "M", "FEMALE": "F"}[row["gender"]]
        assert (record["RACE"], record["ETHNIC"]) == (value(row, "race"), value(row, "ethnicity"))
        assert str(record["AGE"] if record["AGE"] is not None else "") == value(row, "age_at_diagnosis")
        assert record["BRTHDTC"] == as_date(value(row, "birth_days_to"))


def test_every_cell_is_used_or_declared_unused_or_left_out_with_a_finding(run, forms):
    with (run.out / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    classes = defaultdict(Counter)
    rows = defaultdict(Counter)
    for line in lines:
        if line["measure"] == "cells":
            classes[line["file"]][line["class"]] += int(line["count"])
        if line["measure"] == "rows":
            rows[line["file"]][line["class"]] += int(line["count"])
    assert {FILE.format(name) for name in FORMS} == set(classes)
    for form in forms.values():
        assert sum(classes[form.name].values()) == sum(text.strip() != "" for line in form.lines for text in line)
        assert set(classes[form.name]) <= {"header", "used", "declared unused", "in a row left out"}
        assert sum(rows[form.name].values()) == len(form.lines)
        assert rows[form.name]["header"] == 3
    left_out = {name: counts["left out"] for name, counts in rows.items() if counts["left out"]}
    assert left_out == {FILE.format("follow_up_v4.0_nte"): 6}


@pytest.mark.parametrize(
    ("endpoint", "name", "form", "column"),
    [
        ("OS", "TCGA-ZP-A9CV", "follow_up_v4.0", "death_days_to"),  # two forms of one day
        ("OS", "TCGA-DD-AAVX", "patient", "last_contact_days_to"),  # the largest stands in the older form
        ("PFI", "TCGA-ZP-A9CV", "follow_up_v4.0", "death_days_to"),  # death with tumour
        ("PFI", "TCGA-BW-A5NP", "nte", DAY),
    ],
)
def test_a_trace_ends_at_the_cell(run, forms, by_subject, endpoint, name, form, column):
    (traced,) = trace_parameter(run.out, RAW, endpoint, name)
    (followed,) = [each for each in traced.dates if each.variable == "ADT"]
    assert followed.agrees
    found = {(str(source), typed) for end in followed.ends for source, typed in end.cells()}
    rows = [row for row in forms[form].rows if subject(row) == name and value(row, column)]
    expected = {(forms[form].cell(row, column), row[column]) for row in rows}
    assert expected & found
    assert {typed for _, typed in found if typed.isdigit()} == {row[column] for row in rows}


def test_the_readme_has_the_reconciliation_of_the_run(run, forms):
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    with (run.out / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    for name, form in forms.items():
        own = [line for line in lines if line["file"] == form.name]
        mapped = {
            line["class"]: int(line["count"]) for line in own if line["measure"] == "rows mapped" and not line["name"]
        }
        cells = Counter()
        for line in own:
            if line["measure"] == "cells":
                cells[line["class"]] += int(line["count"])
        (written,) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
        _, _, rows, domains, left_out, used, unused, dropped, _ = (part.strip() for part in written.split("|"))
        assert int(rows) == len(form.rows)
        assert {each.split()[0]: int(each.split()[1]) for each in domains.split(", ")} == mapped, name
        reasons = {
            line["rule"][:7]: int(line["count"])
            for line in own
            if (line["measure"], line["class"]) == ("rows", "left out")
        }
        assert int(left_out.partition(":")[0]) == sum(reasons.values())
        listed = [part.split() for part in left_out.partition(": ")[2].split(", ") if part]
        assert {rule: int(number) for rule, number in listed} == reasons, name
        counts = [int(count.replace(",", "")) for count in (used, unused, dropped)]
        assert counts == [cells[kind] for kind in ("used", "declared unused", "in a row left out")], name


def test_the_readme_has_the_numbers_of_the_run(run):
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")

    def shown(entry) -> str:
        return f"{entry['value']:.1f} ({entry['lower']:.1f} to {entry['upper']:.1f})"

    for endpoint in ("OS", "PFI"):
        for statistic in ("median", *(f"rate at {months} months" for months in MARKS)):
            assert shown(run.value(endpoint, statistic)) in text, (endpoint, statistic)
    assert shown(run.value("FOLLOW-UP", "median")) in text
    severities = Counter(row["severity"] for row in run.findings)
    assert f"{severities['error']} errors, {severities['warning']} warnings" in text
    for rule, number in Counter(row["rule"] for row in run.findings).items():
        assert f"| {rule} | {number} |" in text, rule


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
    for endpoint in ("os", "pfi"):
        assert sentence in (run.out / "results" / "figures" / f"{endpoint}.svg").read_text(encoding="utf-8")
    for path in [*(run.out / "sdtm").glob("*.json"), *(run.out / "adam").glob("*.json")]:
        content = json.loads(path.read_text(encoding="utf-8"))
        names = [column["name"] for column in content["columns"]]
        has_dates = any(
            record not in ("", None)
            for row in content["rows"]
            for name, record in zip(names, row, strict=True)
            if name.endswith(("DTC", "DT"))
        )
        assert path.with_suffix(".xpt").is_file()
        if has_dates:
            assert "Fictional" in content["label"], path.name
