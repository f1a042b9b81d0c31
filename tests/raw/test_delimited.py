import csv
import io
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets
from hcc_sdtm.raw.text import delimited as delimited_module

CHINESE = "姓名,性别\n张三,男\n李四,女\n"
FRENCH = "nom;décès\nRéné;né à Orléans\nHélène;où reçue élevée\n"


def read(folder, content, name="x.csv", encoding=""):
    (folder / name).write_bytes(content)
    sheets, findings = read_sheets(folder / name, f"103/{name}", encoding)
    assert len(sheets) == 1
    return sheets[0], findings


def rules(findings):
    return findings[["rule", "source"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("a,b\n1,2\n", "ascii", ""),
        (CHINESE, "utf-8", ""),
        (CHINESE, "utf-8-sig", ""),
        (CHINESE, "utf-16", ""),
        (CHINESE, "utf-32", ""),
        ("name,sex\nA,M\n", "utf-16-le", "UTF-16"),
        ("name,sex\nA,M\n", "utf-16-be", "UTF-16"),
        (CHINESE, "utf-16-le", "UTF-16"),
        (CHINESE, "gb18030", "GB18030"),
        (FRENCH, "cp1252", "Windows-1252"),
        (FRENCH, "mac_roman", "Mac Roman"),
    ],
)
def test_encodings(tmp_path, text, encoding, guess):
    sheet, findings = read(tmp_path, text.encode(encoding))
    delimiter = ";" if ";" in text else ","
    assert sheet.grid.tolist() == [line.split(delimiter) for line in text.splitlines()]
    if guess:
        assert findings[["rule", "severity", "source"]].to_numpy().tolist() == [
            ["RAW-010 raw.encoding-guessed", "note", "103/x.csv"]
        ]
        assert findings["message"][0].startswith(f"read as {guess}, a likely guess: ")
    else:
        assert findings.empty


def test_texts_stay_as_typed_and_rows_are_records(tmp_path):
    content = b'id,text\r\n007," two\r\nlines "\r\n\r\nNA,"say ""x"""\r\nNone,\t tab \r\n'
    sheet, findings = read(tmp_path, content)
    assert sheet.grid.tolist() == [
        ["id", "text"],
        ["007", " two\r\nlines "],
        ["", ""],
        ["NA", 'say "x"'],
        ["None", "\t tab "],
    ]
    assert (sheet.file, sheet.sheet) == ("103/x.csv", "")
    assert findings.empty


TEXTS = st.text(
    st.sampled_from("ab0 .-é男\"\n\r\t,;|^~'=+#")
    | st.characters(codec="gb18030", exclude_categories=["Cs", "Cc", "Co"])
)


@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), min_size=2, max_size=8)
    ),
    st.sampled_from(",;\t|^~"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"]),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.booleans(),
)
def test_what_the_csv_module_writes_is_read_as_it_was(tmp_path_factory, rows, delimiter, encoding, end, quote_all):
    # a first record of names, as every table has; the sign of the byte order is no text of a cell
    rows = [[f"NAME{number}" for number in range(len(rows[0]))]] * 3 + [
        [text.replace("\ufeff", "").replace("\ufffe", "") for text in row] for row in rows
    ]
    out = io.StringIO(newline="")
    breaks = any("\r" in text or "\n" in text for row in rows for text in row)  # the module does not quote all of them
    quoting = csv.QUOTE_ALL if quote_all or breaks else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    sheets, _ = read_sheets(path, "x.csv", encoding)
    assert sheets[0].grid.tolist() == rows


