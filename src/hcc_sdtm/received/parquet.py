"""Parquet files to a table: texts by their distinct values, dates and times as the numbers of SAS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hcc_sdtm.raw.limits import MAX_FILE_BYTES
from hcc_sdtm.received.file_table import (
    DATE,
    DATETIME,
    FLOAT,
    INTEGER,
    SAS_FORMATS,
    TEXT,
    TIME,
    FileMetadata,
    FileTable,
    FileVariable,
    refusal,
    taken,
)
from hcc_sdtm.repeated_text import repeat_text

DAYS_TO_1970 = 3653
"""Days from 1960-01-01, the first day of SAS, to 1970-01-01."""

DAY_SECONDS = 86_400

MAX_CELLS = 500_000_000
"""The largest table that is read: a file of a few bytes can stand for any number of repeated values."""


def read_parquet(path: Path, name: str) -> FileTable:
    """The file's table; its dataset is named like the file, in capitals.

    Missing text is ``""``, missing numbers NaN. Dates become days and moments seconds since 1960-01-01, with a format of SAS.
    Labels are those of the fields' metadata (``label``), where there are any. Raises StudyError for a file that is no
    Parquet file, is damaged or cut off, or has a column that is neither text, number, date nor time.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise refusal(name, f"is larger than {MAX_FILE_BYTES >> 20:,} MB, the most that is read; split it")
    try:
        return _read(path, name)
    except (pa.ArrowException, OSError, ValueError) as failure:
        reason = str(failure).splitlines()[0] if str(failure) else type(failure).__name__
        message = (
            f"cannot be read as a Parquet file: {reason[:200].rstrip('. ')}; it is cut off or damaged, ask for it again"
        )
        raise refusal(name, message) from failure


def _read(path: Path, name: str) -> FileTable:
    file = pq.ParquetFile(path)
    rows, width = file.metadata.num_rows, len(file.schema_arrow)
    if rows * width > MAX_CELLS:
        raise refusal(name, f"has {rows:,} rows of {width:,} columns, more than are read; split it")
    table = file.read()
    variables, columns = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        type_, values = _build_column(column, field.name, name)
        label = (field.metadata or {}).get(b"label")
        shown = label.decode("utf-8", "replace") if label is not None else None
        variables.append(FileVariable(field.name, shown, type_, None, SAS_FORMATS.get(type_ or "")))
        columns.append(values)
    about = (table.schema.metadata or {}).get(b"label")
    title = about.decode("utf-8", "replace") if about is not None else None
    return FileTable(FileMetadata(path.stem.upper(), title, name, tuple(variables)), columns, table.num_rows)


def _build_column(column: pa.ChunkedArray, variable: str, name: str) -> tuple[str | None, np.ndarray]:
    """Type and values of a column; None for the type of one that has no value and says none."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_null(kind) or (pa.types.is_boolean(kind) and column.null_count == len(column)):
        return None, repeat_text("", len(column))  # what programs write for a column without any value
    if pa.types.is_boolean(kind):
        column, kind = column.cast(pa.string()), pa.string()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return TEXT, _texts(column)
    if pa.types.is_date(kind):
        return DATE, _numbers(column.cast(pa.date32()).cast(pa.int32())) + DAYS_TO_1970
    if pa.types.is_timestamp(kind):
        column = pc.local_timestamp(column) if kind.tz else column
        microseconds = _numbers(column.cast(pa.timestamp("us"), safe=False).cast(pa.int64()))
        return DATETIME, microseconds / 1e6 + DAYS_TO_1970 * DAY_SECONDS
    if pa.types.is_time(kind):
        return TIME, _numbers(column.cast(pa.time64("us")).cast(pa.int64())) / 1e6
    if pa.types.is_integer(kind):
        return INTEGER, _numbers(column)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return FLOAT, _numbers(column)
    raise refusal(name, f"the column {variable} is of type {kind}, no text, number, date or time")


def _texts(column: pa.ChunkedArray) -> np.ndarray:
    filled = pc.fill_null(column.cast(pa.large_string()), "").combine_chunks()
    encoded: Any = pc.dictionary_encode(filled)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return taken(encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False))


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    numbers: np.ndarray = column.cast(pa.float64(), safe=False).to_numpy()
    return numbers.astype(np.float64, copy=False)
