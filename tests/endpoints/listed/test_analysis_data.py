import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.endpoints.listed.analysis_data import Subjects, run_codes


@pytest.mark.parametrize(
    "values",
    [[], ["b"], ["b", "b", "a", "a", "b"], ["b", None, None, "a", np.nan, "b"], ["b", pd.NA, pd.NA, "a", "b", "b"]],
)
@pytest.mark.parametrize("kind", [object, "string", "category"])
def test_codes_of_runs_are_those_of_every_value(values, kind):
    codes, distinct = run_codes(pd.Series(values, dtype=kind))
    expected, names = pd.factorize(pd.Series(values, dtype=object))
    assert codes.tolist() == expected.tolist()
    assert distinct.tolist() == names.tolist()


def test_who_is_not_in_adsl_has_no_number():
    subjects = Subjects(pd.DataFrame({"USUBJID": ["S-2", "S-1"], "SAFFL": ["Y", ""]}))
    assert subjects.numbers(pd.Series(["S-1", "S-1", "S-3", None, "S-2", "S-1"])).tolist() == [0, 0, -1, -1, 1, 0]


def test_a_variable_of_adsl_is_by_subject_number():
    subjects = Subjects(pd.DataFrame({"USUBJID": ["S-2", "S-1"], "SAFFL": ["Y", None]}))
    codes, texts = subjects.texts("SAFFL")
    assert [texts[code] for code in codes] == ["", "Y"]
