import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import bounds, from_days, is_complete, is_iso, to_days

EPOCH = pd.Timestamp("1960-01-01")


@pytest.mark.parametrize(
    "text",
    # The forms of SDTMIG 3.4 section 4.4.2.
    [
        "2003-12-15T13:14:17.123",
        "2003-12-15T13:14:17",
        "2003-12-15T13:14",
        "2003-12-15T13",
        "2003-12-15",
        "2003-12",
        "2003",
        "2003---15",
        "--12-15",
        "-----T07:15",
        "2003-12-15T-:15",
        "2003-12-15T13:14:17+05:30",
        "2003-12-15T13:14Z",
        "2024-02-29",
        "2003---31",
        "--02-29",
        "0001-01-01",
        "9999-12-31",
    ],
)
def test_valid(text):
    assert list(is_iso(pd.Series([text]))) == [True]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 2003",
        "20031215",
        "2003-1-5",
        "2003-02-30",
        "2023-02-29",
        "0000-01-01",
        "2003-00-15",
        "2003-13",
        "2003-12-",
        "2003--",
        "2003-12--",
        "2003---",
        "-----",
        "-",
        "2003-12T10:00",
        "2003T10",
        "2003-12-15T24:00",
        "2003-12-15T13:60",
        "2003-12-15T13:14+25:00",
        "2003-12-15 13:14",
        "2003-12-15T13:-",
        "２００３",
        "2003/12/15",
        "03-12-15",
        "2003-04-31",
    ],
)
def test_not_valid(text):
    assert list(is_iso(pd.Series([text]))) == [False]


def test_bounds_days_and_completeness_of_a_column():
    text = pd.Series(
        [
            "1960-01-01",
            "1959-12-31T23:59",
            "2024-02",
            "2021",
            "2003---31",
            "--12-15",
            "",
            "foo",
            "2021-02-30",
        ],
        index=range(10, 19),
        dtype=object,
    )
    nan = np.nan
    expected = pd.DataFrame(
        {
            "earliest": [0, -1, 23407, 22281, 15736, nan, nan, nan, nan],
            "latest": [0, -1, 23435, 22645, 16070, nan, nan, nan, nan],
        },
        index=range(10, 19),
    )
    pd.testing.assert_frame_equal(bounds(text), expected)
    days = pd.Series([0, -1, *[nan] * 7], index=range(10, 19))
    pd.testing.assert_series_equal(to_days(text), days)
    assert list(is_complete(text)) == [True, True, *[False] * 7]
    assert list(from_days(days)) == ["1960-01-01", "1959-12-31", *[""] * 7]


def test_day_numbers_pass_through():
    days = pd.Series([22345.5, np.nan])
    assert to_days(days).tolist()[0] == 22345
    assert bounds(days).loc[0].tolist() == [22345, 22345]
    assert bounds(days).loc[1].isna().all()


def test_empty_columns():
    empty = pd.Series([], dtype=object)
    assert len(bounds(empty)) == len(is_iso(empty)) == len(to_days(empty)) == len(from_days(to_days(empty))) == 0


def test_a_day_number_outside_the_calendar_is_refused():
    with pytest.raises(ValueError, match=r"day number 1e\+09 is outside the years 0001 to 9999"):
        from_days(pd.Series([0.0, 1e9]))
    with pytest.raises(ValueError, match="day number inf is outside"):
        from_days(pd.Series([np.inf]))


@given(st.lists(strategies.partial_dates(candidates=False), min_size=1))
def test_bounds_are_those_of_the_value_type(partials):
    found = bounds(pd.Series([partial.iso for partial in partials]))
    assert [from_days(found["earliest"])[row] for row in range(len(partials))] == [
        partial.earliest.isoformat() for partial in partials
    ]
    assert list(from_days(found["latest"])) == [partial.latest.isoformat() for partial in partials]


@given(st.lists(st.dates(), min_size=1))
def test_day_numbers_round_trip_and_count_days(days):
    text = pd.Series([day.isoformat() for day in days])
    numbers = to_days(text)
    assert list(from_days(numbers)) == list(text)
    assert list(numbers) == [(day - EPOCH.date()).days for day in days]
