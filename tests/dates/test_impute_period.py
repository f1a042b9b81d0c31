import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates.impute import impute
from hcc_sdtm.dates.impute_period import impute_period
from hcc_sdtm.dates.iso import from_days

SIDE = {"": "float64", "_flag": "object", "_time": "float64", "_time_flag": "object"}
DTYPES = {f"{side}{name}": dtype for side in ("start", "end") for name, dtype in SIDE.items()} | {"conflict": "bool"}


def periods(pairs, start_to="first", end_to="last", highest="M", **rule):
    """Each result on one line: start and flag, end and flag, and a mark for a conflict."""
    starts, ends = (pd.Series(texts, dtype=object) for texts in zip(*pairs, strict=True))
    frame = impute_period(starts, ends, start_to, end_to, highest, **rule)
    assert frame.dtypes.astype(str).to_dict() == DTYPES
    columns = (from_days(frame["start"]), frame["start_flag"], from_days(frame["end"]), frame["end_flag"])
    lines = zip(*columns, frame["conflict"], strict=True)
    return [
        f"{start or '?'}{flag} {end or '?'}{end_flag}{' conflict' if conflict else ''}"
        for start, flag, end, end_flag, conflict in lines
    ]


@pytest.mark.parametrize(
    ("start", "end", "start_to", "end_to", "expected"),
    [
        # in order by their own rules
        ("2021-03", "2021-04", "first", "last", "2021-03-01D 2021-04-30D"),
        ("2021-03", "2021-03", "mid", "mid", "2021-03-15D 2021-03-15D"),
        # the end gives way to the start
        ("2021-03-20", "2021-03", "first", "first", "2021-03-20 2021-03-20D"),
        ("2021-03-20", "2021-03", "mid", "mid", "2021-03-20 2021-03-20D"),
        ("2021-03-20", "2021", "first", "02-10", "2021-03-20 2021-03-20M"),
        ("2021-03", "2021", "last", "first", "2021-03-31D 2021-03-31M"),
        ("2021", "2021", "mid", "first", "2021-06-30M 2021-06-30M"),
        # the start can only be as late as the end's text allows
        ("2021-03", "2021-03-10", "mid", "last", "2021-03-10D 2021-03-10"),
        ("2021", "2021-03-10", "last", "last", "2021-03-10M 2021-03-10"),
        ("2021", "2021-03", "last", "first", "2021-03-31M 2021-03-31D"),
        ("2021", "2021-03", "mid", "mid", "2021-03-31M 2021-03-31D"),
        ("2020", "2021-03", "last", "mid", "2020-12-31M 2021-03-15D"),
        # a known day is kept where its month is open
        ("2021---20", "2021-03-10", "last", "last", "2021-02-20M 2021-03-10"),
        ("2021-03-20", "2021---10", "first", "first", "2021-03-20 2021-04-10M"),
        ("2021---31", "2021-05", "last", "first", "2021-05-31M 2021-05-31D"),
        ("2021---20", "2021---10", "first", "first", "2021-01-20M 2021-02-10M"),
        ("2021---20", "2021---10", "last", "mid", "2021-11-20M 2021-12-10M"),
        # the start surely after the end: each by itself
        ("2021-03-20", "2021-03-10", "first", "last", "2021-03-20 2021-03-10 conflict"),
        ("2021-04", "2021-03", "mid", "mid", "2021-04-15D 2021-03-15D conflict"),
        ("2022", "2021-03", "last", "first", "2022-12-31M 2021-03-01D conflict"),
        ("2021---20", "2021-01-19", "last", "last", "2021-12-20M 2021-01-19 conflict"),
        # a date that stays open or is none moves nothing
        ("2021-03", "", "mid", "last", "2021-03-15D ?"),
        ("", "2021-03", "first", "mid", "? 2021-03-15D"),
        ("2021-03", "unknown", "mid", "last", "2021-03-15D ?"),
        ("--03-20", "2021-03", "mid", "first", "? 2021-03-01D"),
        # known times in the wrong order are not on one day
        ("2021-03-20T14:00", "2021-03-20T10:00", "first", "last", "2021-03-20 2021-03-20 conflict"),
        ("2021-03-20T10:30", "2021-03-20T10", "first", "last", "2021-03-20 2021-03-20"),
        ("2021-03-20T14:00", "2021-03--T10:00", "first", "first", "2021-03-20 2021-03-21D"),
        ("2021-03--T14:00", "2021-03-20T10:00", "last", "last", "2021-03-19D 2021-03-20"),
        ("2021-03--T14:00", "2021-03--T10:00", "last", "first", "2021-03-30D 2021-03-31D"),
        ("2021-03-31T14:00", "2021-03--T10:00", "first", "last", "2021-03-31 2021-03-31D conflict"),
    ],
)
def test_the_start_does_not_pass_the_end(start, end, start_to, end_to, expected):
    assert periods([(start, end)], start_to, end_to) == [expected]


