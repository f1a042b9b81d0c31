"""The year that a workbook's day numbers count from: 1900 or 1904, by kind of file.

A number typed or pasted into a date column without a date's format means nothing until this is known. Knows where xls,
xlsb and ods files say it; an xlsx file says it in its package (`xlsx_package`). Nothing else of a file is looked at.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR = 0xFFFFFFFA
"""Sector numbers above are signs: the end of a chain, a free sector (MS-CFB 2.1)."""

_STREAM_NAMES = ("workbook", "book")
_MOST_BYTES = 1 << 20
_XLS_DATE_SYSTEM = 0x0022
_XLS_END = 0x000A
_XLSB_PROPERTIES = 153
_ODS_NULL_DATE = re.compile(rb'<table:null-date\b[^>]*table:date-value="([0-9-]+)')
_ODS_SYSTEMS = {b"1899-12-30": "1900", b"1904-01-01": "1904"}


def read_date_system(path: Path) -> str:
    """``1900`` or ``1904`` as an xls, xlsb or ods file says; ``""`` for another kind and where the file cannot be followed."""
    read = {".xls": _of_xls, ".xlsb": _of_xlsb, ".ods": _of_ods}.get(path.suffix.lower())
    if read is None:
        return ""
    try:
        return read(path)
    except (OSError, EOFError, RuntimeError, LookupError, struct.error, zipfile.BadZipFile, zlib.error):
        # the values are read by a library that forgives more; here nothing is known then
        return ""


def _of_xls(path: Path) -> str:
    """The DATEMODE record of the workbook's globals (MS-XLS 2.4.77); 1900 where they have none."""
    content = path.read_bytes()
    stream = _workbook_stream(content) if content.startswith(_COMPOUND_FILE) else content[:_MOST_BYTES]
    for kind, data in _xls_records(stream):
        if kind == _XLS_DATE_SYSTEM:
            return "1904" if struct.unpack_from("<H", data)[0] == 1 else "1900"
        if kind == _XLS_END:
            return "1900"
    return ""


def _xls_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _workbook_stream(content: bytes) -> bytes:
    """The beginning of the workbook's stream in a compound file (MS-CFB 2); ``b""`` where it has none."""
    size, small_size = (1 << shift for shift in struct.unpack_from("<HH", content, 30))
    directory, small_limit, small_table = struct.unpack_from("<I4xII", content, 48)
    sectors = content[size:]
    tables = [number for number in struct.unpack_from("<109I", content, 76) if number < _LAST_SECTOR]
    nexts = _numbers(b"".join(sectors[number * size : (number + 1) * size] for number in tables))
    entries = _chain(sectors, size, nexts, directory)
    for at in range(0, len(entries), 128):
        name = entries[at : at + max(0, struct.unpack_from("<H", entries, at + 64)[0] - 2)].decode(
            "utf-16-le", "replace"
        )
        if name.casefold() not in _STREAM_NAMES:
            continue
        first, length = struct.unpack_from("<II", entries, at + 116)
        if length >= small_limit:
            return _chain(sectors, size, nexts, first)
        # short streams lie in small sectors, inside the stream of the first entry
        small_sectors = _chain(sectors, size, nexts, struct.unpack_from("<I", entries, 116)[0])
        return _chain(small_sectors, small_size, _numbers(_chain(sectors, size, nexts, small_table)), first)
    return b""


def _chain(sectors: bytes, size: int, nexts: Sequence[int], number: int) -> bytes:
    """The sectors from a number on, joined, up to `_MOST_BYTES`."""
    parts: list[bytes] = []
    while number < _LAST_SECTOR and len(parts) * size < _MOST_BYTES:
        parts.append(sectors[number * size : (number + 1) * size])
        number = nexts[number]
    return b"".join(parts)


def _numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(content) // 4}I", content)


def _of_xlsb(path: Path) -> str:
    """Bit f1904 of the BrtWbProp record (MS-XLSB 2.4.822)."""
    with zipfile.ZipFile(path) as package, package.open("xl/workbook.bin") as stream:
        content = stream.read(_MOST_BYTES)
    at = 0
    while at < len(content):
        kind, at = _xlsb_number(content, at, 2)
        size, at = _xlsb_number(content, at, 4)
        if kind == _XLSB_PROPERTIES:
            return "1904" if content[at] & 1 else "1900"
        at += size
    return ""


def _xlsb_number(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of up to ``most`` bytes, seven bits each, the lowest first, and where it ends."""
    value = 0
    for position in range(most):
        byte = content[at + position]
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return value, at + position + 1
    return value, at + most


def _of_ods(path: Path) -> str:
    """The null date before the first table (OpenDocument 1.3 part 3, 9.4.3); days count from 30 December 1899 without one."""
    with zipfile.ZipFile(path) as package, package.open("content.xml") as stream:
        content = stream.read(_MOST_BYTES)
    head, first_table, _ = content.partition(b"<table:table ")
    if not first_table:
        return ""
    found = _ODS_NULL_DATE.search(head)
    return _ODS_SYSTEMS.get(found[1], "") if found else "1900"
