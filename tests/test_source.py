import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.source import Source, column_letters, column_number


@pytest.mark.parametrize(
    ("column", "letters"),
    [(1, "A"), (26, "Z"), (27, "AA"), (28, "AB"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")],
)
def test_letters_as_a_spreadsheet_program_shows_them(column, letters):
    assert column_letters(column) == letters
    assert column_number(letters) == column
    assert column_number(letters.lower()) == column


@given(st.integers(1, 10**6))
def test_letters_and_numbers_round_trip(column):
    assert column_number(column_letters(column)) == column


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (Source("site_101.xlsx", "随访", 7, 3), "site_101.xlsx:随访!C7"),
        (Source("visits.csv", "", 7, 3), "visits.csv:C7"),
        (Source("site_101.xlsx", "随访"), "site_101.xlsx:随访"),
        (Source("site_101.xlsx", "随访", column=3), "site_101.xlsx:随访!C"),
        (Source("site_101.xlsx"), "site_101.xlsx"),
        (Source("mappings/site_101.yaml", line=14), "mappings/site_101.yaml:14"),
    ],
)
def test_a_source_prints_as_a_place_to_open(source, text):
    assert str(source) == text


def test_a_line_or_a_file_has_no_cell():
    assert (Source("a.yaml", line=3).cell, Source("a.csv").cell, Source("a.csv", row=2, column=2).cell) == (
        "",
        "",
        "B2",
    )


def test_sources_sort_by_file_then_sheet_then_row_then_column():
    ordered = [
        Source("a", "", 2, 9),
        Source("a", "", 10, 1),
        Source("a", "S", 1, 1),
        Source("b", line=1),
        Source("b", line=2),
    ]
    assert sorted(ordered[at] for at in (3, 1, 4, 0, 2)) == ordered
