import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.outputs.tables.summary import summarise


def test_numbers_with_one_decimal_more_than_the_data():
    assert summarise(pd.Series([1.0, 2, 3, 4, np.nan]), 0) == ("4", "2.5 (1.3)", "2.5", "1.5 to 3.5", "1 to 4")


def test_the_sd_of_one_subject_is_not_estimable_and_of_nobody_there_is_nothing():
    assert summarise(pd.Series([7.0]), 1) == ("1", "7.00 (NE)", "7.00", "7.00 to 7.00", "7.0 to 7.0")
    assert summarise(pd.Series([np.nan, np.nan]), 0) == ("0", "", "", "", "")


@pytest.mark.parametrize(
    ("values", "quartiles"),
    [
        # SAS PCTLDEF=5, and quantile(type = 2) of R
        ([1, 2, 3, 4, 5], "2.0 to 4.0"),
        ([1, 2, 3, 4, 5, 6], "2.0 to 5.0"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "2.5 to 6.5"),
    ],
)
def test_quartiles_are_those_of_sas(values, quartiles):
    assert summarise(pd.Series(values, dtype=float), 0)[3] == quartiles


def by_definition_five(values, share):
    """PCTLDEF=5: with n p = j + g, the mean of x[j] and x[j + 1] where g is 0, else x[j + 1]."""
    ordered = sorted(values)
    j, rest = divmod(len(ordered) * share, 4)
    return ordered[j] if rest else (ordered[j - 1] + ordered[j]) / 2


@given(st.lists(st.integers(0, 400), min_size=2, max_size=60))
def test_every_number_is_that_of_plain_python(values):
    n, mean, median, quartiles, ends = summarise(pd.Series(values, dtype=float), 2)
    assert n == str(len(values))
    average, spread = (float(part.strip(")")) for part in mean.split(" ("))
    assert average == pytest.approx(statistics.fmean(values), abs=6e-4)
    assert spread == pytest.approx(statistics.stdev(values), abs=6e-4)
    assert float(median) == statistics.median(values)
    assert quartiles == f"{by_definition_five(values, 1):.3f} to {by_definition_five(values, 3):.3f}"
    assert ends == f"{min(values)}.00 to {max(values)}.00"
