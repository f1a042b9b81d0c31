"""Conditions of a rule's line, ``--STAT = NOT DONE; --REASND absent``: a closed list of tests joined by ``;``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VARIABLE = re.compile(r"(?:--)?[A-Z][A-Z0-9_]{0,7}")
_WORDS = ("present", "absent", "column", "no-column", "filled")
_OPERATORS = ("=", "!=", "~", "!~", ">", ">=", "<", "<=")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_CONDITION = re.compile(r"(?P<variable>\S+)\s+(?P<operator>\S+)(?:\s+(?P<value>.*\S))?\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a record's variable, or of whether the dataset has it (``column``, ``no-column``; ``filled``: with a value).

    ``operator`` is ``present``, ``absent``, ``=`` and ``!=`` (one of the ``values``, or a value that is none of them), ``~``
    and ``!~`` (the text, or a text that is given, fits the regular expression or not), or a comparison of numbers.
    """

    variable: str
    operator: str
    values: tuple[str, ...] = ()
    is_optional: bool = False
    """``VARIABLE?``: where the dataset has no such column, every record is without a value."""

    @property
    def is_structural(self) -> bool:
        """Whether it asks for the column and not for values."""
        return self.operator in ("column", "no-column", "filled")


def is_variable(text: str) -> bool:
    """Whether a text can be a variable's name, with or without ``--`` for the dataset's prefix."""
    return _VARIABLE.fullmatch(text) is not None


def parse_conditions(text: str) -> tuple[tuple[Condition, ...], list[str]]:
    """The conditions of a cell, and what is wrong with it."""
    found: list[Condition] = []
    wrong: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _CONDITION.fullmatch(part)
        variable = match["variable"].removesuffix("?") if match else ""
        if match is None or not is_variable(variable):
            wrong.append(f'when "{part}": expected VARIABLE, then {", ".join((*_WORDS, *_OPERATORS))}')
            continue
        operator, value = match["operator"], match["value"] or ""
        if operator not in (*_WORDS, *_OPERATORS):
            wrong.append(f'when "{part}": no test "{operator}"; expected {", ".join((*_WORDS, *_OPERATORS))}')
        elif (operator in _WORDS) == bool(value):
            wrong.append(f'when "{part}": {operator} {"takes no" if value else "needs a"} value')
        elif message := _wrong_value(operator, value):
            wrong.append(f'when "{part}": {message}')
        else:
            values = tuple(term.strip() for term in value.split("|")) if operator in ("=", "!=") else (value,)
            found.append(Condition(variable, operator, values if value else (), match["variable"].endswith("?")))
    return tuple(found), wrong


def _wrong_value(operator: str, value: str) -> str:
    if operator in ("~", "!~"):
        try:
            re.compile(value)
        except re.error as error:
            return f'"{value}" is not a regular expression: {error}'
    elif operator in (">", ">=", "<", "<="):
        if not _NUMBER.fullmatch(value):
            return f'"{value}" is not a number'
    elif operator in ("=", "!=") and not all(term.strip() for term in value.split("|")):
        return f'"{value}" has a term without text; expected A|B, and absent for no value'
    return ""
