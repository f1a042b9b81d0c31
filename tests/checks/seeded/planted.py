"""A single error in a copy of a clean submission, and whether the checks find it where it was planted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hcc_sdtm.received import FileVariable
from tests.checks.seeded.submission import Sent

Submission = dict[str, Sent]
Place = tuple[str, str, str]
"""Dataset, 1-based number of the record as text (``""``: the dataset as a whole), variable."""


@dataclass(frozen=True)
class Planted:
    """One kind of error: what it is, how it gets in, and where a reviewer would say that it is.

    ``also`` are places that are as right: of two values that contradict each other either may be the wrong one.
    """

    kind: str
    plant: Callable[[Submission], Place]
    also: tuple[tuple[str, Mapping[str, object], str], ...] = ()


def position(sent: Sent, where: Mapping[str, object], nth: int = 0) -> int:
    """0-based position of the nth record with the values. Raises LookupError where there is none."""
    mask = np.ones(len(sent.frame), dtype=bool)
    for name, value in where.items():
        mask &= (sent.frame[name] == value).to_numpy()
    found = np.flatnonzero(mask)
    if len(found) <= nth:
        raise LookupError(f"{sent.name} has no record {nth + 1} with {dict(where)}")
    return int(found[nth])


def cell(
    kind: str,
    dataset: str,
    where: Mapping[str, object],
    variable: str,
    value: object,
    nth: int = 0,
    at: str = "",
    **others: object,
) -> Planted:
    """Another value in one cell of a record; ``others`` are what belongs to it in the same record.

    ``at`` names the variable of the place where it is not that of the cell.
    """

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        row = position(sent, where, nth)
        frame = sent.frame.copy()
        for name, given in {variable: value, **others}.items():
            frame[name] = _with(frame[name], row, given)
        study[dataset] = sent.with_values(frame)
        return dataset, str(row + 1), at or variable

    return Planted(kind, plant)


def _with(column: pd.Series, row: int, value: object) -> pd.Series:
    changed = column.copy()
    if isinstance(value, str) and changed.dtype != object:
        changed = pd.Series([f"{each:g}" if each == each else "" for each in column], index=column.index, dtype=object)
    changed.iloc[row] = value
    return changed


def whole_column(
    kind: str, dataset: str, change: Callable[[pd.DataFrame], pd.Series], variable: str, at: Place
) -> Planted:
    """Another content of a whole column."""

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        study[dataset] = sent.with_values(sent.frame.assign(**{variable: change(sent.frame)}))
        return at

    return Planted(kind, plant)


def added(
    kind: str, dataset: str, where: Mapping[str, object], variable: str, nth: int = 0, at: int = 1, **values: object
) -> Planted:
    """A copy of a record with other values after it; the place is the copy's (``at`` 0: the first one's) variable."""

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        row = position(sent, where, nth)
        twice = [*range(row + 1), *range(row, len(sent.frame))]
        frame = sent.frame.iloc[twice].reset_index(drop=True)
        for name, given in values.items():
            frame[name] = _with(frame[name], row + 1, given)
        study[dataset] = sent.with_values(frame)
        return dataset, str(row + 1 + at), variable

    return Planted(kind, plant)


def removed(
    kind: str, dataset: str, where: Mapping[str, object], at: tuple[str, Mapping[str, object], str], nth: int = 0
) -> Planted:
    """A record that is not there, for which a reviewer looks at another one (no condition: at the dataset)."""

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        frame = sent.frame.drop(index=position(sent, where, nth)).reset_index(drop=True)
        study[dataset] = sent.with_values(frame)
        other, found, variable = at
        return other, str(position(study[other], found) + 1) if found else "", variable

    return Planted(kind, plant)


def described(kind: str, dataset: str, variable: str, **facts: object) -> Planted:
    """A file that says something else of a variable."""

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        changed = tuple(replace(each, **facts) if each.name == variable else each for each in sent.variables)
        study[dataset] = replace(sent, variables=changed)
        return dataset, "", variable

    return Planted(kind, plant)


def without_column(kind: str, dataset: str, variable: str) -> Planted:
    """A dataset without one of its variables."""

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        left = tuple(each for each in sent.variables if each.name != variable)
        study[dataset] = replace(sent, frame=sent.frame.drop(columns=variable), variables=left)
        return dataset, "", variable

    return Planted(kind, plant)


def with_column(
    kind: str, dataset: str, variable: str, label: str, value: str, before: str = "", row: int = -1
) -> Planted:
    """A dataset with one more variable, before another one (else at its end), with a value in one record (-1: in all)."""

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        frame = sent.frame.copy()
        frame[variable] = pd.Series([value if row in (-1, at) else "" for at in range(len(frame))], dtype=object)
        more = FileVariable(variable, label, "text", len(value))
        names = [each.name for each in sent.variables]
        place = names.index(before) if before else len(names)
        variables = (*sent.variables[:place], more, *sent.variables[place:])
        study[dataset] = replace(sent, frame=frame[[each.name for each in variables]], variables=variables)
        return dataset, "" if row < 0 else str(row + 1), variable

    return Planted(kind, plant)


def moved_column(kind: str, dataset: str, variable: str, before: str) -> Planted:
    """A variable that stands before another one."""

    def plant(study: Submission) -> Place:
        sent = study[dataset]
        moved = next(each for each in sent.variables if each.name == variable)
        rest = [each for each in sent.variables if each.name != variable]
        rest.insert([each.name for each in rest].index(before), moved)
        study[dataset] = replace(sent, frame=sent.frame[[each.name for each in rest]], variables=tuple(rest))
        return dataset, "", variable

    return Planted(kind, plant)


def without_dataset(kind: str, dataset: str, at: Place) -> Planted:
    """A submission without a dataset."""

    def plant(study: Submission) -> Place:
        del study[dataset]
        return at

    return Planted(kind, plant)


def places(planted: Planted, study: Submission, first: Place) -> list[Place]:
    """Every place that is right, the planted one first, after the error was planted."""
    more = [
        (name, str(position(study[name], where) + 1) if where else "", variable)
        for name, where, variable in planted.also
    ]
    return [first, *more]


def either(planted: Planted, *also: tuple[str, Mapping[str, object], str]) -> Planted:
    """The error with other places that are as right."""
    return replace(planted, also=also)
