"""What users of admiral's imputation functions expect, in values, and where this library answers otherwise.

The values are those of the documentation and the tests of the R package admiral 1.4 (https://github.com/pharmaverse/
admiral): `impute_dtc_dt`, `derive_vars_dt` and `compute_dtf` in R/derive_vars_dt.R and tests/testthat/
test-derive_vars_dt.R; `impute_dtc_dtm`, `derive_vars_dtm` and `compute_tmf` in R/derive_vars_dtm.R and
tests/testthat/test-derive_vars_dtm.R; vignettes/imputation.Rmd. "" is its NA. Differences are explained in
docs/decisions/imputation-keeps-what-is-known.md.

`preserve = FALSE`, the default there, is ``keep_known_parts=False`` here. A missing datetime is there one NA; here the
day of a date is kept where only its time stays open.
"""

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.dates.impute import impute
from hcc_sdtm.dates.impute_period import impute_period
from hcc_sdtm.dates.iso import from_days

DROP = {"keep_known_parts": False}


def dates(texts, **rule):
    return list(from_days(impute(pd.Series(texts, dtype=object), **rule)["date"]))


def datetimes(texts, **rule):
    """ISO text of each datetime, "" where the day or the time is open."""
    frame = impute(pd.Series(texts, dtype=object), **rule)
    rows = zip(from_days(frame["date"]), frame["time"], strict=True)
    return ["" if np.isnan(time) else f"{day}T{clock(time)}" for day, time in rows]


def clock(seconds):
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(int(minutes), 60)
    return f"{hour:02d}:{minute:02d}:" + (f"{second:02.0f}" if second == int(second) else f"{second:06.3f}")


