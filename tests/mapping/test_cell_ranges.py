import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.account.cell_ranges import cell_ranges, row_ranges, runs


@pytest.mark.parametrize(
    ("wanted", "among", "text"),
    [
        ([], [2, 3], ""),
        ([7], [2, 7, 9], "C7"),
        ([7, 9, 10, 11, 12], [7, 8, 9, 10, 11, 12], "C7, C9:C12"),
        ([7, 9], [7, 9, 20], "C7:C9"),  # C8 is empty, so that the range names no other filled cell
        ([2, 3, 4], [2, 3, 4], "C2:C4"),
        ([2, 4], [2, 3, 4], "C2, C4"),
    ],
)
def test_a_range_runs_over_empty_cells_and_stops_at_a_filled_one(wanted, among, text):
    assert cell_ranges(3, np.array(wanted, dtype=int), np.array(among)) == text


def test_beyond_the_most_only_the_number_of_cells_and_the_last_are_named():
    wanted, among = np.arange(2, 101, 2), np.arange(2, 101)
    assert cell_ranges(1, wanted, among, most=2) == "A2, A4 and 48 more, the last A100"
    assert row_ranges(wanted[:2], among, most=2) == "2, 4"


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_the_ranges_hold_every_wanted_number_and_no_other_filled_one(wanted, others):
    among = np.array(sorted(wanted | others), dtype=int)
    found = runs(np.array(sorted(wanted), dtype=int), among)
    inside = {number for first, last in found for number in range(first, last + 1)}
    assert inside & set(among.tolist()) == wanted
