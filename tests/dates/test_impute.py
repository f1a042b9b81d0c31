import datetime
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates.impute import impute
from hcc_sdtm.dates.iso import from_days, to_days
from hcc_sdtm.dates.partial import PartialDate


def imputed(texts, **rule):
    frame = impute(pd.Series(texts, dtype=object), **rule)
    return list(zip(from_days(frame["date"]), frame["flag"], strict=True))


TEXTS = ["2019-07-18T15:25:40", "2019-07-18", "2019-02", "2019", "2019---07", "", "foo"]
NOTHING = ("", "")


# The columns are those of the examples of admiral::derive_vars_dt (preserve = TRUE).
@pytest.mark.parametrize(
    ("to", "month_open", "day_open", "known_day"),
    [
        ("first", "2019-01-01", "2019-02-01", "2019-01-07"),
        ("mid", "2019-06-30", "2019-02-15", "2019-06-07"),
        ("last", "2019-12-31", "2019-02-28", "2019-12-07"),
        ("04-06", "2019-04-06", "2019-02-06", "2019-04-07"),
    ],
)
def test_what_each_level_imputes(to, month_open, day_open, known_day):
    complete = [("2019-07-18", ""), ("2019-07-18", "")]
    assert imputed(TEXTS, to=to, highest=None) == [*complete, *[NOTHING] * 5]
    assert imputed(TEXTS, to=to, highest="D") == [*complete, (day_open, "D"), *[NOTHING] * 4]
    at_month = [(day_open, "D"), (month_open, "M"), (known_day, "M"), NOTHING, NOTHING]
    assert imputed(TEXTS, to=to, highest="M") == [*complete, *at_month]


def test_an_imputed_day_is_one_that_the_month_has():
    assert imputed(["2024-02", "2023-02", "2023-04"], to="last", highest="D") == [
        ("2024-02-29", "D"),
        ("2023-02-28", "D"),
        ("2023-04-30", "D"),
    ]
    assert imputed(["2023-02", "2023"], to="02-29", highest="M") == [("2023-02-28", "D"), ("2023-02-28", "M")]


def test_a_known_day_is_kept_in_a_month_that_has_it():
    texts = ["2023---31", "2023---30"]
    assert imputed(texts, to="mid", highest="M") == [("2023-05-31", "M"), ("2023-06-30", "M")]
    assert imputed(texts, to="02-10", highest="M") == [("2023-01-31", "M"), ("2023-01-30", "M")]


# The rule and the second case are those of admiral::impute_dtc_dt, min_dates.
def test_a_bound_acts_only_where_it_agrees_with_the_known_parts():
    frame = pd.DataFrame(
        [
            # text, bound, first day not before it, last day not after it
            ("2020-12", "2020-12-06", "2020-12-06", "2020-12-06"),
            ("2020-11", "2020-12-06", "2020-11-01", "2020-11-30"),
            ("2020-12-03", "2020-12-06", "2020-12-03", "2020-12-03"),
            ("2020", "2020-12-06T12:00", "2020-12-06", "2020-12-06"),
            ("2020", "2020-03", "2020-03-01", "2020-03-31"),
            ("2020", "", "2020-01-01", "2020-12-31"),
            ("2020---07", "2020-05-09", "2020-06-07", "2020-05-07"),
            ("2020---07", "2020-05-07", "2020-05-07", "2020-05-07"),
            ("2020---31", "2020-06-01", "2020-07-31", "2020-05-31"),
            ("2020---07", "2020-12-09", "2020-01-07", "2020-12-07"),
        ],
        columns=["text", "bound", "first", "last"],
        index=range(3, 13),
    )
    first = impute(frame["text"], to="first", highest="M", not_before=[frame["bound"]])
    assert list(from_days(first["date"])) == list(frame["first"])
    last = impute(frame["text"], to="last", highest="M", not_after=[frame["bound"]])
    assert list(from_days(last["date"])) == list(frame["last"])
    days = pd.Series(to_days(frame["bound"]), index=frame.index)
    numeric = impute(frame["text"], to="first", highest="M", not_before=[days])
    complete_bound = frame["bound"] != "2020-03"
    columns = ["date", "flag"]  # a day number says nothing of the time
    pd.testing.assert_frame_equal(numeric.loc[complete_bound, columns], first.loc[complete_bound, columns])


