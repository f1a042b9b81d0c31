"""Every value of every SDTM dataset against the truth.

The collected values are the truth's, but for the planted cells, where they are what a faithful reader makes of the text. The
derived values are computed again here, by a few plain lines from the collected ones and from nothing of the package.
"""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from tests.reference_study.truth import PLANTED, STRANGERS, Row, days_of, read_truth, true_records, typed_records

DOMAINS = ["CM", "DM", "DS", "EX", "FA", "LB", "MH", "PR", "RS", "SS", "TR", "TU"]
SUPPLEMENTAL = ["SUPPCM", "SUPPEX", "SUPPRS", "SUPPTU"]

SORT = {
    "CM": "CMCAT CMSTDTC CMTRT",
    "DM": "",
    "DS": "DSSTDTC DSCAT DSDECOD",
    "EX": "EXSTDTC EXTRT EXLOC EXLNKID",
    "FA": "FATESTCD FAOBJ FACAT",
    "LB": "LBTESTCD LBDTC VISITNUM",
    "MH": "MHCAT MHTERM MHEVDTYP MHSTDTC",
    "PR": "PRSTDTC PRCAT PRTRT PRLOC",
    "RS": "RSCAT RSTESTCD RSDTC VISITNUM RSEVAL",
    "SS": "SSTESTCD SSDTC",
    "TR": "TRLNKID TRTESTCD TRDTC VISITNUM TREVAL",
    "TU": "TULNKID TUTESTCD TUEVAL",
}
TEST_NAMES = {
    "AFP": "Alpha Fetoprotein",
    "OVRLRESP": "Overall Response",
    "SYMPTDTR": "Symptomatic Deterioration",
    "ECOG101": "ECOG1-Performance Status",
    "CPS0106": "CPS01-Total Score",
    "CPS0107": "CPS01-Grade",
    "DSSTAGE": "Disease Stage",
    "TOTNUM": "Total Number",
    "SURVSTAT": "Survival Status",
    "LDIAM": "Longest Diameter",
    "VDIAM": "Viable Diameter",
    "TUMSTATE": "Tumor State",
    "TUMIDENT": "Tumor Identification",
}
WEEKS = {2: 6, 3: 12, 4: 18, 5: 24} | {number: 12 * (number - 3) for number in range(6, 16)}
HAS_EPOCH = {"CM", "DS", "EX", "LB", "PR", "RS", "SS", "TR", "TU"}
HAS_LAST_BEFORE = {"LB", "TR", "TU"}
QUALIFIERS = {
    "LINE": ("Line of Therapy", "ASSIGNED"),
    "SWREAS": ("Reason for Change of Line", "CRF"),
    "RTTECH": ("Radiotherapy Technique", "CRF"),
    "FXPLAN": ("Fractions Planned", "CRF"),
    "FXDELIV": ("Fractions Delivered", "CRF"),
    "TOTDOSE": ("Total Dose Delivered (Gy)", "CRF"),
    "BED10": ("Biologically Effective Dose (Gy10)", "CRF"),
    "IMGMOD": ("Imaging Modality", "CRF"),
    "IRRADFL": ("Irradiated Lesion", "ASSIGNED"),
}
ARM = "Radiotherapy to progressing lesions"


