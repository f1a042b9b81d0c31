"""A site's mapping applied: rows of its tables become records of SDTM domains, each value with its origin.

Two passes. Settling decides what only a whole column can say (how its dates are read) and is written to the manifest;
mapping then works with those facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import (
    ITEM,
    PLAN,
    ROW,
    CellRule,
    Lineage,
    Plan,
    branch_column,
    item_column,
    row_column,
)
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.cell_rules import cell_rules
from hcc_sdtm.mapping.condition import columns_of
from hcc_sdtm.mapping.evaluating import Evaluation, Target
from hcc_sdtm.mapping.function import COLUMNS, FUNCTIONS, SETTINGS
from hcc_sdtm.mapping.model import Block, SiteMapping, term_lists
from hcc_sdtm.mapping.opening import open_view
from hcc_sdtm.mapping.settling import rules_with_views, settle_dates
from hcc_sdtm.mapping.site_files import SiteFiles, misnamed_identifying, read_numbers
from hcc_sdtm.mapping.unread import unclaimed_rows, unused_columns
from hcc_sdtm.mapping.values import Values
from hcc_sdtm.mapping.verbs import SUBJECT, Call, Copy, FirstOf, Lookup, RuleModel, columns_read
from hcc_sdtm.mapping.view import View
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs

NUMBER_TEXT = "MAP-018 number.text-in-numeric"
SUBJID = "SUBJID"


def supp_column(name: str) -> str:
    """Name of the hidden column with the values of a supplemental qualifier."""
    return f"_supp:{name}"


def supp_plan_column(name: str) -> str:
    """Name of the hidden column with the plan of a supplemental qualifier."""
    return f"_supp_plan:{name}"


@dataclass
class MappedSite:
    """What a site gives: records by domain (study number in SUBJID, hidden origin columns), settled facts, findings."""

    site: str
    country: str
    frames: dict[str, list[pd.DataFrame]]
    settled: pd.DataFrame
    findings: pd.DataFrame
    labels: dict[tuple[str, str], str]
    """Label of each supplemental qualifier, by domain and QNAM."""

    files: list[str]
    """The site's files that were read, under the raw folder."""

    fictional: list[tuple[str, str, Source]]
    """Declared fictional anchors: name and date, the sentence to print, and the mapping's line."""


def map_site(mapping: SiteMapping, raw: Path, specs: Specs, lineage: Lineage) -> MappedSite:
    """The site's records. Raises StudyError for a file, sheet, column or function that the mapping names and is not there."""
    files = SiteFiles(raw, mapping.head.site, lineage.origins)
    views = _open_views(mapping, files)
    _require_columns(mapping, views)
    dates = settle_dates(mapping, views)
    evaluation = Evaluation(mapping, views, dates, list(dates.findings))
    frames: dict[str, list[pd.DataFrame]] = {}
    labels: dict[tuple[str, str], str] = {}
    for block in mapping.blocks:
        frame = _map_block(block, evaluation, specs, lineage)
        frames.setdefault(block.domain, []).append(frame)
        labels |= {(block.domain, name): rule.label for name, rule in block.supp.items()}
    unused = unused_columns(mapping, files, views.values())
    unclaimed = unclaimed_rows(mapping, views)
    findings = join_findings([*files.findings, *evaluation.findings, *unclaimed, unused])
    fictional = [
        (f"{name} = {anchor.date}", anchor.fictional, mapping.file.source(("anchors", name)))
        for name, anchor in mapping.head.anchors.items()
        if anchor.fictional
    ]
    return MappedSite(
        mapping.head.site, mapping.head.country, frames, dates.frame, findings, labels, sorted(files.sheets), fictional
    )


def _open_views(mapping: SiteMapping, files: SiteFiles) -> dict[str, View]:
    views: dict[str, View] = {}
    problems: list[Problem] = []
    numbers: dict[str, str] = {}
    try:
        numbers = read_numbers(mapping, files)
    except StudyError as error:
        problems += error.problems
    for name in mapping.head.tables:
        try:
            views[name] = open_view(name, mapping, files, numbers)
        except StudyError as error:
            problems += error.problems
    problems = problems or misnamed_identifying(mapping, files)
    if problems:
        # the columns of the tables that did open are checked all the same, so that one run shows every problem
        problems += _column_problems(mapping, views)
        raise StudyError(sorted(dict.fromkeys(problems), key=lambda problem: problem.source))
    return views


def _require_columns(mapping: SiteMapping, views: Mapping[str, View]) -> None:
    problems = list(_column_problems(mapping, views))
    if problems:
        raise StudyError(sorted(dict.fromkeys(problems), key=lambda problem: problem.source))


def _column_problems(mapping: SiteMapping, views: Mapping[str, View]) -> Iterator[Problem]:
    for block in mapping.blocks:
        if block.rows not in views:
            continue
        wanted = [
            (column, mapping.file.source((block.domain, block.number, "when"))) for column in columns_of(block.when)
        ]
        yield from _missing(wanted, views[block.rows])
        for variable, rule in {**block.rules, **block.supp}.items():
            line = mapping.rule_line(block, variable)
            for inner, view in rules_with_views(rule, views[block.rows], views):
                columns = [*columns_read(inner), *columns_of(inner.when)] if not isinstance(inner, FirstOf) else []
                yield from _missing([(column, line) for column in columns], view)
                hidden = view.hidden.intersection(() if isinstance(inner, FirstOf | Lookup) else columns_read(inner))
                yield from (
                    Problem(line, f'"{column}" is identifying; no rule may read it') for column in sorted(hidden)
                )
                if isinstance(inner, Lookup) and inner.lookup.table in views:
                    yield from _missing([(inner.lookup.on, line)], views[inner.lookup.table])
                if isinstance(inner, Call):
                    yield from _call_problems(inner, line)


