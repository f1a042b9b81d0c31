import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import PartialDate


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2021-03-05", "2021-03-05", "2021-03-05"),
        ("2021-03-05T14:30", "2021-03-05", "2021-03-05"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2021", "2021-01-01", "2021-12-31"),
        ("2003---15", "2003-01-15", "2003-12-15"),
        ("2003---31", "2003-01-31", "2003-12-31"),
    ],
)
def test_earliest_and_latest(text, earliest, latest):
    found = PartialDate.from_iso(text)
    assert (found.earliest.isoformat(), found.latest.isoformat()) == (earliest, latest)


def test_a_known_day_of_an_unknown_month_is_one_day_of_each_month_that_has_it():
    months = [day.month for day in PartialDate(2023, None, 30).days()]
    assert months == [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((0,), "there is no year 0000"),
        ((10000,), "there is no year 10000"),
        ((2021, 0), "there is no month 00"),
        ((2021, 13), "there is no month 13"),
        ((2021, 2, 30), "2021-02 has 28 days, not 30"),
        ((2021, None, 32), "there is no day 32"),
        ((2021, None, 0), "there is no day 00"),
        ((2023, 2, 29), "2023-02 has 28 days, not 29"),
        ((2021, 3, 5, 24, 0), "there is no hour 24"),
        ((2021, 3, 5, 23, 60), "there is no minute 60"),
        ((2021, 3, None, 10), "hour 10 needs a complete date, not 2021-03"),
        ((2021, 3, 5, None, 30), "30 needs the larger part of the time before it"),
    ],
)
def test_a_date_that_does_not_exist_is_refused(parts, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        PartialDate(*parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021-3-5",
        "20210305",
        "2021-02-30",
        "0000-01-01",
        "2021-03-05T24:00",
        "2021-03-05 10:00",
        "2021--",
        "--12-15",
        "2021-03-05T-:15",
        "2021-03-05T10:00Z",
        "2021-03-05T10:00:00.5",
        "２０２１",
    ],
)
def test_text_that_the_type_does_not_hold_is_refused(text):
    with pytest.raises(ValueError, match=r"^.+$"):
        PartialDate.from_iso(text)


def test_two_candidates_keep_both_days_and_nothing_between():
    either = PartialDate.either(PartialDate(2021, 4, 3), PartialDate(2021, 3, 4))
    assert either.iso == "2021"
    assert either.days() == (datetime.date(2021, 3, 4), datetime.date(2021, 4, 3))
    assert either.is_same_day(datetime.date(2021, 3, 20)) is False
    assert either.is_same_day(datetime.date(2021, 4, 3)) is None
    assert either.is_before(datetime.date(2021, 4, 4)) is True
    assert either == PartialDate.either(PartialDate(2021, 3, 4), PartialDate(2021, 4, 3))
    unsorted = PartialDate(2021, candidates=(PartialDate(2021, 4, 3), PartialDate(2021, 3, 4)))
    assert (unsorted, hash(unsorted)) == (either, hash(either))


def test_candidates_of_two_years_or_one_day_are_refused():
    with pytest.raises(ValueError, match="do not share a year"):
        PartialDate.either(PartialDate(2021, 3, 4), PartialDate(2022, 4, 3))
    for second in (PartialDate(2021, 3, 4), PartialDate(2021, 3, 4, 10)):
        with pytest.raises(ValueError, match=f"two dates of different days, not 2021-03-04, {second.iso}$"):
            PartialDate.either(PartialDate(2021, 3, 4), second)
    with pytest.raises(ValueError, match="both candidates share"):
        PartialDate(2021, 3, 4, candidates=(PartialDate(2021, 3, 4), PartialDate(2021, 4, 3)))


@pytest.mark.parametrize(
    ("first", "second", "before", "same"),
    [
        ("2021-03-05", "2021-03-06", True, False),
        ("2021-03-06", "2021-03-05", False, False),
        ("2021-03-05", "2021-03-05", False, True),
        ("2021-03", "2021-03", None, None),
        ("2021-03", "2021-04", True, False),
        ("2021-03-01", "2021-03", None, None),
        ("2021-03-31", "2021-03", False, None),
        ("2021", "2021-12-31", None, None),
        ("2003---31", "2003-04", None, False),
    ],
)
def test_comparisons(first, second, before, same):
    first, second = PartialDate.from_iso(first), PartialDate.from_iso(second)
    assert first.is_before(second) is before
    assert second.is_after(first) is before
    assert first.is_on_or_after(second) is (None if before is None else not before)
    assert second.is_on_or_before(first) is (None if before is None else not before)
    assert first.is_same_day(second) is same


def test_there_is_no_ordering():
    with pytest.raises(TypeError):
        assert PartialDate(2021) < PartialDate(2022)


@given(strategies.partial_dates(candidates=False))
def test_iso_text_round_trips(partial):
    assert PartialDate.from_iso(partial.iso) == partial


def second_number(text):
    return int((datetime.datetime.fromisoformat(text) - datetime.datetime(2021, 1, 1)).total_seconds())


def possible(partial, as_moments):
    """Every day, or every second, that the date can be, as numbers."""
    if not as_moments:
        return np.array([day.toordinal() for day in partial.days()])
    ranges = []
    for one in partial.candidates or (partial,):
        text = one.iso
        first = second_number(text + {13: ":00:00", 16: ":00", 19: ""}[len(text)])
        ranges.append(np.arange(first, first + {13: 3600, 16: 60, 19: 1}[len(text)]))
    return np.concatenate(ranges)


