"""Kinds that ask which columns and datasets there are."""

from __future__ import annotations

from collections.abc import Iterator

from hcc_sdtm.checks.rule import Flag
from hcc_sdtm.checks.rule_on_dataset import RuleOnDataset


def column(on: RuleOnDataset) -> Iterator[Flag]:
    """The dataset has the columns."""
    for variable in on.variables:
        if not on.has(variable):
            yield from on.flag_whole(variable, f"{on.name} has no {variable}", variable)


def no_column(on: RuleOnDataset) -> Iterator[Flag]:
    """The dataset has none of the columns."""
    for variable in on.variables:
        if on.has(variable):
            yield from on.flag_whole(variable, f"{on.name} has {variable}, which it may not have")


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
