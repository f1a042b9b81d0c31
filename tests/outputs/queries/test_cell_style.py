import re

from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.outputs.queries.cell_style import (
    LINE_POINTS,
    MOST_LINES,
    TITLE_LENGTH,
    line_count,
    make_comment,
    row_height,
    sheet_title,
)


@given(st.lists(st.text(max_size=40), max_size=12))
def test_titles_are_accepted_by_excel_and_differ(names):
    taken = {"queries"}
    titles = [sheet_title(name, taken) for name in names]
    assert len({title.casefold() for title in titles} | {"queries"}) == len(titles) + 1
    for title in titles:
        assert 1 <= len(title) <= TITLE_LENGTH
        assert not re.search(r"[\[\]:*?/\\'\x00-\x1f]", title)
        assert title.casefold() != "history"


def test_the_sheet_of_a_site_that_is_named_queries_gets_another_title():
    assert sheet_title("Queries", {"queries"}) == "Queries 2"


def test_a_chinese_text_takes_twice_the_width():
    assert line_count("疗效评价疗效评价", 17) == 1
    assert line_count("疗效评价疗效评价", 9) == 2
    assert line_count("a\nb", 40) == 2


def test_no_row_is_higher_than_excel_shows():
    assert row_height([("x" * 9_000, 10)]) == MOST_LINES * LINE_POINTS + 3 < 409.5
    assert row_height([]) == LINE_POINTS + 3


def test_a_comment_holds_what_was_there_and_no_character_that_a_workbook_refuses():
    assert make_comment("101-0001\nseen", "李: 已核对").text == "李: 已核对\n\n101-0001\nseen"
    assert "\x00" not in make_comment("a\x00b").text
    assert make_comment("line\n" * 10).height > make_comment("line").height
