"""Where a rule of a mapping reads: what a trace follows from a value to its cells."""

from __future__ import annotations

from collections.abc import Mapping

from hcc_sdtm.dataset import CellRule
from hcc_sdtm.mapping.verbs import SUBJECT, FirstOf, Lookup, RuleModel, columns_read
from hcc_sdtm.mapping.view import View
from hcc_sdtm.source import Source


def cell_rules(rule: RuleModel, view: View, views: Mapping[str, View], line: Source) -> tuple[CellRule, ...]:
    """Where a rule reads, one entry for each branch: what `Dataset.trace` follows."""
    if isinstance(rule, FirstOf):
        return tuple(part for inner in rule.first_of for part in cell_rules(inner, view, views, line))
    if isinstance(rule, Lookup):
        there = views[rule.lookup.table]
        inner = cell_rules(rule.lookup.give, there, views, line)
        role = lookup_role(rule)
        return tuple(CellRule(f"{role}>{part.role}" if part.role else role, part.columns, line) for part in inner)
    columns = [name for name in columns_read(rule) if name in view.positions]
    sizes = {len(view.positions[name]) for name in columns if view.positions[name]}
    items = max(sizes, default=0)
    places = tuple(tuple(place for name in columns for place in view.columns_at(name, item)) for item in range(items))
    return (CellRule("", places, line),)


def lookup_role(rule: Lookup) -> str:
    """What tells one lookup's rows from another's: its table and key; a lookup inside it comes after ``>``."""
    return rule.lookup.table if rule.lookup.on == SUBJECT else f"{rule.lookup.table} on {rule.lookup.on}"
