"""Rules that blocks share: a block takes one where it has none for the variable and its table has what the rule reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hcc_sdtm.mapping.language.condition import columns_of
from hcc_sdtm.mapping.language.model import Block, SiteMapping
from hcc_sdtm.mapping.language.verbs import FirstOf, Lookup, Offset, RuleModel, columns_read, walk
from hcc_sdtm.mapping.rules.settling import rules_with_views
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.yaml_file import Path_


def with_defaults(mapping: SiteMapping, views: Mapping[str, View]) -> tuple[SiteMapping, list[Problem]]:
    """The mapping with the default rules in the blocks that take them.

    And a problem for each default that blocks could take and none does, because no table has a column it reads: a misspelt
    column would lose the variable everywhere, in silence.
    """
    blocks = []
    refused: dict[Path_, list[Block]] = {}
    taken: set[Path_] = set()
    for block in mapping.blocks:
        rules, inherited = dict(block.rules), dict(block.inherited)
        for variable, rule, path in block.defaults:
            if variable in rules:
                continue
            if _missing(rule, block, views):
                refused.setdefault(path, []).append(block)
            elif _anchors(rule) <= {*rules, *mapping.head.anchors}:
                rules[variable], inherited[variable] = rule, path
                taken.add(path)
        blocks.append(replace(block, rules=rules, inherited=inherited))
    problems = []
    for path in refused.keys() - taken:
        wanting = refused[path]
        rule = next(default.rule for default in wanting[0].defaults if default.path == path)
        column = _missing(rule, wanting[0], views)[0]
        named = [name for block in wanting for name in views[block.rows].named]
        message = f'no table of the blocks that could take it has the column "{column}"{nearest(column, named)}'
        problems.append(Problem(mapping.file.source(path), message))
    return replace(mapping, blocks=tuple(blocks)), problems


def _missing(rule: RuleModel, block: Block, views: Mapping[str, View]) -> list[str]:
    """Columns that the rule reads and the block's table, or a table it looks up, does not have."""
    return [
        column
        for inner, view in rules_with_views(rule, views[block.rows], views)
        for column in _columns(inner)
        if column not in view.texts
    ] + [
        column
        for inner in walk(rule)
        if isinstance(inner, Lookup)
        for column in inner.lookup.on
        if column not in views[inner.lookup.table].texts
    ]


def _columns(rule: RuleModel) -> Iterator[str]:
    if not isinstance(rule, FirstOf):
        yield from columns_read(rule)
    yield from columns_of(rule.when)


def _anchors(rule: RuleModel) -> set[str]:
    """The names that relative times in the rule count from."""
    anchors = (inner.offset.anchor for inner in walk(rule) if isinstance(inner, Offset))
    return {anchor for anchor in anchors if isinstance(anchor, str)}
