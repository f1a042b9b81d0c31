import contextlib

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.mapping.applying import map_site
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw.sas.sas import read_sas
from hcc_sdtm.raw.sas.xport import NotXportError, ibm_numbers, parse_xport
from tests.mapping.site import SPECS
from tests.raw.sas_files import UTF_8, VISIT, WINDOWS_1252, cells, ibm, joined, transport, with_note

ROWS = [
    ["SUBJID", "AGE", "VISDT", "VISDTM", "VISTM", "SEX", "NOTE"],
    ["001", "61", "2023-03-02", "2023-03-02", "00:00", "1", "  leading"],
    ["002", "0.1", "2023-03-03", "2023-03-02T01:01:01", "08:30", "2", "tail"],
    ["003", ".A", ".Z", "2023-03-02T00:00:45", "23:59:59", "1", "乏力"],
    ["004", "", "2023-03-02", "2023-03-02", "25:00", "2", ""],
]


def read(folder, content, name="visit.sas7bdat", **options):
    path = folder / name
    path.write_bytes(content)
    return read_sas(path, name, **options)


def refusal(folder, content, name="visit.xpt", **options):
    with pytest.raises(StudyError) as error:
        read(folder, content, name, **options)
    (problem,) = error.value.problems
    return str(problem)


def rules(findings):
    return [(rule.split(" ")[0], source) for rule, source in findings[["rule", "source"]].values.tolist()]


def test_a_dataset_is_a_sheet_of_texts_with_labels_as_comments(tmp_path):
    (sheet,), findings = read(tmp_path, VISIT)
    assert (sheet.file, sheet.sheet) == ("visit.sas7bdat", "VISIT")
    assert sheet.grid.tolist() == ROWS
    assert dict(sheet.comments) == {(1, 1): "Subject Identifier", (1, 2): "Age at consent", (1, 3): "Visit date"}
    assert rules(findings) == [
        ("RAW-034", "visit.sas7bdat:VISIT!B4"),
        ("RAW-036", "visit.sas7bdat:VISIT!C5"),
        ("RAW-034", "visit.sas7bdat:VISIT!C4"),
        ("RAW-035", "visit.sas7bdat:VISIT!F1"),
    ]
    assert findings["message"].tolist() == [
        "the special missing value .A is kept as the text .A; rows with it: 1",
        "a number under the format DATE9. has a part of a day; the day is read",
        "the special missing value .Z is kept as the text .Z; rows with it: 1",
        "the texts of the format SEXF. are in a catalog that is not here; the codes are read",
    ]


@pytest.mark.parametrize("version", [5, 8])
def test_a_transport_file_gives_what_was_written(tmp_path, version):
    frame = pd.DataFrame(
        {
            "SUBJID": ["001", "002", "  3", ""],
            "DOSE": [0.1, -12.5, np.nan, 1e15],
            "DAY": [23071.0, np.nan, -1.0, 0.0],
            "AT": [1993334400.0, 1993338061.0, np.nan, 0.0],
            "CODE": [7.0, 123.0, 1234.0, np.nan],
        }
    )
    formats = {"DAY": "YYMMDD10.", "AT": "DATETIME19.", "CODE": "Z3."}
    content = transport(tmp_path, frame, version, labels={"DOSE": "Dose (mg)"}, formats=formats)
    (sheet,), findings = read(tmp_path, content, "ex.xpt")
    assert sheet.grid.tolist() == [
        ["SUBJID", "DOSE", "DAY", "AT", "CODE"],
        ["001", "0.1", "2023-03-02", "2023-03-02", "007"],
        ["002", "-12.5", "", "2023-03-02T01:01:01", "123"],
        ["  3", "", "1959-12-31", "", "1234"],
        ["", "1000000000000000", "1960-01-01", "1960-01-01", ""],
    ]
    assert dict(sheet.comments) == {(1, 2): "Dose (mg)"}
    assert findings.empty


