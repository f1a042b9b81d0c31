from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom, binomtest

from hcc_sdtm.endpoints import proportion, proportion_difference
from hcc_sdtm.endpoints.proportion import ProportionInterval

INTERVALS = get_args(ProportionInterval)
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


@given(counts, st.sampled_from(INTERVALS))
def test_the_other_share_has_the_mirrored_limits(pair, ci):
    x, n = pair
    share, other = proportion(x, n, ci), proportion(n - x, n, ci)
    assert (other.lower, other.upper) == pytest.approx((1 - share.upper, 1 - share.lower))
    assert share.lower <= share.estimate <= share.upper


@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_mid_p_counts_half_of_what_was_seen(pair, level):
    x, n = pair
    share = proportion(x, n, "mid-p", level)
    half_alpha = (1 - level) / 2
    if x > 0:
        assert binom.sf(x, n, share.lower) + binom.pmf(x, n, share.lower) / 2 == pytest.approx(half_alpha)
    if x < n:
        assert binom.cdf(x - 1, n, share.upper) + binom.pmf(x, n, share.upper) / 2 == pytest.approx(half_alpha)


@given(counts)
def test_jeffreys_and_agresti_coull_by_their_definitions(pair):
    x, n = pair
    jeffreys = proportion(x, n, "jeffreys")
    expected = beta.ppf([0.025, 0.975], x + 0.5, n - x + 0.5)
    assert jeffreys.lower == pytest.approx(expected[0] if x else 0)
    assert jeffreys.upper == pytest.approx(expected[1] if x < n else 1)
    wider = proportion(x, n, "agresti-coull")
    wilson = proportion(x, n, "wilson")
    # one centre, and never shorter than the score limits (Brown, Cai and DasGupta 2001, section 3.1.1)
    assert wider.lower <= wilson.lower + 1e-12
    assert wider.upper >= wilson.upper - 1e-12


@given(counts, counts)
def test_a_difference_turned_round(first, second):
    difference, turned = proportion_difference(*first, *second), proportion_difference(*second, *first)
    assert (turned.lower, turned.upper) == pytest.approx((-difference.upper, -difference.lower))
    assert -1 <= difference.lower <= difference.estimate <= difference.upper <= 1


def test_of_nobody():
    assert np.isnan(proportion_difference(1, 2, 0, 0).lower)
    share = proportion(0, 0)
    assert np.isnan([share.estimate, share.lower, share.upper]).all()


@pytest.mark.parametrize(("x", "n"), [(-1, 5), (6, 5), (1.5, 5), (1, -1)])
def test_what_is_no_count_is_refused(x, n):
    with pytest.raises(ValueError, match="whole numbers with 0 <= x <= n"):
        proportion(x, n)


def test_unknown_interval_is_refused():
    with pytest.raises(
        ValueError, match='unknown limits "exact"; allowed: clopper-pearson, wilson, jeffreys, agresti-coull, mid-p'
    ):
        proportion(1, 2, "exact")
