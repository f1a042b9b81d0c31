import re

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.text.text_file import read_text_file

CHINESE = "姓名,性别\n张三,男\n"


def read(tmp_path, content, declared="", said=""):
    (tmp_path / "a.csv").write_bytes(content)
    return read_text_file(tmp_path / "a.csv", "101/a.csv", declared, said)


@pytest.mark.parametrize(("declared", "encoding"), [("GBK", "gb18030"), ("gb 18030", "gb18030"), ("UTF-8", "utf-8")])
def test_a_declared_encoding_is_no_guess(tmp_path, declared, encoding):
    text = read(tmp_path, CHINESE.encode(encoding), declared)
    assert text.read() == CHINESE
    assert text.findings == ()


@pytest.mark.parametrize(
    ("content", "declared", "message"),
    [
        (
            CHINESE.encode("gb18030"),
            "utf-8",
            "101/a.csv: is declared as utf-8, and the byte at position 0 (line 1) is no character of it; "
            "its bytes read best as GB18030",
        ),
        (
            "id,name\n1,Ren\xe9\n2,Zo\xeb\n".encode("cp1252"),
            "utf-8",
            "101/a.csv: is declared as utf-8, and the byte at position 13 (line 2) is no character of it; "
            "its bytes read best as Windows-1252",
        ),
        (
            CHINESE.encode("utf-16"),
            "gbk",
            "101/a.csv: is declared as gbk, and its first bytes are the mark of UTF-16; declare that",
        ),
        (
            b"a,b\n",
            "utf-88",
            '101/a.csv: cannot be read in the declared encoding: "utf-88" is not the name of an encoding; '
            'did you mean "utf-8"?',
        ),
    ],
)
def test_a_declared_encoding_that_cannot_be_meant_is_refused(tmp_path, content, declared, message):
    with pytest.raises(StudyError) as refusal:
        read(tmp_path, content, declared)
    assert str(refusal.value) == message


def test_a_few_bytes_that_are_no_character_of_the_declared_encoding_are_read_as_lost(tmp_path):
    text = read(tmp_path, (CHINESE * 5).encode("gb18030") + b"\xd0,x\n", "gbk")
    assert text.read().endswith("男\n\ufffd,x\n")
    assert text.has(re.compile("\ufffd"))
    assert not text.has(re.compile("x,"))


def test_what_the_file_says_is_taken_where_its_bytes_do_not_settle_it(tmp_path):
    text = read(tmp_path, "é\n".encode("iso8859-15"), said="iso8859-15")
    assert (text.encoding, text.findings) == ("iso8859-15", ())
    text = read(tmp_path, CHINESE.encode(), said="gb18030")
    assert text.encoding == "utf-8"


def test_a_doubtful_guess_is_a_warning_and_a_likely_one_a_note(tmp_path):
    doubtful = read(tmp_path, "a;25 µg\n".encode("cp1252")).findings
    assert [(finding.rule, finding.severity) for finding in doubtful] == [("RAW-014 raw.encoding-doubtful", "warning")]
    assert doubtful[0].message.startswith("read as Windows-1252, which is uncertain: 1 of the 1 letters outside ASCII")
    assert doubtful[0].message.endswith("; declare the encoding of the table, or save the file as UTF-8")
    likely = read(tmp_path, CHINESE.encode("gb18030")).findings
    assert [(finding.rule, finding.severity) for finding in likely] == [("RAW-010 raw.encoding-guessed", "note")]
