"""Names of the files in a zip archive: as text, whatever wrote them, and which of them are no place or no data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from zipfile import ZipInfo

from hcc_sdtm.raw.text.encoding import find_encoding

_UTF8_NAMES = 0x800
_OUTSIDE = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)")
_LONGEST_SHOWN = 80


def member_names(members: Sequence[ZipInfo]) -> list[str]:
    """The names with ``/`` between folders; where the archive does not say their encoding, that of all of them together."""
    raw = [b"" if each.flag_bits & _UTF8_NAMES else each.orig_filename.encode("cp437", "replace") for each in members]
    unsaid = b"\n".join(each for each in raw if not each.isascii())
    encoding = find_encoding(unsaid).encoding if unsaid else "ascii"
    names = [
        each.decode(encoding or "cp437", "replace") if each else member.orig_filename
        for each, member in zip(raw, members, strict=True)
    ]
    return [str(PurePosixPath(name.replace("\\", "/"))) if name.strip("./\\") else name for name in names]


def is_outside(name: str) -> bool:
    """Whether a name is a place outside the folder that an archive is unpacked to."""
    return _OUTSIDE.search(name) is not None


def is_system_file(name: str) -> bool:
    """Whether a file or folder is one that programs leave behind: lock files, thumbnails, and what macOS adds."""
    return name.startswith((".", "~$")) or name.casefold() in ("__macosx", "thumbs.db", "desktop.ini")


def shown_name(name: str) -> str:
    """The name as a message may print it: its beginning, on one line."""
    return "".join(character if character.isprintable() else "?" for character in name[:_LONGEST_SHOWN])
