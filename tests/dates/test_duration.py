import datetime

import numpy as np
import pandas as pd
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import to_days
from hcc_sdtm.dates.duration import age, duration


def lengths(pairs, unit, **options):
    frame = pd.DataFrame(pairs, columns=["start", "end"], dtype=object)
    return list(duration(frame["start"], frame["end"], unit, **options))


def ages(pairs):
    frame = pd.DataFrame(pairs, columns=["birth", "at"], dtype=object)
    return [tuple(row) for row in age(frame["birth"], frame["at"]).to_numpy()]


def test_days_weeks_months_and_years():
    pairs = [("2021-03-05", "2021-03-19"), ("2021-03-05", "2021-03-05"), ("2021-03-05T23:59", "2021-03-06T00:01")]
    assert lengths(pairs, "days") == [14, 0, 1]
    assert lengths(pairs, "days", first_day=1) == [15, 1, 2]
    assert lengths(pairs, "weeks") == [2, 0, 1 / 7]
    assert lengths(pairs, "weeks", first_day=1) == [15 / 7, 1 / 7, 2 / 7]
    assert lengths(pairs, "months") == [14 / 30.4375, 0, 1 / 30.4375]
    assert lengths(pairs, "months", first_day=1, month_days=30) == [0.5, 1 / 30, 2 / 30]
    assert lengths(pairs, "years") == [14 / 365.25, 0, 1 / 365.25]


# The first case is an example of admiral::compute_duration, the second its rule: one is added to what is not negative.
def test_an_end_before_the_start_is_negative_and_nothing_is_added():
    assert lengths([("2020-12-06", "2020-12-24")], "days", first_day=1) == [19]
    assert lengths([("2020-12-06", "2020-12-05")], "days", first_day=1) == [-1]
    assert lengths([("2020-12-06", "2020-12-05")], "days") == [-1]


def test_only_complete_dates_have_a_duration_and_day_numbers_are_dates():
    pairs = [("2021-03", "2021-03-05"), ("2021-03-05", "2021---05"), ("", "2021-03-05"), ("2021-03-05", "foo")]
    for options in ({"unit": "days"}, {"unit": "months", "calendar": True}, {"unit": "years", "first_day": 1}):
        assert np.isnan(lengths(pairs, **options)).all()
    text = pd.DataFrame({"start": ["2021-01-31", ""], "end": ["2021-03-05", "2021-03-05"]}, index=[7, 9])
    for calendar in (False, True):
        from_text = duration(text["start"], text["end"], "months", calendar=calendar)
        from_numbers = duration(to_days(text["start"]), to_days(text["end"]), "months", calendar=calendar)
        pd.testing.assert_series_equal(from_text, from_numbers)
        assert list(from_text.index) == [7, 9]


@pytest.mark.parametrize(
    ("start", "end", "months", "with_first_day"),
    [
        ("2021-01-15", "2021-03-14", 1, 2),
        ("2021-01-15", "2021-03-15", 2, 2),
        ("2021-01-01", "2021-01-31", 0, 1),
        # the day does not exist: the last of the month completes it
        ("2021-01-31", "2021-02-27", 0, 1),
        ("2021-01-31", "2021-02-28", 1, 1),
        ("2024-01-31", "2024-02-28", 0, 1),
        ("2024-01-31", "2024-02-29", 1, 1),
        ("2021-01-31", "2021-03-30", 1, 2),
        ("2024-02-29", "2025-02-27", 11, 12),
        ("2024-02-29", "2025-02-28", 12, 12),
        ("2024-02-29", "2028-02-28", 47, 48),
        ("2021-02-28", "2021-03-30", 1, 1),
        ("2021-03-15", "2021-01-16", -1, -1),
        ("2021-03-15", "2021-03-15", 0, 0),
    ],
)
def test_completed_calendar_months_and_years(start, end, months, with_first_day):
    assert lengths([(start, end)], "months", calendar=True) == [months]
    assert lengths([(start, end)], "months", calendar=True, first_day=1) == [with_first_day]
    assert lengths([(start, end)], "years", calendar=True) == [int(months / 12)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "month"}, 'unit "month" is not one of days, weeks, months, years; did you mean "months"?'),
        ({"unit": "days", "calendar": True}, 'unit "days" has no calendar length; expected one of months, years'),
        ({"unit": "weeks", "calendar": True}, 'unit "weeks" has no calendar length'),
        ({"unit": "days", "first_day": 2}, 'first_day "2" is not 0 or 1'),
        ({"unit": "months", "month_days": 0}, 'month_days "0" is not a number over 0'),
        ({"unit": "months", "month_days": float("nan")}, 'month_days "nan" is not a number over 0'),
    ],
)
def test_a_wrong_question_is_refused(options, message):
    with pytest.raises(ValueError, match=message.replace("?", "[?]")):
        lengths([("2021-03-05", "2021-03-05")], **options)


