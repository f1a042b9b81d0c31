import unicodedata
from calendar import month_abbr, month_name

from hcc_sdtm.dates.vocabulary import read_vocabulary


def test_every_english_month_is_known_by_name_and_abbreviation():
    months = read_vocabulary().months
    for number in range(1, 13):
        assert months[month_name[number].upper()] == months[month_abbr[number].upper()] == number


def test_every_text_stands_as_it_is_compared():
    vocabulary = read_vocabulary()
    marks = [text for texts in vocabulary.marks.values() for text in texts]
    for text in [
        *vocabulary.months,
        *vocabulary.unknown,
        *marks,
        *vocabulary.ordinals,
        *vocabulary.separators,
    ]:
        assert text == unicodedata.normalize("NFKC", text).strip().upper()


def test_no_text_is_both_a_month_and_unknown():
    vocabulary = read_vocabulary()
    assert not set(vocabulary.months) & vocabulary.unknown
