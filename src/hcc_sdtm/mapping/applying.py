"""A site's mapping applied: rows of its tables become records of SDTM domains, each value with its origin.

Two passes. Settling decides what only a whole column can say (how its dates are read) and is written to the manifest;
mapping then works with those facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import (
    ITEM,
    NO_ROW,
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
from hcc_sdtm.mapping.account.finding_subjects import derive_finding_subjects
from hcc_sdtm.mapping.account.reconciling import Outcome, reconcile
from hcc_sdtm.mapping.account.unclaimed_rows import unclaimed_rows
from hcc_sdtm.mapping.language.defaults import with_defaults
from hcc_sdtm.mapping.language.model import Block, SiteMapping, term_lists
from hcc_sdtm.mapping.language.verbs import SUBJECT, Copy, FirstOf, RuleModel
from hcc_sdtm.mapping.rules.cell_rules import cell_rules
from hcc_sdtm.mapping.rules.evaluating import Evaluation
from hcc_sdtm.mapping.rules.number_text import parse_number
from hcc_sdtm.mapping.rules.remark import LEFT_MISSING, Remark, Target
from hcc_sdtm.mapping.rules.settling import SettledDates, settle_dates
from hcc_sdtm.mapping.rules.values import Values
from hcc_sdtm.mapping.tables.arranging import open_tables
from hcc_sdtm.mapping.tables.column_problems import column_problems
from hcc_sdtm.mapping.tables.key_file import read_numbers
from hcc_sdtm.mapping.tables.reading_ahead import ReadingAhead
from hcc_sdtm.mapping.tables.site_files import SiteFiles, misnamed_identifying
from hcc_sdtm.mapping.tables.view import View
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs

NUMBER_TEXT = "MAP-018 number.text-in-numeric"
SUBJID = "SUBJID"
TERM_COLUMNS = ("file", "line", "list", "typed", "term", "values")
IDLE_SHOWN = 10


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

    reconciliation: pd.DataFrame
    """What became of every row and cell of the site's files: `reconciling.RECONCILIATION_COLUMNS`."""

    hashes: dict[str, str]
    """SHA-256 of each file on the disk that was read (an archive for the files in it), as it was just before."""

    superseded: dict[str, str]
    """Older transfers that were not read, each with the newer one."""

    terms: pd.DataFrame
    """Each line of the reviewed dictionary that could be applied, and how many texts it gave a term to: `TERM_COLUMNS`."""

    mapping_files: tuple[tuple[Path, str], ...]
    """The mapping, the forms it extends, and its dictionaries: path, and name in sources."""


def map_site(
    mapping: SiteMapping, raw: Path, specs: Specs, lineage: Lineage, reader: ReadingAhead | None = None
) -> MappedSite:
    """The site's records; ``reader`` is that of the raw folder, where some of its files are read already.

    Raises StudyError for a file, sheet, column or function that the mapping names and is not there.
    """
    files = SiteFiles(raw, mapping.head.site, lineage.origins, reader=reader)
    dates = SettledDates(mapping)
    views = _open_views(dates, files)
    mapping, problems = with_defaults(mapping, views)
    problems += column_problems(mapping, views, files)
    if problems:
        raise StudyError(sorted(dict.fromkeys(problems), key=lambda problem: problem.source))
    settle_dates(mapping, views, dates)
    evaluation = Evaluation(mapping, views, dates)
    frames: dict[str, list[pd.DataFrame]] = {}
    labels: dict[tuple[str, str], str] = {}
    blocks = []
    for block in mapping.blocks:
        frame = _map_block(block, evaluation, specs, lineage)
        blocks.append(frame)
        frames.setdefault(block.domain, []).append(frame)
        labels |= {(block.domain, name): rule.label for name, rule in block.supp.items()}
    made = [
        (block.domain, str(mapping.file.source((block.domain, block.number))), frame)
        for block, frame in zip(mapping.blocks, blocks, strict=True)
    ]
    evaluated, terms = join_findings(evaluation.findings), _terms_used(mapping, evaluation)
    reconciled = reconcile(files, evaluation, Outcome(made, evaluated, terms), lineage)
    of_files = derive_finding_subjects(join_findings(files.findings), files, views, mapping.head.hidden)
    findings = join_findings([of_files, evaluated, *unclaimed_rows(mapping, views), reconciled.findings])
    fictional = [
        (f"{name} = {anchor.shown}", anchor.fictional, mapping.file.source(("anchors", name)))
        for name, anchor in mapping.head.anchors.items()
        if anchor.fictional
    ]
    return MappedSite(
        mapping.head.site,
        mapping.head.country,
        frames,
        dates.frame,
        findings,
        labels,
        sorted(files.sheets),
        fictional,
        reconciled.frame,
        files.hashes,
        files.superseded,
        terms,
        mapping.read,
    )


def _terms_used(mapping: SiteMapping, evaluation: Evaluation) -> pd.DataFrame:
    """How many texts each line of the dictionary gave a term to; how many lines of a file any is a settled fact."""
    lines = [
        (entry.source.file, entry.source.line, entry.list, entry.typed, entry.term, evaluation.applied[entry])
        for entry in mapping.dictionary.entries
    ]
    terms = pd.DataFrame(lines, columns=list(TERM_COLUMNS), dtype=object)
    for file, of_file in terms.groupby("file", sort=False):
        idle = of_file.loc[of_file["values"] == 0, "line"].astype(str).tolist()
        value = f"{len(of_file) - len(idle)} of {len(of_file)} lines"
        evidence = f"unused: {', '.join(idle[:IDLE_SHOWN])}{' ..' if len(idle) > IDLE_SHOWN else ''}" if idle else ""
        evaluation.dates.facts.append((mapping.head.site, "", "", f"terms used of {file}", value, "declared", evidence))
    return terms


