from __future__ import annotations

import numpy as np
import pytest

from tests.endpoints.listed.small_data import adtte, estimate, texts, warnings

DELAYED = {"estimator": "survival", "times": ["12"], "delayed_entry": {"count": "3", "share": "0.2"}}


def test_before_any_event():
    rows = [(1, 9, 0), (2, 14, 0), (3, 20, 1), (4, 8, 1), (5, 6, 1)]
    made = estimate(DELAYED, adtte("P", rows, ENTRY=[1.0, 2, 3, 7, 6]))
    # the fifth leaves when it enters; three are at risk from 3 on; at 9 three: S = 2/3
    assert texts(made) == {
        "subjects": "4",
        "left out": "6: no record of the parameter (5), no entry before the exit (1)",
        "events": "2",
        "censored": "2",
        "censored: CNSR 1": "2",
        "entered by 12 months": "100.0",
        "at risk at the first event (9.0 months)": "3",
        "Kendall's tau of entry and event": "1.00",
        "p of dependence between entry and event": "0.117",
        "curve starts at": "3.0",
        "median": "14.0 (9.0 to NE)",
        "rate at 12 months": "66.7 (5.4 to 94.5)",
        "at risk at 12 months": "2",
    }
    assert made.curves["E"].start == 3
    assert made.results["method"].iloc[0].startswith("Kaplan-Meier with delayed entry; ")


def test_without_an_event_before_the_start_what_is_assumed_is_said():
    rows = [(1, 9, 0), (2, 14, 0), (3, 20, 1), (4, 8, 1)]
    endpoint = DELAYED | {"restricted_mean": ["12"]}
    made = estimate(endpoint, adtte("P", rows, ENTRY=[1.0, 2, 3, 7]))
    said = warnings(made)
    assumed = "fewer than 3 at risk until 3.0 months: that nobody has the event before is assumed"
    assert said["median"] == assumed
    assert said["rate at 12 months"].startswith(assumed)
    # 6 months at 1 and 3 at 2/3
    assert texts(made)["restricted mean from 3.0 to 12 months"].startswith("8.0 (")
    from_the_origin = estimate(endpoint, adtte("P", rows, ENTRY=[0.0, 0, 0, 0]))
    assert "median" not in warnings(from_the_origin)
    assert "restricted mean to 12 months" in texts(from_the_origin)


def test_conditional_where_events_come_before_the_start():
    # the death at 4 has one at risk: without a start the whole curve would be 0 from there on
    rows = [(1, 4, 0), (2, 9, 0), (3, 14, 0), (4, 20, 1)]
    made = estimate(DELAYED, adtte("P", rows, ENTRY=[1.0, 5, 6, 7]))
    found = texts(made)
    assert {name: found[name] for name in found if name.startswith(("curve", "median", "rate", "at risk"))} == {
        "at risk at the first event (4.0 months)": "1",
        "curve starts at": "7.0",
        "median": "NE",
        "rate at 12 months": "NE",
        "median, given event-free at 7.0 months": "14.0 (9.0 to NE)",
        "rate at 12 months, given event-free at 7.0 months": "66.7 (5.4 to 94.5)",
        "at risk at 12 months": "2",
    }
    assert warnings(made)["median"] == "events come before 3 at risk, at 7.0 months"
    assert made.curves["E"].rate(12).estimate == pytest.approx(2 / 3)
    keys = ["endpoint", "group", "measure", "time", "cause"]
    assert not made.results.duplicated(keys).any()


def test_too_few_at_risk_have_no_estimate():
    made = estimate(DELAYED, adtte("P", [(1, 9, 0), (2, 14, 0)], ENTRY=[1.0, 13]))
    found = texts(made)
    assert found["entered by 12 months"] == "50.0"
    assert found["curve starts at"] == "NE: never 3 at risk"
    assert (found["median"], found["rate at 12 months"]) == ("NE", "NE")
    assert warnings(made) == {"median": "never 3 at risk", "rate at 12 months": "never 3 at risk"}
    assert made.curves == {}


def test_dependent_entry_makes_a_warning_of_every_number_of_the_curve():
    rows = [(number, 2.0 * number + 10, 0) for number in range(1, 11)]
    endpoint = DELAYED | {"delayed_entry": {"count": "1", "share": "0.1", "dependence": "0.05"}}
    made = estimate(endpoint, adtte("P", rows, ENTRY=[number + 0.5 for number in range(1, 11)]))
    said = warnings(made)
    tau = made.results.set_index("measure").loc["correlation", "value"]
    assert tau == 1
    assert said["median"].startswith("entry and event are dependent (p <0.001): who enters late has the event later")
    assert "dependent" in said["rate at 12 months"]
    quiet = estimate(endpoint, adtte("P", rows, ENTRY=np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]) + 0.0))
    assert "dependent" not in warnings(quiet).get("median", "")