def test_of_several_bounds_the_tightest_holds_and_the_upper_one_last():
    texts = pd.Series(["2020", "2020-11"])
    lower = [pd.Series(["2020-03-10", "2020-03-10"]), pd.Series(["2020-05-01", "2020-11-20"])]
    assert imputed(texts, to="first", highest="M", not_before=lower) == [
        ("2020-05-01", "M"),
        ("2020-11-20", "D"),
    ]
    assert imputed(texts, to="first", highest="M", not_before=lower, not_after=["2020-11-10", "2020-12-01"]) == [
        ("2020-05-01", "M"),
        ("2020-11-10", "D"),
    ]


def test_a_missing_date_is_dated_only_by_its_bounds():
    texts = ["", "2020-12", "foo", "--12-15"]
    bound = pd.Series(["2020-01-01", "2020-12-06", "2020-01-01", "2020-12-20"])
    other = pd.Series(["2020-02-01", "", "", ""])
    assert imputed(texts, to="first", highest="Y", not_before=[bound, other]) == [
        ("2020-02-01", "Y"),
        ("2020-12-06", "D"),
        NOTHING,
        NOTHING,
    ]
    assert imputed(texts, to="last", highest="Y", not_after=[bound, other])[0] == ("2020-01-01", "Y")
    nobody = pd.Series([np.nan] * 4)
    assert imputed(texts, to="first", highest="Y", not_before=[nobody], not_after=["2024-02-29"])[0] == NOTHING


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"to": "middle", "highest": "M"}, 'to "middle" is not one of first, mid, last or a month and day'),
        ({"to": "13-01", "highest": "M"}, 'to "13-01" is not one of'),
        ({"to": "02-30", "highest": "M"}, 'to "02-30" is not one of'),
        ({"to": "LAST", "highest": "M"}, 'to "LAST" is not one of .* such as 06-15; did you mean "last"'),
        ({"to": "first", "highest": "n"}, 'highest "n" is not one of Y, M, D, h, m, s or None'),
        ({"to": "first", "highest": "H"}, 'highest "H" is not one of .*; did you mean "h"'),
        ({"to": "first", "highest": "M", "time_to": "noon"}, 'time_to "noon" is not one of first, mid, last or a time'),
        ({"to": "first", "highest": "M", "time_to": "24:00:00"}, 'time_to "24:00:00" is not one of'),
        ({"to": "first", "highest": "M", "time_to": "08:30"}, 'time_to "08:30" is not one of .* such as 08:30:00'),
        ({"to": "first", "highest": "M", "time_to": "end"}, 'time_to "end" is not one of'),
        ({"to": "first", "highest": "Y"}, 'highest "Y" needs to "first" with not_before'),
        ({"to": "mid", "highest": "Y", "not_before": ["2021"]}, 'not to "mid"'),
        (
            {"to": "first", "highest": "M", "not_before": ["2021-02-30"]},
            'not_before "2021-02-30" is not an ISO',
        ),
        (
            {"to": "last", "highest": "M", "not_after": ["--12-15"]},
            'not_after "--12-15" is not an ISO 8601 date that has',
        ),
        (
            {"to": "first", "highest": "M", "not_after": [pd.Series(["2021"], index=[5], name="DTHDTC")]},
            'column "DTHDTC" of not_after has another index',
        ),
        ({"to": "first", "highest": "M", "not_before": "2021"}, 'not_before is "2021"; expected a list of bounds'),
        (
            {"to": "last", "highest": "M", "not_after": pd.Series(["2021"], name="DTHDTC")},
            'not_after is the column "DTHDTC"; expected a list of bounds',
        ),
        (
            {"to": "first", "highest": "M", "not_before": [pd.Series(pd.to_datetime(["2021-03-05"]))]},
            'not_before "2021-03-05 00:00:00" is a Timestamp; expected ISO 8601 text',
        ),
    ],
)
def test_a_wrong_rule_is_refused(rule, message):
    with pytest.raises(ValueError, match=message):
        impute(pd.Series(["2021"]), **rule)


@pytest.mark.parametrize(("value", "found"), [(22344.0, "float"), (datetime.date(2021, 3, 5), "date")])
def test_a_date_that_is_not_text_is_refused(value, found):
    with pytest.raises(ValueError, match=f'date "{value}" is a {found}; expected ISO 8601 text such as 2021-03'):
        impute(pd.Series(["2021", value], dtype=object), to="first", highest="M")