# impute_dtc_dt: examples of its help page, and tests 1 to 5 and 11.
HELP_DATES = [
    # text, none, first, last, mid (all with preserve = FALSE), last with preserve = TRUE
    ("2019-07-18T15:25:40", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18"),
    ("2019-07-18T15:25", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18"),
    ("2019-07-18T15", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18"),
    ("2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18"),
    ("2019-02", "", "2019-02-01", "2019-02-28", "2019-02-15", "2019-02-28"),
    ("2019", "", "2019-01-01", "2019-12-31", "2019-06-30", "2019-12-31"),
    ("2019---07", "", "2019-01-01", "2019-12-31", "2019-06-30", "2019-12-07"),
    ("--07-18", "", "", "", "", ""),
    ("", "", "", "", "", ""),
    ("2019/07/18", "", "", "", "", ""),
]


def test_impute_dtc_dt():
    texts, none, first, last, mid, preserved = (list(column) for column in zip(*HELP_DATES, strict=True))
    assert dates(texts, to="first", highest=None, **DROP) == none
    assert dates(texts, to="first", highest="M", **DROP) == first
    assert dates(texts, to="01-01", highest="M", **DROP) == first
    assert dates(texts, to="last", highest="M", **DROP) == last
    assert dates(texts, to="mid", highest="M", **DROP) == mid
    assert dates(texts, to="last", highest="M") == preserved
    day_only = ["" if text in ("2019", "2019---07") else date for text, date in zip(texts, last, strict=True)]
    assert dates(texts, to="last", highest="D", **DROP) == day_only


# impute_dtc_dt tests 6, 7 and restrict_imputed_dtc_dt test 15: bounds 2019-07-06 and 2019-06-06 for every row.
@pytest.mark.parametrize(
    ("text", "first_not_before", "last_not_after", "first_within_both"),
    [
        ("2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18"),
        ("--07-18", "2019-07-06", "2019-06-06", "2019-06-06"),
        ("2019", "2019-07-06", "2019-06-06", "2019-06-06"),
        ("2019-07", "2019-07-06", "2019-07-06", "2019-07-06"),  # written 2019-07-- there
        ("2019---07", "2019-07-06", "2019-06-06", "2019-06-06"),
    ],
)
def test_minimum_and_maximum_dates(text, first_not_before, last_not_after, first_within_both):
    bounds = ["2019-07-06", "2019-06-06"]
    assert dates([text], to="first", highest="Y", not_before=bounds, **DROP) == [first_not_before]
    assert dates([text], to="last", highest="Y", not_after=bounds, **DROP) == [last_not_after]
    both = {"not_before": bounds, "not_after": bounds}
    assert dates([text], to="first", highest="Y", **both, **DROP) == [first_within_both]


# Help pages of impute_dtc_dt and derive_vars_dt.
def test_minimum_dates_of_the_help_pages():
    columns = [pd.Series(["2020-12-06", "2020-01-01"]), pd.Series(["2020-11-11", ""])]
    assert dates(["2020-12", ""], to="first", highest="Y", not_before=columns) == ["2020-12-06", "2020-01-01"]
    treatment = ["2020-12-06T12:12:12"]
    assert dates(["2020-12", "2020-11"], to="first", highest="M", not_before=treatment) == ["2020-12-06", "2020-11-01"]


# derive_vars_dt: help page (04-06; preserve = TRUE with mid) and tests 16 to 18.
@pytest.mark.parametrize(
    ("text", "first", "fourth_of_june", "mid_preserved", "flag"),
    [
        ("2019-07-18T15:25:40", "2019-07-18", "2019-07-18", "2019-07-18", ""),
        ("2019-07-18", "2019-07-18", "2019-07-18", "2019-07-18", ""),
        ("2019-02", "2019-02-01", "2019-02-06", "2019-02-15", "D"),
        ("2019", "2019-01-01", "2019-04-06", "2019-06-30", "M"),
        ("2019---07", "2019-01-01", "2019-04-06", "2019-06-07", "M"),
        ("", "", "", "", ""),
    ],
)
def test_derive_vars_dt(text, first, fourth_of_june, mid_preserved, flag):
    for to, keep, expected in (("first", False, first), ("04-06", False, fourth_of_june), ("mid", True, mid_preserved)):
        frame = impute(pd.Series([text]), to=to, highest="M", keep_known_parts=keep)
        assert (from_days(frame["date"])[0], frame["flag"][0]) == (expected, flag)


# derive_vars_dt tests 20, 22, 25, 26; derive_vars_dtm tests 32, 34, 37, 38: dates missing altogether.
@pytest.mark.parametrize(
    ("to", "not_before", "not_after", "expected"),
    [
        ("last", [], ["2022-01-01T23:59:59"], "2022-01-01T23:59:59"),
        ("first", ["2022-01-01T23:59:59"], [], "2022-01-01T23:59:59"),
        ("first", ["2022-01-01T23:59:59"], ["2022-01-31T23:59:59"], "2022-01-01T23:59:59"),
        ("last", ["2022-01-01T23:59:59"], ["2022-01-31T23:59:59"], "2022-01-31T23:59:59"),
    ],
)
def test_missing_dates(to, not_before, not_after, expected):
    bounds = {"not_before": [pd.Series([text, ""]) for text in not_before]}
    bounds |= {"not_after": [pd.Series([text, ""]) for text in not_after]}
    assert datetimes(["", None], to=to, highest="Y", time_to=to, **bounds) == [expected, ""]
    frame = impute(pd.Series(["", None]), to=to, highest="Y", time_to=to, **bounds)
    assert frame[["flag", "time_flag"]].to_numpy().tolist() == [["Y", "H"], ["", ""]]


# impute_dtc_dtm tests 1 to 7.
DATETIMES = [
    # text; highest h, first; m, last; M, first; D, last; M, last, preserve = TRUE; s, last; M, mid, first
    (
        "2019-07-18T15:25:40.243",
        *["2019-07-18T15:25:40.243"] * 7,
    ),
    ("2019-07-18T15:25:40", *["2019-07-18T15:25:40"] * 7),
    (
        "2019-07-18T15:25",
        "2019-07-18T15:25:00",
        "2019-07-18T15:25:59",
        "2019-07-18T15:25:00",
        "2019-07-18T15:25:59",
        "2019-07-18T15:25:59",
        "2019-07-18T15:25:59",
        "2019-07-18T15:25:00",
    ),
    (
        "2019-07-18",
        "2019-07-18T00:00:00",
        "",
        "2019-07-18T00:00:00",
        "2019-07-18T23:59:59",
        "2019-07-18T23:59:59",
        "",
        "2019-07-18T00:00:00",
    ),
    ("2019-02", "", "", "2019-02-01T00:00:00", "2019-02-28T23:59:59", "2019-02-28T23:59:59", "", "2019-02-15T00:00:00"),
    ("2019", "", "", "2019-01-01T00:00:00", "", "2019-12-31T23:59:59", "", "2019-06-30T00:00:00"),
    ("2019---07", "", "", "2019-01-01T00:00:00", "", "2019-12-07T23:59:59", "", "2019-06-30T00:00:00"),
    (
        "2003-12-15T-:15:18",
        "2003-12-15T00:00:00",
        "",
        "2003-12-15T00:00:00",
        "2003-12-15T23:59:59",
        "2003-12-15T23:15:18",
        "",
        "2003-12-15T00:00:00",
    ),
    (
        "2003-12-15T13:-:19",
        "2003-12-15T13:00:00",
        "2003-12-15T13:59:59",
        "2003-12-15T13:00:00",
        "2003-12-15T13:59:59",
        "2003-12-15T13:59:19",
        "",
        "2003-12-15T13:00:00",
    ),
    (
        "2020-07--T00:00",
        "",
        "",
        "2020-07-01T00:00:00",
        "2020-07-31T23:59:59",
        "2020-07-31T00:00:59",
        "",
        "2020-07-15T00:00:00",
    ),
]
DATETIME_RULES = [
    {"to": "first", "highest": "h", **DROP},
    {"to": "first", "highest": "m", "time_to": "last", **DROP},
    {"to": "first", "highest": "M", **DROP},
    {"to": "last", "highest": "D", "time_to": "last", **DROP},
    {"to": "last", "highest": "M", "time_to": "last"},
    {"to": "first", "highest": "s", "time_to": "last", **DROP},
    {"to": "mid", "highest": "M", **DROP},
]


@pytest.mark.parametrize("position", range(len(DATETIME_RULES)))
def test_impute_dtc_dtm(position):
    texts, expected = [row[0] for row in DATETIMES], [row[position + 1] for row in DATETIMES]
    assert datetimes(texts, **DATETIME_RULES[position]) == expected
    if DATETIME_RULES[position].get("time_to") == "last":
        assert datetimes(texts, **DATETIME_RULES[position] | {"time_to": "23:59:59"}) == expected


# vignettes/imputation.Rmd, the imputation level.
@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (None, ["2019-02-03T12:30:15", "", "", "", ""]),
        ("s", ["2019-02-03T12:30:15", "2019-02-03T12:30:00", "", "", ""]),
        ("h", ["2019-02-03T12:30:15", "2019-02-03T12:30:00", "2019-02-03T00:00:00", "", ""]),
        ("D", ["2019-02-03T12:30:15", "2019-02-03T12:30:00", "2019-02-03T00:00:00", "2019-02-01T00:00:00", ""]),
        (
            "M",
            [
                "2019-02-03T12:30:15",
                "2019-02-03T12:30:00",
                "2019-02-03T00:00:00",
                "2019-02-01T00:00:00",
                "2019-01-01T00:00:00",
            ],
        ),
    ],
)
def test_the_level_of_imputation(highest, expected):
    texts = ["2019-02-03T12:30:15", "2019-02-03T12:30", "2019-02-03", "2019-02", "2019"]
    assert datetimes(texts, to="first", highest=highest) == expected


# vignettes/imputation.Rmd, the middle; 06-15 is without preserve.
def test_the_middle_and_a_month_and_day():
    texts = ["2019-02", "2019", "2019---01"]
    assert dates(texts, to="mid", highest="M", **DROP) == ["2019-02-15", "2019-06-30", "2019-06-30"]
    assert dates(texts, to="mid", highest="M") == ["2019-02-15", "2019-06-30", "2019-06-01"]
    assert dates(texts, to="06-15", highest="M", **DROP) == ["2019-02-15", "2019-06-15", "2019-06-15"]


# impute_dtc_dtm: help page and tests 9 and 10; vignettes/imputation.Rmd, minimum and maximum dates; derive_vars_dtm
# test 31. Each bound is a column; the times to which the texts are imputed are those of the days.
@pytest.mark.parametrize(
    ("texts", "to", "time_to", "bounds", "expected"),
    [
        (["2020-11"], "first", "first", [["2020-12-06T12:12:12"], ["2020-11-11T11:11:11"]], ["2020-11-11T11:11:11"]),
        (["2020-12"], "first", "first", [["2020-12-06T12:12"], ["2020-11-11T11:11"]], ["2020-12-06T12:12:00"]),
        (
            ["2020-12", ""],
            "first",
            "first",
            [["2020-12-06T12:12", "2020-01-01T01:01"], ["2020-11-11T11:11", ""]],
            ["2020-12-06T12:12:00", "2020-01-01T01:01:00"],
        ),
        (
            ["2020-12", "2020-11", ""],
            "first",
            "first",
            [["2020-12-06T12:12:12", "", ""], ["2020-11-11T11:11:11"] * 3],
            ["2020-12-06T12:12:12", "2020-11-11T11:11:11", "2020-11-11T11:11:11"],
        ),
        (
            ["2020-12", "2020-11", "", "2020-02-02"],
            "last",
            "last",
            [["2020-12-06T12:12:12", "", "2020-09-13T08:30:00", ""], ["", "2020-11-11", "", "2020-02-02"]],
            ["2020-12-06T12:12:12", "2020-11-11T23:59:59", "2020-09-13T08:30:00", "2020-02-02T23:59:59"],
        ),
        (["2019-02"], "last", "last", [["2019-01-14"], ["2019-02-25"]], ["2019-02-25T23:59:59"]),
        (
            ["2019-02", ""],
            "first",
            "first",
            [["2019-01-14", ""], ["2019-02-25", "2020-01-01"]],
            ["2019-02-25T00:00:00", "2020-01-01T00:00:00"],
        ),
        (
            ["2019-02", ""],
            "last",
            "last",
            [["2019-01-14", ""], ["2019-02-25", "2020-01-01"]],
            ["2019-02-25T23:59:59", "2020-01-01T23:59:59"],
        ),
        (
            ["2019-02", "2019", "2019---07"],
            "last",
            "first",
            [["2019-02-10T00:00:00"] * 3],
            ["2019-02-10T00:00:00"] * 3,
        ),
        (
            ["2019-08-09T12:34:56", "2019-10", "2019-11", "2019-12-04"],
            "first",
            "first",
            [["2019-11-11T12:34:56"] * 4],
            ["2019-08-09T12:34:56", "2019-10-01T00:00:00", "2019-11-11T12:34:56", "2019-12-04T00:00:00"],
        ),
        (
            ["2019-08-09T12:34:56", "2019-11", "2019-12", "2019-12-04"],
            "last",
            "last",
            [["2019-11-11", "2019-11-11", "", ""], ["2019-12-02"] * 4],
            ["2019-08-09T12:34:56", "2019-11-11T23:59:59", "2019-12-02T23:59:59", "2019-12-04T23:59:59"],
        ),
    ],
)
def test_minimum_and_maximum_datetimes(texts, to, time_to, bounds, expected):
    name = "not_before" if to == "first" else "not_after"
    columns = {name: [pd.Series(column) for column in bounds]}
    assert datetimes(texts, to=to, highest="Y", time_to=time_to, **columns, **DROP) == expected


# derive_vars_dtm: help page (last; preserve = TRUE with mid and last; max_dates) and tests 25, 26, 28 and 29.
@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        ("2019-07-18T15:25:40", {"to": "first", "highest": "h"}, ("2019-07-18T15:25:40", "", "")),
        ("2019-07-18T15:25", {"to": "first", "highest": "h"}, ("2019-07-18T15:25:00", "", "S")),
        ("2019-07-18T15", {"to": "first", "highest": "h"}, ("2019-07-18T15:00:00", "", "M")),
        ("2019-07-18", {"to": "first", "highest": "h"}, ("2019-07-18T00:00:00", "", "H")),
        ("2019-02", {"to": "first", "highest": "h"}, ("", "", "")),
        ("2019-02", {"to": "first", "highest": "M"}, ("2019-02-01T00:00:00", "D", "H")),
        ("2019", {"to": "first", "highest": "M"}, ("2019-01-01T00:00:00", "M", "H")),
        ("2019---07", {"to": "first", "highest": "M", **DROP}, ("2019-01-01T00:00:00", "M", "H")),
        ("2019-07-18T15", {"to": "last", "highest": "M", "time_to": "last"}, ("2019-07-18T15:59:59", "", "M")),
        ("2019---07", {"to": "last", "highest": "M", "time_to": "last", **DROP}, ("2019-12-31T23:59:59", "M", "H")),
        ("2019---07", {"to": "mid", "highest": "M"}, ("2019-06-07T00:00:00", "M", "H")),
        ("2019---18T15:-:05", {"to": "mid", "highest": "M", "time_to": "last"}, ("2019-06-18T15:59:05", "M", "M")),
    ],
)
def test_derive_vars_dtm(text, rule, expected):
    frame = impute(pd.Series([text]), **rule)
    assert (*datetimes([text], **rule), frame["flag"][0], frame["time_flag"][0]) == expected


