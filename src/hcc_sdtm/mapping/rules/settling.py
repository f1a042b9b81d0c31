"""What only a whole column can say, settled before any row is mapped: how its dates are read. Written to the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hcc_sdtm.dates import OrderEvidence
from hcc_sdtm.mapping.language.condition import Join, Test, tests_of
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.verbs import Date, Lookup, RuleModel, parts_of
from hcc_sdtm.mapping.rules.date_column import DateColumn
from hcc_sdtm.mapping.tables.view import View

ORDER_CONTRADICTED = "MAP-019 date.order-contradicted"
ORDER_SETTLED = "MAP-020 date.order-settled"
SERIALS_READ = "MAP-027 date.serial-read"
DECLARATION_CONTRADICTED = "MAP-028 date.declared-order-contradicted"

DATE_ORDER, DATE_SYSTEM, TIME_OF_DAY = "date order", "date system of numbers", "time of day"
"""The facts that a column settles."""

SETTLED_COLUMNS = ("site", "table", "column", "fact", "value", "how", "evidence")
"""Columns of the settled facts, all text; one row a fact."""

_FIRST_PART = {"ymd": "the year", "dmy": "the day", "mdy": "the month"}


@dataclass
class SettledDates:
    """Every date column of a mapping, the settled facts, and what was found in settling them.

    ``columns`` are by table, column and declared order: a rule may declare its own. ``tested`` gives the declared order
    under which conditions read a column: that of the first rule that reads it too, else the site's.
    """

    mapping: SiteMapping
    columns: dict[tuple[str, str, str], DateColumn] = field(default_factory=dict)
    tested: dict[tuple[str, str], str] = field(default_factory=dict)
    facts: list[tuple[str, ...]] = field(default_factory=list)
    findings: list[pd.DataFrame] = field(default_factory=list)
    wholes: dict[tuple[int, str], tuple[View, dict[str, DateColumn]]] = field(default_factory=dict)
    """Each whole column that was settled, by its view's identity and its name, in each declared order."""

    @property
    def frame(self) -> pd.DataFrame:
        """The settled facts."""
        return pd.DataFrame(self.facts, columns=list(SETTLED_COLUMNS), dtype=object)

    def add_fact(self, view: View, column: str, fact: str, value: str, how: str, evidence: str) -> None:
        """One settled fact; what stands in an identifying column, which a condition may test, is no evidence to show."""
        shown = "" if column in view.hidden else evidence
        self.facts.append((self.mapping.head.site, view.name, column, fact, value, how, shown))

    def column(self, view: View, column: str, declared: str) -> DateColumn:
        """How a column is read in a declared order, settled once for the whole column that it is a selection of."""
        whole, name = view.whole(column)
        of_whole = self.wholes.setdefault((id(whole), name), (whole, {}))[1]
        if declared not in of_whole:
            of_whole[declared] = _settle(self, whole, name, declared, not of_whole)
        found, texts = of_whole[declared], view.factorized(column)[1]
        # a selection has one text more where some of its rows are nowhere in the whole column
        return found if len(texts) == len(found.texts) else replace(found, texts=texts)

    def of_rule(self, view: View, rule: Date) -> DateColumn:
        """How a rule's dates are read."""
        return self.columns[view.name, rule.date, rule.order or self.mapping.head.dates.order]

    def of_condition(self, view: View, column: str) -> DateColumn:
        """How the dates that a condition tests are read."""
        return self.columns[view.name, column, self.tested[view.name, column]]


def settle_dates(mapping: SiteMapping, views: Mapping[str, View], settled: SettledDates | None = None) -> SettledDates:
    """How every date column of rules and conditions is read: its order of day and month, and its day numbers.

    The order is declared, or settled by the column's own evidence, or none. ``settled`` has the columns that the tables' own
    options read already. Findings: an order settled by evidence (note, at the cell that settles it), evidence that
    contradicts itself (error, at one cell of each kind), a declared order that most of the column's evidence contradicts
    (error, at the first cell that does), day numbers read as dates (note, at the first).
    """
    settled = settled or SettledDates(mapping)
    for view, column, declared in _declared_orders(mapping, views):
        settled.tested.setdefault((view.name, column), declared)
        settled.columns[view.name, column, declared] = settled.column(view, column, declared)
    for view, column in _tested_columns(mapping, views):
        declared = settled.tested.setdefault((view.name, column), mapping.head.dates.order)
        settled.columns[view.name, column, declared] = settled.column(view, column, declared)
    return settled


def _settle(settled: SettledDates, view: View, column: str, declared: str, is_first: bool) -> DateColumn:
    head = settled.mapping.head
    _, texts = view.factorized(column)
    found = DateColumn(texts, declared, head.dates, view.date_system)
    if declared == "none":
        evidence = found.evidence()
        found = DateColumn(texts, evidence.order or "none", head.dates, view.date_system)
        _add_undeclared(settled, view, column, evidence)
    else:
        _add_declared(settled, view, column, found)
    serial = found.reading["serial"].to_numpy(dtype=bool)
    if is_first and serial.any():
        _add_serials(settled, view, column, found, serial)
    midnight = found.reading["midnight"].to_numpy(dtype=bool)
    if is_first and midnight.any():
        settled.add_fact(view, column, TIME_OF_DAY, "left out", "every time is midnight", str(texts[midnight][0]))
    return found


