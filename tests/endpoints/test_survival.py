from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from hcc_sdtm.endpoints import EstimateWarning, kaplan_meier, median_follow_up, quiet_warnings
from hcc_sdtm.spec.endpoints import RiskSetMinimum

EIGHT = ([2, 3, 5, 8, 10, 12, 14, 20], [1, 1, 1, 1, 0, 1, 0, 0])

subjects = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=30)
late_subjects = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 8), st.booleans()), min_size=1, max_size=25
)  # entry, time at risk, event


def brute_force(time, event, entry=None):
    """Survival after each time, from the definition, one subject after the other."""
    entry = entry if entry is not None else [-1] * len(time)
    height, heights = 1.0, {}
    for t in sorted(set(time)):
        at_risk = sum(start < t <= stop for start, stop in zip(entry, time, strict=True))
        deaths = sum(stop == t and bool(died) for stop, died in zip(time, event, strict=True))
        height *= 1 - deaths / at_risk
        heights[t] = height
    return heights


def test_curve_of_eight_by_hand():
    curve = kaplan_meier(*EIGHT).curve
    expected = pd.DataFrame(
        {
            "time": [2.0, 3, 5, 8, 10, 12, 14, 20],
            "at_risk": [8, 7, 6, 5, 4, 3, 2, 1],
            "events": [1, 1, 1, 1, 0, 1, 0, 0],
            "censored": [0, 0, 0, 0, 1, 0, 1, 1],
            "survival": [7 / 8, 6 / 8, 5 / 8, 4 / 8, 4 / 8, 1 / 3, 1 / 3, 1 / 3],
        }
    )
    pd.testing.assert_frame_equal(curve[list(expected)], expected, check_dtype=False)
    # Greenwood at 12: S^2 (1/(8*7) + 1/(7*6) + 1/(6*5) + 1/(5*4) + 1/(3*2))
    assert curve["se"].iloc[5] == pytest.approx((1 / 3) * (1 / 56 + 1 / 42 + 1 / 30 + 1 / 20 + 1 / 6) ** 0.5)


def test_median_in_the_middle_of_a_level_step():
    # R survfit gives 10; lifelines 12, because it holds S(8) as 0.5000000000000001
    assert kaplan_meier(*EIGHT).quantile(0.5).estimate == 10
    # R survfit gives 3.5 with the upper log-log limit NA; lifelines 4 and 6
    six = kaplan_meier(range(1, 7), [1] * 6).quantile(0.5)
    assert (six.estimate, six.lower) == (3.5, 1)
    assert np.isnan(six.upper)


@pytest.mark.parametrize("n", range(2, 62, 2))
def test_median_of_events_only_is_the_ordinary_median(n):
    assert kaplan_meier(range(1, n + 1), [1] * n).quantile(0.5).estimate == np.median(range(1, n + 1))


def test_median_not_reached():
    median = kaplan_meier([1, 2, 3, 4], [1, 0, 0, 0]).quantile(0.5)
    assert np.isnan([median.estimate, median.upper]).all()


def test_rate_ends_with_follow_up():
    curve = kaplan_meier(*EIGHT)
    assert curve.rate(11.9).estimate == pytest.approx(1 / 2)
    assert curve.rate(12).estimate == pytest.approx(1 / 3)
    assert curve.rate(12).at_risk == 3
    assert curve.rate(20).at_risk == 1
    assert np.isnan(curve.rate(20.01).estimate)
    assert curve.rate(1).estimate == 1
    assert kaplan_meier([1, 2], [1, 1]).rate(5).estimate == 0


@pytest.mark.parametrize(
    ("ci", "lower", "upper"),
    [
        # at 12: S = 1/3, standard error 0.180022; by the formulas of Kalbfleisch and Prentice, 1.959964 standard errors
        ("plain", 1 / 3 - 1.959964 * 0.1800206, 1 / 3 + 1.959964 * 0.1800206),
        ("log", (1 / 3) * np.exp(-1.959964 * 0.5400617), (1 / 3) * np.exp(1.959964 * 0.5400617)),
        ("log-log", (1 / 3) ** np.exp(1.959964 * 0.5400617 / np.log(3)), (1 / 3) ** np.exp(-1.959964 * 0.5400617 / np.log(3))),
    ],
)  # fmt: skip
def test_limits_by_transform(ci, lower, upper):
    rate = kaplan_meier(*EIGHT, ci=ci).rate(12)
    assert (rate.lower, rate.upper) == pytest.approx((max(lower, 0), min(upper, 1)), abs=1e-5)


