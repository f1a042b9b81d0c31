from __future__ import annotations

import string
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.outputs.xpt import LARGEST_NUMBER, SMALLEST_NUMBER, check_xpt, write_xpt
from tests.outputs.tables import CUTOFF, FRAME, SPEC, dataset_spec, variable


def read_back(path: Path):
    return pyreadstat.read_xport(str(path), disable_datetime_conversion=True)


def test_what_is_written_reads_back_equal(tmp_path):
    path = tmp_path / "ad.xpt"
    write_xpt(path, FRAME, SPEC, CUTOFF)
    frame, meta = read_back(path)
    pd.testing.assert_frame_equal(frame, FRAME)
    assert meta.table_name == "AD"
    assert meta.file_label == "A Dataset"
    assert meta.column_labels == [v.label for v in SPEC.variables]
    assert meta.original_variable_types["ADT"] == "DATE9"
    # bytes of the longest value; an 8-byte number
    longest = len("部分缓解(PR)".encode())
    assert meta.variable_storage_width == {
        "STUDYID": 5, "USUBJID": 13, "RSSEQ": 8, "RSORRES": max(longest, 18), "RSDTC": 10, "AVAL": 8, "ADT": 8,
    }  # fmt: skip


def test_a_sas_date_is_that_day(tmp_path):
    path = tmp_path / "ad.xpt"
    write_xpt(path, FRAME, SPEC, CUTOFF)
    frame, _ = pyreadstat.read_xport(str(path))
    assert [str(day) for day in frame["ADT"]] == ["2021-03-05", "nan", "1960-01-01"]


def test_the_same_frame_gives_the_same_bytes_and_the_timestamp_alone_is_in_the_header(tmp_path):
    one, two, later = tmp_path / "one.xpt", tmp_path / "two.xpt", tmp_path / "later.xpt"
    write_xpt(one, FRAME, SPEC, CUTOFF)
    write_xpt(two, FRAME, SPEC, CUTOFF)
    write_xpt(later, FRAME, SPEC, datetime(2025, 12, 31, 23, 59, 58))
    assert one.read_bytes() == two.read_bytes()
    first, second = one.read_bytes(), later.read_bytes()
    for offset in (144, 160, 464, 480):
        assert first[offset : offset + 16] == b"29FEB24:00:00:00"
        assert second[offset : offset + 16] == b"31DEC25:23:59:58"
        second = second[:offset] + first[offset : offset + 16] + second[offset + 16 :]
    assert first == second


def test_a_dataset_without_records_keeps_its_variables(tmp_path):
    path = tmp_path / "ad.xpt"
    write_xpt(path, FRAME.iloc[:0], SPEC, CUTOFF)
    frame, meta = read_back(path)
    assert len(frame) == 0
    assert meta.column_names == SPEC.names


