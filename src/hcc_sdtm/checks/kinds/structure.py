"""Kinds that ask which columns and datasets there are."""

from __future__ import annotations

from collections.abc import Iterator

from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.checks.rule_on_dataset import RuleOnDataset

SHOWN_COLUMNS = 6


def column(on: RuleOnDataset) -> Iterator[Flag]:
    """The dataset has the columns; where the line has conditions on records, if they hold for one."""
    if on.records is not None and not on.records.any():
        return
    for variable in on.variables:
        if not on.has(variable):
            yield from on.flag_whole(variable, f"{on.name} has no {variable}", variable)


def any_column(on: RuleOnDataset) -> Iterator[Flag]:
    """The dataset has at least one of the columns."""
    names = [on.named(name) for name in on.row.variables]
    if not any(map(on.has, names)):
        shown = ", ".join(names[:SHOWN_COLUMNS]) + (" or another of them" if len(names) > SHOWN_COLUMNS else "")
        yield from on.flag_whole(names[0], f"{on.name} has none of {shown}", shown)


def no_column(on: RuleOnDataset) -> Iterator[Flag]:
    """The dataset has none of the columns; with datasets in the value, where one of those is there."""
    datasets = on.row.value.split()
    there = [name for name in datasets if name in on.evidence.datasets]
    if datasets and not there:
        return
    beside = f" beside {', '.join(there)}" if there else ""
    for variable in on.variables:
        if on.has(variable):
            yield from on.flag_whole(variable, f"{on.name} has {variable}, which it may not have{beside}")


def columns_together(on: RuleOnDataset) -> Iterator[Flag]:
    """The dataset has all of the columns or none."""
    absent = [variable for variable in on.variables if not on.has(variable)]
    if 0 < len(absent) < len(on.variables):
        there = ", ".join(variable for variable in on.variables if on.has(variable))
        for variable in absent:
            yield from on.flag_whole(variable, f"{on.name} has {there} and no {variable}", variable)


def some_value(on: RuleOnDataset) -> Iterator[Flag]:
    """Each of the columns that the dataset has holds a value in some record."""
    for variable in on.variables:
        if on.has(variable) and on.column(variable).is_empty:
            yield from on.flag_whole(variable, f"{variable} has no value in any record")
