"""Registered functions that a mapping's ``call`` may name: texts of columns and settings in, a text out.

Each works on one combination of texts and is called once a distinct combination. It gives the value and, where a data
manager should know of something, a doubt in words, which becomes a finding (warning). It raises ValueError with a message
where it cannot give a value, which becomes a finding (error). Settings are read before any data is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.dates import PartialDate
from hcc_sdtm.mapping.language.verbs import Call
from hcc_sdtm.mapping.rules.number_text import parse_number
from hcc_sdtm.mapping.rules.remark import Unread
from hcc_sdtm.problem import nearest
from hcc_sdtm.repeated_text import repeat_text

CALL_FAILED = "MAP-016 call.no-value"
CALL_DOUBTED = "MAP-021 call.value-doubted"


@dataclass(frozen=True)
class Function:
    """A registered function: how many columns it reads, and what turns the text of each of its settings into its value.

    A setting's reader raises ValueError with what was expected.
    """

    run: Callable[[tuple[str, ...], Mapping[str, Any]], tuple[str, str]]
    columns: int
    settings: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)


def call_problems(rule: Call) -> Iterator[str]:
    """What is wrong with a call: its function, how many columns it has, its settings."""
    if rule.call not in FUNCTIONS:
        yield f'no function "{rule.call}"{nearest(rule.call, FUNCTIONS)}'
        return
    function = FUNCTIONS[rule.call]
    if len(rule.columns) != function.columns:
        yield f"{rule.call} reads {function.columns} columns, here are {len(rule.columns)}"
    for name in function.settings:
        if name not in rule.settings:
            yield f'{rule.call} needs setting "{name}"'
    for name, text in rule.settings.items():
        if name not in function.settings:
            yield f'{rule.call} has no setting "{name}"{nearest(name, function.settings)}'
            continue
        try:
            function.settings[name](text)
        except ValueError as error:
            yield f'setting {name} "{text}" of {rule.call}: {error}'


def call_function(rule: Call, texts: Sequence[np.ndarray]) -> tuple[np.ndarray, list[Unread]]:
    """The values of distinct combinations of texts, and what the function could not give (MAP-016) or doubts (MAP-021)."""
    function = FUNCTIONS[rule.call]
    settings = {name: read(rule.settings[name]) for name, read in function.settings.items()}
    values = repeat_text("", len(texts[0]))
    unread = []
    for at, combination in enumerate(zip(*texts, strict=True)):
        try:
            values[at], doubt = function.run(combination, settings)
        except ValueError as error:
            unread.append(Unread(at, CALL_FAILED, str(error), "", len(texts) - 1))
            continue
        if doubt:
            unread.append(Unread(at, CALL_DOUBTED, doubt, "", len(texts) - 1, "warning"))
    return values, unread


def response_by_change(texts: tuple[str, ...], settings: Mapping[str, Any]) -> tuple[str, str]:
    """Response from a size before and after: CR at nothing left, PR and PD by percent change, SD between.

    Texts: size before, size after, and the response that the site recorded (may be empty). A missing size gives no
    response. Settings: ``partial``, the change in percent at or below which it is PR (-30 for RECIST diameters, -50 for WHO
    and EASL areas); ``progressive``, the change at or above which it is PD (20, 25); ``codes``, what the site's codes would
    mean, as ``1=CR 2=PR 3=SD 4=PD``. A recorded code that means another response is the doubt.
    """
    before_text, after_text, recorded = texts
    if not before_text or not after_text:
        return "", ""
    before, after = parse_number(before_text), parse_number(after_text)
    if before is None or after is None:
        raise ValueError(f'sizes "{before_text}" and "{after_text}" must be numbers')
    if before <= 0 or after < 0:
        raise ValueError(f"a size before of {before:g} and after of {after:g} cannot be compared")
    change = (after - before) / before * 100
    if after == 0:
        response = "CR"
    elif change <= settings["partial"]:
        response = "PR"
    else:
        response = "PD" if change >= settings["progressive"] else "SD"
    meant = settings["codes"].get(recorded, "no known response")
    if recorded and meant != response:
        return response, (
            f'code "{recorded}" would mean {meant}, but the size went from {before:g} to {after:g} ({change:+.0f} %), which is '
            f"{response}; the response is taken from the sizes"
        )
    return response, ""


def date_from_parts(texts: tuple[str, ...], settings: Mapping[str, Any]) -> tuple[str, str]:
    """An ISO date from its year, month and day, each in a column of its own; a missing day or month is not known.

    A month may be a name. All three missing give no date; a month or a day without a year cannot be one.
    """
    year, month, day = texts
    if not any(texts):
        return "", ""
    if not year:
        raise ValueError(f'month "{month}" and day "{day}" have no year')
    numbers = [_part_of_date(text, name) for text, name in ((year, "year"), (month, "month"), (day, "day"))]
    if len(year) != 4 or numbers[0] is None:
        raise ValueError(f'"{year}" is no year of four digits')
    return PartialDate(numbers[0], numbers[1], numbers[2]).iso, ""


def _part_of_date(text: str, name: str) -> int | None:
    number = parse_number(text) if text else None
    if number is not None and number == int(number):
        return int(number)
    if text and name == "month" and (found := _month_number(text)):
        return found
    if text:
        raise ValueError(f'"{text}" is no {name}')
    return None


@cache
def _month_number(name: str) -> int:
    """The number of a month's name in any language that dates are read in; 0 for a text that is none."""
    found = str(dates.read(pd.Series([f"1 {name} 2000"], dtype=object), order="dmy")["iso"].iat[0])
    return int(found[5:7]) if len(found) == len("2000-01-01") else 0


def _percent(text: str) -> float:
    number = parse_number(text)
    if number is None:
        raise ValueError("is no number of percent")
    return number


def _codes(text: str) -> dict[str, str]:
    pairs = [pair.partition("=")[::2] for pair in text.split()]
    if not all(code and response for code, response in pairs):
        raise ValueError("is no list of codes such as 1=CR 2=PR")
    return dict(pairs)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "response_by_change": Function(
        response_by_change, 3, {"partial": _percent, "progressive": _percent, "codes": _codes}
    ),
    "date_from_parts": Function(date_from_parts, 3),
}
