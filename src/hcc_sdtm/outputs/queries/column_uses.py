"""What a site's mapping makes of the columns of its tables, for a finding that was made before there was any record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hcc_sdtm.mapping.language.model import Block, SiteMapping
from hcc_sdtm.mapping.language.verbs import Constant, Lookup, RuleModel, columns_read, parts_of


class ColumnUse(NamedTuple):
    """A column of a table that a variable is made from; ``""`` as both stands for the record as a whole.

    ``keys`` are the constants of the record's block, as a finding has its keys (``RSCAT=RECIST 1.1``).
    """

    table: str
    column: str
    dataset: str
    variable: str
    keys: str


def column_uses(mapping: SiteMapping) -> list[ColumnUse]:
    """What each block of a mapping makes of the columns of its tables; a table that stacks or joins others stands for them."""
    uses: list[ColumnUse] = []
    for block in mapping.blocks:
        constants = {name: rule.constant for name, rule in block.rules.items() if isinstance(rule, Constant)}
        keys = " ".join(f"{name}={text}" for name, text in constants.items())
        for table in _under(block.rows, mapping):
            uses.append(ColumnUse(table, "", block.domain, "", keys))
        for table, column, variable in _columns(block, mapping):
            uses.append(ColumnUse(table, column, block.domain, variable, keys))
    return uses


def constant_variables(mapping: SiteMapping) -> frozenset[tuple[str, str]]:
    """Dataset and variable of each value that the mapping gives itself in every block: nobody at the site has typed it."""
    constant: dict[tuple[str, str], bool] = {}
    for block in mapping.blocks:
        for variable, rule in block.rules.items():
            place = block.domain, variable
            constant[place] = constant.get(place, True) and isinstance(rule, Constant)
    return frozenset(place for place, is_constant in constant.items() if is_constant)


def _columns(block: Block, mapping: SiteMapping) -> Iterator[tuple[str, str, str]]:
    for variable, rule in block.rules.items():
        for table, part in _with_tables(rule, block.rows):
            for column in columns_read(part):
                yield from ((under, column, variable) for under in _under(table, mapping))


def _with_tables(rule: RuleModel, table: str) -> Iterator[tuple[str, RuleModel]]:
    """The rule and those inside it, each with the table that it reads."""
    yield table, rule
    there = rule.lookup.table if isinstance(rule, Lookup) else table
    for part in parts_of(rule):
        yield from _with_tables(part, there)


def _under(name: str, mapping: SiteMapping) -> Iterator[str]:
    """The tables with a file that a table is made from: itself, or those that it stacks or joins."""
    table = mapping.head.tables.get(name)
    if table is None:
        return
    if table.file:
        yield name
    joined = (table.join.left, table.join.right) if table.join else ()
    for other in (*table.stack, *joined):
        yield from _under(other, mapping)


def read_name(mapping: SiteMapping, table: str, header: str) -> str:
    """What the mapping calls the column with a header: its own name for it, or the measure that it is of."""
    found = mapping.head.tables.get(table)
    if found is None:
        return header
    own = next((name for name, headers in found.columns.items() if header in headers), header)
    measures = found.unpivot.headers if found.unpivot else {}
    return next((measure for measure, headers in measures.items() if own in headers), own)
