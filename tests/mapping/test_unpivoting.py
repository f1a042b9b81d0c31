import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from tests.mapping.site import cells, map_text, open_text, records, rows_of

HEAD = 'site: "201"\ntables:\n  t:\n    file: t.csv\n    subject: no\n    '


def problems(folder, mapping, text):
    with pytest.raises(StudyError) as error:
        open_text(folder, mapping, t=text)
    return [str(problem) for problem in error.value.problems]


def test_several_keys_with_values_that_are_not_the_header_and_named_measures(tmp_path):
    mapping = HEAD + (
        "unpivot: {columns: '{TEST}_{VISIT}_{measure}', TEST: {alt: ALT, ast: AST}, VISIT: {bl: '1', fu: '2'}, "
        "measures: {result: res, unit: u}}\n"
    )
    text = "alt_bl_res,alt_bl_u,no,ast_fu_res,ast_fu_u,sex\n30,U/L,1,45,,M\n,,2,,U/L,F\n"
    view, _ = open_text(tmp_path, mapping, t=text)
    assert rows_of(view, "subject", "sex", "TEST", "VISIT", "result", "unit") == [
        ["1", "M", "ALT", "1", "30", "U/L"],
        ["1", "M", "AST", "2", "45", ""],
        ["2", "F", "AST", "2", "", "U/L"],
    ]
    assert view.cells([1], "result") == (["t.csv:D2"], ["45"])
    assert view.cells([2], "sex") == (["t.csv:F3"], ["F"])
    assert (view.positions["TEST"], view.positions["sex"]) == ((), ((6,),))


def test_a_pattern_without_measure(tmp_path):
    mapping = HEAD + "unpivot: {columns: '第{VISITNUM}次疗效', VISITNUM: ['1', '2'], measures: 疗效}\n"
    view, _ = open_text(tmp_path, mapping, t="no,第1次疗效,第2次疗效\n1,PR,PD\n2,,SD\n")
    assert rows_of(view, "subject", "VISITNUM", "疗效") == [["1", "1", "PR"], ["1", "2", "PD"], ["2", "2", "SD"]]


def test_a_header_of_two_levels_whose_upper_one_holds_to_the_right(tmp_path):
    mapping = HEAD + (
        "header: {levels: [1, 2], fill: right}\n"
        "    unpivot: {columns: '{VISIT} / {measure}', VISIT: {基线: '0', 第1次: '1'}, measures: [日期, 疗效]}\n"
    )
    view, _ = open_text(tmp_path, mapping, t="no,基线,,第1次,\n,日期,疗效,日期,疗效\n1,a,,b,PR\n")
    assert rows_of(view, "VISIT", "日期", "疗效") == [["0", "a", ""], ["1", "b", "PR"]]


def test_measures_that_not_every_visit_has_are_declared(tmp_path):
    mapping = (
        HEAD + "unpivot: {columns: 'v{V} {measure}', V: ['0', '1', '2'], measures: [date, resp], optional: resp}\n"
    )
    text = "no,v0 date,v1 date,v1 resp\n1,a,b,PR\n"
    view, _ = open_text(tmp_path, mapping, t=text)
    assert rows_of(view, "V", "date", "resp") == [["0", "a", ""], ["1", "b", "PR"]]
    assert view.positions["resp"] == ((), (4,), ())
    assert problems(tmp_path, mapping.replace(", optional: resp", ""), text) == [
        'site.yaml:6: t.csv has no column "v0 resp"; did you mean "v1 resp"?'
    ]
    # an optional measure that no visit has is a wrong name
    (problem,) = problems(tmp_path, mapping, text.replace("v1 resp", "v1 response"))
    assert problem == 'site.yaml:6: t.csv has no column "v0 resp"; did you mean "v1 response"?'


def test_every_missing_column_is_named_at_once(tmp_path):
    mapping = HEAD + "unpivot: {columns: 'v{V} {measure}', V: ['1', '2'], measures: [date, resp]}\n"
    assert problems(tmp_path, mapping, "n,v1 date,v1 rsp,v2 dat,v2 resp\n1,a,b,c,d\n") == [
        'site.yaml:5: t.csv has no column "no"; did you mean "n"?',
        'site.yaml:6: t.csv has no column "v2 date"; did you mean "v2 dat"?',
        'site.yaml:6: t.csv has no column "v1 resp"; did you mean "v1 rsp"?',
    ]


def test_an_item_that_the_mapping_does_not_declare_is_a_warning_at_its_first_header(tmp_path):
    mapping = HEAD + "unpivot: {columns: 'v{V} {measure}', V: ['1', '2'], measures: [date, resp]}\n"
    text = "no,v1 date,v1 resp,v3 date,v3 resp,v4 date,v4 resp,vital resp\n1,a,b,c,d,,,x\n"
    _, findings = open_text(tmp_path, mapping, t=text)
    assert findings[["rule", "source", "message"]].values.tolist() == [
        [
            "MAP-044 unpivot.undeclared-item",
            "t.csv:D1",
            'unpivot names no item V 3: the texts of "v3 date" and 1 more are in no row of this table',
        ]
    ]
    # another table of the mapping has it
    other = "  u: {file: t.csv, subject: no, unpivot: {columns: 'v{V} {measure}', V: ['3'], measures: [date, resp]}}\n"
    _, findings = open_text(tmp_path, mapping + other, t=text)
    assert findings.empty


