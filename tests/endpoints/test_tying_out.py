from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from hcc_sdtm.endpoints import (
    cumulative_incidence,
    estimate_endpoints,
    interval_censored,
    kaplan_meier,
    quiet_warnings,
    render_tie_out,
    tie_out,
)
from hcc_sdtm.endpoints.limits import confidence_limits
from hcc_sdtm.endpoints.second_route import second_curve, second_incidence, second_limits
from hcc_sdtm.spec.endpoint_list import read_endpoints

EIGHT = ([2, 3, 5, 8, 10, 12, 14, 20], [1, 1, 1, 1, 0, 1, 0, 0])
SUBJECTS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 2)), min_size=1, max_size=40)
LIST = """
populations: {SAFFL: everybody}
endpoints:
  - {id: OS, label: Overall survival, estimator: survival, parameter: OS, population: SAFFL, unit: months,
     times: [3, 9, 30], quantiles: [0.25], restricted_mean: [8], by: [SEX]}
  - {id: OSDE, label: Delayed, estimator: survival, parameter: OS, population: SAFFL, unit: months, times: [9],
     delayed_entry: {count: 3}}
  - {id: CIF, label: Second line, estimator: cumulative-incidence, parameter: OS, population: SAFFL, unit: months,
     times: [9, 30], causes: [therapy, death]}
  - {id: FU, label: Follow-up, estimator: follow-up, parameter: OS, population: SAFFL, unit: months}
  - {id: ORR, label: Response, estimator: proportion, parameter: RSP, population: SAFFL}
  - {id: ORRW, label: Response, estimator: proportion, parameter: RSP, population: SAFFL, interval: mid-p}
"""


@pytest.fixture(scope="module")
def estimated(tmp_path_factory):
    path = tmp_path_factory.mktemp("list") / "endpoints.yaml"
    path.write_text(LIST, encoding="utf-8")
    endpoints = read_endpoints(Path(path), "endpoints.yaml")
    random = np.random.default_rng(3)
    names = [f"S{number:02}" for number in range(40)]
    entry, length = random.integers(0, 4, 40).astype(float), random.integers(1, 16, 40)
    cause = random.integers(0, 3, 40)
    adsl = pd.DataFrame({"USUBJID": names, "SAFFL": "Y", "SEX": random.choice(["F", "M"], 40)})
    adtte = pd.DataFrame({"USUBJID": names, "PARAMCD": "OS", "AVAL": entry + length, "ENTRY": entry, "CAUSE": cause})
    adtte["CNSR"] = (cause == 0).astype(int)
    adrs = pd.DataFrame({"USUBJID": names, "PARAMCD": "RSP", "AVALC": random.choice(["Y", "N"], 40)})
    return estimate_endpoints(adsl, adrs, adtte, endpoints), endpoints


def test_every_kind_of_number_agrees(estimated):
    frame = tie_out(*estimated)
    assert frame["agrees"].all()
    wanted = {"median", "quantile upper", "rate lower", "at-risk", "restricted-mean", "incidence upper", "proportion"}
    assert wanted <= set(frame["measure"])
    assert set(frame["endpoint"]) == {"OS", "OSDE", "CIF", "FU", "ORR", "ORRW"}
    assert set(frame.loc[frame["endpoint"] == "OS", "group"]) == {"", "SEX=F", "SEX=M"}
    assert {"lifelines", "second route", "scipy"} == set(frame["route"])
    line = render_tie_out(frame)
    assert line.startswith(f"Tie-out: {len(frame)} of {len(frame)} numbers agree (lifelines ")
    assert "; not:" not in line


@pytest.mark.parametrize("measure", ["median", "rate", "at-risk", "restricted-mean", "incidence", "proportion"])
def test_a_number_that_is_off_is_named(estimated, measure):
    estimates, endpoints = estimated
    results = estimates.results.copy()
    at = results.index[(results["measure"] == measure) & results["value"].notna()][0]
    results.loc[at, "value"] *= 1.0001
    frame = tie_out(type(estimates)(results, estimates.curves, estimates.group_curves, estimates.sets), endpoints)
    assert frame.loc[~frame["agrees"], ["endpoint", "measure"]].to_numpy().tolist() == [
        [results.loc[at, "endpoint"], measure]
    ]
    assert f"; not: {results.loc[at, 'endpoint']} " in render_tie_out(frame)


def test_nothing_to_tie_out():
    assert render_tie_out(pd.DataFrame()) == "Tie-out: no number of these endpoints has a second route"


