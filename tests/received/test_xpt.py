import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.problem import StudyError
from hcc_sdtm.received.file_table import FileVariable
from hcc_sdtm.received.xpt import read_xpt

from .files import DM, write_xpt


def read_one(path):
    (table,) = read_xpt(path, path.name)
    return table


def test_columns_metadata_and_order_are_those_of_the_file(tmp_path):
    path = tmp_path / "dm.xpt"
    write_xpt(path)
    table = read_one(path)
    assert (table.metadata.name, table.metadata.label, table.rows) == ("DM", "Demographics", 2)
    assert [variable.name for variable in table.metadata.variables] == list(DM)
    assert table.metadata.by_name["USUBJID"] == FileVariable("USUBJID", "Unique Subject Identifier", "text", 6, "")
    assert table.metadata.by_name["AGE"].type == "float"
    by_name = dict(zip(DM, table.columns, strict=True))
    assert by_name["RFSTDTC"].tolist() == ["2021-03-05", ""]
    assert by_name["RFSTDTC"].dtype == object
    assert by_name["AGE"].dtype == np.float64
    assert by_name["AGE"][0] == 61
    assert np.isnan(by_name["AGE"][1])
    assert table.findings == []


def test_a_file_of_version_8_is_read_and_said(tmp_path):
    path = tmp_path / "dm.xpt"
    write_xpt(path, version=8)
    table = read_one(path)
    assert [values.tolist() for values in table.columns if values.dtype == object] == [
        DM[name].tolist() for name in DM if name != "AGE"
    ]
    assert [(finding.rule, finding.value) for finding in table.findings] == [
        ("REC-016 received.transport-version", "8")
    ]


def test_every_dataset_of_a_file_is_read(tmp_path):
    first, second = tmp_path / "dm.xpt", tmp_path / "ae.xpt"
    write_xpt(first)
    write_xpt(second, pd.DataFrame({"AETERM": ["Pain"]}))
    both = tmp_path / "both.xpt"
    both.write_bytes(first.read_bytes() + second.read_bytes()[3 * 80 :])
    assert [(table.metadata.name, table.rows) for table in read_xpt(both, "both.xpt")] == [("DM", 2), ("AE", 1)]


def test_special_missing_values_are_missing_and_said_once(tmp_path):
    path = tmp_path / "lb.xpt"
    write_xpt(path, pd.DataFrame({"USUBJID": ["1", "2", "3"], "LBSTRESN": [1.5, 16.0, 16.0]}))
    content = path.read_bytes()
    sixteen = bytes.fromhex("4210000000000000")
    assert content.count(sixteen) == 2
    path.write_bytes(content.replace(sixteen, b"A" + bytes(7)))
    table = read_one(path)
    assert table.columns[1][0] == 1.5
    assert np.isnan(table.columns[1][1:]).all()
    (finding,) = table.findings
    assert (finding.rule, finding.variable, finding.record) == ("REC-011 received.special-missing", "LBSTRESN", "2")
    assert ".A" in finding.message
    assert "2 records" in finding.message


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_text_is_read_in_the_encoding_that_its_bytes_tell(tmp_path, encoding):
    path = tmp_path / "mh.xpt"
    terms = ["肝细胞癌伴门静脉癌栓", "高血压病史十年，药物治疗", "HEADACHE"]
    blank = ["x" * 40, "y" * 40, "HEADACHE"]
    write_xpt(path, pd.DataFrame({"MHTERM": blank}), label="")
    content = path.read_bytes()
    for filler, term in zip(blank, terms, strict=True):
        content = content.replace(filler.encode().ljust(40), term.encode(encoding).ljust(40))
    path.write_bytes(content)
    assert read_one(path).columns[0].tolist() == terms


def test_a_label_or_a_text_cut_inside_a_character_is_read_and_said(tmp_path):
    path = tmp_path / "mh.xpt"
    frame = pd.DataFrame({"USUBJID": ["a", "b"], "MHTERM": ["肝细胞癌", "高血压病史十年"]})
    pyreadstat.write_xport(
        frame, str(path), table_name="MH", file_format_version=5, column_labels=["Subject", "医学术语描述" * 5]
    )
    term = "高血压病史十年".encode()
    path.write_bytes(path.read_bytes().replace(term, term[:-1] + b" "))
    table = read_one(path)
    assert table.metadata.by_name["MHTERM"].label.startswith("医学术语描述医学术语描述医")
    assert table.columns[1].tolist() == ["肝细胞癌", "高血压病史十\ufffd"]
    rule = "REC-017 received.character-lost"
    assert [(each.rule, each.variable, each.record) for each in table.findings] == [
        (rule, "MHTERM", ""),
        (rule, "MHTERM", "2"),
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"STUDYID,USUBJID\n", "is no SAS transport file"),
        (b"**COMPRESSED** **COMPRESSED**", "PROC CPORT"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(tmp_path, content, says):
    path = tmp_path / "dm.xpt"
    path.write_bytes(content)
    with pytest.raises(StudyError, match=rf"^dm\.xpt: .*{says}"):
        read_xpt(path, "dm.xpt")


@pytest.mark.parametrize("length", [100, 300, 700, 1500, -40])
def test_a_file_that_is_cut_off_is_refused(tmp_path, length):
    path = tmp_path / "dm.xpt"
    write_xpt(path, pd.concat([DM] * 20))
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(StudyError, match=r"cut off|has no dataset"):
        read_xpt(path, "dm.xpt")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30),
            st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=9),
            st.none() | st.integers(-(10**12), 10**12).map(lambda number: number / 8),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_it_reads_what_pyreadstat_reads(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("xpt") / "xx.xpt"
    frame = pd.DataFrame(rows, columns=["XXKEY", "XXTEXT", "XXNUM"]).astype({"XXNUM": float})
    pyreadstat.write_xport(frame, str(path), table_name="XX", file_format_version=5)
    other, _ = pyreadstat.read_xport(str(path))
    table = read_one(path)
    assert table.rows == len(other)
    for values, name in zip(table.columns, other, strict=True):
        if values.dtype == object:
            assert values.tolist() == other[name].tolist()
        else:
            np.testing.assert_array_equal(values, other[name].to_numpy(dtype=float))
