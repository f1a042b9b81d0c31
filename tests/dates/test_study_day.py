import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import from_days, to_days
from hcc_sdtm.dates.study_day import from_study_day, study_day


def test_there_is_no_day_0_and_only_complete_dates_have_one():
    frame = pd.DataFrame(
        [
            ("2021-03-05", "2021-03-05", 1),
            ("2021-03-04", "2021-03-05", -1),
            ("2021-03-06", "2021-03-05", 2),
            ("2021-03-05T23:59", "2021-03-05T00:01", 1),
            ("2021-03-04T23:59", "2021-03-05T00:01", -1),
            ("2024-03-01", "2024-02-28", 3),
            ("2021-03", "2021-03-05", np.nan),
            ("2021-03-05", "2021-03", np.nan),
            ("2021---05", "2021-03-05", np.nan),
            ("", "2021-03-05", np.nan),
            ("2021-03-05", "", np.nan),
        ],
        columns=["RSDTC", "RFSTDTC", "RSDY"],
        index=range(7, 18),
    )
    found = study_day(frame["RSDTC"], frame["RFSTDTC"])
    pd.testing.assert_series_equal(found, frame["RSDY"], check_names=False)
    numeric = study_day(to_days(frame["RSDTC"]), to_days(frame["RFSTDTC"]))
    pd.testing.assert_series_equal(numeric, frame["RSDY"], check_names=False)


def test_different_indexes_are_refused():
    with pytest.raises(ValueError, match="different indexes"):
        study_day(pd.Series(["2021-03-05"], index=[1]), pd.Series(["2021-03-05"], index=[2]))
    with pytest.raises(ValueError, match="study day and reference have different indexes"):
        from_study_day(pd.Series([1.0], index=[1]), pd.Series(["2021-03-05"], index=[2]))


def test_the_date_of_a_study_day():
    frame = pd.DataFrame(
        [
            (1, "2021-03-05", "2021-03-05"),
            (-1, "2021-03-05", "2021-03-04"),
            (2, "2021-03-05T23:59", "2021-03-06"),
            (3, "2024-02-28", "2024-03-01"),
            (0, "2021-03-05", ""),
            (np.nan, "2021-03-05", ""),
            (1, "2021-03", ""),
            (1, "", ""),
        ],
        columns=["RSDY", "RFSTDTC", "RSDTC"],
        index=range(7, 15),
    )
    found = from_study_day(frame["RSDY"], frame["RFSTDTC"])
    assert found.name == "RSDY"
    pd.testing.assert_series_equal(from_days(found), frame["RSDTC"], check_names=False)
    numeric = from_study_day(frame["RSDY"].astype("Float64").astype("Int64"), to_days(frame["RFSTDTC"]))
    pd.testing.assert_series_equal(numeric, found)


@given(strategies.days(), strategies.days())
def test_the_date_comes_back_from_its_study_day(day, reference):
    dates, references = pd.Series([day.isoformat()]), pd.Series([reference.isoformat()])
    number = study_day(dates, references)
    assert number[0] != 0
    assert list(from_days(from_study_day(number, references))) == [day.isoformat()]


@given(st.integers(-40_000, 40_000), strategies.days(), st.booleans())
def test_the_study_day_comes_back_from_its_date(number, reference, as_text):
    references = pd.Series([reference.isoformat()])
    dates = from_study_day(pd.Series([float(number)]), references)
    found = study_day(from_days(dates) if as_text else dates, references)
    assert list(found) == [number] if number else found.isna().all()
