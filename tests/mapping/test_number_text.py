import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.rules.number_text import FULL_WIDTH, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7.0),
        ("-2.50", -2.5),
        ("\u22122", -2.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("\uff16\uff0e\uff15", 6.5),
        (" 1\u3000", 1.0),
        ("10\u00b2", None),
        ("1_0", None),
        ("0x1", None),
        ("1e999", None),
        ("nan", None),
        ("inf", None),
        ("1,5", None),
        ("", None),
    ],
)
def test_only_plain_digits_are_a_number(text, number):
    assert parse_number(text) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_a_float_is_written_as_reads_back_however_wide(number):
    assert parse_number(repr(number)) == number
    wide = repr(number).translate({narrow: wide for wide, narrow in FULL_WIDTH.items() if isinstance(narrow, int)})
    assert wide != repr(number)
    assert parse_number(wide) == number
