"""CDISC Dataset-JSON 1.1: one file a dataset, its columns described, its records as arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dataset import format_value
from hcc_sdtm.spec.model import DatasetSpec, Variable

VERSION = "1.1.0"
DATE_FORMATS = ("DATE", "YYMMDD", "E8601DA", "DDMMYY", "MMDDYY")
ROWS_AT_ONCE = 50_000


def write_dataset_json(path: Path, frame: pd.DataFrame, spec: DatasetSpec, study_id: str, timestamp: datetime) -> None:
    """Writes the published frame, a line a record.

    Missing numbers and missing numeric dates are null, missing text is ``""``. A numeric date (a number
    with a date format) is ISO 8601 text whose ``targetDataType`` is integer, as the standard asks. Each
    distinct value is turned into JSON once.
    """
    head = {
        "datasetJSONCreationDateTime": timestamp.strftime("%Y-%m-%dT%H:%M:%S"),
        "datasetJSONVersion": VERSION,
        "fileOID": f"{study_id}.{spec.name}",
        "studyOID": study_id,
        "metaDataVersionOID": f"MDV.{study_id}",
        "itemGroupOID": f"IG.{spec.name}",
        "records": len(frame),
        "name": spec.name,
        "label": spec.label,
    }
    variables = [spec.by_name[name] for name in frame.columns]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2])
        file.write(',\n "columns": [\n  ')
        file.write(",\n  ".join(json.dumps(_column(v, spec), ensure_ascii=False) for v in variables))
        file.write('\n ],\n "rows": [\n')
        columns = [_json_texts(frame[v.name], v) for v in variables]
        for number, lines in enumerate(_lines(columns, len(frame))):
            file.write(",\n" if number else "")
            file.write(lines)
        file.write("\n ]\n}\n")


def _column(variable: Variable, spec: DatasetSpec) -> dict[str, Any]:
    column: dict[str, Any] = {
        "itemOID": f"IT.{spec.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": _data_type(variable),
    }
    if _is_numeric_date(variable):
        column["targetDataType"] = "integer"
    if column["dataType"] == "string" and variable.length:
        column["length"] = variable.length
    if variable.is_numeric and variable.format:
        column["displayFormat"] = variable.format
    if variable.name in spec.keys:
        column["keySequence"] = spec.keys.index(variable.name) + 1
    return column


def _data_type(variable: Variable) -> str:
    if _is_numeric_date(variable):
        return "date"
    return "string" if variable.type == "text" else variable.type


def _is_numeric_date(variable: Variable) -> bool:
    return variable.is_numeric and variable.format.rstrip("0123456789.").upper() in DATE_FORMATS


def _json_texts(column: pd.Series, variable: Variable) -> np.ndarray:
    """JSON text of every value of the column, made once for each distinct one."""
    if not variable.is_numeric:
        # A dict and not pandas' factorize, which takes two texts for one where they differ after a NUL.
        texts = {value: json.dumps(value, ensure_ascii=False) for value in set(column)}
        return np.array([texts[value] for value in column], dtype=object)
    codes, values = pd.factorize(column.to_numpy(np.float64), use_na_sentinel=False)
    if _is_numeric_date(variable):
        numbers = [f'"{text}"' if text else "null" for text in dates.from_days(pd.Series(values))]
    else:
        numbers = [format_value(value) or "null" for value in values]
    return np.array(numbers, dtype=object)[codes]


def _lines(columns: list[np.ndarray], count: int) -> Iterator[str]:
    for start in range(0, count, ROWS_AT_ONCE):
        rows = zip(*(column[start : start + ROWS_AT_ONCE] for column in columns), strict=True)
        yield "  [" + "],\n  [".join(map(", ".join, rows)) + "]"
