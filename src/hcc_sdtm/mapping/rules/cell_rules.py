"""Where a rule of a mapping reads: what a trace follows from a value to its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hcc_sdtm.dataset import NAME_OF_SHEET, CellRule
from hcc_sdtm.mapping.language.verbs import SUBJECT, FirstOf, Lookup, Offset, RuleModel, columns_read
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.source import Source


def cell_rules(
    rule: RuleModel,
    view: View,
    views: Mapping[str, View],
    line: Source,
    earlier: Mapping[str, tuple[CellRule, ...]] | None = None,
) -> tuple[CellRule, ...]:
    """Where a rule reads, one entry for each branch: what `Dataset.trace` follows.

    A rule that reads columns of several roles has the further ones in `CellRule.also`; those of a lookup, or of a view within
    it, come after the lookup's own and ``>``. ``earlier`` are those of the block's earlier variables, which a relative time
    may count from: it has the branches of that variable.
    """
    if isinstance(rule, FirstOf):
        parts = [cell_rules(inner, view, views, line, earlier) for inner in rule.first_of]
        # the branch of the alternative is kept, and not that of a variable it counts from
        return tuple(
            part[0] if len(part) == 1 else _own_cells(inner, view, line)
            for part, inner in zip(parts, rule.first_of, strict=True)
        )
    if isinstance(rule, Lookup):
        found = cell_rules(rule.lookup.give, views[rule.lookup.table], views, line)
        return tuple(_inside(lookup_role(rule), part) for part in found)
    own = _own_cells(rule, view, line)
    if not isinstance(rule, Offset):
        return (own,)
    anchor = rule.offset.anchor
    if isinstance(anchor, RuleModel):
        start = cell_rules(anchor, view, views, line, earlier)
    else:
        start = (earlier or {}).get(anchor, ())
    return tuple(_with(own, part) for part in start) or (own,)


def _own_cells(rule: RuleModel, view: View, line: Source) -> CellRule:
    """Where a rule reads its own table."""
    by_role: dict[str, list[str]] = {}
    for name in columns_read(rule):
        if name in view.positions:
            by_role.setdefault(view.roles.get(name, ""), []).append(name)
    parts = [CellRule(role, _columns(view, names), line) for role, names in by_role.items()]
    # what stands in a cell comes before what stands in none, such as the key of an unpivot
    first, *others = sorted(parts, key=lambda part: not any(part.columns)) or [CellRule("", (), line)]
    return CellRule(first.role, first.columns, line, tuple(part for part in others if any(part.columns)))


def _with(rule: CellRule, other: CellRule) -> CellRule:
    """The first and what the second reads too."""
    parts = (CellRule(other.role, other.columns, other.line), *other.also)
    return CellRule(rule.role, rule.columns, rule.line, (*rule.also, *(part for part in parts if any(part.columns))))


def _columns(view: View, names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """The columns read for each item, all of one role."""
    positions = [((NAME_OF_SHEET,),) if name in view.from_names else view.positions[name] for name in names]
    items = max(map(len, positions), default=0)
    by_item = [[each[item if len(each) > 1 else 0] for each in positions if each] for item in range(items)]
    return tuple(tuple(place for places in parts for place in places) for parts in by_item)


def _inside(role: str, part: CellRule) -> CellRule:
    """The cell rule of a looked-up row as one of the row that looks up."""
    name = f"{role}>{part.role}" if part.role else role
    return CellRule(name, part.columns, part.line, tuple(_inside(role, each) for each in part.also))


def lookup_role(rule: Lookup) -> str:
    """What tells one lookup's rows from another's: its table and key; a lookup inside it comes after ``>``."""
    key = rule.lookup.on
    return rule.lookup.table if key == (SUBJECT,) else f"{rule.lookup.table} on {' and '.join(key)}"
