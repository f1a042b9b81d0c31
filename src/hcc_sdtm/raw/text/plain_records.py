"""The records of a well-made text file, by the parser that pandas has for them: most files are, and large ones must be fast.

Well-made: every quote opens or closes a whole field or is doubled, and no field or line is longer than any table needs. How
many fields each record has is counted in the bytes, because that parser does not say.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.raw.grid import check_extent
from hcc_sdtm.raw.limits import MAX_FIELD_CHARACTERS, MAX_LINE_CHARACTERS
from hcc_sdtm.raw.text.delimiter import Layout

_BLOCK_BYTES = 1 << 21
_CHUNK_CELLS = 1 << 22
_MOST_COLUMNS = 2_000  # a frame of more costs more than its cells
_ONE_BYTE = frozenset(
    {"utf-8", "utf-8-sig", "ascii", "cp1252", "iso8859-15", "iso8859-1", "iso8859-2", "mac-roman", "mac_roman"}
    | {"cp850", "cp852", "cp866", "cp1250", "cp1251", "cp1253", "cp1254", "iso8859-5", "koi8_r"}
)
"""Encodings in which a byte below 128 is always that character of ASCII."""

_TWO_BYTES = frozenset({"gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"})
"""Encodings whose second bytes may be letters of ASCII and some signs, but none of these."""

_NEVER_SECOND = frozenset(",\t;")
_NEWLINE, _RETURN = 10, 13


@dataclass(frozen=True)
class PlainRecords:
    """A grid of fields, the number of fields of each record, and how many line breaks stand inside quoted fields."""

    texts: np.ndarray
    widths: list[int]
    breaks: int


def read_plain_records(content: bytes, encoding: str, layout: Layout) -> PlainRecords | None:
    """The records of a well-made text; None for any other, which has to be looked at more closely. Raises TooManyCellsError."""
    safe = encoding in _ONE_BYTE or (encoding in _TWO_BYTES and layout.delimiter in _NEVER_SECOND)
    if not safe or not layout.delimiter.isascii() or b"\0" in content:
        return None
    start = len(layout.said.encode()) + 3 * content.startswith(b"\xef\xbb\xbf")
    body = content[start:] if start else content
    counted = _count(body, ord(layout.delimiter), ord(layout.quote))
    if counted is None:
        return None
    widths, breaks = counted
    width, height = int(widths.max(initial=0)), len(widths)
    if width > _MOST_COLUMNS:
        return None
    check_extent(height, width, int(widths.sum()))
    texts = np.empty((height, width), dtype=object, order="F")
    if texts.size:
        try:
            row = 0
            for frame in _parse(body, encoding, layout, width):
                for column in range(width):
                    texts[row : row + len(frame), column] = frame[column].to_numpy()
                row += len(frame)
        except (pd.errors.ParserError, ValueError):
            return None
        if row != height:
            return None
    return PlainRecords(texts, widths.tolist(), breaks)


def _parse(body: bytes, encoding: str, layout: Layout, width: int) -> Iterator[pd.DataFrame]:
    text = io.TextIOWrapper(io.BytesIO(body), encoding=encoding, errors="replace", newline="")
    yield from pd.read_csv(
        text,
        chunksize=max(1, _CHUNK_CELLS // width),
        sep=layout.delimiter,
        quotechar=layout.quote,
        header=None,
        names=list(range(width)),
        index_col=False,
        dtype=str,
        na_filter=False,
        skip_blank_lines=False,
        engine="c",
    )


def _count(body: bytes, delimiter: int, quote: int) -> tuple[np.ndarray, int] | None:
    """Fields of each record, and line breaks inside quotes; None where a quote or a field's length is not as it should be."""
    content = np.frombuffer(body, dtype=np.uint8)
    widths: list[np.ndarray] = []
    breaks = delimiters = start = last = 0
    is_open = False
    for places in _signs(content, delimiter, quote):
        kinds = content[places]
        quotes = kinds == quote
        inside = np.logical_xor.accumulate(quotes) ^ is_open
        is_open = bool(inside[-1])
        opening, closing = places[quotes & inside], places[quotes & ~inside]
        beside = np.concatenate([content[opening[opening > 0] - 1], content[closing[closing < len(content) - 1] + 1]])
        if not np.isin(beside, (delimiter, quote, _NEWLINE, _RETURN)).all():
            return None
        # of CR LF the LF ends the line
        ends_line = (kinds == _NEWLINE) | (
            (kinds == _RETURN) & (content[np.minimum(places + 1, len(content) - 1)] != _NEWLINE)
        )
        breaks += int((inside & ends_line).sum())
        outside = ~inside & ~quotes
        if (np.diff(places[outside], prepend=last) > MAX_FIELD_CHARACTERS).any():
            return None
        last = int(places[outside][-1]) if outside.any() else last
        is_end = outside & ends_line
        before = np.cumsum(outside & (kinds == delimiter))[is_end] + delimiters
        ends = places[is_end]
        starts = np.concatenate([[start], ends + 1])
        lengths = ends - starts[:-1] - ((kinds[is_end] == _NEWLINE) & (content[ends - 1] == _RETURN))
        if (lengths > MAX_LINE_CHARACTERS).any():
            return None
        widths.append(np.where(lengths > 0, np.diff(before, prepend=0) + 1, 0))
        delimiters += int((outside & (kinds == delimiter)).sum()) - (int(before[-1]) if len(before) else 0)
        start = int(starts[-1])
    if is_open or len(content) - last > MAX_FIELD_CHARACTERS:
        return None
    if start < len(content):
        widths.append(np.array([delimiters + 1]))
    return np.concatenate(widths) if widths else np.empty(0, dtype=int), breaks


def _signs(content: np.ndarray, delimiter: int, quote: int) -> Iterator[np.ndarray]:
    """Places of delimiters, quotes and line ends, a block of the content at a time."""
    is_sign = np.zeros(256, dtype=bool)
    is_sign[[delimiter, quote, _NEWLINE, _RETURN]] = True
    for start in range(0, len(content), _BLOCK_BYTES):
        places = np.flatnonzero(is_sign[content[start : start + _BLOCK_BYTES]]) + start
        if len(places):
            yield places
