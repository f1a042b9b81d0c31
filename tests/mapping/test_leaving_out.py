import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from tests.mapping.site import cells, map_text, open_text, records, rows_of

HEAD = 'site: "201"\nmissing: ["", NK]\ndates: {order: dmy}\ntables:\n  t: '
FORM = """no,seen,dose
units,,mg
1,01/02/2021,10
小计,,10
2,03/02/2021,20
2,03/02/2021,20
小计,,40
合计 3,,50
注：空白,,
3,05/02/2021,9
"""


def said(findings):
    return findings[["rule", "severity", "source", "message"]].values.tolist()


def test_rows_that_are_no_records_are_left_out_and_counted(tmp_path):
    mapping = HEAD + "{file: t.csv, subject: no, first_row: 3, skip: {no: 小计}, until: {no: {starts_with: 合计}}}\n"
    mapping = mapping.replace("skip: {no: 小计}", "skip: {no: {equals: 小计}}")
    view, findings = open_text(tmp_path, mapping, t=FORM)
    assert rows_of(view, "no", "dose") == [["1", "10"], ["2", "20"]]
    assert said(findings) == [
        ["MAP-039 rows.outside-table", "note", "t.csv:A2", "1 row (2) is left out: above row 3, the table's first"],
        [
            "MAP-039 rows.outside-table",
            "note",
            "t.csv:A8",
            "3 rows (8:10) are left out: below the table, which ends above row 8",
        ],
        ["MAP-040 rows.skipped", "note", "t.csv:A4", "2 rows (4, 7) are left out: no records, by skip"],
        [
            "MAP-002 row.sent-twice",
            "warning",
            "t.csv:A6",
            "every cell of this row repeats an earlier row; the row is left out",
        ],
    ]
    # every raw row is in the view or in its account, once
    accounted = np.concatenate([view.rows, *(rows for _, _, rows in view.left_out)])
    assert sorted(accounted.tolist()) == list(range(9))
    assert [(table, what.split()[0], len(rows)) for table, what, rows in view.left_out] == [
        ("t", "MAP-039", 1), ("t", "MAP-039", 3), ("t", "MAP-040", 2), ("t", "MAP-002", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("subjects", "known"),
    [
        ("", "1 row (5) is"),
        ('subjects: {pattern: "[0-9]"}\n', "2 rows (5:6) are"),
        ("subjects: {file: key.csv, from: own, to: study}\n", "1 row (5) is"),
    ],
)
def test_rows_left_out_that_have_a_subjects_number_are_a_warning(tmp_path, subjects, known):
    mapping = subjects + HEAD + "{file: t.csv, subject: no, until: {no: {starts_with: Total}}}\n"
    text = "no,a\n1,x\n2,y\nTotal,z\n1,w\n3,v\n"
    _, findings = open_text(tmp_path, mapping, t=text, key="own,study\n1,201-1\n2,201-2\n")
    note, warning = said(findings)
    has = "it has" if known.startswith("1") else "they have"
    assert note[1] == "note"
    assert warning == [
        "MAP-045 rows.record-left-out",
        "warning",
        "t.csv:A5",
        f"{known} left out although {has} a subject's number: below the table, which ends above row 4",
    ]


def test_conditions_read_missing_texts_dates_and_numbers_as_rules_do(tmp_path):
    mapping = HEAD + (
        "{file: t.csv, subject: no, skip: {any: [{seen: absent}, {seen: {after: 2021-02-01}}, {dose: {above: 100}}]}}\n"
    )
    text = "no,seen,dose\n1,01/02/2021,1\n2,NK,2\n3,02/02/2021,3\n4,01/02/2021,１０１\n5,soon,1\n"
    view, _ = open_text(tmp_path, mapping, t=text)
    assert rows_of(view, "no") == [["1"], ["5"]]


def test_until_that_no_row_meets_is_a_warning(tmp_path):
    mapping = HEAD + "{file: t.csv, subject: no, until: {no: {equals: Total}}}\n"
    view, findings = open_text(tmp_path, mapping, t="no\n1\nSum\n")
    assert len(view) == 2
    assert [finding[:3] for finding in said(findings)] == [["MAP-041 rows.until-not-met", "warning", "t.csv:A3"]]
    _, findings = open_text(tmp_path, mapping, t="no\n")
    assert [finding[0] for finding in said(findings)] == ["MAP-007 table.empty"]


def test_an_identifying_column_may_be_tested_and_is_never_shown(tmp_path):
    mapping = (
        'site: "201"\nidentifying: [name]\ntables:\n  t: {file: t.csv, subject: no, skip: {name: {contains: 测试}}}\n'
    )
    mapping += "DM:\n  - {rows: t, SUBJID: {copy: subject}}\n"
    site, _ = map_text(tmp_path, mapping, t="no,name\n1,张三\n2,测试李四\n")
    assert records(site, "DM")["SUBJID"].tolist() == ["1"]
    assert cells(site, "MAP-040") == [("t.csv:A3", "")]
    assert not site.findings.astype(str).apply(lambda column: column.str.contains("张三|李四")).to_numpy().any()


def test_a_wrong_column_or_expression_is_a_problem_at_its_line(tmp_path):
    mapping = HEAD + "\n    file: t.csv\n    subject: no\n    until: {noo: present}\n    skip: {a: {matches: '['}}\n"
    with pytest.raises(StudyError, match=r'site.yaml:9: skip: "\[" of column "a" is no regular expression'):
        open_text(tmp_path, mapping, t="no\n1\n")
    with pytest.raises(StudyError) as error:
        open_text(tmp_path, mapping.replace("'['", "x"), t="no,b\n1,2\n")
    assert [str(problem) for problem in error.value.problems] == [
        'site.yaml:8: t.csv has no column "noo"; did you mean "no"?',
        'site.yaml:9: t.csv has no column "a"',
    ]


@pytest.mark.parametrize("header", ["3", "[2, 3]", "{any_of: [3, 1]}"])
def test_the_first_row_lies_below_the_header(tmp_path, header):
    mapping = HEAD + f"\n    file: t.csv\n    subject: no\n    header: {header}\n    first_row: 3\n"
    with pytest.raises(StudyError, match=r"site.yaml:9: first_row .*below the header, whose last row is 3"):
        open_text(tmp_path, mapping, t="no\n1\n")


cells_of_a_row = st.tuples(st.sampled_from(["1", "2", "", "sum", "end"]), st.sampled_from(["", "x", "skip"]))


@given(st.lists(cells_of_a_row, max_size=12), st.integers(2, 6))
def test_every_row_stays_or_is_in_the_account_once(tmp_path_factory, rows, first):
    mapping = (
        HEAD
        + f"{{file: t.csv, subject: no, first_row: {first}, skip: {{any: [{{no: {{equals: sum}}}}, {{a: {{in: [skip]}}}}]}}, "
    )
    mapping += "until: {no: {equals: end}}}\n"
    view, _ = open_text(tmp_path_factory.mktemp("site"), mapping, t="\n".join(["no,a", *map(",".join, rows)]) + "\n")
    filled = [number for number, row in enumerate(rows, start=2) if any(row)]
    accounted = [view.rows, *(left for _, _, left in view.left_out)]
    assert sorted(np.concatenate(accounted).tolist()) == list(range(len(filled)))
    # the rows that stay are those between, in their order
    inside = [(number, rows[number - 2]) for number in filled if number >= first]
    end = next((number for number, (no, _) in inside if no == "end"), 99)
    expected = [row for number, row in inside if number < end and row[0] not in ("sum", "") and row[1] != "skip"]
    seen = dict.fromkeys(expected)
    assert rows_of(view, "no", "a") == [list(row) for row in seen]


def test_two_tables_of_a_sheet_say_once_that_a_row_came_twice(tmp_path):
    mapping = HEAD + "{file: t.csv, subject: no}\n  u: {file: t.csv, subject: no, unique: subject}\n"
    mapping += "DM:\n  - {rows: u, SUBJID: {copy: subject}}\n"
    site, _ = map_text(tmp_path, mapping, t="no\n1\n1\n")
    assert cells(site, "MAP-002") == [("t.csv:A3", "")]


def test_a_header_that_comes_again_is_no_record(tmp_path):
    mapping = (
        HEAD + "{file: t.csv, subject: no, header: {any_of: [1, 2]}}\nDM:\n  - {rows: t, SUBJID: {copy: subject}}\n"
    )
    text = "no,v\n编号,值\n1,a\nno,v\n2,v\n编号,值\nno,b\nno,v\n"
    site, _ = map_text(tmp_path, mapping, t=text)
    assert records(site, "DM")["SUBJID"].tolist() == ["1", "2", "no"]
    found = site.findings[site.findings["rule"].str.startswith("MAP-069")]
    assert found[["severity", "source", "message"]].to_numpy().tolist() == [
        ["note", "t.csv:A4", "3 rows (4, 6, 8) are left out: the header's texts again"]
    ]
    assert cells(site, "MAP-002") == []
