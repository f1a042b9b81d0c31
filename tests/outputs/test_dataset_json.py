from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.outputs.dataset_json import write_dataset_json
from tests.outputs.tables import CUTOFF, FRAME, SPEC, dataset_spec, variable

# CDISC Dataset-JSON 1.1, tables "Top-level Metadata Attributes" and "Column Metadata".
TOP = {
    "datasetJSONCreationDateTime", "datasetJSONVersion", "fileOID", "dbLastModifiedDateTime", "originator",
    "sourceSystem", "studyOID", "metaDataVersionOID", "metaDataRef", "itemGroupOID", "records", "name", "label",
    "columns", "rows",
}  # fmt: skip
TOP_REQUIRED = {
    "datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns",
}  # fmt: skip
COLUMN = {
    "itemOID", "name", "label", "dataType", "targetDataType", "length", "displayFormat", "keySequence",
}  # fmt: skip
COLUMN_REQUIRED = {"itemOID", "name", "label", "dataType"}
DATA_TYPES = {
    "string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI",
}  # fmt: skip


def written(tmp_path, frame=FRAME, spec=SPEC):
    path = tmp_path / "ad.json"
    write_dataset_json(path, frame, spec, "RTHCC", CUTOFF)
    return json.loads(path.read_text(encoding="utf-8"))


def test_rows_hold_the_values(tmp_path):
    assert written(tmp_path)["rows"] == [
        ["RTHCC", "RTHCC-101-001", 1, "部分缓解(PR)", "2021-03-05", 1.5, "2021-03-05"],
        ["RTHCC", "RTHCC-101-002", 2, "", "2021-03", None, None],
        ["RTHCC", "RTHCC-103-001", 1, 'said "PD", \\ twice', "", 1e-7, "1960-01-01"],
    ]


def test_columns_describe_the_variables(tmp_path):
    columns = {column["name"]: column for column in written(tmp_path)["columns"]}
    assert columns["USUBJID"] == {
        "itemOID": "IT.AD.USUBJID", "name": "USUBJID", "label": "Label of USUBJID", "dataType": "string",
        "length": 20, "keySequence": 2,
    }  # fmt: skip
    assert columns["RSSEQ"]["dataType"] == "integer"
    assert columns["RSDTC"]["dataType"] == "date"
    assert "targetDataType" not in columns["RSDTC"]
    assert columns["ADT"] | {"itemOID": ""} == {
        "itemOID": "", "name": "ADT", "label": "Label of ADT", "dataType": "date", "targetDataType": "integer",
        "displayFormat": "DATE9.",
    }  # fmt: skip


def test_attributes_are_those_of_the_standard(tmp_path):
    data = written(tmp_path)
    assert set(data) >= TOP_REQUIRED
    assert set(data) <= TOP
    assert data["records"] == len(data["rows"]) == 3
    assert data["datasetJSONVersion"] == "1.1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", data["datasetJSONCreationDateTime"])
    for column in data["columns"]:
        assert set(column) >= COLUMN_REQUIRED
        assert set(column) <= COLUMN
        assert column["dataType"] in DATA_TYPES


def test_no_records(tmp_path):
    data = written(tmp_path, FRAME.iloc[:0])
    assert data["rows"] == []
    assert data["records"] == 0
    assert len(data["columns"]) == 7


def test_more_rows_than_are_written_at_once(tmp_path):
    count = 120_001
    spec = dataset_spec(variable("A"), variable("N", "integer"))
    frame = pd.DataFrame({"A": [f"x{n % 7}" for n in range(count)], "N": np.arange(count, dtype=float)})
    rows = written(tmp_path, frame, spec)["rows"]
    assert len(rows) == count
    assert rows[50_000] == ["x6", 50_000]
    assert rows[-1] == [f"x{120_000 % 7}", 120_000]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8")),
            st.floats(allow_infinity=False),
            st.integers(-(2**53), 2**53),
        ),
        min_size=1,
    )
)
def test_any_frame_reads_back_equal(tmp_path_factory, rows):
    spec = dataset_spec(variable("A"), variable("X", "float"), variable("N", "integer"))
    frame = pd.DataFrame(rows, columns=["A", "X", "N"]).astype({"A": object, "N": float})
    read = written(tmp_path_factory.mktemp("json"), frame, spec)["rows"]
    assert [row[0] for row in read] == frame["A"].tolist()
    np.testing.assert_array_equal(np.array([row[1] for row in read], dtype=float), frame["X"].to_numpy())
    assert [row[2] for row in read] == [row[2] for row in rows]