def test_unknown_transform_is_refused():
    with pytest.raises(ValueError, match='unknown limits "loglog"; allowed: log-log, log, plain'):
        kaplan_meier([1], [1], ci="loglog")


def test_restricted_mean_with_greenwood():
    # R survfit with rmean = 12: 8.25 and 1.444; lifelines has the mean and the standard error 4.09
    mean = kaplan_meier(*EIGHT).restricted_mean(12)
    assert mean.estimate == pytest.approx(8.25)
    assert mean.se == pytest.approx(1.444, abs=5e-4)
    assert np.isnan(kaplan_meier(*EIGHT).restricted_mean(21).estimate)
    # without censoring and past the last event it is the mean, and n times its variance that of the sample
    every = kaplan_meier([1, 2, 3, 6], [1] * 4).restricted_mean(10)
    assert (every.estimate, every.se) == pytest.approx((3, np.std([1, 2, 3, 6]) / 2))


def test_delayed_entry_by_hand():
    # at 3: one of the two in (0, 3], (1, 6]; at 5: (1, 6], (3, 7], (4, 5]; who enters at 3 is not at risk at 3
    curve = kaplan_meier([3, 6, 7, 5], [1, 1, 0, 1], entry=[0, 1, 3, 4])
    assert curve.curve["at_risk"].tolist() == [2, 3, 2, 1]
    assert curve.curve["survival"].tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 6, 1 / 6])
    assert curve.at_risk([0, 1, 2, 3, 4, 5]).tolist() == [0, 1, 2, 2, 2, 3]


def test_start_conditions_on_being_event_free_then():
    whole = kaplan_meier([1, 3, 5, 7, 9], [1, 1, 0, 1, 0])
    later = kaplan_meier([1, 3, 5, 7, 9], [1, 1, 0, 1, 0], start=2)
    assert later.rate(7).estimate == pytest.approx(whole.rate(7).estimate / whole.rate(2).estimate)
    assert np.isnan(later.rate(1).estimate)
    assert later.n == 4


def test_first_time_with_enough_at_risk():
    risk_sets = kaplan_meier([9, 9, 9, 5], [0] * 4, entry=[1, 4, 6, 2]).risk_sets
    assert [risk_sets.reaches(n) for n in (1, 2, 3)] == [1, 2, 4]
    assert np.isnan(risk_sets.reaches(4))
    assert kaplan_meier([9, 9], [0, 0]).risk_sets.reaches(2) == 0


def test_median_follow_up_is_the_median_to_censoring():
    # censorings at 4, 6, 8; the deaths at 1 and 2 only leave the risk set: 2/3 at 4, 1/3 at 6
    assert median_follow_up([1, 2, 4, 6, 8], [1, 1, 0, 0, 0]).estimate == 6


@pytest.mark.parametrize(
    ("time", "event", "entry", "message"),
    [
        ([1, -1, -2], [1, 1, 0], None, r"a duration must not be negative: time\[1\] is -1 and 1 more"),
        ([1, np.nan], [1, 1], None, r"a duration must be a finite number: time\[1\] is nan"),
        ([np.inf, 1], [1, 1], None, r"a duration must be a finite number: time\[0\] is inf"),
        ([1, 2], [1, 2], None, r"an event is 0 or 1: event\[1\] is 2"),
        ([1, 2], [1, np.nan], None, r"a whole number from 0 is needed: event\[1\] is nan"),
        ([1, 2], [1], None, "time has 2 values and event 1"),
        ([1, 2], [1, 1], [0], "time has 2 values and entry 1"),
        ([1, 2], [1, 1], [0, 2], r"an entry must lie before the exit: entry\[1\] is 2"),
        ([1, 2], [1, 1], [-1, 0], r"an entry must not be negative: entry\[0\] is -1"),
    ],
)
def test_what_is_no_duration_is_refused(time, event, entry, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, event, entry)


