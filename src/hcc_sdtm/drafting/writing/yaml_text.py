"""Values as YAML text that reads back the same, in the style in which people write mappings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[^\W_][^:#,\[\]{}&*!|>'\"%@`\\]*|[A-Za-z_]\w*")
_OTHER_MEANING = re.compile(r"true|false|yes|no|on|off|null|[\d._ -]+|0x\w+|[\d.]+e[\d+-]+", re.IGNORECASE)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(text: str) -> str:
    """One text: plain where that cannot mean anything else, quoted otherwise."""
    is_plain = bool(_PLAIN.fullmatch(text)) and text == text.strip() and text.isprintable()
    if is_plain and not _OTHER_MEANING.fullmatch(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def key(text: str) -> str:
    """A text as a key."""
    return scalar(text)


def flow(value: Any) -> str:
    """A value in one line: ``{term: Sex, map: {Male: M}}``."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key(str(name))}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return str(value) if isinstance(value, int | float) else scalar(str(value))


def comment(text: str) -> str:
    """A text behind ``#``: one line, nothing in it that a line could end at."""
    return "# " + " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
