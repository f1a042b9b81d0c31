"""What identifies a patient is taken out of what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.outputs.queries.identity_mask import build_mask

TEXTS = ["杨玉丽", "002117377", "LW", "PD", "58", "X", "O'Neil", "H-00123"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("原病历杨玉丽核对", "原病历***核对"),
        ("no. 002117377, seen", "no. ***, seen"),
        ("1002117377", "1002117377"),
        ("LW said so", "*** said so"),
        ("slow LWX lw", "slow LWX lw"),
        ("PD at week 12", "PD at week 12"),
        ("58 Gy", "58 Gy"),
        ("X", "X"),
        ("Mrs O'Neil (H-00123)", "Mrs *** (***)"),
        ("", ""),
    ],
)
def test_names_and_numbers_go_and_doses_and_terms_stay(text, masked):
    assert build_mask(TEXTS, ["CR", "PD"]).apply(text) == masked


def test_the_longest_text_goes_first():
    assert build_mask(["张丽", "张丽静"]).apply("张丽静和张丽") == "***和***"


def test_nothing_to_take_out_changes_nothing():
    assert build_mask([]).apply("杨玉丽") == "杨玉丽"


def test_many_names_are_no_hindrance():
    names = [f"患者{number:05d}号" for number in range(5_000)]
    assert build_mask(names).apply("患者04999号到访") == "***到访"


@given(st.text(alphabet="张丽静AB12 .", min_size=0, max_size=30))
def test_no_name_is_ever_left(text):
    masked = build_mask(["张丽静", "张丽"]).apply(text)
    assert "张丽" not in masked


@pytest.mark.parametrize(
    "written",
    [
        "005811228",
        "5811228",
        "００５８１１２２８",
        "no.5811228,",
        "住院号5811228。",
        "Zhang San",
        "ZHANG SAN",
        "zhang san",
    ],
)
def test_a_text_written_in_another_way_is_taken_out_too(written):
    masked = build_mask(["005811228", "Zhang San"]).apply(f"see {written} please")
    assert "***" in masked
    assert "5811228" not in masked
    assert "zhang" not in masked.casefold()


def test_initials_are_taken_out_as_capitals_only():
    assert build_mask(["IS", "ON"]).apply("he is on IS and ON") == "he is on *** and ***"


def test_full_width_text_without_a_name_stays_as_it_was():
    assert build_mask(["Zhang San"]).apply("ＣＲ（确认）") == "ＣＲ（确认）"
