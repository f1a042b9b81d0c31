import numpy as np
import pytest

from hcc_sdtm.outputs.tables.bounds import bound_legend, bound_text


def row(value, least, greatest, bound="exact", measure="median"):
    return {"value": value, "least": least, "greatest": greatest, "bound": bound, "measure": measure}


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (row(27.0, 26.1, 28.4), "26.1 to 28.4, exact"),
        (row(27.0, 26.1, np.nan, "enumerated"), "26.1 to NE, enumerated"),
        (row(27.0, 27.0, 27.0), "same"),
        (row(np.nan, np.nan, np.nan), "same"),
        (row(27.0, 27.0, 27.0, "at least"), "same, at least"),
        (row(19.0, 19.0, 21.0, "certain", "at-risk"), "19 to 21, certain"),
        (row(0.63, 0.5, 0.7, measure="hazard-ratio"), "0.50 to 0.70, exact"),
        (row(8.30, 8.28, 8.32), "8.28 to 8.32, exact"),
        (row(8.3, 8.3, 8.3004), "8.3 to 8.3, exact"),
        (row(100 * 61 / 105, 100 * 61 / 105, 100 * (61 / 105)), "same"),
        (row(9.0, 9.1, 9.1), "9.1 to 9.1, exact"),
        (row(27.0, np.nan, np.nan, ""), ""),
        (row(27.0, np.nan, np.nan, np.nan), ""),
    ],
)
def test_what_a_reader_is_shown(result, text):
    assert bound_text(result) == text


def test_a_result_that_is_a_range_is_compared_end_by_end():
    """Where the assessments do not tell in which part of a range survival lies, there is no value."""
    own = {"text": "23.0 to 26.2", "lower": 23.0, "upper": 26.2}
    assert bound_text(row(np.nan, 23.0, 26.2) | own) == "same"
    assert bound_text(row(np.nan, 22.0, 26.2, "enumerated") | own) == "22.0 to 26.2, enumerated"
    assert bound_text(row(np.nan, 26.2, np.nan) | own | {"text": "NE", "lower": 26.2}) == "26.2 to NE, exact"


def test_the_legend_explains_the_words_that_stand_in_the_column():
    legend = bound_legend(["same", "1 to 2, certain", ""])
    assert "same: no completion changes it" in legend
    assert "certain: holds every value" in legend
    assert "enumerated" not in legend
    assert bound_legend(["", ""]) == ""
