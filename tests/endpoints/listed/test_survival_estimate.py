from __future__ import annotations

import numpy as np
import pytest

from hcc_sdtm.endpoints.listed import RESULT_COLUMNS
from hcc_sdtm.endpoints.survival import SurvivalCurve, kaplan_meier
from tests.endpoints.listed.small_data import EIGHT, adtte, estimate, texts, warnings


def test_survival():
    outside = [(11, 1, 0), (12, 1, 0)]
    made = estimate({"estimator": "survival", "times": ["12", "24"]}, adtte("P", EIGHT + outside))
    assert list(made.results.columns) == list(RESULT_COLUMNS)
    assert texts(made) == {
        "subjects": "8",
        "left out": "2: no record of the parameter (2)",
        "events": "5",
        "censored": "3",
        "censored: CNSR 1": "2",
        "censored: CNSR 3": "1",
        "median": "10.0 (2.0 to NE)",
        "rate at 12 months": "33.3 (5.6 to 65.8)",
        "at risk at 12 months": "3",
        "rate at 24 months": "NE",
        "at risk at 24 months": "0",
    }
    rate = made.results[made.results["statistic"] == "rate at 12 months"].iloc[0]
    assert rate["value"] == pytest.approx(100 / 3)
    assert (rate["measure"], rate["unit"], rate["time"], rate["n"]) == ("rate", "%", 12, 8)
    assert (rate["population"], rate["parameter"], rate["group"], rate["bound"]) == ("all treated", "P", "", "")
    assert rate["method"] == "Kaplan-Meier; 95 % limits by the log-log transform (Greenwood variance)"
    assert np.isnan(made.results.loc[made.results["statistic"] == "rate at 24 months", "value"].iloc[0])
    assert isinstance(made.curves["E"], SurvivalCurve)


def test_records_that_cannot_be_used_are_left_out_and_counted():
    rows = [(1, 2, 0), (2, np.nan, 0), (3, -1, 0), (4, np.inf, 1), (5, 3, np.nan), (6, 4, 1), (6, 5, 0), (7, 6, 1)]
    found = texts(estimate({"estimator": "survival", "no_record": "no baseline"}, adtte("P", rows)))
    assert found["subjects"] == "2"
    assert found["left out"] == (
        "8: no baseline (3), more than one record (1), no usable duration (3), no usable event or censoring code (1)"
    )


def test_no_record_at_all():
    made = estimate({"estimator": "survival", "times": ["12"], "unit": "months", "restricted_mean": ["12"]})
    assert texts(made) == {
        "subjects": "0",
        "left out": "10: no record of the parameter (10)",
        "events": "0",
        "censored": "0",
        "median": "NE",
        "rate at 12 months": "NE",
        "at risk at 12 months": "0",
        "restricted mean to 12 months": "NE",
    }
    assert warnings(made) == {}


def test_events_by_description_and_censorings_by_reason_in_the_order_of_their_codes():
    said = ["PD", "Death", "PD", "PD", "Ongoing", "PD", "New therapy", "Ongoing"]
    made = estimate({"estimator": "survival"}, adtte("P", EIGHT, EVNTDESC=said))
    part = made.results[made.results["measure"].isin(["events", "censored", "count"])]
    assert part[["measure", "cause", "text"]].to_numpy().tolist() == [
        ["events", "", "5"],
        ["events", "Death", "1"],
        ["events", "PD", "4"],
        ["censored", "", "3"],
        ["count", "Ongoing", "2"],
        ["count", "New therapy", "1"],
    ]


def test_one_kind_of_event_is_not_said_twice():
    made = estimate({"estimator": "survival"}, adtte("P", [(1, 2, 0), (2, 3, 0)], EVNTDESC=["Death", "Death"]))
    assert (made.results["measure"] == "events").sum() == 1


def test_quantiles_conditional_rates_and_restricted_means_are_those_of_the_curve():
    endpoint = {"estimator": "survival", "times": ["5", "12"], "quantiles": ["0.25", "0.5"], "given": ["5"]}
    made = estimate(endpoint | {"restricted_mean": ["12"]}, adtte("P", EIGHT))
    _, time, censored = zip(*EIGHT, strict=True)
    curve = kaplan_meier(time, [int(code == 0) for code in censored])
    values = made.results.set_index("statistic")
    assert (made.results["measure"] == "quantile").sum() == 1
    quarter = values.loc["time of 25 % with the event"]
    assert (quarter["value"], quarter["cause"]) == (curve.quantile(0.25).estimate, "25 %")
    # 3 of 5 still free at 5 have the event by 12: S(12) / S(5) = (1/3) / (5/8)
    conditional = values.loc["rate at 12 months, given event-free at 5 months"]
    assert conditional["value"] == pytest.approx(100 * (1 / 3) / (5 / 8))
    assert (conditional["measure"], conditional["time"]) == ("conditional", 12)
    assert "rate at 5 months, given event-free at 5 months" not in values.index
    # heights 1, 7/8, 6/8, 5/8, 1/2 over 2, 1, 2, 3, 4 months
    mean = values.loc["restricted mean to 12 months"]
    assert mean["value"] == pytest.approx(2 + 7 / 8 + 2 * 6 / 8 + 3 * 5 / 8 + 4 / 2)
    assert mean["text"] == "8.3 (5.4 to 11.1)"


FEW = {"few_at_risk": {"count": 4, "share": 0.1}}


def test_a_rate_has_a_warning_where_it_should_not_be_read():
    endpoint = {"estimator": "survival", "times": ["5", "12", "16", "24"]}
    assert warnings(estimate(endpoint, adtte("P", EIGHT), **FEW)) == {
        "rate at 12 months": "3 at risk, fewer than 4",
        "rate at 16 months": "1 at risk, fewer than 4; median follow-up, 14.0 months, is short of 16",
        "rate at 24 months": "nobody is followed to 24 months, the longest to 20.0",
    }


def test_a_rate_of_nobody_left_has_a_warning_where_few_were_at_risk_for_the_last_events():
    made = estimate({"estimator": "survival", "times": ["12"]}, adtte("P", [(1, 2, 0), (2, 3, 0)]))
    assert texts(made)["rate at 12 months"] == "0.0 (NE to NE)"
    assert warnings(made) == {"rate at 12 months": "the last events have 1 at risk, fewer than 10"}
    together = adtte("P", [(number, 3, 0) for number in range(1, 11)])
    assert warnings(estimate({"estimator": "survival", "times": ["12"]}, together)) == {}


def test_a_restricted_mean_past_the_end_is_not_estimable_and_says_so():
    made = estimate({"estimator": "survival", "restricted_mean": ["24"]}, adtte("P", EIGHT))
    assert texts(made)["restricted mean to 24 months"] == "NE"
    assert warnings(made) == {"restricted mean to 24 months": "nobody is followed to 24 months, the longest to 20.0"}


def test_follow_up():
    rows = [(1, 1, 0), (2, 2, 0), (3, 4, 6), (4, 6, 6), (5, 8, 6)]
    made = estimate({"estimator": "follow-up", "quantiles": ["0.25"]}, adtte("P", rows))
    assert texts(made)["median"] == "6.0 (4.0 to NE)"
    assert texts(made)["time of 25 % at the end of follow-up"] == "4.0 (4.0 to NE)"
    assert made.curves == {}
