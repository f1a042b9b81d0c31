import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.received.parquet import read_parquet


def read(tmp_path, columns, name="adae.parquet"):
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, tmp_path / name)
    return read_parquet(tmp_path / name, name)


@pytest.mark.parametrize(
    ("column", "type_", "expected"),
    [
        (pa.array(["b", None, "a", "b"]), "text", ["b", "", "a", "b"]),
        (pa.array(["b", None], pa.large_string()), "text", ["b", ""]),
        (pa.array(["b", None, "b"]).dictionary_encode(), "text", ["b", "", "b"]),
        (pa.array([1, None]), "integer", [1.0, None]),
        (pa.array([1.5, None]), "float", [1.5, None]),
        (pa.array([Decimal("1.25"), None]), "float", [1.25, None]),
        (pa.array([dt.date(1960, 1, 1), dt.date(2021, 3, 5), None]), "date", [0.0, 22344.0, None]),
        (pa.array([dt.datetime(1960, 1, 1, 0, 0, 1), None]), "datetime", [1.0, None]),
        (pa.array([dt.datetime(1960, 1, 2)], pa.timestamp("ns")), "datetime", [86400.0]),
        (pa.array([dt.datetime(1960, 1, 1, 16)], pa.timestamp("us", "Asia/Shanghai")), "datetime", [86400.0]),
        (pa.array([dt.time(1, 0), None]), "time", [3600.0, None]),
        (pa.array([True, None]), "text", ["true", ""]),
        (pa.array([None, None], pa.bool_()), None, ["", ""]),
        (pa.array([None, None]), None, ["", ""]),
    ],
)
def test_columns_of_every_type(tmp_path, column, type_, expected):
    table = read(tmp_path, {"A": column})
    assert table.metadata.variables[0].type == type_
    values = table.columns[0]
    assert values.dtype == (object if isinstance(expected[0], str) else np.float64)
    assert [None if value != value else value for value in values.tolist()] == expected


def test_dates_carry_a_format_and_fields_their_labels(tmp_path):
    schema = pa.schema([pa.field("ADT", pa.date32(), metadata={"label": "Analysis Date"}), pa.field("A", pa.string())])
    table = read(tmp_path, pa.table([[dt.date(2021, 3, 5)], ["x"]], schema=schema))
    assert (table.metadata.name, table.metadata.label) == ("ADAE", None)
    assert [(each.name, each.label, each.format) for each in table.metadata.variables] == [
        ("ADT", "Analysis Date", "DATE9."),
        ("A", None, None),
    ]


def test_a_list_is_no_value(tmp_path):
    with pytest.raises(StudyError, match=r"^adae.parquet: the column A is of type list"):
        read(tmp_path, {"A": [[1], [2]]})


@pytest.mark.parametrize("length", [0, 6, 200])
def test_a_damaged_file_is_refused_in_one_line(tmp_path, length):
    read(tmp_path, {"A": list(range(1000))})
    path = tmp_path / "adae.parquet"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(StudyError, match=r"^adae.parquet: cannot be read as a Parquet file") as caught:
        read_parquet(path, path.name)
    assert "\n" not in str(caught.value)
