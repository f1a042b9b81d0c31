from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.endpoints.listed import MEASURES, estimate_endpoints
from hcc_sdtm.spec.endpoint_list import read_endpoints
from tests.endpoints.listed.small_data import ADSL, EIGHT, SUBJECTS, adrs, adtte, estimate, texts, warnings


def test_where_and_by():
    frame = adtte("P", EIGHT, CRIT=[1.0, 1, 1, 1, 1, 1, 2, 2])
    made = estimate({"estimator": "survival", "by": "SITEID", "where": {"CRIT": "1"}}, frame)
    assert texts(made)["subjects"] == "6"
    assert texts(made, "SITEID=101")["subjects"] == "5"
    assert texts(made, "SITEID=102") == {
        "subjects": "1",
        "left out": "4: no record of the parameter (4)",
        "events": "1",
        "censored": "0",
        "median": "12.0 (NE to NE)",
    }
    assert list(made.curves) == ["E"]
    assert list(made.group_curves) == [("E", "SITEID=101"), ("E", "SITEID=102")]


def test_several_variables_of_by():
    made = estimate({"estimator": "survival", "by": ["SITEID", "SEX"]}, adtte("P", EIGHT))
    assert list(dict.fromkeys(made.results["group"])) == ["", "SITEID=101", "SITEID=102", "SEX=F", "SEX=M"]


def test_the_records_behind_each_result():
    frame = adtte("P", EIGHT, ASEQ=np.arange(8.0) + 1)
    made = estimate({"estimator": "survival", "by": "SITEID"}, frame[::-1].reset_index(drop=True))
    analysed = made.analysed
    assert list(analysed.columns) == ["endpoint", "group", "dataset", "USUBJID", "ASEQ"]
    whole = analysed[analysed["group"] == ""]
    assert whole["USUBJID"].tolist() == SUBJECTS[:8]
    assert whole["ASEQ"].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert analysed.loc[analysed["group"] == "SITEID=102", "USUBJID"].tolist() == SUBJECTS[5:8]
    assert set(analysed["dataset"]) == {"ADTTE"}


def test_the_records_behind_a_proportion_are_those_of_adrs():
    made = estimate({"estimator": "proportion"}, adrs_frame=adrs("P", ["Y", "N"]))
    assert made.analysed[["dataset", "USUBJID"]].to_numpy().tolist() == [["ADRS", "S-01"], ["ADRS", "S-02"]]
    assert made.analysed["ASEQ"].isna().all()


def test_order_of_records_changes_nothing():
    endpoint = {"estimator": "survival", "times": ["6", "12"], "by": "SEX", "compare": "yes"}
    first = estimate(endpoint, adtte("P", EIGHT))
    second = estimate(endpoint, adtte("P", EIGHT[::-1]), adsl=ADSL[::-1])
    pd.testing.assert_frame_equal(first.results, second.results)


def test_categories_of_pandas_are_texts():
    frame, endpoint = adtte("P", EIGHT), {"estimator": "survival", "by": "SITEID"}
    as_categories = frame.astype({"USUBJID": "category", "PARAMCD": "category"})
    adsl = ADSL.astype("category")
    first, second = estimate(endpoint, frame), estimate(endpoint, as_categories, adsl=adsl)
    pd.testing.assert_frame_equal(first.results, second.results)


@pytest.mark.parametrize("unit", ["days", "Weeks", "YEARS"])
def test_the_unit_is_that_of_the_parameter(unit):
    made = estimate({"estimator": "survival", "times": ["6"]}, adtte("P", EIGHT, PARAM=f"Time to something ({unit})"))
    assert f"rate at 6 {unit.lower()}" in texts(made)
    assert made.results.set_index("measure").loc["median", "unit"] == unit.lower()


def test_days_are_never_printed_as_months():
    with pytest.raises(ValueError, match='endpoint E is in months, and its parameter is called "Time'):
        estimate({"estimator": "survival", "unit": "months"}, adtte("P", EIGHT, PARAM="Time to something (Days)"))


def test_a_unit_that_nobody_states_is_not_made_up():
    made = estimate({"estimator": "survival", "times": ["6"]}, adtte("P", EIGHT, PARAM="Time to something"))
    assert "rate at 6" in texts(made)
    assert warnings(made)["median"] == "the unit of time is not stated, in PARAM or in the list"


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ({"population": "RTFLL"}, 'ADSL has no column "RTFLL"; did you mean "RTFL"'),
        ({"by": "SITE"}, 'ADSL has no column "SITE"; did you mean "SITEID"'),
        ({"where": {"CNS": "1"}}, 'ADTTE has no column "CNS"; did you mean "CNSR"'),
    ],
)
def test_a_column_that_is_not_there(endpoint, message):
    with pytest.raises(ValueError, match=message):
        estimate({"estimator": "survival"} | endpoint, adtte("P", EIGHT))


def test_a_subject_twice_in_adsl():
    with pytest.raises(ValueError, match="S-01 stands there twice"):
        estimate({"estimator": "survival"}, adsl=pd.concat([ADSL, ADSL.iloc[:1]]))


def test_a_record_of_somebody_who_is_not_in_adsl_is_in_no_endpoint():
    frame = adtte("P", EIGHT).replace({"USUBJID": {"S-01": "S-99"}})
    assert texts(estimate({"estimator": "survival"}, frame))["subjects"] == "7"


REFERENCE = Path(__file__).parents[3] / "specs" / "endpoints.yaml"


def test_the_reference_trial_s_list_on_no_data():
    listed = read_endpoints(REFERENCE, "specs/endpoints.yaml")
    named = {variable for endpoint in listed.endpoints for variable in endpoint.by} | {"SLREAS"}
    adsl = ADSL.assign(**dict.fromkeys(named, ""))
    empty = adtte("", [(1, 1, 1)]).iloc[:0].assign(STARTDT=np.nan, ADT=np.nan, EVNTDESC="")
    made = estimate_endpoints(adsl, adrs("", ["Y"], ADT=np.nan).iloc[:0], empty, listed)
    results = made.results
    assert set(results["endpoint"]) == {endpoint.id for endpoint in listed.endpoints}
    assert (results.loc[results["measure"].isin(["median", "rate", "restricted-mean"]), "text"] == "NE").all()
    rate = results[(results["endpoint"] == "ORR") & (results["measure"] == "proportion")]
    assert rate["text"].tolist() == ["0.0 (0.0 to 30.8)"]
    assert set(results["measure"]) <= set(MEASURES)
    assert not results.duplicated(["endpoint", "group", "measure", "time", "cause"]).any()


def test_every_measure_and_every_row_of_the_reference_study_has_one_name(reference_run):
    results = reference_run.result.endpoints
    assert set(results["measure"]) <= set(MEASURES)
    assert not results.duplicated(["endpoint", "group", "measure", "time", "cause"]).any()
    assert not results["text"].eq("").any()
