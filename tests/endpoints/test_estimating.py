from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.endpoints.competing import IncidenceCurve
from hcc_sdtm.endpoints.estimating import RESULT_COLUMNS, estimate_endpoints
from hcc_sdtm.endpoints.survival import SurvivalCurve
from hcc_sdtm.spec.endpoints import EndpointList, read_endpoints

SUBJECTS = [f"S-{number:02d}" for number in range(1, 13)]
ADSL = pd.DataFrame({"USUBJID": SUBJECTS, "RTFL": ["Y"] * 10 + ["N", ""], "SITEID": ["101"] * 5 + ["102"] * 7})


def adtte(parameter, rows, **columns):
    """One record for each (subject number, AVAL, CNSR)."""
    numbers, time, censored = zip(*rows, strict=True)
    data = {"USUBJID": [SUBJECTS[number - 1] for number in numbers], "PARAMCD": parameter}
    data |= {"AVAL": np.array(time, dtype=float), "CNSR": np.array(censored, dtype=float)}
    data |= {"ENTRY": np.nan, "CAUSE": np.nan}
    return pd.DataFrame(data | columns)


def adrs(parameter, values):
    return pd.DataFrame({"USUBJID": SUBJECTS[: len(values)], "PARAMCD": parameter, "AVALC": values})


def estimate(endpoint, adtte_frame=None, adrs_frame=None, adsl=ADSL):
    common = {"id": "E", "label": "An endpoint", "parameter": "P", "population": "RTFL"}
    listed = EndpointList.model_validate({"populations": {"RTFL": "all treated"}, "endpoints": [common | endpoint]})
    empty_tte, empty_rs = adtte("", [(1, 1, 1)]).iloc[:0], adrs("", ["Y"]).iloc[:0]
    return estimate_endpoints(
        adsl,
        adrs_frame if adrs_frame is not None else empty_rs,
        adtte_frame if adtte_frame is not None else empty_tte,
        listed,
    )


def texts(results, group=""):
    part = results[results["group"] == group]
    return dict(zip(part["statistic"], part["text"], strict=True))


EIGHT = [(1, 2, 0), (2, 3, 0), (3, 5, 0), (4, 8, 0), (5, 10, 1), (6, 12, 0), (7, 14, 3), (8, 20, 1)]


def test_survival():
    outside = [(11, 1, 0), (12, 1, 0)]
    results, curves = estimate({"estimator": "survival", "times": ["12", "24"]}, adtte("P", EIGHT + outside))
    assert list(results.columns) == list(RESULT_COLUMNS)
    assert texts(results) == {
        "subjects": "8",
        "left out": "2: no record of the parameter (2)",
        "events": "5",
        "median": "10.0 (2.0 to NE)",
        "rate at 12 months": "33.3 (5.6 to 65.8)",
        "at risk at 12 months": "3",
        "rate at 24 months": "NE",
        "at risk at 24 months": "0",
    }
    rate = results[results["statistic"] == "rate at 12 months"].iloc[0]
    assert rate["value"] == pytest.approx(100 / 3)
    assert (rate["unit"], rate["time"], rate["n"], rate["population"]) == ("%", 12, 8, "all treated")
    assert rate["method"] == "Kaplan-Meier; 95 % limits by the log-log transform (Greenwood variance)"
    assert np.isnan(results.loc[results["statistic"] == "rate at 24 months", "value"].iloc[0])
    assert isinstance(curves["E"], SurvivalCurve)


def test_records_that_cannot_be_used_are_left_out_and_counted():
    rows = [(1, 2, 0), (2, np.nan, 0), (3, -1, 0), (4, np.inf, 1), (5, 3, np.nan), (6, 4, 1), (6, 5, 0), (7, 6, 1)]
    results, _ = estimate({"estimator": "survival", "no_record": "no baseline"}, adtte("P", rows))
    found = texts(results)
    assert found["subjects"] == "2"
    assert found["left out"] == (
        "8: no baseline (3), more than one record (1), no usable duration (3), no usable event or censoring code (1)"
    )


def test_no_record_at_all():
    results, _ = estimate({"estimator": "survival", "times": ["12"]})
    assert texts(results) == {
        "subjects": "0",
        "left out": "10: no record of the parameter (10)",
        "events": "0",
        "median": "NE",
        "rate at 12 months": "NE",
        "at risk at 12 months": "0",
    }


def test_where_and_by():
    frame = adtte("P", EIGHT, CRIT=[1.0, 1, 1, 1, 1, 1, 2, 2])
    results, curves = estimate({"estimator": "survival", "by": "SITEID", "where": {"CRIT": "1"}}, frame)
    assert texts(results)["subjects"] == "6"
    assert texts(results, "SITEID=101")["subjects"] == "5"
    assert texts(results, "SITEID=102") == {
        "subjects": "1",
        "left out": "4: no record of the parameter (4)",
        "events": "1",
        "median": "12.0 (NE to NE)",
    }
    assert list(curves) == ["E"]


DELAYED = {"estimator": "survival", "times": ["12"], "delayed_entry": {"count": "3", "share": "0.2"}}


def test_delayed_entry_before_any_event():
    rows = [(1, 9, 0), (2, 14, 0), (3, 20, 1), (4, 8, 1), (5, 6, 1)]
    frame = adtte("P", rows, ENTRY=[1.0, 2, 3, 7, 6])
    results, curves = estimate(DELAYED, frame)
    # the fifth leaves when it enters; three are at risk from 3 on; at 9 three: S = 2/3
    assert texts(results) == {
        "subjects": "4",
        "left out": "6: no record of the parameter (5), no entry before the exit (1)",
        "events": "2",
        "entered by 12 months": "100.0",
        "at risk at the first event (9.0 months)": "3",
        "curve starts at": "3.0",
        "median": "14.0 (9.0 to NE)",
        "rate at 12 months": "66.7 (5.4 to 94.5)",
        "at risk at 12 months": "2",
    }
    assert curves["E"].start == 3
    assert results["method"].iloc[0].startswith("Kaplan-Meier with delayed entry; ")