def _add_undeclared(settled: SettledDates, view: View, column: str, evidence: OrderEvidence) -> None:
    site = settled.mapping.head.site
    proofs = [texts[0] for texts in evidence.proofs.values()] or [evidence.settled_by] * bool(evidence.settled_by)
    how = "no evidence" if not proofs else "contradictory evidence" if evidence.is_contradictory else "evidence"
    settled.add_fact(view, column, DATE_ORDER, evidence.order or "none", how, " / ".join(proofs))
    at = np.array([_rows_of(view, column, [text])[0] for text in proofs], dtype=np.int64)
    if evidence.is_contradictory:
        parts = " and ".join(f"dates with {_FIRST_PART[order]} first" for order in evidence.proofs)
        message = f"this column holds {parts}; declare the order or ask"
        settled.findings.append(view.findings(at, column, ORDER_CONTRADICTED, "error", site, message))
    elif evidence.proofs:
        message = f"the order of day and month in this column is taken as {evidence.order} because of this date"
        settled.findings.append(view.findings(at, column, ORDER_SETTLED, "note", site, message))


def _add_declared(settled: SettledDates, view: View, column: str, found: DateColumn) -> None:
    """The declared order as a fact, and a finding where the column itself speaks against it more than for it.

    A single date that the order makes impossible is a finding of its own, and proves nothing of the column.
    """
    site, declared = settled.mapping.head.site, found.order
    against, supporting = found.contradictions()
    rows = _rows_of(view, column, against)
    evidence = f"against it: {against[0]}" if against else ""
    settled.add_fact(view, column, DATE_ORDER, declared, "declared", evidence)
    support = len(_rows_of(view, column, supporting))
    if len(rows) > max(1, support):
        message = (
            f"the mapping declares {declared}, but {len(rows)} dates of this column, of which this is the first, cannot "
            f"have {_FIRST_PART[declared]} first, and {support or 'none'} must; check the declared order"
        )
        settled.findings.append(view.findings(rows[:1], column, DECLARATION_CONTRADICTED, "error", site, message))


def _add_serials(settled: SettledDates, view: View, column: str, found: DateColumn, serial: np.ndarray) -> None:
    site = settled.mapping.head.site
    rows = _rows_of(view, column, found.texts[serial])
    declared = found.habit.serials or ""
    system, how = (declared, "declared") if declared else (view.date_system, "workbook")
    first = str(view.values(column, rows[:1])[0])
    date = found.reading["iso"].to_numpy()[found.texts == first][0]
    settled.add_fact(view, column, DATE_SYSTEM, system, how, first)
    count = f"{len(rows)} numbers in this column are" if len(rows) > 1 else "this number is"
    source = "as the mapping declares" if declared else "as the workbook does"
    message = f"{count} read as days counted from {system}, {source}"
    message += "" if column in view.hidden else f"; {first} becomes {date}"
    settled.findings.append(view.findings(rows[:1], column, SERIALS_READ, "note", site, message))


def _rows_of(view: View, column: str, wanted: Sequence[str]) -> np.ndarray:
    """The rows whose text is one of those, in order."""
    codes, texts = view.factorized(column)
    if not len(codes) or not len(wanted):
        return codes[:0]
    is_wanted = pd.Series(texts, dtype=object).isin(wanted).to_numpy()
    return np.flatnonzero(is_wanted[codes])


def _declared_orders(mapping: SiteMapping, views: Mapping[str, View]) -> Iterator[tuple[View, str, str]]:
    """View, column and declared order of every date rule."""
    for rule, view in _all_rules(mapping, views):
        if isinstance(rule, Date):
            yield view, rule.date, rule.order or mapping.head.dates.order


def _tested_columns(mapping: SiteMapping, views: Mapping[str, View]) -> Iterator[tuple[View, str]]:
    """View and column of every test of a condition that reads a date."""
    conditions: list[tuple[Test | Join | None, View]] = [(block.when, views[block.rows]) for block in mapping.blocks]
    conditions += [(rule.when, view) for rule, view in _all_rules(mapping, views)]
    for condition, view in conditions:
        yield from ((view, test.column) for test in tests_of(condition) if test.test in ("before", "after"))


def _all_rules(mapping: SiteMapping, views: Mapping[str, View]) -> Iterator[tuple[RuleModel, View]]:
    for block in mapping.blocks:
        for rule in (*block.rules.values(), *block.supp.values()):
            yield from rules_with_views(rule, views[block.rows], views)


def rules_with_views(rule: RuleModel, view: View, views: Mapping[str, View]) -> Iterator[tuple[RuleModel, View]]:
    """The rule and every rule inside it, each with the view that it reads."""
    yield rule, view
    there = views.get(rule.lookup.table) if isinstance(rule, Lookup) else view
    if there is not None:
        for part in parts_of(rule):
            yield from rules_with_views(part, there, views)