def test_long_names_and_labels_of_version_8(tmp_path):
    frame = pd.DataFrame({"SUBJECT_IDENTIFIER": ["1"], "A": ["x"]})
    label = "A label that is longer than the forty characters of version 5"
    (sheet,), _ = read(tmp_path, transport(tmp_path, frame, 8, labels={"A": label}), "dm.xpt")
    assert sheet.grid[0].tolist() == ["SUBJECT_IDENTIFIER", "A"]
    assert sheet.comments[1, 2] == label


def test_every_dataset_of_a_library_is_a_sheet(tmp_path):
    one = transport(tmp_path, pd.DataFrame({"A": ["x", "y"]}), table="ONE")
    two = transport(tmp_path, pd.DataFrame({"B": [1.0], "C": ["z"]}), table="TWO")
    sheets, _ = read(tmp_path, joined(one, two), "both.xpt")
    assert [(sheet.sheet, sheet.grid.tolist()) for sheet in sheets] == [
        ("ONE", [["A"], ["x"], ["y"]]),
        ("TWO", [["B", "C"], ["1", "z"]]),
    ]


def test_special_missing_values_of_a_transport_file_are_kept(tmp_path):
    content = transport(tmp_path, pd.DataFrame({"A": ["12345678"] * 3, "N": [1.0, 2.0, 3.0]}))
    for value, code in ((1.0, b"B"), (2.0, b"_"), (3.0, b".")):
        content = content.replace(ibm(value), code + bytes(7))
    (sheet,), findings = read(tmp_path, content, "lb.xpt")
    assert sheet.grid[1:, 1].tolist() == [".B", "._", ""]
    assert rules(findings) == [("RAW-034", "lb.xpt:VISIT!B2"), ("RAW-034", "lb.xpt:VISIT!B3")]


@pytest.mark.parametrize(
    ("format_", "number", "text"),
    [
        ("DATE9.", 23071, "2023-03-02"),
        ("MMDDYYS10.", 23071, "2023-03-02"),
        ("E8601DA10.", 23071, "2023-03-02"),
        ("MONYY7.", 23071, "2023-03"),
        ("YYMMN6.", 23071, "2023-03"),
        ("YEAR4.", 23071, "2023"),
        ("YYQ6.", 23071, "2023"),
        ("MONNAME9.", 23071, "2023-03-02"),
        ("DTDATE9.", 1993338061, "2023-03-02"),
        ("DATETIME20.3", 1993338061.4, "2023-03-02T01:01:01"),
        ("DATEAMPM.", 1993338060, "2023-03-02T01:01"),
        ("TIME5.", 30600, "08:30"),
        ("TOD8.", 1993338061, "01:01:01"),
        ("TIME8.", -60, "-00:01"),
        ("BEST12.", 0.1, "0.1"),
        ("COMMA10.2", 1234.5, "1234.5"),
        ("PERCENT8.1", 0.5, "0.5"),
        ("8.2", 3, "3"),
        ("Z5.", 42, "00042"),
        ("Z8.2", 42, "42"),
    ],
)
def test_a_format_says_how_a_number_is_read(tmp_path, format_, number, text):
    content = transport(tmp_path, pd.DataFrame({"X": [float(number)], "K": ["a"]}), formats={"X": format_})
    (sheet,), findings = read(tmp_path, content, "x.xpt")
    assert sheet.grid[1, 0] == text
    assert findings.empty


@pytest.mark.parametrize(
    ("format_", "numbers", "texts", "message"),
    [
        ("DATE9.", [1993334400, 1], ["1993334400", "1960-01-02"], "is no date and stays a number"),
        ("DATETIME20.", [1e12], ["1000000000000"], "is no date and stays a number"),
        (
            "DATETIME20.",
            [23071, 23072],
            ["1960-01-01T06:24:31", "1960-01-01T06:24:32"],
            "is a moment of 1 January 1960; it is rather a number of days; numbers so in this column: 2",
        ),
    ],
)
def test_a_number_that_is_no_date_is_kept_and_found_without_quoting_it(tmp_path, format_, numbers, texts, message):
    frame = pd.DataFrame({"X": list(map(float, numbers)), "K": ["a"] * len(numbers)})
    (sheet,), findings = read(tmp_path, transport(tmp_path, frame, formats={"X": format_}), "x.xpt")
    assert sheet.grid[1:, 0].tolist() == texts
    assert findings[["rule", "severity", "source", "typed", "message"]].values.tolist() == [
        [
            "RAW-036 raw.number-is-no-date",
            "warning",
            "x.xpt:VISIT!A2",
            "",
            f"a number under the format {format_} {message}",
        ]
    ]


