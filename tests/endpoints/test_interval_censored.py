from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.endpoints import interval_censored, kaplan_meier
from hcc_sdtm.endpoints.interval_censored import _tells_apart

INTERVALS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 8), st.integers(0, 4)).map(lambda pair: (pair[0], pair[0] + pair[1])),
        st.integers(0, 8).map(lambda lower: (lower, np.inf)),
    ),
    min_size=1,
    max_size=30,
)


def test_by_hand():
    # (0, 2], (1, 3] and (2, 4]: the sets are (1, 2], (2, 3]; all of (1, 2], half of (2, 3] ... the middle interval holds both,
    # the likelihood is a * (a + b) * b with a + b = 1, so a = b = 1/2
    found = interval_censored([0, 1, 2], [2, 3, 4])
    expected = pd.DataFrame({"lower": [1.0, 2], "upper": [2.0, 3], "exact": False, "mass": [0.5, 0.5]})
    pd.testing.assert_frame_equal(found.sets, expected)
    assert (found.rate(1).lowest, found.rate(1).highest) == (1, 1)
    assert (found.rate(1.5).lowest, found.rate(1.5).highest) == pytest.approx((0.5, 1))
    assert (found.rate(2).lowest, found.rate(2).highest) == pytest.approx((0.5, 0.5))
    assert (found.rate(3).lowest, found.rate(3).highest) == (0, 0)
    # survival is 1/2 where the first set ends and the second begins, so the median is the middle of the two
    assert (found.quantile(0.5).lowest, found.quantile(0.5).highest) == (1.5, 2.5)
    assert found.curve["time"].tolist() == [0, 1, 2, 3]


def test_exact_times_and_intervals():
    # {3} and (2, 4]: all mass may sit at 3; with one more (3, 5] half of it lies after 3
    assert interval_censored([3, 2], [3, 4]).sets.to_numpy().tolist() == [[3, 3, True, 1]]
    found = interval_censored([3, 2, 3], [3, 4, 5]).sets
    assert found[["lower", "upper", "exact"]].to_numpy().tolist() == [[3, 3, True], [3, 4, False]]
    assert found["mass"].tolist() == pytest.approx([1 / 2, 1 / 2])


def test_missing_ends_are_censorings():
    pd.testing.assert_frame_equal(
        interval_censored([np.nan, 2, 3], [2, 4, np.nan]).sets, interval_censored([0, 2, 3], [2, 4, np.inf]).sets
    )
    assert interval_censored([], []).n == 0
    assert np.isnan(interval_censored([], []).rate(1).lowest)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=30))
def test_exact_times_and_censorings_give_kaplan_meier(rows):
    time, event = (np.array(column) for column in zip(*rows, strict=True))
    found = interval_censored(time, np.where(event, time, np.inf))
    curve = kaplan_meier(time, event)
    for t in range(11):
        expected = curve.rate(t).estimate
        if np.isfinite(expected):
            assert (found.rate(t).lowest, found.rate(t).highest) == pytest.approx((expected, expected), abs=1e-7)
    for p in (0.25, 0.5):
        median = curve.quantile(p).estimate
        if not (np.isfinite(median) and not curve.curve["events"].iloc[-1]) or np.isnan(median):
            np.testing.assert_allclose([found.quantile(p).lowest, found.quantile(p).highest], median, atol=1e-6)


@given(INTERVALS)
def test_is_the_largest_likelihood(rows):
    lower, upper = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = interval_censored(lower, upper)
    assert found.converged
    assert found.sets["mass"].sum() == pytest.approx(1)
    # self-consistency (Turnbull): each mass is the mean of what the subjects give it
    left, right, exact, mass = (found.sets[name].to_numpy() for name in ("lower", "upper", "exact", "mass"))
    inside = (lower[:, None] <= left) & (right <= upper[:, None])
    # an exact time lies in an interval that opens before it, and no interval in an exact time
    inside &= np.where((lower == upper)[:, None], exact, ~exact | (left > lower[:, None]))
    given_each = inside * mass
    assert (given_each.sum(axis=1) > 0).all()
    shares = given_each / given_each.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares.mean(axis=0), mass, atol=1e-6)
    assert found.log_likelihood == pytest.approx(np.log(given_each.sum(axis=1)).sum(), abs=1e-6)


@given(INTERVALS, st.floats(0, 12))
def test_survival_is_a_range_that_falls(rows, t):
    found = interval_censored(*zip(*rows, strict=True))
    now, later = found.rate(t), found.rate(t + 1)
    assert 0 <= now.lowest <= now.highest <= 1
    assert later.lowest <= now.lowest
    assert later.highest <= now.highest


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [
        ([1, -1], [2, 3], "an end must not be negative: subject 1 has -1 to 3"),
        ([1, 4], [2, 3], "the lower end must not lie after the upper end: subject 1 has 4 to 3"),
        ([np.inf], [np.inf], "the lower end must be a finite number: subject 0 has inf to inf"),
        ([np.nan], [np.nan], "a subject needs one end at least: subject 0 has nan to nan"),
        ([1], [1, 2], "lower has 1 values and upper 2"),
    ],
)
def test_what_is_refused(lower, upper, message):
    with pytest.raises(ValueError, match=message):
        interval_censored(lower, upper)


@given(st.integers(1, 6), st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=8))
def test_other_masses_are_possible_where_the_intervals_have_too_low_a_rank(sets, spans):
    spans = [(first % sets, min(first % sets + length, sets)) for first, length in spans]
    held = np.array([[first <= at < after for at in range(sets)] for first, after in spans], dtype=float)
    first, after = np.array(spans).T
    assert _tells_apart(first, after, sets) == (np.linalg.matrix_rank(held) == sets)