def test_what_the_level_leaves_open_still_says_what_the_other_can_be():
    pairs = [("2021", "2021-03"), ("2021---15", "2021-01"), ("2022", "2021-03")]
    assert periods(pairs, "mid", "first", "D") == ["? 2021-03-01D", "? 2021-01-15D", "? 2021-03-01D conflict"]
    assert periods([("2021", "2021-03-05"), ("2021-03-06", "2021-03-05")], highest=None) == [
        "? 2021-03-05",
        "2021-03-06 2021-03-05 conflict",
    ]


@pytest.mark.parametrize(
    ("start", "end", "not_before", "not_after", "expected"),
    [
        ("2021-03", "2021-05", "2021-03-10", "2021-05-20", "2021-03-10D 2021-05-20D"),
        ("2021", "2021", "2021-03-10", "2021-05-20", "2021-03-10M 2021-05-20M"),
        # no day of the start that is on or before the end is on or after the bound: it does not act
        ("2021-03", "2021-03-08", "2021-03-10", "2021-05-20", "2021-03-01D 2021-03-08"),
        ("2021-03-25", "2021-03", "2021-01-01", "2021-03-20", "2021-03-25 2021-03-31D"),
        ("2021-03", "2021-03", "2021-03-10", "2021-03-05", "2021-03-05D 2021-03-05D"),
        ("2021---20", "2021---10", "2021-01-01", "2021-04-25", "2021-01-20M 2021-04-10M"),
        # missing dates
        ("", "2021-05-02", "2021-03-10", "2021-06-30", "2021-03-10Y 2021-05-02"),
        ("2021-05-02", "", "2021-03-10", "2021-06-30", "2021-05-02 2021-06-30Y"),
        ("", "", "2021-03-10", "2021-06-30", "2021-03-10Y 2021-06-30Y"),
        ("", "2021-02", "2021-03-10", "2021-06-30", "? 2021-02-28D"),
        ("2021-07-02", "", "2021-03-10", "2021-06-30", "2021-07-02 ?"),
    ],
)
def test_bounds_act_where_the_other_date_leaves_them_room(start, end, not_before, not_after, expected):
    given_bounds = {"not_before": [pd.Series([not_before])], "not_after": [not_after]}
    assert periods([(start, end)], highest="Y", **given_bounds) == [expected]


def test_a_bound_holds_both_where_the_months_alone_are_open():
    assert periods([("2021---20", "2021---10")], "last", "first", not_after=["2021-04-25"]) == [
        "2021-03-20M 2021-04-10M"
    ]


def test_known_parts_below_an_open_one_can_be_dropped():
    assert periods([("2021---20", "2021-03-10")], "last", keep_known_parts=False) == ["2021-03-10M 2021-03-10"]


