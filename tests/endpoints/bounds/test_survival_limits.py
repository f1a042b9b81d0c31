"""The limits of a survival curve against every version of small studies, each estimated by `kaplan_meier`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hcc_sdtm.endpoints.bounds.bound import CERTAIN, EXACT, NEVER_REACHED, NOT_IN_ALL, NOT_IN_ANY
from hcc_sdtm.endpoints.bounds.outcomes import NO_RECORD
from hcc_sdtm.endpoints.bounds.survival_limits import SurvivalLimits
from hcc_sdtm.endpoints.survival import kaplan_meier
from tests.endpoints.bounds.small_studies import studies, study_versions, versions

TIMES = st.sampled_from([0.25, 0.5, 1.0, 1.75, 2.0, 3.0, 4.5, 5.0])


def limits_of(subjects):
    assume(any(len(each) > 1 for each in subjects))
    return SurvivalLimits(study_versions(subjects))


def values_of(subjects, statistic):
    return np.array([statistic(kaplan_meier(time, code)) for time, code, _ in versions(subjects)])


@settings(max_examples=60, deadline=None)
@given(studies(), TIMES)
def test_a_rate_is_that_of_every_version_at_most_and_at_least(subjects, t):
    values = 100 * values_of(subjects, lambda curve: curve.rate(t).estimate)
    bound = limits_of(subjects).rate(t)
    assert bound.label == EXACT
    known = values[~np.isnan(values)]
    if not len(known):
        assert np.isnan([bound.least, bound.greatest]).all()
        assert bound.warning == NOT_IN_ANY
        return
    assert (bound.least, bound.greatest) == pytest.approx((known.min(), known.max()))
    assert bound.warning == (NOT_IN_ALL if np.isnan(values).any() else "")


@settings(max_examples=100, deadline=None)
@given(studies(), st.sampled_from([0.25, 0.5, 0.75]))
def test_a_quantile_is_exact_where_it_says_so_and_contains_all_where_not(subjects, p):
    values = values_of(subjects, lambda curve: curve.quantile(p).estimate)
    bound = limits_of(subjects).quantiles([p])[0]
    if np.isnan(values).all():
        assert np.isnan([bound.least, bound.greatest]).all()
        assert (bound.label, bound.warning) == (EXACT, NOT_IN_ANY)
        return
    least = np.nanmin(values)
    greatest = np.nan if np.isnan(values).any() else values.max()
    assert bound.warning == (NEVER_REACHED if np.isnan(values).any() else "")
    if bound.label == EXACT:
        assert (bound.least, bound.greatest) == pytest.approx((least, greatest), nan_ok=True)
    else:
        assert bound.label == CERTAIN
        assert bound.least <= least + 1e-9
        assert np.isnan(bound.greatest) == np.isnan(greatest)
        assert np.isnan(greatest) or bound.greatest >= greatest - 1e-9


@settings(max_examples=60, deadline=None)
@given(studies(), TIMES)
def test_a_restricted_mean_contains_that_of_every_version(subjects, tau):
    values = values_of(subjects, lambda curve: curve.restricted_mean(tau).estimate)
    bound = limits_of(subjects).restricted_mean(tau)
    known = values[~np.isnan(values)]
    assert np.isnan(bound.least) == (len(known) == 0)
    if len(known):
        assert bound.least <= known.min() + 1e-9
        assert bound.greatest >= known.max() - 1e-9
        assert bound.warning == (NOT_IN_ALL if np.isnan(values).any() else "")
        if bound.label == EXACT and not np.isnan(values).any():
            assert (bound.least, bound.greatest) == pytest.approx((known.min(), known.max()))


@settings(max_examples=80, deadline=None)
@given(studies(last=6), TIMES, st.sampled_from([0.25, 0.5, 0.75]), st.integers(0, 4), st.integers(0, 4))
def test_they_contain_every_time_of_who_can_end_at_any(subjects, t, p, first, length):
    ends = first / 2, (first + length) / 2
    anywhere = [(float(time), code, 0.0) for time in np.arange(ends[0], ends[1] + 0.1, 0.125) for code in (0, 1)]
    spelled = [*subjects, [*anywhere, (np.nan, NO_RECORD, np.nan)]]
    limits = SurvivalLimits(study_versions(subjects, asked=[t], ranges=[ends]))
    for bound, statistic in [
        (limits.rate(t), lambda curve: 100 * curve.rate(t).estimate),
        (limits.quantiles([p])[0], lambda curve: curve.quantile(p).estimate),
        (limits.restricted_mean(t), lambda curve: curve.restricted_mean(t).estimate),
    ]:
        values = values_of(spelled, statistic)
        known = values[~np.isnan(values)]
        if len(known):
            assert bound.least <= known.min() + 1e-9
            assert np.isnan(bound.greatest) or bound.greatest >= known.max() - 1e-9
            assert bound.warning or not np.isnan(values).any()


def test_the_least_quantile_may_lie_between_two_times_only_where_who_can_end_there_brings_it_there():
    fixed = [[(1.0, 1, 0.0)], [(1.0, 0, 0.0)], [(2.0, 1, 0.0)], [(3.0, 0, 0.0)]]
    # with 1 event of 5 at day 1 and 1 censored there, one of 3 between days 1 and 2 takes 80 to 53 %, at day 1 to 60 %
    limits = SurvivalLimits(study_versions(fixed, ranges=[(0.5, 2.5)]))
    assert [bound.least for bound in limits.quantiles([0.42, 0.45, 0.5])] == [1.0, 1.0, 2.0]
