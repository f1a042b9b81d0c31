"""The records of an xlsb file's parts (MS-XLSB 2.1.4) and the structures in them that a table needs."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

from hcc_sdtm.raw.workbooks.package_limits import UnreadableError

_CHUNK_BYTES = 1 << 22
_MOST_BYTES = 1 << 24
_HEADER_BYTES = 6
_LENGTH = struct.Struct("<I")
_RUN = struct.Struct("<HH")
_DOUBLE = struct.Struct("<d")

ERROR_CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""What is shown for the error of a number (MS-XLSB 2.5.97.2)."""

Runs = list[tuple[int, int]]
"""Where each run of a text starts, and the number of its font."""


def read_records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The kind and the content of each record. Raises UnreadableError where a record is larger than any can be."""
    data, at = b"", 0
    while True:
        if len(data) - at < _HEADER_BYTES:
            data, at = data[at:] + stream.read(_CHUNK_BYTES), 0
            if not data:
                return
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift == 28:
                break
        if size > _MOST_BYTES:
            raise UnreadableError("one of its records is larger than any can be; it is damaged, ask for it again")
        while len(data) - at < size:
            more = stream.read(_CHUNK_BYTES)
            if not more:
                raise EOFError("a record is cut off")
            data, at = data[at:] + more, 0
        yield kind, data[at : at + size]
        at += size


def wide_string(content: bytes, at: int) -> tuple[str, int]:
    """A text that follows its length, and where it ends."""
    start = at + _LENGTH.size
    end = start + 2 * _LENGTH.unpack_from(content, at)[0]
    if end > len(content):
        raise EOFError("a text is cut off")
    return content[start:end].decode("utf-16-le", "surrogatepass"), end


def rich_string(content: bytes, at: int) -> tuple[str, Runs]:
    """A text with its runs; what tells how it is read aloud is left out."""
    text, end = wide_string(content, at + 1)
    if not content[at] & 1:
        return text, []
    count = _LENGTH.unpack_from(content, end)[0]
    first = end + _LENGTH.size
    return text, [_RUN.unpack_from(content, place) for place in range(first, first + count * _RUN.size, _RUN.size)]


def packed_number(content: bytes, at: int) -> float:
    """A number kept in 30 bits: a whole number or the first half of a double, and perhaps a hundred times too large."""
    bits = _LENGTH.unpack_from(content, at)[0]
    if bits & 2:
        value = float((bits >> 2) - (1 << 30 if bits & 0x80000000 else 0))
    else:
        value = _DOUBLE.unpack(b"\0\0\0\0" + _LENGTH.pack(bits & 0xFFFFFFFC))[0]
    return value / 100 if bits & 1 else value
