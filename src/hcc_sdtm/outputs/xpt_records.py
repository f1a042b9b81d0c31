"""The records of a version 5 transport file as bytes, made by distinct values and by column.

Knows how a text and a number stand in a record; the header before the records is the library's.

Source: SAS technical support document TS-140, The Record Layout of a Data Set in SAS Transport (XPORT) Format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

NUMBER_BYTES = 8
RECORD_BYTES = 80
"""The file is padded with blanks to whole records of this length."""

ROWS_AT_ONCE = 50_000

_MISSING = np.uint64(0x2E << 56)
_FRACTION_BITS = 53


def longest_row(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """One row with the longest text of each column, and 0 for a number: a file of it has the header that the columns have."""
    return {name: _longest(values) if values.dtype == object else np.zeros(1) for name, values in columns.items()}


def render_records(columns: Mapping[str, np.ndarray]) -> Iterator[bytes]:
    """The bytes of the rows in some parts, padded at the end; a text column is object, and as wide as its longest text."""
    fields = [_Text(values) if values.dtype == object else _Number(values) for values in columns.values()]
    ends = np.cumsum([field.width for field in fields])
    count, width = len(next(iter(columns.values()))), int(ends[-1])
    for first in range(0, count, ROWS_AT_ONCE):
        rows = slice(first, min(first + ROWS_AT_ONCE, count))
        table = np.empty((rows.stop - first, width), dtype=np.uint8)
        for field, end in zip(fields, ends, strict=True):
            table[:, end - field.width : end] = field.render(rows)
        yield table.tobytes()
    yield b" " * (-count * width % RECORD_BYTES)


class _Text:
    """A column of text, each distinct one encoded once."""

    def __init__(self, values: np.ndarray) -> None:
        self.codes, distinct = pd.factorize(values)
        encoded = [text.encode() for text in distinct]
        self.width = max(1, *map(len, encoded)) if encoded else 1
        joined = b"".join(text.ljust(self.width) for text in encoded)
        self.table = np.frombuffer(joined, dtype=np.uint8).reshape(len(encoded), self.width)

    def render(self, rows: slice) -> np.ndarray:
        """The bytes of the rows, one line each."""
        return self.table[self.codes[rows]]


class _Number:
    """A column of numbers."""

    width = NUMBER_BYTES

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def render(self, rows: slice) -> np.ndarray:
        """The bytes of the rows, one line each."""
        return ibm_numbers(self.values[rows]).astype(">u8").view(np.uint8).reshape(-1, NUMBER_BYTES)


def ibm_numbers(values: np.ndarray) -> np.ndarray:
    """Each number as an IBM floating point number of 64 bits, NaN as the missing value ``.``; none is rounded."""
    fraction, exponent = np.frexp(np.abs(values))
    sixteens = -(-exponent // 4)
    bits = np.ldexp(np.nan_to_num(fraction), _FRACTION_BITS).astype(np.uint64)
    bits <<= (3 - (4 * sixteens - exponent)).astype(np.uint64)
    head = (sixteens + 64 + 128 * (values < 0)).astype(np.uint64) << np.uint64(56)
    return np.where(np.isnan(values), _MISSING, np.where(values == 0, np.uint64(0), head | bits))


def _longest(values: np.ndarray) -> np.ndarray:
    return np.array([max(pd.unique(values), key=lambda text: len(text.encode()))], dtype=object)