def _missing(wanted: list[tuple[str, Source]], view: View) -> Iterator[Problem]:
    for column, line in wanted:
        if column not in view.texts:
            yield Problem(line, f'the table "{view.name}" has no column "{column}"{nearest(column, view.named)}')
            continue
        for file, sheet, _ in view.lacking(column):
            yield Problem(
                line, f'{Source(file, sheet)} has no column "{column}", which the other sheets of the table have'
            )


def _call_problems(rule: Call, line: Source) -> Iterator[Problem]:
    if rule.call not in FUNCTIONS:
        yield Problem(line, f'no function "{rule.call}"{nearest(rule.call, FUNCTIONS)}')
        return
    if len(rule.columns) != COLUMNS[rule.call]:
        yield Problem(line, f"{rule.call} reads {COLUMNS[rule.call]} columns, here are {len(rule.columns)}")
    wanted = SETTINGS[rule.call]
    for name in sorted(wanted ^ set(rule.settings)):
        yield Problem(line, f'{rule.call} {"needs" if name in wanted else "has no"} setting "{name}"')


def _map_block(block: Block, evaluation: Evaluation, specs: Specs, lineage: Lineage) -> pd.DataFrame:
    """One block's records: a variable a column, then the hidden origin columns."""
    mapping, view = evaluation.mapping, evaluation.views[block.rows]
    rows = np.arange(len(view))
    if block.when is not None:
        rows = rows[evaluation.mask(block.when, view, rows)]
    spec = specs.sdtm[block.domain]
    data: dict[str, np.ndarray] = {SUBJID: view.values(SUBJECT, rows)}
    hidden: dict[str, np.ndarray] = {ROW: view.rows[rows], ITEM: view.items[rows]}
    done: dict[str, Values] = {}
    plan_rules = {
        SUBJID: cell_rules(Copy(copy=SUBJECT), view, evaluation.views, mapping.file.source(("tables", view.name)))
    }
    for variable, rule in block.rules.items():
        codelists = tuple(specs.codelists[name] for name in term_lists(specs, block.domain, variable))
        found = evaluation.evaluate(rule, view, rows, Target(block.domain, variable, codelists), done)
        done[variable] = found
        numeric = spec.by_name[variable].is_numeric
        data[variable] = _numbers(found, variable, rule, block, evaluation, view, rows) if numeric else found.texts
        _add_origins(hidden, variable, found)
        plan_rules[variable] = cell_rules(rule, view, evaluation.views, mapping.rule_line(block, variable))
    plan = Plan(block.domain, mapping.head.site, plan_rules, mapping.file.source((block.domain, block.number)))
    hidden[PLAN] = np.full(len(rows), lineage.add_plan(plan))
    for name, rule in block.supp.items():
        found = evaluation.evaluate(rule, view, rows, Target(f"SUPP{block.domain}", name), done)
        hidden[supp_column(name)] = found.texts
        _add_origins(hidden, supp_column(name), found)
        line = mapping.rule_line(block, name)
        given = (CellRule("", (), line),)
        rules = {"QNAM": given, "QLABEL": given, "QVAL": cell_rules(rule, view, evaluation.views, line)}
        supp = Plan(f"SUPP{block.domain}", mapping.head.site, {SUBJID: plan_rules[SUBJID], **rules}, line)
        hidden[supp_plan_column(name)] = np.full(len(rows), lineage.add_plan(supp))
    return pd.DataFrame({**data, **hidden})


def _add_origins(hidden: dict[str, np.ndarray], variable: str, found: Values) -> None:
    """Adds where the variable's values came from; a lookup that several variables share fills its column together."""
    if found.branch is not None:
        hidden[branch_column(variable)] = found.branch
    for role, places in found.looked_up.items():
        for name, column in ((row_column(role), places[:, 0]), (item_column(role), places[:, 1])):
            hidden[name] = np.where(column < 0, hidden[name], column) if name in hidden else column


def _numbers(
    found: Values,
    variable: str,
    rule: RuleModel,
    block: Block,
    evaluation: Evaluation,
    view: View,
    rows: np.ndarray,
) -> np.ndarray:
    """Values of a numeric variable; a text that is no number is a finding and left missing."""
    values = found.values
    if values.dtype == float:
        return values
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=float)
    numbers[~np.isfinite(numbers)] = np.nan
    bad = np.isnan(numbers) & (values != "")
    if bad.any():
        column = next(iter(columns_read(rule)), SUBJECT)
        message = [
            f'"{text}" is not a number and {variable} is numeric; the value is left missing' for text in values[bad]
        ]
        evaluation.add_findings(view, rows[bad], column, NUMBER_TEXT, message, Target(block.domain, variable))
    return numbers