@pytest.mark.parametrize(
    "bounds", [{}, {"not_before": ["2021-03-05T10:00"], "not_after": [pd.Series([], dtype=object)]}]
)
def test_an_empty_column(bounds):
    frame = impute(pd.Series([], dtype=object), to="last", highest="M", **bounds)
    assert list(frame.columns) == ["date", "flag", "time", "time_flag"]
    assert frame.dtypes.astype(str).tolist() == ["float64", "object", "float64", "object"]
    assert len(frame) == 0


def moments(texts, **rule):
    """Each result on one line: day, time and the two flags; a part that stays open is "?"."""
    frame = impute(pd.Series(texts, dtype=object), **rule)
    lines = zip(from_days(frame["date"]), frame["time"], frame["flag"], frame["time_flag"], strict=True)
    return [f"{day or '?'} {clock(time)} {flag or '-'}{time_flag or '-'}" for day, time, flag, time_flag in lines]


def clock(seconds):
    if np.isnan(seconds):
        return "?"
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(int(minutes), 60)
    return f"{hour:02d}:{minute:02d}:" + (f"{second:02.0f}" if second == int(second) else f"{second:06.3f}")


CLOCKS = ["2021-03-05T14:30:05.25", "2021-03-05T14:30", "2021-03-05T14", "2021-03-05", "2021-03", "2021-03-05T-:30"]


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (None, ["2021-03-05 14:30:05.250 --", *["2021-03-05 ? --"] * 3, "? ? --", "2021-03-05 ? --"]),
        (
            "s",
            [
                "2021-03-05 14:30:05.250 --",
                "2021-03-05 14:30:59 -S",
                *["2021-03-05 ? --"] * 2,
                "? ? --",
                "2021-03-05 ? --",
            ],
        ),
        (
            "m",
            [
                "2021-03-05 14:30:05.250 --",
                "2021-03-05 14:30:59 -S",
                "2021-03-05 14:59:59 -M",
                "2021-03-05 ? --",
                "? ? --",
                "2021-03-05 ? --",
            ],
        ),
        (
            "h",
            [
                "2021-03-05 14:30:05.250 --",
                "2021-03-05 14:30:59 -S",
                "2021-03-05 14:59:59 -M",
                "2021-03-05 23:59:59 -H",
                "? ? --",
                "2021-03-05 23:30:59 -H",
            ],
        ),
        (
            "D",
            [
                "2021-03-05 14:30:05.250 --",
                "2021-03-05 14:30:59 -S",
                "2021-03-05 14:59:59 -M",
                "2021-03-05 23:59:59 -H",
                "2021-03-01 23:59:59 DH",
                "2021-03-05 23:30:59 -H",
            ],
        ),
    ],
)
def test_a_level_imputes_what_is_below_it(highest, expected):
    assert moments(CLOCKS, to="first", highest=highest, time_to="last") == expected


@pytest.mark.parametrize(
    ("time_to", "day", "hour", "minute", "minute_alone", "second_alone"),
    [
        # what is known: the day, the hour, the minute; the minute without its hour, the second without its minute
        ("first", "00:00:00", "14:00:00", "14:30:00", "00:30:00", "14:00:05"),
        ("mid", "12:00:00", "14:30:00", "14:30:30", "12:30:30", "14:30:05"),
        ("last", "23:59:59", "14:59:59", "14:30:59", "23:30:59", "14:59:05"),
        ("08:15:45", "08:15:45", "14:15:45", "14:30:45", "08:30:45", "14:15:05"),
    ],
)
def test_where_the_time_goes(time_to, day, hour, minute, minute_alone, second_alone):
    texts = ["2021-03-05", "2021-03-05T14", "2021-03-05T14:30", "2021-03-05T-:30", "2021-03-05T14:-:05"]
    frame = impute(pd.Series(texts), to="first", highest="h", time_to=time_to)
    assert [clock(time) for time in frame["time"]] == [day, hour, minute, minute_alone, second_alone]
    assert list(frame["time_flag"]) == ["H", "M", "S", "H", "M"]


def test_a_time_zone_is_left_out():
    assert moments(["2021-03-05T14:30Z", "2021-03-05T14:30:05+08:00"], to="first", highest="h") == [
        "2021-03-05 14:30:00 -S",
        "2021-03-05 14:30:05 --",
    ]


def test_a_known_time_of_an_open_day_is_kept():
    assert moments(["2021-03--T14:30:00", "2021---05T14"], to="last", highest="M", time_to="last") == [
        "2021-03-31 14:30:00 D-",
        "2021-12-05 14:59:59 MM",
    ]


