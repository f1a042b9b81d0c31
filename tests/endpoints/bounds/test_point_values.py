"""Statistics with one subject's outcome replaced, against the estimation of the study with that outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hcc_sdtm.endpoints.bounds.point_values import build_point_values
from hcc_sdtm.endpoints.listed import estimate_endpoints
from tests.endpoints.bounds.test_adding import LIST, adrs_of, adsl_of, adtte_of, listed, name, studies, values_by_row

ENDPOINTS = listed(endpoints=LIST[:-1])
GONE = (np.nan, np.nan, np.nan, np.nan)


def estimate(adsl, of_times, of_responses):
    return estimate_endpoints(adsl, adrs_of(of_responses), adtte_of(of_times), ENDPOINTS)


@settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(studies(), st.data())
def test_they_are_those_of_the_study_with_the_other_outcome(study, data):
    times, responses = ([options[0] for options in each] for each in study)
    number = data.draw(st.integers(0, len(times) - 1))
    other_time, other_response = study[0][number][-1], study[1][number][-1]
    adsl = adsl_of(len(times))
    analysed = estimate(adsl, times, responses)
    whole = estimate(
        adsl,
        [other_time if at == number else each for at, each in enumerate(times)],
        [other_response if at == number else each for at, each in enumerate(responses)],
    )
    found, own = values_by_row(whole.results, ENDPOINTS), values_by_row(analysed.results, ENDPOINTS)
    for endpoint in ENDPOINTS.endpoints:
        points = build_point_values(analysed, endpoint)
        if endpoint.estimator == "proportion":
            outcome = other_response if endpoint.among else other_response[:1]
        else:
            outcome = GONE if other_time is None else other_time
        again = points.replaced([name(number), name(number)], [outcome, outcome])
        assert again.shape == (2, len(points.keys))
        assert np.array_equal(again[0], again[1], equal_nan=True)
        rows = {(row.measure, str(row.time), row.cause): key for (of, key), row in own.items() if of == endpoint.id}
        for key, before, after in zip(points.keys, points.values, again[0], strict=True):
            row = found.get((endpoint.id, rows[key[0], str(key[1]), key[2]]))
            missing = 0 if key[0] == "at-risk" else np.nan
            assert after == pytest.approx(missing if row is None else row.value, nan_ok=True), (endpoint.id, key)
            assert before == pytest.approx(own[endpoint.id, rows[key[0], str(key[1]), key[2]]].value, nan_ok=True)


def test_the_analysed_outcome_gives_the_analysed_values_to_the_last_digit():
    rng = np.random.default_rng(3)
    drawn = zip(rng.integers(2, 900, 200), rng.integers(0, 3, 200), strict=True)
    outcomes = [(int(days) / 30.4375, int(cause == 0), int(cause), 0.01 * (days % 3)) for days, cause in drawn]
    adsl = adsl_of(len(outcomes))
    estimates = estimate(adsl, outcomes, [])
    for endpoint in ENDPOINTS.endpoints[:5]:
        points = build_point_values(estimates, endpoint)
        again = points.replaced([name(7), name(180)], [outcomes[7], outcomes[180]])
        exact = [at for at, key in enumerate(points.keys) if key[0] != "restricted-mean"]
        assert np.array_equal(again[0][exact], points.values[exact], equal_nan=True)
        assert again[1] == pytest.approx(points.values, nan_ok=True)


def test_a_subject_outside_the_population_moves_nothing():
    adsl = adsl_of(3).assign(FL=["Y", "Y", "N"])
    outcomes = [(1.0, 0, 1, 0.0), (2.0, 0, 1, 0.0), (3.0, 0, 1, 0.0)]
    estimates = estimate(adsl, outcomes, [("Y", "PR"), ("N", "SD"), ("Y", "PR")])
    for endpoint, other in ((ENDPOINTS.endpoints[0], (0.5, 0, 1, 0.0)), (ENDPOINTS.endpoints[5], ("N",))):
        points = build_point_values(estimates, endpoint)
        assert points.replaced([name(2)], [other])[0] == pytest.approx(points.values, nan_ok=True)


def test_who_leaves_the_population_leaves_the_denominator():
    estimates = estimate(adsl_of(3), [], [("Y", "PR"), ("N", "SD"), ("Y", "PR")])
    points = build_point_values(estimates, ENDPOINTS.endpoints[5])
    values = dict(zip((key[0] for key in points.keys), points.replaced([name(1)], [None])[0], strict=True))
    assert values == {"subjects": 2.0, "number": 2.0, "proportion": 100.0}


def test_an_endpoint_without_statistics_of_this_kind_has_none():
    categories = listed().endpoints[-1]
    estimates = estimate_endpoints(adsl_of(1), adrs_of([]), adtte_of([(1.0, 0, 1, 0.0)]), listed())
    assert build_point_values(estimates, categories) is None
    assert isinstance(estimates.results, pd.DataFrame)