CHINESE = "患者主诉乏力伴右上腹疼痛三天"


def test_a_transport_file_in_another_encoding_is_read_with_a_finding(tmp_path):
    frame = pd.DataFrame({"NOTE": ["x" * 40, "y"]})
    content = transport(tmp_path, frame).replace(b"x" * 40, CHINESE.encode("gb18030").ljust(40))
    (sheet,), findings = read(tmp_path, content, "ae.xpt")
    assert sheet.grid[1, 0] == CHINESE
    assert [rule for rule, _ in rules(findings)] in (["RAW-010"], ["RAW-014"])
    assert "GB18030" in findings["message"].iat[0]
    (sheet,), findings = read(tmp_path, content, "ae.xpt", encoding="gbk")
    assert sheet.grid[1, 0] == CHINESE
    assert findings.empty
    assert refusal(tmp_path, content, encoding="gbkk").startswith(
        'visit.xpt: cannot be read as a SAS file: the declared encoding: "gbkk" is not the name of an encoding'
    )


def test_a_dataset_says_its_encoding(tmp_path):
    (sheet,), findings = read(tmp_path, with_note("Zoé".encode("cp1252"), WINDOWS_1252))
    assert sheet.grid[3, 6] == "Zoé"
    assert "RAW-014" not in {rule for rule, _ in rules(findings)}


@pytest.mark.parametrize("said", [UTF_8, WINDOWS_1252])
def test_a_dataset_that_says_a_wrong_encoding_is_found(tmp_path, said):
    (sheet,), findings = read(tmp_path, with_note("乏力".encode("gbk"), said))
    (message,) = findings.loc[findings["rule"].str.startswith("RAW-014"), "message"]
    if said == UTF_8:
        assert sheet.grid[3, 6] == "乏力"
        assert message.startswith(
            "the file says that its texts are in UTF-8, which they are not in; they are read as GB18030"
        )
    else:  # two characters are too few to be sure
        assert sheet.grid[3, 6] == "乏力".encode("gbk").decode("cp1252")
        assert message.startswith(
            "the file says that its texts are in WINDOWS-1252; they make more sense as GB18030, but"
        )


def test_a_declared_encoding_stands_against_what_a_dataset_says(tmp_path):
    (sheet,), findings = read(tmp_path, with_note("乏力".encode("gbk"), WINDOWS_1252), encoding="gbk")
    assert sheet.grid[3, 6] == "乏力"
    assert "RAW-014" not in {rule for rule, _ in rules(findings)}
    assert "the declared encoding" in refusal(tmp_path, VISIT, "visit.sas7bdat", encoding="gbkk")


@pytest.mark.parametrize("size", [*range(0, 2080, 137), 960, 980, 2000, 2079])
def test_a_transport_file_that_is_cut_off_is_refused_with_one_line(tmp_path, size):
    frame = pd.DataFrame({"A": [f"{number:0100}" for number in range(12)]})
    content = transport(tmp_path, frame)
    assert len(content) == 880 + 12 * 100
    message = refusal(tmp_path, content[:size])
    assert message.startswith("visit.xpt: cannot be read as a SAS file: ")
    assert "\n" not in message


@pytest.mark.parametrize("size", [0, 100, 1023, 1024, 3000, 5000, len(VISIT) - 1])
def test_a_dataset_that_is_cut_off_is_refused_with_one_line(tmp_path, size):
    message = refusal(tmp_path, VISIT[:size], "visit.sas7bdat")
    assert message.startswith("visit.sas7bdat: cannot be read as a SAS file: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"**COMPRESSED** **COMPRESSED** **COMPRESSED**", "it was made by PROC CPORT, which only SAS can read"),
        (b"HEADER RECORD*******NOTHING HEADER RECORD!!!!!!!" + b"0" * 32, "it does not begin with the header"),
        (b"PK\x03\x04" + bytes(2000), "it may be cut off or damaged"),
        (b"a,b\n1,2\n", "it may be cut off or damaged"),
    ],
)
def test_what_is_no_sas_file_is_refused_with_one_line(tmp_path, content, reason):
    message = refusal(tmp_path, content)
    assert reason in message
    assert "\n" not in message


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"^none.xpt: cannot be read: No such file or directory$"):
        read_sas(tmp_path / "none.xpt", "none.xpt")


