"""The bounds of the interval-censored estimate against the estimation of every version of small studies."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcc_sdtm.adam.admissible.finding_outcomes import Admissible
from hcc_sdtm.adam.admissible.interval_outcomes import INTERVAL_COLUMNS, OpenIntervals
from hcc_sdtm.adam.admissible.time_outcomes import no_outcomes
from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.endpoints.bounds import add_bounds
from hcc_sdtm.endpoints.bounds.bound import AT_LEAST, CERTAIN, ENUMERATED, EXACT, NEVER_REACHED
from hcc_sdtm.endpoints.interval_censored import interval_censored
from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.spec.endpoints import EndpointList
from tests.adam.tables import ADAM, SPECS, TRIAL
from tests.endpoints.bounds.test_whole_study import KNOWN, chosen, days, packaged, tables

UNIT, START = 4.0, 1000.0
TIMES = [1, 2]
ENDPOINT = {
    "id": "IC",
    "label": "IC",
    "estimator": "interval-censored",
    "parameter": "P",
    "population": "FL",
    "times": TIMES,
    "unit": "months",
    "assessments": {"parameter": "OVR", "values": ["SD"]},
    "between": "PD",
}
# two more, of whom nothing is unknown, so that the times say how they count days in every version
KNOWN_TWO = [[(0, None, "Ongoing")], [(12, 11, "PD")]]
ESTIMATED = ("median", "rate")


def listed(combinations=1024, **changed):
    return EndpointList.model_validate(
        {"populations": {"FL": "all"}, "endpoints": [ENDPOINT | changed], "combinations": combinations}
    )


def name(number):
    return f"S{number}"


def adsl_of(number):
    return pd.DataFrame({"USUBJID": [name(k) for k in range(number)], "FL": "Y", "SEX": "F"})


def adtte_of(version):
    """ADTTE of each subject's outcome: days to the end, to the last assessment without the event (or None), and what it was;
    None: no record."""
    rows = [
        (name(number), "P", (each[0] + 1) / UNIT, float(each[2] == "Ongoing"), START, START + each[0], each[2])
        for number, each in enumerate(version)
        if each is not None
    ]
    return pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVAL", "CNSR", "STARTDT", "ADT", "EVNTDESC"])


def adrs_of(version):
    rows = [
        (name(number), "OVR", "SD", START + each[1])
        for number, each in enumerate(version)
        if each is not None and each[1] is not None
    ]
    return pd.DataFrame(rows, columns=["USUBJID", "PARAMCD", "AVALC", "ADT"])


def admissible_of(study, endpoints, missed=()):
    """What the subjects with several outcomes can have."""
    rows = [
        (name(number), *(_dates(each) if each else (np.nan,) * 4), each[2] if each and each[2] != "Ongoing" else "")
        for number, options in enumerate(study)
        if len(options) > 1
        for each in options
    ]
    frame = pd.DataFrame(rows, columns=INTERVAL_COLUMNS)
    unknown = pd.DataFrame({"USUBJID": [], "PARAMCD": [], "EARLIEST": []}, dtype=object)
    found = {endpoints.endpoints[0].asked: OpenIntervals(frame, tuple(missed))}
    return Admissible(no_outcomes(), unknown, intervals=found)


def _dates(outcome):
    end, free, said = outcome
    is_event = said != "Ongoing"
    last = START + free if is_event and free is not None and free < end else np.nan
    return START, last, START + end, float(not is_event)


def estimate(version, endpoints):
    return estimate_endpoints(adsl_of(len(version)), adrs_of(version), adtte_of(version), endpoints)


def bounded(study, endpoints, missed=()):
    own = [options[0] for options in study]
    return add_bounds(estimate(own, endpoints), endpoints, admissible_of(study, endpoints, missed)).results


def ends(row):
    """The smallest and largest value that an estimate leaves open."""
    return (row.value, row.value) if np.isfinite(row.value) else (row.lower, row.upper)


def by_key(results):
    return {
        (row.measure, row.time if row.time == row.time else 0, row.cause): row
        for row in results.itertuples(index=False)
    }


@st.composite
def studies(draw):
    """The outcomes of a few subjects; the first of each was analysed."""

    def outcome():
        if draw(st.integers(0, 9)) == 0:
            return None
        end = draw(st.integers(1, 11))
        kind = draw(st.sampled_from(["PD", "PD", "Death", "Ongoing"]))
        free = draw(st.one_of(st.none(), st.integers(0, end - 1)))
        return end, free, kind

    subjects, versions = [], 1
    for _ in range(draw(st.integers(2, 6))):
        most = 3 if versions <= 12 else 1
        subjects.append(list(dict.fromkeys(outcome() for _ in range(draw(st.integers(1, most))))))
        versions *= len(subjects[-1])
    return [*KNOWN_TWO, *subjects]


# a failing study is small as it is, and making it smaller takes minutes
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(studies(), st.sampled_from([1, 1024]))
def test_every_bound_is_that_of_every_version(study, combinations):
    endpoints = listed(combinations)
    every = [by_key(estimate(list(version), endpoints).results) for version in product(*study)]
    for key, row in by_key(bounded(study, endpoints)).items():
        if row.measure in ESTIMATED:
            found = np.array([ends(version[key]) for version in every])
            check_estimated(row, found, [version[key].warning for version in every])
        elif row.measure == "count" or row.cause in ("PD", "Death"):
            assert row.bound == ""
        else:
            counts = [version[key].value for version in every]
            assert (row.least, row.greatest, row.bound) == (min(counts), max(counts), EXACT)


def check_estimated(row, found, warnings):
    """Whether the bound is what its label says of the ends (lowest, highest) of every version."""
    said = f"{row.statistic}: {row.text} in {row.least} to {row.greatest} {row.bound}, {found}"
    is_open = np.isnan(found).any(axis=1)
    if row.bound == EXACT:
        np.testing.assert_allclose(found, [(row.least, row.greatest)] * len(found), err_msg=said)
        return
    if is_open.all():
        assert np.isnan([row.least, row.greatest]).all(), said
        return
    least, greatest = np.nanmin(found[:, 0]), np.nanmax(found[:, 1])
    reached_late = is_open.any() and row.measure == "median"
    if row.bound == ENUMERATED:
        assert row.least == pytest.approx(least), said
        assert row.greatest == pytest.approx(np.nan if reached_late else greatest, nan_ok=True), said
        assert ("completions" in row.warning) == is_open.any(), said
        return
    assert row.bound == AT_LEAST, said
    # both are attained, so that they lie inside; and what was analysed lies between them
    if not np.isnan(row.least):
        assert np.isclose(found[:, 0], row.least, atol=1e-6).any(), said
    if not np.isnan(row.greatest):
        assert np.isclose(found[:, 1], row.greatest, atol=1e-6).any(), said
    own = ends(row)
    if not np.isnan(own).any():
        assert row.least <= own[0] + 1e-9, said
        assert not row.greatest < own[1] - 1e-9, said


def test_no_order_of_a_subjects_intervals_holds_whatever_the_others_have():
    def survival(first, others, t):
        pairs = np.array([first, *others], dtype=float)
        return interval_censored(pairs[:, 0], pairs[:, 1]).rate(t).lowest

    four = [(3, 5), (1, 5), (4, np.inf), (7, 7)]
    assert survival((1, 1), four, 5) == pytest.approx(4 / 15)
    assert survival((2, 2), four, 5) == pytest.approx((5 - np.sqrt(5)) / 10)
    two = [(2, np.inf), (5, 5)]
    assert survival((1, 1), two, 3) == pytest.approx(2 / 3)
    assert survival((3, 3), two, 3) == pytest.approx(1 / 2)


MANY = [(2, 0, "PD"), (3, 1, "PD"), (5, 2, "Death"), (7, 6, "PD"), (9, None, "Ongoing"), (10, 8, "PD")]


def test_without_unknown_dates_the_bounds_are_the_value_or_its_range():
    found = by_key(bounded([[each] for each in MANY], listed()))
    for (measure, _, _), row in found.items():
        if measure in (*ESTIMATED, "subjects", "censored"):
            assert (row.least, row.greatest, row.bound) == (*ends(row), EXACT)


def test_many_combinations_are_searched_and_said_to_be():
    study = [[each, (each[0] + 1, each[1], each[2])] for each in MANY]
    exact, searched = (by_key(bounded([*KNOWN_TWO, *study], listed(most))) for most in (1024, 2))
    for t in TIMES:
        key = ("rate", float(t), "")
        assert (exact[key].bound, searched[key].bound) == (ENUMERATED, AT_LEAST)
        assert exact[key].least <= searched[key].least <= searched[key].greatest <= exact[key].greatest
    assert searched["rate", 2.0, ""].least < searched["rate", 2.0, ""].greatest
    assert searched["events", 0, ""].bound == EXACT


def test_an_assessment_alone_moves_the_estimate():
    study = [[each] for each in MANY]
    study[3] = [(7, 6, "PD"), (7, 0, "PD")]
    row = by_key(bounded(study, listed()))["rate", 1.0, ""]
    assert row.bound == ENUMERATED
    assert row.least < row.greatest


def test_a_median_that_is_not_always_reached_has_no_greatest():
    study = [
        KNOWN_TWO[0],
        [(4, 3, "PD"), (6, None, "Ongoing")],
        [(5, None, "Death"), (9, None, "Ongoing")],
        [(9, None, "Ongoing")],
    ]
    row = by_key(bounded(study, listed()))["median", 0, ""]
    assert np.isfinite(row.least)
    assert np.isnan(row.greatest)
    assert NEVER_REACHED in row.warning


def test_a_subject_with_too_many_completions_makes_a_search_of_it():
    found = by_key(bounded([[each] for each in MANY], listed(), missed=("S0", "nobody")))
    assert {found[key].bound for key in found if key[0] in ESTIMATED} == {AT_LEAST}
    events = found["events", 0, ""]
    assert (events.least, events.greatest, events.bound) == (4, 5, CERTAIN)
    assert (found["subjects", 0, ""].least, found["subjects", 0, ""].greatest) == (5, 6)


def test_where_is_not_looked_at_in_the_completions_and_gives_no_bounds():
    endpoints = listed(where={"EVNTDESC": ["PD", "Ongoing"]})
    study = [[each] for each in MANY]
    assert set(bounded(study, endpoints)["bound"]) >= {EXACT}
    study[0] = [MANY[0], (4, 0, "PD")]
    assert set(bounded(study, endpoints)["bound"]) == {""}


def test_what_was_not_asked_has_no_bounds():
    endpoints = listed()
    none = Admissible(no_outcomes(), pd.DataFrame({"USUBJID": [], "PARAMCD": [], "EARLIEST": []}, dtype=object))
    found = add_bounds(estimate(MANY, endpoints), endpoints, none).results
    assert set(found["bound"]) == {""}


def test_groups_have_their_own_subjects():
    endpoints = listed(by=["SEX"])
    study = [[each] for each in MANY]
    study[0] = [MANY[0], (8, 0, "PD")]
    own = [options[0] for options in study]
    adsl = adsl_of(len(study)).assign(SEX=["F", "F", "F", "M", "M", "M"])
    analysed = estimate_endpoints(adsl, adrs_of(own), adtte_of(own), endpoints)
    found = add_bounds(analysed, endpoints, admissible_of(study, endpoints)).results
    rates = found[(found["measure"] == "rate") & (found["time"] == 1)].set_index("group")
    assert rates.loc["SEX=F", "bound"] == rates.loc["", "bound"] == ENUMERATED
    assert rates.loc["SEX=M", "bound"] == EXACT


@pytest.mark.parametrize(
    ("scans", "texts"),
    [
        # only the last assessment without progression is unknown, which moves no other endpoint
        ("2021-04-12 SD, {} SD, 2021-06-24 PD", ("2021-05", days("2021-05-01", "2021-05-31"))),
        ("2021-04-12 SD, {} PD", ("2021-05", days("2021-05-01", "2021-05-31"))),
        ("{} SD, 2021-06-01 PD", ("2021-04", days("2021-04-01", "2021-04-30"))),
    ],
)
def test_the_bounds_are_those_of_every_completion_derived_anew(scans, texts):
    whole = packaged()
    interval = next(each for each in whole.endpoints if each.id == "PFS-INTERVAL").model_copy(update={"times": (2, 3)})
    endpoints = whole.model_copy(update={"endpoints": (interval,)})
    course = {"diagnosis": "2020-03-03"}
    partial, completed = texts
    base = derive_adam(
        tables({**KNOWN, "A": {**course, "scans": scans.format(partial)}}),
        SPECS,
        TRIAL,
        ADAM,
        intervals=endpoints.asked_intervals,
    )
    frames = [base.datasets[each].frame for each in ("ADSL", "ADRS", "ADTTE")]
    found = by_key(add_bounds(estimate_endpoints(*frames, endpoints), endpoints, base.admissible).results)

    copies = {f"A{number}": {**course, "scans": scans.format(day)} for number, day in enumerate(completed)}
    every = derive_adam(tables({**KNOWN, **copies}), SPECS, TRIAL, ADAM)
    adrs, adtte = (every.datasets[each].frame for each in ("ADRS", "ADTTE"))
    versions = [
        by_key(estimate_endpoints(frames[0], *(chosen(each, {"A": copy}) for each in (adrs, adtte)), endpoints).results)
        for copy in copies
    ]
    moved = 0
    for key, row in found.items():
        if row.measure in ESTIMATED:
            assert row.bound in (ENUMERATED, EXACT)
            check_estimated(row, np.array([ends(version[key]) for version in versions]), [])
            moved += row.least < row.greatest
        elif row.bound:
            counts = [version[key].value for version in versions]
            assert (row.least, row.greatest) == (min(counts), max(counts))
    assert moved
