import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw import split_header


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        ("身高(cm)", "身高", "cm"),
        ("AFP（ng/mL）", "AFP", "ng/mL"),
        ("AFP（ng/mL)", "AFP", "ng/mL"),  # a full-width bracket closed by a half-width one
        ("Weight [kg]", "Weight", "kg"),
        ("ECOG (0-5)", "ECOG", "0-5"),
        ("靶病灶1 (mm)（最长径）：", "靶病灶1", "mm; 最长径"),
        ("性别 1=男 2=女", "性别", "1=男 2=女"),
        ("性别1=男，2=女", "性别", "1=男，2=女"),
        ("性别：1=男，2=女", "性别", "1=男，2=女"),
        ("Sex (1=male, 2=female)", "Sex", "1=male, 2=female"),
        ("Sex 1-male 2-female", "Sex", "1-male 2-female"),
        ("吸烟史 0:无 1:有", "吸烟史", "0:无 1:有"),
        ("吸烟史 0无 1有", "吸烟史", "0无 1有"),
        ("体重kg", "体重", "kg"),
        ("Weight, kg", "Weight", "kg"),
        ("WBC×10^9/L", "WBC", "×10^9/L"),
        ("PIVKA-II mAU/mL", "PIVKA-II", "mAU/mL"),
        ("EF%", "EF", "%"),
        ("检\n查 日期", "检查日期", ""),
        ("Date of\r\n birth", "Date of birth", ""),
        # what is part of the name stays
        ("靶病灶(mm)长径", "靶病灶(mm)长径", ""),
        ("Stage M", "Stage M", ""),
        ("第1次随访", "第1次随访", ""),
        ("随访 1月 2月", "随访 1月 2月", ""),
        ("Visit 1: date", "Visit 1: date", ""),
        ("height_cm_at_diagnosis", "height_cm_at_diagnosis", ""),
        # nothing but a note is a name
        ("(kg)", "(kg)", ""),
        ("0=no 1=yes", "0=no 1=yes", ""),
        ("A)b)", "A)b)", ""),
        ("", "", ""),
    ],
)
def test_the_name_and_what_is_cut_off_it(text, name, note):
    assert split_header(text) == (name, note)


@given(st.text(alphabet="aB身高 =:,1()（）[]kgcm/%\n", max_size=30))
def test_a_name_is_cut_once_and_never_to_nothing(text):
    name, _ = split_header(text)
    assert split_header(name)[0] == name
    assert bool(name) == bool(text.strip())


@pytest.mark.parametrize("part", ["(", "1=", "1:a ", " 1男", "a ", "%"])
def test_a_hostile_header_takes_no_time(part):
    start = time.perf_counter()
    for length in (390, 30_000):
        split_header("x " + (part * length)[:length])
    assert time.perf_counter() - start < 1