def text_of(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def published_rows(frame: pd.DataFrame) -> list[Row]:
    return [{name: text_of(value) for name, value in row.items()} for row in frame.to_dict("records")]


def sort_key(row: Row, names: str) -> tuple[object, ...]:
    numbers = {"VISITNUM"}
    return (row["USUBJID"], *(float(row[name] or "-1") if name in numbers else row[name] for name in names.split()))


def first_treatment(subject: str) -> str:
    return min((row["EXSTDTC"] for row in typed_records("EX") if row["USUBJID"] == subject), default="")


def last_treatment(subject: str) -> str:
    return max((row["EXENDTC"] for row in typed_records("EX") if row["USUBJID"] == subject), default="")


def reference_dates() -> dict[str, tuple[str, str, str]]:
    """Consent, first and last day of radiotherapy of each subject."""
    return {
        row["USUBJID"]: (row["RFICDTC"], first_treatment(row["USUBJID"]), last_treatment(row["USUBJID"]))
        for row in true_records("DM")
    }


def study_day(text: str, reference: str) -> str:
    if len(text) < 10 or not reference:
        return ""
    days = (date.fromisoformat(text) - date.fromisoformat(reference)).days
    return str(days + 1 if days >= 0 else days)


def epoch(text: str, consent: str, first: str, last: str) -> str:
    if not text:
        return ""
    earliest, latest = days_of(text)
    consented = date.fromisoformat(consent)
    if not first:
        return "SCREENING" if earliest >= consented else ""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if earliest >= consented and latest < start:
        return "SCREENING"
    if earliest >= start and latest <= end:
        return "TREATMENT"
    return "FOLLOW-UP" if earliest > end else ""


def visit(number: str) -> tuple[str, str]:
    if not number:
        return "", ""
    if number == "1":
        return "BASELINE", "-14"
    week = WEEKS.get(float(number))
    return (f"WEEK {week}", str(7 * week)) if week else (f"UNSCHEDULED {number}", "")


def expected_domain(domain: str) -> list[Row]:
    """The records that the outputs must have, in their order, with every variable that is not empty throughout."""
    rows, known = typed_records(domain), reference_dates()
    for row in rows:
        consent, first, last = known.get(row["USUBJID"], ("", "", ""))
        row |= {"STUDYID": "RTHCC", "DOMAIN": domain}
        if f"{domain}TESTCD" in row:
            row[f"{domain}TEST"] = TEST_NAMES[row[f"{domain}TESTCD"]]
        if domain == "LB":
            row["LBSTRESC"] = row["LBSTRESN"]
        if domain == "FA":
            row["FASTRESN"] = row["FASTRESC"] if row["FATESTCD"] == "TOTNUM" else ""
        if domain in ("LB", "RS", "TR", "TU"):
            row["VISIT"], row["VISITDY"] = visit(row["VISITNUM"])
        start = next((row[name] for name in (f"{domain}STDTC", f"{domain}DTC") if name in row), "")
        if domain in HAS_EPOCH:
            row["EPOCH"] = epoch(start, consent, first, last) if consent else ""
        for part in ("ST", "EN", ""):
            if f"{domain}{part}DTC" in row:
                row[f"{domain}{part}DY"] = study_day(row[f"{domain}{part}DTC"], first)
    rows.sort(key=lambda row: sort_key(row, SORT[domain]))
    assert len({sort_key(row, SORT[domain]) for row in rows}) == len(rows), "the order is open"
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["USUBJID"]] = counts.get(row["USUBJID"], 0) + 1
        if domain != "DM":
            row[f"{domain}SEQ"] = str(counts[row["USUBJID"]])
    if domain in HAS_LAST_BEFORE:
        add_last_before_treatment(domain, rows, known)
    return complete_demographics(rows) if domain == "DM" else rows


def add_last_before_treatment(domain: str, rows: list[Row], known: dict[str, tuple[str, str, str]]) -> None:
    last: dict[tuple[str, ...], Row] = {}
    for row in rows:
        row[f"{domain}LOBXFL"] = ""
        day, first = row[f"{domain}DTC"], known.get(row["USUBJID"], ("", "", ""))[1]
        if len(day) == 10 and first and day <= first and row[f"{domain}ORRES"]:
            test = (row["USUBJID"], row[f"{domain}TESTCD"], row.get(f"{domain}LNKID", ""))
            if test not in last or last[test][f"{domain}DTC"] <= day:
                last[test] = row
    for row in last.values():
        row[f"{domain}LOBXFL"] = "Y"


def complete_demographics(rows: list[Row]) -> list[Row]:
    dated = [
        (row["USUBJID"], text)
        for domain in DOMAINS
        for row in typed_records(domain)
        for name, text in row.items()
        if name.endswith("DTC") and name != "BRTHDTC" and text
    ]
    failed = {row["USUBJID"] for row in true_records("DS") if row["DSDECOD"] == "SCREEN FAILURE"}
    for row in rows:
        subject = row["USUBJID"]
        first, last = first_treatment(subject), last_treatment(subject)
        texts = [text for name, text in dated if name == subject]
        arm = subject not in failed
        row |= {
            "SITEID": subject[6:9],
            "AGEU": "YEARS",
            "DTHFL": "Y" if row["DTHDTC"] else "",
            "RFSTDTC": first,
            "RFXSTDTC": first,
            "RFENDTC": last,
            "RFXENDTC": last,
            "RFPENDTC": max(texts, key=lambda text: (days_of(text)[0], len(text))),
            "ARMCD": "RT" if arm else "",
            "ARM": ARM if arm else "",
            "ACTARMCD": "RT" if first else "",
            "ACTARM": ARM if first else "",
            "ARMNRS": "SCREEN FAILURE" if not arm else "" if first else "ASSIGNED, NOT TREATED",
        }
    return rows


