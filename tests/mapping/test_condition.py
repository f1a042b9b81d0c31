import re

import numpy as np
import pytest

from hcc_sdtm.mapping.language.condition import Join, columns_of, parse_condition, row_mask
from hcc_sdtm.problem import StudyError
from tests.mapping.site import map_text, records

HEAD = """
site: "201"
missing: ["", NK]
tables:
  patient: {file: patient.csv, subject: no}
"""


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ({"matches": "V(1"}, '"V(1" of column "C" is no regular expression: missing )'),
        ({"matches": "(a+)+b"}, "repeats a group that repeats"),
        ({"matches": "(?:x|[0-9]*){2,}"}, "repeats a group that repeats"),
        ({"matches": ["a", "b"]}, '"matches" of column "C" needs one text; several go with in, not_in, starts_with'),
        ({"contains": ""}, '"contains" of column "C" needs a text'),
        ({"starts_with": []}, '"starts_with" of column "C" needs a text'),
        ({"start_with": "a"}, 'unknown test "start_with"; did you mean "starts_with"?'),
        ({"present": "x"}, 'unknown test "present"; did you mean'),
        ("presnt", 'column "C" needs one test: present, absent, equals'),
        ({"before": "May"}, '"before" of column "C" needs a day such as 2021-03-05, not "May"'),
        ({"above": "ten"}, '"above" of column "C" needs a number, not "ten"'),
    ],
)
def test_a_test_that_is_none_says_what_was_expected(test, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_condition({"C": test})


def test_a_wrong_expression_is_a_problem_at_its_line(tmp_path):
    mapping = HEAD + 'DM:\n  - rows: patient\n    SUBJID: {copy: subject}\n    when: {no: {matches: "["}}\n'
    with pytest.raises(StudyError) as error:
        map_text(tmp_path, mapping, patient="no\n1\n")
    assert 'mappings/site.yaml:9: when: "[" of column "no" is no regular expression' in str(error.value)


def test_conditions_join(tmp_path):
    mapping = HEAD + (
        "DM:\n  - rows: patient\n    SUBJID: {copy: subject}\n"
        "    when: {any: [{no: {starts_with: [a, b]}}, {not: {arm: {contains: x}}, no: {ends_with: '9'}}]}\n"
    )
    patient = "no,arm\nA1,x\nB2,\nC9,NK\nC8,NK\nd9,ax\n"
    site, _ = map_text(tmp_path, mapping, patient=patient)
    assert records(site, "DM")["SUBJID"].tolist() == ["A1", "B2", "C9"]


def test_the_mask_of_a_joined_condition():
    parts = parse_condition({"all": [{"A": "present"}, {"not": {"B": "present"}}]})
    assert isinstance(parts, Join)
    assert list(columns_of(parts)) == ["A", "B"]
    rows = {"A": np.array([True, True, False]), "B": np.array([True, False, False])}
    assert row_mask(parts, 3, lambda test: rows[test.column]).tolist() == [False, True, False]
    assert parse_condition(parts) is parts
