"""``decisions.parquet``: every candidate date of each subject and time-to-event parameter, and what became of it.

One row is one candidate, with the columns of `hcc_sdtm.adam.times.candidates`; its dates are dates, its texts are held once.
The file's metadata says what the names of each parameter mean, so that `hcc_sdtm.adam.times.decisions.explain` needs no spec.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hcc_sdtm.adam.times.candidate_rows import DECISION_COLUMNS
from hcc_sdtm.dates.iso import EPOCH, to_days

_METADATA = b"hcc-sdtm"
_UNIX_DAY = float((np.datetime64("1970-01-01", "D") - EPOCH).astype(int))
_DAYS = ("DATE", "COMPARED", "ADT")
_NUMBERS = {"SRCSEQ": pa.int32(), "CNSR": pa.int16()}


def write_decisions(path: Path, decisions: pd.DataFrame, texts: Mapping[str, Mapping[str, str]]) -> None:
    """One row a candidate, one row group a million rows; a missing number or date is null. The same bytes for the same rows."""
    arrays, fields = [], []
    for name in DECISION_COLUMNS:
        column = decisions[name]
        if name in _DAYS:
            values = column.to_numpy(dtype=float) - _UNIX_DAY
            array = _whole_numbers(values, pa.int32()).cast(pa.date32())
        elif name in _NUMBERS:
            array = _whole_numbers(column.to_numpy(dtype=float), _NUMBERS[name])
        else:
            codes = pa.array(column.cat.codes.to_numpy(dtype=np.int32))
            array = pa.DictionaryArray.from_arrays(codes, pa.array(list(column.cat.categories), pa.string()))
        arrays.append(array)
        fields.append(pa.field(name, array.type))
    metadata = {_METADATA: json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()}
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))
    pq.write_table(table, path, compression="zstd", store_schema=True)


def _whole_numbers(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    missing = np.isnan(values)
    return pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing).cast(kind)


def read_decisions(path: Path, subject: str, paramcd: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """The candidates of one subject and parameter as `build_candidates` made them, and what the parameter's names mean.

    No rows, and no texts, where the file does not exist or has none of the two.
    """
    if not path.is_file():
        return pd.DataFrame(columns=list(DECISION_COLUMNS)), {}
    wanted = [("USUBJID", "=", subject), ("PARAMCD", "=", paramcd)]
    table = pq.read_table(path, filters=wanted)
    rows: dict[str, pd.Series | np.ndarray] = {}
    for name in DECISION_COLUMNS:
        values = table.column(name).to_pylist()
        if name in _DAYS:
            rows[name] = to_days(pd.Series(["" if day is None else day.isoformat() for day in values], dtype=object))
        elif name in _NUMBERS:
            rows[name] = np.array([np.nan if value is None else value for value in values], dtype=float)
        else:
            rows[name] = np.array(values, dtype=object)
    texts = json.loads(pq.read_schema(path).metadata[_METADATA])
    return pd.DataFrame(rows), texts.get(paramcd, {})
