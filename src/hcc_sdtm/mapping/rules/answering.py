"""What one test of a condition answers for texts. Which rows have them, and how dates are read, is the caller's to know."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from hcc_sdtm.mapping.language.condition import Test
from hcc_sdtm.mapping.rules.number_text import parse_number
from hcc_sdtm.mapping.tables.view import clean

LONGEST_MATCHED = 500
"""Characters of a text that an expression is tried on: a longer one is no code or label, and could take long."""


def answers(test: Test, texts: np.ndarray) -> np.ndarray:
    """Mask of the distinct texts (trimmed, ``""`` for missing) that pass a test other than ``before`` and ``after``.

    A missing text passes ``absent`` and ``not_in`` only. A text that is no number passes neither ``above`` nor ``below``.
    """
    return np.array([*map(_passing(test), texts)], dtype=bool)


def _passing(test: Test) -> Callable[[str], bool]:
    if test.test in ("present", "absent"):
        return lambda text: (text != "") == (test.test == "present")
    if test.test in ("above", "below"):
        return lambda text: _is_beyond(text, float(test.values[0]), test.test)
    if test.test == "matches":
        pattern = re.compile(test.values[0], re.IGNORECASE)
        return lambda text: 0 < len(text) <= LONGEST_MATCHED and any(map(pattern.fullmatch, (text, clean(text))))
    values = tuple(clean(value) for value in test.values)
    if test.test == "starts_with":
        return lambda text: text != "" and clean(text).startswith(values)
    if test.test == "ends_with":
        return lambda text: text != "" and clean(text).endswith(values)
    if test.test == "contains":
        return lambda text: text != "" and any(value in clean(text) for value in values)
    wanted = test.test in ("equals", "in")
    return lambda text: (clean(text) in values) == wanted


def _is_beyond(text: str, limit: float, side: str) -> bool:
    number = parse_number(text)
    return number is not None and (number > limit if side == "above" else number < limit)
