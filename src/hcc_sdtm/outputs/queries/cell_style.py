"""How the workbooks for sites look: colours, comments, column widths, row heights, sheet titles."""

from __future__ import annotations

import re
from collections.abc import Collection
from math import ceil
from typing import Any

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from hcc_sdtm.outputs.cells import safe_text

SEVERITY_FILLS = {"error": PatternFill("solid", fgColor="FFC7CE"), "warning": PatternFill("solid", fgColor="FFEB9C")}
HEADER_FILL = PatternFill("solid", fgColor="1F3A5F")
GREY_FILL = PatternFill("solid", fgColor="EDEDED")
ANSWER_FILL = PatternFill("solid", fgColor="FFF9E5")
WRAPPED = Alignment(vertical="top", wrap_text=True)
PLAIN = Alignment(vertical="top")
THIN = Border(*(Side("thin", color="BFBFBF"),) * 4)
LINE_POINTS = 15.0
MOST_LINES = 27
"""Excel shows no row higher than 409 points."""

TITLE_LENGTH = 31
_FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_AUTHOR = "hcc-sdtm"
_COMMENT_WIDTH, _COMMENT_CHARACTERS, _COMMENT_LINE = 320, 42, 18


def text_width(text: str) -> float:
    """Width of a text in Latin letters, about: a Chinese character takes two."""
    return (len(text) + len(text.encode("utf-8", "replace"))) / 2


def line_count(text: str, width: float) -> int:
    """Lines that a text takes in a column of this width, about; spreadsheet programs do not all work it out."""
    return sum(max(1, ceil(text_width(part) / max(width - 1, 1))) for part in text.split("\n"))


def row_height(texts: Collection[tuple[str, float]]) -> float:
    """Height in points of a row with these texts in columns of these widths."""
    lines = max((line_count(text, width) for text, width in texts), default=1)
    return min(lines, MOST_LINES) * LINE_POINTS + 3


def make_comment(text: str, before: str = "") -> Comment:
    """A cell comment, as large as its text; what the cell's comment said ``before`` stands above."""
    whole = safe_text(f"{before}\n\n{text}" if before else text)
    height = (line_count(whole, _COMMENT_CHARACTERS) + 1) * _COMMENT_LINE
    return Comment(whole, _AUTHOR, height=height, width=_COMMENT_WIDTH)


def sheet_title(name: str, taken: set[str]) -> str:
    """A title that Excel accepts and that is not among those taken, without case; it is added to them."""
    cleaned = _FORBIDDEN_IN_TITLE.sub("_", name)[:TITLE_LENGTH].strip() or "sheet"
    title, number = cleaned, 1
    while title.casefold() in taken or title.casefold() == "history":
        number += 1
        suffix = f" {number}"
        title = cleaned[: TITLE_LENGTH - len(suffix)] + suffix
    taken.add(title.casefold())
    return title


def body_font(name: str, bold: bool = False, color: str = "000000", is_link: bool = False) -> Font:
    """A font of the workbook's language at its usual size."""
    return Font(name=name, size=10.5, bold=bold, color=color, underline="single" if is_link else None)


def make_cell(
    sheet: Any, value: str | int, font: Font, fill: PatternFill | None = None, wrap: bool = False, border: bool = False
) -> Cell:
    """A styled cell of a write-only sheet."""
    cell: Cell = WriteOnlyCell(sheet, value)
    cell.font = font
    cell.alignment = WRAPPED if wrap else PLAIN
    if fill is not None:
        cell.fill = fill
    if border:
        cell.border = THIN
    return cell