def assert_answers_are_unknown_exactly_when_both_are_possible(first, second, as_moments):
    mine, theirs = possible(first, as_moments)[:, None], possible(second, as_moments)[None, :]
    for answer, truths in (
        (first.is_before(second), mine < theirs),
        (first.is_after(second), mine > theirs),
        (first.is_on_or_before(second), mine <= theirs),
        (first.is_on_or_after(second), mine >= theirs),
    ):
        assert ({answer} if answer is not None else {True, False}) == {bool(truth) for truth in np.unique(truths)}
    same = possible(first, False)[:, None] == possible(second, False)[None, :]
    answer = first.is_same_day(second)
    assert ({answer} if answer is not None else {True, False}) == {bool(truth) for truth in np.unique(same)}


WINDOW = {"first": datetime.date(2020, 11, 1), "last": datetime.date(2021, 3, 31)}


@given(strategies.partial_dates(**WINDOW, times=False), strategies.partial_dates(**WINDOW))
def test_an_answer_is_unknown_exactly_when_both_are_possible(first, second):
    assert_answers_are_unknown_exactly_when_both_are_possible(first, second, as_moments=False)
    assert_answers_are_unknown_exactly_when_both_are_possible(second, first, as_moments=False)


CLOCKS = st.sampled_from(
    [(9,), (10,), (9, 0), (9, 59), (10, 0), (9, 0, 0), (9, 59, 59), (10, 0, 0), (10, 59, 59), (0, 0), (23, 59)]
)
MOMENTS = st.builds(lambda day, clock: PartialDate(2021, 3, day, *clock), st.integers(4, 5), CLOCKS)
EITHER = st.builds(
    lambda clock: PartialDate.either(PartialDate(2021, 3, 4, *clock), PartialDate(2021, 4, 3, *clock)), CLOCKS
)


@given(MOMENTS | EITHER, MOMENTS | EITHER)
def test_between_two_known_times_an_answer_is_unknown_exactly_when_both_are_possible(first, second):
    assert_answers_are_unknown_exactly_when_both_are_possible(first, second, as_moments=True)


@given(strategies.partial_dates())
def test_the_ends_are_those_of_all_that_the_date_can_be(partial):
    assert (partial.earliest, partial.latest) == (partial.days()[0], partial.days()[-1])
    assert (partial.earliest_moment.date(), partial.latest_moment.date()) == (partial.earliest, partial.latest)
    if partial.has_time:
        seconds = possible(partial, as_moments=True)
        epoch = datetime.datetime(2021, 1, 1)
        assert partial.earliest_moment == epoch + datetime.timedelta(seconds=int(seconds.min()))
        assert partial.latest_moment == epoch + datetime.timedelta(seconds=int(seconds.max()))
    else:
        assert (partial.earliest_moment.time(), partial.latest_moment.time()) == (
            datetime.time(0, 0, 0),
            datetime.time(23, 59, 59),
        )


@pytest.mark.parametrize(
    ("first", "second", "before", "after"),
    [
        ("2021-03-05T14:30", "2021-03-05T14:31", True, False),
        ("2021-03-05T14:30", "2021-03-05T14:30", None, None),
        ("2021-03-05T14:30:05", "2021-03-05T14:30:05", False, False),
        ("2021-03-05T14", "2021-03-05T14:30", None, None),
        ("2021-03-05T14", "2021-03-05T15:00", True, False),
        ("2021-03-05T14", "2021-03-05T14:59:59", None, False),
        ("2021-03-05T14:00:00", "2021-03-05T14", None, False),
        ("2021-03-05T23", "2021-03-06T00", True, False),
        # one of the two has no time: days are compared
        ("2021-03-05T14:30", "2021-03-05", False, False),
        ("2021-03-05T23:59", "2021-03", None, None),
        ("2021-03-05T00:00", "2021-03-06", True, False),
    ],
)
def test_times_are_compared_where_both_are_known(first, second, before, after):
    first, second = PartialDate.from_iso(first), PartialDate.from_iso(second)
    assert (first.is_before(second), first.is_after(second)) == (before, after)
    assert (second.is_after(first), second.is_before(first)) == (before, after)
    assert first.is_on_or_before(second) is (None if after is None else not after)
    assert first.is_on_or_after(second) is (None if before is None else not before)


def test_a_datetime_is_a_moment_and_its_date_a_day():
    partial = PartialDate(2021, 3, 5, 14, 30)
    moment = datetime.datetime(2021, 3, 5, 15, 0)
    assert PartialDate.from_date(moment) == PartialDate(2021, 3, 5, 15, 0, 0)
    assert partial.is_before(moment) is True
    assert partial.is_before(moment.date()) is False
    assert partial.is_after(pd.Timestamp("2021-03-05")) is True
    for wrong in (
        moment.replace(microsecond=1),
        moment.replace(tzinfo=datetime.UTC),
        pd.Timestamp("2021-03-05T15:00:00.000000001"),
    ):
        with pytest.raises(ValueError, match="has a fraction of a second or a time zone"):
            partial.is_before(wrong)


def test_a_part_that_is_no_whole_number_is_refused():
    for parts in ((2021, 3.0), (2021, 2.5), (float("nan"),), ("2021",)):
        with pytest.raises(TypeError):
            PartialDate(*parts)
    assert PartialDate(np.int64(2021), np.int64(3)) == PartialDate(2021, 3)
