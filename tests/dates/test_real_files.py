"""Date columns of real forms and exports: each is read whole, and no value is a problem that nobody can explain."""

import csv
import io
import os
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from hcc_sdtm.dates import read, read_time

DATA = os.environ.get("HCC_SDTM_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="HCC_SDTM_DATA names no folder of real files")

ENCODINGS = {
    "iso8859-15": "iso8859-15",
    "macroman": "mac_roman",
    "utf16": "utf-16",
    "utf8bom": "utf-8-sig",
    "utf8": "utf-8",
}
DATE_COLUMN = re.compile(
    r"(?:mnplastedit|mnpvispdt|mnpvisfdt|mnpaedate|mnpaefudt|mnpvisstartdate|visit_date|birth_year|hiv_date|death_date"
    r"|(?:paracetamol|ibuprofen|aspirin|other_pain\w*)_(?:start|stop)|s?ae_(?:onset|end)_date)"
)
TIME_COLUMN = re.compile(r"s?ae_(?:onset|end)_time")


def form(name):
    return pd.read_csv(Path(DATA) / "raw-forms" / name, dtype=str, keep_default_na=False)


def test_the_concomitant_medication_form():
    table = form("cm_raw_data.csv")
    start = read(table["MDBDR"], order="dmy", century=50)
    assert list(start["problem"]) == [""] * len(table)
    assert list(start["iso"]) == [
        *["", "2020-09-15", "2021-02-17", "2020-10-04", "2020-01-20", "2019", "2019---20"],
        *["2020", "2020-01-26", "2020-01-28", "2020-02-12", "2020---10", "", ""],
    ]
    end = read(table["MDEDR"], order="dmy", century=50)
    assert list(end["problem"]) == [""] * len(table)
    # the second column of end dates is the first one with its open parts filled in by the form
    filled = read(table["MDEDT"], order="mdy", century=50)
    assert list(filled["problem"]) == [""] * len(table)
    known = end["iso"].str.len() == 10
    complete = known & ~end["iso"].str.contains("---")
    assert list(filled.loc[complete, "iso"]) == list(end.loc[complete, "iso"])
    for column in ("MDBTM", "MDETM"):
        times = read_time(table[column])
        assert list(times["problem"]) == [""] * len(table)
        assert list(times["iso"]) == [f"{text:0>5}" if text else "" for text in table[column]]


@pytest.mark.parametrize(
    ("name", "column", "order", "pattern"),
    [
        ("dm_raw.csv", "COL_DT", "mdy", "%m/%d/%Y"),
        ("dm_raw.csv", "IC_DT", "mdy", "%m/%d/%Y"),
        ("ds_raw.csv", "DSDTCOL", "mdy", "%m-%d-%Y"),
        ("ds_raw.csv", "IT.DSSTDAT", "mdy", "%m-%d-%Y"),
        ("ds_raw.csv", "DEATHDT", "mdy", "%m/%d/%Y"),
        ("ec_raw.csv", "IT.ECSTDAT", None, "%d-%b-%Y"),
        ("ec_raw.csv", "IT.ECENDAT", None, "%d-%b-%Y"),
    ],
)
def test_a_form_is_read_as_pandas_reads_its_one_format(name, column, order, pattern):
    texts = form(name)[column]
    found = read(texts, order=order)
    assert set(found["problem"]) == {""}
    expected = pd.to_datetime(texts.where(texts != ""), format=pattern).dt.strftime("%Y-%m-%d").fillna("")
    assert list(found["iso"]) == list(expected)


def test_every_date_and_time_of_the_exports():
    archives = sorted((Path(DATA) / "edc-exports").glob("*CSV*.zip"))
    assert len(archives) == 5
    results = [exported(archive) for archive in archives]
    for dates, times in results:
        assert len(dates) == 403
        assert set(read(pd.Series(dates, dtype=object))["problem"]) == {""}
        assert set(read_time(pd.Series(times, dtype=object))["problem"]) == {""}
        assert read(pd.Series(["201903052356"]))["iso"].iat[0] == "2019-03-05T23:56"
        assert "201903052356" in dates


def exported(archive):
    """Texts of the date columns and of the time columns of one export."""
    encoding = ENCODINGS[archive.stem.rpartition("_")[2]]
    dates, times = [], []
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            if not name.endswith(".xls"):
                continue
            text = files.read(name).decode(encoding).replace("\ufeff", "")  # one export marks every field
            head, *rows = csv.reader(io.StringIO(text), delimiter="\t")
            for position, title in enumerate(head):
                kept = dates if DATE_COLUMN.fullmatch(title) else times if TIME_COLUMN.fullmatch(title) else []
                kept += [row[position] for row in rows if position < len(row)]
    return dates, times
