import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from hcc_sdtm import strategies
from hcc_sdtm.dates import from_days, study_day, to_days


def test_there_is_no_day_0_and_only_complete_dates_have_one():
    frame = pd.DataFrame(
        [
            ("2021-03-05", "2021-03-05", 1),
            ("2021-03-04", "2021-03-05", -1),
            ("2021-03-06", "2021-03-05", 2),
            ("2021-03-05T23:59", "2021-03-05T00:01", 1),
            ("2021-03-04T23:59", "2021-03-05T00:01", -1),
            ("2024-03-01", "2024-02-28", 3),
            ("2021-03", "2021-03-05", np.nan),
            ("2021-03-05", "2021-03", np.nan),
            ("2021---05", "2021-03-05", np.nan),
            ("", "2021-03-05", np.nan),
            ("2021-03-05", "", np.nan),
        ],
        columns=["RSDTC", "RFSTDTC", "RSDY"],
        index=range(7, 18),
    )
    found = study_day(frame["RSDTC"], frame["RFSTDTC"])
    pd.testing.assert_series_equal(found, frame["RSDY"], check_names=False)
    numeric = study_day(to_days(frame["RSDTC"]), to_days(frame["RFSTDTC"]))
    pd.testing.assert_series_equal(numeric, frame["RSDY"], check_names=False)


def test_different_indexes_are_refused():
    with pytest.raises(ValueError, match="different indexes"):
        study_day(pd.Series(["2021-03-05"], index=[1]), pd.Series(["2021-03-05"], index=[2]))


@given(strategies.days(), strategies.days())
def test_the_date_comes_back_from_its_study_day(day, reference):
    dates, references = pd.Series([day.isoformat()]), pd.Series([reference.isoformat()])
    number = study_day(dates, references)
    assert number[0] != 0
    assert list(from_days(to_days(references) + number - (number > 0))) == [day.isoformat()]
