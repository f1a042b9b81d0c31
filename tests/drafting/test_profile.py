import numpy as np
import pytest

from hcc_sdtm.drafting.export.profile import build_profile


def profile(*texts):
    return build_profile(np.array(texts, dtype=object))


@pytest.mark.parametrize(
    ("texts", "is_dates", "is_numbers"),
    [
        (["2021-03-05", "2021年3月5日", "UN/03/2021"], True, False),
        (["1956", "1971"], True, True),
        (["1", "2", "12"], False, True),
        (["<0.5", "1,234", "3.2"], False, True),
        (["20210305", "20210401"], True, True),
        (["肝", "肺"], False, False),
        ([""], False, False),
    ],
)
def test_dates_and_numbers(texts, is_dates, is_numbers):
    found = profile(*texts)
    assert (found.is_dates, found.is_numbers) == (is_dates, is_numbers)


def test_values_are_counted_the_most_frequent_first_and_space_is_cut():
    found = profile("b", "a ", "a", "", "  ")
    assert (found.texts, found.counts, found.filled, found.rows) == (("a", "b"), (2, 1), 3, 5)


def test_codes_and_bare_codes():
    assert profile("1", "2", "1", "2").are_bare_codes
    assert profile("Y", "N", "Y", "N").is_codes
    assert not profile("Y", "N", "Y", "N").are_bare_codes
    assert not profile("101", "102", "103", "104").is_codes


def test_free_text_is_told_from_short_answers():
    assert profile("the patient was seen with his wife and will come again in May" * 2).is_free_text
    assert profile(*[f"told on day {n} of the visit" for n in range(20)]).is_free_text
    assert not profile("Lenvatinib + sintilimab", "Sorafenib").is_free_text


def test_number_range_is_as_typed():
    assert profile("007", "12.50", "<3", "x").number_range() == ("<3", "12.50")
