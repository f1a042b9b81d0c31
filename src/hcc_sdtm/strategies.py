"""Hypothesis strategies for clinical dates: partial dates, and messy date text together with what it means.

For tests, of this project or another; needs the extra ``testing``. The text is written here by plain rules of
its own, so that a reader of dates is tested against something other than itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

from hcc_sdtm.dates.partial import PartialDate

FIRST_DAY = datetime.date(1900, 1, 1)
LAST_DAY = datetime.date(2099, 12, 31)
"""The days that a trial can meet, births included."""

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

UNKNOWN_PARTS = ("UN", "UNK", "NK", "ND", "XX", "??", "--", "00", "unk")

FULL_WIDTH = {ord(character): ord(character) + 0xFEE0 for character in "0123456789/.-"}


class DateText(NamedTuple):
    """A date as a hospital may write it, and what exactly it says; ``order`` is the hospital's own."""

    text: str
    meaning: PartialDate
    order: str


def days(first: datetime.date = FIRST_DAY, last: datetime.date = LAST_DAY) -> st.SearchStrategy[datetime.date]:
    """Calendar days, both ends included; shrinks towards 2000-01-01."""
    return st.dates(first, last)


@st.composite
def partial_dates(
    draw: st.DrawFn,
    first: datetime.date = FIRST_DAY,
    last: datetime.date = LAST_DAY,
    candidates: bool = True,
    times: bool = True,
) -> PartialDate:
    """Dates known to the year, the month, the day or to year and day; each can mean a day from first to last.

    With ``candidates`` also two readings of one text whose day and month cannot be told apart; with ``times``
    also complete dates with a time known to the hour, minute or second.
    """
    day = draw(days(first, last))
    sixty = st.integers(0, 59)
    kinds = ["day", "month", "year", "month unknown"]
    kinds += ["candidates"] if candidates and day.day <= 12 and day.day != day.month else []
    kinds += ["time"] if times else []
    match draw(st.sampled_from(kinds)):
        case "month":
            return PartialDate(day.year, day.month)
        case "year":
            return PartialDate(day.year)
        case "month unknown":
            return PartialDate(day.year, None, day.day)
        case "candidates":
            return PartialDate.either(PartialDate.from_date(day), PartialDate(day.year, day.day, day.month))
        case "time":
            hour, minute, second = draw(st.integers(0, 23)), draw(sixty), draw(sixty)
            known = draw(st.sampled_from([(hour, None, None), (hour, minute, None), (hour, minute, second)]))
            return PartialDate(day.year, day.month, day.day, known[0], known[1], known[2])
    return PartialDate.from_date(day)


@st.composite
def date_texts(
    draw: st.DrawFn,
    order: str | None = None,
    first: datetime.date = FIRST_DAY,
    last: datetime.date = LAST_DAY,
) -> DateText:
    """Messy text of a date, written in the given order: ``ymd``, ``dmy`` or ``mdy``; None for any of them.

    Numbers with any separator or none, month names, Chinese signs, ISO 8601, unknown parts in their usual
    spellings, full-width digits, letter case, outer blanks. Read in its order, the text has exactly the
    meaning given.
    """
    order = order or draw(st.sampled_from(["ymd", "dmy", "mdy"]))
    shapes = (_iso_text, _numeric_text, _undelimited_text, _named_text, _chinese_text)
    text, meaning = draw(draw(st.sampled_from(shapes))(order, draw(days(first, last))))
    text = draw(st.sampled_from([text, text, text.upper(), text.lower(), text.translate(FULL_WIDTH)]))
    blanks = st.sampled_from(["", "", " ", "  ", "\u3000"])
    return DateText(draw(blanks) + text + draw(blanks), meaning, order)


Shape = Callable[[str, datetime.date], st.SearchStrategy[tuple[str, PartialDate]]]


@st.composite
def _iso_text(draw: st.DrawFn, order: str, day: datetime.date) -> tuple[str, PartialDate]:
    meaning = draw(partial_dates(day, day, candidates=False))
    return meaning.iso, meaning


@st.composite
def _numeric_text(draw: st.DrawFn, order: str, day: datetime.date) -> tuple[str, PartialDate]:
    month_known, day_known = draw(st.booleans()), draw(st.booleans())
    unknown = st.sampled_from(UNKNOWN_PARTS)
    part = draw(st.sampled_from(["{}", "{:02d}"]))
    written = {
        "y": f"{day.year}",
        "m": part.format(day.month) if month_known else draw(unknown),
        "d": part.format(day.day) if day_known else draw(unknown),
    }
    separator = draw(st.sampled_from(["/", ".", "-", " ", ". ", " / "]))
    text = separator.join(written[letter] for letter in order)
    return text, PartialDate(day.year, day.month if month_known else None, day.day if day_known else None)


def _undelimited_text(order: str, day: datetime.date) -> st.SearchStrategy[tuple[str, PartialDate]]:
    written = {"y": f"{day.year}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}
    return st.just(("".join(written[letter] for letter in order), PartialDate.from_date(day)))


@st.composite
def _named_text(draw: st.DrawFn, order: str, day: datetime.date) -> tuple[str, PartialDate]:
    name = draw(st.sampled_from([MONTH_NAMES[day.month - 1], MONTH_NAMES[day.month - 1][:3]]))
    year, unknown = day.year, draw(st.sampled_from(UNKNOWN_PARTS))
    texts = [f"{name} {year}", f"{unknown} {name} {year}", f"{unknown}-{name}-{year}"]
    meanings = dict.fromkeys(texts, PartialDate(year, day.month))
    for number in (f"{day.day}", f"{day.day:02d}"):
        texts = [f"{number} {name} {year}", f"{number}-{name}-{year}", f"{number}{name}{year}"]
        texts += [f"{name} {number}, {year}", f"{year} {name} {number}"]
        meanings |= dict.fromkeys(texts, PartialDate.from_date(day))
    text = draw(st.sampled_from(list(meanings)))
    return text, meanings[text]


@st.composite
def _chinese_text(draw: st.DrawFn, order: str, day: datetime.date) -> tuple[str, PartialDate]:
    gap = draw(st.sampled_from(["", "", " "]))
    year, month = f"{day.year}{gap}年", f"{gap}{day.month}{gap}月"
    unknown = draw(st.sampled_from(["不详", "未知"]))
    complete = f"{year}{month}{gap}{day.day}{gap}{draw(st.sampled_from(['日', '号', '']))}"
    meanings = {
        complete: PartialDate.from_date(day),
        f"{year}{month}": PartialDate(day.year, day.month),
        f"{year}{month}{unknown}": PartialDate(day.year, day.month),
        f"{year}": PartialDate(day.year),
        f"{year}{unknown}": PartialDate(day.year),
    }
    text = draw(st.sampled_from(list(meanings)))
    return text, meanings[text]
