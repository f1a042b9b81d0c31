import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from hcc_sdtm.dates import read


def read_one(text, **options):
    return tuple(read(pd.Series([text], dtype=object), **options).loc[0, ["iso", "kind", "candidates"]])


@pytest.mark.parametrize(
    ("text", "in_1900", "in_1904"),
    [
        ("45352", "2024-03-01", "2028-03-02"),
        ("45352.5", "2024-03-01T12:00", "2028-03-02T12:00"),
        ("45352.604166666664", "2024-03-01T14:30", "2028-03-02T14:30"),
        ("45352.604224537", "2024-03-01T14:30:05", "2028-03-02T14:30:05"),
        ("45352.999999999", "2024-03-02", "2028-03-03"),
        ("70000", "2091-08-25", "2095-08-26"),
    ],
)
def test_both_systems(text, in_1900, in_1904):
    assert read_one(text, serials="1900") == (in_1900, "", "")
    assert read_one(text, serials="1904") == (in_1904, "", "")


@pytest.mark.parametrize(
    ("text", "in_1900", "in_1904"),
    [
        ("1", "1900-01-01", "1904-01-02"),
        ("59", "1900-02-28", "1904-02-29"),
        ("61", "1900-03-01", "1904-03-02"),
        ("1462", "1904-01-01", "1908-01-02"),
        ("9999", "1927-05-17", "1931-05-18"),
    ],
)
def test_fewer_than_five_digits_may_be_an_age_or_a_time_and_are_asked_about(text, in_1900, in_1904):
    assert read_one(text, serials="1900") == ("", "serial", in_1900)
    assert read_one(text, serials="1904") == ("", "serial", in_1904)


def test_a_number_of_an_undeclared_system_is_kept_as_both_dates():
    frame = read(pd.Series(["45352"]), order="dmy")
    assert frame.loc[0].to_dict() == {
        "iso": "",
        "problem": '"45352" is a spreadsheet\'s number of days: 2024-03-01 in the 1900 system or 2028-03-02 in the 1904 '
        "system; expected a date or a declared system",
        "candidates": "2024-03-01|2028-03-02",
        "kind": "serial",
    }


def test_the_day_that_never_was_is_impossible():
    found = read(pd.Series(["60", "60.0", "0"]), serials="1900")
    assert list(found["kind"]) == ["impossible", "unreadable", "impossible"]
    assert set(read(pd.Series(["99999"]), serials="1900")["kind"]) == {"impossible"}  # a code, not the year 2173
    assert "29 February 1900, which never was" in found["problem"][0]
    assert read_one("60", serials="1904")[2] == "1904-03-01"
    assert read_one("0", serials="1904")[2] == "1904-01-01"


def test_a_number_that_is_a_year_or_eight_digits_is_no_number_of_days():
    typed = pd.Series(["2021", "1900", "2099", "20240301", "240301", "5.3"])
    found = read(typed, order="ymd", century=50, serials="1900")
    assert list(found["iso"]) == ["2021", "1900", "2099", "2024-03-01", "2024-03-01", ""]


def test_numbers_mixed_with_text_in_one_column():
    typed = pd.Series(["45352", "01.03.2024", "März 2024", "", 45352, 45352.0, 45352.5], dtype=object)
    found = read(typed, order="dmy", serials="1900")
    assert list(found["iso"]) == [*["2024-03-01"] * 2, "2024-03", "", *["2024-03-01"] * 2, "2024-03-01T12:00"]
    assert set(found["kind"]) == {""}


def test_cells_that_are_dates_already():
    typed = pd.Series(
        [datetime.date(2024, 3, 1), datetime.datetime(2024, 3, 1), pd.Timestamp("2024-03-01 14:30"), pd.NaT]
    )
    assert list(read(typed.astype(object))["iso"]) == ["2024-03-01", "2024-03-01", "2024-03-01T14:30:00", ""]
    assert list(read(pd.Series(pd.to_datetime(["2024-03-01", None])))["iso"]) == ["2024-03-01", ""]


def test_another_system_is_refused():
    with pytest.raises(ValueError, match='serials "1905" is not one of 1900, 1904'):
        read(pd.Series(["2021"]), serials="1905")


def test_the_system_may_be_a_number():
    assert read_one("45352", serials=1900) == ("2024-03-01", "", "")


@given(st.integers(10_000, 70_000), st.integers(0, 86_399))
def test_the_same_day_and_time_as_another_library(number, seconds):
    for system, epoch in (("1900", CALENDAR_WINDOWS_1900), ("1904", CALENDAR_MAC_1904)):
        iso, kind, _ = read_one(str(number), serials=system)
        if number not in range(1900, 2100):
            assert (iso, kind) == (from_excel(number, epoch).date().isoformat(), "")
        if number > 9_999:
            text = f"{number + seconds / 86_400:.12f}".rstrip("0").rstrip(".")
            moment = from_excel(float(text), epoch)
            found = pd.Timestamp(read_one(text, serials=system)[0])
            assert abs(found - pd.Timestamp(moment)) <= pd.Timedelta(seconds=1)
