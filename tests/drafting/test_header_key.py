import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.drafting.knowledge.header_key import header_key, plain, readings, unit_of


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Date of birth", ("date", "birth")),
        ("birth_date", ("birth", "date")),
        ("BirthDate", ("birth", "date")),
        ("IT.AGE", ("age",)),
        ("身高(cm)", ("身高",)),
        ("性别 1=男 2=女", ("性别",)),
        ("RECIST 1.1疗效", ("recist", "1.1", "疗效")),
        ("BED10_1(Gy)", ("bed10", "1")),
        ("Datum der Einwilligung", ("datum", "einwilligung")),
        ("Date de décès", ("date", "deces")),
        ("ｖｉｓｉｔ　ｎｏ", ("visit", "no")),
    ],
)
def test_words_of_a_header(header, words):
    assert header_key(header).words == words


@pytest.mark.parametrize(
    ("header", "words", "number"),
    [
        ("dx_date", {"diagnosis", "date"}, 0),
        ("靶病灶2部位", {"靶病灶", "部位"}, 2),
        ("drug3", {"drug"}, 3),
        ("ld_mm", {"longest", "diameter"}, 0),
        ("height_cm_at_diagnosis", {"height", "diagnosis"}, 0),
    ],
)
def test_readings_write_abbreviations_out_and_take_units_and_numbers_away(header, words, number):
    assert any(set(key.words) == words and key.number == number for key in readings(header))


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("身高(cm)", "cm"),
        ("ld_mm", "mm"),
        ("height_cm_at_diagnosis", "cm"),
        ("Weight [kg]", "kg"),
        ("mm", ""),
        ("age", ""),
    ],
)
def test_unit_of_a_header(header, unit):
    assert unit_of(header) == unit


@given(st.text(max_size=60))
def test_any_text_has_a_key_and_its_plain_form_is_its_own(text):
    assert plain(plain(text)) == plain(text)
    assert header_key(text) in list(readings(text))
