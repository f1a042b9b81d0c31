"""Kinds that compare the records of one dataset with one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.checks.column import combined_codes
from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.checks.rule_on_dataset import RuleOnDataset


def unique(on: RuleOnDataset) -> Iterator[Flag]:
    """No two records agree in all the variables; each record but one that does is one finding.

    It is at the variable that the value names (``at --LOBXFL``), else at the last one. Left is the record whose value of
    that variable sorts first, so that the order of records decides nothing.
    """
    columns = [on.column(variable) for variable in on.variables]
    given = np.logical_or.reduce([column.given for column in columns])
    positions = on.among(given)
    codes = pd.Series(combined_codes(columns)[positions])
    variable = on.value.removeprefix("at ") or on.variables[-1]
    again = positions[codes.duplicated().to_numpy()] if len(positions) else positions
    if len(again) and on.value:
        rows = pd.DataFrame({"code": codes, "text": on.column(variable).of(str, object)[positions], "at": positions})
        rows = rows[codes.duplicated(keep=False)].sort_values(["code", "text", "at"])
        again = np.sort(rows.loc[rows["code"].duplicated(), "at"].to_numpy())
    names = ", ".join(on.variables)
    yield from on.flag(again, variable, f"another {on.name} record has the same {names}{on.said}", "a value of its own")


def one_to_one(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value of the first variable goes with one of the second and the other way round; within groups where asked."""
    first, second = on.variables[:2]
    within = on.named_here(on.row.value.removeprefix("within"))
    # where each has several of the other, the records that contradict the first are asked about, and not the same twice
    yield from _several(on, [*within, first], second)
    yield from _several(on, [*within, second], first)


def one_value(on: RuleOnDataset) -> Iterator[Flag]:
    """Records that agree in the keys agree in the variable."""
    for variable in on.variables:
        yield from _several(on, on.named_here(on.row.value), variable)


def all_or_none(on: RuleOnDataset) -> Iterator[Flag]:
    """Of the records that agree in the keys all have a value of the variable or none; the fewer of a key are asked about.

    Records without a key are left out, unless the line says that it is optional.
    """
    keys = on.named_here(on.row.value)
    columns = [on.column(key) for key in keys]
    groups = combined_codes(columns)
    needed = [column.given for key, column in zip(keys, columns, strict=True) if not on.is_optional(key)]
    has_key = np.logical_and.reduce(needed) if needed else np.ones(len(on.dataset), dtype=bool)
    for variable in on.variables:
        positions = on.among(has_key)
        given = on.column(variable).given[positions]
        group = pd.Series(groups[positions])
        share = pd.Series(given).groupby(group).transform("mean").to_numpy()
        # where as many have a value as have none, the value is what is missing
        odd = (~given & (share >= 0.5)) | (given & (share < 0.5))
        by = ", ".join(keys)
        without = positions[odd & ~given]
        message = f"{variable} has no value{on.said}, and other records of the same {by} have one"
        yield from on.flag(without, variable, message, "a value")
        message = f'{variable} is "{{value}}"{on.said}, and other records of the same {by} have none'
        yield from on.flag(positions[odd & given], variable, message, "no value, or one in every record")


def not_constant(on: RuleOnDataset) -> Iterator[Flag]:
    """Where the records differ in another variable, the variable is not one and the same value in all of them."""
    positions = on.among(np.ones(len(on.dataset), dtype=bool))
    others = _texts_at(on, on.value, positions)
    for variable in on.variables:
        texts = _texts_at(on, variable, positions)
        if len(texts) == 1 and texts[0].strip() and sum(bool(text.strip()) for text in others) > 1:
            message = f'{variable} is "{texts[0]}" in every record, whatever {on.value} is{on.said}'
            yield from on.flag_whole(variable, message)


def _texts_at(on: RuleOnDataset, variable: str, positions: np.ndarray) -> list[str]:
    column = on.column(variable)
    return [column.texts[code] for code in pd.unique(column.codes[positions]).tolist()]


def _several(on: RuleOnDataset, keys: Sequence[str], variable: str) -> Iterator[Flag]:
    """The first record of each value beside the one that most records of the key have; records without a value are left.

    So are records without a key, unless the line says that it is optional: then none is a key like another.
    """
    by, column = [on.column(key) for key in keys], on.column(variable)
    needed = [each.given for key, each in zip(keys, by, strict=True) if not on.is_optional(key)]
    mask = np.logical_and.reduce([column.given, *needed])
    positions = on.among(mask)
    if not len(positions):
        return
    groups, values = combined_codes(by)[positions], column.codes[positions].astype(np.int64)
    if len(pd.unique(groups * len(column.texts) + values)) == len(pd.unique(groups)):
        return
    pairs = pd.DataFrame({"group": groups, "value": values, "at": positions})
    counted = pairs.groupby(["group", "value"], as_index=False, sort=False).agg(at=("at", "min"), count=("at", "size"))
    # of as many records each, the text that sorts first stays, so that the order of records decides nothing
    counted["text"] = [column.texts[value] for value in counted["value"]]
    counted = counted.sort_values(["group", "count", "text"], ascending=[True, False, True])
    usual = counted.drop_duplicates("group").set_index("group")["text"]
    odd = counted[counted.duplicated("group")]
    said = [
        ", ".join(f'{name} "{each.texts[each.codes[at]]}"' for name, each in zip(keys, by, strict=True))
        for at in odd["at"]
    ]
    expected = [usual[group] for group in odd["group"]]
    message = [
        f'{variable} is "{text}" for {key}, and "{right}" in other records{on.said}'
        for text, key, right in zip(odd["text"], said, expected, strict=True)
    ]
    yield from on.flag(odd["at"].to_numpy(), variable, message, expected)
