"""The closed list of kinds of rules, and what a line of each may say in ``variable`` and ``value``.

Knows the form of a value and not what the rule finds: how a kind is evaluated stands in `hcc_sdtm.checks.kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from hcc_sdtm.spec.rule_condition import is_variable, parse_conditions

ISO_FORMS = ("date", "duration", "date-or-duration", "duration-or-interval", "interval", "complete-date")

_COMPARISONS = re.compile(
    r"(?:>=|<=|>|<|=|!=) ?-?[0-9]+(?:\.[0-9]+)?(?: and (?:>=|<=|>|<|=|!=) ?-?[0-9]+(?:\.[0-9]+)?)*"
)
_REFERENCE = re.compile(r"(?P<dataset>[A-Z][A-Z0-9]*)\.(?P<variable>[A-Z][A-Z0-9]*)")


def _no_value(value: str) -> str:
    return "takes no value" if value else ""


def _a_list(value: str) -> str:
    return "" if all(part.strip() for part in value.split("|")) else "needs terms as A|B"


def _a_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        return f"is not a regular expression: {error}"
    return "" if value else "needs a regular expression"


def _one_of(words: Collection[str]) -> Callable[[str], str]:
    return lambda value: "" if value in words else f"needs one of {', '.join(words)}"


def _a_variable(value: str) -> str:
    return "" if is_variable(value) else "needs a variable"


def _some_variables(value: str) -> str:
    return "" if value and all(is_variable(name.removesuffix("?")) for name in value.split()) else "needs variables"


def _comparisons(value: str) -> str:
    return "" if _COMPARISONS.fullmatch(value) else "needs comparisons as >= 0 and < 100"


def _compared(value: str) -> str:
    sign, _, variable = value.partition(" ")
    return "" if sign in ("<", "<=", "=", ">=", ">") and is_variable(variable) else "needs <=, = or >= and a variable"


def _bytes(value: str) -> str:
    return "" if value.isdecimal() and int(value) > 0 else "needs a number of bytes"


def _references(value: str) -> str:
    return (
        ""
        if value and all(map(_REFERENCE.fullmatch, value.split()))
        else "needs variables of a dataset as TA.ARMCD TA.ARM"
    )


def _keyed(value: str) -> str:
    place, _, keys = value.partition(" by ")
    is_right = _REFERENCE.fullmatch(place) and keys.split() and all(map(is_variable, keys.split()))
    return "" if is_right else "needs a variable of a dataset and keys as DM.ARM by USUBJID"


def _a_date(value: str) -> str:
    """A date of the record, or of another dataset: ``last DS.DSSTDTC by USUBJID when DSCAT = DISPOSITION EVENT``."""
    if is_variable(value):
        return ""
    place, _, conditions = value.partition(" when ")
    for word in ("first ", "last "):
        place = place.removeprefix(word)
    wrong = _keyed(place) and "needs a date variable, or one of a dataset as first EX.EXSTDTC by USUBJID"
    return wrong or "; ".join(parse_conditions(conditions)[1])


def _record(value: str) -> str:
    place, _, conditions = value.partition(" when ")
    return _references(place) or "; ".join(parse_conditions(conditions)[1])


def _at(value: str) -> str:
    is_right = not value or (value.startswith("at ") and is_variable(value[3:]))
    return "" if is_right else "needs: at VARIABLE, the one to ask about"


def _within(value: str) -> str:
    is_right = not value or (value.startswith("within ") and not _some_variables(value[7:]))
    return "" if is_right else "needs: within VARIABLES"


def _datasets(value: str) -> str:
    return "" if all(re.fullmatch(r"[A-Z][A-Z0-9]*", name) for name in value.split()) else "needs names of datasets"


KINDS: Mapping[str, tuple[int, Callable[[str], str]]] = {
    "required": (1, _no_value),
    "any-required": (2, _no_value),
    "any-in-list": (1, _a_list),
    "null": (1, _no_value),
    "in-list": (1, _a_list),
    "not-in-list": (1, _a_list),
    "in-codelist": (1, _a_list),
    "pattern": (1, _a_pattern),
    "not-pattern": (1, _a_pattern),
    "iso8601": (1, _one_of(ISO_FORMS)),
    "number": (1, _comparisons),
    "compares": (1, _compared),
    "equals": (1, _a_variable),
    "differs": (1, _a_variable),
    "not-after": (1, _a_date),
    "not-before": (1, _a_date),
    "same-day": (1, _a_date),
    "study-day": (1, _a_variable),
    "max-bytes": (1, _bytes),
    "trimmed": (1, _no_value),
    "ascii": (1, _no_value),
    "unique": (1, _at),
    "one-to-one": (2, _within),
    "one-value": (1, _some_variables),
    "all-or-none": (1, _some_variables),
    "not-constant": (1, _a_variable),
    "reference": (1, _references),
    "agrees": (1, _keyed),
    "has-record": (1, _record),
    "no-record": (1, _record),
    "column": (1, _no_value),
    "any-column": (1, _no_value),
    "no-column": (1, _datasets),
    "columns-together": (2, _no_value),
    "some-value": (1, _no_value),
    "dataset": (0, _datasets),
    "no-dataset": (0, _datasets),
}
"""Every kind: how many variables it needs at least, and what is wrong with its value (``""``: nothing)."""

MOST_VARIABLES: Mapping[str, int] = {"study-day": 1, "agrees": 1, "one-to-one": 2, "dataset": 0, "no-dataset": 0}
"""Kinds that take no more variables than these."""

COMBINATIONS = ("one-to-one", "reference", "has-record", "no-record")
"""Kinds whose variables are one thing together: none of them may be left out."""

BY_PRESENCE = ("reference", "has-record", "no-record")


def named_datasets(kind: str, value: str) -> list[str]:
    """The datasets that the value of a line names."""
    if kind in ("dataset", "no-dataset", "no-column"):
        return value.split()
    if kind in (*BY_PRESENCE, "agrees", "not-after", "not-before", "same-day"):
        return list(dict.fromkeys(match["dataset"] for match in _REFERENCE.finditer(value.partition(" when ")[0])))
    return []


def wrong_together(kind: str, variables: Sequence[str], value: str) -> list[str]:
    """What is wrong with variables and a value that are each right by themselves."""
    wrong = []
    most = MOST_VARIABLES.get(kind, len(variables))
    if len(variables) > most:
        wrong.append(
            f"kind {kind} takes {most or 'no'} variable{'s' if most != 1 else ''}, and {len(variables)} are named"
        )
    if kind in COMBINATIONS:
        message = f"kind {kind} takes no variable that need not be there; ask for it in when, as {{}} column"
        wrong += [f'variable "{name}": {message.format(name[:-1])}' for name in variables if name.endswith("?")]
    if kind in BY_PRESENCE:
        places = value.partition(" when ")[0].split()
        if len(places) != len(variables):
            wrong.append(f'value "{value}" names {len(places)} variables for {len(variables)}')
        if len(named_datasets(kind, value)) > 1:
            wrong.append(f'value "{value}": the variables are of several datasets, and must be of one')
    own = [name for name in value.split() if name in variables] if kind in ("one-value", "all-or-none") else []
    return wrong + [f'variable "{name}" is one of its own keys' for name in own]
