import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_sheets
from hcc_sdtm.raw.delimited import find_delimiter, find_encoding

CHINESE = "姓名,性别\n张三,男\n李四,女\n"
FRENCH = "nom;décès\nRéné;né à Orléans\n"


def read(tmp_path, content, name="x.csv"):
    (tmp_path / name).write_bytes(content)
    sheets, findings = read_sheets(tmp_path / name, f"103/{name}")
    assert len(sheets) == 1
    return sheets[0], findings


@pytest.mark.parametrize(
    ("text", "encoding", "guess"),
    [
        ("a,b\n1,2\n", "ascii", ""),
        (CHINESE, "utf-8", ""),
        (CHINESE, "utf-8-sig", ""),
        (CHINESE, "utf-16", ""),
        ("name,sex\nA,M\n", "utf-16-le", "UTF-16"),
        ("name,sex\nA,M\n", "utf-16-be", "UTF-16"),
        (CHINESE, "gb18030", "GB18030"),
        (FRENCH, "cp1252", "Windows-1252"),
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
        assert guess in findings["message"][0]
    else:
        assert findings.empty


@given(st.lists(st.text("男女性别日期部分缓解进展稳定年月", min_size=1, max_size=6), min_size=1))
def test_chinese_in_gb18030_is_recognised(words):
    assert find_encoding(",".join(words).encode("gb18030"))[0] in ("gb18030", "utf-8")
    assert find_encoding(("列," + ",".join(words)).encode("gb18030")) == ("gb18030", True)


def test_texts_stay_as_typed_and_rows_are_records(tmp_path):
    content = b'id,text\r\n007," two\r\nlines "\r\n\r\nNA,"say ""x"""\r\n1,2,3\r\n'
    sheet, _ = read(tmp_path, content)
    assert sheet.grid.tolist() == [
        ["id", "text", ""],
        ["007", " two\r\nlines ", ""],
        ["", "", ""],
        ["NA", 'say "x"', ""],
        ["1", "2", "3"],
    ]
    assert (sheet.file, sheet.sheet) == ("103/x.csv", "")


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a\tb\n1,5\t2,5\n", "\t"),
        ("a;b\n1,5;2,5\n", ";"),
        ("a|b\n1|2\n", "|"),
        ('a,b\n"x;y;z",2\n"p;q;r",3\n', ","),
        ("a\n1\n", ","),
        ("", ","),
    ],
)
def test_delimiters(sample, delimiter):
    assert find_delimiter(sample) == delimiter


def test_an_empty_file_is_an_empty_sheet(tmp_path):
    sheet, findings = read(tmp_path, b"")
    assert sheet.grid.shape == (0, 0)
    assert findings.empty


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", "is a workbook or an archive, not text"),
        (b"\xff\xfe\x00", "encoding is none of"),
        (b"caf\x8f,\x81\n", "encoding is none of"),
        (b'a,b\n"' + b"x" * 140_000, "field larger than field limit"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, message):
    with pytest.raises(StudyError, match=message) as refusal:
        read(tmp_path, content)
    assert str(refusal.value).startswith("103/x.csv: ")


@pytest.mark.parametrize("quoted", [b'a,b\n1,"2\n3,4\n', b'a,b\n1,"2\n3,4\n5,"6"\n'])
def test_a_quote_that_is_never_closed_swallows_no_record(tmp_path, quoted):
    with pytest.raises(StudyError, match="cannot be read as delimited text"):
        read(tmp_path, quoted)


def test_a_record_cut_short_or_too_long_is_a_finding_at_its_row(tmp_path):
    _, findings = read(tmp_path, b"Export of 2024\n\nid,text,unit\n1,2,3\n2,a,b,c\n\n3,4,5\n4,6\n")
    assert findings[["rule", "severity", "source"]].to_numpy().tolist() == [
        ["RAW-011 raw.fields-uneven", "warning", "103/x.csv:A5"],
        ["RAW-011 raw.fields-uneven", "warning", "103/x.csv:A8"],
    ]
    assert findings["message"][1].startswith("this record has 2 fields and most have 3")
