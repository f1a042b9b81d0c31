"""Which columns of a table a mapping names: in rules and conditions, in the table's options, and through tables made of it."""

from __future__ import annotations

from collections.abc import Iterator

from hcc_sdtm.mapping.language.condition import columns_of
from hcc_sdtm.mapping.language.head import Head
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.table_options import Table
from hcc_sdtm.mapping.language.verbs import (
    Date,
    FirstOf,
    Lookup,
    Number,
    Offset,
    RuleModel,
    Term,
    columns_read,
    parts_of,
    walk,
)


def columns_named(mapping: SiteMapping, table: str = "") -> frozenset[str]:
    """The columns that the mapping names in a table; of every table without one."""
    reads = [(name, column) for name, column, _ in rule_columns(mapping)]
    reads += [(name, column) for name, options in mapping.head.tables.items() for column in _option_columns(options)]
    made = _made_of(mapping, table) if table else set(mapping.head.tables)
    reads = [(name, column) for name, column in reads if name in made]
    reads += [(table, column) for column in columns_of_any_table(mapping.head)]
    return frozenset(column.removeprefix(f"{table}.") for _, column in reads)


def rule_columns(mapping: SiteMapping) -> Iterator[tuple[str, str, RuleModel | None]]:
    """Table, column and rule of everything that blocks read; no rule where a condition does."""
    for block in mapping.blocks:
        for column in columns_of(block.when):
            yield block.rows, column, None
        for rule in (*block.rules.values(), *block.supp.values()):
            yield from _of_rule(rule, block.rows)


def columns_of_any_table(head: Head) -> Iterator[str]:
    """Every column that a default rule or the rule of an anchor reads: on which tables, only their columns tell."""
    rules = [rule for by_variable in head.defaults.values() for rule in by_variable.values()]
    rules += [anchor.date for anchor in head.anchors.values() if isinstance(anchor.date, RuleModel)]
    for rule in rules:
        for inner in walk(rule):
            yield from columns_read(inner)
            yield from columns_of(inner.when)


def readers(mapping: SiteMapping, table: str, column: str) -> list[RuleModel]:
    """The rules that read a column of the table as a date, a number, a stretch of time or a term."""
    made = _made_of(mapping, table)
    found: list[RuleModel] = []
    for name, read, rule in rule_columns(mapping):
        if name in made and read in (column, f"{table}.{column}"):
            match rule:
                case Date(date=own) | Number(number=own) | Term(term=own) if own == read:
                    found.append(rule)
                case Offset():
                    found.append(rule)
    return found


def _of_rule(rule: RuleModel, table: str) -> Iterator[tuple[str, str, RuleModel | None]]:
    for column in columns_of(rule.when):
        yield table, column, None
    if not isinstance(rule, FirstOf):
        for column in columns_read(rule):
            yield table, column, rule
    for part in parts_of(rule):
        yield from _of_rule(part, rule.lookup.table if isinstance(rule, Lookup) else table)
    if isinstance(rule, Lookup):
        for column in rule.lookup.on:
            yield rule.lookup.table, column, rule


def _option_columns(table: Table) -> Iterator[str]:
    yield from (table.subject, *table.unique, *table.ignore)
    yield from columns_of(table.until)
    yield from columns_of(table.skip)
    for own, headers in table.columns.items():
        yield from (own, *headers)
    for name, group in table.checkbox.items():
        yield from (name, *group.boxes)
    if table.unpivot is not None:
        for measure, in_items in table.unpivot.headers.items():
            yield from (measure, *in_items)
    if table.explode is not None:
        yield from table.explode.columns
    if table.latest is not None:
        yield from (*table.latest.per, table.latest.by.column)
    if table.aggregate is not None:
        yield from table.aggregate.per
        yield from (each.column for each in table.aggregate.measures.values())
    if table.join is not None:
        yield from table.join.on


def _made_of(mapping: SiteMapping, table: str) -> set[str]:
    """The table and every table made from it."""
    made, before = {table}, 0
    while len(made) > before:
        before = len(made)
        for name, options in mapping.head.tables.items():
            parts = {*options.stack, *((options.join.left, options.join.right) if options.join else ())}
            if parts & made:
                made.add(name)
    return made
