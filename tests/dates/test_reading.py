import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm import strategies
from hcc_sdtm.dates import read, reading
from hcc_sdtm.dates.reading import conventions, read_text


def read_one(text, **options):
    frame = read(pd.Series([text], dtype=object), **options)
    return tuple(frame.loc[0, ["iso", "kind", "candidates"]])


@pytest.mark.parametrize("order", [None, "ymd", "dmy", "mdy"])
@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2021-03-05", "2021-03-05"),
        ("2021-03", "2021-03"),
        ("2021", "2021"),
        ("2003---15", "2003---15"),
        ("--12-15", "--12-15"),
        ("2021-03-05T14:30", "2021-03-05T14:30"),
        ("2021-03-05T14:30:00+08:00", "2021-03-05T14:30:00+08:00"),
        ("2021-03-05 14:30:00", "2021-03-05T14:30:00"),
        ("2021/3/5 9:05", "2021-03-05T09:05"),
        ("2021.3.5", "2021-03-05"),
        ("2021 3 5", "2021-03-05"),
        ("2021-3", "2021-03"),
        ("3/2021", "2021-03"),
        ("20210305", "2021-03-05"),
        ("20210300", "2021-03"),
        ("2021年3月5日", "2021-03-05"),
        ("2021年3月5号", "2021-03-05"),
        ("2021 年 3 月 5 日", "2021-03-05"),
        ("2021年3月", "2021-03"),
        ("2021年", "2021"),
        ("2021年不详", "2021"),
        ("2021年3月不详日", "2021-03"),
        ("2021年未知月5日", "2021---05"),
        ("2021年3月5日 14:30", "2021-03-05T14:30"),
        ("２０２１．３．５", "2021-03-05"),
        ("２０２１年３月５日", "2021-03-05"),
        ("　2021/3/5 ", "2021-03-05"),
        ("2021–03–05", "2021-03-05"),
        ("05 Mar 2021", "2021-03-05"),
        ("5-Mar-2021", "2021-03-05"),
        ("March 5, 2021", "2021-03-05"),
        ("Sept. 5, 2021", "2021-09-05"),
        ("5th March 2021", "2021-03-05"),
        ("05MAR2021", "2021-03-05"),
        ("05mar2021:14:30:00", "2021-03-05T14:30:00"),
        ("2021 Mar 5", "2021-03-05"),
        ("Mar 2021", "2021-03"),
        ("UNK-MAR-2021", "2021-03"),
        ("UN/UN/2021", "2021"),
        ("2021-??-??", "2021"),
        ("2021-UN-05", "2021---05"),
        ("2021-03-00", "2021-03"),
        ("00/00/2021", "2021"),
        ("05/05/2021", "2021-05-05"),
    ],
)
def test_what_the_text_says_by_itself_is_read_whatever_the_order(text, iso, order):
    assert read_one(text, order=order) == (iso, "", "")


@pytest.mark.parametrize(
    ("text", "dmy", "mdy"),
    [
        ("05/03/2021", "2021-03-05", "2021-05-03"),
        ("5.3.2021", "2021-03-05", "2021-05-03"),
        ("5. 3. 2021", "2021-03-05", "2021-05-03"),
        ("5-3-2021", "2021-03-05", "2021-05-03"),
        ("05 03 2021", "2021-03-05", "2021-05-03"),
        ("05032021", "2021-03-05", "2021-05-03"),
        ("05/03/2021 14:30", "2021-03-05T14:30", "2021-05-03T14:30"),
        ("UN/05/2021", "2021-05", "2021---05"),
        ("XX/05/2021", "2021-05", "2021---05"),
        ("--/05/2021", "2021-05", "2021---05"),
        ("---05-2021", "2021-05", "2021---05"),
        ("不详/05/2021", "2021-05", "2021---05"),
        ("05/nk/2021", "2021---05", "2021-05"),
        ("05UNK2021", "2021---05", "2021-05"),
    ],
)
def test_a_declared_order_settles_and_without_one_both_readings_are_kept(text, dmy, mdy):
    assert read_one(text, order="dmy") == (dmy, "", "")
    assert read_one(text, order="mdy") == (mdy, "", "")
    iso, kind, candidates = read_one(text)
    assert (iso, kind) == ("2021", "ambiguous")
    assert set(candidates.split("|")) == {dmy, mdy}
    # A leading year was declared and the year stands last: the declaration says nothing of day and month.
    assert read_one(text, order="ymd") == (iso, kind, candidates)


