from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.endpoints.proportion import proportion
from tests.endpoints.listed.small_data import adrs, estimate, texts


def test_who_has_no_record_counts_as_no():
    made = estimate({"estimator": "proportion"}, adrs_frame=adrs("P", ["Y", "Y", "N", "", "N", "Y"]))
    assert texts(made) == {
        "subjects": "10",
        "left out": "0",
        "no record, counted as no": "4: no record of the parameter (4)",
        "number": "3 of 10",
        "rate": "30.0 (6.7 to 65.2)",
    }
    assert made.results["method"].iloc[0] == "proportion with exact (Clopper-Pearson) 95 % limits"
    assert made.curves == {}


def test_among_the_evaluable():
    best = adrs("BOR", ["PR", "CR", "SD", "NE", "PD", "PR"])
    frame = pd.concat([adrs("P", ["Y", "Y", "N", "N", "N", "Y"]), best], ignore_index=True)
    among = {"parameter": "BOR", "values": ["CR", "PR", "SD", "PD"], "label": "an evaluable response"}
    made = estimate({"estimator": "proportion", "among": among, "interval": "wilson"}, adrs_frame=frame)
    assert texts(made) == {
        "subjects": "5",
        "left out": "5: without an evaluable response (5)",
        "no record, counted as no": "0",
        "number": "3 of 5",
        "rate": "60.0 (23.1 to 88.2)",
    }


@pytest.mark.parametrize("interval", ["clopper-pearson", "wilson", "jeffreys", "agresti-coull", "mid-p"])
def test_every_kind_of_limits(interval):
    made = estimate({"estimator": "proportion", "interval": interval}, adrs_frame=adrs("P", ["Y", "Y", "N"]))
    rate = made.results.set_index("measure").loc["proportion"]
    expected = proportion(2, 10, interval)
    assert (rate["lower"], rate["upper"]) == (100 * expected.lower, 100 * expected.upper)


def test_values_of_another_parameter():
    endpoint = {"estimator": "proportion", "values": ["CR", "PR"]}
    assert texts(estimate(endpoint, adrs_frame=adrs("P", ["CR", "PR", "SD", "PD"])))["number"] == "2 of 10"
