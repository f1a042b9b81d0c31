"""The name of an encoding as people and files write it, to the one that Python reads it with."""

from __future__ import annotations

import codecs
import encodings.aliases
import re

from hcc_sdtm.problem import nearest

_DECLARED = {
    "utf-8": "utf-8-sig",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "latin-9": "iso8859-15",
    "latin9": "iso8859-15",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
}
"""Names of a smaller set of characters, and what is read in their place: all that they hold, and what programs add."""


def parse_encoding(name: str) -> str:
    """Python's name of the encoding that a mapping declares; ValueError with the nearest name for one that is not known."""
    plain = re.sub(r"[\s_]+", "-", name.strip().casefold())
    for spelling in (plain, plain.replace("-", "")):
        try:
            found = codecs.lookup(_DECLARED.get(spelling, spelling))
            b"a".decode(found.name, "replace")  # a codec that makes no text is refused here
        except (LookupError, ValueError, TypeError):
            continue
        return _DECLARED.get(found.name, found.name)
    aliases = encodings.aliases.aliases
    known = {*_DECLARED, *(known.replace("_", "-") for known in (*aliases, *aliases.values()))}
    raise ValueError(f'"{name}" is not the name of an encoding{nearest(plain, known)}')
