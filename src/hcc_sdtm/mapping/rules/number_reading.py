"""Distinct texts of a number column as numbers: how decimals and thousands are written is declared, and so are units."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from hcc_sdtm.mapping.language.verbs import INSIDE, Constant, Number
from hcc_sdtm.mapping.rules.number_text import FULL_WIDTH, parse_number
from hcc_sdtm.mapping.rules.remark import LEFT_MISSING, Unread
from hcc_sdtm.mapping.rules.units import Units
from hcc_sdtm.repeated_text import repeat_text

NUMBER_UNREADABLE = "MAP-014 number.unreadable"
UNIT_UNKNOWN = "MAP-046 unit.unknown"
UNIT_MISSING = "MAP-047 unit.missing"
NUMBER_IMPOSSIBLE = "MAP-050 number.outside-limits"

_ALIKE = {0x2019: "'", 0x00A0: " ", 0x2009: " ", 0x202F: " "}
"""Signs that set thousands apart and look like one that a mapping declares."""

_FRONT = re.compile(r"[-+]?[0-9.,' ]*[0-9.](?:[eE][-+]?[0-9]+)?")
_ONE_POINT_THREE_DIGITS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")

Read = tuple[np.ndarray, list[Unread]]


def number_reader(rule: Number, is_workbook: bool) -> Callable[..., Read]:
    """What reads the distinct texts of the rule's columns: the number's, and its unit's where that has a column.

    Gives floats, NaN where there is none. Wrong: a text that is no number as declared (MAP-014), a unit without a factor
    (MAP-046), a number without its unit (MAP-047), a result outside the declared limits (MAP-050). ``is_workbook`` says that
    number cells may stand among the texts: they always have a point, whatever is declared.
    """
    read = _reader(rule, is_workbook)
    return read if rule.limits == (None, None) else lambda *texts: _within(rule, texts[0], *read(*texts))


def _reader(rule: Number, is_workbook: bool) -> Callable[..., Read]:
    parse = written_number(rule, is_workbook)
    expected = _expected(rule)
    if not rule.factors:
        return lambda texts: _plain(texts, parse, rule.times, expected)
    units = Units(rule.factors)
    if isinstance(rule.unit, Constant):
        factor = units.factor(rule.unit.constant)
        return lambda texts: _plain(texts, parse, factor, expected)
    if rule.unit == INSIDE:
        return lambda texts: _with_units(*_taken_apart(texts, parse), parse, units, expected, 0)
    return lambda texts, of_unit: _with_units(texts, of_unit, parse, units, expected, 1)


def _within(rule: Number, texts: np.ndarray, values: np.ndarray, unread: list[Unread]) -> Read:
    """The values inside the rule's limits, and what is wrong with those that are not."""
    low, high = rule.limits
    outside = (values < (-np.inf if low is None else low)) | (values > (np.inf if high is None else high))
    ends = [f"{word} {end:g}" for word, end in (("at least", low), ("at most", high)) if end is not None]
    for at in np.flatnonzero(outside):
        given = "" if parse_number(texts[at]) == values[at] else f", from {texts[at]},"
        message = f"{values[at]:g}{given} cannot be; {LEFT_MISSING}"
        unread.append(Unread(int(at), NUMBER_IMPOSSIBLE, message, " and ".join(ends)))
    return np.where(outside, np.nan, values), unread


def written_number(rule: Number, is_workbook: bool) -> Callable[[str], float | None]:
    """What turns one text into a number, None for a text that is none as the rule says numbers are written.

    Where the decimal sign is a comma, a point is one too if it cannot set thousands apart: number cells have one. No number
    of thousands begins with 0: 0.500 is a half.
    """
    decimal, thousands = rule.decimal, rule.thousands
    if (decimal, thousands) == (".", ""):
        return parse_number
    apart = re.escape(thousands)
    grouped = re.compile(rf"([-+]?[1-9][0-9]{{0,2}}(?:{apart}[0-9]{{3}})+)((?:{re.escape(decimal)}[0-9]*)?)")

    def parse(text: str) -> float | None:
        folded = text.translate(FULL_WIDTH).translate(_ALIKE).strip()
        if decimal == "," and "," not in folded and _ONE_POINT_THREE_DIGITS.fullmatch(folded):
            # 1.234 is a number cell, or a thousand with its sign
            return parse_number(folded.replace(".", "")) if thousands == "." and not is_workbook else None
        in_groups = grouped.fullmatch(folded) if thousands else None
        if in_groups:
            folded = in_groups[1].replace(thousands, "") + in_groups[2]
        elif decimal == "," and "," in folded and "." in folded:
            return None
        if decimal == ",":
            folded = folded.replace(",", ".")
        return parse_number(folded)

    return parse


def _expected(rule: Number) -> str:
    if rule.decimal == "." and not rule.thousands:
        return "digits with at most one decimal point"
    sign = "comma" if rule.decimal == "," else "point"
    return f"digits with at most one decimal {sign}" + (
        f', thousands set apart by "{rule.thousands}"' if rule.thousands else ""
    )


def _plain(texts: np.ndarray, parse: Callable[[str], float | None], times: float, expected: str) -> Read:
    values = np.full(len(texts), np.nan)
    unread = []
    for at, text in enumerate(texts):
        number = parse(text) if text else None
        if number is not None:
            values[at] = _times(number, times)
        elif text:
            unread.append(_no_number(at, text, expected))
    return values, unread


def _with_units(
    texts: np.ndarray,
    of_unit: np.ndarray,
    parse: Callable[[str], float | None],
    units: Units,
    expected: str,
    unit_column: int,
) -> Read:
    values = np.full(len(texts), np.nan)
    unread = []
    for at, (text, unit) in enumerate(zip(texts, of_unit, strict=True)):
        if not text:
            continue
        number = parse(text)
        if number is None:
            unread.append(_no_number(at, text, expected))
        elif not unit:
            named = ", ".join(units.names)
            unread.append(Unread(at, UNIT_MISSING, f"{text} has no unit; {LEFT_MISSING}", named, unit_column))
        else:
            try:
                values[at] = _times(number, units.factor(unit))
            except ValueError as error:
                wrong, asked, name = str(error).partition("did you mean ")
                message = f"{wrong.rstrip('; ')}; {LEFT_MISSING}"
                unread.append(Unread(at, UNIT_UNKNOWN, message, asked + name or ", ".join(units.names), unit_column))
    return values, unread


def _taken_apart(texts: np.ndarray, parse: Callable[[str], float | None]) -> tuple[np.ndarray, np.ndarray]:
    """Each text's number and the unit behind it; a text that does not begin with a number stays whole."""
    numbers, of_unit = texts.copy(), repeat_text("", len(texts))
    for at, text in enumerate(texts):
        folded = text.translate(FULL_WIDTH).translate(_ALIKE).strip()
        front = _FRONT.match(folded)
        if front and parse(front[0].strip()) is not None:
            numbers[at], of_unit[at] = front[0].strip(), folded[front.end() :].strip()
    return numbers, of_unit


def _no_number(at: int, text: str, expected: str) -> Unread:
    return Unread(at, NUMBER_UNREADABLE, f'"{text}" is not a number; {LEFT_MISSING}', expected)


def _times(number: float, factor: float) -> float:
    # a factor of a power of ten must not turn 4.1 cm into 40.99999999999999 mm
    return number if factor == 1 else float(f"{number * factor:.12g}")