def _open_views(settled: SettledDates, files: SiteFiles) -> dict[str, View]:
    mapping = settled.mapping
    problems: list[Problem] = []
    numbers: dict[str, str] = {}
    try:
        numbers = read_numbers(mapping, files)
    except StudyError as error:
        problems += error.problems
    opened = open_tables(settled, files, numbers)
    problems += opened.problems
    problems = problems or misnamed_identifying(mapping, files)
    if problems:
        # the columns of the tables that did open are checked all the same, so that one run shows every problem
        problems += column_problems(mapping, opened.views | opened.broken, files)
        raise StudyError(sorted(dict.fromkeys(problems), key=lambda problem: problem.source))
    return opened.views


def _map_block(block: Block, evaluation: Evaluation, specs: Specs, lineage: Lineage) -> pd.DataFrame:
    """One block's records: a variable a column, then the hidden origin columns."""
    mapping, view = evaluation.mapping, evaluation.views[block.rows]
    rows = np.arange(len(view))
    if block.when is not None:
        rows = rows[evaluation.mask(block.when, view, rows)]
    data: dict[str, np.ndarray] = {SUBJID: view.values(SUBJECT, rows)}
    hidden: dict[str, np.ndarray] = {ROW: view.rows[rows], ITEM: view.items[rows]}
    done: dict[str, Values] = {}
    plan_rules = {
        SUBJID: cell_rules(Copy(copy=SUBJECT), view, evaluation.views, mapping.file.source(("tables", view.name)))
    }
    for variable, rule in block.rules.items():
        target = _target(specs, block.domain, variable)
        found = evaluation.evaluate(rule, view, rows, target, done)
        done[variable] = found
        evaluation.add_sources(rule, found, view, target, mapping.rule_line(block, variable))
        data[variable] = _numbers(found, rule, evaluation, view, rows, target) if target.is_numeric else found.texts
        _add_origins(hidden, variable, found)
        plan_rules[variable] = cell_rules(rule, view, evaluation.views, mapping.rule_line(block, variable), plan_rules)
    plan = Plan(block.domain, mapping.head.site, plan_rules, mapping.file.source((block.domain, block.number)))
    hidden[PLAN] = np.full(len(rows), lineage.add_plan(plan))
    for name, rule in block.supp.items():
        target = Target(f"SUPP{block.domain}", name)
        found = evaluation.evaluate(rule, view, rows, target, done)
        evaluation.add_sources(rule, found, view, target, mapping.rule_line(block, name))
        hidden[supp_column(name)] = found.texts
        _add_origins(hidden, supp_column(name), found)
        line = mapping.rule_line(block, name)
        given = (CellRule("", (), line),)
        rules = {"QNAM": given, "QLABEL": given, "QVAL": cell_rules(rule, view, evaluation.views, line, plan_rules)}
        supp = Plan(f"SUPP{block.domain}", mapping.head.site, {SUBJID: plan_rules[SUBJID], **rules}, line)
        hidden[supp_plan_column(name)] = np.full(len(rows), lineage.add_plan(supp))
    # the columns as they were made: nobody changes the records of a site
    return pd.DataFrame({**data, **hidden}, copy=False)


def _add_origins(hidden: dict[str, np.ndarray], variable: str, found: Values) -> None:
    """Adds where the variable's values came from; a role that several variables share fills its column together."""
    if found.branch is not None:
        hidden[branch_column(variable)] = found.branch
    for role, places in found.looked_up.items():
        nowhere = places[:, 0] == NO_ROW
        for name, column in ((row_column(role), places[:, 0]), (item_column(role), places[:, 1])):
            hidden[name] = np.where(nowhere, hidden[name], column) if name in hidden else column


def _target(specs: Specs, domain: str, variable: str) -> Target:
    known = specs.sdtm[domain].by_name[variable]
    codelists = tuple(specs.codelists[name] for name in term_lists(specs, domain, variable))
    return Target(domain, variable, codelists, known.is_iso_date, known.is_numeric)


def _numbers(
    found: Values, rule: RuleModel, evaluation: Evaluation, view: View, rows: np.ndarray, target: Target
) -> np.ndarray:
    """Values of a numeric variable; a text that is no number is a finding at its cell and left missing."""
    values = found.values
    if values.dtype == float:
        return values
    codes, texts = pd.factorize(values)
    parsed = [parse_number(text) for text in texts]
    numbers = np.array([np.nan if number is None else number for number in parsed], dtype=float)[codes]
    bad = np.isnan(numbers) & (values != "")
    alternatives = rule.first_of if isinstance(rule, FirstOf) else (rule,)
    branch = found.branch if isinstance(rule, FirstOf) and found.branch is not None else np.zeros(len(rows), dtype=int)
    for number, alternative in enumerate(alternatives):
        at = np.flatnonzero(bad & (branch == number))
        if len(at):
            there, there_rows, column = evaluation.cells(alternative, view, rows[at])
            message = [
                f'"{text}" is not a number and {target.variable} is numeric; {LEFT_MISSING}' for text in values[at]
            ]
            evaluation.remarks.append(Remark(there, there_rows, at, column, NUMBER_TEXT, message, target))
    return numbers