def test_a_part_over_twelve_settles_a_text_of_no_declared_order():
    frame = read(pd.Series(["15/03/2021", "03/15/2021", "15032021", "UN/15/2021"]))
    assert list(frame["iso"]) == ["2021-03-15", "2021-03-15", "2021-03-15", "2021---15"]
    assert list(frame["kind"]) == [""] * 4


@pytest.mark.parametrize(
    ("text", "order", "problem"),
    [
        (
            "30/02/2021",
            "dmy",
            '"30/02/2021" is not a possible date: 2021-02 has 28 days, not 30 (read as dmy)',
        ),
        (
            "03/15/2021",
            "dmy",
            '"03/15/2021" is not a possible date: there is no month 15 (read as dmy)',
        ),
        (
            "2021-02-30",
            None,
            '"2021-02-30" is not a possible date: 2021-02 has 28 days, not 30',
        ),
        (
            "2021年13月5日",
            None,
            '"2021年13月5日" is not a possible date: there is no month 13',
        ),
        (
            "2021-03-05T24:00",
            None,
            '"2021-03-05T24:00" is not a possible date: there is no hour 24',
        ),
        (
            "UN/03/2021 10:00",
            "dmy",
            '"UN/03/2021 10:00" is not a possible date: 2021-03 has a time and no day (read as dmy)',
        ),
    ],
)
def test_a_date_that_does_not_exist_is_impossible(text, order, problem):
    frame = read(pd.Series([text]), order=order)
    assert frame.loc[0].to_dict() == {"iso": "", "problem": problem, "candidates": "", "kind": "impossible"}


@pytest.mark.parametrize(
    "text",
    [
        "foo",
        "12:30",
        "1/2/3",
        "05/2021/03",
        "2021-03-05T",
        "❶/03/2021",
        "٠٥/٠٣/٢٠٢١",
        "2021-03-05-01",
        "=1+1",
    ],
)
def test_anything_else_is_unreadable_and_quoted(text):
    frame = read(pd.Series([text]), order="dmy")
    problem = f'"{text}" cannot be read as a date; expected a form such as 05/03/2021 or 2021-03-05'
    assert frame.loc[0].to_dict() == {"iso": "", "problem": problem, "candidates": "", "kind": "unreadable"}


def test_missing_texts_are_no_problem_and_unknown_words_are_missing_only_if_declared():
    typed = pd.Series(
        ["", "  ", "不详", " unk ", "－", None, float("nan"), "2021"], index=list("abcdefgh"), dtype=object
    )
    expected = pd.DataFrame(
        {"iso": [*[""] * 7, "2021"], "problem": "", "candidates": "", "kind": ""},
        index=list("abcdefgh"),
        dtype=object,
    )
    pd.testing.assert_frame_equal(read(typed, missing=["不详", "UNK", "-"]), expected)


def test_a_two_digit_year_needs_a_declared_century():
    assert read_one("15-Sep-20", order="dmy") == ("", "ambiguous", "1920-09-15|2020-09-15")
    assert read_one("15-Sep-20", order="dmy", century=50) == ("2020-09-15", "", "")
    assert read_one("Sep 15, 20", order="dmy", century=50) == ("2020-09-15", "", "")
    assert read_one("15-Sep-50", order="dmy", century=50) == ("1950-09-15", "", "")
    assert read_one("05/03/00", order="mdy", century=50) == ("2000-05-03", "", "")
    assert read_one("21/03/05", order="ymd", century=50) == ("2021-03-05", "", "")
    assert read_one("21年3月5日", century=50) == ("2021-03-05", "", "")
    assert read_one("UN/UN/21", order="dmy", century=50) == ("2021", "", "")
    assert read_one("25/12/21", century=50) == ("", "ambiguous", "2021-12-25|2025-12-21")


