from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.endpoints import cumulative_incidence, kaplan_meier

subjects = st.lists(st.tuples(st.integers(1, 10), st.integers(0, 2)), min_size=1, max_size=30)


def test_a_censoring_at_a_tie_comes_after_the_event():
    # 8 subjects; at 2 two events and a censoring, at 4 one event and two censorings:
    # F1(2) = 2/8; at 4 five are at risk, S(2) = 6/8, F1(4) = 2/8 + 6/8 * 1/5 = 0.4;
    # at 6 two are at risk, S(4) = 6/8 * 4/5 = 0.6, one of cause 2 and one of cause 1: F1(6) = 0.4 + 0.6/2 = 0.7
    time, cause = [2, 2, 2, 4, 4, 4, 6, 6], [1, 1, 0, 1, 0, 0, 2, 1]
    curve = cumulative_incidence(time, cause)
    assert [curve.rate(t, 1).estimate for t in (1, 2, 4, 6)] == pytest.approx([0, 0.25, 0.4, 0.7])
    assert [curve.rate(t, 2).estimate for t in (1, 2, 4, 6)] == pytest.approx([0, 0, 0, 0.3])
    assert [curve.rate(t, 1).at_risk for t in (1, 2, 4, 6)] == [8, 8, 5, 2]


def test_rate_ends_with_follow_up():
    curve = cumulative_incidence([1, 2, 3], [1, 2, 0])
    assert curve.rate(3, 1).estimate == pytest.approx(1 / 3)
    assert np.isnan(curve.rate(3.1, 1).estimate)
    assert cumulative_incidence([1, 2], [1, 2]).rate(9, 2).estimate == pytest.approx(1 / 2)


def test_a_cause_that_has_not_happened_yet():
    curve = cumulative_incidence([1, 2], [1, 0], causes=2)
    assert (curve.events(2), curve.rate(2, 2).estimate) == (0, 0)
    with pytest.raises(ValueError, match=r"no cause 3; the causes are \[1, 2\]"):
        curve.rate(1, 3)


def test_nobody_and_nothing_but_censorings():
    assert np.isnan(cumulative_incidence([], [], causes=2).rate(1, 1).estimate)
    assert cumulative_incidence([1, 2], [0, 0], causes=1).rate(1, 1).estimate == 0


def test_limits_by_the_log_log_transform():
    # F = 1/7, variance 6/343 (see tests/reference/competing.yaml); F ** exp(+-z se / (F log F))
    rate = cumulative_incidence([1, 2, 2, 3, 3, 3, 5, 6], [0, 1, 0, 2, 0, 2, 0, 2]).rate(2, 1)
    power = np.exp(1.959964 * np.sqrt(6 / 343) * 7 / np.log(7))
    assert (rate.lower, rate.upper) == pytest.approx(((1 / 7) ** power, (1 / 7) ** (1 / power)), abs=1e-6)


@pytest.mark.parametrize(
    ("time", "cause", "message"),
    [
        ([1, -2], [1, 1], r"a duration must not be negative: time\[1\] is -2"),
        ([1, 2], [1, -1], r"a whole number from 0 is needed: cause\[1\] is -1"),
        ([1, 2], [1, 1.5], r"a whole number from 0 is needed: cause\[1\] is 1.5"),
    ],
)
def test_what_cannot_be_is_refused(time, cause, message):
    with pytest.raises(ValueError, match=message):
        cumulative_incidence(time, cause)


@given(subjects)
def test_incidences_and_survival_make_one(rows):
    time, cause = zip(*rows, strict=True)
    curve = cumulative_incidence(time, cause, causes=2).curve
    total = curve.groupby("time")["incidence"].sum() + curve.groupby("time")["survival"].first()
    np.testing.assert_allclose(total, 1)
    together = kaplan_meier(time, np.array(cause) > 0).curve
    np.testing.assert_allclose(curve.loc[curve["cause"] == 1, "survival"], together["survival"])


@given(subjects)
def test_one_cause_is_one_minus_kaplan_meier_with_greenwood(rows):
    time, cause = zip(*rows, strict=True)
    event = np.array(cause) > 0
    curve = cumulative_incidence(time, event.astype(int), causes=1).curve
    survival = kaplan_meier(time, event).curve
    np.testing.assert_allclose(curve["incidence"], 1 - survival["survival"], atol=1e-12)
    np.testing.assert_allclose(curve["se"], survival["se"].fillna(0), atol=1e-6)


@given(st.lists(st.tuples(st.integers(1, 10), st.integers(1, 2)), min_size=1, max_size=30))
def test_without_censoring_it_is_a_share(rows):
    time, cause = map(np.array, zip(*rows, strict=True))
    curve = cumulative_incidence(time, cause, causes=2)
    for t in range(1, 11):
        share = np.mean((time <= t) & (cause == 1))
        assert curve.rate(t, 1).estimate == pytest.approx(share)
        row = curve.curve[(curve.curve["cause"] == 1) & (curve.curve["time"] <= t)].tail(1)
        if len(row):
            assert row["se"].iloc[0] == pytest.approx(np.sqrt(share * (1 - share) / len(time)), abs=1e-6)


@given(subjects.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_order_of_subjects_changes_nothing(pair):
    first, second = (cumulative_incidence(*zip(*rows, strict=True)) for rows in pair)
    pd.testing.assert_frame_equal(first.curve, second.curve)


@given(subjects)
def test_entry_at_zero_changes_nothing(rows):
    time, cause = zip(*rows, strict=True)
    late = cumulative_incidence(time, cause, [0] * len(time))
    pd.testing.assert_frame_equal(late.curve, cumulative_incidence(time, cause).curve)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 2)), min_size=1, max_size=30, unique_by=lambda row: row[0])
)
def test_aalens_variance_is_not_smaller_without_ties(rows):
    # every term is that of the delta method times n / (n - 1)
    time, cause = zip(*rows, strict=True)
    delta, aalen = (cumulative_incidence(time, cause, variance=name).curve for name in ("delta", "aalen"))
    alive = aalen["at_risk"] > 1
    assert (
        aalen.loc[alive & (aalen["survival"] > 0), "se"] >= delta.loc[alive & (aalen["survival"] > 0), "se"] - 1e-7
    ).all()


def test_with_tied_causes_neither_variance_is_the_larger():
    time, cause = [1, 1, 1, 1, 2, 2], [1, 1, 2, 2, 0, 1]
    delta, aalen = (cumulative_incidence(time, cause, variance=name).curve["se"] for name in ("delta", "aalen"))
    assert delta[0] < aalen[0]
    assert delta[1] > aalen[1]


def test_unknown_variance_is_refused():
    with pytest.raises(ValueError, match='unknown variance "greenwood"; allowed: delta, aalen'):
        cumulative_incidence([1], [1], variance="greenwood")
