"""Every bound of a list of endpoints against the estimation of every version of small studies."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.adam.admissible.time_outcomes import in_order
from hcc_sdtm.endpoints.bounds import add_bounds
from hcc_sdtm.endpoints.bounds.bound import CERTAIN, ENUMERATED, EXACT
from hcc_sdtm.endpoints.bounds.time_bounds import asked_of
from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.spec.endpoints import EndpointList, ProportionEndpoint

OF_TIMES = {"parameter": "P", "population": "FL", "unit": "months"}
TIMES = {"times": [2, 4], "quantiles": [0.25]}
LATE = {"delayed_entry": {"count": 2, "share": 0.2}}
LIST = [
    {"id": "KM", "estimator": "survival", **OF_TIMES, **TIMES, "given": [1], "restricted_mean": [3]},
    {"id": "KM-LATE", "estimator": "survival", **OF_TIMES, **TIMES, "given": [1], "restricted_mean": [3], **LATE},
    {"id": "AJ", "estimator": "cumulative-incidence", **OF_TIMES, "times": [2, 4], "causes": ["one", "other"]},
    {
        "id": "AJ-LATE",
        "estimator": "cumulative-incidence",
        **OF_TIMES,
        "times": [2],
        "causes": ["one", "other"],
        **LATE,
    },
    {"id": "FU", "estimator": "follow-up", **OF_TIMES},
    {"id": "ORR", "estimator": "proportion", "parameter": "RSP", "population": "FL"},
    {
        "id": "ORR-AMONG",
        "estimator": "proportion",
        "parameter": "RSP",
        "population": "FL",
        "among": {"parameter": "BOR", "values": ["PR", "SD"], "label": "evaluable"},
    },
    {
        "id": "WHY",
        "estimator": "categories",
        "parameter": "P",
        "population": "FL",
        "variable": "WHY",
        "event": "one",
        "cause": 1,
    },
]


def listed(combinations=1024, endpoints=LIST):
    made = [{"label": each["id"], **each} for each in endpoints]
    return EndpointList.model_validate({"populations": {"FL": "all"}, "endpoints": made, "combinations": combinations})


def name(number):
    return f"S{number}"


def adsl_of(number):
    return pd.DataFrame(
        {
            "USUBJID": [name(k) for k in range(number)],
            "FL": "Y",
            "WHY": [("PD", "AE", "")[k % 3] for k in range(number)],
        }
    )


def adtte_of(version):
    """ADTTE of the outcomes (AVAL, CNSR, CAUSE, ENTRY) of subjects by their number; None: no record."""
    rows = [(name(number), "P", *outcome) for number, outcome in enumerate(version) if outcome is not None]
    return pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVAL", "CNSR", "CAUSE", "ENTRY"])


def adrs_of(version):
    """ADRS of the responses (RSP, BOR) of subjects; "": no record."""
    rows = [
        (name(number), code, value)
        for number, values in enumerate(version)
        for code, value in zip(("RSP", "BOR"), values, strict=True)
        if value
    ]
    return pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVALC"])


def admissible_of(times, responses=()):
    """What the subjects with several outcomes can have."""
    gone = (np.nan,) * 4
    rows = [
        (name(number), "P", *(gone if each is None else each))
        for number, options in enumerate(times)
        if len(options) > 1
        for each in options
    ]
    outcomes = pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVAL", "CNSR", "CAUSE", "ENTRY"])
    outcomes = outcomes.assign(ADT=outcomes["AVAL"], STARTDT=0.0)
    several = [(name(number), each) for number, options in enumerate(responses) if len(options) > 1 for each in options]
    groups = [(subject, ("RSP",), each[:1]) for subject, each in several]
    groups += [(subject, ("RSP", "BOR"), each) for subject, each in several]
    unknown = pd.DataFrame({"USUBJID": [], "PARAMCD": [], "EARLIEST": []}, dtype=object)
    return Admissible(
        in_order(outcomes), unknown, pd.DataFrame(groups, columns=["USUBJID", "PARAMCDS", "AVALCS"], dtype=object)
    )


@st.composite
def studies(draw):
    """The outcomes and the responses of a few subjects; the first of each are those analysed."""

    def outcome():
        if draw(st.integers(0, 7)) == 0:
            return None
        time = draw(st.integers(1, 9)) / 2
        entry = draw(st.integers(0, int(2 * time) - 1)) / 2
        cause = draw(st.integers(0, 2))
        return time, 0 if cause else 1, cause, entry

    times, responses, versions = [], [], 1
    for _ in range(draw(st.integers(2, 6))):
        most = 3 if versions <= 12 else 1
        times.append(list(dict.fromkeys(outcome() for _ in range(draw(st.integers(1, most))))))
        versions *= len(times[-1])
        answer = st.tuples(st.sampled_from(["Y", "N", ""]), st.sampled_from(["PR", "SD", "NE", ""]))
        responses.append(draw(st.lists(answer, min_size=1, max_size=2 if versions <= 12 else 1, unique=True)))
        versions *= len(responses[-1])
    return times, responses


def values_by_row(results, endpoints):
    """The value of each statistic; of an estimate that is given twice the second."""
    by_id = {each.id: each for each in endpoints.endpoints}
    found = {}
    for row in results.itertuples(index=False):
        endpoint = by_id[row.endpoint]
        key = (row.measure, str(row.time), row.cause)
        if endpoint.estimator not in ("proportion", "categories"):
            key = asked_of(endpoint, row.measure, row.time, row.cause) or key
        found[row.endpoint, key] = row
    return found


def compare(row, values):
    """Whether the bound of a row is what its label says of the values of every version."""
    known = values[~np.isnan(values)]
    said = f"{row.endpoint} {row.statistic}: {row.value} in {row.least} to {row.greatest} {row.bound}, {values}"
    assert row.bound in (EXACT, ENUMERATED, CERTAIN), said
    if not len(known):
        assert np.isnan(row.value) or row.bound == CERTAIN, said
        return
    is_open = np.isnan(values).any()
    reached_late = is_open and row.measure in ("median", "quantile")
    if row.bound == CERTAIN:
        assert row.least <= known.min() + 1e-9, said
        assert np.isnan(row.greatest) or row.greatest >= known.max() - 1e-9, said
    else:
        assert row.least == pytest.approx(known.min()), said
        assert row.greatest == pytest.approx(np.nan if reached_late else known.max(), nan_ok=True), said
        assert ("completions" in row.warning) == is_open, said
    if is_open:
        assert "completions" in row.warning, said
    if not np.isnan(row.value):
        assert row.least <= row.value, said
        assert not row.greatest < row.value, said


# a failing study is small as it is, and making it smaller takes minutes
@settings(max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(studies(), st.sampled_from([1, 1024]))
def test_every_bound_is_that_of_every_version(study, combinations):
    times, responses = study
    endpoints = listed(combinations)
    adsl = adsl_of(len(times))

    def estimate(of_times, of_responses):
        return estimate_endpoints(adsl, adrs_of(of_responses), adtte_of(of_times), endpoints)

    own = [options[0] for options in times], [options[0] for options in responses]
    analysed = estimate(*own)
    bounded = add_bounds(analysed, endpoints, admissible_of(times, responses))
    pd.testing.assert_frame_equal(
        bounded.results.drop(columns=["least", "greatest", "bound", "warning"]),
        analysed.results.drop(columns=["least", "greatest", "bound", "warning"]),
    )
    every = (
        [values_by_row(estimate(of_times, own[1]).results, endpoints) for of_times in product(*times)],
        [values_by_row(estimate(own[0], of_responses).results, endpoints) for of_responses in product(*responses)],
    )
    is_share = {each.id: isinstance(each, ProportionEndpoint) for each in endpoints.endpoints}
    for (endpoint, key), row in values_by_row(bounded.results, endpoints).items():
        if not row.bound:
            continue
        at = [version.get((endpoint, key)) for version in every[is_share[endpoint]]]
        if endpoint == "WHY" and row.cause and None in at:
            continue  # nobody has the category in a version, which has no row of it
        # a curve that starts nowhere has no quantiles and nobody at risk
        without = 0 if row.measure == "at-risk" else np.nan
        compare(row, np.array([without if each is None else each.value for each in at], dtype=float))


def rows_of(bounded, endpoint):
    results = bounded.results[bounded.results["endpoint"] == endpoint]
    return {(row.measure, row.cause): row for row in results.itertuples(index=False)}


def bounded(times, endpoints, admissible=None):
    adsl, adrs, adtte = adsl_of(len(times)), adrs_of([]), adtte_of([options[0] for options in times])
    found = admissible_of(times) if admissible is None else admissible
    return add_bounds(estimate_endpoints(adsl, adrs, adtte, endpoints), endpoints, found)


def test_where_no_unknown_date_feeds_an_endpoint_the_bounds_are_its_value():
    times = [[(each, 0, 1, 0.0)] for each in (1.0, 2.0, 3.0)]
    found = bounded(times, listed(endpoints=LIST[:1])).results
    own = found[found["bound"] != ""]
    assert {"median", "rate", "restricted-mean", "conditional", "events"} <= set(own["measure"])
    assert (own["bound"] == EXACT).all()
    for column in ("least", "greatest"):
        pd.testing.assert_series_equal(own[column], own["value"], check_names=False)


def test_without_admissible_outcomes_nothing_is_filled():
    times = [[(each, 0, 1, 0.0)] for each in (1.0, 2.0, 3.0)]
    adsl, adtte = adsl_of(3), adtte_of([options[0] for options in times])
    estimates = estimate_endpoints(adsl, adrs_of([]), adtte, listed(endpoints=LIST[:1]))
    assert add_bounds(estimates, listed(endpoints=LIST[:1]), None) is estimates


def test_a_median_not_reached_in_some_completions_is_open_and_says_so():
    times = [[(1.0, 0, 1, 0.0)], [(2.0, 0, 1, 0.0), (2.0, 1, 0, 0.0)], [(3.0, 1, 0, 0.0)], [(4.0, 1, 0, 0.0)]]
    row = rows_of(bounded(times, listed(endpoints=LIST[:1])), "KM")["median", ""]
    assert (row.least, row.bound) == (3.0, EXACT)
    assert np.isnan(row.greatest)
    assert "not reached in some completions" in row.warning


def test_a_subject_with_too_many_completions_is_anywhere_in_its_interval():
    times = [[(each, 0, 1, 0.0)] for each in (1.0, 2.0, 3.0, 4.0, 5.0)]
    unknown = pd.DataFrame({"USUBJID": ["S2"], "PARAMCD": ["P"], "EARLIEST": [0.0]})
    none = admissible_of([])
    found = bounded(times, listed(endpoints=LIST), Admissible(none.outcomes, unknown))
    row = rows_of(found, "KM")["median", ""]
    # S2 may have had the event right after 2, or be in the study no longer
    assert (row.least, row.greatest, row.bound) == (2.0, 4.0, CERTAIN)
    rates = found.results[(found.results["endpoint"] == "KM") & (found.results["measure"] == "rate")]
    assert rates["least"].tolist() == pytest.approx([40.0, 20.0])
    events = rows_of(found, "KM")["events", ""]
    assert (events.least, events.greatest, events.bound) == (4.0, 5.0, CERTAIN)


def test_a_restriction_that_outcomes_do_not_show_leaves_the_subject_in_or_out():
    endpoints = listed(endpoints=[{**LIST[0], "where": {"PARCAT1": ["A"]}}])
    times = [[(1.0, 0, 1, 0.0)], [(2.0, 0, 1, 0.0), (3.0, 0, 1, 0.0)], [(4.0, 0, 1, 0.0)]]
    adsl, adtte = adsl_of(3), adtte_of([options[0] for options in times]).assign(PARCAT1="A")
    estimates = estimate_endpoints(adsl, adrs_of([]), adtte, endpoints)
    row = rows_of(add_bounds(estimates, endpoints, admissible_of(times)), "KM")["subjects", ""]
    assert (row.least, row.greatest, row.bound) == (2.0, 3.0, CERTAIN)
