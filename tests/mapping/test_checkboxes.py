import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.tables.checkboxes import _texts
from hcc_sdtm.problem import StudyError
from tests.mapping.site import cells, map_text, open_text, records, rows_of

RACE = (
    'site: "201"\nmissing: ["", NK]\ntables:\n  t:\n    file: t.csv\n    subject: no\n    checkbox:\n'
    '      RACE: {columns: "race___{code}", code: {"1": WHITE, "2": ASIAN, "3": WHITE}, several: MULTIPLE}\n'
)


def group(columns, code, **options):
    listed = "".join(f", {name}: {value}" for name, value in options.items())
    return (
        'site: "201"\ntables:\n  t: {file: t.csv, subject: no, '
        f"checkbox: {{SYMPTOM: {{columns: '{columns}', code: {code}{listed}}}}}}}\n"
    )


def test_boxes_become_the_text_of_the_checked_one(tmp_path):
    text = "no,race___1,race___2,race___3\n1,1,0,\n2,0,1,0\n3,1,Checked,0\n4,0,0,0\n5,NK,,\n6,1,0,1\n"
    view, findings = open_text(tmp_path, RACE, t=text)
    found = [row for (row,) in rows_of(view, "RACE")]
    assert found == ["WHITE", "ASIAN", "MULTIPLE", "", "", "WHITE"]
    assert findings.empty
    assert view.positions["RACE"] == ((2, 3, 4),)


def test_several_are_joined_in_the_order_of_the_codes_where_no_text_is_given_for_them(tmp_path):
    mapping = group("{code}", "[恶心, 呕吐, 腹痛]")
    text = "no,腹痛,恶心,呕吐\n1,√,☑,□\n2,是,否,无\n3,腹痛,,呕吐\n"
    view, findings = open_text(tmp_path, mapping, t=text)
    assert rows_of(view, "SYMPTOM") == [["恶心; 腹痛"], ["腹痛"], ["呕吐; 腹痛"]]
    assert findings.empty


def test_joined_texts_can_be_taken_apart_again(tmp_path):
    mapping = group("s_{code}", "{a: NAUSEA, b: PAIN}")
    mapping = mapping.replace("}}}\n", "}}, explode: {columns: [SYMPTOM], separator: ';'}}\n")
    mapping += "DM:\n  - {rows: t, SUBJID: {copy: subject}}\nMH:\n  - {rows: t, MHTERM: {copy: SYMPTOM}}\n"
    site, lineage = map_text(tmp_path, mapping, t="no,s_a,s_b\n1,1,1\n2,0,1\n")
    assert records(site, "MH")[["SUBJID", "MHTERM"]].values.tolist() == [["1", "NAUSEA"], ["1", "PAIN"], ["2", "PAIN"]]
    hidden = site.frames["MH"][0]
    rule = lineage.plans[hidden["_plan"].iloc[1]].rules["MHTERM"][0]
    found = lineage.origins.cells(hidden["_row"].iloc[1], rule.at(hidden["_item"].iloc[1]))
    assert [(str(source), typed) for source, typed in found] == [("t.csv:B2", "1"), ("t.csv:C2", "1")]


def test_a_text_that_means_neither_is_a_finding_at_its_box_and_the_group_is_left_missing(tmp_path):
    mapping = RACE + "DM:\n  - {rows: t, SUBJID: {copy: subject}, RACE: {term: RACE}}\n"
    site, _ = map_text(tmp_path, mapping, t="no,race___1,race___2,race___3\n1,1,x,0\n2,0,0,0\n3,1,0,0\n")
    assert records(site, "DM")["RACE"].tolist() == ["", "", "WHITE"]
    assert cells(site, "MAP-042") == [("t.csv:C2", "x")]
    message = site.findings.loc[site.findings["rule"].str.startswith("MAP-042"), ["message", "subject"]].values.tolist()
    assert message == [['the box\'s text "x" means neither checked nor unchecked; RACE is left missing', "1"]]


def test_what_checked_and_unchecked_are_can_be_declared(tmp_path):
    mapping = group("s_{code}", "[a, b]", checked="x", unchecked="'-'")
    view, findings = open_text(tmp_path, mapping, t="no,s_a,s_b\n1,X,-\n2,x,0\n3,1,x\n")
    assert rows_of(view, "SYMPTOM") == [["a"], ["a"], [""]]
    assert findings["typed"].tolist() == ["1"]


def test_a_checked_box_that_the_mapping_does_not_name_is_a_finding(tmp_path):
    text = "no,race___1,race___2,race___3,race___6,race___text\n1,1,0,0,1,\n2,1,0,0,0,mixed\n"
    view, findings = open_text(tmp_path, RACE, t=text)
    assert rows_of(view, "RACE") == [[""], ["WHITE"]]
    assert findings[["rule", "source"]].values.tolist() == [["MAP-043 checkbox.unknown-code", "t.csv:E2"]]


def test_a_box_that_the_sheet_has_not_and_a_name_that_it_has(tmp_path):
    with pytest.raises(StudyError) as error:
        open_text(tmp_path, RACE, t="no,RACE,race___1,race__2,race___3\n1,,1,0,0\n")
    assert [str(problem) for problem in error.value.problems] == [
        'site.yaml:8: the sheet has a column "RACE" already; call the group something else',
        'site.yaml:8: t.csv has no column "race___2"; did you mean "race__2"?',
    ]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (group("race", "[a]"), 'the pattern of a checkbox needs {code}, as in "race___{code}"'),
        (group("{code}{code}", "[a]"), "the pattern of a checkbox needs {code}"),
        (group("s_{code}", "[a]", checked="[x, y]", unchecked="y"), '"y" means checked and unchecked'),
        (group("s_{code}", "[]"), "code: needs at least one text"),
    ],
)
def test_a_wrong_group_is_a_problem(tmp_path, mapping, message):
    with pytest.raises(StudyError) as error:
        open_text(tmp_path, mapping, t="no\n1\n")
    assert f"site.yaml:3: {message}" in str(error.value) or f"site.yaml:3: SYMPTOM: {message}" in str(error.value)


def test_an_identifying_box_is_never_quoted(tmp_path):
    mapping = "identifying: [s_a]\n" + group("s_{code}", "[a, b]")
    view, findings = open_text(tmp_path, mapping, t="no,s_a,s_b\n1,张三,0\n")
    assert "SYMPTOM" in view.hidden
    assert findings["typed"].tolist() == [""]
    assert "张三" not in str(findings.values)


@given(
    st.integers(1, 40).flatmap(
        lambda boxes: st.lists(st.lists(st.booleans(), min_size=boxes, max_size=boxes), max_size=30)
    )
)
def test_each_row_has_the_texts_of_its_checked_boxes(rows):
    boxes = len(rows[0]) if rows else 1
    texts = [f"t{number % 30}" for number in range(boxes)]
    found = _texts(np.array(rows, dtype=np.int8).reshape(len(rows), boxes), texts, "")
    expected = ["; ".join(dict.fromkeys(text for text, on in zip(texts, row, strict=True) if on)) for row in rows]
    assert found.tolist() == expected
