"""What a spreadsheet's number format lets a reader see of the value under it.

Knows which parts of a date a format shows, and formats that pad a number with zeros. Does not render any other
format: decimals shown, thousands separators, percent signs and units leave the number what it is.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|am/pm|a/p|上午/下午|general|y+|m+|d+|h+|s+|e[+-]|e+|g+|.',
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_SILENT_BRACKETS = re.compile(r"\[(\$-[0-9A-F]*|DBNum\d|[A-Za-z]+\d*)\]", re.IGNORECASE)
_BARE_LITERALS = frozenset("-/ ()")

BUILT_IN_FORMATS: dict[int, str] = {
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    **dict.fromkeys((32, 55), 'h"时"mm"分"'),
    **dict.fromkeys((33, 56), 'h"时"mm"分"ss"秒"'),
    34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
}
"""Formats that a file names by number only (ECMA-376 part 1, 18.8.30); 27 to 36 and 50 to 58 are those of zh-CN."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What is seen of a value.

    ``shows`` holds the letters Y M D h s of the date parts shown (h: hours and minutes), none for a plain number.
    ``template`` is the pieces of a zero-padding format: ``""`` the place of a digit, anything else literally.
    ``elapsed`` is whether a length of time is shown and no time of the day, as ``[h]:mm`` does.
    """

    shows: str = ""
    template: tuple[str, ...] = ()
    elapsed: bool = False

    @property
    def hides_year(self) -> bool:
        """Whether a day or month is shown and no year, so that the year may be the storing program's addition."""
        return "Y" not in self.shows and ("M" in self.shows or "D" in self.shows)

    @property
    def shows_date(self) -> bool:
        """Whether a year, month or day is shown."""
        return "Y" in self.shows or "M" in self.shows or "D" in self.shows

    def date_text(self, value: dt.date | dt.time) -> str:
        """ISO 8601 text of a date, time or both, cut to what is shown.

        A clock time of exactly midnight beside a date is left out: programs write it where none was recorded.
        Seconds are there only when shown and not zero. A date keeps a year that is not shown (see `hides_year`).
        """
        if type(value) is dt.date and "D" in self.shows:
            return value.isoformat()
        if isinstance(value, dt.time):
            return self._time_text(_to_second(dt.datetime.combine(dt.date(1904, 1, 1), value)))
        moment = _to_second(value) if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        if not self.shows_date:
            return self._time_text(moment)
        if "D" not in self.shows and "Y" in self.shows and "h" not in self.shows:
            return f"{moment:%Y-%m}" if "M" in self.shows else f"{moment:%Y}"
        day = moment.date().isoformat()
        return f"{day}T{self._time_text(moment)}" if "h" in self.shows and moment.time() != dt.time() else day

    def _time_text(self, moment: dt.datetime) -> str:
        return f"{moment:%H:%M:%S}" if "s" in self.shows and moment.second else f"{moment:%H:%M}"

    def padded(self, value: float) -> str:
        """Displayed text of a whole number under a zero-padding format; ``""`` when it is not so displayed."""
        if not self.template or value < 0 or value != int(value):
            return ""
        places = self.template.count("")
        text = str(int(value)).zfill(places)
        first = len(text) - places + 1
        digits = iter((text[:first], *text[first:]))
        return "".join(piece or next(digits) for piece in self.template)


FULL = NumberFormat("YMDhs")
"""Nothing hidden: the format of a date whose file says nothing of formats."""

PLAIN = NumberFormat()
"""Shows a number as a number."""


@lru_cache(maxsize=1024)
def parse_number_format(code: str) -> NumberFormat:
    """What a format code such as ``yyyy-mm`` or ``000`` shows, by its first section (for positive numbers)."""
    tokens = []
    for token in _TOKEN.findall(code):
        if token == ";":
            break
        tokens.append(token)
    elapsed = any(_ELAPSED.fullmatch(token) for token in tokens)
    return NumberFormat(_parse_shown(tokens), _parse_template(tokens), elapsed)


def shows_nothing(code: str) -> bool:
    """Whether a format shows no value at all, text neither: all of its four sections are empty."""
    return code.strip() == ";;;"


def _parse_shown(tokens: list[str]) -> str:
    if any(token in ("#", "?") for token in tokens):
        return ""
    scientific = any(token == "0" or token.lower() == "general" for token in tokens)
    kinds: list[str] = []
    for token in tokens:
        elapsed = _ELAPSED.fullmatch(token)
        letter = (elapsed.group(1) if elapsed else token)[0].lower()
        if letter in "ymdhs" or (letter in "eg" and not scientific):
            minutes = elapsed or (kinds and kinds[-1] == "h")
            kinds.append({"y": "Y", "e": "Y", "g": "Y", "d": "D", "m": "n" if minutes else "M"}.get(letter, letter))
    for position, kind in enumerate(kinds):
        if kind == "M" and kinds[position + 1 : position + 2] == ["s"]:
            kinds[position] = "n"
    clock = "h" if {"h", "n", "s"} & set(kinds) else ""
    return "".join(part for part in "YMD" if part in kinds) + clock + ("s" if "s" in kinds else "")


def _parse_template(tokens: list[str]) -> tuple[str, ...]:
    pieces: list[str] = []
    for token in tokens:
        if token == "0":
            pieces.append("")
        elif token in _BARE_LITERALS:
            pieces.append(token)
        elif token.startswith('"'):
            pieces += [token.strip('"')] if token.strip('"') else []
        elif token.startswith("\\"):
            pieces.append(token[1:])
        elif not (_SILENT_BRACKETS.fullmatch(token) or token.startswith("_")):
            return ()
    return tuple(pieces) if pieces.count("") > 1 else ()


def _to_second(moment: dt.datetime) -> dt.datetime:
    """The nearest whole second: a serial number holds 14:30 as 14:29:59.9999.

    A day is left for the next only within the millisecond that serial numbers are exact to.
    """
    second = moment.replace(microsecond=0)
    before_midnight = second.time() == dt.time(23, 59, 59)
    if moment.microsecond < 500_000 or (before_midnight and moment.microsecond < 999_000):
        return second
    return second if second == dt.datetime.max.replace(microsecond=0) else second + dt.timedelta(seconds=1)
