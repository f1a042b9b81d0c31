from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from hcc_sdtm.endpoints import gray_test, log_rank

SUBJECTS = st.lists(
    st.tuples(st.integers(1, 10), st.integers(0, 2), st.sampled_from("abc"), st.integers(0, 1)), min_size=6, max_size=50
)


def columns(rows):
    return tuple(np.array(column) for column in zip(*rows, strict=True))


@given(SUBJECTS.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))), st.booleans())
def test_order_names_of_groups_and_unit_of_time_change_nothing(pair, stratified):
    (time, cause, group, strata), (time2, cause2, group2, strata2) = (columns(rows) for rows in pair)
    if len(set(group)) < 2:
        with pytest.raises(ValueError, match="at least two groups"):
            gray_test(time, cause, group)
        return
    first = gray_test(time, cause, group, strata if stratified else None)
    turned = np.array([{"a": "z", "b": "y", "c": "x"}[each] for each in group2])
    second = gray_test(time2 * 30.4375, cause2, turned, strata2 if stratified else None)
    assert (first.df, second.groups["events"].tolist()) == (second.df, first.groups["events"].tolist()[::-1])
    if first.df:
        assert first.statistic == pytest.approx(second.statistic, rel=1e-6, abs=1e-9)
    assert first.groups["expected"].sum() == pytest.approx(first.groups["events"].sum())


@given(SUBJECTS)
def test_without_competing_events_it_expects_what_the_log_rank_test_expects(rows):
    time, cause, group, _ = columns(rows)
    if len(set(group)) < 2:
        return
    event = (cause == 1).astype(int)
    gray, rank = gray_test(time, event, group), log_rank(time, event, group)
    assert gray.groups["expected"].tolist() == pytest.approx(rank.groups["expected"].tolist())


def test_without_competing_events_it_is_nearly_the_log_rank_test_in_a_large_study():
    random = np.random.default_rng(1)
    group = random.integers(0, 2, 2000)
    time, censored = random.exponential(10, 2000) * np.where(group, 1.15, 1), random.exponential(25, 2000)
    event = (time <= censored).astype(int)
    gray, rank = (test(np.minimum(time, censored), event, group) for test in (gray_test, log_rank))
    assert gray.statistic == pytest.approx(rank.statistic, rel=0.02)


def test_its_null_distribution_is_chi_squared():
    random = np.random.default_rng(7)
    time, cause, group = random.integers(1, 60, 120), random.integers(0, 3, 120), np.repeat([0, 1, 2], 40)
    p = [gray_test(time, cause, random.permutation(group)).p for _ in range(600)]
    assert kstest(p, "uniform").pvalue > 0.01
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.08


def test_the_incidence_and_not_the_hazard_is_compared():
    # the competing cause takes half of one group at once: the hazard of cause 1 is the same in both, its incidence is not
    random = np.random.default_rng(3)
    time = random.exponential(1, 600) + 0.01
    group = np.repeat([0, 1], 300)
    cause = np.where((group == 1) & (random.random(600) < 0.5), 2, 1)
    time = np.where(cause == 2, 0.005, time)
    assert log_rank(time, cause == 1, group).p > 0.05
    assert gray_test(time, cause, group).p < 1e-6


def test_no_two_groups_at_risk_together():
    found = gray_test([1, 2, 8, 9], [0, 0, 1, 1], ["a", "a", "b", "b"])
    assert found.df == 0
    assert np.isnan([found.statistic, found.p]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gray_test([1, -1], [1, 0], ["a", "b"]), r"a duration must not be negative: time\[1\] is -1"),
        (lambda: gray_test([1, np.nan], [1, 0], ["a", "b"]), r"a finite number: time\[1\] is nan"),
        (lambda: gray_test([1, 2], [1, 0.5], ["a", "b"]), r"a whole number from 0 is needed: cause\[1\] is 0.5"),
        (lambda: gray_test([1, 2], [1, 0], ["a", None]), r"group\[1\] is missing"),
        (lambda: gray_test([1, 2], [1, 0], ["a", "b"], of=0), "causes are numbered from 1, not 0"),
        (lambda: gray_test([1, 2], [1, 0], ["a", "b"], strata=[1]), "time has 2 values and strata 1"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
