"""A table as RTF through rtflite, which the extra ``rtf`` installs: A4 landscape, heads and footnotes on every page."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from hcc_sdtm.outputs.tables.table import Line, Table

NEEDED = "no RTF: it needs rtflite, pip install hcc-sdtm[rtf]"

PAGE = {"width": 11.69, "height": 8.27, "col_width": 10.3}  # inches
MARGINS = [0.7, 0.7, 0.8, 0.7, 0.4, 0.4]  # left, right, top, bottom, header, footer
ARIAL = 4
TEXT_POINTS, NOTE_POINTS, TITLE_POINTS = 9, 8, 11
PAGE_LINES = 34
NOTE_LETTERS = 165  # of a footnote in one line
NOTES_ON_EVERY_PAGE = 6  # lines; longer footnotes stand on the last page alone
INDENT_TWIPS = 200
PLAIN: dict[str, Any] = {"text_convert": [False], "text_font": [ARIAL]}
FORMATS = {"line": "", "note": "i"}
NO_HEAD = "-----"  # what rtflite takes for no head
PAGE_NUMBER = "Page \\chpgn  of {\\field{\\*\\fldinst {\\f3\\fs16 NUMPAGES }}{\\fldrslt {\\f3\\fs16 1}}}"
LARGEST_CODE = 0xFFFF
SIGNED = 0x8000


def has_rtf() -> bool:
    """Whether rtflite is installed."""
    return importlib.util.find_spec("rtflite") is not None


def render_table_rtf(table: Table) -> str:
    """The table as RTF text, the same for the same table; raises ModuleNotFoundError without the extra ``rtf``.

    A head of lines stands over the whole width, and again on the next page where its lines go on.
    """
    rtf, polars = importlib.import_module("rtflite"), importlib.import_module("polars")
    widths = [column.width for column in table.columns]
    heads, lines = _under_heads(table)
    cells = [[*map(rtf_text, cells), *[""] * (len(widths) - len(cells))] for _, cells in lines]
    has_heads = any(heads)
    columns = {"head": [rtf_text(head) or NO_HEAD for head in heads]} if has_heads else {}
    columns |= {f"c{at}": [row[at] for row in cells] for at in range(len(widths))}
    count = len(widths) + has_heads
    head_format, head_indent = (["b"], [0]) if has_heads else ([], [])
    facts, note_lines = table.facts, sum(-(-len(note) // NOTE_LETTERS) for note in table.footnotes)
    on_every_page = note_lines <= NOTES_ON_EVERY_PAGE
    document = rtf.RTFDocument(
        df=polars.DataFrame(columns),
        rtf_page=rtf.RTFPage(
            orientation="landscape", margin=MARGINS, border_first="single", border_last="single",
            nrow=PAGE_LINES - (note_lines - len(table.footnotes) if on_every_page else 0),
            page_title="all", page_footnote="all" if on_every_page else "last", page_source="all", **PAGE,
        ),
        rtf_page_header=_page_header(rtf, facts.study, facts.banner),
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
            text_format=_each_line([[*head_format, *[FORMATS[line.kind]] * len(widths)] for line, _ in lines]),
            text_indent_left=_each_line(
                [[*head_indent, INDENT_TWIPS * line.indent, *[0] * (len(widths) - 1)] for line, _ in lines]
            ),
            border_left=[""] * count,
            border_right=[""] * count,
            border_first=[[""] * count],
            **({"page_by": ["head"], "new_page": False} if has_heads else {}),
            **PLAIN,
        ),
        rtf_footnote=_foot(rtf.RTFFootnote, list(table.footnotes)) if table.footnotes else None,
        rtf_source=_foot(rtf.RTFSource, [facts.source_line]),
    )  # fmt: skip
    return str(document.rtf_encode())


def _each_line(values: list[list[Any]]) -> list[list[Any]]:
    """What each line has, once where it is the same for all: rtflite looks through the whole list for every cell."""
    return values[:1] if all(value == values[0] for value in values) else values


def _under_heads(table: Table) -> tuple[list[str], list[tuple[Line, tuple[str, ...]]]]:
    """The lines that are no heads, as text, and the head above each of them."""
    heads, lines, head = [], [], ""
    for line, cells in zip(table.lines, table.printed, strict=True):
        if line.kind == "head":
            head = cells[0]
        else:
            heads.append(head)
            lines.append((line, cells))
    return heads, lines


def _foot(kind: Any, texts: list[str]) -> Any:
    return kind(
        text=[rtf_text(text) for text in texts],
        as_table=False,
        text_justification=["l"],
        text_font_size=[NOTE_POINTS],
        **PLAIN,
    )


def rtf_text(text: str) -> str:
    """The text as RTF shows it: braces and backslashes escaped, every other character than ASCII by its code."""
    return "".join(_letter(letter) for letter in text)


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
