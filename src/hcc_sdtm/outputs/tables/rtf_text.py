"""Text as RTF codes, and how wide rtflite counts them."""

from __future__ import annotations

import importlib
from functools import cache

LARGEST_CODE = 0xFFFF
SIGNED = 0x8000
COUNTED_FONT, COUNTED_POINTS = 1, 9
"""What rtflite counts the lines of a cell with (Times New Roman), whatever font it is printed in."""


def rtf_text(text: str) -> str:
    """The text as RTF shows it: braces and backslashes escaped, every other character than ASCII by its code."""
    return "".join(map(_letter, text))


def rtf_width(codes: str) -> float:
    """Inches that rtflite counts for the codes of a text: no less than it prints, as a code is longer than its character."""
    return sum(map(_code_width, codes))


@cache
def _letter(letter: str) -> str:
    code = ord(letter)
    if letter in "\\{}":
        return f"\\{letter}"
    if letter == "\n":
        return "\\line "
    if code < 0x80:
        return letter if letter.isprintable() else "?"
    if code <= LARGEST_CODE:
        return f"\\uc1\\u{code if code < SIGNED else code - 2 * SIGNED}?"
    high, low = divmod(code - 0x10000, 0x400)
    return "".join(f"\\uc1\\u{half - 2 * SIGNED}?" for half in (0xD800 + high, 0xDC00 + low))


@cache
def _code_width(letter: str) -> float:
    width = importlib.import_module("rtflite.strwidth").get_string_width(letter, COUNTED_FONT, COUNTED_POINTS)
    return float(width)
