"""SAS transport files of versions 5 and 8 to columns: every dataset in the file, special missing values apart.

The layout is fixed records (SAS TS-140; for version 8 "Record Layout of a SAS Version 8 or 9 Data Set in SAS Transport
Format"). pyreadstat reads the first dataset of a file only and cannot tell ``.A`` from ``.``, so the bytes are read here.
Texts stay bytes: a transport file does not say its encoding.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

RECORD = 80
_HEADER = re.compile(rb"HEADER RECORD\*{7}(.{8})HEADER RECORD!{7}(.{32})", re.DOTALL)
_MEMBERS = (b"MEMBER", b"MEMBV8")
_NAMESTR = struct.Struct(">4H8s40s8s3H2s8s2HI32sH18s")
CPORT = b"**COMPRESSED** **COMPRESSED**"
_SPECIAL = np.frombuffer(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype=np.uint8)


class NotXportError(Exception):
    """The bytes are no whole transport file. Its text says why."""


@dataclass
class XportVariable:
    """A variable as its record in the file describes it; ``position`` is its first byte in a row."""

    name: bytes
    label: bytes
    is_text: bool
    length: int
    position: int
    format: str


@dataclass
class XportMember:
    """One dataset: ``texts`` has bytes and ``numbers`` float64, by place of the variable.

    ``special`` has, for each numeric variable with special missing values, the letter of every row: 0 where there is none.
    """

    name: bytes
    label: bytes
    variables: list[XportVariable]
    rows: int
    texts: dict[int, np.ndarray] = field(default_factory=dict)
    numbers: dict[int, np.ndarray] = field(default_factory=dict)
    special: dict[int, np.ndarray] = field(default_factory=dict)


def parse_xport(content: bytes) -> Iterator[XportMember]:
    """Each dataset of the file; NotXportError for bytes that are none, or end too soon."""
    if content.startswith(CPORT):
        raise NotXportError("it was made by PROC CPORT, which only SAS can read; ask for it made with the XPORT engine")
    name, _ = _header(content, 0)
    if name not in (b"LIBRARY", b"LIBV8"):
        raise NotXportError("it does not begin with the header of a transport library")
    start = 3 * RECORD
    if start >= len(content):
        raise NotXportError("it has no dataset")
    while start < len(content):
        member, start = _member(content, start, version_8=name == b"LIBV8")
        yield member


def _header(content: bytes, at: int) -> tuple[bytes, bytes]:
    """Kind and numbers of the header record at a byte; NotXportError where there is none."""
    match = _HEADER.fullmatch(content[at : at + RECORD])
    if match is None:
        where = "it is cut off" if at + RECORD > len(content) else "it is damaged"
        raise NotXportError(f"{where}: no header record at byte {at}")
    return match[1].strip(), match[2]


def _count(numbers: bytes, first: int, last: int) -> int:
    text = numbers[first:last].strip()
    if text and not text.isdigit():
        raise NotXportError(f"it is damaged: {text!r} where a number was expected")
    return int(text or b"0")


def _member(content: bytes, start: int, version_8: bool) -> tuple[XportMember, int]:
    """The dataset whose header is at byte ``start``, and where the next one begins."""
    kind, numbers = _header(content, start)
    if kind not in _MEMBERS:
        raise NotXportError(f"it is damaged: no header of a dataset at byte {start}")
    size = _count(numbers, 26, 30) or _NAMESTR.size
    described = start + 2 * RECORD
    name = content[described + 8 : described + (40 if version_8 else 16)]
    label = content[described + RECORD + 32 : described + RECORD + 72]
    kind, numbers = _header(content, start + 4 * RECORD)
    count = _count(numbers, 5, 10)
    variables = [_variable(content, start + 5 * RECORD + number * size, size, version_8) for number in range(count)]
    at = _next_record(start + 5 * RECORD + count * size)
    kind, numbers = _header(content, at)
    if kind in (b"LABELV8", b"LABELV9"):
        at = _read_labels(content, at + RECORD, _count(numbers, 0, 5), variables, with_formats=kind == b"LABELV9")
        kind, numbers = _header(content, at)
    if kind not in (b"OBS", b"OBSV8"):
        raise NotXportError(f"it is damaged: no rows at byte {at}")
    first = at + RECORD
    end = _end_of_rows(content, first)
    width = max((each.position + each.length for each in variables), default=0)
    known = _count(numbers, 0, 15) if kind == b"OBSV8" else 0
    rows = _count_rows(content[first:end], width, known, end == len(content))
    member = XportMember(_trimmed(name), _trimmed(label), variables, rows)
    _read_rows(member, np.frombuffer(content, np.uint8, rows * width, first).reshape(rows, width))
    return member, end


def _next_record(at: int) -> int:
    return -(-at // RECORD) * RECORD


def _variable(content: bytes, at: int, size: int, version_8: bool) -> XportVariable:
    if at + size > len(content) or size < 88:
        raise NotXportError("it is cut off inside the list of variables")
    padded = content[at : at + min(size, _NAMESTR.size)].ljust(_NAMESTR.size, b" ")
    kind, _, length, _, name, label, form, width, decimals, *_, position, long_name, _, _ = _NAMESTR.unpack(padded)
    if kind not in (1, 2) or not length or (kind == 1 and not 2 <= length <= 8):
        raise NotXportError("it is damaged: a variable with an impossible type or length")
    written = _trimmed(form).decode("ascii", "replace")
    shape = f"{written}{width or ''}.{decimals or ''}" if written or width else ""
    return XportVariable(
        _trimmed(long_name) if version_8 and _trimmed(long_name) else _trimmed(name),
        _trimmed(label),
        kind == 2,
        length,
        position,
        shape,
    )


def _read_labels(content: bytes, at: int, count: int, variables: list[XportVariable], with_formats: bool) -> int:
    """Long names, labels and formats of a version 8 file; where the next header record is."""
    layout = struct.Struct(">5H" if with_formats else ">3H")
    for _ in range(count):
        if at + layout.size > len(content):
            raise NotXportError("it is cut off inside the labels")
        number, *lengths = layout.unpack_from(content, at)
        if not 1 <= number <= len(variables):
            raise NotXportError("it is damaged: a label of a variable that is not there")
        at += layout.size
        parts = []
        for length in lengths:
            parts.append(_trimmed(content[at : at + length]))
            at += length
        variable = variables[number - 1]
        variable.name, variable.label = parts[0] or variable.name, parts[1]
        if with_formats and parts[2]:
            variable.format = parts[2].decode("ascii", "replace")
    return _next_record(at)


def _end_of_rows(content: bytes, first: int) -> int:
    """Where the next dataset begins: its header stands at a whole record."""
    at = first
    while (at := content.find(b"HEADER RECORD*******MEMB", at)) >= 0:
        if at % RECORD == 0 and _HEADER.fullmatch(content[at : at + RECORD]):
            return at
        at += 1
    return len(content)


def _count_rows(data: bytes, width: int, known: int, is_last: bool) -> int:
    """Number of rows; blanks that fill up the last record are none. NotXportError where the last row is not whole."""
    if not width:
        return 0
    if known:
        if known * width > len(data):
            raise NotXportError(f"it is cut off: {len(data) // width} of its {known} rows are there")
        return known
    rows = len(data) // width
    if is_last and len(data) % RECORD:
        raise NotXportError(f"it is cut off in row {rows + 1}")
    if data[rows * width :].strip(b" "):
        raise NotXportError(f"it is cut off in row {rows + 1}")
    earliest = len(data) - RECORD
    while rows and (rows - 1) * width > earliest and not data[(rows - 1) * width : rows * width].strip(b" "):
        rows -= 1
    return rows


def _read_rows(member: XportMember, rows: np.ndarray) -> None:
    for number, variable in enumerate(member.variables):
        cells = np.ascontiguousarray(rows[:, variable.position : variable.position + variable.length])
        if variable.is_text:
            member.texts[number] = cells.view(f"S{variable.length}").reshape(len(rows)) if len(rows) else cells[:, 0]
            continue
        whole = np.zeros((len(rows), 8), dtype=np.uint8)
        whole[:, : variable.length] = cells
        missing = ~whole[:, 1:].any(axis=1) & np.isin(whole[:, 0], _SPECIAL)
        letters = np.where(missing & (whole[:, 0] != ord(".")), whole[:, 0], 0).astype(np.uint8)
        member.numbers[number] = np.where(missing, np.nan, ibm_numbers(whole))
        if letters.any():
            member.special[number] = letters


def ibm_numbers(cells: np.ndarray) -> np.ndarray:
    """IBM floating point numbers of 8 bytes (one a row of uint8) as float64."""
    mantissa = np.ascontiguousarray(cells).view(">u8").reshape(len(cells)) & np.uint64(0x00FF_FFFF_FFFF_FFFF)
    exponent = 4 * ((cells[:, 0] & 0x7F).astype(np.int64) - 64) - 56
    size = np.ldexp(mantissa.astype(np.float64), exponent)
    return np.where(cells[:, 0] & 0x80, -size, size)


def _trimmed(text: bytes) -> bytes:
    return text.rstrip(b" \0")
