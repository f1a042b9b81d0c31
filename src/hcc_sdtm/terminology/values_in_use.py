"""Values that a study uses where a codelist holds, and what becomes of each under another package of terminology.

A value is used by a mapping, a spec or a dataset. Which codelist holds may depend on another variable of the record; where
that is not known, every codelist that may hold is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.model import Specs, Variable
from hcc_sdtm.terminology.comparing import ListUpdate

NO_TERM, TERM_NOW, SYNONYM = "no longer a term", "a term now", "near a term"
STATUSES = (NO_TERM, TERM_NOW, SYNONYM)

HINTED = 300
"""How many values get a nearest term: finding it in the longest codelist takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class ValueUsed:
    """A value somewhere: where, for which variable, which codelists may hold there, and how many records have it.

    ``records`` is 0 where the place is no dataset; ``first`` are the first record numbers, 1-based.
    """

    place: str
    dataset: str
    variable: str
    value: str
    codelists: tuple[str, ...]
    records: int = 0
    first: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value in use whose standing in a codelist is another afterwards: its status, and what to know or do."""

    used: ValueUsed
    codelist: str
    status: str
    message: str


def find_variable(specs: Specs, dataset: str, variable: str) -> Variable | None:
    """The spec of a variable; None where there is none."""
    spec = specs.sdtm.get(dataset) or specs.adam.get(dataset)
    return spec.by_name.get(variable) if spec else None


def codelists_of(specs: Specs, dataset: str, variable: str, given: Mapping[str, str]) -> tuple[str, ...]:
    """Codelists that may hold for a variable where other variables have the values ``given``, and any value else."""
    spec = find_variable(specs, dataset, variable)
    if spec is None:
        return ()
    found: list[str] = []
    for level in specs.valuelevel:
        if (level.dataset, level.variable) != (dataset, variable):
            continue
        if level.where_variable not in given:
            found.append(level.codelist)
        elif given[level.where_variable] in level.where_values:
            found.append(level.codelist)
            return tuple(dict.fromkeys(filter(None, found)))
    return tuple(dict.fromkeys(filter(None, [*found, spec.codelist])))


def judge_values(used: Iterable[ValueUsed], updates: Mapping[str, ListUpdate]) -> list[ValueChange]:
    """The values whose standing changes, by status, then in the order given.

    A value that was a term of one codelist that may hold is not told as becoming one of another.
    """
    found: list[ValueChange] = []
    hints = 0
    for each in used:
        listed = {name: updates[name] for name in each.codelists if name in updates} if each.value else {}
        was_term = any(each.value in update.now.terms for update in listed.values())
        for name, update in listed.items():
            judged = _judge(each.value, update)
            if judged is None or (was_term and each.value not in update.now.terms):
                continue
            status, message = judged
            if status == NO_TERM and not message and hints < HINTED:
                hints += 1
                message = nearest(each.value, update.after).removeprefix("; ")
            found.append(ValueChange(each, name, status, message))
    return sorted(found, key=lambda change: STATUSES.index(change.status))


def _judge(value: str, update: ListUpdate) -> tuple[str, str] | None:
    was, published = value in update.now.terms, update.published
    if published is None:
        return (NO_TERM, f"the codelist {update.name} ({update.now.code}) is published no more") if was else None
    if was and value not in update.after:
        return NO_TERM, _why(value, update)
    if value in update.adopted or (not was and value in update.after):
        known = published.by_value.get(value)
        code = f" ({known.code})" if known else ""
        if value in update.adopted:
            return TERM_NOW, f"it was the study's own and is published now{code}"
        return TERM_NOW, f"it was no term of {update.name} and is one now{code}"
    if value in update.after and value in update.own:
        term = dict(update.near).get(value)
        return (SYNONYM, f'it is the study\'s own, and the published term is "{term}"') if term else None
    if not was and value.casefold() in published.by_folded and value.casefold() not in update.now.by_folded:
        return SYNONYM, f'it is no term, and the published term is "{published.by_folded[value.casefold()].value}"'
    return None


def _why(value: str, update: ListUpdate) -> str:
    published = update.published
    renamed = next((each.new for each in update.renamed if each.old == value), "")
    if renamed:
        return f'"{renamed}" is in its place'
    if value in update.not_allowed:
        return f"it was the study's own, and {update.name} is not extensible any more"
    if published and value.casefold() in published.by_folded:
        return f'the published term is "{published.by_folded[value.casefold()].value}"'
    return ""


def merge_places(changes: Sequence[ValueChange]) -> dict[tuple[str, str, str, str], list[ValueUsed]]:
    """Where each change is met: by status, codelist, value and message, in the order of the changes."""
    merged: dict[tuple[str, str, str, str], list[ValueUsed]] = {}
    for change in changes:
        key = (change.status, change.codelist, change.used.value, change.message)
        merged.setdefault(key, []).append(change.used)
    return merged