def test_known_parts_below_an_open_one_can_be_dropped():
    texts = ["2021---05", "2021---05T14:30", "2021-03--T14:30:00", "2021-03-05T-:30:10", "2021-03-05T14:-:10"]
    assert moments(texts, to="mid", highest="M", keep_known_parts=False) == [
        "2021-06-30 00:00:00 MH",
        "2021-06-30 00:00:00 MH",
        "2021-03-15 00:00:00 DH",
        "2021-03-05 00:00:00 -H",
        "2021-03-05 14:00:00 -M",
    ]
    assert moments(["--03-05", "2021---05"], to="first", highest="Y", not_before=["2021-05-09"]) == [
        "? ? --",
        "2021-06-05 00:00:00 MH",
    ]
    dropped = {"keep_known_parts": False, "not_before": ["2021-05-09"]}
    assert moments(["--03-05", "2021---05"], to="first", highest="Y", **dropped) == [
        "2021-05-09 00:00:00 YH",
        "2021-05-09 00:00:00 MH",
    ]


@pytest.mark.parametrize(
    ("text", "bound", "not_before", "not_after"),
    [
        # not_before: first day and time; not_after: last day and time
        ("2020-12", "2020-12-06T12:12:12", "2020-12-06 12:12:12 DH", "2020-12-06 12:12:12 DH"),
        ("2020-12", "2020-12-06T12:12", "2020-12-06 12:12:00 DH", "2020-12-06 12:12:59 DH"),
        ("2020-12", "2020-12-06", "2020-12-06 00:00:00 DH", "2020-12-06 23:59:59 DH"),
        ("2020-12", "2020-12-06T12:12:12.7", "2020-12-06 12:12:12 DH", "2020-12-06 12:12:12 DH"),
        ("2020-11", "2020-12-06T12:12:12", "2020-11-01 00:00:00 DH", "2020-11-30 23:59:59 DH"),
        ("2020-12-06", "2020-12-06T12:12:12", "2020-12-06 12:12:12 -H", "2020-12-06 12:12:12 -H"),
        ("2020-12-07", "2020-12-06T12:12:12", "2020-12-07 00:00:00 -H", "2020-12-07 23:59:59 -H"),
        ("2020-12-06T12", "2020-12-06T12:12:12", "2020-12-06 12:12:12 -M", "2020-12-06 12:12:12 -M"),
        ("2020-12-06T12:12", "2020-12-06T12:12:12", "2020-12-06 12:12:12 -S", "2020-12-06 12:12:12 -S"),
        ("2020-12-06T13", "2020-12-06T12:12:12", "2020-12-06 13:00:00 -M", "2020-12-06 13:59:59 -M"),
        ("2020-12-06T10:00:00", "2020-12-06T12:12:12", "2020-12-06 10:00:00 --", "2020-12-06 10:00:00 --"),
        ("2020-12-06T-:30", "2020-12-06T12:12:12", "2020-12-06 12:30:00 -H", "2020-12-06 11:30:59 -H"),
        ("2020-12-06T-:12", "2020-12-06T12:12:12", "2020-12-06 12:12:12 -H", "2020-12-06 12:12:12 -H"),
        ("2020-12-06T12:-:05", "2020-12-06T12:12:12", "2020-12-06 12:13:05 -M", "2020-12-06 12:12:05 -M"),
        ("2020-12-06T-:-:05", "2020-12-06T12:12:12", "2020-12-06 12:13:05 -H", "2020-12-06 12:12:05 -H"),
        # The known time never comes on the bound's day, so that the next day, or the one before, is the first.
        ("2020-12--T10:00:00", "2020-12-06T12:12:12", "2020-12-07 10:00:00 D-", "2020-12-06 10:00:00 D-"),
        ("2020-12--T14:00:00", "2020-12-06T12:12:12", "2020-12-06 14:00:00 D-", "2020-12-05 14:00:00 D-"),
        ("2020---06T10:00:00", "2020-12-06T12:12:12", "2020-01-06 10:00:00 M-", "2020-12-06 10:00:00 M-"),
        ("2020---06T10:00:00", "2020-11-06T12:12:12", "2020-12-06 10:00:00 M-", "2020-11-06 10:00:00 M-"),
        ("2020---06", "2020-11-05T12:12:12", "2020-11-06 00:00:00 MH", "2020-10-06 23:59:59 MH"),
        ("", "2020-11-05T12:12:12", "2020-11-05 12:12:12 YH", "2020-11-05 12:12:12 YH"),
    ],
)
def test_a_bound_with_a_time_counts_on_its_own_day(text, bound, not_before, not_after):
    assert moments([text], to="first", highest="Y", not_before=[bound]) == [not_before]
    assert moments([text], to="last", highest="Y", time_to="last", not_after=[bound]) == [not_after]
    column = pd.Series([bound])
    assert moments([text], to="first", highest="Y", not_before=[column]) == [not_before]