def test_an_end_not_after_death_and_cut_off():
    frame = pd.DataFrame(
        [
            ("2020-12", "2020-12-26", "2020-12-24", "2020-12-24T23:59:59", "D", "H"),
            ("2020-11", "2020-12-06", "2020-12-24", "2020-11-30T23:59:59", "D", "H"),
            ("", "2020-12-06", "2020-12-24", "2020-12-06T23:59:59", "Y", "H"),
            ("2020-12-20", "2020-12-06", "2020-12-24", "2020-12-20T23:59:59", "", "H"),
        ],
        columns=["AEENDTC", "DTHDT", "DCUTDT", "AENDTM", "AENDTF", "AENTMF"],
    )
    rule = {"to": "last", "highest": "Y", "time_to": "last", "not_after": [frame["DTHDT"], frame["DCUTDT"]]}
    assert datetimes(frame["AEENDTC"], **rule) == list(frame["AENDTM"])
    ours = impute(frame["AEENDTC"], **rule)
    assert list(ours["flag"]) == list(frame["AENDTF"])
    assert list(ours["time_flag"]) == list(frame["AENTMF"])


# compute_dtf: help page and test 14. Here the flag comes with the date; the year is imputed from a bound.
@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("2019-07-18", ""),
        ("2019-02", "D"),
        ("2019", "M"),
        ("2019---07", "M"),
        ("2019---06T00:00", "M"),
        ("2019----T00:00", "M"),
        ("2019-06--T00:00", "D"),
        ("--06-06T00:00", "Y"),
        ("-----T00:00", "Y"),
    ],
)
def test_compute_dtf(text, flag):
    frame = impute(pd.Series([text]), to="first", highest="Y", not_before=["2019-06-06"], **DROP)
    assert frame["date"].notna().all()
    assert list(frame["flag"]) == [flag]


