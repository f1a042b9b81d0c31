import time

import numpy as np
import pytest

from hcc_sdtm.mapping.language.condition import parse_condition
from hcc_sdtm.mapping.rules.answering import answers


def passes(test, *texts):
    return answers(parse_condition({"C": test}), np.array(texts, dtype=object)).tolist()


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("present", ["x", "0"], [""]),
        ("absent", [""], ["x"]),
        ({"equals": "Total"}, ["TOTAL ", "ｔｏｔａｌ"], ["totals", ""]),
        ({"in": ["1", "是"]}, ["１", "是"], ["11", ""]),
        ({"not_in": ["1", "是"]}, ["2", ""], ["１"]),
        ({"starts_with": "合计"}, ["合计", " 合计：12人"], ["总合计", ""]),
        ({"starts_with": ["Note", "注"]}, ["NOTE 1", "注：x"], ["see note"]),
        ({"ends_with": "小计"}, ["三月小计 "], ["小计三月", ""]),
        ({"contains": "(see"}, ["x （ＳＥＥ below)"], ["see below"]),
        ({"matches": "[vV]isit [0-9]+"}, ["Visit 12", "VISIT 1", "Visit １"], ["Visit", "Visit 1a", "a Visit 1", ""]),
        ({"matches": ".*"}, ["x"], [""]),
        ({"above": "1.5"}, ["2", "１.６"], ["1.5", "high", ""]),
        ({"below": "1.5"}, ["-2"], ["1.5", "low", ""]),
    ],
)
def test_a_test_compares_trimmed_texts_without_case_and_width(test, yes, no):
    assert passes(test, *yes) == [True] * len(yes)
    assert passes(test, *no) == [False] * len(no)


def test_an_expression_is_tried_on_texts_that_a_cell_can_mean_only():
    start = time.perf_counter()
    assert passes({"matches": ".*a.*b"}, "a" * 30_000, "ab") == [False, True]
    assert time.perf_counter() - start < 1