def test_of_several_times_the_tightest_holds_and_the_upper_one_last():
    lower = ["2020-12-06T12:12", "2020-12-06T08:00", "2020-12-01T23:00"]
    assert moments(["2020-12"], to="first", highest="M", not_before=lower) == ["2020-12-06 12:12:00 DH"]
    upper = ["2020-12-06T18:00:00", "2020-12-06T20:00:00", "2020-12-06"]
    rule = {"highest": "M", "not_before": lower, "not_after": upper}
    assert moments(["2020-12"], to="first", **rule) == ["2020-12-06 12:12:00 DH"]
    assert moments(["2020-12"], to="last", **rule) == ["2020-12-06 18:00:00 DH"]
    earlier = ["2020-12-05T09:00:00"]
    assert moments(["2020-12"], to="first", highest="M", not_before=lower, not_after=earlier) == [
        "2020-12-05 09:00:00 DH"
    ]


def test_a_bound_without_a_time_leaves_the_time_to_its_rule():
    lower, upper = {"not_before": ["2020-12-06"]}, {"not_after": ["2020-12-06"]}
    assert moments(["2020-12"], to="first", highest="M", time_to="last", **lower) == ["2020-12-06 23:59:59 DH"]
    assert moments(["2020-12"], to="last", highest="M", time_to="first", **upper) == ["2020-12-06 00:00:00 DH"]
    # A bound that gave the day gives its time too, whichever the rule for times.
    upper = {"not_after": ["2020-12-06T12:12:12"]}
    assert moments(["2020-12"], to="last", highest="M", time_to="first", **upper) == ["2020-12-06 12:12:12 DH"]


RULES = st.sampled_from(["first", "mid", "last", "02-29", "12-31"])
BOUNDS = st.lists(strategies.days(datetime.date(2020, 6, 1), datetime.date(2021, 6, 30)), max_size=2)


@given(
    strategies.partial_dates(datetime.date(2020, 1, 1), datetime.date(2021, 12, 31), candidates=False),
    RULES,
    BOUNDS,
    BOUNDS,
)
def test_the_result_is_a_day_that_the_date_can_be_and_keeps_to_its_bounds(partial, to, lower, upper):
    ((date, flag),) = imputed(
        [partial.iso],
        to=to,
        highest="M",
        not_before=[day.isoformat() for day in lower],
        not_after=[day.isoformat() for day in upper],
    )
    day = datetime.date.fromisoformat(date)
    assert day in partial.days()
    assert (flag == "") == partial.is_complete
    possible = partial.days()
    lower = [bound for bound in lower if possible[0] <= bound <= possible[-1]]
    upper = [bound for bound in upper if possible[0] <= bound <= possible[-1]]
    assume(any(all(b <= d for b in lower) and all(d <= b for b in upper) for d in possible))
    assert all(bound <= day for bound in lower)
    assert all(day <= bound for bound in upper)


@given(strategies.partial_dates(candidates=False))
def test_first_and_last_are_the_bounds_of_the_date(partial):
    assert imputed([partial.iso], to="first", highest="M")[0][0] == partial.earliest.isoformat()
    assert imputed([partial.iso], to="last", highest="M")[0][0] == partial.latest.isoformat()


class PartialMoment(NamedTuple):
    """Text of which any part may be open, its flags, and the days, hours, minutes and seconds that it can mean."""

    text: str
    flags: tuple[str, str]
    days: list[datetime.date]
    clock: list[range]

    def can_be(self, moment):
        clock = (moment.hour, moment.minute, moment.second)
        return moment.date() in self.days and all(part in of for part, of in zip(clock, self.clock, strict=True))

    def moment(self, end):
        """The first (0) or the last (-1) that it can be."""
        return datetime.datetime.combine(self.days[end], datetime.time(*(part[end] for part in self.clock)))


