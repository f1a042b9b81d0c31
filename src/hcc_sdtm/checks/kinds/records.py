"""Kinds that look at one record at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from hcc_sdtm.checks.column import Column
from hcc_sdtm.checks.evidence import Missing
from hcc_sdtm.checks.iso_forms import FORMS
from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.checks.rule_on_dataset import COMPARISONS, RuleOnDataset, number_of
from hcc_sdtm.problem import nearest

SHOWN_TERMS = 12
WHOLE_COLUMN = 20
"""A column that is empty throughout is asked about once where more records than these need a value."""

_PART = re.compile(r"(>=|<=|>|<|=|!=) ?(-?[0-9.]+)")


def required(on: RuleOnDataset) -> Iterator[Flag]:
    """Each variable has a value; a column without any, in many records, is one finding of the dataset."""
    for variable in on.variables:
        column = on.column(variable)
        if column.has_gaps:
            positions = on.among(~column.given)
            if column.is_empty and len(positions) > WHOLE_COLUMN:
                message = f"{variable} has no value in any record, {len(positions)} of which need one{on.said}"
                yield from on.flag_whole(variable, message, "a value")
            else:
                yield from on.flag(positions, variable, f"{variable} has no value{on.said}", "a value")


def any_required(on: RuleOnDataset) -> Iterator[Flag]:
    """At least one of the variables has a value; those that the dataset has not are without one."""
    there = [variable for variable in on.variables if on.has(variable)]
    if not there:
        raise Missing(f"{on.name} has none of {', '.join(on.variables)}")
    given = np.logical_or.reduce([on.column(variable).given for variable in there])
    yield from on.flag(on.among(~given), there[0], f"none of {', '.join(on.variables)} has a value{on.said}", "a value")


def null(on: RuleOnDataset) -> Iterator[Flag]:
    """None of the variables has a value."""
    for variable in on.variables:
        column = on.column(variable)
        if not column.is_empty:
            message = f'{variable} is "{{value}}" and must have no value{on.said}'
            yield from on.flag(on.among(column.given), variable, message, "no value")


def _failing(on: RuleOnDataset, test: Callable[[str], bool], message: str, expected: str = "") -> Iterator[Flag]:
    """Records with a value that does not pass the test, asked once for each distinct text."""
    for variable in on.variables:
        yield from _failing_in(
            on, on.column(variable), variable, test, message.replace("{variable}", variable), expected
        )


def _failing_in(
    on: RuleOnDataset, column: Column, variable: str, test: Callable[[str], bool], message: str, expected: str
) -> Iterator[Flag]:
    wrong = {text for text in column.texts if text.strip() and not test(text)}
    if wrong:
        yield from on.flag(on.among(column.where(wrong.__contains__)), variable, message, expected)


def in_list(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value is one of a list."""
    terms = on.terms
    shown = ", ".join(terms)
    return _failing(on, frozenset(terms).__contains__, f'{{variable}} is "{{value}}"{on.said}; expected {shown}', shown)


def not_in_list(on: RuleOnDataset) -> Iterator[Flag]:
    """No value is one of a list."""
    terms = frozenset(on.terms)
    return _failing(on, lambda text: text not in terms, f'{{variable}} is "{{value}}"{on.said}, which it may not be')


