"""The RTF that stands around and between the lines of a table, and around their texts, as rtflite renders it.

Knows the page: A4 landscape, margins, fonts, borders. Does not know the texts of the lines.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hcc_sdtm.outputs.tables.rtf_text import rtf_text
from hcc_sdtm.outputs.tables.table import Table

WIDTH = 10.3  # inches
PAGE = {"width": 11.69, "height": 8.27, "col_width": WIDTH}  # inches
MARGINS = [0.7, 0.7, 0.8, 0.7, 0.4, 0.4]  # left, right, top, bottom, header, footer
ARIAL = 4
TEXT_POINTS, NOTE_POINTS, TITLE_POINTS = 9, 8, 11
INDENT_TWIPS = 200
PLAIN: dict[str, Any] = {"text_convert": [False], "text_font": [ARIAL]}
FORMATS = {"line": "", "note": "i"}
PAGE_NUMBER = "Page \\chpgn  of {\\field{\\*\\fldinst {\\f3\\fs16 NUMPAGES }}{\\fldrslt {\\f3\\fs16 1}}}"

MARK = "\x01"
"""Stands for a text of a line: no text has it, as `rtf_text` leaves no control character."""

_ROW = re.compile(r"\\trowd.*?\\intbl\\row\\pard", re.DOTALL)

Look = tuple[str, int]
"""The kind of a line and its indent: lines of one look differ in their texts alone."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The pieces of a document: ``start``, pages of rows with ``between`` between them, ``end``.

    ``head`` is the row of a head of lines, ``rows`` are those of the lines by look, and ``last`` is that of the table's last
    line, each with `MARK` for every text.
    """

    start: str
    between: str
    end: str
    head: str
    rows: Mapping[Look, str]
    last: str


def render_sample(
    table: Table, looks: Sequence[Look], has_heads: bool, other_lines: int, has_all_notes: bool
) -> Sample:
    """The pieces of the table's document, from one with a page of all ``looks`` and a page of the first look's last line.

    ``other_lines`` is what a page has beside rows; ``has_all_notes``: whether the footnotes stand on every page, and not on
    the last alone. rtflite gives the first lines of every page the looks of the first page's: a document of several pages
    that it lays out itself has them wrong.
    """
    document = _render(table, looks, has_heads, len(looks) + has_heads + other_lines, has_all_notes)
    found = [row for row in _ROW.finditer(document) if MARK in row[0]]
    end = has_heads + len(looks)  # of the rows of the first page
    return Sample(
        start=document[: found[0].start()],
        between=document[found[end - 1].end() : found[end].start()],
        end=document[found[-1].end() :],
        head=found[0][0],
        rows={look: row[0] for look, row in zip(looks, found[has_heads:end], strict=True)},
        last=found[-1][0],
    )


def _render(table: Table, looks: Sequence[Look], has_heads: bool, page_lines: int, has_all_notes: bool) -> str:
    """A document with a line for each look on the first page, and one more line on the second."""
    rtf, polars = importlib.import_module("rtflite"), importlib.import_module("polars")
    widths = [column.width for column in table.columns]
    columns = ["head"] * has_heads + [f"c{at}" for at in range(len(widths))]
    count = len(columns)
    head_format, head_indent = (["b"], [0]) if has_heads else ([], [])
    document = rtf.RTFDocument(
        df=polars.DataFrame({name: [MARK] * (len(looks) + 1) for name in columns}),
        rtf_page=rtf.RTFPage(
            orientation="landscape", margin=MARGINS, border_first="single", border_last="single", nrow=page_lines,
            page_title="all", page_footnote="all" if has_all_notes else "last", page_source="all", **PAGE,
        ),
        rtf_page_header=_page_header(rtf, table.facts.study, table.facts.banner),
        rtf_title=rtf.RTFTitle(
            text=[rtf_text(table.title), rtf_text(table.population)],
            text_font_size=[TITLE_POINTS, TEXT_POINTS],
            text_format=["b", ""],
            text_justification=["l"],
            **PLAIN,
        ),
        rtf_column_header=_heads(rtf, table, widths),
        rtf_body=rtf.RTFBody(
            col_rel_width=[*([1.0] if has_heads else []), *widths],
            text_font_size=[TEXT_POINTS],
            text_justification=["l"] * count,
            text_format=[[*head_format, *[FORMATS[kind]] * len(widths)] for kind, _ in looks],
            text_indent_left=[
                [*head_indent, INDENT_TWIPS * indent, *[0] * (len(widths) - 1)] for _, indent in looks
            ],
            border_left=[""] * count,
            border_right=[""] * count,
            border_first=[[""] * count],
            **({"page_by": ["head"], "new_page": False} if has_heads else {}),
            **PLAIN,
        ),
        rtf_footnote=_foot(rtf.RTFFootnote, list(table.footnotes)) if table.footnotes else None,
        rtf_source=_foot(rtf.RTFSource, [table.facts.source_line]),
    )  # fmt: skip
    return str(document.rtf_encode())


def _foot(kind: Any, texts: list[str]) -> Any:
    return kind(
        text=[rtf_text(text) for text in texts],
        as_table=False,
        text_justification=["l"],
        text_font_size=[NOTE_POINTS],
        **PLAIN,
    )


def _page_header(rtf: Any, study: str, banner: str) -> Any:
    words = [f"{rtf_text(study)}    {PAGE_NUMBER}", *([rtf_text(banner)] if banner else [])]
    return rtf.RTFPageHeader(text=words, text_font_size=[NOTE_POINTS], text_justification=["r"], **PLAIN)


def _heads(rtf: Any, table: Table, widths: list[float]) -> list[Any]:
    """The head over columns where there is one, and the heads of the columns."""
    style: dict[str, Any] = {**PLAIN, "text_font_size": [TEXT_POINTS], "text_format": ["b"]}
    heads = []
    if table.spans:
        spanned, at = [], 0
        for _, count in table.spans:
            spanned.append(sum(widths[at : at + count]))
            at += count
        words = [rtf_text(words) for words, _ in table.spans]
        heads.append(
            _head(rtf, words, spanned, {**style, "border_bottom": ["single" if word else "" for word in words]})
        )
    below = {**style, "border_bottom": ["single"] * len(widths)}
    heads.append(_head(rtf, [rtf_text(column.label) for column in table.columns], widths, below))
    return heads


def _head(rtf: Any, words: list[str], widths: list[float], style: dict[str, Any]) -> Any:
    return rtf.RTFColumnHeader(
        text=words,
        col_rel_width=widths,
        text_justification=["l"] * len(widths),
        border_left=[""] * len(widths),
        border_right=[""] * len(widths),
        **style,
    )
