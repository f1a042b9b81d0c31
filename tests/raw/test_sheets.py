import io
import zipfile

import openpyxl
import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets

TABLE = b"id,sex\n1,M\n"


def workbook():
    book = openpyxl.Workbook()
    book.active.append(["id", "sex"])
    book.active.append(["1", "M"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def read(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return read_sheets(tmp_path / name, f"101/{name}")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StudyError, match=r"^102/a\.xlsx: no such file$"):
        read_sheets(tmp_path / "a.xlsx", "102/a.xlsx")


def test_a_kind_that_is_not_read_is_named_with_what_to_do(tmp_path):
    with pytest.raises(
        StudyError, match=r"^101/a\.pdf: is a PDF document, not a table; ask for the table as xlsx or csv$"
    ):
        read(tmp_path, "a.pdf", b"%PDF-1.4")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.xlsb", "a.ods", "a.xlsm"])
def test_a_broken_workbook_is_refused_by_name(tmp_path, name):
    with pytest.raises(StudyError, match=f"^101/{name}: cannot be read as a .* workbook: "):
        read(tmp_path, name, b"PK\x03\x04 not a workbook")


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.csv", workbook(), "a workbook"),
        ("a.txt", packed({"x.csv": TABLE}), "a zip archive"),
        ("a.xls", TABLE, "text"),
        ("a.xlsx", TABLE, "text"),
        ("a.xls", b"<table><tr><td>id<td>sex<tr><td>1<td>M</table>", "a web page (HTML)"),
        ("a.csv", "<table><tr><td>id<td>sex<tr><td>1<td>M</table>".encode("utf-16"), "a web page (HTML)"),
    ],
)
def test_a_file_is_read_as_what_its_bytes_say_and_a_note_says_so(tmp_path, name, content, what):
    sheets, findings = read(tmp_path, name, content)
    assert [sheet.grid.tolist() for sheet in sheets] == [[["id", "sex"], ["1", "M"]]]
    ending = name.partition(".")[2]
    message = f'the file is {what} although its name ends in ".{ending}"; it is read as what it is'
    assert findings[["rule", "severity", "source", "message"]].to_numpy().tolist() == [
        ["RAW-028 raw.kind-not-as-named", "note", f"101/{name}", message]
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", TABLE),
        ("a.TSV", b"id\tsex\n1\tM\n"),
        ("a.zip", packed({"x.csv": TABLE})),
        ("a.xlsx", workbook()),
        ("a", TABLE),
    ],
)
def test_a_file_that_is_what_its_name_says_has_no_finding(tmp_path, name, content):
    sheets, findings = read(tmp_path, name, content)
    assert [sheet.grid.tolist() for sheet in sheets] == [[["id", "sex"], ["1", "M"]]]
    assert findings.empty


def test_the_files_of_an_archive_are_read_and_what_is_not_is_said(tmp_path):
    content = packed(
        {
            "dm.csv": TABLE,
            "plan.pdf": b"%PDF-1.4",
            "readme.md": b"# title",
            "bad.xlsx": b"PK\x03\x04 cut",
            "empty.csv": b"",
            "__MACOSX/._dm.csv": b"x",
            "book.xlsx": workbook(),
            "zip.csv": packed({"x.csv": TABLE}),
        }
    )
    sheets, findings = read(tmp_path, "a.zip", content)
    assert [(sheet.file, sheet.sheet) for sheet in sheets] == [
        ("101/a.zip/dm.csv", ""),
        ("101/a.zip/book.xlsx", "Sheet"),
    ]
    found = findings[["rule", "severity", "source"]].to_numpy().tolist()
    assert found == [
        ["RAW-020 raw.member-left-out", "note", "101/a.zip/plan.pdf"],
        ["RAW-020 raw.member-left-out", "note", "101/a.zip/readme.md"],
        ["RAW-021 raw.member-refused", "error", "101/a.zip/bad.xlsx"],
        ["RAW-021 raw.member-refused", "error", "101/a.zip/empty.csv"],
        ["RAW-020 raw.member-left-out", "note", "101/a.zip/__MACOSX/._dm.csv"],
        ["RAW-021 raw.member-refused", "error", "101/a.zip/zip.csv"],
    ]
    assert findings["message"][0] == "left out: is a PDF document, not a table; ask for the table as xlsx or csv"
    assert findings["message"][3] == "not read: is empty (0 bytes); export it again"
    assert findings["message"][5].startswith("not read: is an archive too deep inside others, or under another ending")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "101/a.zip: holds no file that can be read"),
        (
            {"a.pdf": b"%PDF"},
            "101/a.zip: holds no file that can be read: 101/a.zip/a.pdf: is a PDF document, not a table; ",
        ),
    ],
)
def test_an_archive_without_a_table_is_refused_in_one_line(tmp_path, members, message):
    with pytest.raises(StudyError) as refusal:
        read(tmp_path, "a.zip", packed(members))
    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)
