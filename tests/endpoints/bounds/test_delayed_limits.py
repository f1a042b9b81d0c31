"""What contains survival with delayed entry, against every version of small studies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hcc_sdtm.endpoints.bounds.bound import EXACT
from hcc_sdtm.endpoints.bounds.delayed_limits import DelayedLimits
from hcc_sdtm.endpoints.competing import cumulative_incidence
from hcc_sdtm.endpoints.estimate_warning import quiet_warnings
from hcc_sdtm.endpoints.risk_sets import build_risk_sets
from hcc_sdtm.endpoints.survival import kaplan_meier
from hcc_sdtm.spec.endpoints import RiskSetMinimum
from tests.endpoints.bounds.small_studies import GONE, studies, study_versions, versions

TIMES = st.sampled_from([0.5, 1.0, 1.75, 2.0, 3.0, 4.5])
MINIMUM = RiskSetMinimum(count=2, share=0.3)


def curve_of(time, code, entry):
    """The curve from where enough are at risk; None where that is never."""
    with quiet_warnings():
        start = kaplan_meier(time, code, entry).risk_sets.reaches(MINIMUM.of(len(time)))
        return None if np.isnan(start) else kaplan_meier(time, code, entry, start=start)


def check(bound, values):
    known = values[~np.isnan(values)]
    if not len(known):
        return
    assert bound.least <= known.min() + 1e-9
    assert np.isnan(bound.greatest) or bound.greatest >= known.max() - 1e-9
    if bound.label == EXACT:
        assert (bound.least, bound.greatest) == pytest.approx((known.min(), known.max()))
    assert not (np.isnan(values).any() and not bound.warning)


@settings(max_examples=80, deadline=None)
@given(studies(delayed=True), TIMES)
def test_every_version_lies_within(subjects, t):
    assume(any(len(each) > 1 for each in subjects))
    limits = DelayedLimits(study_versions(subjects, delayed=True), MINIMUM)
    curves = [curve_of(*version) for version in versions(subjects)]

    def values_of(statistic):
        return np.array([np.nan if curve is None else statistic(curve) for curve in curves])

    check(limits.start(), values_of(lambda curve: curve.start))
    check(limits.rate(t), 100 * values_of(lambda curve: curve.rate(t).estimate))
    check(limits.rate(t, t - 0.5), 100 * values_of(lambda curve: curve.conditional_rate(t, t - 0.5).estimate))
    check(limits.restricted_mean(t), values_of(lambda curve: curve.restricted_mean(t).estimate))
    medians = values_of(lambda curve: curve.quantile(0.5).estimate)
    check(limits.quantile(0.5), medians)
    if np.isnan(medians).any():
        assert np.isnan(limits.quantile(0.5).greatest) or limits.quantile(0.5).warning
    at_risk = np.array([0 if curve is None or t <= curve.start else curve.rate(t).at_risk for curve in curves])
    check(limits.at_risk(t), at_risk)


@settings(max_examples=80, deadline=None)
@given(studies(causes=2, delayed=True), TIMES, st.sampled_from([1, 2]))
def test_every_incidence_lies_within(subjects, t, cause):
    assume(any(len(each) > 1 for each in subjects))
    limits = DelayedLimits(study_versions(subjects, causes=2, delayed=True), MINIMUM)
    values = []
    for time, code, entry in versions(subjects):
        start = build_risk_sets(time, entry).reaches(MINIMUM.of(len(time)))
        stays = time > start
        if t < start or not stays.any():
            values.append(np.nan)
        else:
            curve = cumulative_incidence(time[stays], code[stays], np.maximum(entry[stays], start), causes=2)
            values.append(100 * curve.rate(t, cause).estimate)
    check(limits.incidence(t, cause), np.array(values))


def test_it_is_narrow_where_many_are_at_risk():
    fixed = [[(1 + t / 40, t % 2, (t % 10) / 20)] for t in range(200)]
    moving = [[(2 + d / 30, 1, 0.5 + d / 30) for d in range(30)] for _ in range(10)]
    limits = DelayedLimits(study_versions([*fixed, *moving], delayed=True), MINIMUM)
    bound = limits.rate(4.0)
    assert 0 < bound.greatest - bound.least < 3


def test_a_curve_that_starts_in_some_versions_only_starts_in_those_by_the_last_entry():
    subjects = [[(2.0, 0, 1.5), (np.nan, -1, np.nan), (2.0, 1, 0.0)], [(1.0, 1, 0.0), (np.nan, -1, np.nan)]]
    bound = DelayedLimits(study_versions(subjects, delayed=True), RiskSetMinimum(count=1, share=0.3)).start()
    assert (bound.least, bound.greatest) == (0.0, 1.5)
    assert bound.warning


@settings(max_examples=60, deadline=None)
@given(studies(delayed=True, last=5), TIMES, st.integers(1, 4), st.integers(0, 3))
def test_it_contains_every_time_of_who_can_end_at_any(subjects, t, first, length):
    ends = first / 2, (first + length) / 2
    anywhere = [
        (float(time), code, float(entry))
        for time in np.arange(ends[0], ends[1] + 0.1, 0.25)
        for code in (0, 1)
        for entry in np.arange(0, time, 0.5)
    ]
    limits = DelayedLimits(study_versions(subjects, delayed=True, asked=[t], ranges=[ends]), MINIMUM)
    curves = [curve_of(*version) for version in versions([*subjects, [*anywhere, GONE]])]

    def values_of(statistic):
        return np.array([np.nan if curve is None else statistic(curve) for curve in curves])

    check(limits.rate(t), 100 * values_of(lambda curve: curve.rate(t).estimate))
    check(limits.restricted_mean(t), values_of(lambda curve: curve.restricted_mean(t).estimate))
    medians = values_of(lambda curve: curve.quantile(0.5).estimate)
    check(limits.quantile(0.5), medians)
    at_risk = np.array([0 if curve is None or t <= curve.start else curve.rate(t).at_risk for curve in curves])
    check(limits.at_risk(t), at_risk)