@pytest.mark.parametrize(
    ("option", "column"),
    [
        ("{columns: '{TEST}_{V}', TEST: [ALT, AST], V: ['1'], measures: result}", "date_birth"),
        ("{columns: '{V}', V: [a, b], measures: result}", "c"),
        ("{columns: 'ALT{V}', V: ['1', '2'], measures: result}", "ALT备注"),
    ],
)
def test_a_column_that_only_looks_like_an_item_by_chance_is_none(tmp_path, option, column):
    first = "ALT_1" if "TEST" in option else "a" if "'{V}'" in option else "ALT1"
    _, findings = open_text(tmp_path, HEAD + f"unpivot: {option}\n", t=f"no,{first},{column}\n1,x,y\n")
    assert findings.empty


def test_a_raw_row_without_any_item_is_in_the_account(tmp_path):
    mapping = HEAD + "unpivot: {columns: 'v{V}', V: ['1', '2'], measures: resp}\n"
    view, _ = open_text(tmp_path, mapping, t="no,v1,v2\n1,,\n2,a,b\n")
    assert [(table, what, rows.tolist()) for table, what, rows in view.left_out] == [("t", "unpivot", [0])]


def test_a_subject_that_has_no_number_is_said_whatever_its_visits_hold(tmp_path):
    mapping = HEAD + "unpivot: {columns: 'v{V}', V: ['1', '2'], measures: resp}\n"
    mapping += "DM:\n  - {rows: t, SUBJID: {copy: subject}}\n"
    site, _ = map_text(tmp_path, mapping, t="no,v1,v2\n,,\n,a,b\n2,a,b\n")
    assert cells(site, "MAP-001") == [("t.csv:A3", "")]
    assert len(records(site, "DM")) == 2


def test_the_subject_may_be_what_the_columns_tell_apart(tmp_path):
    mapping = HEAD.replace("subject: no", "subject: PATIENT") + (
        "unpivot: {columns: 'patient {PATIENT}', PATIENT: ['007', '008'], measures: value}\n"
    )
    view, _ = open_text(tmp_path, mapping, t="item,patient 007,patient 008\nage,61,62\n")
    assert rows_of(view, "subject", "item", "value") == [["007", "age", "61"], ["008", "age", "62"]]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "{columns: 'v{V} {measure}', W: ['1'], measures: [a]}",
            "the pattern names ['V', 'measure'] and the keys are ['W', 'measure']",
        ),
        ("{columns: 'v{V}', V: ['1'], measures: [a, b]}", "the pattern names ['V'] and the keys are ['V', 'measure']"),
        ("{columns: '{measure}', measures: [a]}", "the pattern needs a key"),
        ("{columns: 'v{V}', V: ['1'], measures: V}", '"V" is a key and a measure'),
        ("{columns: 'v{V}', V: ['1'], measures: a, optional: b}", 'optional: no measure "b"'),
        ("{columns: 'v{V}', V: [], measures: a}", "V: needs at least one text"),
    ],
)
def test_a_wrong_pattern_is_a_problem_at_its_line(tmp_path, option, message):
    found = problems(tmp_path, HEAD + f"unpivot: {option}\n", "no\n1\n")
    assert any(problem.startswith("site.yaml:6: ") and message in problem for problem in found)


def test_a_new_column_must_not_hide_one_that_does_not_repeat(tmp_path):
    mapping = HEAD + "unpivot: {columns: 'v{V} {measure}', V: ['1'], measures: [date]}\n"
    assert problems(tmp_path, mapping, "no,V,date,v1 date\n1,x,y,z\n") == [
        'site.yaml:6: the sheet has a column "V" that does not repeat; call the new one otherwise',
        'site.yaml:6: the sheet has a column "date" that does not repeat; call the new one otherwise',
    ]


@given(
    st.lists(st.lists(st.sampled_from(["", "a", "0", " ", "NA"]), min_size=6, max_size=6), max_size=6),
    st.permutations(range(6)),
)
def test_pivoting_what_was_unpivoted_gives_the_sheet_back(tmp_path_factory, rows, order):
    headers = [f"v{visit} {measure}" for visit in (1, 2, 3) for measure in ("x", "y")]
    lines = [",".join(["no", *(headers[at] for at in order)])]
    lines += [",".join([str(number), *(row[at] for at in order)]) for number, row in enumerate(rows)]
    mapping = HEAD + "unpivot: {columns: 'v{V} {measure}', V: ['1', '2', '3'], measures: [x, y]}\n"
    view, _ = open_text(tmp_path_factory.mktemp("site"), mapping, t="\n".join(lines) + "\n")
    wide = {str(number): dict.fromkeys(headers, "") for number in range(len(rows))}
    for subject, visit, x, y in rows_of(view, "subject", "V", "x", "y"):
        assert (x, y) != ("", "")
        assert wide[subject][f"v{visit} x"] == wide[subject][f"v{visit} y"] == ""
        wide[subject] |= {f"v{visit} x": x, f"v{visit} y": y}
    assert [list(row.values()) for row in wide.values()] == rows
    for row in range(len(view)):
        for measure in ("x", "y"):
            assert view.cells([row], measure)[1] == [view.texts[measure][row]]