def test_rows_keep_their_index():
    starts = pd.Series(["2021-03-20", "2021-03"], index=[7, 3])
    frame = impute_period(starts, pd.Series(["2021-03", "2021-02"], index=[7, 3]), "first", "first", "M")
    assert frame["conflict"].to_dict() == {7: False, 3: True}
    empty = pd.Series([], dtype=object)
    assert list(impute_period(empty, empty, "first", "first", "M")) == list(DTYPES)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"start_to": "begin"}, 'start_to "begin" is not one of first, mid, last or a month and day'),
        ({"end_to": "LAST"}, 'end_to "LAST" is not one of .*; did you mean "last"'),
        ({"highest": "year"}, 'highest "year" is not one of Y, M, D, h, m, s or None'),
        (
            {"highest": "Y", "not_before": ["2021"]},
            'highest "Y" needs end_to .* not end_to "last" with 1 not_before and 0',
        ),
        (
            {"highest": "Y", "start_to": "mid", "not_before": ["2021"], "not_after": ["2022"]},
            'highest "Y" needs start_to "first" with not_before .* not start_to "mid"',
        ),
        ({"not_after": ["soon"]}, 'not_after "soon" is not an ISO 8601 date'),
        (
            {"end": pd.Series(["2021"], index=[4], name="AEENDTC")},
            'end "AEENDTC" has another index than start "AESTDTC"',
        ),
        ({"end": pd.Series([22000.0])}, 'end "22000.0" is a float; expected ISO 8601 text'),
    ],
)
def test_a_wrong_rule_is_refused(rule, message):
    start = pd.Series(["2021-03"], name="AESTDTC")
    rule = {"start": start, "end": start, "start_to": "first", "end_to": "last", "highest": "M"} | rule
    with pytest.raises(ValueError, match=message):
        impute_period(**rule)


FIRST, LAST = datetime.date(2020, 11, 1), datetime.date(2021, 3, 31)
PARTIAL = strategies.partial_dates(FIRST, LAST, candidates=False)
RULES = st.sampled_from(["first", "mid", "last", "02-29", "12-31"])
BOUNDS = st.lists(strategies.days(FIRST, LAST), max_size=2)


@given(PARTIAL, PARTIAL, RULES, RULES, BOUNDS, BOUNDS)
def test_start_and_end_are_in_order_wherever_their_texts_allow(start, end, start_to, end_to, lower, upper):
    bounds = {"not_before": [day.isoformat() for day in lower], "not_after": [day.isoformat() for day in upper]}
    texts = [pd.Series([start.iso]), pd.Series([end.iso])]
    row = impute_period(*texts, start_to, end_to, "M", **bounds).iloc[0]
    days = [datetime.date.fromisoformat(from_days(pd.Series([row[name]]))[0]) for name in ("start", "end")]
    assert row["conflict"] == bool(start.is_after(end))
    assert days[0] in start.days()
    assert days[1] in end.days()
    assert (row["start_flag"] == "", row["end_flag"] == "") == (start.is_complete, end.is_complete)
    alone = [impute(text, to, "M", **bounds)["date"][0] for text, to in zip(texts, (start_to, end_to), strict=True)]
    if row["conflict"]:
        assert [row["start"], row["end"]] == alone
        return
    assert days[0] <= days[1]
    possible = [(a, b) for a in start.days() for b in end.days() if a <= b]
    for bound in lower + upper:
        for position in (0, 1):
            reach = [pair[position] for pair in possible]
            kept = days[position] >= bound if bound in lower else days[position] <= bound
            if len(lower) + len(upper) == 1 and min(reach) <= bound <= max(reach):
                assert kept, (bound, position)


@given(PARTIAL, PARTIAL, RULES, RULES)
def test_dates_in_order_by_their_own_rules_are_left_alone(start, end, start_to, end_to):
    texts = [pd.Series([start.iso]), pd.Series([end.iso])]
    alone = [impute(text, to, "M")["date"][0] for text, to in zip(texts, (start_to, end_to), strict=True)]
    if alone[0] <= alone[1]:
        row = impute_period(*texts, start_to, end_to, "M").iloc[0]
        assert [row["start"], row["end"]] == alone