@st.composite
def partial_moments(draw):
    day = draw(strategies.days(datetime.date(2020, 2, 27), datetime.date(2020, 3, 3)))
    values = (day.month, day.day, draw(st.sampled_from([0, 1, 23])), 15, draw(st.sampled_from([0, 40, 59])))
    parts = [draw(st.sampled_from([None, value])) for value in values]
    texts = ["2020", *("-" if part is None else f"{part:02d}" for part in parts)]
    while texts[-1] == "-":
        texts.pop()
    text = "-".join(texts[:3]) + ("T" + ":".join(texts[3:]) if texts[3:] else "")
    limits = zip(parts[2:], (24, 60, 60), strict=True)
    return PartialMoment(
        text,
        (next_open(parts[:2], "MD"), next_open(parts[2:], "HMS")),
        list(PartialDate(2020, *parts[:2]).days()),
        [range(limit) if part is None else range(part, part + 1) for part, limit in limits],
    )


def next_open(parts, flags):
    return next((flag for part, flag in zip(parts, flags, strict=True) if part is None), "")


MOMENTS = st.datetimes(datetime.datetime(2020, 2, 26), datetime.datetime(2020, 3, 4)).map(
    lambda moment: moment.replace(microsecond=0)
)
TIME_RULES = st.sampled_from(["first", "mid", "last", "09:15:40"])


def imputed_moment(partial, **rule):
    row = impute(pd.Series([partial.text]), highest="M", **rule).iloc[0]
    midnight = datetime.datetime.fromisoformat(from_days(pd.Series([row["date"]]))[0])
    return midnight + datetime.timedelta(seconds=row["time"]), (row["flag"], row["time_flag"])


@given(partial_moments(), RULES, TIME_RULES, st.lists(MOMENTS, max_size=2), st.lists(MOMENTS, max_size=2))
def test_the_result_is_a_moment_that_the_text_can_mean(partial, to, time_to, lower, upper):
    bounds = {"not_before": [day.isoformat() for day in lower], "not_after": [day.isoformat() for day in upper]}
    moment, flags = imputed_moment(partial, to=to, time_to=time_to, **bounds)
    assert partial.can_be(moment)
    assert flags == partial.flags


@given(partial_moments(), MOMENTS)
def test_the_first_and_the_last_moment_within_a_bound(partial, bound):
    agrees = partial.moment(0) <= bound <= partial.moment(-1)
    first, _ = imputed_moment(partial, to="first", time_to="first", not_before=[bound.isoformat()])
    last, _ = imputed_moment(partial, to="last", time_to="last", not_after=[bound.isoformat()])
    if not agrees:
        assert (first, last) == (partial.moment(0), partial.moment(-1))
        return
    second = datetime.timedelta(seconds=1)
    nearby = [bound + number * second for number in range(-90, 91)]
    assert partial.can_be(first)
    assert partial.can_be(last)
    assert last <= bound <= first
    assert not any(partial.can_be(moment) for moment in nearby if last < moment < first)


@given(partial_moments(), RULES, TIME_RULES, MOMENTS)
def test_a_bound_that_agrees_holds_under_any_rule(partial, to, time_to, bound):
    if partial.moment(0) <= bound <= partial.moment(-1):
        moment, _ = imputed_moment(partial, to=to, time_to=time_to, not_before=[bound.isoformat()])
        assert moment >= bound
        moment, _ = imputed_moment(partial, to=to, time_to=time_to, not_after=[bound.isoformat()])
        assert moment <= bound


@pytest.mark.parametrize("to", ["last", "mid", "06-15"])
@pytest.mark.parametrize("upper", ["2020-12-06", "2020-12-06T18:00"])
def test_a_time_keeps_to_the_lower_bound_where_the_upper_one_gave_its_day(to, upper):
    found = impute(pd.Series(["2020-12"]), to, "M", not_before=["2020-12-06T12:00"], not_after=[upper]).iloc[0]
    assert from_days(pd.Series([found["date"]]))[0] == "2020-12-06"
    assert found["time"] >= 12 * 3600


@pytest.mark.parametrize("bound", [22000.0, datetime.date(2021, 3, 5), None])
def test_a_bound_that_is_no_text_and_no_column_is_named(bound):
    with pytest.raises(ValueError, match=r"not_before .* expected a column, or ISO 8601 text"):
        impute(pd.Series(["2021"]), "first", "M", not_before=[bound])
    with pytest.raises(ValueError, match="expected a list of bounds"):
        impute(pd.Series(["2021"]), "first", "M", not_before=bound)
