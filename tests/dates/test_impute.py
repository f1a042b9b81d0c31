import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import from_days, impute, to_days


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
    pd.testing.assert_frame_equal(numeric[complete_bound], first[complete_bound])


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
        ({"to": "first", "highest": "n"}, 'highest "n" is not one of D, M, Y or None'),
        ({"to": "first", "highest": "Y"}, 'highest "Y" needs to "first" with not_before'),
        ({"to": "mid", "highest": "Y", "not_before": ["2021"]}, 'not to "mid"'),
        (
            {"to": "first", "highest": "M", "not_before": ["2021-02-30"]},
            'not_before "2021-02-30" is not an ISO',
        ),
        ({"to": "first", "highest": "M", "not_after": [pd.Series(["2021"], index=[5])]}, "another index"),
    ],
)
def test_a_wrong_rule_is_refused(rule, message):
    with pytest.raises(ValueError, match=message):
        impute(pd.Series(["2021"]), **rule)


def test_an_empty_column():
    frame = impute(pd.Series([], dtype=object), to="last", highest="M")
    assert list(frame.columns) == ["date", "flag"]
    assert len(frame) == 0


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
