"""Values of an ods cell (OpenDocument 1.3 part 3, 19.380 to 19.388): dates, times and texts as the attributes write them."""

from __future__ import annotations

import datetime as dt
import re

from hcc_sdtm.raw.number_format import NumberFormat
from hcc_sdtm.raw.workbooks.serial_value import Value

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?)?")
_TIME = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_SPACE = re.compile("[ \t\r\n]+")


def date_value(text: str, first_day: dt.date) -> Value:
    """A date or moment; a time alone on the day that numbers count from; the text itself where it is no date."""
    match = _DATE.fullmatch(text)
    if not match:
        return text
    try:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        moment = dt.datetime(year, month, day, hour, minute, second, _microseconds(match[7]))
    except ValueError:
        return text
    if moment.date() == first_day:
        return moment.time()
    return moment.date() if moment.time() == dt.time() else moment


def time_value(text: str, shown: NumberFormat) -> Value:
    """A time of the day, or the length of time that the format shows; the text itself where it is neither."""
    match = _TIME.fullmatch(text)
    if not match:
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:5])
    try:
        length = dt.timedelta(days, seconds, _microseconds(match[6]), 0, minutes, hours)
        length = -length if match[1] else length
        return length if shown.elapsed or match[1] else (dt.datetime(1904, 1, 1) + length).time()
    except OverflowError:
        return text


class CellText:
    """The text of a cell, gathered from its paragraphs: spaces as they are meant, a line a paragraph."""

    def __init__(self) -> None:
        self._paragraphs: list[str] = []
        self._pieces: list[str] = []
        self._marks: set[bool] = set()
        self._after_space = True

    def begin_paragraph(self) -> None:
        """A paragraph begins."""
        self._pieces, self._after_space = [], True

    def end_paragraph(self) -> None:
        """A paragraph ends."""
        self._paragraphs.append("".join(self._pieces))

    def add(self, characters: str, struck: bool) -> None:
        """Characters: space and line ends of the file are one space, and none where the text before ends in one."""
        text = _SPACE.sub(" ", characters) if _SPACE.search(characters) else characters
        if self._after_space and text.startswith(" "):
            text = text[1:]
        if text:
            self._pieces.append(text)
            self._after_space = text.endswith(" ")
            if text.strip():
                self._marks.add(struck)

    def add_exactly(self, characters: str) -> None:
        """A space, a tab or a line end that has an element of its own."""
        self._pieces.append(characters)
        self._after_space = False

    @property
    def text(self) -> str:
        """The paragraphs."""
        return "\n".join(self._paragraphs) if len(self._paragraphs) != 1 else self._paragraphs[0]

    @property
    def struck(self) -> bool | None:
        """Whether all of the text (True) or a part of it (False) is struck through; None where nothing is."""
        return None if True not in self._marks else len(self._marks) == 1


def _microseconds(digits: str | None) -> int:
    return int(f"{digits:0<6.6}") if digits else 0
