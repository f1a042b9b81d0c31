import pytest

from hcc_sdtm.outputs.queries.words import (
    ANSWER_BY_WORD,
    COLUMNS,
    HEADINGS,
    WORDS,
    folded,
    format_mark,
    machine_name,
    parse_machine_name,
    parse_mark,
)
from hcc_sdtm.register.queries import ANSWERS, STATES


@pytest.mark.parametrize("language", WORDS)
def test_a_language_has_every_word(language):
    words = WORDS[language]
    assert len(words.headings) == len(set(words.headings)) == len(COLUMNS)
    assert len(words.answers) == len(set(words.answers)) == len(ANSWERS)
    assert len(words.states) == len(set(words.states)) == len(STATES)
    assert "{study}" in words.title
    assert "{site}" in words.title
    assert len(",".join(words.answers)) + 2 < 255  # Excel's limit for a list in a cell
    assert not any("," in answer for answer in words.answers)


def test_no_word_means_two_things():
    assert len(ANSWER_BY_WORD) == len(WORDS) * len(ANSWERS)
    assert len(HEADINGS) == len(WORDS) * len(COLUMNS)


@pytest.mark.parametrize("text", ["Corrected", " corrected ", "ＣＯＲＲＥＣＴＥＤ", "CONFIRMED  as is"])
def test_width_case_and_space_do_not_matter(text):
    assert folded(text) in ANSWER_BY_WORD


@pytest.mark.parametrize("column", COLUMNS)
def test_the_hidden_row_names_study_and_column(column):
    assert parse_machine_name(machine_name("RTHCC-2.1", column)) == ("RTHCC-2.1", column)


@pytest.mark.parametrize("text", ["", "number", "hcc-sdtm:number", "hcc-sdtm:RTHCC:else", "other:RTHCC:number"])
def test_another_text_is_no_name_of_a_column(text):
    assert parse_machine_name(text) is None


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (format_mark("RTHCC", "c75efe9a4eab-2", 3), ("RTHCC", "c75efe9a4eab-2", 3)),
        ("", ("", "", 0)),
        ("RTHCC", ("RTHCC", "", 0)),
        ("RTHCC/abc/x", ("RTHCC", "abc", 0)),
    ],
)
def test_the_hidden_column_says_study_key_and_round(text, mark):
    assert parse_mark(text) == mark
