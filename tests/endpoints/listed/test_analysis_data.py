import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.endpoints.listed.analysis_data import Subjects, run_codes, text_codes


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


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_equal_texts_are_one_value_be_they_one_object_or_two(missing):
    other = "".join(["P", "FS"])
    values = pd.Series(["PFS", other, "OS", "OS", missing, other], dtype=object)
    assert values[0] is not values[1]
    codes, distinct = run_codes(values)
    assert codes.tolist() == [0, 0, 1, 1, -1, 0]
    assert distinct.tolist() == ["PFS", "OS"]
    assert run_codes(values.iloc[::2])[0].tolist() == [0, 1, -1]
    assert text_codes(values)[1] == ["", "OS", "PFS"]