def test_duration_of_zero_counts_at_the_origin():
    curve = kaplan_meier([0, 0, 1, 2], [1, 0, 1, 0])
    assert curve.curve[["time", "at_risk", "survival"]].to_numpy().tolist() == [
        [0, 4, 0.75],
        [1, 2, 0.375],
        [2, 1, 0.375],
    ]


def test_nobody():
    curve = kaplan_meier([], [])
    assert (curve.n, curve.events) == (0, 0)
    assert np.isnan([curve.quantile(0.5).estimate, curve.rate(1).estimate, curve.restricted_mean(1).estimate]).all()


@given(subjects)
def test_equals_the_definition(rows):
    time, event = zip(*rows, strict=True)
    curve = kaplan_meier(time, event).curve
    assert dict(zip(curve["time"], curve["survival"], strict=True)) == pytest.approx(brute_force(time, event))


@given(late_subjects)
def test_delayed_entry_equals_the_definition(rows):
    entry = [start for start, _, _ in rows]
    time, event = [start + length for start, length, _ in rows], [died for _, _, died in rows]
    curve = kaplan_meier(time, event, entry).curve
    assert dict(zip(curve["time"], curve["survival"], strict=True)) == pytest.approx(brute_force(time, event, entry))


@given(st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_without_censoring_it_is_one_minus_the_share_that_had_it(time):
    curve = kaplan_meier(time, [1] * len(time))
    for t in range(13):
        assert curve.rate(t).estimate == pytest.approx(np.mean(np.array(time) > t))


@given(subjects)
def test_entry_at_zero_changes_nothing(rows):
    time, event = zip(*rows, strict=True)
    pd.testing.assert_frame_equal(kaplan_meier(time, event, [0] * len(time)).curve, kaplan_meier(time, event).curve)


@given(subjects.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_order_of_subjects_changes_nothing(pair):
    first, second = (kaplan_meier(*zip(*rows, strict=True)) for rows in pair)
    pd.testing.assert_frame_equal(first.curve, second.curve)


@given(subjects, st.sampled_from(["log-log", "log", "plain"]))
def test_limits_enclose_and_stay_inside(rows, ci):
    curve = kaplan_meier(*zip(*rows, strict=True), ci=ci).curve.dropna()
    assert (curve["lower"] <= curve["survival"] + 1e-12).all()
    assert (curve["survival"] <= curve["upper"] + 1e-12).all()
    assert curve[["lower", "upper"]].stack().between(0, 1).all()


@given(subjects)
def test_median_limits_enclose_the_median(rows):
    median = kaplan_meier(*zip(*rows, strict=True)).quantile(0.5)
    if np.isfinite([median.estimate, median.lower]).all():
        assert median.lower <= median.estimate
    if np.isfinite([median.estimate, median.upper]).all():
        assert median.estimate <= median.upper


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_lifelines(seed):
    random = np.random.default_rng(seed)
    time, event = random.exponential(10, 201).round(1) + 0.1, random.random(201) < 0.7
    ours = kaplan_meier(time, event).curve
    theirs = KaplanMeierFitter().fit(time, event)
    np.testing.assert_allclose(ours["survival"], theirs.survival_function_.iloc[1:, 0], atol=1e-12)
    limits = theirs.confidence_interval_.iloc[1:]
    inside = (ours["survival"] > 0) & (ours["survival"] < 1)
    np.testing.assert_allclose(ours.loc[inside, ["lower", "upper"]], limits[inside.to_numpy()], atol=1e-9)


weighted_subjects = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 8), st.booleans(), st.integers(0, 3)), min_size=1, max_size=20
).filter(lambda rows: any(weight for *_, weight in rows))


@given(weighted_subjects, st.booleans(), st.sampled_from([0.0, 3.0]))
def test_whole_weights_are_repeated_rows(rows, delayed, start):
    entry, length, event, weights = (np.array(column) for column in zip(*rows, strict=True))
    time, repeated = entry + length, np.repeat(np.arange(len(rows)), weights)
    late = entry if delayed else None
    with quiet_warnings():
        weighted = kaplan_meier(time, event, late, weights, start=start)
        plain = kaplan_meier(time[repeated], event[repeated], None if late is None else late[repeated], start=start)
    pd.testing.assert_frame_equal(weighted.curve, plain.curve)
    assert (weighted.n, weighted.events) == (plain.n, plain.events)
    assert weighted.at_risk(range(15)).tolist() == plain.at_risk(range(15)).tolist()
    np.testing.assert_equal(weighted.quantile(0.5), plain.quantile(0.5))
    np.testing.assert_equal(weighted.restricted_mean(8), plain.restricted_mean(8))