def test_different_indexes_are_refused():
    first, second = pd.Series(["2021-03-05"], index=[1]), pd.Series(["2021-03-05"], index=[2])
    with pytest.raises(ValueError, match="start and end have different indexes; expected one end for each start"):
        duration(first, second, "days")
    with pytest.raises(ValueError, match="birth and at have different indexes"):
        age(first, second)


def test_empty_columns():
    empty = pd.Series([], dtype=object)
    assert len(duration(empty, empty, "months", calendar=True)) == len(age(empty, empty)) == 0


# dateutil adds months with the same rule for a day that the month does not have.
@given(strategies.days(), strategies.days(), st.sampled_from([0, 1]))
def test_calendar_lengths_are_those_of_dateutil(start, end, first_day):
    start, end = sorted([start, end])
    passed = relativedelta(end + datetime.timedelta(days=first_day), start)
    pair = [(start.isoformat(), end.isoformat())]
    assert lengths(pair, "months", calendar=True, first_day=first_day) == [passed.years * 12 + passed.months]
    assert lengths(pair, "years", calendar=True, first_day=first_day) == [passed.years]
    assert lengths(pair, "days", first_day=first_day) == [(end - start).days + first_day]


@given(strategies.days(), strategies.days(), st.sampled_from(["months", "years"]))
def test_the_other_way_round_a_calendar_length_is_negative(start, end, unit):
    forward = lengths([(start.isoformat(), end.isoformat())], unit, calendar=True)
    assert lengths([(end.isoformat(), start.isoformat())], unit, calendar=True) == [-forward[0]]


def test_age_at_a_date():
    nan = np.nan
    cases = {
        ("1961-03-04", "2021-03-03"): (59, 59),
        ("1961-03-04", "2021-03-04"): (60, 60),
        ("1961-03-04", "2021-03-04T08:00"): (60, 60),
        ("1961-03", "2021-03-15"): (59, 60),
        ("1961-03", "2021-03-31"): (60, 60),
        ("1961", "2021-03-04"): (59, 60),
        ("1961", "2021-12-31"): (60, 60),
        ("1961", "2021"): (59, 60),
        ("1961-03-04", "2021"): (59, 60),
        ("1961---15", "2021-01-14"): (59, 59),
        ("1961---15", "2021-01-15"): (59, 60),
        ("2021", "2021-03"): (0, 0),
        ("2021-03-05", "2021-03-04"): (nan, nan),
        ("2022", "2021-03-04"): (nan, nan),
        ("--03-04", "2021-03-04"): (nan, nan),
        ("", "2021-03-04"): (nan, nan),
        ("1961-03-04", "foo"): (nan, nan),
        # 29 February
        ("1964-02-29", "2015-02-27"): (50, 50),
        ("1964-02-29", "2015-02-28"): (51, 51),
        # SAS's YRDIF with AGE is reported to give 52 here, a day before the birthday: blogs.sas.com, sasdummy, 2016-02-19
        ("1964-02-29", "2016-02-28"): (51, 51),
        ("1964-02-29", "2016-02-29"): (52, 52),
    }
    np.testing.assert_array_equal(ages(list(cases)), list(cases.values()))


def completed_years(birth, day):
    """Counts birthdays one by one; that of 29 February is 28 February in a common year."""
    count = 0
    while True:
        year = birth.year + count + 1
        is_leap_day = (birth.month, birth.day) == (2, 29)
        has_it = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        birthday = datetime.date(year, 2, 28) if is_leap_day and not has_it else birth.replace(year=year)
        if birthday > day:
            return count
        count += 1


BIRTHS = strategies.partial_dates(datetime.date(1895, 12, 1), datetime.date(1906, 1, 31), candidates=False)
DATES = strategies.partial_dates(datetime.date(1899, 2, 1), datetime.date(1910, 3, 31), candidates=False)


@given(BIRTHS, DATES)
def test_the_interval_holds_exactly_the_ages_that_are_possible(birth, at):
    born, days = birth.days()[:: 1 if birth.month else 5], at.days()[:: 1 if at.month else 7]
    # the ends, and the days around the end of February, are never thinned out
    born = {
        *born,
        birth.days()[-1],
        *(day for day in birth.days() if (day.month, day.day) in {(2, 28), (2, 29), (3, 1)}),
    }
    days = {*days, at.days()[-1], *(day for day in at.days() if (day.month, day.day) in {(2, 28), (2, 29), (3, 1)})}
    possible = {completed_years(one, day) for one in born for day in days if one <= day}
    ((lowest, highest),) = ages([(birth.iso, at.iso)])
    if possible:
        assert (lowest, highest) == (min(possible), max(possible))
    else:
        assert np.isnan([lowest, highest]).all()


@given(strategies.days(), strategies.days())
def test_the_age_of_a_known_birth_is_the_calendar_length(birth, at):
    birth, at = sorted([birth, at])
    pair = [(birth.isoformat(), at.isoformat())]
    ((lowest, highest),) = ages(pair)
    assert [lowest] == [highest] == lengths(pair, "years", calendar=True)
