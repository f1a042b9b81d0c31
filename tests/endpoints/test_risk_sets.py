from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.endpoints.risk_sets import distinct_places, in_order, rank_order


@pytest.mark.parametrize("values", [[3.0, 1.0, 2.0, 1.0], [1.0, 1.0, 2.0, 3.0], [5.0], []])
def test_values_are_put_in_order_and_told_apart_alike_whether_they_were_in_order_or_not(values):
    given = np.array(values)
    np.testing.assert_array_equal(in_order(given), np.sort(given))
    distinct, place = distinct_places(given)
    assert distinct.tolist() == sorted(set(values))
    np.testing.assert_array_equal(distinct[place], given)


@pytest.mark.parametrize("largest", [3, 300, 70_000])
def test_ranks_are_put_in_a_stable_order_whatever_integers_hold_them(largest):
    ranks = np.array([largest, 0, 2, 0, largest, 1])
    assert rank_order(ranks).tolist() == [1, 3, 5, 2, 0, 4]
    assert rank_order(ranks[:0]).tolist() == []
