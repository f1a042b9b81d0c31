"""Kinds that compare a dataset with another one, by keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.checks.column import Column, combined_codes, distinct_records
from hcc_sdtm.checks.evidence import Missing
from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.checks.rule_on_dataset import RuleOnDataset
from hcc_sdtm.spec.rule_condition import parse_conditions


def reference(on: RuleOnDataset) -> Iterator[Flag]:
    """Each combination of the variables stands in the other dataset; one finding a combination that does not."""
    yield from _by_presence(on, wanted=True)


def has_record(on: RuleOnDataset) -> Iterator[Flag]:
    """Each combination of the variables has a record in the other dataset that its conditions hold for."""
    yield from _by_presence(on, wanted=True)


def no_record(on: RuleOnDataset) -> Iterator[Flag]:
    """No combination of the variables has a record in the other dataset that its conditions hold for."""
    yield from _by_presence(on, wanted=False)


def _by_presence(on: RuleOnDataset, wanted: bool) -> Iterator[Flag]:
    place, _, conditions = on.value.partition(" when ")
    names = [part.partition(".") for part in place.split()]
    columns = [on.column(variable) for variable in on.variables]
    positions = on.among(np.logical_and.reduce([column.given for column in columns]))
    if not len(positions):
        return
    there = _other(on, names[0][0], conditions)
    others = [there.column(name) for _, _, name in names]
    known = _tuples(others, there.among(np.ones(len(there.dataset), dtype=bool)))
    codes = combined_codes(columns)[positions]
    _, places, counts = distinct_records(codes)
    firsts = positions[places]
    wrong = [
        number
        for number, at in enumerate(firsts)
        if (tuple(column.texts[column.codes[at]] for column in columns) in known) != wanted
    ]
    if not wrong:
        return
    what = " and ".join(part[2] for part in names)
    condition = f" with {conditions}" if conditions else ""
    messages = []
    for number in wrong:
        texts = ", ".join(
            f'{name} "{column.texts[column.codes[firsts[number]]]}"'
            for name, column in zip(on.variables, columns, strict=True)
        )
        many = f" ({counts[number]} records)" if counts[number] > 1 else ""
        has = "has no" if wanted else "has a"
        messages.append(f"{texts}{many}: {there.name} {has} record with this {what}{condition}{on.said}")
    at = firsts[wrong]
    order = np.argsort(at)
    yield from on.flag(at[order], on.variables[-1], [messages[number] for number in order])


def agrees(on: RuleOnDataset) -> Iterator[Flag]:
    """Each variable has the value of the other dataset's record with the same keys.

    Where that has several records of a key, or none, nothing is said, nor of a record without a key: what is wrong there is
    another finding.
    """
    (variable,) = on.variables
    place, _, keys = on.value.partition(" by ")
    dataset, _, name = place.partition(".")
    there = _other(on, dataset, "")
    by = keys.split()
    values = there.column(name)
    known = _once([there.column(key) for key in by], values)
    columns, column = [on.column(key) for key in by], on.column(variable)
    has_key = np.logical_and.reduce([each.given for each in columns])
    codes = np.where(has_key, combined_codes(columns), -1)
    keys_of = distinct_records(codes)
    expected = {
        code: known.get(tuple(each.texts[each.codes[at]] for each in columns)) if code >= 0 else None
        for code, at in zip(keys_of.numbers.tolist(), keys_of.firsts.tolist(), strict=True)
    }
    pairs = pd.DataFrame({"code": codes, "value": column.codes}).drop_duplicates()
    wrong = {
        (code, value)
        for code, value in zip(pairs["code"].tolist(), pairs["value"].tolist(), strict=True)
        if expected[code] is not None and expected[code] != column.texts[value].strip()
    }
    if not wrong:
        return
    bad = np.array([pair in wrong for pair in zip(codes.tolist(), column.codes.tolist(), strict=True)])
    positions = on.among(bad)
    right = [str(expected[code]) for code in codes[positions].tolist()]
    message = [
        f'{variable} is "{column.texts[column.codes[at]]}" and {place} "{text}" for the same {", ".join(by)}{on.said}'
        for at, text in zip(positions, right, strict=True)
    ]
    yield from on.flag(positions, variable, message, right)


def _other(on: RuleOnDataset, dataset: str, conditions: str) -> RuleOnDataset:
    found = on.evidence.datasets.get(dataset)
    if found is None:
        raise Missing(f"there is no dataset {dataset}")
    return RuleOnDataset(replace(on.row, when=parse_conditions(conditions)[0]), on.evidence, found)


def _tuples(columns: list[Column], positions: np.ndarray) -> set[tuple[str, ...]]:
    if not len(positions):
        return set()
    codes = combined_codes(columns)[positions]
    firsts = positions[distinct_records(codes).firsts]
    return {tuple(column.texts[column.codes[at]] for column in columns) for at in firsts}


def _once(keys: list[Column], values: Column) -> dict[tuple[str, ...], str]:
    """The value of each combination of keys that one record has."""
    if not len(values.codes):
        return {}
    _, firsts, counts = distinct_records(combined_codes(keys))
    return {
        tuple(key.texts[key.codes[at]] for key in keys): values.texts[values.codes[at]].strip()
        for at, count in zip(firsts, counts, strict=True)
        if count == 1
    }