@pytest.mark.parametrize(
    ("spec", "frame", "rule", "says"),
    [
        (dataset_spec(variable("lower")), {"lower": ["x"]}, "XPT-001 xpt.name", '"lower"'),
        (dataset_spec(variable("NINELONGX")), {"NINELONGX": ["x"]}, "XPT-001 xpt.name", '"NINELONGX"'),
        (dataset_spec(variable("A"), name="TOOLONGNAME"), {"A": ["x"]}, "XPT-001 xpt.name", '"TOOLONGNAME"'),
        (dataset_spec(variable("A", label="x" * 41)), {"A": ["x"]}, "XPT-002 xpt.label", "41 bytes"),
        (dataset_spec(variable("A", label="疗效")), {"A": ["x"]}, "XPT-002 xpt.label", "printable ASCII"),
        (dataset_spec(variable("A", label="Subject's age")), {"A": ["x"]}, "XPT-002 xpt.label", "quotation"),
        (dataset_spec(variable("A"), label="Half (open"), {"A": ["x"]}, "XPT-002 xpt.label", "bracket"),
        (dataset_spec(variable("A")), {"A": ["x" * 201]}, "XPT-003 xpt.text", "201 bytes"),
        (dataset_spec(variable("A")), {"A": ["肝" * 67]}, "XPT-003 xpt.text", "201 bytes"),
        (dataset_spec(variable("A")), {"A": ["a\0b"]}, "XPT-003 xpt.text", "NUL"),
        (dataset_spec(variable("A", "float")), {"A": [np.inf]}, "XPT-004 xpt.number", "outside"),
        (dataset_spec(variable("A", "float")), {"A": [-1e75]}, "XPT-004 xpt.number", "outside"),
        (dataset_spec(variable("A", "float")), {"A": [1e-80]}, "XPT-004 xpt.number", "outside"),
        (dataset_spec(variable("A")), {"A": ["x", " "]}, "XPT-006 xpt.blank-end", "padding"),
    ],
)
def test_what_the_format_cannot_hold_is_an_error_and_is_not_written(tmp_path, spec, frame, rule, says):
    data = pd.DataFrame(frame)
    errors = check_xpt(Dataset(spec, data)).query("severity == 'error'")
    assert errors["rule"].tolist() == [rule]
    assert says in errors["message"].iat[0]
    path = tmp_path / "ad.xpt"
    with pytest.raises(ValueError, match="cannot be written as XPT"):
        write_xpt(path, data, spec, CUTOFF)
    assert not path.exists()


def test_exactly_at_the_limits_is_no_error(tmp_path):
    spec = dataset_spec(variable("ABCDEFG8", label="x" * 40), variable("N", "float"), name="ABCDEFG9")
    frame = pd.DataFrame({"ABCDEFG8": ["肝" * 66 + "xx", "b", "c"], "N": [LARGEST_NUMBER, -SMALLEST_NUMBER, 0.0]})
    write_xpt(tmp_path / "ad.xpt", frame, spec, CUTOFF)
    read, _ = read_back(tmp_path / "ad.xpt")
    pd.testing.assert_frame_equal(read, frame)


def test_text_outside_ascii_is_one_warning_a_variable_and_is_written():
    spec = dataset_spec(variable("USUBJID"), variable("A"))
    frame = pd.DataFrame({"USUBJID": ["1", "2", "3"], "A": ["x", "稳定", "进展"]})
    found = check_xpt(Dataset(spec, frame))
    assert found[["rule", "severity", "variable", "value", "record"]].to_numpy().tolist() == [
        ["XPT-005 xpt.ascii", "warning", "A", "稳定", "2"]
    ]
    assert found["message"].iat[0].startswith("2 records of A")


def test_every_long_text_is_named_with_its_record():
    spec = dataset_spec(variable("USUBJID"), variable("A"))
    frame = pd.DataFrame({"USUBJID": ["1", "2", "3"], "A": ["x" * 300, "x", "x" * 300]})
    found = check_xpt(Dataset(spec, frame))
    assert found[["subject", "record"]].to_numpy().tolist() == [["1", "1"], ["3", "3"]]


def test_a_column_that_the_spec_does_not_know_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no variable EXTRA"):
        write_xpt(tmp_path / "ad.xpt", FRAME.assign(EXTRA="x"), SPEC, CUTOFF)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).map(lambda text: text.rstrip(" "))
NUMBERS = st.floats(allow_nan=True, allow_infinity=False).filter(
    lambda value: value == 0 or np.isnan(value) or SMALLEST_NUMBER <= abs(value) <= LARGEST_NUMBER
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(string.ascii_letters, min_size=1), TEXTS, NUMBERS), min_size=1, max_size=8))
def test_any_frame_that_passes_the_check_reads_back_equal(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("xpt") / "ad.xpt"
    spec = dataset_spec(variable("KEY"), variable("TEXT"), variable("N", "float"))
    frame = pd.DataFrame(rows, columns=["KEY", "TEXT", "N"]).astype({"KEY": object, "TEXT": object})
    frame["N"] = frame["N"] + 0.0  # -0.0 reads back as 0.0
    write_xpt(path, frame, spec, CUTOFF)
    read, _ = read_back(path)
    pd.testing.assert_frame_equal(read, frame)
