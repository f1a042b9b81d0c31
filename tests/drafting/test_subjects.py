import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.drafting.export.subjects import misfits, number_pattern


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["001", "002", "019"], "[0-9]{3,}"),
        (["103-001", "103-015"], "103-[0-9]{3,}"),
        (["HCC_001", "HCC_105"], "HCC_[0-9]{3,}"),
        (["701-1015", "702-1023"], "[0-9]{3,}-[0-9]{4,}"),
        (["5EF-1A", "77-XX9", "Q"], ""),
        ([], ""),
    ],
)
def test_what_numbers_have_in_common(texts, pattern):
    assert number_pattern(texts)[0] == pattern


def test_a_totals_row_is_no_number():
    texts = [f"104-{n:03d}" for n in range(1, 30)]
    pattern, others = number_pattern([*texts, "Total"])
    assert (pattern, others) == ("104-[0-9]{3,}", 1)
    assert misfits([*texts, "Total"], pattern) == ["Total"]


@given(st.lists(st.from_regex(r"[A-Z]{1,3}[-_. ]?[0-9]{1,5}", fullmatch=True), min_size=1, unique=True))
def test_a_pattern_fits_all_numbers_but_those_it_counts(texts):
    pattern, others = number_pattern(texts)
    if pattern:
        assert len([text for text in texts if not re.fullmatch(pattern, text)]) <= others
