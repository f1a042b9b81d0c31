import numpy as np
import pytest

from hcc_sdtm.raw.grid import Grid
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.raw.workbooks.sheet_facts import SheetFacts
from hcc_sdtm.raw.workbooks.sheet_findings import MOST_SINGLE, list_cells, sheet_findings


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([5], "C5"),
        ([5, 6, 7, 9], "C5 to C7, C9"),
        ([9, 5], "C5, C9"),
        (range(1, 41, 2), "C1, C3, C5, C7, C9, C11, C13, C15, C17, C19 and 10 more"),
        ([*range(1, 20, 2), *range(100, 2000)], "C1, C3, C5, C7, C9, C11, C13, C15, C17, C19 and 1,900 more"),
    ],
)
def test_cells_of_a_column_as_a_person_lists_them(rows, text):
    assert list_cells(rows, lambda row: f"C{row}") == text


def found(facts, height=30, width=2, **sheet):
    grid = Grid(np.full((height, width), "x", dtype=object), False)
    raw = RawSheet("a.xlsx", "S", grid.texts, **sheet)
    return [(f.rule[:7], f.severity, f.source, f.typed, f.message) for f in sheet_findings(raw, grid, facts, {})]


def test_few_cells_of_a_kind_have_a_finding_each_and_many_one_for_their_column():
    few, many = range(1, MOST_SINGLE + 1), range(2, MOST_SINGLE + 3)
    facts = SheetFacts(uncached=[(row, 1) for row in few] + [(row, 2) for row in many])
    message = "a formula without its result: open the file in a spreadsheet program and save it"
    assert found(facts) == [
        *(("RAW-005", "warning", f"a.xlsx:S!A{row}", "", message) for row in few),
        ("RAW-005", "warning", "a.xlsx:S!B", "", f"21 cells (B2 to B22): {message}"),
    ]


def test_ten_thousand_comments_are_one_note_and_none_is_quoted():
    comments = {(row, 1): "张三 phoned" for row in range(1, 10_001)}
    assert found(SheetFacts(comments=comments), 10_001, comments=comments) == [
        (
            "RAW-025",
            "note",
            "a.xlsx:S!A",
            "",
            "10,000 cells (A1 to A10000): the cell has a comment, which is no data; see the file",
        )
    ]


def test_many_comments_in_few_rows_are_told_by_row():
    comments = {(row, column): "?" for row in (4, 11) for column in range(3, 30)} | {(8, 5): "why"}
    assert [
        (source, message.partition(":")[0]) for *_, source, _, message in found(SheetFacts(), comments=comments)
    ] == [
        ("a.xlsx:S!4", "27 cells (C4 to AC4)"),
        ("a.xlsx:S!E8", "the cell has a comment of 3 characters, which is no data; see the file"),
        ("a.xlsx:S!11", "27 cells (C11 to AC11)"),
    ]


def test_each_error_text_is_told_by_itself():
    errors = {(row, 1): "#N/A" for row in range(1, 25)} | {(25, 1): "#REF!"}
    assert [(source, typed) for _, _, source, typed, _ in found(SheetFacts(errors=errors))] == [
        ("a.xlsx:S!A", "#N/A"),
        ("a.xlsx:S!A25", "#REF!"),
    ]


def test_rows_are_told_by_runs_hidden_in_one_way():
    facts = SheetFacts(filtered_rows={2, 3, 4}, grouped_rows={4, 5})
    messages = [message for *_, message in found(facts, hidden_rows=frozenset({2, 3, 4, 5, 6, 9}))]
    assert messages == [
        "rows 2 to 4 are hidden by a filter; read anyway",
        "row 5 is hidden in a closed group; read anyway",
        "row 6 is hidden; read anyway",
        "row 9 is hidden; read anyway",
    ]


def test_many_rows_hidden_here_and_there_are_one_note_for_each_way():
    odd = frozenset(range(1, 10_001, 2))
    facts = SheetFacts(filtered_rows=set(odd) - {1}, grouped_rows={1})
    assert [(source, message) for *_, source, _, message in found(facts, 10_001, hidden_rows=odd)] == [
        ("a.xlsx:S!1", "1 rows (1) are hidden in a closed group; read anyway"),
        (
            "a.xlsx:S!3",
            "4,999 rows (3, 5, 7, 9, 11, 13, 15, 17, 19, 21 and 4,989 more) are hidden by a filter; read anyway",
        ),
    ]


def test_an_error_text_that_no_program_writes_is_not_quoted():
    errors = {(1, 1): "张三", (2, 1): "#GETTING_DATA", (3, 1): "#NAME?", (4, 1): "Err:502", (5, 1): "error 7"}
    assert [(typed, "张三" in message) for *_, typed, message in found(SheetFacts(errors=errors))] == [
        ("", False),
        ("#GETTING_DATA", False),
        ("#NAME?", False),
        ("Err:502", False),
        ("error 7", False),
    ]


def test_merged_ranges_over_one_another_are_looked_at_once():
    merged = ((1, 1, 2, 1),) + ((1, 1, 1000, 1000),) * 20_000
    sheet = np.array([["x", "x"], ["y", "x"]], dtype=object)
    raw = RawSheet("a.xlsx", "S", sheet, merged)
    findings = list(sheet_findings(raw, Grid(sheet, False), SheetFacts(), {}))
    assert [(finding.rule[:7], finding.source) for finding in findings] == [("RAW-027", "a.xlsx:S!A2")]
