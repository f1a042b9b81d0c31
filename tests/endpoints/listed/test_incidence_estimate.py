from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.endpoints.competing import IncidenceCurve
from tests.endpoints.listed.small_data import adtte, estimate, texts, warnings

ROWS = [(1, 1, 1), (2, 2, 0), (3, 2, 1), (4, 3, 0), (5, 3, 1), (6, 3, 0), (7, 5, 1), (8, 6, 0), (9, 1, 0)]
ENDPOINT = {"estimator": "cumulative-incidence", "times": ["3"], "causes": ["switch", "death"]}


def test_competing_causes():
    made = estimate(ENDPOINT, adtte("P", ROWS, CAUSE=[0.0, 1, 0, 2, 0, 2, 0, 2, np.nan]))
    assert texts(made) == {
        "subjects": "8",
        "left out": "2: no record of the parameter (1), no usable event or censoring code (1)",
        "events: switch": "1",
        "events: death": "3",
        "censored": "4",
        "censored: CNSR 1": "4",
        "incidence at 3 months: switch": "14.3 (0.7 to 46.5)",
        "incidence at 3 months: death": "34.3 (4.8 to 68.5)",
        "at risk at 3 months": "5",
    }
    assert made.results.set_index("statistic").loc["incidence at 3 months: death", "cause"] == "death"
    assert isinstance(made.curves["E"], IncidenceCurve)
    assert warnings(made)["incidence at 3 months: death"] == "5 at risk, fewer than 10"


def test_an_event_without_a_cause_is_not_counted_as_a_censoring():
    made = estimate(ENDPOINT, adtte("P", [(1, 1, 0), (2, 2, 0)], CAUSE=[0.0, 1]))
    assert texts(made)["subjects"] == "1"
    assert "no usable event or censoring code (1)" in texts(made)["left out"]


def test_a_competing_event_that_cnsr_calls_censored_is_one_by_its_cause():
    made = estimate(ENDPOINT, adtte("P", [(1, 1, 2), (2, 2, 0), (3, 4, 1)], CAUSE=[2.0, 1, 0]))
    assert (texts(made)["events: death"], texts(made)["censored"]) == ("1", "1")


LATE = ENDPOINT | {"delayed_entry": {"count": "3", "share": "0.2"}}


def test_delayed_entry():
    rows = [(1, 4, 0), (2, 5, 0), (3, 6, 1), (4, 7, 0)]
    made = estimate(LATE | {"times": ["5"]}, adtte("P", rows, CAUSE=[1.0, 2, 0, 1], ENTRY=[0.0, 1, 2, 4.5]))
    # from 2 on three at risk; at 4 three (the fourth enters later): 1/3; at 5 three: 2/3 * 1/3
    found = made.results.set_index("statistic")
    assert found.loc["curve starts at", "value"] == 2
    assert found.loc["incidence at 5 months: switch", "value"] == pytest.approx(100 / 3)
    assert found.loc["incidence at 5 months: death", "value"] == pytest.approx(100 * 2 / 9)
    assert found.loc["at risk at 5 months", "value"] == 3
    assert found["method"].iloc[0].startswith("Aalen-Johansen with delayed entry; ")


def test_delayed_entry_is_conditional_where_an_event_comes_before_the_start():
    rows = [(1, 1, 0), (2, 5, 0), (3, 6, 1), (4, 7, 0)]
    made = estimate(LATE | {"times": ["1", "5"]}, adtte("P", rows, CAUSE=[2.0, 2, 0, 1], ENTRY=[0.0, 1, 2, 2]))
    found = texts(made)
    assert found["curve starts at"] == "2.0"
    assert found["incidence at 5 months: death"] == "NE"
    assert found["incidence at 5 months: death, given event-free at 2.0 months"].startswith("33.3 (")
    assert found["incidence at 1 months: death, given event-free at 2.0 months"] == "NE"


def test_past_the_last_time_the_warning_says_why():
    endpoint = {"estimator": "cumulative-incidence", "causes": ["death"], "times": ["12"]}
    ended = estimate(endpoint, adtte("P", [(1, 2, 0), (2, 3, 0)], CAUSE=[1.0, 1.0]))
    assert texts(ended)["incidence at 12 months: death"].startswith("100.0")
    assert warnings(ended) == {"incidence at 12 months: death": "the last events have 1 at risk, fewer than 10"}
    short = estimate(endpoint, adtte("P", [(1, 2, 0), (2, 3, 1)], CAUSE=[1.0, 0.0]))
    assert warnings(short) == {"incidence at 12 months: death": "nobody is followed to 12 months, the longest to 3.0"}