@given(
    st.lists(st.lists(st.text("ab1 \"',;\n", max_size=6), min_size=1, max_size=4), min_size=1, max_size=6),
    st.booleans(),
)
def test_a_well_formed_file_reads_as_the_csv_module_and_pandas_read_it(tmp_path_factory, rows, quote_all):
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(
        [["NAME", "A", "B", "C"], ["1", "x", "y", "z"], *rows]
    )
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes(b"sep=,\n" + out.getvalue().encode())
    grid = read_sheets(path, "x.csv")[0][0].grid
    expected = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert grid.tolist() == [record + [""] * (grid.shape[1] - len(record)) for record in expected]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.read_csv(
            io.StringIO(out.getvalue(), newline=""),
            header=None,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
        ).fillna("")
    assert np.array_equal(grid, frame.to_numpy())


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt", ".dat", ".xls", ".XLSX", ""])
def test_text_is_read_under_any_ending_that_tables_have(tmp_path, ending):
    sheet, findings = read(tmp_path, b"a\tb\n1\t2\n", f"x{ending}")
    assert sheet.grid.tolist() == [["a", "b"], ["1", "2"]]
    expected = [["RAW-028 raw.kind-not-as-named", f"103/x{ending}"]] if "xls" in ending.lower() else []
    assert rules(findings) == expected


def test_a_first_line_that_names_the_delimiter_is_no_row(tmp_path):
    sheet, findings = read(tmp_path, b"sep=;\r\na;b\r\n1,5;2\r\n")
    assert sheet.grid.tolist() == [["a", "b"], ["1,5", "2"]]
    assert rules(findings) == [["RAW-022 raw.outside-table", "103/x.csv"]]


def test_marks_around_every_field_are_no_text(tmp_path):
    text = '\ufeff"a"\ufeff\t\ufeff"b"\ufeff\n\ufeff"1"\ufeff\t\ufeff"x\ufeff\ty"\ufeff\n'
    sheet, findings = read(tmp_path, text.encode("utf-16-be"))
    assert sheet.grid.tolist() == [["a", "b"], ["1", "x\ty"]]
    assert rules(findings) == [["RAW-022 raw.outside-table", "103/x.csv"]]
    assert findings["message"][0].startswith("8 marks")


def test_comment_lines_empty_lines_and_titles_are_rows(tmp_path):
    sheet, _ = read(tmp_path, b"# export\n\n\nid,text\n1,2\n\n")
    assert sheet.grid.tolist() == [["# export", ""], ["", ""], ["", ""], ["id", "text"], ["1", "2"], ["", ""]]


def test_a_record_cut_short_or_too_long_is_a_finding_at_its_row(tmp_path):
    _, findings = read(tmp_path, b"Export of 2024\n\nid,text,unit\n1,2,3\n2,a,b,c\n\n3,4,5\n4,6\n")
    assert rules(findings) == [
        ["RAW-011 raw.fields-uneven", "103/x.csv:A5"],
        ["RAW-011 raw.fields-uneven", "103/x.csv:A8"],
    ]
    assert findings["message"][1].startswith("this record has 2 fields and the table has 3")


def test_names_of_fewer_columns_than_the_records_below_have_are_a_finding(tmp_path):
    _, findings = read(tmp_path, b"a\tb\n1\tx\ty\n2\tz\tw\n")
    assert rules(findings) == [["RAW-011 raw.fields-uneven", "103/x.csv:A1"]]
    _, findings = read(tmp_path, b"a\tb\n1\tx\t\n2\tz\t\n")  # each record ends in a delimiter, and nothing is shifted
    assert findings.empty


def test_many_uneven_records_are_one_finding_that_lists_them(tmp_path):
    content = b"a,b\n" + b"1,2\n" * 40 + b"1,2,3\n" * 30
    _, findings = read(tmp_path, content)
    assert rules(findings) == [["RAW-011 raw.fields-uneven", "103/x.csv:A"]]
    assert findings["message"][0].startswith("30 cells (A42 to A71): this record has 3 fields and the table has 2")


def test_bytes_that_are_no_character_are_found_at_their_cell_and_change_no_other(tmp_path):
    content = "姓名,疗效\n张三,部分缓解\n".encode() + b"\xd0,x\n" + "李四,疾病稳定\n".encode()
    sheet, findings = read(tmp_path, content)
    assert sheet.grid.tolist() == [["姓名", "疗效"], ["张三", "部分缓解"], ["\ufffd", "x"], ["李四", "疾病稳定"]]
    assert rules(findings) == [["RAW-016 raw.character-lost", "103/x.csv:A3"]]


