from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.tables.exact_sums import exact_sums


def total(*numbers, decimal="."):
    return exact_sums(np.array(numbers, dtype=float), np.zeros(len(numbers), dtype=np.int64), 1, decimal)[0]


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ((0.1, 0.2), "0.3"),
        ((0.1, 0.2, -0.3), "0"),
        ((1.5, 2.5), "4"),
        ((100, 200), "300"),
        ((-0.05, 0.01), "-0.04"),
        ((1e16, 1), "10000000000000001"),
        ((1e-7, 1), "1.0000001"),
        ((-0.0,), "0"),
        ((), ""),
    ],
)
def test_sums_as_one_writes_them(numbers, shown):
    assert total(*numbers) == shown


def test_a_decimal_comma():
    assert total(0.25, 1000, decimal=",") == "1000,25"


@given(st.lists(st.tuples(st.integers(0, 3), st.decimals(-(10**6), 10**6, places=3)), max_size=30))
def test_every_group_has_the_exact_sum_of_what_was_typed(members):
    groups = np.array([group for group, _ in members], dtype=np.int64)
    numbers = np.array([float(number) for _, number in members], dtype=float)
    for group, shown in enumerate(exact_sums(numbers, groups, 4)):
        own = [number for at, number in members if at == group]
        assert shown == "" if not own else Decimal(shown) == sum(own)
