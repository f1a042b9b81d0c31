"""A table as RTF through rtflite, which the extra ``rtf`` installs: A4 landscape, heads and footnotes on every page.

rtflite renders a line of each look, and the lines are set into those here: rtflite itself looks through what it knows of all
lines for every cell.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hcc_sdtm.outputs.tables.rtf_sample import MARK, WIDTH, Look, Sample, render_sample
from hcc_sdtm.outputs.tables.rtf_text import rtf_text, rtf_width
from hcc_sdtm.outputs.tables.table import Table

NEEDED = "no RTF: it needs rtflite, pip install hcc-sdtm[rtf]"

PAGE_LINES = 34
NOTE_LETTERS = 165  # of a footnote in one line
NOTES_ON_EVERY_PAGE = 6  # lines; longer footnotes stand on the last page alone


@dataclass(frozen=True, slots=True)
class RtfLine:
    """A line as RTF codes: the head above it, its look, and its cells, one a column."""

    head: str
    look: Look
    cells: tuple[str, ...]


def has_rtf() -> bool:
    """Whether rtflite is installed."""
    return importlib.util.find_spec("rtflite") is not None


def render_table_rtf(table: Table) -> str:
    """The table as RTF text, the same for the same table; raises ModuleNotFoundError without the extra ``rtf``.

    A head of lines stands over the whole width, and again on the next page where its lines go on.
    """
    lines = _under_heads(table)
    note_lines = sum(-(-len(note) // NOTE_LETTERS) for note in table.footnotes)
    has_all_notes = note_lines <= NOTES_ON_EVERY_PAGE
    other_lines = 1 + bool(table.spans) + bool(table.footnotes) + 1  # heads, footnotes and source, a line each
    room = PAGE_LINES - other_lines - (note_lines - len(table.footnotes) if has_all_notes else 0)
    looks = list(dict.fromkeys(line.look for line in reversed(lines))) or [("line", 0)]
    sample = render_sample(table, looks, any(line.head for line in lines), other_lines, has_all_notes)
    whole = sum(column.width for column in table.columns)
    pages = _break_pages(lines, [WIDTH * column.width / whole for column in table.columns], room)
    body = sample.between.join("\n".join(_rows(page, sample, lines[-1])) for page in pages)
    return sample.start + body + sample.end


def _under_heads(table: Table) -> list[RtfLine]:
    """The lines that are no heads, each with the head above it."""
    lines, head = [], ""
    for line, cells in zip(table.lines, table.printed, strict=True):
        codes = [rtf_text(cell) for cell in cells]
        if line.kind == "head":
            head = codes[0]
        else:
            lines.append(RtfLine(head, (line.kind, line.indent), (*codes, *[""] * (len(table.columns) - len(codes)))))
    return lines


def _break_pages(lines: Sequence[RtfLine], widths: Sequence[float], room: int) -> list[list[RtfLine]]:
    """The lines page by page, as rtflite counts what they take; ``widths`` are those of the columns in inches."""
    pages: list[list[RtfLine]] = []
    taken, head = 0, ""
    for line in lines:
        height = max(int(rtf_width(cell) / width) + 1 for cell, width in zip(line.cells, widths, strict=True))
        if line.head != head:
            head = line.head
            height += int(rtf_width(head) / WIDTH) + 1
        if not pages or taken + height > room:
            pages.append([])
            taken = 0
        pages[-1].append(line)
        taken += height
    return pages


def _rows(page: Sequence[RtfLine], sample: Sample, last: RtfLine) -> Iterator[str]:
    """The rows of a page, a head above its first line and where it changes."""
    head = ""
    for line in page:
        if line.head != head:
            head = line.head
            yield sample.head.replace(MARK, head)
        row = sample.last if line is last else sample.rows[line.look]
        first, *rest = row.split(MARK)
        yield first + "".join(cell + after for cell, after in zip(line.cells, rest, strict=True))
