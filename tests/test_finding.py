import hashlib
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.finding import (
    FINDING_COLUMNS,
    KEY_COLUMNS,
    SEVERITIES,
    Finding,
    build_findings,
    finding_keys,
    findings_frame,
    join_findings,
    short_digest,
    without_positions,
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


FEW = st.sampled_from(["", "a", "=1", "随访", "ab", "b"])
FINDINGS = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(["RS-003 response.after-death", "DM-004 sex.term"]),
        severity=st.sampled_from(SEVERITIES),
        message=st.sampled_from(["bad", "bad at x.xlsx:S!C7", "bad at x.xlsx:S!C8", "worse"]),
        site=st.sampled_from(["101", ""]),
        subject=FEW,
        keys=FEW,
        record=st.integers(1, 12).map(str),
        variable=FEW,
        value=FEW,
        expected=FEW,
        source=st.integers(1, 12).map(lambda row: f"x.xlsx:S!C{row}"),
        typed=FEW,
    ),
    max_size=12,
)
CONTENT = [name for name in FINDING_COLUMNS if name not in ("record", "source", "cause", "message")]


def keys_by_content(findings, keys):
    """Which keys the findings of each content have: findings alike in all but their place cannot be told apart."""
    content = [tuple(row) for row in findings[CONTENT].assign(m=findings["message"].map(without_positions)).to_numpy()]
    return sorted((row, key) for row, key in zip(content, keys, strict=True))


def keyed(findings):
    return sorted(zip(map(tuple, findings.to_numpy()), finding_keys(findings), strict=True))


@given(FINDINGS, st.randoms())
def test_keys_are_all_different_and_depend_on_neither_rows_nor_records_nor_cells(findings, random):
    frame = findings_frame(findings)
    keys = finding_keys(frame)
    assert len(set(keys)) == len(frame)
    order = list(range(len(frame)))
    random.shuffle(order)
    shuffled = frame.iloc[order].reset_index(drop=True)
    assert keyed(shuffled) == keyed(frame)
    # as if 300 rows had been put in above, and every cell had moved
    moved = frame.assign(
        record=[str(int(record) + 300) for record in frame["record"]],
        source=[source.replace("!C", "!D30") for source in frame["source"]],
        message=[message.replace("!C", "!D30") for message in frame["message"]],
        cause="x",
    )
    assert keys_by_content(moved, finding_keys(moved)) == keys_by_content(frame, keys)


@given(FINDINGS)
def test_another_finding_more_leaves_the_keys_of_other_content_alone(findings):
    frame = findings_frame(findings)
    more = join_findings([frame, findings_frame([Finding("ZZ-001 a.b", "error", "new")])])
    assert finding_keys(more)[:-1].tolist() == finding_keys(frame).tolist()


def test_a_key_is_twelve_digits_of_the_id_and_further_ones_are_numbered_by_content():
    frame = findings_frame(
        [
            Finding("RS-003 a.b", "warning", "m", subject="S-1", value="2", record="1"),
            Finding("RS-003 a.b", "warning", "m", subject="S-1", value="1", record="2"),
            Finding("RS-003 a.b", "error", "m", subject="S-1", value="9", record="3"),
        ]
    )
    first = finding_keys(frame)[2]
    assert len(first) == 12
    assert finding_keys(frame).tolist() == [f"{first}-3", f"{first}-2", first]
    renamed = frame.assign(rule="RS-003 another.name")
    assert finding_keys(renamed).tolist() == finding_keys(frame).tolist()
    assert finding_keys(frame.assign(typed="x"))[2] != first
    assert finding_keys(findings_frame()).tolist() == []


def test_a_digest_is_never_a_number_to_a_spreadsheet_program():
    digests = [short_digest(str(number)) for number in range(20_000)]
    # 12 hexadecimal digits would be a number about once in a hundred and thirty
    assert not [digits for digits in digests if re.fullmatch(r"\d+(e\d+)?", digits)]
    whole = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(20_000)]
    moved = [(one, other) for one, other in zip(digests, whole, strict=True) if one != other[:12]]
    assert 50 < len(moved) < 500
    assert all(len(one) == 12 and one in other for one, other in moved)


def test_of_findings_alike_in_all_but_their_place_the_upper_one_comes_first():
    frame = findings_frame([Finding("R-001 a.b", "note", "m", source=f"x.xlsx:S!C{row}") for row in (10, 9)])
    first, second = finding_keys(frame)
    assert first == f"{second}-2"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("the first, at site_102.xlsx:Enrolment!A10, is kept", "the first, at site_102.xlsx:Enrolment!#, is kept"),
        ("no value at labs.csv:C7 and x.yaml:14", "no value at labs.csv:# and x.yaml:#"),
        ("not looked at: E4:E17, E19:E30", "not looked at: #"),
        ("the last of them TRDTC 2022-02-28 (TR record 683)", "the last of them TRDTC 2022-02-28 (TR record #)"),
        ("3 rows (14, 20 to 21) are left out", "3 rows (#) are left out"),
        ("on lines 2 and 15 and 3 cells", "on lines # and 3 cells"),
        ('"E4:E17 on line 7" is no term', '"E4:E17 on line 7" is no term'),
        ("line 2 of therapy starts before line 1", "line 2 of therapy starts before line 1"),
        ("earlier than 5 records; 4.5 mm in T01", "earlier than 5 records; 4.5 mm in T01"),
    ],
)
def test_a_message_without_positions_keeps_data_and_counts(message, expected):
    assert without_positions(message) == expected


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