@given(SUBJECTS, st.sampled_from(["log-log", "log", "plain", "arcsin"]))
def test_the_second_route_is_the_estimate(rows, ci):
    time, cause = (np.array(column) for column in zip(*rows, strict=True))
    ours = kaplan_meier(time, cause > 0, ci=ci)
    other = second_curve(time.astype(float), cause > 0, None, 0.0)
    np.testing.assert_allclose(ours.curve["survival"], other.survival, atol=1e-9)
    np.testing.assert_allclose(ours.curve["se"], other.se, atol=1e-7)
    for p in (0.25, 0.5, 0.75):
        found = ours.quantile(p)
        np.testing.assert_allclose(other.quantile(p, ci, 0.95), (found.estimate, found.lower, found.upper))
    tau = float(time.max())
    mean = ours.restricted_mean(tau)
    np.testing.assert_allclose(other.restricted_mean(tau), (mean.estimate, mean.se), atol=1e-7)
    curve = cumulative_incidence(time, cause, causes=2, ci=ci).curve
    for number in (1, 2):
        own = curve[curve["cause"] == number]
        _, incidence, se, _ = second_incidence(time.astype(float), cause, number)
        np.testing.assert_allclose(own["incidence"], incidence, atol=1e-9)
        np.testing.assert_allclose(own["se"], se, atol=1e-6)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 8), st.booleans()), min_size=1, max_size=30), st.integers(0, 3)
)
def test_the_second_route_with_delayed_entry(rows, start):
    entry, length, event = (np.array(column) for column in zip(*rows, strict=True))
    time = (entry + length).astype(float)
    with quiet_warnings():
        ours = kaplan_meier(time, event, entry, start=start)
    other = second_curve(time, event, entry.astype(float), float(start))
    np.testing.assert_allclose(ours.curve["survival"], other.survival, atol=1e-9)
    np.testing.assert_allclose(ours.curve["se"], other.se, atol=1e-9)


@pytest.mark.parametrize("ci", ["log-log", "log", "plain", "arcsin"])
@given(st.floats(0, 1), st.floats(0, 0.4))
def test_limits_by_the_second_formula(ci, estimate, se):
    ours = confidence_limits(np.array([estimate]), np.array([se]), ci)
    if 1e-9 < estimate < 1 - 1e-9:
        np.testing.assert_allclose(second_limits(estimate, se, ci, 0.95), [ours[0][0], ours[1][0]], atol=1e-9)


class TestWhereLifelinesIsNotFollowed:
    """What lifelines 0.30 says and what is said here; one of these fails when lifelines changes."""

    def test_median_of_a_level_step(self):
        assert KaplanMeierFitter().fit(*EIGHT).median_survival_time_ == 12
        assert kaplan_meier(*EIGHT).quantile(0.5).estimate == 10  # R survival: 10

    def test_median_of_six_events(self):
        assert KaplanMeierFitter().fit(range(1, 7), [1] * 6).median_survival_time_ == 4
        assert kaplan_meier(range(1, 7), [1] * 6).quantile(0.5).estimate == 3.5  # R survival: 3.5

    def test_past_the_end_of_follow_up(self):
        assert KaplanMeierFitter().fit(*EIGHT).predict(30) == pytest.approx(1 / 3)
        assert np.isnan(kaplan_meier(*EIGHT).rate(30).estimate)

    def test_variance_of_the_restricted_mean(self):
        mean, variance = restricted_mean_survival_time(KaplanMeierFitter().fit(*EIGHT), 12, return_variance=True)
        assert (mean, variance**0.5) == (pytest.approx(8.25), pytest.approx(4.09, abs=0.01))
        assert kaplan_meier(*EIGHT).restricted_mean(12).se == pytest.approx(1.444, abs=5e-4)  # R survival

    def test_ties_of_competing_causes(self):
        # at 2 an event and a censoring, at 4 an event of each cause and a censoring: F1(4) = 1/6 + 5/6 * 1/4 = 3/8
        time, cause = [2, 2, 4, 4, 4, 6], [1, 0, 1, 2, 0, 0]
        seen = set()
        for seed in range(20):
            with pytest.warns(Warning, match="Tied event times"):
                fitted = AalenJohansenFitter(calculate_variance=False, seed=seed).fit(time, cause, event_of_interest=1)
            seen.add(round(float(fitted.cumulative_density_.iloc[-1, 0]), 6))
        assert len(seen) > 1
        assert cumulative_incidence(time, cause).rate(4, 1).estimate == pytest.approx(3 / 8)

    def test_negative_durations(self):
        assert KaplanMeierFitter().fit([-1, 2, 3], [1, 1, 0]).event_table["observed"].sum() == 2
        with pytest.raises(ValueError, match=r"a duration must not be negative: time\[0\] is -1"):
            kaplan_meier([-1, 2, 3], [1, 1, 0])

    def test_intervals_that_touch(self):
        # lifelines has the ends of (0, 2], (1, 3] and (2, 4] in, so that all three may have come at 2
        theirs = KaplanMeierFitter().fit_interval_censoring([0, 1, 2], [2, 3, 4]).survival_function_
        assert theirs.loc[3].tolist() == [0, 0]
        assert theirs.loc[2].tolist() == [1, 1]
        ours = interval_censored([0, 1, 2], [2, 3, 4])
        assert (ours.rate(2).lowest, ours.rate(2).highest) == pytest.approx((0.5, 0.5))

    def test_intervals_that_do_not_touch_agree(self):
        lower, upper = [0.1, 2.2, 1.3, 4.4, 3.5, 6.6], [2.7, 3.8, 5.9, 7.15, 6.25, np.inf]
        theirs = KaplanMeierFitter().fit_interval_censoring(lower, upper).survival_function_
        ours = interval_censored(lower, upper)
        for t in (1.0, 3.0, 4.0):
            # its lower curve has fallen by the end of a set; it stops within a hundredth of the maximum
            fallen = theirs[theirs.index <= t].iloc[-1].min()
            assert (ours.rate(t).lowest, ours.rate(t).highest) == pytest.approx((fallen, fallen), abs=0.01)
