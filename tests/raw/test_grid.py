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
    build_text_grid,
    cell_text,
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
