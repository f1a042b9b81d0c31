"""The limits of a cumulative incidence against every version of small studies, each by `cumulative_incidence`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hcc_sdtm.endpoints.bounds.bound import CERTAIN, ENUMERATED, EXACT, NOT_IN_ALL
from hcc_sdtm.endpoints.bounds.incidence_limits import IncidenceLimits
from hcc_sdtm.endpoints.competing import cumulative_incidence
from tests.endpoints.bounds.small_studies import studies, study_versions, versions

TIMES = st.sampled_from([0.25, 0.5, 1.0, 1.75, 2.0, 3.0, 4.5, 5.0])


def bound_and_values(subjects, t, cause, combinations):
    assume(any(len(each) > 1 for each in subjects))
    bound = IncidenceLimits(study_versions(subjects, causes=2, asked=[t]), combinations).incidence(t, cause)
    curves = [cumulative_incidence(time, code, causes=2) for time, code, _ in versions(subjects)]
    return bound, 100 * np.array([curve.rate(t, cause).estimate for curve in curves])


@settings(max_examples=100, deadline=None)
@given(studies(causes=2), TIMES, st.sampled_from([1, 2]))
def test_an_incidence_is_that_of_every_version_at_most_and_at_least(subjects, t, cause):
    bound, values = bound_and_values(subjects, t, cause, 10_000)
    known = values[~np.isnan(values)]
    assert np.isnan(bound.least) == (len(known) == 0)
    if not len(known):
        return
    if np.isnan(values).any():
        assert bound.warning == NOT_IN_ALL
        assert bound.least <= known.min() + 1e-9
        assert bound.greatest >= known.max() - 1e-9
    else:
        assert bound.label in (EXACT, ENUMERATED)
        assert (bound.least, bound.greatest, bound.warning) == pytest.approx((known.min(), known.max(), ""))


@settings(max_examples=100, deadline=None)
@given(studies(causes=2), TIMES, st.sampled_from([1, 2]))
def test_it_contains_all_where_there_are_too_many_combinations(subjects, t, cause):
    bound, values = bound_and_values(subjects, t, cause, 1)
    known = values[~np.isnan(values)]
    if len(known):
        assert bound.least <= known.min() + 1e-9
        assert bound.greatest >= known.max() - 1e-9
        if bound.label == EXACT:
            assert (bound.least, bound.greatest) == pytest.approx((known.min(), known.max()))


def test_a_censoring_among_many_leaves_little_room():
    fixed = [[(t / 100 + 0.5, 1 + t % 2, 0.0)] for t in range(400)]
    subjects = [*fixed, *[[(2.0, 0, 0.0), (2.1, 0, 0.0), (2.2, 0, 0.0)] for _ in range(20)]]
    bound = IncidenceLimits(study_versions(subjects, causes=2, asked=[3.0]), 100).incidence(3.0, 1)
    assert bound.label == CERTAIN
    assert 0 < bound.greatest - bound.least < 2


def test_who_can_end_at_any_time_may_end_follow_up_before_the_time_asked_for():
    subjects = [[(1.0, 1, 0.0)], [(0.5, 2, 0.0)], [(2.0, 1, 0.0)]]
    versions = study_versions(subjects, causes=2, asked=[2.5], ranges=[(1.5, 3.5)])
    bound = IncidenceLimits(versions, 100).incidence(2.5, 1)
    assert (bound.least, bound.greatest, bound.warning) == (50.0, 75.0, NOT_IN_ALL)


@settings(max_examples=60, deadline=None)
@given(studies(causes=2, last=5), st.sampled_from([0.75, 1.0, 2.0, 2.5, 3.0]), st.integers(1, 4), st.integers(0, 2))
def test_it_contains_every_place_of_who_can_end_at_any_time(subjects, t, first, length):
    ends = first / 2, (first + length) / 2
    anywhere = [(float(time), code, 0.0) for time in np.arange(ends[0], ends[1] + 0.1, 0.125) for code in (0, 1, 2)]
    spelled = [*subjects, [*anywhere, (np.nan, -1, np.nan)]]
    curves = [cumulative_incidence(time, code, causes=2) for time, code, _ in versions(spelled)]
    versions_of = study_versions(subjects, causes=2, asked=[t], ranges=[ends])
    for cause in (1, 2):
        values = 100 * np.array([curve.rate(t, cause).estimate for curve in curves])
        bound = IncidenceLimits(versions_of, 10_000).incidence(t, cause)
        known = values[~np.isnan(values)]
        assert not len(known) or (bound.least <= known.min() + 1e-9 and bound.greatest >= known.max() - 1e-9)
        assert bound.warning or not np.isnan(values).any()
