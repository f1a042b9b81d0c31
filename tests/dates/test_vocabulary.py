import itertools
import unicodedata
from calendar import month_abbr, month_name

import pandas as pd
import pytest

from hcc_sdtm.dates import read
from hcc_sdtm.dates.vocabulary import check_language, languages, normalise, read_vocabulary


def test_every_english_month_is_known_by_name_and_abbreviation():
    months = read_vocabulary().months
    for number in range(1, 13):
        assert months[month_name[number].upper()] == months[month_abbr[number].upper()] == number


@pytest.mark.parametrize("language", languages())
def test_every_language_has_twelve_months_or_marks_and_seven_weekdays(language):
    vocabulary = read_vocabulary(frozenset([language]))
    assert set(vocabulary.months.values()) == set(range(1, 13)) or vocabulary.marks["month"]
    assert set(vocabulary.weekdays.values()) == set(range(1, 8))


def test_a_word_means_one_month_or_weekday_over_all_languages():
    every = read_vocabulary()
    for language in languages():
        own = read_vocabulary(frozenset([language]))
        assert own.months.items() <= every.months.items()
        for words, others in itertools.permutations([own.weekdays, every.weekdays]):
            assert all(others.get(word, day) == day for word, day in words.items())
    assert not set(every.months) & (every.unknown | every.unknown_dates | set(every.weekdays))


def test_words_of_another_language_are_not_known_where_one_is_declared():
    typed = pd.Series(["5 März 2021", "5 mars 2021", "5 Mar 2021"])
    assert list(read(typed)["iso"]) == ["2021-03-05"] * 3
    assert list(read(typed, language="de")["iso"]) == ["2021-03-05", "", "2021-03-05"]
    assert list(read(typed, language=["de", "fr"])["iso"]) == ["2021-03-05"] * 3


def test_another_language_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r'language "eng" is not one of .*; did you mean "en"'):
        read(pd.Series(["2021"]), language="eng")
    assert check_language(None) is None
    assert check_language("de") == {"de"}


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("März", "MARZ"),
        (" février ", "FEVRIER"),
        ("październik", "PAZDZIERNIK"),
        ("２０２１．０３", "2021.03"),
        ("5월", "5월"),
        ("ガ", "ガ"),
        (45352.0, "45352"),
        (45352.5, "45352.5"),
        (7, "7"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (pd.Timestamp("2021-03-05"), "2021-03-05"),
    ],
)
def test_texts_are_compared_without_width_case_and_latin_accents(typed, compared):
    assert normalise(typed) == compared
    assert normalise(normalise(typed)) == normalise(typed)


def test_only_latin_letters_lose_what_stands_on_them():
    for script in ("ガ", "が", "가", "й"):
        assert normalise(script) == unicodedata.normalize("NFKC", script).upper()


def test_a_word_that_another_language_uses_is_a_weekday_only_where_its_language_is_declared():
    typed = pd.Series(["do 4 marca 2021", "Do 4. März 2021", "Do., 4. März 2021"])
    assert list(read(typed)["iso"]) == ["", "", "2021-03-04"]
    assert list(read(typed, language="de")["iso"]) == ["", "2021-03-04", "2021-03-04"]
