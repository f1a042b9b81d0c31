"""The truth of the reference study, and the truth as the sites typed it: with what each planted cell must be read as."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RAW, TRUTH = ROOT / "raw", ROOT / "truth"

Row = dict[str, str]

# Dataset, subject, keys, variable, and what a faithful reader makes of the planted cell. Written by hand from the cells.
PLANTED = [
    ("DM", "RTHCC-101-005", "", "DTHDTC", "2023-11-13"),  # death before the last visit
    ("SS", "RTHCC-101-005", "", "SSDTC", "2023-11-13"),
    ("DM", "RTHCC-102-003", "", "DTHDTC", "2022-02-19"),
    ("SS", "RTHCC-102-003", "", "SSDTC", "2022-02-19"),
    ("RS", "RTHCC-103-001", "VISITNUM=9", "RSDTC", "2023-10-31"),  # a scan after death
    ("EX", "RTHCC-103-013", "EXLOC=LUNG", "EXDOSE", "0.12"),  # Gy in a column of cGy
    ("TR", "RTHCC-101-009", "VISITNUM=3;TRLNKID=T01;TRTESTCD=LDIAM", "TRORRES", "4.5"),  # cm in a column of mm
    ("TR", "RTHCC-101-009", "VISITNUM=3;TRLNKID=T01;TRTESTCD=LDIAM", "TRSTRESC", "4.5"),
    ("TR", "RTHCC-101-009", "VISITNUM=3;TRLNKID=T01;TRTESTCD=LDIAM", "TRSTRESN", "4.5"),
    ("DM", "RTHCC-101-027", "", "BRTHDTC", ""),  # impossible dates
    ("DM", "RTHCC-102-016", "", "BRTHDTC", ""),
    ("DM", "RTHCC-101-021", "", "SEX", ""),  # unknown terms
    ("DM", "RTHCC-103-009", "", "SEX", ""),
    ("LB", "RTHCC-103-003", "VISITNUM=6", "LBDTC", "2023"),  # day and month cannot be told apart, the year is known
    ("LB", "RTHCC-103-005", "VISITNUM=3", "LBDTC", "2022"),
]
# A duplicated subject (102-009, 103-007) is read from its first row, which is true; a progression that the lesions do not show
# (101-019, 102-007) is read as it is. So neither changes a value.

# Records of the two subject numbers that stand in one form only: no other record may be in the outputs and not in the truth.
STRANGERS = {
    "DS": [
        {
            "USUBJID": "RTHCC-102-058",
            "DSTERM": "Death",
            "DSDECOD": "DEATH",
            "DSCAT": "DISPOSITION EVENT",
            "DSSCAT": "STUDY PARTICIPATION",
            "DSSTDTC": "2023-12",
        }
    ],
    "SS": [
        {
            "USUBJID": "RTHCC-102-058",
            "SSTESTCD": "SURVSTAT",
            "SSORRES": "Dead",
            "SSSTRESC": "DEAD",
            "SSDTC": "2023-12",
        }
    ],
    "LB": [
        {
            "USUBJID": "RTHCC-103-054",
            "LBTESTCD": "AFP",
            "LBORRES": "14.5",
            "LBORRESU": "ug/L",
            "LBSTRESN": "14.5",
            "LBSTRESU": "ug/L",
            "VISITNUM": "1",
            "LBDTC": "2021-11-30",
        }
    ],
}


def read_truth(name: str) -> list[Row]:
    with (TRUTH / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def true_records(dataset: str) -> list[Row]:
    return read_truth(f"sdtm/{dataset.lower()}.csv")


def typed_records(dataset: str) -> list[Row]:
    """The true records with the planted values in their place, and the strangers' records."""
    rows = true_records(dataset)
    for name, subject, keys, variable, value in PLANTED:
        if name == dataset:
            hit = [row for row in rows if row["USUBJID"] == subject and has_keys(row, keys)]
            assert hit, (name, subject, keys)
            for row in hit:
                row[variable] = value
    return rows + [dict(row) for row in STRANGERS.get(dataset, [])]


def has_keys(row: Row, keys: str) -> bool:
    return all(row[name] == value for name, _, value in (key.partition("=") for key in keys.split(";") if key))


def days_of(text: str) -> tuple[date, date]:
    """The first and the last day that an ISO 8601 date can be."""
    year, month, day = ([int(part) for part in text.split("-")] + [0, 0])[:3]
    if day:
        return date(year, month, day), date(year, month, day)
    after = date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
    return date(year, month or 1, 1), after - timedelta(days=1)
