"""A text of a cell as a number: plain digits, however wide, and nothing that only looks like one."""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
FULL_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: " ", 0x2212: "-"}
"""Full-width signs, the ideographic space and the minus sign, as ASCII."""


def parse_number(text: str) -> float | None:
    """The number that a text is; None for a text that is none, or no finite one."""
    # not NFKC: it would read the square of 10² as one more digit, and float() would read 1_0 as 10
    folded = (text if text.isascii() else text.translate(FULL_WIDTH)).strip()
    number = float(folded) if _NUMBER.fullmatch(folded) else math.inf
    return number if math.isfinite(number) else None
