"""A record's text to its fields, also where a quote is not doubled, is not closed, or is text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from hcc_sdtm.raw.text.delimiter import Layout


def split_fields(text: str, layout: Layout) -> Iterator[tuple[str, bool]]:
    """Each field of a record, and whether its quotes are paired; one whose quotes are not is as typed."""
    quote = layout.quote
    if not text:
        return
    if quote not in text:
        yield from ((value, True) for value in text.split(layout.delimiter))
        return
    for start, end, quoted, stop in field_spans(text, layout):
        if end >= 0 and quoted:
            yield text[start + 1 : end - 1].replace(quote * 2, quote), True
            continue
        value = text[start:stop]
        wrapped = len(value) > 1 and value.startswith(quote) and value.endswith(quote)
        paired = not value.startswith(quote)
        yield (value[1:-1].replace(quote * 2, quote) if wrapped else value), paired


def field_spans(text: str, layout: Layout) -> Iterator[tuple[int, int, bool, int]]:
    """Start and end of each field, whether it stands in paired quotes, and where the next delimiter or the text ends.

    The end is -1 for a field whose quote is open at the end of the text.
    """
    delimiter, inside = layout.delimiter, _quoted(layout.quote)
    at = 0
    while at <= len(text):
        is_open = False
        if text.startswith(layout.quote, at):
            body = inside.match(text, at)
            end = body.end() if body else at
            if text.startswith(layout.quote, end) and (end + 1 == len(text) or text.startswith(delimiter, end + 1)):
                yield at, end + 1, True, end + 1
                at = end + 2
                continue
            is_open = end == len(text)
        stop = text.find(delimiter, at)
        stop = len(text) if stop < 0 else stop
        yield at, -1 if is_open else stop, False, stop
        at = stop + 1


def open_field(text: str, layout: Layout) -> int:
    """Where a quoted field starts that is still open at the end of the text; -1 where none is."""
    return next((start for start, end, _, _ in field_spans(text, layout) if end < 0), -1)


def closing_quote(text: str, layout: Layout) -> int | None:
    """Where the quoted field ends that goes on in a line: -1 where it does not, None at a quote that ends no field."""
    end = 0
    while (end := text.find(layout.quote, end)) >= 0:
        if text.startswith(layout.quote, end + 1):
            end += 2
            continue
        closes = end + 1 == len(text) or text.startswith(layout.delimiter, end + 1)
        return end if closes else None
    return -1


@cache
def _quoted(quote: str) -> re.Pattern[str]:
    """A quote and what may stand in quotes."""
    return re.compile(f"{re.escape(quote)}(?:[^{re.escape(quote)}]|{re.escape(quote)}{{2}})*")
