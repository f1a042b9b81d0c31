"""What rules on analysis datasets ask of the evidence."""

import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.checks.analysis_evidence import (
    NOT_NUMBERED,
    SEVERAL,
    analysis_datasets,
    find_records,
    is_near,
    moment_days,
    rounding,
    subject_days,
)
from hcc_sdtm.checks.column import Column
from hcc_sdtm.checks.evidence import Evidence, Missing
from tests.checks.tables import SPECS, build_dataset, parse_table


def evidence(**tables):
    datasets = {name: build_dataset(name, parse_table(text)) for name, text in tables.items()}
    return Evidence(datasets, SPECS, None)


def test_datasets_of_analysis_and_what_is_missing():
    there = evidence(ADSL="USUBJID  TRTSDT\nS-1  22646", ADRS="USUBJID  PARAMCD\nS-1  OVR", RS="USUBJID\nS-1")
    assert analysis_datasets(there) == ["ADSL", "ADRS"]
    assert analysis_datasets(there, "PARAMCD") == ["ADRS"]
    with pytest.raises(Missing, match="ADSL and ADRS have no CNSR"):
        analysis_datasets(there, "CNSR")
    with pytest.raises(Missing, match="there is no dataset of TTE"):
        analysis_datasets(there, word="TTE")


def test_a_moment_is_on_its_day_as_seconds_and_as_text():
    numbers = evidence(ADLB="USUBJID  PARAMCD  ADTM\nS-1  AFP  2022-01-01T23:59\nS-1  AFP  .")
    assert moment_days(numbers, "ADLB", "ADTM")[0] == 22646
    assert np.isnan(moment_days(numbers, "ADLB", "ADTM")[1])
    numbers.datasets["ADLB"].frame["ADTM"] = [22646 * 86_400 + 86_399.0, np.nan]
    assert moment_days(numbers, "ADLB", "ADTM")[0] == 22646


def test_a_day_of_the_subject_is_that_of_the_record_before_that_of_adsl():
    subjects = "USUBJID  TRTSDT\nS-1  22646\nS-2  22650"
    from_adsl = evidence(ADSL=subjects, ADRS="USUBJID  PARAMCD\nS-2  OVR\nS-9  OVR")
    assert np.array_equal(subject_days(from_adsl, "ADRS", "TRTSDT"), [22650, np.nan], equal_nan=True)
    own = evidence(ADSL=subjects, ADLB="USUBJID  PARAMCD  TRTSDT\nS-2  AFP  2022-01-02")
    assert subject_days(own, "ADLB", "TRTSDT").tolist() == [22647]


def test_records_by_number_alone_and_unclear():
    there = evidence(
        RS="USUBJID  RSSEQ\nS-1  1\nS-1  2\nS-2  1",
        DM="USUBJID\nS-1\nS-2",
        ADRS="USUBJID  PARAMCD\nS-1  OVR\nS-2  OVR\nS-1  OVR\nS-9  OVR",
    )
    every, first = np.arange(4), np.array([0])
    sequence = np.array([2.0, 7.0, np.nan, 1.0])
    assert find_records(there, "RS", "ADRS", every, sequence).tolist() == [1, -1, SEVERAL, -1]
    assert find_records(there, "RS", "ADRS", every[::-1], sequence).tolist() == [-1, -1, 2, 0]
    assert find_records(there, "DM", "ADRS", every, np.full(4, np.nan)).tolist() == [0, 1, 0, -1]
    assert find_records(there, "DM", "ADRS", first, np.array([3.0])).tolist() == [NOT_NUMBERED]


def test_rounding_is_told_by_the_decimals_of_the_column():
    assert rounding(Column(pd.Series([14.29, 12.5, 3.0]))) == pytest.approx(0.005)
    assert rounding(Column(pd.Series([14.2857142857, 12.5]))) == 0
    assert rounding(Column(pd.Series([14.0, 12.0]))) == 0
    assert is_near(np.array([14.29, 14.3, np.nan]), np.array([14.2857, 14.2857, 1.0]), 0.005).tolist() == [
        True,
        False,
        False,
    ]
