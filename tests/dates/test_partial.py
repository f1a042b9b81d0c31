import datetime

import pytest
from hypothesis import given

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


def test_candidates_of_two_years_or_one_day_are_refused():
    with pytest.raises(ValueError, match="do not share a year"):
        PartialDate.either(PartialDate(2021, 3, 4), PartialDate(2022, 4, 3))
    with pytest.raises(ValueError, match="two different dates"):
        PartialDate.either(PartialDate(2021, 3, 4), PartialDate(2021, 3, 4))
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


WINDOW = {"first": datetime.date(2020, 11, 1), "last": datetime.date(2021, 3, 31)}


@given(strategies.partial_dates(**WINDOW), strategies.partial_dates(**WINDOW))
def test_an_answer_is_unknown_exactly_when_both_are_possible(first, second):
    pairs = [(a, b) for a in first.days() for b in second.days()]
    for answer, truths in (
        (first.is_before(second), {a < b for a, b in pairs}),
        (first.is_after(second), {a > b for a, b in pairs}),
        (first.is_on_or_before(second), {a <= b for a, b in pairs}),
        (first.is_on_or_after(second), {a >= b for a, b in pairs}),
        (first.is_same_day(second), {a == b for a, b in pairs}),
    ):
        assert ({answer} if answer is not None else {True, False}) == truths