def test_another_order_is_refused():
    with pytest.raises(ValueError, match='order "ydm" is not one of ymd, dmy, mdy'):
        read(pd.Series(["2021"]), order="ydm")


@pytest.mark.parametrize("century", [-1, 101, 1950, "50"])
def test_another_century_is_refused(century):
    with pytest.raises(ValueError, match=f'century "{century}" is not a number from 0 to 100'):
        read(pd.Series(["2021"]), century=century)


def test_one_text_may_stand_for_a_list_of_texts():
    assert read_one("NA", missing="NA") == ("", "", "")
    assert read_one("onb/03/2021", order="dmy", unknown="onb") == ("2021-03", "", "")
    assert read_one("99/03/2021", order="dmy", unknown=["99"]) == ("2021-03", "", "")


def test_a_text_of_any_length_is_read():
    for text in ("a" + " " * 30_000 + "b", "2021-03-05" + " " * 5_000 + "14:30" + "," * 5_000 + "x", "1" * 30_000):
        assert read_one(text)[1] in ("unreadable", "surrounded")


def test_an_empty_column_and_a_category_are_read():
    assert list(read(pd.Series([], dtype=object)).columns) == ["iso", "problem", "candidates", "kind"]
    category = pd.Series(["2021.3", "", "2021.3"], dtype="category")
    assert list(read(category)["iso"]) == ["2021-03", "", "2021-03"]


@given(strategies.date_texts())
def test_messy_text_reads_back_to_its_meaning(written):
    assert read_one(written.text, order=written.order, language=written.language) == (written.meaning.iso, "", "")


@given(strategies.date_texts())
def test_without_an_order_the_meaning_is_among_the_candidates(written):
    iso, kind, candidates = read_one(written.text, language=written.language)
    assert kind in ("", "ambiguous")
    assert written.meaning.iso in (candidates.split("|") if candidates else [iso])


@given(strategies.partial_dates(candidates=False), st.sampled_from([None, "ymd", "dmy", "mdy"]))
def test_iso_text_is_stable(partial, order):
    assert read_one(partial.iso, order=order) == (partial.iso, "", "")


@given(st.dates(datetime.date(1850, 1, 1), datetime.date(2099, 12, 31)))
def test_a_day_and_month_that_differ_and_could_be_either_are_ambiguous_and_no_others(day):
    text = f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
    _, kind, candidates = read_one(text)
    assert (kind == "ambiguous") == (day.day <= 12 and day.day != day.month)
    assert (day.isoformat() in candidates) == (kind == "ambiguous")


@given(
    st.integers(1840, 2110),
    st.integers(0, 14),
    st.integers(0, 33),
    st.sampled_from("-/."),
    st.sampled_from(["{0:04d}{s}{1:02d}{s}{2:02d}", "{0}{s}{1}{s}{2}", "{2:02d}{s}{1:02d}{s}{0}", "{2}{s}{1}{s}{0}"]),
    st.sampled_from([None, "ymd", "dmy", "mdy"]),
    st.sampled_from([(), ("99", "15"), ("2021", "1")]),
)
def test_a_plain_date_is_read_the_short_way_as_it_is_the_long_way(year, month, day, sign, form, order, unknown):
    text = form.format(year, month, day, s=sign)
    how = conventions(order=order, unknown=unknown, century=30)
    short = read_text(text, how)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_read_plain", lambda text, how: None)
        assert short == read_text(text, how)