# compute_tmf: help page and test 22 (ignore_seconds_flag = FALSE).
@pytest.mark.parametrize(
    ("text", "datetime", "flag"),
    [
        ("2019-07-18T15:25:52", "2019-07-18T15:25:52", ""),
        ("2019-07-18T15:25", "2019-07-18T15:25:59", "S"),
        ("2019-07-18T15", "2019-07-18T15:59:59", "M"),
        ("2019-07-18", "2019-07-18T23:59:59", "H"),
        ("2003-12-15T-:15:18", "2003-12-15T23:15:18", "H"),
        ("2003-12-15T13:-:19", "2003-12-15T13:59:19", "M"),
        ("2020-07--T00:00", "2020-07-31T00:00:59", "S"),
        ("2020-07--T00:00:00", "2020-07-31T00:00:00", ""),
    ],
)
def test_compute_tmf(text, datetime, flag):
    rule = {"to": "last", "highest": "D", "time_to": "last"}
    assert datetimes([text], **rule) == [datetime]
    assert list(impute(pd.Series([text]), **rule)["time_flag"]) == [flag]


# impute_dtc_dtm, help page (min_dates_strict, max_dates_strict) and tests 15 and 16: an order that limits which bounds
# count. Here the two dates are imputed together; days only.
@pytest.mark.parametrize(
    ("start", "end", "bound", "expected"),
    [
        ("2020-11", "2020-11-24", "2020-11-22", "2020-11-22"),
        ("2020-11", "2020-11-11", "2020-11-22", "2020-11-01"),
        ("2020-12", "2020-12-05", "2020-12-06", "2020-12-01"),
        ("2020", "2020-12-15", "2020-12-06", "2020-12-06"),
        ("2020-11", "2020-11-12", "2020-12-06", "2020-11-01"),
        ("", "", "", ""),
    ],
)
def test_a_start_known_not_to_be_after_its_end(start, end, bound, expected):
    bounds = {"not_before": [pd.Series([bound])], "not_after": [pd.Series([""])]}
    frame = impute_period(pd.Series([start]), pd.Series([end]), "first", "last", "Y", **bounds)
    assert list(from_days(frame["start"])) == [expected]


