"""The smallest and largest share against every version of a few subjects."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.endpoints.bounds.bound import EXACT, NOT_IN_ALL, NOT_IN_ANY
from hcc_sdtm.endpoints.bounds.ratio_limits import Shares

OPTIONS = st.lists(st.sampled_from([(0, 0), (0, 1), (1, 1)]), min_size=1, max_size=3, unique=True)


@given(st.integers(0, 2), st.integers(0, 2), st.lists(OPTIONS, max_size=5))
def test_a_share_is_that_of_every_version_at_most_and_at_least(x, others, subjects):
    flat = np.array([option for options in subjects for option in options], dtype=np.int64).reshape(-1, 2)
    first = np.cumsum([0, *(len(options) for options in subjects)])[:-1].astype(np.int64)
    shares = Shares(x, x + others, flat[:, 0], flat[:, 1], first)
    sums = np.array([np.sum([(x, x + others), *version], axis=0) for version in product(*subjects)])
    number = shares.number()
    assert (number.least, number.greatest) == (sums[:, 0].min(), sums[:, 0].max())
    denominator = shares.denominator()
    assert (denominator.least, denominator.greatest) == (sums[:, 1].min(), sums[:, 1].max())
    known = [100 * a / n for a, n in sums if n]
    found = shares.percentage()
    assert found.label == EXACT
    if not known:
        assert (np.isnan(found.least), found.warning) == (True, NOT_IN_ANY)
        return
    assert (found.least, found.greatest) == pytest.approx((min(known), max(known)))
    assert found.warning == (NOT_IN_ALL if len(known) < len(sums) else "")
