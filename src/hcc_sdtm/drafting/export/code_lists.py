"""Code lists written as text: ``1, Male | 2, Female``, or behind a header, ``性别 1=男 2=女``."""

from __future__ import annotations

import re

from hcc_sdtm.raw import split_header

_CODE_LIST = re.compile(
    r"([0-9A-Za-z]{1,6})\s*[=＝:：,，、.]\s*([^=＝|;；\n]+?)\s*"
    r"(?:\||;|；|\n|$|(?=[\s,，、]+[0-9A-Za-z]{1,6}\s*[=＝:：]))"
)


def header_codes(header: str) -> dict[str, str]:
    """What codes mean by the header itself: ``性别 1=男 2=女``; none where it has no code list."""
    note = split_header(header)[1]
    return code_list(note) if re.search(r"\w\s*[=＝:：]\s*\S", note) else {}


def code_list(text: str) -> dict[str, str]:
    """The codes in a text, and what each stands for: ``1, Male | 2, Female`` or ``1=男 2=女``; none for fewer than two."""
    found = {code: meaning.strip() for code, meaning in _CODE_LIST.findall(text) if meaning.strip()}
    return found if len(found) > 1 else {}