@pytest.mark.parametrize(
    ("start", "end", "bound", "expected"),
    [
        ("2020-11-24", "2020-11", "2020-11-22", "2020-11-30"),
        ("2020-11-11", "2020-11", "2020-11-22", "2020-11-22"),
        ("2020-12-28", "2020-12", "2020-12-26", "2020-12-31"),
        ("2020-12-15", "2020", "2020-12-26", "2020-12-26"),
        ("2020-11-12", "2020-11", "2020-12-26", "2020-11-30"),
        ("", "", "", ""),
    ],
)
def test_an_end_known_not_to_be_before_its_start(start, end, bound, expected):
    bounds = {"not_before": [pd.Series([""])], "not_after": [pd.Series([bound])]}
    frame = impute_period(pd.Series([start]), pd.Series([end]), "first", "last", "Y", **bounds)
    assert list(from_days(frame["end"])) == [expected]


# Where this library answers otherwise: first the value that admiral's source gives, then ours.
@pytest.mark.parametrize(
    ("text", "rule", "admiral", "ours"),
    [
        # the default there drops a known day or time below an open part; here one must ask for it
        ("2019---07", {"to": "last", "highest": "M"}, "2019-12-31T00:00:00", "2019-12-07T00:00:00"),
        ("2003-12-15T-:15:18", {"to": "first", "highest": "h"}, "2003-12-15T00:00:00", "2003-12-15T00:15:18"),
        # a bound does not take a date away from its known day
        (
            "2019---07",
            {"to": "first", "highest": "M", "not_before": ["2019-06-06"]},
            "2019-06-06T00:00:00",
            "2019-06-07T00:00:00",
        ),
        # a bound without a time does not decide the time
        (
            "2020-11",
            {"to": "last", "highest": "M", "not_after": ["2020-11-11"]},
            "2020-11-11T23:59:59",
            "2020-11-11T00:00:00",
        ),
        # a date without its year stays open
        ("--07-18", {"to": "first", "highest": "Y", "not_before": ["2019-07-06"]}, "2019-07-06T00:00:00", ""),
        # a text that ends in an unknown part is not what SDTM allows
        ("2019-07--", {"to": "first", "highest": "M"}, "2019-07-01T00:00:00", ""),
        # an imputed day that the month lacks is cut to its last; there an error
        ("2019-02", {"to": "04-30", "highest": "M"}, "error", "2019-02-28T00:00:00"),
    ],
)
def test_where_this_library_differs(text, rule, admiral, ours):
    assert datetimes([text], **rule) == [ours] != [admiral]


