from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.endpoints.interval_censored import interval_censored
from tests.endpoints.listed.small_data import adrs, adtte, estimate, texts, warnings

MONTH = 30.4375
ENDPOINT = {
    "estimator": "interval-censored",
    "times": ["2", "4", "12"],
    "assessments": {"parameter": "OVR", "values": ["SD"]},
    "between": "PD",
}


def records(rows: list[tuple[int, int, str]], start: int = 1000) -> pd.DataFrame:
    """(subject, days after the origin, what happened); AVAL is (days + 1) / month."""
    codes = [(number, (days + 1) / MONTH, float(said == "Ongoing")) for number, days, said in rows]
    dates = {"STARTDT": float(start), "ADT": [start + float(days) for _, days, _ in rows]}
    return adtte("P", codes, EVNTDESC=[said for _, _, said in rows], **dates)


def scans(rows: list[tuple[int, int, str]], start: int = 1000) -> pd.DataFrame:
    frames = [
        adrs("OVR", [value]).assign(USUBJID=f"S-{number:02d}", ADT=float(start + days)) for number, days, value in rows
    ]
    return pd.concat(frames, ignore_index=True)


ROWS = [(1, 60, "PD"), (2, 100, "PD"), (3, 80, "Death"), (4, 150, "Ongoing"), (5, 40, "PD")]
SCANS = [(1, 40, "SD"), (1, 60, "PD"), (2, 40, "SD"), (2, 70, "NE"), (3, 40, "SD"), (4, 150, "SD"), (2, -20, "SD")]


def test_a_progression_lies_after_the_last_adequate_assessment_without_it():
    made = estimate(ENDPOINT, records(ROWS), scans(SCANS))
    # days with the first one counted: (41, 61], (41, 101], 81 exact, 151 censored, (0, 41]: nothing was seen before
    expected = interval_censored([41, 41, 81, 151, 0], [61, 101, 81, np.inf, 41])
    found = made.results.set_index("statistic")
    for t in (2, 4):
        rate = expected.rate(t * MONTH)
        row = found.loc[f"rate at {t} months"]
        ends = (row["value"], row["value"]) if np.isfinite(row["value"]) else (row["lower"], row["upper"])
        assert ends == pytest.approx((100 * rate.lowest, 100 * rate.highest))
    assert found.loc["events between two assessments", "value"] == 3
    assert found.loc["rate at 12 months", "text"] == "NE"
    assert found["method"].iloc[0] == "Turnbull (interval-censored), without limits"


def test_a_range_is_printed_where_the_assessments_do_not_tell():
    made = estimate(ENDPOINT | {"times": ["1"]}, records(ROWS), scans(SCANS))
    assert texts(made)["rate at 1 months"] == "80.0 to 100.0"
    assert warnings(made)["rate at 1 months"] == "the assessments do not tell where in the range it lies"
    assert np.isnan(made.results.set_index("statistic").loc["rate at 1 months", "value"])


def test_an_assessment_before_the_origin_or_after_the_event_does_not_count():
    plain = estimate(ENDPOINT, records(ROWS), scans([each for each in SCANS if each[1] >= 0]))
    later = estimate(ENDPOINT, records(ROWS), scans([*SCANS, (1, 90, "SD"), (11, 30, "SD")]))
    assert texts(plain) == texts(later)


def test_a_time_that_its_dates_do_not_give_is_left_out():
    frame = records(ROWS)
    frame.loc[1, "AVAL"] += 1
    frame.loc[2, "ADT"] = np.nan
    assert texts(estimate(ENDPOINT, frame, scans(SCANS)))["left out"] == (
        "7: no record of the parameter (5), no usable date of origin or event (1), "
        "a time that is not the one between its dates (1)"
    )


def test_no_records():
    empty = records(ROWS).iloc[:0]
    assert texts(estimate(ENDPOINT | {"unit": "months"}, empty, scans(SCANS)))["median"] == "NE"


def test_times_of_one_length_are_left_out_with_that_reason():
    left_out = texts(estimate(ENDPOINT, records(ROWS).iloc[:1], scans(SCANS)))["left out"]
    assert left_out.endswith("all times are of one length, which does not say how they count days (1)")
