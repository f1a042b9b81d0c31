"""What only a whole column can say, settled before any row is mapped: the order of day and month. Written to the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.mapping.model import Date, FirstOf, Lookup, RuleModel, SiteMapping
from hcc_sdtm.mapping.view import View

ORDER_CONTRADICTED = "MAP-019 date.order-contradicted"
ORDER_SETTLED = "MAP-020 date.order-settled"

SETTLED_COLUMNS = ("site", "table", "column", "fact", "value", "how", "evidence")
"""Columns of the settled facts, all text; one row a fact."""


def settle_dates(
    mapping: SiteMapping, views: Mapping[str, View]
) -> tuple[dict[tuple[str, str], str], pd.DataFrame, list[pd.DataFrame]]:
    """The order of day and month of every date column: declared, or settled by the column's own evidence, or none.

    One row of the settled frame is one column of one table. Findings: an order settled by evidence (note, at the cell that
    settles it), evidence that contradicts itself (error, at one cell of each kind).
    """
    orders: dict[tuple[str, str], str] = {}
    rows: list[tuple[str, ...]] = []
    findings: list[pd.DataFrame] = []
    site = mapping.head.site
    for name, column, declared in _date_columns(mapping, views):
        if (name, column) in orders:
            continue
        if declared != "none":
            orders[name, column] = declared
            rows.append((site, name, column, "date order", declared, "declared", ""))
            continue
        view = views[name]
        _, texts = view.factorized(column)
        evidence = dates.order_evidence(pd.Series(texts, dtype=object))
        orders[name, column] = evidence.order or "none"
        proofs = [texts[0] for texts in (evidence.day_first, evidence.month_first) if texts]
        how = "no evidence" if not proofs else "contradictory evidence" if evidence.is_contradictory else "evidence"
        rows.append((site, name, column, "date order", orders[name, column], how, " / ".join(proofs)))
        everywhere = view.values(column, np.arange(len(view)))
        at = np.array([int(np.flatnonzero(everywhere == text)[0]) for text in proofs], dtype=np.int64)
        if evidence.is_contradictory:
            message = (
                "this column holds dates with the day first and dates with the month first; declare the order or ask"
            )
            findings.append(view.findings(at, column, ORDER_CONTRADICTED, "error", site, message))
        elif proofs:
            message = f"the order of day and month in this column is taken as {evidence.order} because of this date"
            findings.append(view.findings(at, column, ORDER_SETTLED, "note", site, message))
    return orders, pd.DataFrame(rows, columns=list(SETTLED_COLUMNS), dtype=object), findings


def _date_columns(mapping: SiteMapping, views: Mapping[str, View]) -> Iterator[tuple[str, str, str]]:
    """Table, column and declared order of every date rule."""
    for block in mapping.blocks:
        for rule in (*block.rules.values(), *block.supp.values()):
            for inner, view in rules_with_views(rule, views[block.rows], views):
                if isinstance(inner, Date):
                    yield view.name, inner.date, inner.order or mapping.head.dates.order


def rules_with_views(rule: RuleModel, view: View, views: Mapping[str, View]) -> Iterator[tuple[RuleModel, View]]:
    """The rule and every rule inside it, each with the view that it reads."""
    yield rule, view
    if isinstance(rule, FirstOf):
        for part in rule.first_of:
            yield from rules_with_views(part, view, views)
    elif isinstance(rule, Lookup) and rule.lookup.table in views:
        yield from rules_with_views(rule.lookup.give, views[rule.lookup.table], views)
