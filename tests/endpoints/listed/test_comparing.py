from __future__ import annotations

import numpy as np
import pytest
from lifelines import CoxPHFitter

from hcc_sdtm.endpoints import gray_test, log_rank, proportion_difference
from tests.endpoints.listed.small_data import ADSL, EIGHT, adrs, adtte, estimate, texts, warnings

COMPARED = {"estimator": "survival", "by": "SEX", "compare": "yes"}


def test_hazard_ratio_and_log_rank():
    made = estimate(COMPARED, adtte("P", EIGHT))
    # odd subjects are women, even ones men; nobody of the eight is without a sex
    _, time, censored = zip(*EIGHT, strict=True)
    frame = ADSL.iloc[:8].assign(time=time, event=np.array(censored) == 0, man=(ADSL["SEX"].iloc[:8] == "M") * 1.0)
    fitter = CoxPHFitter().fit(frame[["time", "event", "man"]], "time", "event", fit_options={"precision": 1e-12})
    fitted = fitter.summary.loc["man"]
    row = made.results[made.results["measure"] == "hazard-ratio"].iloc[0]
    assert (row["group"], row["cause"]) == ("SEX=M", "SEX=F")
    expected = [fitted["exp(coef)"], fitted["exp(coef) lower 95%"], fitted["exp(coef) upper 95%"]]
    assert [row["value"], row["lower"], row["upper"]] == pytest.approx(expected, rel=1e-6)
    test = made.results[made.results["measure"] == "p-value"].iloc[0]
    assert (test["group"], test["statistic"], test["n"]) == ("SEX", "p, log-rank", 8)
    assert test["value"] == pytest.approx(log_rank(time, frame["event"] * 1, frame["SEX"]).p)
    assert test["warning"] == "fewer than 5 events expected in SEX=F, SEX=M"
    assert row["warning"] == "5 events for 1 covariate: 10 each are usual"


def test_the_reference_turns_the_ratio_round():
    first = estimate(COMPARED, adtte("P", EIGHT)).results.set_index("measure").loc["hazard-ratio"]
    made = estimate(COMPARED | {"reference": {"SEX": "M"}}, adtte("P", EIGHT))
    second = made.results.set_index("measure").loc["hazard-ratio"]
    assert (second["group"], second["statistic"]) == ("SEX=F", "hazard ratio against SEX=M")
    assert second["value"] == pytest.approx(1 / first["value"])


def test_no_model_where_a_group_has_no_event():
    rows = [(1, 2, 0), (2, 3, 1), (3, 5, 0), (4, 8, 1)]
    made = estimate(COMPARED, adtte("P", rows))
    assert texts(made, "SEX=M")["hazard ratio against SEX=F"] == "NE"
    assert warnings(made, "SEX=M")["hazard ratio against SEX=F"] == "no event in SEX=M"
    turned = estimate(COMPARED | {"reference": {"SEX": "M"}}, adtte("P", rows))
    assert warnings(turned, "SEX=F")["hazard ratio against SEX=M"] == "no event in SEX=M"


def test_a_group_without_events_takes_the_others_out_of_no_model():
    adsl = ADSL.assign(ARM=["A", "B", "C"] * 4)
    rows = [(number, number, int(number % 3 == 0)) for number in range(1, 11)]
    endpoint = COMPARED | {"by": "ARM"}
    made = estimate(endpoint, adtte("P", rows), adsl=adsl)
    assert texts(made, "ARM=C")["hazard ratio against ARM=A"] == "NE"
    assert made.results.set_index(["group", "measure"]).loc[("ARM=B", "hazard-ratio"), "value"] > 0


def test_a_reference_that_nobody_has():
    made = estimate(COMPARED | {"reference": {"SEX": "X"}}, adtte("P", EIGHT))
    assert warnings(made, "SEX=M")["hazard ratio against SEX=X"] == "nobody is in SEX=X"


def test_who_has_no_value_is_in_no_group_and_is_counted():
    made = estimate(COMPARED, adtte("P", [*EIGHT, (9, 3, 0)]))
    assert set(made.results["group"]) == {"", "SEX=F", "SEX=M", "SEX"}
    assert texts(made, "SEX")["left out"] == "1: no value of SEX (1)"


def test_one_group_is_not_compared():
    made = estimate(COMPARED, adtte("P", [(1, 2, 0), (3, 5, 1)]))
    assert not made.results["measure"].isin(["hazard-ratio", "p-value"]).any()


def test_gray():
    rows = [(number, number % 5 + 1, int(number % 4 == 0)) for number in range(1, 11)]
    cause = [0.0 if code else 1.0 + number % 2 for number, _, code in rows]
    endpoint = {"estimator": "cumulative-incidence", "causes": ["a", "b"], "by": "SITEID", "compare": "yes"}
    made = estimate(endpoint, adtte("P", rows, CAUSE=cause))
    found = made.results[made.results["measure"] == "p-value"]
    assert found["cause"].tolist() == ["a", "b"]
    for number, p in enumerate(found["value"], start=1):
        expected = gray_test([time for _, time, _ in rows], cause, ADSL["SITEID"].iloc[:10], of=number).p
        assert p == pytest.approx(expected)


def test_difference_of_proportions():
    frame = adrs("P", ["Y", "Y", "N", "Y", "N", "Y", "N", "N", "Y", "N"])
    made = estimate({"estimator": "proportion", "by": "SITEID", "compare": "yes"}, adrs_frame=frame)
    row = made.results.set_index("measure").loc["difference"]
    expected = proportion_difference(2, 5, 3, 5)
    assert (row["group"], row["statistic"]) == ("SITEID=102", "difference from SITEID=101")
    assert [row["value"], row["lower"], row["upper"]] == pytest.approx(
        [100 * expected.estimate, 100 * expected.lower, 100 * expected.upper]
    )


def test_delayed_entry_is_compared_with_it():
    endpoint = COMPARED | {"delayed_entry": {"count": "1", "share": "0.1"}}
    entry = np.array([0.5, 1, 2, 1, 3, 2, 1, 4])
    made = estimate(endpoint, adtte("P", EIGHT, ENTRY=entry))
    _, time, censored = zip(*EIGHT, strict=True)
    sex = ADSL["SEX"].iloc[:8]
    expected = log_rank(time, (np.array(censored) == 0) * 1, sex, entry=entry).p
    found = made.results[(made.results["measure"] == "p-value") & (made.results["group"] == "SEX")]
    assert found["value"].iloc[0] == pytest.approx(expected)


def test_a_hazard_ratio_without_end_is_not_estimable():
    # all of M have the event before the only one of F
    made = estimate(COMPARED, adtte("P", [(2, 2, 0), (4, 4, 0), (6, 6, 0), (1, 9, 0)]))
    assert texts(made, "SEX=M")["hazard ratio against SEX=F"] == "NE"
    assert "the model did not settle" in warnings(made, "SEX=M")["hazard ratio against SEX=F"]