def test_half_a_chinese_character_at_the_end_of_a_cut_field(tmp_path):
    content = (
        "姓名,备注\n张三,患者已签署知情同意\n李四,疾病进展后停药\n".encode("gb18030")
        + "王五,".encode("gb18030")
        + b"\xbb\xbc\xd5\n"
    )
    sheet, findings = read(tmp_path, content)
    assert sheet.grid[3].tolist() == ["王五", "患\ufffd"]
    assert rules(findings) == [
        ["RAW-010 raw.encoding-guessed", "103/x.csv"],
        ["RAW-016 raw.character-lost", "103/x.csv:B4"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_control_characters_are_kept_and_found(tmp_path, encoding):
    sheet, findings = read(tmp_path, "a,b\n1,x\x00y\n2,\x1a\n3,男\n".encode(encoding))
    assert sheet.grid.tolist() == [["a", "b"], ["1", "x\x00y"], ["2", "\x1a"], ["3", "男"]]
    assert rules(findings) == [
        ["RAW-017 raw.control-character", "103/x.csv:B2"],
        ["RAW-017 raw.control-character", "103/x.csv:B3"],
    ]


def test_error_texts_are_found(tmp_path):
    _, findings = read(tmp_path, b"a,b\n#DIV/0!,#note\n")
    assert findings[["rule", "source", "typed"]].to_numpy().tolist() == [
        ["RAW-004 raw.error-cell", "103/x.csv:A2", "#DIV/0!"]
    ]


def test_columns_aligned_with_spaces_are_one_cell_and_a_doubt(tmp_path):
    sheet, findings = read(tmp_path, b"id   sex  age\n1    M    50\n2    F    61\n")
    assert sheet.grid.shape == (3, 1)
    assert rules(findings) == [["RAW-019 raw.delimiter-doubtful", "103/x.csv"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "its bytes are no text in any encoding that is known here"),
        (bytes(range(256)) * 20, "its bytes are no text; give the table as a workbook"),
        (b"x" * 140_000 + b",1\n", r"row 1 has a cell of over 131,072 characters"),
        (b'a,b\n"' + b"x" * 140_000, r"row 2 has a cell of over 131,072 characters"),
        (b"", r"is empty \(0 bytes\)"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(tmp_path, content, message):
    with pytest.raises(StudyError, match=message) as refusal:
        read(tmp_path, content)
    assert str(refusal.value).startswith("103/x.csv: ")
    assert "\n" not in str(refusal.value)


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited_module, "MAX_LINE_CHARACTERS", 100)
    monkeypatch.setattr("hcc_sdtm.raw.text.plain_records.MAX_LINE_CHARACTERS", 100)
    with pytest.raises(StudyError, match=r"a line is longer than 100 characters: its line ends may have been lost"):
        read(tmp_path, b"a,b\n" + b"x," * 100)


def test_no_finding_shows_a_text_of_the_file(tmp_path):
    secret = "诸葛孔明"
    content = f'姓名,性别\n{secret},"男" x\n{secret}\n\x00{secret},#N/A\n'.encode("gb18030") + b"\xd0,1\n"
    _, findings = read(tmp_path, content)
    assert set(findings["rule"].str[:7]) == {"RAW-004", "RAW-010", "RAW-011", "RAW-016", "RAW-017", "RAW-018"}
    assert not findings.apply(lambda column: column.str.contains("诸|葛|孔|明")).to_numpy().any()


def test_names_of_more_columns_than_the_records_below_have_are_a_finding(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,name,sex\n1,x\n2,y\n")
    _, findings = read_sheets(tmp_path / "a.csv", "a.csv")
    assert findings[["source", "message"]].to_numpy().tolist() == [
        ["a.csv:A1", "this record has 3 fields and those below 2: its last names may stand over none"]
    ]
    (tmp_path / "a.csv").write_bytes(b"id,name,\n1,x\n2,y\n")
    assert read_sheets(tmp_path / "a.csv", "a.csv")[1].empty
