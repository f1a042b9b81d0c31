"""Hypothesis strategies for clinical dates, each together with what it means.

Partial dates; messy date text in nine languages; cells of a spreadsheet; the events of a patient. For tests, of this
project or another: see ``docs/strategies.md``; needs the extra ``testing``. The text is written here by plain rules of
its own, so that a reader of dates is tested against something other than itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import NamedTuple

from hypothesis import strategies as st

from hcc_sdtm.dates.partial import PartialDate
from hcc_sdtm.problem import nearest

FIRST_CELL_DAY = datetime.date(1931, 5, 19)
"""The first day whose number has five digits in both spreadsheet systems: fewer may be anything."""

FIRST_DAY = datetime.date(1900, 1, 1)
LAST_DAY = datetime.date(2099, 12, 31)
"""The days that a trial can meet, births included."""

ORDERS = ("ymd", "dmy", "mdy")

FULL_WIDTH = {number: number + 0xFEE0 for number in range(ord("!"), ord("~") + 1)}
"""The full-width form of every printable ASCII character but the blank."""

UNKNOWN_PARTS = ("UN", "UNK", "NK", "ND", "XX", "??", "--", "00", "unk")


class _Words(NamedTuple):
    """How one language writes dates: the words, and where they stand.

    ``dated`` are months as they stand beside a day, ``months`` those beside a year alone. ``named`` are texts of a
    complete date with ``{d}``, ``{m}`` (a month's name) and ``{y}``; ``first`` is the first day of a month.
    """

    months: tuple[str, ...]
    dated: tuple[str, ...]
    short: tuple[str, ...]
    weekdays: tuple[str, ...]
    unknown: tuple[str, ...]
    named: tuple[str, ...]
    first: str = "1"
    times: tuple[str, ...] = ()


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_GERMAN = _split("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
_ENGLISH = _split("January February March April May June July August September October November December")
_FRENCH = _split("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
_SPANISH = _split("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
_ITALIAN = _split("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")

LATIN: Mapping[str, _Words] = {
    "en": _Words(
        _ENGLISH,
        _ENGLISH,
        _split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        _split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Wed Thu Fri Sat Sun"),
        ("unknown", "UNK"),
        ("{d} {m} {y}", "{d}-{m}-{y}", "{d}{m}{y}", "{m} {d}, {y}", "{y} {m} {d}", "{d} {m}, {y}", "{d}/{m}/{y}"),
        "1st",
        (" at {H}:{M:02d}", ", {H}:{M:02d}"),
    ),
    "de": _Words(
        _GERMAN,
        _GERMAN,
        _split("Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez"),
        _split("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Mo Di Mi Do Fr Sa So"),
        ("unbekannt", "unb"),
        ("{d}. {m} {y}", "den {d}. {m} {y}", "{d}.{m}.{y}", "{d}-{m}-{y}", "{d} {m} {y}"),
        "1",
        (" {H}.{M:02d} Uhr", ", {H}:{M:02d} Uhr", " um {H}:{M:02d} Uhr"),
    ),
    "fr": _Words(
        _FRENCH,
        _FRENCH,
        _split("janv févr mars avr mai juin juil août sept oct nov déc"),
        _split("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        ("inconnu", "NC"),
        ("{d} {m} {y}", "le {d} {m} {y}", "{d}-{m}-{y}"),
        "1er",
        (" {H}h{M:02d}", ", {H}h{M:02d}"),
    ),
    "es": _Words(
        _SPANISH,
        _SPANISH,
        _split("ene feb mar abr may jun jul ago sep oct nov dic"),
        _split("lunes martes miércoles jueves viernes sábado domingo"),
        ("desconocido",),
        ("{d} de {m} de {y}", "{d} de {m} del {y}", "{d} {m} {y}", "{d}-{m}-{y}"),
        "1º",
        (" {H}:{M:02d} h", " a las {H}:{M:02d}"),
    ),
    "it": _Words(
        _ITALIAN,
        _ITALIAN,
        _split("gen feb mar apr mag giu lug ago set ott nov dic"),
        _split("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        ("ignoto", "sconosciuto"),
        ("{d} {m} {y}", "il {d} {m} {y}", "{d}-{m}-{y}"),
        "1°",
        (" ore {H}:{M:02d}",),
    ),
    "pl": _Words(
        _split("styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień"),
        _split("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"),
        _split("sty lut mar kwi maj cze lip sie wrz paź lis gru"),
        _split("poniedziałek wtorek środa czwartek piątek sobota niedziela"),
        ("nieznany",),
        ("{d} {m} {y}", "{d} {m} {y} r.", "dnia {d} {m} {y} r.", "{d}-{m}-{y}"),
        "1",
        (", godz. {H}:{M:02d}",),
    ),
}


class _Signs(NamedTuple):
    """How one language writes a sign behind each part of a date and a time; any of ``gaps`` stands between parts."""

    year: str
    month: str
    days: tuple[str, ...]
    hour: str
    minute: str
    second: str
    halves: tuple[str, str]
    weekdays: tuple[str, ...]
    unknown: tuple[str, ...]
    gaps: tuple[str, ...]


def _days_of(*forms: str, names: str) -> tuple[str, ...]:
    return tuple(form.format(name) for form in forms for name in names)


SIGNED: Mapping[str, _Signs] = {
    "zh": _Signs(
        "年",
        "月",
        ("日", "号", ""),
        "时",
        "分",
        "秒",
        ("上午", "下午"),
        _days_of(" 星期{}", "({})", " 周{}", names="一二三四五六日"),
        ("不详", "未知"),
        ("", "", " "),
    ),
    "ja": _Signs(
        "年",
        "月",
        ("日",),
        "時",
        "分",
        "秒",
        ("午前", "午後"),
        _days_of("({})", " {}曜日", names="月火水木金土日"),
        ("不明", "不詳"),
        ("", ""),
    ),
    "ko": _Signs(
        "년",
        "월",
        ("일",),
        "시",
        "분",
        "초",
        ("오전", "오후"),
        _days_of("({})", " {}요일", names="월화수목금토일"),
        ("미상", "모름"),
        (" ", " ", ""),
    ),
}

LANGUAGES = (*LATIN, *SIGNED)
"""The codes of the languages that dates are written in."""

ERAS = (
    ("令和", datetime.date(2019, 5, 1), LAST_DAY),
    ("平成", datetime.date(1989, 1, 8), datetime.date(2019, 4, 30)),
    ("昭和", datetime.date(1926, 12, 25), datetime.date(1989, 1, 7)),
    ("大正", datetime.date(1912, 7, 30), datetime.date(1926, 12, 24)),
)
"""Japanese eras with their first and last day."""

FIRST_YEAR_OF_CHINA = 1912

ROMAN = _split("I II III IV V VI VII VIII IX _ XI XII")
"""Months of Polish case notes; October is also the sign of an unknown part, and not written."""

NUMERALS = "〇一二三四五六七八九"

SEPARATORS = ("/", ".", "-", " ", ". ", " / ", "_")
WIDE_SEPARATORS = ("。", "、", "・", "·")


class DateText(NamedTuple):
    """A date as a hospital may write it, what exactly it says, and what a reader must have been told.

    ``order`` and ``language`` are the hospital's own; ``century`` is None where every year has four digits.
    """

    text: str
    meaning: PartialDate
    order: str
    language: str
    century: int | None = None

    @property
    def settings(self) -> dict[str, str | int | None]:
        """The arguments with which `hcc_sdtm.dates.read` reads the text."""
        return {"order": self.order, "language": self.language, "century": self.century}


class ExcelCell(NamedTuple):
    """A cell as a workbook stores it, and what exactly it says.

    ``value`` is a day number of the workbook's date ``system`` (``1900`` or ``1904``), the datetime that a library
    makes of one, or text; ``number_format`` decides how much of a date is seen. ``written`` is there for text.
    """

    value: float | datetime.datetime | str
    number_format: str
    system: str
    meaning: PartialDate
    written: DateText | None = None


EVENTS = ("birth", "diagnosis", "consent", "radiotherapy", "progression", "second line", "death", "cut-off")
"""Events of a patient, each on or before the next."""


class EventHistory(NamedTuple):
    """The events of one patient: when they truly were, and what the hospital recorded of it.

    Both have every name of `EVENTS`. ``truth`` is None for what never happened before the cut-off; ``recorded`` is None
    for that, and for what was not recorded.
    """

    truth: Mapping[str, datetime.date | None]
    recorded: Mapping[str, PartialDate | None]

    @property
    def iso(self) -> dict[str, str]:
        """ISO 8601 text of what was recorded, ``""`` for nothing."""
        return {name: "" if date is None else date.iso for name, date in self.recorded.items()}


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
            hour, minute, second = draw(_CLOCKS)
            known = draw(st.sampled_from([(hour, None, None), (hour, minute, None), (hour, minute, second)]))
            return PartialDate(day.year, day.month, day.day, known[0], known[1], known[2])
    return PartialDate.from_date(day)


_CLOCKS = st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))


@st.composite
def date_texts(
    draw: st.DrawFn,
    order: str | None = None,
    first: datetime.date = FIRST_DAY,
    last: datetime.date = LAST_DAY,
    language: str | None = None,
    century: int | None = None,
) -> DateText:
    """Messy text of a date in one order (``ymd``, ``dmy``, ``mdy``) and one of `LANGUAGES`; None for any of them.

    Numbers with any separator or none, month names, signs behind the parts, numerals, eras, ISO 8601, unknown parts in
    their usual spellings, weekdays, times of day, full-width characters, letter case, outer blanks. With a ``century``,
    as `hcc_sdtm.dates.read` takes it, also years of two digits. Read as its ``settings`` say, the text has exactly the
    meaning given.

    Raises ValueError for another order or language, for days outside `FIRST_DAY` to `LAST_DAY`, and for a century that
    is no number from 0 to 100.
    """
    _check_days(first, last, FIRST_DAY)
    if century is not None and century not in range(101):
        raise ValueError(f'century "{century}" is not a number from 0 to 100')
    order = draw(_one_of("order", order, ORDERS))
    language = draw(_one_of("language", language, LANGUAGES))
    day = draw(days(first, last))
    shapes: list[Shape] = [_iso_text, _numeric_text, _undelimited_text]
    shapes += [_named_text, _named_text] if language in LATIN else [_signed_text, _signed_text, _era_text]
    text, meaning = draw(draw(st.sampled_from(shapes))(day, order, language))
    if century is not None and 1900 + century <= day.year < 2000 + century and draw(st.booleans()):
        text, meaning = draw(_short_year_text(day, order, language)), PartialDate.from_date(day)
    if meaning == PartialDate.from_date(day):
        text, meaning = draw(_with_weekday_and_time(text, day, language))
    text = draw(st.sampled_from([text, text, text.upper(), text.lower(), text.translate(FULL_WIDTH)]))
    blanks = st.sampled_from(["", "", " ", "  ", "\u3000"])
    return DateText(draw(blanks) + text + draw(blanks), meaning, order, language, century)


@st.composite
def excel_cells(
    draw: st.DrawFn,
    first: datetime.date = FIRST_CELL_DAY,
    last: datetime.date = LAST_DAY,
    order: str | None = None,
    language: str | None = None,
) -> ExcelCell:
    """Cells of a date column: day numbers and datetimes under the number formats in use, and text typed among them.

    A day number under ``General`` says nothing of itself; read it as one of the cell's ``system``. Formats that show no
    year are left out: what is stored under them is not what was typed. A time of exactly midnight is not made under a
    format that shows times, because programs store it where none was recorded. ``first`` is not before `FIRST_CELL_DAY`.
    """
    _check_days(first, last, FIRST_CELL_DAY)
    system = draw(st.sampled_from(["1900", "1904"]))
    if draw(st.integers(0, 3)) == 0:
        written = draw(date_texts(order, first, last, language))
        return ExcelCell(written.text, draw(st.sampled_from(["@", "General"])), system, written.meaning, written)
    day = draw(days(first, last))
    number_format = draw(st.sampled_from([*DATE_FORMATS, "General"]))
    shown = DATE_FORMATS.get(number_format, "YMD")
    hour, minute, second = draw(_CLOCKS) if "h" in shown else (0, 0, 0)
    clock = datetime.time(hour, (minute or 1) if "m" in shown else 0, (second or 1) if "s" in shown else 0)
    moment = datetime.datetime.combine(day, clock)
    meaning = PartialDate(
        day.year,
        day.month if "M" in shown else None,
        day.day if "D" in shown else None,
        clock.hour if "h" in shown else None,
        clock.minute if "m" in shown else None,
        clock.second if "s" in shown else None,
    )
    as_number = number_format == "General" or draw(st.booleans())
    return ExcelCell(_day_number(moment, system) if as_number else moment, number_format, system, meaning)


DATE_FORMATS: Mapping[str, str] = {
    "yyyy-mm-dd": "YMD",
    "yyyy/m/d": "YMD",
    "dd/mm/yyyy": "YMD",
    "d-mmm-yy": "YMD",
    'yyyy"年"m"月"d"日"': "YMD",
    "yyyy-mm": "YM",
    "mmm-yy": "YM",
    'yyyy"年"m"月"': "YM",
    "yyyy": "Y",
    "yyyy-mm-dd hh:mm": "YMDhm",
    "yyyy/m/d h:mm:ss": "YMDhms",
}
"""Number formats in use, with the parts of a date that each shows."""


@st.composite
def event_histories(
    draw: st.DrawFn,
    first: datetime.date = datetime.date(2010, 1, 1),
    last: datetime.date = datetime.date(2025, 12, 31),
) -> EventHistory:
    """Patients whose `EVENTS` come in that order, from a diagnosis on or after first to a cut-off on or before last.

    Several may fall on one day. Progression, second line and death need not have happened. What happened may not be
    recorded, or be known to the month, the year or a day of an unknown month only; the cut-off is always known.
    """
    happened = sorted(draw(st.lists(days(first, last), min_size=len(EVENTS) - 1, max_size=len(EVENTS) - 1)))
    birth = happened[0] - datetime.timedelta(draw(st.integers(18 * 366, 90 * 365)))
    truth: dict[str, datetime.date | None] = dict(zip(EVENTS, [birth, *happened], strict=True))
    for name in ("progression", "second line", "death"):
        if draw(st.booleans()):
            truth[name] = None
    recorded: dict[str, PartialDate | None] = {}
    for name, day in truth.items():
        if day is None or (name != "cut-off" and draw(st.integers(0, 4)) == 0):
            recorded[name] = None
        elif name == "cut-off":
            recorded[name] = PartialDate.from_date(day)
        else:
            recorded[name] = draw(partial_dates(day, day, candidates=False, times=False))
    return EventHistory(truth, recorded)


def _check_days(first: datetime.date, last: datetime.date, earliest: datetime.date) -> None:
    if not earliest <= first <= last <= LAST_DAY:
        raise ValueError(f'first "{first}" and last "{last}" are not days in order from {earliest} to {LAST_DAY}')


def _one_of(name: str, asked: str | None, allowed: tuple[str, ...]) -> st.SearchStrategy[str]:
    if asked is None:
        return st.sampled_from(allowed)
    if asked not in allowed:
        raise ValueError(f'{name} "{asked}" is not one of {", ".join(allowed)}{nearest(asked, allowed)}')
    return st.just(asked)


Shape = Callable[[datetime.date, str, str], st.SearchStrategy[tuple[str, PartialDate]]]
"""A way to write a day in an order and a language, all of it or in part."""


@st.composite
def _iso_text(draw: st.DrawFn, day: datetime.date, order: str, language: str) -> tuple[str, PartialDate]:
    meaning = draw(partial_dates(day, day, candidates=False))
    return meaning.iso, meaning


@st.composite
def _numeric_text(draw: st.DrawFn, day: datetime.date, order: str, language: str) -> tuple[str, PartialDate]:
    month_known, day_known = draw(st.booleans()), draw(st.booleans())
    words = LATIN[language].unknown if language in LATIN else SIGNED[language].unknown
    unknown = st.sampled_from([*UNKNOWN_PARTS, *words])
    part = draw(st.sampled_from(["{}", "{:02d}"]))
    written = {
        "y": f"{day.year}",
        "m": part.format(day.month) if month_known else draw(unknown),
        "d": part.format(day.day) if day_known else draw(unknown),
    }
    separator = draw(st.sampled_from(SEPARATORS if language in LATIN else SEPARATORS + WIDE_SEPARATORS))
    text = separator.join(written[letter] for letter in order)
    # Koreans end with the dot that stands between.
    text += draw(st.sampled_from(["", "."])) if separator == ". " else ""
    return text, PartialDate(day.year, day.month if month_known else None, day.day if day_known else None)


def _undelimited_text(day: datetime.date, order: str, language: str) -> st.SearchStrategy[tuple[str, PartialDate]]:
    written = {"y": f"{day.year}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}
    return st.just(("".join(written[letter] for letter in order), PartialDate.from_date(day)))


@st.composite
def _short_year_text(draw: st.DrawFn, day: datetime.date, order: str, language: str) -> str:
    months = [f"{day.month}", f"{day.month:02d}"]
    # 12-Mar-21 is written where the year comes first too: nobody can say which of its numbers is the year.
    months += [LATIN[language].short[day.month - 1]] if language in LATIN and order != "ymd" else []
    written = {"y": f"{day.year % 100:02d}", "m": draw(st.sampled_from(months)), "d": f"{day.day:02d}"}
    return draw(st.sampled_from(["/", ".", "-", " "])).join(written[letter] for letter in order)


@st.composite
def _named_text(draw: st.DrawFn, day: datetime.date, order: str, language: str) -> tuple[str, PartialDate]:
    words, year, place = LATIN[language], day.year, day.month - 1
    unknown = draw(st.sampled_from([*UNKNOWN_PARTS, *words.unknown]))
    short = words.short[place]
    texts = [f"{words.months[place]} {year}", f"{short} {year}", f"{short}-{year}", f"{unknown} {short} {year}"]
    texts += [f"{unknown}-{words.months[place]}-{year}"]
    meanings = dict.fromkeys(texts, PartialDate(year, day.month))
    numbers = [f"{day.day}", f"{day.day:02d}"] + ([words.first] if day.day == 1 else [])
    names = [words.dated[place], short] + ([ROMAN[place]] if language == "pl" and day.month != 10 else [])
    for form in words.named:
        text = form.format(d=draw(st.sampled_from(numbers)), m=draw(st.sampled_from(names)), y=year)
        meanings[text] = PartialDate.from_date(day)
    text = draw(st.sampled_from(list(meanings)))
    return text, meanings[text]


@st.composite
def _signed_text(draw: st.DrawFn, day: datetime.date, order: str, language: str) -> tuple[str, PartialDate]:
    signs = SIGNED[language]
    numbers = (f"{day.year}", f"{day.month}", f"{day.day}")
    if language != "ko" and draw(st.integers(0, 3)) == 0:
        spelt = "".join(NUMERALS[int(digit)] for digit in numbers[0])
        numbers = (spelt, _counted(day.month), _counted(day.day))
        signs = signs._replace(days=("日",))
    return draw(_signed_parts(day, signs, numbers))


@st.composite
def _era_text(draw: st.DrawFn, day: datetime.date, order: str, language: str) -> tuple[str, PartialDate]:
    """The years of an era counted from its first; the years of today where the language has no era for the day."""
    name, first_year = "", 0
    if language == "ja":
        name, first_year = next(((era, first.year) for era, first, last in ERAS if first <= day <= last), ("", 0))
    elif language == "zh" and day.year >= FIRST_YEAR_OF_CHINA:
        name, first_year = draw(st.sampled_from(["民國", "民国"])), FIRST_YEAR_OF_CHINA
    if not name:
        return draw(_signed_text(day, order, language))
    count = day.year - first_year + 1
    year = "元" if count == 1 and draw(st.booleans()) else f"{count}"
    numbers = (f"{name}{year}", f"{day.month}", f"{day.day}")
    return draw(_signed_parts(day, SIGNED[language], numbers))


@st.composite
def _signed_parts(
    draw: st.DrawFn, day: datetime.date, signs: _Signs, numbers: tuple[str, str, str]
) -> tuple[str, PartialDate]:
    gap, inner = draw(st.sampled_from(signs.gaps)), draw(st.sampled_from(["", "", " "]))
    unknown = draw(st.sampled_from(signs.unknown))
    year, month = f"{numbers[0]}{inner}{signs.year}", f"{gap}{numbers[1]}{inner}{signs.month}"
    complete = f"{year}{month}{gap}{numbers[2]}{inner}{draw(st.sampled_from(signs.days))}".rstrip()
    meanings = {
        complete: PartialDate.from_date(day),
        f"{year}{month}": PartialDate(day.year, day.month),
        f"{year}{month}{gap}{unknown}": PartialDate(day.year, day.month),
        f"{year}": PartialDate(day.year),
        f"{year}{gap}{unknown}": PartialDate(day.year),
    }
    text = draw(st.sampled_from([complete, complete, *meanings]))
    return text, meanings[text]


def _counted(number: int) -> str:
    """A Chinese numeral from 1 to 99: 5 is 五, 15 is 十五, 31 is 三十一."""
    tens, ones = divmod(number, 10)
    return (NUMERALS[tens] if tens > 1 else "") + ("十" if tens else "") + (NUMERALS[ones] if ones else "")


@st.composite
def _with_weekday_and_time(draw: st.DrawFn, text: str, day: datetime.date, language: str) -> tuple[str, PartialDate]:
    """The text of a complete date, with its weekday, a time of day, both or neither."""
    is_bare = text.isdecimal()
    if not is_bare and draw(st.integers(0, 3)) == 0:
        weekdays = LATIN[language].weekdays if language in LATIN else SIGNED[language].weekdays
        name = draw(st.sampled_from(weekdays[day.weekday() :: 7]))
        text = f"{name}{draw(st.sampled_from([' ', ', ']))}{text}" if language in LATIN else f"{text}{name}"
    if draw(st.integers(0, 2)):
        return text, PartialDate.from_date(day)
    hour, minute, second = draw(_CLOCKS)
    clocks: dict[str, tuple[int, ...]] = {
        f" {hour}:{minute:02d}": (hour, minute),
        f" {hour:02d}:{minute:02d}:{second:02d}": (hour, minute, second),
        f", {hour:02d}:{minute:02d}": (hour, minute),
        f" - {hour:02d}:{minute:02d}": (hour, minute),
        f" {hour % 12 or 12}:{minute:02d} {'AM' if hour < 12 else 'PM'}": (hour, minute),
        f" {hour % 12 or 12}:{minute:02d}:{second:02d} {'a.m.' if hour < 12 else 'p.m.'}": (hour, minute, second),
        f" {hour % 12 or 12} {'AM' if hour < 12 else 'PM'}": (hour,),
    }
    if language in LATIN:
        clocks |= {form.format(H=hour, M=minute): (hour, minute) for form in LATIN[language].times}
    else:
        clocks |= _signed_clocks(SIGNED[language], hour, minute, second)
    if len(text) == 8 and is_bare:
        clocks = {f" {hour:02d}{minute:02d}": (hour, minute), f" {hour:02d}:{minute:02d}": (hour, minute)}
    clock = draw(st.sampled_from(list(clocks)))
    known = (*clocks[clock], None, None)
    return text + clock, PartialDate(day.year, day.month, day.day, known[0], known[1], known[2])


def _signed_clocks(signs: _Signs, hour: int, minute: int, second: int) -> dict[str, tuple[int, ...]]:
    parts = (f"{hour}{signs.hour}", f"{minute}{signs.minute}", f"{second}{signs.second}")
    clocks: dict[str, tuple[int, ...]] = {
        f" {parts[0]}": (hour,),
        f" {parts[0]}{parts[1]}": (hour, minute),
        f" {' '.join(parts)}": (hour, minute, second),
    }
    if hour % 12:
        # At twelve, hospitals differ in what they call it.
        half = signs.halves[hour > 12]
        clocks |= {
            f" {half}{hour % 12}{signs.hour}{parts[1]}": (hour, minute),
            f" {half} {hour % 12}:{minute:02d}": (hour, minute),
        }
    return clocks


def _day_number(moment: datetime.datetime, system: str) -> float:
    # Day 60 of the 1900 system is a 29 February that never was, so that days after it are one too many.
    first = datetime.datetime(1904, 1, 1) if system == "1904" else datetime.datetime(1899, 12, 30)
    elapsed = moment - first
    if elapsed.days <= 60 and system == "1900":
        elapsed -= datetime.timedelta(1)
    return elapsed.days + elapsed.seconds / 86400 if elapsed.seconds else elapsed.days
