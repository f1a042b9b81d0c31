"""Kinds that compare the records of one dataset with one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.checks.column import combined_codes
from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.checks.rule_on_dataset import RuleOnDataset


def unique(on: RuleOnDataset) -> Iterator[Flag]:
    """No two records agree in all the variables; each record after the first that does is one finding."""
    columns = [on.column(variable) for variable in on.variables]
    given = np.logical_or.reduce([column.given for column in columns])
    positions = on.among(given)
    codes = combined_codes(columns)[positions]
    again = positions[pd.Series(codes).duplicated().to_numpy()] if len(positions) else positions
    names = ", ".join(on.variables)
    yield from on.flag(
        again, on.variables[-1], f"another {on.name} record has the same {names}{on.said}", "a value of its own"
    )


def one_to_one(on: RuleOnDataset) -> Iterator[Flag]:
    """Each value of the first variable goes with one of the second and the other way round; within groups where asked."""
    first, second = on.variables[:2]
    within = on.value.removeprefix("within").split()
    # where each has several of the other, the records that contradict the first are asked about, and not the same twice
    yield from _several(on, [*within, first], second)
    yield from _several(on, [*within, second], first)


def one_value(on: RuleOnDataset) -> Iterator[Flag]:
    """Records that agree in the keys agree in the variable."""
    for variable in on.variables:
        yield from _several(on, on.value.split(), variable)


def _several(on: RuleOnDataset, keys: Sequence[str], variable: str) -> Iterator[Flag]:
    """The first record of each value beside the one that most records of the key have; records without a value are left."""
    by, column = [on.column(key) for key in keys], on.column(variable)
    mask = np.logical_and.reduce([column.given, *(each.given for each in by)])
    positions = on.among(mask)
    if not len(positions):
        return
    groups, values = combined_codes(by)[positions], column.codes[positions].astype(np.int64)
    pairs = pd.DataFrame({"group": groups, "value": values, "at": positions})
    counted = pairs.groupby(["group", "value"], as_index=False, sort=False).agg(at=("at", "min"), count=("at", "size"))
    if len(counted) == counted["group"].nunique():
        return
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
