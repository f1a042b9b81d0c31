import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw import grid as grid_module
from hcc_sdtm.raw.grid import (
    StyledCells,
    TooManyCellsError,
    build_grid,
    build_sparse_grid,
    build_text_grid,
    cell_text,
    check_extent,
    number_text,
)
from hcc_sdtm.raw.number_format import parse_number_format


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.0, "0"),
        (1e-05, "0.00001"),
        (1.10101199001011e17, "110101199001011000"),
        (True, "TRUE"),
        (False, "FALSE"),
        ("007", "007"),
        ("  NA \n", "  NA \n"),
        (dt.date(2021, 3, 5), "2021-03-05"),
        (dt.timedelta(days=10, seconds=54610), "255:10:10"),
        (dt.timedelta(hours=-2), "-02:00"),
    ],
)
def test_text_of_a_cell(value, text):
    assert cell_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_from_its_text(value):
    text = number_text(value)
    assert float(text) == value
    assert "e" not in text.lower()
    assert not text.endswith(".0")
    assert Decimal(text) == Decimal(repr(value))


CELLS = st.one_of(
    st.text(max_size=3),
    st.booleans(),
    st.integers(-2, 2).map(float),
    st.floats(-2, 2),
    st.dates(min_value=dt.date(1900, 3, 1)),
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
def test_the_grid_is_the_text_of_each_cell(rows):
    texts = build_grid(rows).texts
    assert texts.tolist() == [[cell_text(value) for value in row] for row in rows]


def test_blocks_change_nothing(monkeypatch):
    rows = [[float(n % 3), n % 2 == 0, f"t{n % 5}", dt.date(2021, 1, 1 + n % 28)] for n in range(50)]
    whole = build_grid(rows).texts
    monkeypatch.setattr(grid_module, "_BLOCK_ROWS", 7)
    monkeypatch.setattr(grid_module, "_MOST_TEXTS", 2)
    assert np.array_equal(build_grid(rows).texts, whole)


def test_short_and_empty_rows_are_filled():
    rows = [["a"], [], ["b", "c", "d"], []]
    expected = [["a", "", ""], ["", "", ""], ["b", "c", "d"], ["", "", ""]]
    assert build_grid(rows).texts.tolist() == expected
    assert build_text_grid(rows).tolist() == expected


@given(st.lists(st.lists(st.text(max_size=2), max_size=4), max_size=8))
def test_texts_stay_what_they_are(rows):
    texts = build_text_grid(rows).tolist()
    width = max(map(len, rows), default=0)
    assert texts == [[*row, *[""] * (width - len(row))] for row in rows]


def test_rows_may_start_right_of_column_a():
    assert build_grid([["x"]], left=2).texts.tolist() == [["", "", "x"]]


def test_a_styled_cell_is_shown_its_own_way():
    rows = [[dt.date(2021, 3, 5), 7.0], [dt.date(2021, 3, 6), 8.0], ["text", ""]]
    month, padded = parse_number_format("yyyy-mm"), parse_number_format("000")
    styled = {1: StyledCells([2, 3], [month, month]), 2: StyledCells([1, 3], [padded, padded])}
    assert build_grid(rows, styled=styled).texts.tolist() == [
        ["2021-03-05", "007"],
        ["2021-03", "8"],
        ["text", ""],
    ]


def test_dates_before_march_1900_are_noticed():
    grid = build_grid([["x", dt.date(1900, 2, 28)], [1.0, dt.date(1900, 3, 1)], [2.0, dt.datetime(1900, 1, 1, 8)]])
    assert sorted(grid.early) == [(1, 2), (3, 2)]
    assert grid.has_dates


def test_a_time_alone_under_a_format_that_shows_a_date_is_noticed():
    rows = [[dt.time(6), dt.time(6)], [dt.date(2021, 3, 5), dt.time(6)], [dt.time(6), "x"], [dt.time(7), dt.time(7)]]
    day, clock = parse_number_format("yyyy-mm-dd"), parse_number_format("h:mm")
    styled = {1: StyledCells([3], [clock]), 2: StyledCells([1, 2], [clock, parse_number_format("yyyy-mm")])}
    grid = build_grid(rows, usual=day, styled=styled)
    assert sorted(grid.dayless) == [(1, 1), (2, 2), (4, 1), (4, 2)]
    assert grid.texts.tolist() == [["06:00", "06:00"], ["2021-03-05", "06:00"], ["06:00", "x"], ["07:00", "07:00"]]


def test_too_many_cells_are_refused(monkeypatch):
    monkeypatch.setattr(grid_module, "MAX_CELLS", 11)
    with pytest.raises(TooManyCellsError):
        build_grid([["a"] * 4, ["b"], ["c"]])


def test_cells_given_by_their_places():
    grid = build_sparse_grid({2: {3: 7.0, 1: "a"}, 4: {2: True}})
    assert grid.texts.tolist() == [["", "", ""], ["a", "", "7"], ["", "", ""], ["", "TRUE", ""]]
    assert build_sparse_grid({}).texts.shape == (0, 0)


@pytest.mark.parametrize(
    ("height", "width", "filled", "reason"),
    [
        (1_000_000, 4, 1, ""),
        (
            1_000_000,
            5,
            1,
            "its last cell is E1000000 and only one cell holds something; delete what stands far below or right",
        ),
        (1_000_000, 5, 62_500, ""),
        (1_000_000, 100, 6_000_000, ""),
        (
            1_000_000,
            101,
            101_000_000,
            "its last cell is CW1000000: more than 100,000,000 cells; split it into several files",
        ),
    ],
)
def test_a_sheet_may_be_as_large_as_what_it_holds_is_worth(height, width, filled, reason):
    if not reason:
        check_extent(height, width, filled)
        return
    with pytest.raises(TooManyCellsError, match=f"^{reason}"):
        check_extent(height, width, filled)


def test_numbers_of_more_digits_than_are_kept_are_noticed():
    grid = build_grid([[110101199001011234.0, 1.0], [999_999_999_999_999.0, "110101199001011234"], [-1e15, 1e-20]])
    assert sorted(grid.inexact) == [(1, 1), (3, 1)]


def test_one_wide_row_below_many_is_refused_before_they_are_widened():
    rows = (["x"] * (90_000 if row == 199_999 else 1) for row in range(200_000))
    with pytest.raises(TooManyCellsError, match="more than 100,000,000 cells"):
        build_text_grid(rows)
