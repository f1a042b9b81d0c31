"""Several sources of one variable: which gives the value, and whether the others agree with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import NO_ROW
from hcc_sdtm.dates import PartialDate
from hcc_sdtm.mapping.language.verbs import (
    Constant,
    Date,
    Lookup,
    Offset,
    RuleModel,
    columns_read,
    value_columns,
    verb_of,
)
from hcc_sdtm.mapping.rules.cell_rules import lookup_role
from hcc_sdtm.mapping.rules.number_text import parse_number
from hcc_sdtm.mapping.rules.remark import Remark, Target
from hcc_sdtm.mapping.rules.time_of_day import TIME_RULES
from hcc_sdtm.mapping.rules.values import Values
from hcc_sdtm.mapping.tables.view import clean
from hcc_sdtm.repeated_text import repeat_text

Cell = tuple[str, str]
"""The role of the row that a rule reads, and the column there."""

Kind = Literal["date", "number", "text"]
"""What values are compared as."""

_FROM_ANOTHER = "the value is taken from another source"
_CODE = re.compile(r"[+-]?0[0-9]")


def first_filled(parts: Sequence[Values]) -> Values:
    """For each row the first of the parts that has a value there, and as ``branch`` which one (-1: none)."""
    size = len(parts[0].values)
    branch = np.full(size, -1, dtype=np.int64)
    as_text = len({part.values.dtype for part in parts}) > 1
    values: np.ndarray | None = None
    looked_up: dict[str, np.ndarray] = {}
    for number, part in enumerate(parts):
        taken = (branch < 0) & part.filled
        branch[taken] = number
        own = part.texts if as_text else part.values
        values = own.copy() if values is None else np.where(taken, own, values)
        for role, found in part.looked_up.items():
            before = looked_up.get(role, np.full((size, 2), NO_ROW))
            looked_up[role] = np.where(taken[:, np.newaxis], found, before)
    return Values(values if values is not None else repeat_text("", size), branch, looked_up)


def cells_of(rule: RuleModel, role: str = "") -> frozenset[Cell]:
    """Every cell of a row that a rule reads, keys of a lookup aside."""
    if isinstance(rule, Lookup):
        return cells_of(rule.lookup.give, f"{role}>{lookup_role(rule)}")
    return frozenset((role, column) for column in columns_read(rule))


def value_cells(rule: RuleModel, role: str = "") -> frozenset[Cell]:
    """The cells that a rule's value stands in; none for a constant, which is no source."""
    if isinstance(rule, Lookup):
        return value_cells(rule.lookup.give, f"{role}>{lookup_role(rule)}")
    return frozenset() if isinstance(rule, Constant) else frozenset((role, column) for column in value_columns(rule))


def gives_date(rule: RuleModel) -> bool:
    """Whether a rule's values are ISO dates."""
    return gives_date(rule.lookup.give) if isinstance(rule, Lookup) else isinstance(rule, Date | Offset)


def disagreements(
    rules: Sequence[RuleModel], parts: Sequence[Values], branch: np.ndarray, target: Target
) -> Iterator[tuple[int, int, np.ndarray]]:
    """An alternative that was not taken, the one that was, and the rows where their values cannot mean the same.

    A constant is no source, and one cell read twice does not contradict itself.
    """
    cells = [value_cells(rule) for rule in rules]
    for number, part in enumerate(parts):
        for winner in range(number):
            if not cells[number] or not cells[winner] or cells[number] & cells[winner]:
                continue
            both = np.flatnonzero((branch == winner) & part.filled)
            are_dates = target.is_date or (gives_date(rules[winner]) and gives_date(rules[number]))
            kind: Kind = "date" if are_dates else "number" if target.is_numeric else "text"
            apart = disagreeing(parts[winner].texts[both], part.texts[both], kind)
            if apart.any():
                yield number, winner, both[apart]


def disagreeing(first: np.ndarray, second: np.ndarray, kind: Kind) -> np.ndarray:
    """Mask of the rows where two texts, both given, cannot mean the same.

    Dates agree where they can be one moment: a year agrees with each of its days. Numbers agree in value, however they are
    written, but in a text a number with a leading zero is a code. Other texts agree in whatever case and width.
    """
    if not len(first):
        return np.zeros(0, dtype=bool)
    codes, pairs = pd.factorize(pd.MultiIndex.from_arrays([first, second]))
    answers = [not _can_be_same(one, other, kind) for one, other in pairs]
    return np.array(answers, dtype=bool)[codes]


def _can_be_same(first: str, second: str, kind: Kind) -> bool:
    if clean(first) == clean(second):
        return True
    if kind == "date":
        try:
            return _can_be_one_moment(PartialDate.from_iso(first), PartialDate.from_iso(second))
        except ValueError:
            return False
    if kind == "text" and any(map(_CODE.match, (first, second))):
        return False
    numbers = [parse_number(text) for text in (first, second)]
    return None not in numbers and len({f"{number:.12g}" for number in numbers}) == 1


def _can_be_one_moment(first: PartialDate, second: PartialDate) -> bool:
    if first.is_same_day(second) is False:
        return False
    return first.earliest_moment <= second.latest_moment and second.earliest_moment <= first.latest_moment


def remarks_left(rules: Sequence[RuleModel], said: Sequence[Sequence[Remark]], branch: np.ndarray) -> list[Remark]:
    """What is left to say of alternatives once it is known which of them gave each row its value (-1: none did).

    Where another gave the value, what could not be read is a warning; nothing is said of a cell that an earlier alternative
    has read, nor of a time of day that the one taken uses. What several say of one cell is said once.
    """
    cells = [cells_of(rule) for rule in rules]
    left: list[Remark] = []
    told: dict[tuple[str, str, str], set[int]] = {}
    for number, remarks in enumerate(said):
        for remark in remarks:
            winner, cell = branch[remark.at], (remark.role, remark.column)
            is_read = np.array([cell in each for each in cells] + [False])[winner]
            settled = is_read & ((winner < number) | (remark.rule in TIME_RULES)) & (winner != number) & (winner >= 0)
            known = told.setdefault((*cell, remark.rule), set())
            keep = ~settled & ~np.isin(remark.at, list(known))
            known.update(remark.at[keep].tolist())
            lost = (winner >= 0) & (winner != number)
            missing = keep & ~lost
            # a looked-up cell may be needed by one row and not by another
            lost &= keep & ~np.isin(remark.rows, remark.rows[missing])
            left += [remark.keep(missing)] if missing.any() else []
            left += [remark.keep(lost).of_another(_FROM_ANOTHER)] if lost.any() else []
    return left


def source_name(rule: RuleModel) -> str:
    """What a source is called: its columns, behind the table they are looked up in."""
    if isinstance(rule, Lookup):
        return f"{rule.lookup.table}: {source_name(rule.lookup.give)}"
    return " and ".join(value_columns(rule)) or verb_of(rule)
