from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from hcc_sdtm.endpoints import proportion

counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_none_and_all_keep_half_of_alpha():
    assert proportion(0, 10).upper == pytest.approx(1 - 0.025 ** (1 / 10))
    assert proportion(10, 10).lower == pytest.approx(0.025 ** (1 / 10))
    assert (proportion(0, 10).lower, proportion(10, 10).upper) == (0, 1)
    assert (proportion(0, 7, "wilson").lower, proportion(7, 7, "wilson").upper) == (0, 1)


@given(counts)
def test_exact_limits_leave_half_of_alpha_on_each_side(pair):
    x, n = pair
    share = proportion(x, n)
    if x > 0:
        assert binom.sf(x - 1, n, share.lower) == pytest.approx(0.025)
    if x < n:
        assert binom.cdf(x, n, share.upper) == pytest.approx(0.025)


@given(counts, st.sampled_from([("clopper-pearson", "exact"), ("wilson", "wilson")]))
def test_agrees_with_scipy(pair, names):
    ours = proportion(*pair, names[0], level=0.9)
    theirs = binomtest(*pair).proportion_ci(0.9, method=names[1])
    assert (ours.lower, ours.upper) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(counts, st.sampled_from(["clopper-pearson", "wilson"]))
def test_the_other_share_has_the_mirrored_limits(pair, ci):
    x, n = pair
    share, other = proportion(x, n, ci), proportion(n - x, n, ci)
    assert (other.lower, other.upper) == pytest.approx((1 - share.upper, 1 - share.lower))
    assert share.lower <= share.estimate <= share.upper


def test_of_nobody():
    share = proportion(0, 0)
    assert np.isnan([share.estimate, share.lower, share.upper]).all()


@pytest.mark.parametrize(("x", "n"), [(-1, 5), (6, 5), (1.5, 5), (1, -1)])
def test_what_is_no_count_is_refused(x, n):
    with pytest.raises(ValueError, match="whole numbers with 0 <= x <= n"):
        proportion(x, n)


def test_unknown_interval_is_refused():
    with pytest.raises(ValueError, match='unknown limits "exact"; allowed: clopper-pearson, wilson'):
        proportion(1, 2, "exact")