def in_codelist(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value is a submission value of one of the codelists."""
    codelists = [on.evidence.specs.codelists[name] for name in on.row.terms]
    terms = {term for codelist in codelists for term in codelist.terms}
    names = " or ".join(on.row.terms)
    for variable in on.variables:
        column = on.column(variable)
        wrong = [text for text in column.texts if text.strip() and text not in terms]
        for text in wrong:
            folded = next((c.by_folded[text.casefold()] for c in codelists if text.casefold() in c.by_folded), "")
            hint = f'; the term is "{folded}"' if folded else _near(text, terms)
            message = f'{variable} "{text}" is not in codelist {names}{on.said}{hint}'
            yield from on.flag(on.among(column.where(text.__eq__)), variable, message, folded)


def _near(text: str, terms: set[str]) -> str:
    if len(terms) <= SHOWN_TERMS:
        return f" ({', '.join(sorted(terms))})"
    return nearest(text, sorted(terms)) if len(terms) <= 250 else ""


def pattern(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value fits a regular expression."""
    fits = re.compile(on.value).fullmatch
    return _failing(
        on, lambda text: fits(text) is not None, f'{{variable}} is "{{value}}"{on.said}, not of the form {on.value}'
    )


def not_pattern(on: RuleOnDataset) -> Iterator[Flag]:
    """No value fits a regular expression."""
    fits = re.compile(on.value).fullmatch
    return _failing(on, lambda text: fits(text) is None, f'{{variable}} is "{{value}}"{on.said}, which it may not be')


def iso8601(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value is ISO 8601 of a form (SDTMIG 3.4, 4.4.1 to 4.4.4)."""
    test, expected = FORMS[on.value]
    return _failing(on, test, f'{{variable}} "{{value}}" is not {expected}{on.said}', expected)


def number(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value is a number within limits."""
    limits = [(COMPARISONS[sign], float(limit)) for sign, limit in _PART.findall(on.value)]

    def passes(text: str) -> bool:
        value = number_of(text)
        return value is not None and all(compare(value, limit) for compare, limit in limits)

    return _failing(on, passes, f'{{variable}} is "{{value}}"{on.said}; expected {on.value}', on.value)


def max_bytes(on: RuleOnDataset) -> Iterator[Flag]:
    """No value has more UTF-8 bytes."""
    most = int(on.value)
    return _failing(on, lambda text: len(text.encode()) <= most, f'{{variable}} "{{value}}" has more than {most} bytes')


def trimmed(on: RuleOnDataset) -> Iterator[Flag]:
    """No value begins or ends with a blank."""
    return _failing(on, lambda text: text == text.strip(), '{variable} "{value}" begins or ends with a blank')


def ascii_(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value is printable ASCII."""
    return _failing(
        on,
        lambda text: text.isascii() and text.isprintable(),
        '{variable} "{value}" has characters beyond printable ASCII',
    )


def any_in_list(on: RuleOnDataset) -> Iterator[Flag]:
    """At least one of the variables has a value of the list; those that the dataset has not are without one."""
    names = [on.named(name) for name in on.row.variables]
    there = [name for name in names if on.has(name)]
    if not there:
        raise Missing(f"{on.name} has none of {', '.join(names)}")
    terms = frozenset(on.terms)
    right = np.logical_or.reduce([on.column(name).where(terms.__contains__) for name in there])
    what = " or ".join(on.terms)
    is_what = f"{there[0]} is not {what}" if len(names) == 1 else f"none of {', '.join(names)} is {what}"
    yield from on.flag(on.among(~right), there[0], f"{is_what}{on.said}", what)


def compares(on: RuleOnDataset) -> Iterator[Flag]:
    """Each number is in an order with another of the record; where one of them is no number, nothing is said."""
    sign, _, other = on.value.partition(" ")
    for variable in on.variables:
        first, second = (on.column(name).of(_number, float) for name in (variable, other))
        same = np.isclose(first, second, rtol=1e-9, atol=0.0)
        right = {"<": (first < second) & ~same, "<=": (first < second) | same, "=": same}
        right |= {">": (first > second) & ~same, ">=": (first > second) | same}
        positions = on.among(~right[sign] & np.isfinite(first) & np.isfinite(second))
        message = [f"{variable} is {a} and {other} is {b}{on.said}" for a, b in on.pairs(variable, other, positions)]
        expected = [f"{sign} {b}" for _, b in on.pairs(variable, other, positions)]
        yield from on.flag(positions, variable, message, expected)


def _number(text: str) -> float:
    value = number_of(text)
    return np.nan if value is None else value


def equals(on: RuleOnDataset) -> Iterator[Flag]:
    """Each variable has the same text as another of the record; none and none are the same."""
    for variable in on.variables:
        same, other = _compared(on, variable)
        positions = on.among(~same)
        pairs = on.pairs(variable, on.value, positions)
        message = [f'{variable} is "{a}" and {on.value} "{b}"{on.said}' for a, b in pairs]
        yield from on.flag(positions, variable, message, other[positions].tolist())


def differs(on: RuleOnDataset) -> Iterator[Flag]:
    """No variable has the text of another of the record."""
    for variable in on.variables:
        same, _ = _compared(on, variable)
        positions = on.among(same & on.column(variable).given)
        yield from on.flag(positions, variable, f'{variable} and {on.value} are both "{{value}}"{on.said}')


def _compared(on: RuleOnDataset, variable: str) -> tuple[np.ndarray, np.ndarray]:
    first, second = (on.column(name).of(str.strip, object) for name in (variable, on.value))
    return np.asarray(first == second, dtype=bool), second


def study_day(on: RuleOnDataset) -> Iterator[Flag]:
    """Each study day is the date's, counted from the subject's RFSTDTC without a day 0 (SDTMIG 3.4, 4.4.4).

    It is missing where either date is not complete to the day. Of subjects whom DM has not, or twice, nothing is said.
    """
    (variable,) = on.variables
    column = on.column(variable)
    dates = on.evidence.days(on.name, on.value)
    start = _reference_starts(on)
    subjects = on.column("USUBJID")
    nowhere = (np.nan, np.nan)
    first = subjects.of(lambda subject: start.get(subject, nowhere)[0], float)
    last = subjects.of(lambda subject: start.get(subject, nowhere)[1], float)
    in_demographics = subjects.where(start.__contains__)
    date = dates["earliest"].to_numpy()
    is_known = (date == dates["latest"].to_numpy()) & (first == last)
    days = date - first
    expected = np.where(is_known, np.where(days >= 0, days + 1, days), np.nan)
    given = column.of(lambda text: np.nan if (value := number_of(text)) is None else value, float)
    differs = (expected != given) & ~(np.isnan(expected) & np.isnan(given))
    positions = on.among(in_demographics & differs)
    pairs = list(zip(given[positions].tolist(), expected[positions].tolist(), strict=True))
    said = {pair: _said_of_day(variable, on.value, *pair) for pair in dict.fromkeys(pairs)}
    yield from on.flag(positions, variable, [said[pair][0] for pair in pairs], [said[pair][1] for pair in pairs])


def _said_of_day(variable: str, date: str, found: float, right: float) -> tuple[str, str]:
    """What is wrong with a study day, and what is expected; NaN stands for no study day."""
    if np.isnan(right):
        return f"{variable} is {_day(found)}; {date} and RFSTDTC are not both complete to the day", "no value"
    return f"{variable} is {_day(found)}; {date} and RFSTDTC make it {_day(right)}", _day(right)


def _reference_starts(on: RuleOnDataset) -> dict[str, tuple[float, float]]:
    """First and last day that RFSTDTC can mean, of the subjects with one record in DM; NaN where it is missing."""
    records = on.evidence.records("DM", "USUBJID", date="RFSTDTC").drop_duplicates("USUBJID", keep=False)
    days = zip(records["earliest"], records["latest"], strict=True)
    return {subject: bounds for subject, bounds in zip(records["USUBJID"], days, strict=True) if subject.strip()}


def _day(day: float) -> str:
    return "missing" if np.isnan(day) else f"{day:g}"
