import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw.number_format import FULL, PLAIN, parse_number_format, shows_nothing

MOMENT = dt.datetime(2021, 3, 5, 14, 30)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("yyyy-mm-dd", "2021-03-05"),
        ("m/d/yy", "2021-03-05"),
        ('[$-804]yyyy"年"m"月"d"日";@', "2021-03-05"),
        ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2021-03-05"),
        ("yyyy-mm", "2021-03"),
        ("mmm-yy", "2021-03"),
        ('yyyy"年"m"月"', "2021-03"),
        ('[DBNum1][$-804]yyyy"年"m"月"', "2021-03"),
        ('e"年"m"月"', "2021-03"),
        ("YYYY", "2021"),
        ('yyyy"年"', "2021"),
        ("yyyy-mm-dd hh:mm", "2021-03-05T14:30"),
        ("m/d/yyyy h:mm:ss AM/PM", "2021-03-05T14:30"),
        ("hh:mm", "14:30"),
        ("mm:ss", "14:30"),
        ('上午/下午h"时"mm"分"', "14:30"),
        ('m"月"d"日"', "2021-03-05"),
        ("dddd", "2021-03-05"),
    ],
)
def test_a_date_is_cut_to_what_its_format_shows(code, text):
    assert parse_number_format(code).date_text(MOMENT) == text


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("yyyy-mm-dd hh:mm:ss", dt.datetime(2021, 3, 5, 14, 30, 7), "2021-03-05T14:30:07"),
        ("yyyy-mm-dd hh:mm", dt.datetime(2021, 3, 5, 14, 30, 7), "2021-03-05T14:30"),
        ("yyyy-mm-dd hh:mm:ss", dt.datetime(2021, 3, 5, 14, 29, 59, 994_000), "2021-03-05T14:30"),
        ("yyyy-mm-dd hh:mm:ss", dt.datetime(2021, 3, 5), "2021-03-05"),
        ("yyyy-mm-dd hh:mm:ss", dt.date(2021, 3, 5), "2021-03-05"),
        ("hh:mm", dt.time(14, 30, 7), "14:30"),
        ("hh:mm:ss", dt.time(14, 30, 7), "14:30:07"),
        ("hh:mm", dt.date(2021, 3, 5), "00:00"),
        ("yyyy-mm-dd", dt.datetime(2021, 3, 5, 23, 59, 59, 900_000), "2021-03-05"),
        ("yyyy-mm-dd", dt.datetime(2021, 3, 5, 23, 59, 59, 999_000), "2021-03-06"),
        ("hh:mm", dt.time(23, 59, 59, 900_000), "23:59"),
        ("yyyy-mm-dd hh:mm", dt.datetime.max, "9999-12-31T23:59"),
    ],
)
def test_clock_times(code, value, text):
    assert parse_number_format(code).date_text(value) == text


@pytest.mark.parametrize("code", ["General", "0", "0.00", "#,##0.00", "0.00E+00", '0.0"mg/d"', "0%", "@", "[Red]0"])
def test_formats_of_plain_numbers_show_no_date_and_pad_nothing(code):
    shown = parse_number_format(code)
    assert (shown.shows, shown.padded(7.0)) == ("", "")


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("000", 7.0, "007"),
        ("000", 1234.0, "1234"),
        ('"P"000', 7.0, "P007"),
        ("000-0000", 12345.0, "001-2345"),
        ("000\\-0000", 123456789.0, "12345-6789"),
        ("000;[Red]-000", 7.0, "007"),
        ("000", -7.0, ""),
        ("000", 7.5, ""),
    ],
)
def test_zeros_shown_before_a_number_are_kept(code, value, text):
    assert parse_number_format(code).padded(value) == text


def test_a_format_without_the_year_says_so():
    codes = ["d-mmm", 'm"月"d"日"', "mmmm", "dddd", "yyyy-mm", "hh:mm", "General"]
    assert [parse_number_format(code).hides_year for code in codes] == [True] * 4 + [False] * 3


@given(st.dates(min_value=dt.date(1900, 3, 1)))
def test_a_date_in_full_is_its_iso_text(date):
    assert FULL.date_text(date) == date.isoformat()


@given(st.text(alphabet='yYmdhse0#?.,;"\\[]_*/- 年@%$', max_size=12))
def test_any_code_is_parsed_and_renders_a_date(code):
    assert parse_number_format(code).date_text(MOMENT)


@pytest.mark.parametrize("code", ["General", "GENERAL", "general", "General;[Red]-General"])
def test_the_general_format_is_no_date_however_it_is_spelt(code):
    assert parse_number_format(code) == PLAIN


@pytest.mark.parametrize(("code", "elapsed"), [("[h]:mm", True), ("[mm]:ss", True), ("h:mm", False), ("[Red]0", False)])
def test_a_length_of_time_is_told_from_a_time_of_the_day(code, elapsed):
    assert parse_number_format(code).elapsed is elapsed


@pytest.mark.parametrize(
    ("code", "nothing"), [(";;;", True), (";;", False), ("", False), ("General", False), ("0;;;@", False)]
)
def test_a_format_that_shows_nothing(code, nothing):
    assert shows_nothing(code) is nothing