def expected_supplemental(name: str) -> list[Row]:
    parent = name.removeprefix("SUPP")
    keys = [key for key in true_records(name)[0] if key not in ("QNAM", "QVAL")]
    sequences: dict[tuple[str, ...], list[str]] = {}
    # the truth's qualifiers name their record by its values; a response is named by its category, visit and date
    for row in expected_domain(parent):
        if parent != "RS" or row["RSTESTCD"] == "OVRLRESP":
            sequences.setdefault(tuple(row[key] for key in keys), []).append(row[f"{parent}SEQ"])
    rows = []
    for row in true_records(name):
        (sequence,) = sequences[tuple(row[key] for key in keys)]
        label, origin = QUALIFIERS[row["QNAM"]]
        rows.append(
            {
                "STUDYID": "RTHCC",
                "RDOMAIN": parent,
                "USUBJID": row["USUBJID"],
                "IDVAR": f"{parent}SEQ",
                "IDVARVAL": sequence,
                "QNAM": row["QNAM"],
                "QLABEL": label,
                "QVAL": row["QVAL"],
                "QORIG": origin,
            }
        )
    return sorted(rows, key=lambda row: (row["USUBJID"], int(row["IDVARVAL"]), row["QNAM"]))


def require_equal(dataset: str, frame: pd.DataFrame, expected: list[Row]) -> None:
    found = published_rows(frame)
    differences = [
        f"record {number} {row['USUBJID']} {name}: {row.get(name, '')!r}, not {wanted.get(name, '')!r}"
        for number, (row, wanted) in enumerate(zip(found, expected, strict=False), start=1)
        for name in sorted({*row, *wanted})
        if row.get(name, "") != wanted.get(name, "")
    ]
    assert not differences, f"{dataset}: {len(differences)} differ\n" + "\n".join(differences[:20])
    assert len(found) == len(expected)


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_value_of_the_domain_is_the_truth(reference_run, domain):
    require_equal(domain, reference_run.frame(domain), expected_domain(domain))


@pytest.mark.parametrize("name", SUPPLEMENTAL)
def test_every_supplemental_qualifier_is_the_truth(reference_run, name):
    require_equal(name, reference_run.frame(name), expected_supplemental(name))


def test_lesions_are_related_to_their_measurements_and_their_radiotherapy(reference_run):
    frame = reference_run.frame("RELREC")
    assert list(frame) == ["STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID"]
    assert frame.values.tolist() == [
        ["RTHCC", "TU", "", "TULNKID", "", "ONE", "TUTR"],
        ["RTHCC", "TR", "", "TRLNKID", "", "MANY", "TUTR"],
        ["RTHCC", "TU", "", "TULNKID", "", "ONE", "TUEX"],
        ["RTHCC", "EX", "", "EXLNKID", "", "MANY", "TUEX"],
    ]


def test_no_dataset_is_without_a_truth(reference_run):
    assert sorted(reference_run.result.sdtm) == sorted([*DOMAINS, *SUPPLEMENTAL, "RELREC"])


def test_only_values_that_a_planted_fault_names_differ_from_the_truth():
    named = set()
    for fault in read_truth("faults.csv"):
        for value in [f"{fault['DATASET']}.{fault['VARIABLE']}", *fault["ALSO"].split()]:
            dataset, _, variable = value.partition(".")
            named.add((dataset, fault["USUBJID"], fault["KEYS"], variable))
    assert {planted[:4] for planted in PLANTED} <= named
    # those that are named and yet true: a duplicated subject is read from its first row, a progression as it was typed
    assert sorted(named - {planted[:4] for planted in PLANTED}) == [
        ("DM", "RTHCC-102-009", "", "AGE"),
        ("DM", "RTHCC-102-009", "", "SEX"),
        ("DM", "RTHCC-102-009", "", "SUBJID"),
        ("DM", "RTHCC-103-007", "", "AGE"),
        ("DM", "RTHCC-103-007", "", "SEX"),
        ("DM", "RTHCC-103-007", "", "SUBJID"),
        ("LB", "RTHCC-103-054", "", "USUBJID"),
        ("RS", "RTHCC-101-019", "VISITNUM=6;RSCAT=RECIST 1.1", "RSSTRESC"),
        ("RS", "RTHCC-102-007", "VISITNUM=6;RSCAT=RECIST 1.1", "RSSTRESC"),
        ("SS", "RTHCC-102-058", "", "USUBJID"),
    ]


@pytest.mark.parametrize("domain", DOMAINS)
def test_subjects_that_are_not_in_the_truth_are_the_strangers(reference_run, domain):
    true = true_records(domain)
    found = reference_run.frame(domain)["USUBJID"]
    assert set(found) - {row["USUBJID"] for row in true} == {row["USUBJID"] for row in STRANGERS.get(domain, [])}
    assert len(found) == len(true) + len(STRANGERS.get(domain, []))