def test_delayed_entry_is_conditional_where_events_come_before_the_start():
    # the death at 4 has one at risk: without a start the whole curve would be 0 from there on
    rows = [(1, 4, 0), (2, 9, 0), (3, 14, 0), (4, 20, 1)]
    results, curves = estimate(DELAYED, adtte("P", rows, ENTRY=[1.0, 5, 6, 7]))
    assert texts(results) == {
        "subjects": "4",
        "left out": "6: no record of the parameter (6)",
        "events": "3",
        "entered by 12 months": "100.0",
        "at risk at the first event (4.0 months)": "1",
        "curve starts at": "7.0",
        "median": "NE",
        "rate at 12 months": "NE",
        "median, given event-free at 7.0 months": "14.0 (9.0 to NE)",
        "rate at 12 months, given event-free at 7.0 months": "66.7 (5.4 to 94.5)",
        "at risk at 12 months": "2",
    }
    assert curves["E"].rate(12).estimate == pytest.approx(2 / 3)


def test_delayed_entry_with_too_few_at_risk_has_no_estimate():
    results, curves = estimate(DELAYED, adtte("P", [(1, 9, 0), (2, 14, 0)], ENTRY=[1.0, 13]))
    assert texts(results) == {
        "subjects": "2",
        "left out": "8: no record of the parameter (8)",
        "events": "2",
        "entered by 12 months": "50.0",
        "at risk at the first event (9.0 months)": "1",
        "curve starts at": "NE: never 3 at risk",
        "median": "NE",
        "rate at 12 months": "NE",
    }
    assert curves == {}


def test_competing_causes():
    rows = [(1, 1, 1), (2, 2, 0), (3, 2, 1), (4, 3, 0), (5, 3, 1), (6, 3, 0), (7, 5, 1), (8, 6, 0), (9, 1, 0)]
    endpoint = {"estimator": "cumulative-incidence", "times": ["3"], "causes": ["switch", "death"]}
    frame = adtte("P", rows, CAUSE=[0.0, 1, 0, 2, 0, 2, 0, 2, np.nan])
    results, curves = estimate(endpoint, frame)
    assert texts(results) == {
        "subjects": "8",
        "left out": "2: no record of the parameter (1), no usable event or censoring code (1)",
        "events: switch": "1",
        "events: death": "3",
        "incidence at 3 months: switch": "14.3 (0.7 to 46.5)",
        "incidence at 3 months: death": "34.3 (4.8 to 68.5)",
        "at risk at 3 months": "5",
    }
    assert results.set_index("statistic").loc["incidence at 3 months: death", "cause"] == "death"
    assert isinstance(curves["E"], IncidenceCurve)


def test_proportion_counts_who_has_no_record_as_no():
    frame = adrs("P", ["Y", "Y", "N", "", "N", "Y"])
    results, curves = estimate({"estimator": "proportion"}, adrs_frame=frame)
    assert texts(results) == {
        "subjects": "10",
        "left out": "0",
        "no record, counted as no": "4: no record of the parameter (4)",
        "number": "3 of 10",
        "rate": "30.0 (6.7 to 65.2)",
    }
    assert results["method"].iloc[0] == "proportion with exact (Clopper-Pearson) 95 % limits"
    assert curves == {}


def test_proportion_among_the_evaluable():
    best = adrs("BOR", ["PR", "CR", "SD", "NE", "PD", "PR"])
    frame = pd.concat([adrs("P", ["Y", "Y", "N", "N", "N", "Y"]), best], ignore_index=True)
    among = {"parameter": "BOR", "values": ["CR", "PR", "SD", "PD"], "label": "evaluable"}
    results, _ = estimate({"estimator": "proportion", "among": among, "interval": "wilson"}, adrs_frame=frame)
    assert texts(results) == {
        "subjects": "5",
        "left out": "5: without evaluable (5)",
        "no record, counted as no": "0",
        "number": "3 of 5",
        "rate": "60.0 (23.1 to 88.2)",
    }


def test_follow_up():
    rows = [(1, 1, 0), (2, 2, 0), (3, 4, 6), (4, 6, 6), (5, 8, 6)]
    results, curves = estimate({"estimator": "follow-up"}, adtte("P", rows))
    assert texts(results)["median"] == "6.0 (4.0 to NE)"
    assert curves == {}


def test_order_of_records_changes_nothing():
    endpoint = {"estimator": "survival", "times": ["6", "12"]}
    first, _ = estimate(endpoint, adtte("P", EIGHT))
    second, _ = estimate(endpoint, adtte("P", EIGHT[::-1]), adsl=ADSL[::-1])
    pd.testing.assert_frame_equal(first, second)


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


def test_the_reference_trial_s_list_on_no_data():
    listed = read_endpoints(Path(__file__).parents[2] / "specs" / "endpoints.yaml", "specs/endpoints.yaml")
    empty = adtte("", [(1, 1, 1)]).iloc[:0]
    results, curves = estimate_endpoints(ADSL, adrs("", ["Y"]).iloc[:0], empty, listed)
    assert set(results["endpoint"]) == {endpoint.id for endpoint in listed.endpoints}
    assert (results.loc[results["statistic"].str.startswith("median"), "text"] == "NE").all()
    assert (results.loc[results["endpoint"] == "ORR", "text"].iloc[-1]) == "0.0 (0.0 to 30.8)"
    assert set(curves) == {"PFS", "PFSEMA", "DCTRL", "OS", "OSRT", "TTNT2L"}
