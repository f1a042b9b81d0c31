"""Days that are numbers, written as dates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.checks.written_days import written_days


def test_days_missing_days_and_what_is_no_day():
    assert written_days(np.array([22646.0, np.nan, 0.0, 1.9e9])).tolist() == ["2022-01-01", "", "1960-01-01", "1.9e+09"]


@given(st.dates())
def test_every_day_is_written_as_itself(date):
    number = np.datetime64(date) - np.datetime64("1960-01-01", "D")
    assert written_days(np.array([number.astype(float)])).tolist() == [date.isoformat()]