def test_broken_weights_count_parts_and_carry_a_warning():
    with pytest.warns(EstimateWarning, match="broken weights"):
        curve = kaplan_meier([1, 2, 3], [1, 1, 0], weights=[0.5, 1, 1.5])
    assert curve.curve["at_risk"].tolist() == [3, 2.5, 1.5]
    assert curve.curve["survival"].tolist() == pytest.approx([2.5 / 3, 1.5 / 3, 1.5 / 3])
    # Greenwood with weighted counts, as R's survfit without its robust variance
    se = 0.5 * (0.5 / (3 * 2.5) + 1 / (2.5 * 1.5)) ** 0.5
    assert curve.curve["se"].iloc[-1] == pytest.approx(se)
    assert len(curve.warnings) == 1


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -1], r"a weight must not be negative: weights\[1\] is -1"),
        ([1, np.nan], r"a weight must be a finite number: weights\[1\] is nan"),
        ([np.inf, 1], r"a weight must be a finite number: weights\[0\] is inf"),
        ([0, 0], "all weights are 0, so nobody is left"),
        ([1], "time has 2 values and weights 1"),
    ],
)
def test_what_is_no_weight_is_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier([1, 2], [1, 0], weights=weights)


def test_events_while_few_are_at_risk_make_a_warning():
    # 20 subjects who enter one a month from 1 on; the first event comes at 3.5 with 3 at risk, 10 are from 10 on
    entry = np.arange(1, 21)
    time = np.where(entry == 2, 3.5, 30.0)
    event = (entry == 2).astype(int)
    with pytest.warns(EstimateWarning):
        curve = kaplan_meier(time, event, entry)
    assert curve.warnings == (
        "1 event before 10 are at risk (the first at 3.5 with 3 at risk); so many are from 11 on",
    )
    assert kaplan_meier(time, event, entry, start=11).warnings == ()
    assert kaplan_meier(time, event, entry, enough=RiskSetMinimum(count=3, share=0.01)).warnings == ()
    assert kaplan_meier(time, event).warnings == ()


def test_a_curve_that_falls_to_0_while_others_are_still_to_come():
    with quiet_warnings():
        curve = kaplan_meier([2, 9, 9], [1, 1, 0], [0, 5, 6])
    assert curve.rate(9).estimate == 0
    assert "everybody at risk at 2 had the event, so the curve is 0, whoever is followed after it (2)" in curve.warnings


@given(late_subjects, st.integers(0, 10), st.integers(0, 10))
def test_conditional_rate_is_the_rate_of_the_curve_with_that_start(rows, given_at, more):
    entry, length, event = zip(*rows, strict=True)
    time, t = np.add(entry, length), given_at + more
    with quiet_warnings():
        found = kaplan_meier(time, event, entry).conditional_rate(t, given_at)
        expected = kaplan_meier(time, event, entry, start=given_at).rate(t)
        base = kaplan_meier(time, event, entry).rate(given_at).estimate
    if base > 0:
        np.testing.assert_allclose(
            [found.estimate, found.lower, found.upper], [expected.estimate, expected.lower, expected.upper], atol=1e-12
        )
    else:
        assert np.isnan(found.estimate)


def test_conditional_rate_by_hand():
    # S(5) = 5/8, S(12) = 1/3: of those alive at 5, 8/15 at 12, of 6 at risk
    rate = kaplan_meier(*EIGHT).conditional_rate(12, 5)
    assert (rate.estimate, rate.at_risk) == (pytest.approx(8 / 15), 3)
    assert np.isnan(kaplan_meier(*EIGHT).conditional_rate(5, 12).estimate)
    assert np.isnan(kaplan_meier(*EIGHT).conditional_rate(30, 5).estimate)


def test_somebody_at_the_start_and_nobody_before_it():
    with quiet_warnings():
        assert kaplan_meier([1, 1], [0, 0], [0.5, 0.0], start=0.5).at_risk(0.5) == 0
