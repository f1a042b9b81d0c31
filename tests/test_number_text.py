import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.number_text import number_text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (6.25, 1, "6.3"),
        (-6.25, 1, "-6.3"),
        (100 * 3 / 80, 1, "3.8"),
        (2.675, 2, "2.68"),
        (0.5, 0, "1"),
        (-0.04, 1, "0.0"),
        (1234567.25, 1, "1234567.3"),
        (57, 1, "57.0"),
        (math.nan, 1, "NE"),
        (math.inf, 1, "NE"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value, decimals, text):
    assert number_text(value, decimals) == text


@given(st.integers(-(10**8), 10**8), st.integers(0, 4))
def test_it_is_within_half_a_unit_of_the_last_place(thousandths, decimals):
    value = thousandths / 1000
    assert abs(float(number_text(value, decimals)) - value) <= 0.5 * 10**-decimals + 1e-6


def test_no_float_is_too_large_or_too_small():
    assert number_text(1.57260996089821e194, 2).startswith("157260996090000")
    assert number_text(-1e308, 0) == "-1" + "0" * 308
    assert number_text(5e-324, 1) == "0.0"
