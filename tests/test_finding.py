import numpy as np
import pandas as pd
import pytest

from hcc_sdtm.finding import (
    FINDING_COLUMNS,
    KEY_COLUMNS,
    SEVERITIES,
    Finding,
    build_findings,
    findings_frame,
    join_findings,
)
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source


def test_a_finding_prints_place_severity_short_id_and_message():
    finding = Finding(
        "DM-004 sex.term", "error", "no term", dataset="DM", subject="S-1", variable="SEX", source="a.csv:C7"
    )
    assert str(finding) == "a.csv:C7: error DM-004 DM S-1 SEX: no term"
    assert str(Finding("MAP-003 column.unused", "note", "unused", table="visit")) == "note MAP-003 visit: unused"


def test_columns_of_whole_rules_repeat_a_text_and_fill_the_rest():
    subjects = pd.Series(["S-1", "S-2"], index=[7, 9])
    found = build_findings(
        "X-001 a.b", "warning", 2, message="m", subject=subjects, value=np.array(["1", "2"], dtype=object)
    )
    expected = findings_frame(
        [
            Finding("X-001 a.b", "warning", "m", subject="S-1", value="1"),
            Finding("X-001 a.b", "warning", "m", subject="S-2", value="2"),
        ]
    )
    pd.testing.assert_frame_equal(found, expected)
    assert set(found.dtypes) == {np.dtype(object)}


def test_no_finding_is_an_empty_frame_of_the_same_shape():
    for frame in (
        build_findings("X", "error", 0, message=[], subject=""),
        findings_frame(),
        join_findings([]),
        join_findings([findings_frame()]),
    ):
        assert (tuple(frame.columns), len(frame)) == (FINDING_COLUMNS, 0)
        assert set(frame.dtypes) == {np.dtype(object)}


def test_an_unknown_column_and_a_wrong_length_are_refused():
    with pytest.raises(TypeError, match="a finding has no colour, size"):
        build_findings("X", "error", 1, size="1", colour="red")
    with pytest.raises(ValueError, match="length"):
        build_findings("X", "error", 2, subject=["a"])


def test_joining_keeps_order_and_renumbers():
    one, two = build_findings("A", "error", 2, message="m"), build_findings("B", "note", 1, message="n")
    joined = join_findings([one, findings_frame(), two])
    assert (joined["rule"].tolist(), joined.index.tolist()) == (["A", "A", "B"], [0, 1, 2])


def test_what_makes_a_finding_the_same_again_is_no_position():
    assert set(KEY_COLUMNS) <= set(FINDING_COLUMNS)
    assert not {"record", "source", "message", "value"} & set(KEY_COLUMNS)
    assert SEVERITIES == ("error", "warning", "note")


def test_all_problems_travel_in_one_error():
    problems = [Problem(Source("a.yaml", line=3), "no such key"), Problem(Source("b.csv"), "empty")]
    error = StudyError(problems)
    assert error.problems == tuple(problems)
    assert str(error) == "a.yaml:3: no such key\nb.csv: empty"


@pytest.mark.parametrize(
    ("name", "names", "hint"),
    [
        ("sxe", ["sex", "age"], '; did you mean "sex"?'),
        ("SEXX", ["Sex", "age"], '; did you mean "Sex"?'),
        ("随仿", ["随访", "入组"], '; did you mean "随访"?'),
        ("zzz", ["sex"], ""),
        ("", ["sex"], ""),
        ("sex", [], ""),
    ],
)
def test_the_nearest_name_that_exists(name, names, hint):
    assert nearest(name, names) == hint