def test_a_dataset_without_rows_is_a_header(tmp_path):
    frame = pd.DataFrame({"A": pd.Series(["x"], dtype=object), "B": [1.0]})
    content = transport(tmp_path, frame)
    empty = content[: content.index(b"OBS     HEADER") - 20 + 80]
    (sheet,), findings = read(tmp_path, empty, "x.xpt")
    assert sheet.grid.tolist() == [["A", "B"]]
    assert findings.empty


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
NUMBER = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9).map(float),
    st.floats(-1e30, 1e30, allow_subnormal=False).filter(lambda value: value == 0 or abs(value) > 1e-30),
)


@given(st.lists(st.tuples(TEXT, NUMBER), min_size=1, max_size=8), st.sampled_from([5, 8]))
def test_a_transport_file_is_read_as_pyreadstat_reads_it(tmp_path_factory, rows, version):
    folder = tmp_path_factory.mktemp("xpt")
    frame = pd.DataFrame(
        {
            "KEY": [f"row {number}" for number in range(len(rows))],
            "TEXT": [text for text, _ in rows],
            "NUM": pd.Series([number for _, number in rows], dtype=float),
        }
    )
    content = transport(folder, frame, version)
    expected, _ = pyreadstat.read_xport(str(folder / "made.xpt"))
    (member,) = parse_xport(content)
    assert [bytes(text).decode().rstrip(" ") for text in member.texts[1]] == expected["TEXT"].tolist()
    np.testing.assert_array_equal(member.numbers[2], expected["NUM"].to_numpy())
    (sheet,), _ = read(folder, content, "x.xpt")
    assert sheet.grid[1:, 1].tolist() == expected["TEXT"].tolist()
    assert [float(text) if text else None for text in sheet.grid[1:, 2]] == [
        None if np.isnan(number) else number for number in expected["NUM"]
    ]


@given(st.lists(st.floats(-1e60, 1e60, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-60), min_size=1))
def test_ibm_numbers_are_those_of_their_definition(values):
    np.testing.assert_array_equal(ibm_numbers(cells(values)), values)


@given(st.data())
def test_damaged_bytes_are_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("xpt")
    frame = pd.DataFrame({"A": ["a", "b"], "N": [1.0, 2.0]})
    content = bytearray(transport(folder, frame, data.draw(st.sampled_from([5, 8]))))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotXportError):
        assert all(member.rows >= 0 for member in parse_xport(bytes(content)))


MAPPING = """
site: "201"
tables: {visit: {file: visit.xpt, subject: SUBJID}}
DM: [{rows: visit, SUBJID: {copy: subject}, RFICDTC: {date: DAY}}]
"""


def test_a_mapping_reads_a_transport_file_like_any_table(tmp_path):
    (tmp_path / "raw").mkdir()
    frame = pd.DataFrame({"SUBJID": ["001", "002"], "DAY": [23071.0, np.nan]})
    content = transport(tmp_path, frame, labels={"SUBJID": "Subject Identifier"}, formats={"DAY": "DATE9."})
    (tmp_path / "raw" / "visit.xpt").write_bytes(content)
    (tmp_path / "site.yaml").write_text(MAPPING, encoding="utf-8")
    site = map_site(read_mapping(tmp_path / "site.yaml", "site.yaml", SPECS), tmp_path / "raw", SPECS, Lineage())
    (person,) = site.frames["DM"]
    assert person[["SUBJID", "RFICDTC"]].values.tolist() == [["001", "2023-03-02"], ["002", ""]]
    assert not site.findings["rule"].str.startswith("RAW-").any()
