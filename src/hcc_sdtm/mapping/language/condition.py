"""Conditions on rows: a closed list of tests on text, written in a mapping and turned into row masks.

Texts are compared after surrounding space is cut and full-width characters are made half-width; a declared missing text
is absent. A number test on a text that is no number is false; so is a date test on a text that is no complete date, and
an expression on a missing text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BeforeValidator

from hcc_sdtm import dates
from hcc_sdtm.problem import nearest

TESTS = (
    "present", "absent", "equals", "in", "not_in", "starts_with", "ends_with", "contains", "matches",
    "before", "after", "above", "below",
)  # fmt: skip
SEVERAL = ("in", "not_in", "starts_with", "ends_with", "contains")
"""Tests that may be given several texts, any of which will do (for ``not_in``: none of which may be)."""

JOINS = ("all", "any", "not")


_REPEATED_REPEAT = re.compile(r"\([^()]*[*+}][^()]*\)(?:[*+]|\{\d*,\d*\})")


@dataclass(frozen=True, slots=True)
class Test:
    """One test of one column."""

    column: str
    test: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Join:
    """``all`` or ``any`` of the parts, or ``not`` the only one."""

    how: str
    parts: tuple[Test | Join, ...]


def columns_of(condition: Test | Join | None) -> Iterator[str]:
    """Every column that the condition reads."""
    return (test.column for test in tests_of(condition))


def tests_of(condition: Test | Join | None) -> Iterator[Test]:
    """Every test of the condition."""
    if isinstance(condition, Test):
        yield condition
    elif condition is not None:
        for part in condition.parts:
            yield from tests_of(part)


def parse_condition(data: Any) -> Test | Join:
    """The condition that a mapping writes as ``{COLUMN: present}``, ``{COLUMN: {in: [..]}}``, ``{any: [..]}``.

    Raises ValueError that says what was expected.
    """
    if isinstance(data, Test | Join):
        return data
    if not isinstance(data, Mapping) or not data:
        raise ValueError("a condition is a column with a test, or all, any, not")
    parts = tuple(_parse_part(key, value) for key, value in data.items())
    return parts[0] if len(parts) == 1 else Join("all", parts)


def _parse_part(key: str, value: Any) -> Test | Join:
    if key in ("all", "any"):
        if not isinstance(value, list) or not value:
            raise ValueError(f'"{key}" needs a list of conditions')
        return Join(key, tuple(parse_condition(part) for part in value))
    if key == "not":
        return Join("not", (parse_condition(value),))
    if value in ("present", "absent"):
        return Test(key, value)
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(f'column "{key}" needs one test: {", ".join(TESTS)}')
    ((test, operand),) = value.items()
    if test not in TESTS[2:]:
        raise ValueError(f'unknown test "{test}"{nearest(test, TESTS)}')
    operands = tuple(operand) if isinstance(operand, list) else (operand,)
    if not operands or not all(isinstance(each, str) for each in operands):
        raise ValueError(f'"{test}" of column "{key}" needs a text')
    if test not in SEVERAL and len(operands) > 1:
        raise ValueError(f'"{test}" of column "{key}" needs one text; several go with {", ".join(SEVERAL)}')
    if test in ("starts_with", "ends_with", "contains") and not all(operands):
        raise ValueError(f'"{test}" of column "{key}" needs a text, not "", which every text has')
    if test == "matches":
        _require_expression(key, operands[0])
    if test in ("before", "after") and not dates.is_complete(pd.Series(operands, dtype=object)).all():
        raise ValueError(f'"{test}" of column "{key}" needs a day such as 2021-03-05, not "{operands[0]}"')
    if test in ("above", "below") and not _is_number(operands[0]):
        raise ValueError(f'"{test}" of column "{key}" needs a number, not "{operands[0]}"')
    return Test(key, test, operands)


def _require_expression(column: str, text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f'"{text}" of column "{column}" is no regular expression: {error}') from None
    if _REPEATED_REPEAT.search(re.sub(r"\\.|\[[^\]]*\]", "x", text)):
        raise ValueError(
            f'"{text}" of column "{column}" repeats a group that repeats, which can take for ever; write it without'
        )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


Condition = Annotated[Test | Join, BeforeValidator(parse_condition)]


def row_mask(condition: Test | Join, size: int, masks: Callable[[Test], np.ndarray]) -> np.ndarray:
    """A mask over ``size`` rows; ``masks`` gives that of one test."""
    if isinstance(condition, Test):
        return masks(condition)
    parts = [row_mask(part, size, masks) for part in condition.parts]
    if condition.how == "not":
        return ~parts[0]
    combine = np.logical_and if condition.how == "all" else np.logical_or
    return np.asarray(combine.reduce(parts), dtype=bool)
