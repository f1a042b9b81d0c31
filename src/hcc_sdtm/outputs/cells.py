"""Text that a spreadsheet program shows as it stands: no cell starts a formula or holds a control character.

Decision: a plain number keeps its sign (``-1.5`` stays ``-1.5``), because it can be nothing but a number;
every other text that starts with a formula sign, the full-width signs that Asian versions accept too, a tab
or a line break gets an apostrophe in front.
"""

from __future__ import annotations

import re

import pandas as pd

FORMULA_START = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]"
)  # what XML 1.0, and so a workbook, refuses


def safe_text(text: str) -> str:
    """The text as a cell may hold it; control characters become U+FFFD."""
    text = CONTROL.sub("\ufffd", text)
    if FORMULA_START.match(text) and not PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def safe_column(column: pd.Series) -> pd.Series:
    """Every text of the column as a cell may hold it, worked out once for each distinct one."""
    safe = {text: safe_text(text) for text in column.unique()}
    return column.map(safe).astype(object)
