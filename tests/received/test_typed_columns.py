import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.received.file_table import FileMetadata, FileTable, FileVariable
from hcc_sdtm.received.received_spec import build_spec
from hcc_sdtm.received.typed_columns import build_dataset, parse_number
from hcc_sdtm.spec.tables import read_spec_tables

from .files import rules

SPECS = read_spec_tables([])


def build(name, *columns):
    """Dataset and findings of columns (name, type, format, values)."""
    variables = tuple(FileVariable(each[0], "", each[1], None, each[2]) for each in columns)
    values = [
        np.array(each[3], dtype=object if any(isinstance(value, str) for value in each[3]) else float)
        for each in columns
    ]
    table = FileTable(FileMetadata(name, "", f"{name.lower()}.xpt", variables), values, len(values[0]))
    spec, _ = build_spec(table, SPECS, None)
    return build_dataset(table, spec)


def test_columns_that_are_as_they_should_be_stay_as_they_are():
    dataset, findings = build("DM", ("USUBJID", "text", "", ["a", ""]), ("AGE", "float", "", [61, np.nan]))
    assert list(dataset.frame.columns) == ["USUBJID", "AGE"]
    assert dataset.frame["USUBJID"].tolist() == ["a", ""]
    assert dataset.frame["AGE"].isna().tolist() == [False, True]
    assert list(dataset.frame.index) == [0, 1]
    assert rules(findings) == []


@pytest.mark.parametrize(
    ("form", "number", "text"),
    [
        ("DATE9.", 22344.0, "2021-03-05"),
        ("E8601DA10.", 22344.0, "2021-03-05"),
        ("DATETIME20.", 22344 * 86400.0 + 3600, "2021-03-05T01:00"),
        ("", 20210305.0, "20210305"),
    ],
)
def test_a_date_that_is_a_number_becomes_text_with_one_finding(form, number, text):
    dataset, findings = build("DM", ("USUBJID", "text", "", ["a", "b"]), ("RFSTDTC", "float", form, [number, np.nan]))
    assert dataset.frame["RFSTDTC"].tolist() == [text, ""]
    assert rules(findings) == [("REC-005", "DM", "RFSTDTC", "")]


def test_midnight_is_a_time_beside_other_times_and_none_alone():
    dataset, _ = build(
        "DM",
        ("RFSTDTC", "datetime", "DATETIME20.", [0.0, 3600.0]),
        ("RFENDTC", "datetime", "DATETIME20.", [0.0, np.nan]),
    )
    assert dataset.frame["RFSTDTC"].tolist() == ["1960-01-01T00:00", "1960-01-01T01:00"]
    assert dataset.frame["RFENDTC"].tolist() == ["1960-01-01", ""]


def test_a_real_date_of_a_file_is_the_text_of_a_date_without_any_finding():
    dataset, findings = build("DM", ("RFSTDTC", "date", "DATE9.", [22344.0, np.nan]))
    assert dataset.frame["RFSTDTC"].tolist() == ["2021-03-05", ""]
    assert rules(findings) == []


def test_text_in_a_number_is_read_and_what_is_no_number_is_missing():
    dataset, findings = build(
        "DM", ("USUBJID", "text", "", list("abcdef")), ("AGE", "text", "", ["61", " 62.5 ", "old", "", "inf", "1_0"])
    )
    assert dataset.frame["AGE"].fillna(-1).tolist() == [61, 62.5, -1, -1, -1, -1]
    assert rules(findings) == [
        ("REC-005", "DM", "AGE", ""), ("REC-006", "DM", "AGE", "3"), ("REC-006", "DM", "AGE", "5"),
        ("REC-006", "DM", "AGE", "6"),
    ]  # fmt: skip
    assert findings["value"].tolist()[1:] == ["old", "inf", "1_0"]
    assert findings["subject"].tolist()[1:] == ["c", "e", "f"]


def test_words_for_missing_are_missing_in_numbers_and_said_in_text():
    dataset, findings = build(
        "DM", ("AGE", None, None, ["NA", ".", "", "61"]), ("SEX", None, None, ["NA", "M", "F", "NaN"])
    )
    assert dataset.frame["AGE"].fillna(-1).tolist() == [-1, -1, -1, 61]
    assert dataset.frame["SEX"].tolist() == ["NA", "M", "F", "NaN"]
    assert rules(findings) == [("REC-012", "DM", "AGE", "1"), ("REC-012", "DM", "SEX", "1")]
    assert findings["message"][0].startswith('".", "NA" in 2 records of AGE is read as missing')


def test_such_words_are_text_where_the_file_says_that_the_column_is():
    _, findings = build("DM", ("SEX", "text", "", ["NA", "M"]))
    assert rules(findings) == []


def test_dates_of_an_analysis_dataset_are_numbers_of_sas():
    dataset, findings = build(
        "ADTTE",
        ("USUBJID", "text", "", ["a", "b"]),
        ("ADT", "date", "DATE9.", ["2021-03-05", ""]),
        ("ADTM", "datetime", "DATETIME20.", ["2021-03-05T01:00:00", ""]),
        ("ATM", "time", "TIME8.", ["01:00:00", ""]),
    )
    assert dataset.frame["ADT"].tolist()[0] == 22344
    assert dataset.frame["ADTM"].tolist()[0] == 22344 * 86400 + 3600
    assert dataset.frame["ATM"].tolist()[0] == 3600
    assert rules(findings) == []


@given(st.dates(dt.date(1583, 1, 1), dt.date(9999, 12, 31)))
def test_a_date_is_the_number_of_days_since_1960(date):
    assert parse_number(date.isoformat(), "date") == (date - dt.date(1960, 1, 1)).days


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back(number):
    assert parse_number(repr(number)) == number


@pytest.mark.parametrize("text", ["", "x", "2021", "2021-03", "2021-13-01", "nan", "inf", "1e999", "１２", "1 2"])
def test_what_is_no_number_and_no_complete_date(text):
    expected = {"2021": 2021.0}.get(text)
    assert parse_number(text, "date") == expected


def test_values_are_converted_once_for_each_distinct_one():
    texts = [str(number % 7) for number in range(7000)]
    dataset, _ = build("DM", ("USUBJID", "text", "", texts), ("AGE", None, None, texts))
    assert dataset.frame["AGE"].tolist() == pd.Series(texts).astype(float).tolist()