def timed(start, end, **rule):
    """Day and time of both, each with its flag."""
    series = [pd.Series([text], dtype=object) for text in (start, end)]
    row = impute_period(*series, "first", "first", "D", **rule).iloc[0]
    shown = []
    for side in ("start", "end"):
        seconds = row[f"{side}_time"]
        clock = "?" if pd.isna(seconds) else f"{pd.Timestamp(0) + pd.Timedelta(seconds=seconds):%H:%M:%S}"
        shown.append(f"{from_days(pd.Series([row[side]]))[0]}{row[f'{side}_flag']} {clock}{row[f'{side}_time_flag']}")
    return " / ".join(shown) + (" conflict" if row["conflict"] else "")


@pytest.mark.parametrize(
    ("start", "end", "rule", "expected"),
    [
        ("2021-03-20T10:00", "2021-03-20", {}, "2021-03-20 10:00:00S / 2021-03-20 23:59:59H"),
        ("2021-03-20T10:00", "2021-03-20", {"end_time_to": "first"}, "2021-03-20 10:00:00S / 2021-03-20 10:00:00H"),
        ("2021-03-20", "2021-03-20T10:00:00", {"start_time_to": "last"}, "2021-03-20 10:00:00H / 2021-03-20 10:00:00"),
        ("2021-03-20T10", "2021-03-20T10:20", {"start_time_to": "mid"}, "2021-03-20 10:20:59M / 2021-03-20 10:20:59S"),
        ("2021-03", "2021-03-20T10:00", {"start_time_to": "last"}, "2021-03-01D 23:59:59H / 2021-03-20 10:00:59S"),
        ("2021-03-20T14:00", "2021-03", {"end_time_to": "first"}, "2021-03-20 14:00:00S / 2021-03-20D 14:00:00H"),
        (
            "2021-03-20",
            "2021-03-21",
            {"not_before": ["2021-03-20T08:00"]},
            "2021-03-20 08:00:00H / 2021-03-21 23:59:59H",
        ),
        ("2021-03-20T14:00", "2021-03-20T10:00", {}, "2021-03-20 14:00:00S / 2021-03-20 10:00:59S conflict"),
        # clocks of another zone, and half a second of a whole one, are no contradiction
        ("2021-03-20T14:00+08:00", "2021-03-20T10:00Z", {}, "2021-03-20 14:00:00S / 2021-03-20 10:00:59S"),
        ("2021-03-20T10:30:00.5", "2021-03-20T10:30:00", {}, "2021-03-20 10:30:00 / 2021-03-20 10:30:00"),
        ("2021-03", "", {}, "2021-03-01D 00:00:00H /  ?"),
    ],
)
def test_times_are_in_order_too(start, end, rule, expected):
    assert timed(start, end, **rule) == expected


@given(
    strategies.partial_dates(datetime.date(2021, 3, 1), datetime.date(2021, 3, 3), candidates=False),
    strategies.partial_dates(datetime.date(2021, 3, 1), datetime.date(2021, 3, 3), candidates=False),
    st.sampled_from(["first", "mid", "last", "08:30:00"]),
    st.sampled_from(["first", "mid", "last", "08:30:00"]),
)
def test_no_start_lies_after_its_end_by_day_and_time(start, end, start_time_to, end_time_to):
    series = [pd.Series([date.iso], dtype=object) for date in (start, end)]
    row = impute_period(*series, "last", "first", "M", start_time_to=start_time_to, end_time_to=end_time_to).iloc[0]
    assert row["conflict"] == bool(start.is_after(end))
    if not row["conflict"]:
        assert (row["start"], row["start_time"]) <= (row["end"], row["end_time"])
    for side, date in (("start", start), ("end", end)):
        moment = pd.Timestamp("1960-01-01") + pd.Timedelta(days=row[side], seconds=row[f"{side}_time"])
        assert date.earliest_moment <= moment <= date.latest_moment