# compute_tmf test 22: it compares the result with the text, so that a dropped part which imputing happens to restore
# has no flag there (H, M and S). Here what was dropped counts as imputed.
@pytest.mark.parametrize(
    ("text", "dropped", "kept"),
    [("2022-05--T00:00", "H", "S"), ("2022-05--T23:00", "H", "S"), ("2022-05--T23:59:00", "H", "")],
)
def test_what_was_dropped_counts_as_imputed(text, dropped, kept):
    rule = {"to": "mid", "highest": "D", "time_to": "last"}
    assert list(impute(pd.Series([text]), **rule, **DROP)["time_flag"]) == [dropped]
    assert list(impute(pd.Series([text]), **rule)["time_flag"]) == [kept]


@pytest.mark.parametrize(
    "rule",
    [
        {"to": "13-01", "highest": "M"},
        {"to": "12:01", "highest": "M"},
        {"to": "01", "highest": "M"},
        {"to": "30", "highest": "D"},
        {"to": "2006-01-01", "highest": "Y"},
        {"to": "first", "highest": "Y"},
        {"to": "first", "highest": "M", "time_to": "WRONG"},
        {"to": "first", "highest": "M", "time_to": "12:12:61"},
        {"to": "first", "highest": "Y", "not_after": ["2022-01-01"]},
        {"to": "last", "highest": "Y", "not_before": ["2022-01-01"]},
    ],
)
def test_rules_that_both_refuse(rule):
    with pytest.raises(ValueError, match=r"to .*not|needs"):
        impute(pd.Series(["2020-12", ""]), **rule)
