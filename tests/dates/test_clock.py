import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.dates import read_time


def read_one(text, **options):
    return tuple(read_time(pd.Series([text], dtype=object), **options).loc[0, ["iso", "kind"]])


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("14:30", "14:30"),
        ("9:05", "09:05"),
        ("14:30:05", "14:30:05"),
        ("14:30:05.25", "14:30:05.25"),
        ("14:30:05,25", "14:30:05.25"),
        ("14:30+08:00", "14:30+08:00"),
        ("14:30Z", "14:30Z"),
        ("1430", "14:30"),
        ("930", "09:30"),
        ("143005", "14:30:05"),
        ("2:30 PM", "14:30"),
        ("2:30pm", "14:30"),
        ("2:30 p.m.", "14:30"),
        ("2 PM", "14"),
        ("12:30 AM", "00:30"),
        ("12:30 PM", "12:30"),
        ("0:30 AM", "00:30"),
        ("14:30 PM", "14:30"),
        ("下午2时30分", "14:30"),
        ("上午 9:05", "09:05"),
        ("下午2:30", "14:30"),
        ("14时30分5秒", "14:30:05"),
        ("14点", "14"),
        ("午後2時30分", "14:30"),
        ("오후 2시 30분", "14:30"),
        ("14h30", "14:30"),
        ("14 h", "14"),
        ("14.30 Uhr", "14:30"),
        ("14:30 Uhr", "14:30"),
        ("14 Uhr", "14"),
        ("１４：３０", "14:30"),
        ("0.604166666666667", "14:30"),
        (".25", "06:00"),
        ("0.5000115741", "12:00:01"),
        ("T14:30", "14:30"),
        ("um 14:30 Uhr", "14:30"),
        ("UN:UN", ""),
        ("不详", ""),
        (" 14:30　", "14:30"),
        ("", ""),
    ],
)
def test_times_as_hospitals_write_them(text, iso):
    assert read_one(text) == (iso, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("24:00", "there is no hour 24"),
        ("14:60", "there is no minute 60"),
        ("14:30:60", "there is no second 60"),
        ("2599", "there is no hour 25"),
        ("14:30 AM", "there is no hour 14 AM"),
        ("0:30 PM", "there is no hour 0 PM"),
    ],
)
def test_a_time_that_does_not_exist_is_impossible(text, reason):
    found = read_time(pd.Series([text])).loc[0].to_dict()
    assert found == {"iso": "", "problem": f'"{text}" is not a possible time: {reason}', "kind": "impossible"}


@pytest.mark.parametrize(
    "text",
    [
        "noon",
        "14:3",
        "14:30:5",
        "14.30",
        "0.30",
        "0",
        "12345",
        "2 hours",
        "12345678",
        "1.5",
        "-",
        "2021-03-05T14:30",
        "25",
    ],
)
def test_anything_else_is_unreadable_and_quoted(text):
    problem = f'"{text}" cannot be read as a time; expected a form such as 14:30 or 2:30 PM'
    assert read_time(pd.Series([text])).loc[0].to_dict() == {"iso": "", "problem": problem, "kind": "unreadable"}


def test_missing_texts_are_no_problem():
    frame = read_time(pd.Series(["ND", None, "14:30", ""], index=list("abcd")), missing=["nd"])
    assert list(frame.index) == list("abcd")
    assert list(frame["iso"]) == ["", "", "14:30", ""]
    assert set(frame["kind"]) == {""}
    assert list(read_time(pd.Series(["ND", "14:30"]), missing="ND")["iso"]) == ["", "14:30"]
    assert list(read_time(pd.Series([], dtype=object)).columns) == ["iso", "problem", "kind"]


@given(st.times())
def test_every_time_reads_back_with_24_and_with_12_hours_and_as_a_fraction_of_a_day(time):
    second = time.replace(microsecond=0)
    text = second.isoformat()
    assert read_one(text) == (text, "")
    assert read_one(f"{second:%I:%M:%S %p}") == (text, "")
    moment = datetime.timedelta(hours=second.hour, minutes=second.minute, seconds=second.second)
    fraction = f"{moment / datetime.timedelta(days=1):.15f}"
    assert read_one(fraction)[0] == (text if second.second else text[:5])
