"""Lines of a text file to records of fields, also where its quotes or line ends are not what they should be.

A well-made file is read by the csv module. Where that fails, or finds a quoted field over several lines, the lines are looked
at one by one: a quote that nobody closed must not take the records below it into its cell.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from hcc_sdtm.raw.grid import TooManyCellsError, build_text_grid
from hcc_sdtm.raw.limits import MAX_COLUMNS, MAX_FIELD_CHARACTERS
from hcc_sdtm.raw.text.delimiter import Layout
from hcc_sdtm.raw.text.plain_records import PlainRecords
from hcc_sdtm.raw.text.quoted_fields import closing_quote, field_spans, open_field, split_fields

Lines = Callable[[], Iterable[str]]
"""Gives the lines of a file anew, each with its end."""

TOO_WIDE = f"a line has more than {MAX_COLUMNS:,} fields; turn its rows and columns, or split it"

_FEWEST_DELIMITERS = 3
_TYPED = ",; "
_MOST_LINES = 1_000


class FieldTooLongError(Exception):
    """A field has more than `MAX_FIELD_CHARACTERS`; its text names the row."""


@dataclass
class Records:
    """A grid of fields, the number of fields of each record, and cells (row, column; 1-based) that were hard to read.

    In ``unpaired`` ones a quote opens or closes what it should not; ``broken`` ones hold a line break that no quotes protect;
    ``swallowing`` ones hold, in quotes, lines with as many fields as a record.
    """

    texts: np.ndarray
    widths: list[int]
    unpaired: list[tuple[int, int]] = field(default_factory=list)
    broken: list[tuple[int, int]] = field(default_factory=list)
    swallowing: list[tuple[int, int]] = field(default_factory=list)


def read_records(lines: Lines, layout: Layout, plain: PlainRecords | None = None) -> Records:
    """The records of ``lines``; ``plain`` are the same as a faster parser has read them, where it could.

    Raises FieldTooLongError, and TooManyCellsError of `grid`.
    """
    if plain:
        texts, widths, swallowed = plain.texts, plain.widths, plain.breaks
    else:
        widths = []
        reader = csv.reader(lines(), delimiter=layout.delimiter, quotechar=layout.quote, strict=True)
        try:
            texts = build_text_grid(_measured(reader, widths))
        except csv.Error:
            return _read_lines(lines, layout, across=not _is_even(_widths(lines(), layout)))
        swallowed = reader.line_num - len(widths)
    if not swallowed:
        return _with_crlf_only(lines, layout, widths) or Records(texts, widths)
    even = _is_even(_widths(lines(), layout))
    surprising = layout.delimiter not in _TYPED or swallowed * (even - 1) >= _FEWEST_DELIMITERS
    if even and surprising and not _quotes_all(lines(), layout):
        # each line has the fields of a whole record, so that it would be a strange text that fills one cell
        return _read_lines(lines, layout, across=False)
    records = Records(texts, widths)
    if even:
        records.swallowing = _cells_with_breaks(texts)
    return records


def _measured(records: Iterable[list[str]], widths: list[int]) -> Iterator[list[str]]:
    """The records, the number of fields of each added to ``widths``."""
    for record in records:
        if len(record) > MAX_COLUMNS:
            raise TooManyCellsError(TOO_WIDE)
        widths.append(len(record))
        yield record


def _is_even(widths: Iterable[int]) -> int:
    """The number of fields that every line has, where it is the same and more than one; else 0."""
    first = 0
    for width in widths:
        first = first or width
        if width not in (0, first):
            return 0
    return first if first > 1 else 0


def _quotes_all(lines: Iterable[str], layout: Layout) -> bool:
    """Whether the first line that is not empty has every field in quotes: then the program quotes, and knows where to."""
    first = next((text for line in lines if (text := line.rstrip("\r\n"))), "")
    return all(quoted for _, _, quoted, _ in field_spans(first, layout))


def _widths(lines: Iterable[str], layout: Layout) -> Iterator[int]:
    for line in lines:
        text = line.rstrip("\r\n")
        if layout.quote in text:
            yield len(list(split_fields(text, layout)))
        else:
            yield text.count(layout.delimiter) + 1 if text else 0


def _with_crlf_only(lines: Lines, layout: Layout, widths: list[int]) -> Records | None:
    """The records where only CR LF ends one, if that makes uneven records even; None otherwise."""
    usual = Counter(width for width in widths if width).most_common(1)
    if not usual or sum(width not in (0, usual[0][0]) for width in widths) == 0:
        return None
    by_both = sum(line.endswith("\r\n") for line in lines())
    if not len(widths) > by_both > len(widths) / 2 or _is_even(_widths(_joined(lines()), layout)) != usual[0][0]:
        return None
    records = _read_lines(lambda: _joined(lines()), layout, across=False)
    records.broken = _cells_with_breaks(records.texts)
    return records


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines up to a CR LF as one."""
    parts: list[str] = []
    for line in lines:
        parts.append(line)
        if line.endswith("\r\n"):
            yield "".join(parts)
            parts.clear()
    if parts:
        yield "".join(parts)


def _cells_with_breaks(texts: np.ndarray) -> list[tuple[int, int]]:
    return [
        (row + 1, column + 1)
        for column in range(texts.shape[1])
        for row, text in enumerate(texts[:, column])
        if "\n" in text or "\r" in text
    ]


def _read_lines(lines: Lines, layout: Layout, *, across: bool) -> Records:
    """The records line by line; ``across``: a field in paired quotes may go on in the next lines."""
    records = Records(np.empty((0, 0), dtype=object), [])
    source = iter(lines())
    found = _line_records(source, layout, across, records)
    records.texts = build_text_grid(_measured(found, records.widths))
    return records


def _line_records(source: Iterator[str], layout: Layout, across: bool, records: Records) -> Iterator[list[str]]:
    ahead: list[str] = []
    while True:
        line = ahead.pop(0) if ahead else next(source, None)
        if line is None:
            return
        row = len(records.widths) + 1
        text, used = (line, 0) if not across else _completed(line, ahead, source, layout)
        del ahead[:used]
        found: list[str] = []
        for value, paired in split_fields(text.rstrip("\r\n"), layout):
            if len(value) > MAX_FIELD_CHARACTERS:
                raise FieldTooLongError(f"row {row}")
            found.append(value)
            if not paired:
                records.unpaired.append((row, len(found)))
        yield found


def _completed(line: str, ahead: list[str], source: Iterator[str], layout: Layout) -> tuple[str, int]:
    """The line with as many of the next as its quoted fields go on over, and their number; an open quote adds none."""
    parts, used = [line], 0
    tail = line
    while (opened := open_field(tail.rstrip("\r\n"), layout)) >= 0:
        more, length = 0, len(tail) - opened
        end = -1
        while end < 0:
            if used + more == len(ahead):
                following = next(source, None)
                if following is None:
                    return "".join(parts), used
                ahead.append(following)
            tail = ahead[used + more]
            more += 1
            length += len(tail)
            closed = closing_quote(tail.rstrip("\r\n"), layout)
            if closed is None or length > MAX_FIELD_CHARACTERS or more > _MOST_LINES:
                return "".join(parts), used
            end = closed
        parts += ahead[used : used + more]
        used += more
        tail = tail[end + 1 :].removeprefix(layout.delimiter)
    return "".join(parts), used
