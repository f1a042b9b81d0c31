"""Columns that the rules of a mapping name and that its tables, once opened, do not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hcc_sdtm.mapping.language.condition import columns_of
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.verbs import FirstOf, Lookup, columns_read
from hcc_sdtm.mapping.rules.settling import rules_with_views
from hcc_sdtm.mapping.tables.near_column import near_header, why_missing
from hcc_sdtm.mapping.tables.site_files import SiteFiles
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.problem import Problem
from hcc_sdtm.source import Source


def column_problems(mapping: SiteMapping, views: Mapping[str, View], files: SiteFiles) -> Iterator[Problem]:
    """A problem for each column that a block on one of the views names and that is not there, or identifies a patient.

    Each says which column is likely meant: a header that was changed, or that stands in another row or sheet.
    """
    for block in mapping.blocks:
        if block.rows not in views:
            continue
        own = views[block.rows]
        line = mapping.file.source((block.domain, block.number, "when"))
        yield from _missing(columns_of(block.when), own, line, mapping, files)
        for variable, rule in {**block.rules, **block.supp}.items():
            line = mapping.rule_line(block, variable)
            for inner, view in rules_with_views(rule, own, views):
                read = [] if isinstance(inner, FirstOf) else list(columns_read(inner))
                yield from _missing([*read, *columns_of(inner.when)], view, line, mapping, files)
                if not isinstance(inner, Lookup):
                    hidden = view.hidden.intersection(read)
                    yield from (
                        Problem(line, f'"{name}" is identifying; no rule may read it') for name in sorted(hidden)
                    )
                elif inner.lookup.table in views:
                    yield from _missing(inner.lookup.on, views[inner.lookup.table], line, mapping, files)


def _missing(
    columns: Iterable[str], view: View, line: Source, mapping: SiteMapping, files: SiteFiles
) -> Iterator[Problem]:
    for column in columns:
        if column not in view.texts:
            why = why_missing(column, view, mapping, files)
            yield Problem(line, f'the table "{view.name}" has no column "{column}"{why}')
            continue
        for key in view.lacking(column):
            near = near_header(column, key, view, mapping, files)
            message = f'{Source(*key[:2])} has no column "{column}", which the other sheets of the table have{near}'
            yield Problem(line, message)
