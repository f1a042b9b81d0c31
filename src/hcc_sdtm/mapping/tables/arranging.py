"""All tables of a mapping as views, each behind those that it is made from, their rows arranged as the mapping says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from hcc_sdtm.mapping.language.arrange_options import PART, By, Measure
from hcc_sdtm.mapping.language.condition import columns_of
from hcc_sdtm.mapping.rules.settling import SettledDates
from hcc_sdtm.mapping.tables.aggregating import aggregate
from hcc_sdtm.mapping.tables.columns_asked import columns_asked
from hcc_sdtm.mapping.tables.exploding import explode
from hcc_sdtm.mapping.tables.joining import join
from hcc_sdtm.mapping.tables.latest import take_latest
from hcc_sdtm.mapping.tables.leaving_out import ROWS_SKIPPED, condition_mask
from hcc_sdtm.mapping.tables.opening import open_view, require_unique
from hcc_sdtm.mapping.tables.row_order import RowOrder, order_by_date, order_by_number
from hcc_sdtm.mapping.tables.site_files import SiteFiles
from hcc_sdtm.mapping.tables.stacking import stack
from hcc_sdtm.mapping.tables.table_opening import TableOpening, UnopenedTable
from hcc_sdtm.mapping.tables.table_order import in_order, parts_of_table
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.problem import Problem, StudyError, nearest


@dataclass
class OpenedTables:
    """The views by table, the problems of those that could not be opened, and what is known of these tables' columns."""

    views: dict[str, View] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: dict[str, View] = field(default_factory=dict)


def open_tables(settled: SettledDates, files: SiteFiles, numbers: Mapping[str, str]) -> OpenedTables:
    """Every table of the mapping that can be opened; a table made from one that cannot is left out with it.

    The mapping's own order is kept. How dates are read that decide an order is settled as for rules. Findings go to
    ``files``: those of each step.
    """
    opened, tables = OpenedTables(), settled.mapping.head.tables
    asked = columns_asked(settled.mapping)
    for name in in_order(tables):
        opening = TableOpening(name, settled.mapping, files, dict(numbers))
        parts = parts_of_table(tables[name])
        if any(part not in opened.views for part in parts):
            continue
        try:
            if tables[name].file:
                view = open_view(name, settled.mapping, files, numbers)
            else:
                view = _put_together(opening, [opened.views[part] for part in parts])
            opened.views[name] = _arrange(view, opening, settled, asked[name])
        except UnopenedTable as error:
            opened.problems += error.problems
            if error.view is not None and tables[name].aggregate is None:
                opened.broken[name] = error.view
        except StudyError as error:
            opened.problems += error.problems
    opened.views = {name: opened.views[name] for name in tables if name in opened.views}
    return opened


def _put_together(opening: TableOpening, parts: list[View]) -> View:
    """The table's parts under one another or side by side."""
    table = opening.table
    if table.join is None:
        for view in parts:
            if PART in view.texts and not _tells_parts(view.name, opening):
                message = (
                    f'"{view.name}" has a column "{PART}", which the one that tells the parts would hide; rename it'
                )
                opening.add_problem(message, "stack")
        _require(opening, None)
        return stack(opening.name, parts)
    left, right = parts
    for view in parts:
        _has(view, table.join.on, opening, "join", "on")
    for column in right.texts:
        if f"{right.name}.{column}" in left.texts:
            opening.add_problem(f'"{left.name}" has a column "{right.name}.{column}" already', "join", "right")
            break
    _require(opening, None)
    view, findings = join(opening.name, left, right, table.join, opening.files.site)
    opening.files.findings.append(findings)
    return view


def _tells_parts(name: str, opening: TableOpening) -> bool:
    """Whether the column of the parts of a stack is what a table has of that name."""
    table = opening.mapping.head.tables[name]
    return bool(table.stack) or (table.join is not None and _tells_parts(table.join.left, opening))


def _arrange(view: View, opening: TableOpening, settled: SettledDates, asked: set[str]) -> View:
    """The view after the table's own steps. Raises UnopenedTable for columns that they name and the view has not."""
    table, site, found = opening.table, opening.files.site, opening.files.findings

    def order_of(by: By | Measure, kind: str, declared: str | None = None) -> RowOrder:
        if kind == "number":
            return order_by_number(view, by.column, by)
        read = settled.column(view, by.column, declared or settled.mapping.head.dates.order)
        return order_by_date(view, by.column, read)

    if table.skip is not None and not table.file and _has(view, columns_of(table.skip), opening, "skip"):
        view = _skip(view, opening)
    if table.explode is not None and _has(view, table.explode.columns, opening, "explode", "columns"):
        view, findings = explode(view, table.explode, site)
        found.append(findings)
    if table.latest is not None:
        by = table.latest.by
        has_columns = _has(view, table.latest.per, opening, "latest", "per")
        if _has(view, [by.column], opening, "latest", "by") and has_columns and not opening.problems:
            order = order_of(by, "date" if by.date else "number", by.order)
            view, findings = take_latest(view, table.latest, order, asked, site)
            found.append(findings)
    if table.aggregate is not None:
        _has(view, table.aggregate.per, opening, "aggregate", "per")
        for name, measure in table.aggregate.measures.items():
            _has(view, [measure.column], opening, "aggregate", "measures", name)
        if not opening.problems:
            view, findings = aggregate(view, table.aggregate, lambda measure: order_of(measure, measure.read_as), site)
            found.append(findings)
    _has(view, table.unique, opening, "unique")
    _require(opening, view)
    view.arranged_by.update(table.unique)
    return require_unique(view, opening)


def _has(view: View, columns: Iterable[str], opening: TableOpening, *path: str | int) -> bool:
    """Whether the view has the columns; a problem for each that it has not, with the nearest that it has."""
    lacks = [column for column in columns if column not in view.texts]
    of_sheets = opening.mapping.head.tables[view.name]
    if of_sheets.file and view.name == opening.name and of_sheets.aggregate is None:
        return opening.has(view, lacks, *path)
    for column in lacks:
        opening.add_problem(f'the table "{view.name}" has no column "{column}"{nearest(column, view.named)}', *path)
    return not lacks


def _require(opening: TableOpening, view: View | None) -> None:
    if opening.problems:
        raise UnopenedTable(opening.problems, view)


def _skip(view: View, opening: TableOpening) -> View:
    """The view without the rows that ``skip`` takes for no records, with a note that counts them."""
    condition = opening.table.skip
    if condition is None:
        return view
    skipped = condition_mask(condition, view, opening)
    view.arranged_by.update(columns_of(condition))
    rows = np.flatnonzero(skipped)
    if not len(rows):
        return view
    column = next(columns_of(condition))
    message = f"{len(rows):,} {'row is' if len(rows) == 1 else 'rows are'} left out by skip; this is the first"
    opening.add_findings(view, rows[:1], column, ROWS_SKIPPED, "note", message)
    raw, _, _ = view.origins.expand(view.rows[rows], view.items[rows])
    view.left_out.append((view.name, ROWS_SKIPPED, raw))
    return view.keep(~skipped)
