import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.endpoints.listed.analysis_data import Records, Subjects, run_starts, text_numbers


@pytest.mark.parametrize(
    "values",
    [[], ["b"], ["b", "b", "a", "a", "b"], ["b", None, None, "a", np.nan, "b"], ["b", pd.NA, pd.NA, "a", "b", "b"]],
)
@pytest.mark.parametrize("kind", [object, "string", "category"])
def test_texts_are_numbered_in_the_order_in_which_they_are_met(values, kind):
    numbers: dict[str, int] = {}
    codes = text_numbers(pd.Series(values, dtype=kind).to_numpy(dtype=object), np.arange(len(values)), numbers)
    expected, names = pd.factorize(pd.Series(values, dtype=object).fillna(""))
    assert codes.tolist() == expected.tolist()
    assert numbers == {name: number for number, name in enumerate(names)}


def test_a_run_is_of_one_object():
    first, second = object(), object()
    assert run_starts(np.array([first, first, second, first], dtype=object)).tolist() == [0, 2, 3]
    assert run_starts(np.array([], dtype=object)).tolist() == []


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
    values = np.array(["PFS", other, "OS", "OS", missing, other], dtype=object)
    assert values[0] is not values[1]
    numbers = {"TTP": 0, "OS": 1}
    assert text_numbers(values, np.arange(6), numbers).tolist() == [2, 2, 1, 1, 3, 2]
    assert numbers == {"TTP": 0, "OS": 1, "PFS": 2, "": 3}
    assert text_numbers(values, np.array([5, 3, 0]), numbers).tolist() == [2, 1, 2]


def test_a_parameter_s_records_are_by_subject_and_who_is_not_in_adsl_has_none():
    adsl = pd.DataFrame({"USUBJID": ["S-2", "S-1"]})
    frame = pd.DataFrame(
        {
            "USUBJID": ["S-2", "S-2", "S-3", "S-1", "S-1", None],
            "PARAMCD": ["P", "P", "P", "Q", "P", "P"],
            "AVALC": ["Y", None, "Y", "Y", "N", "Y"],
            "AVAL": [1.0, 2.0, 3.0, 4.0, np.nan, 6.0],
        }
    )
    records = Records("ADRS", frame, Subjects(adsl))
    own = records.parameter("P")
    assert (own.rows.tolist(), own.subjects.tolist()) == ([4, 0, 1], [0, 1, 1])
    codes, texts = own.texts("AVALC")
    assert [texts[code] for code in codes] == ["N", "Y", ""]
    assert own.has_text("AVALC", ["Y", "N"]).tolist() == [True, True, False]
    assert own.numbers("AVAL")[1:].tolist() == [1.0, 2.0]
    assert [each.tolist() for each in records.of("P")] == [[4, 0, 1], [0, 1, 1]]
    assert records.parameter("R").rows.tolist() == []
    with pytest.raises(ValueError, match='ADRS has no column "AVALX"'):
        own.texts("AVALX")


def test_more_parameters_than_a_byte_can_number():
    names = [f"P{number}" for number in range(300)]
    frame = pd.DataFrame({"USUBJID": "S-1", "PARAMCD": names})
    records = Records("ADRS", frame, Subjects(pd.DataFrame({"USUBJID": ["S-1"]})))
    assert [records.parameter(name).rows.tolist() for name in names] == [[number] for number in range(300)]
