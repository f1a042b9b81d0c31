"""What a model expected where a person wrote something else, in words that need no knowledge of types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_WORDS: Mapping[str, str] = {
    "string_type": "needs a text",
    "dict_type": "needs keys with values, as {key: value}",
    "model_type": "needs keys with values, as {key: value}",
    "model_attributes_type": "needs keys with values, as {key: value}",
    "tuple_type": "needs a list, as [a, b]",
    "list_type": "needs a list, as [a, b]",
    "int_type": "needs a whole number",
    "int_parsing": "needs a whole number",
    "int_from_float": "needs a whole number",
    "float_type": "needs a number",
    "float_parsing": "needs a number",
    "finite_number": "needs a number that has an end",
    "bool_type": "needs yes or no",
    "bool_parsing": "needs yes or no",
    "date_type": "needs a day such as 2021-03-05",
    "date_parsing": "needs a day such as 2021-03-05",
    "date_from_datetime_parsing": "needs a day such as 2021-03-05",
    "date_from_datetime_inexact": "needs a day such as 2021-03-05",
}

_BOUNDED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda ctx: f"must be more than {ctx['gt']:g}",
    "greater_than_equal": lambda ctx: f"must be at least {ctx['ge']:g}",
    "less_than": lambda ctx: f"must be less than {ctx['lt']:g}",
    "less_than_equal": lambda ctx: f"must be at most {ctx['le']:g}",
    "string_too_long": lambda ctx: f"has more than {ctx['max_length']} characters",
    "string_too_short": lambda ctx: (
        "must not be empty" if ctx["min_length"] == 1 else f"needs {ctx['min_length']} characters"
    ),
    "too_short": lambda ctx: "must not be empty" if ctx["min_length"] == 1 else f"needs {ctx['min_length']} of them",
    "too_long": lambda ctx: f"has more than {ctx['max_length']}",
    "string_pattern_mismatch": lambda ctx: f"must match the regular expression {ctx['pattern']}",
    "literal_error": lambda ctx: f"expected {_either(choices(ctx))}",
    "union_tag_invalid": lambda ctx: f"expected one of {str(ctx['expected_tags']).replace(chr(39), '')}",
    "union_tag_not_found": lambda ctx: f"the key {str(ctx['discriminator']).replace(chr(39), '')} is missing",
}


def what_was_expected(detail: Mapping[str, Any]) -> str:
    """What one error of pydantic expected; a validator's own message as it stands."""
    kind, context = str(detail["type"]), detail.get("ctx", {})
    if kind in _WORDS:
        given = "a list" if isinstance(detail["input"], list) else "keys" if isinstance(detail["input"], dict) else ""
        return _WORDS[kind] + (f", not {given}" if given else "")
    if kind in _BOUNDED:
        return _BOUNDED[kind](context)
    message = str(context.get("error", detail["msg"]))
    return f"{message[:1].lower()}{message[1:]}"


def choices(context: Mapping[str, Any]) -> list[str]:
    """The texts one of which was expected, from an error's context."""
    found = re.findall(r"""'([^']*)'|"([^"]*)\"""", str(context.get("expected", "")))
    return [single or double for single, double in found]


def _either(texts: list[str]) -> str:
    """The texts as a choice, each in quotes where one is no word."""
    shown = texts if all(text.isidentifier() or text.isdigit() for text in texts) else [f'"{text}"' for text in texts]
    return " or ".join([*([", ".join(shown[:-1])] if shown[1:] else []), *shown[-1:]])
