"""What a packed workbook (xlsx, xlsb, ods) may unpack to, told from the list of its parts before any is unpacked.

The sizes in that list are the writer's. Both unpackers used here stop where a part turns out larger than its list says.
"""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath

from hcc_sdtm.raw.limits import MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_FLOOR_BYTES

MAX_SHARED_TEXT_BYTES = 2**28
"""The unpacked list of a workbook's texts, which is held in memory whole: ten times that of 100,000 patients."""

MAX_PARSED_BYTES = 2**28
"""A part whose every element or record passes through Python, at some ten million cells a minute."""

MAX_REPEATED_BYTES = 2**29
"""Texts of a sheet's cells with each cell's own copy of a shared text: a page of text in each of 100,000 cells."""

PROTECTED = "it is protected by a password; save it without one"

_TEXT_LISTS = ("sharedstrings.xml", "sharedstrings.bin")
_READ_ENDINGS = (".xml", ".rels", ".bin")


class UnreadableError(Exception):
    """A workbook that cannot be read. Its text says what is wrong and what to do, to follow the name of the file."""


def check_package(package: zipfile.ZipFile) -> dict[str, str]:
    """The names of the parts by their names in small letters and with ``/`` between folders, as references to them match.

    Raises UnreadableError for a part that is locked or there twice, and for parts that unpack to more than a workbook holds.
    """
    names: dict[str, str] = {}
    total = 0
    for part in package.infolist():
        plain = part.filename.replace("\\", "/").casefold()
        if part.is_dir() or not plain.endswith(_READ_ENDINGS):
            continue
        if plain in names:
            raise UnreadableError(
                f'it holds two parts named "{part.filename}"; save it again with a spreadsheet program'
            )
        names[plain] = part.filename
        if part.flag_bits & 1:
            raise UnreadableError(PROTECTED)
        total += part.file_size
        is_bomb = part.file_size > RATIO_FLOOR_BYTES and part.file_size > MAX_RATIO * part.compress_size
        is_too_large = part.file_size > MAX_SHARED_TEXT_BYTES and PurePosixPath(plain).name in _TEXT_LISTS
        if is_bomb or is_too_large or total > MAX_UNPACKED_BYTES:
            message = f'its part "{part.filename}" unpacks to {part.file_size:,} bytes, more than a table needs'
            raise UnreadableError(f"{message}; copy the table to a new workbook")
    return names
