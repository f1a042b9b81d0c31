from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import Problem
from hcc_sdtm.spec.csv_file import read_csv_file


def test_rows_know_the_line_they_start_at(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('a,b\n1,"two\nlines"\n\n 3 ,4\n5\n', encoding="utf-8")
    problems: list[Problem] = []

    file = read_csv_file(path, problems, ("a",), ("b",))

    assert problems == []
    assert file.columns == ("a", "b")
    assert [(row.source.line, row["a"], row["b"]) for row in file.rows] == [
        (2, "1", "two\nlines"),
        (5, "3", "4"),
        (6, "5", ""),
    ]
    assert file.rows[0]["no such column"] == ""


def test_any_further_column_is_allowed_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,anything\n1,2\n", encoding="utf-8")
    problems: list[Problem] = []

    file = read_csv_file(path, problems, ("a",), None)

    assert problems == []
    assert file.rows[0].cells == {"a": "1", "anything": "2"}


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=8)


@given(st.lists(st.tuples(CELL, CELL), max_size=6))
def test_what_a_spreadsheet_saves_is_read_back(tmp_path_factory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    quoted = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"' for row in rows]
    path.write_bytes("\r\n".join(["a,b", *quoted, ""]).encode("utf-8-sig"))
    problems: list[Problem] = []

    file = read_csv_file(path, problems, ("a", "b"))

    assert problems == []
    assert [(row["a"], row["b"], row.source.line) for row in file.rows] == [
        (*row, line) for line, row in enumerate(rows, start=2)
    ]
