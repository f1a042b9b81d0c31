"""report.html: one self-contained page with the endpoints, how they were made, tables, figures, and what the data lacks."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from hcc_sdtm.finding import SEVERITIES
from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.finding_groups import sort_findings
from hcc_sdtm.outputs.impact import ImpactContent
from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.page import render_page
from hcc_sdtm.outputs.reconciliation import summarise_reconciliation
from hcc_sdtm.outputs.tables.endpoint_tables import build_endpoint_tables, legend_of
from hcc_sdtm.outputs.tables.html import table_parts
from hcc_sdtm.outputs.tables.key_results import key_results
from hcc_sdtm.outputs.tables.subgroups import build_subgroups
from hcc_sdtm.outputs.tables.table import Table

RULES_SHOWN = 60
SUBJECTS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class FigureContent:
    """A figure of the report: its caption and its SVG text."""

    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Who is in no endpoint of a population, each with the reason in brackets where there is one."""

    population: str
    subjects: tuple[str, ...]

    @property
    def text(self) -> str:
        """The first of them by name, and how many more there are."""
        more = len(self.subjects) - SUBJECTS_SHOWN
        return ", ".join(self.subjects[:SUBJECTS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def list_left_out(adsl: pd.DataFrame, dm: pd.DataFrame, populations: Mapping[str, str]) -> list[LeftOut]:
    """For each population (its ADSL flag and what it is called) the subjects outside, with DM's reason for no arm."""
    reasons = dict(zip(dm["USUBJID"], dm["ARMNRS"], strict=True)) if "ARMNRS" in dm else {}
    named = adsl["USUBJID"].map(lambda name: f"{name} ({reasons[name]})" if reasons.get(name) else name)
    left_out = [LeftOut(words, tuple(named[adsl[flag] != "Y"])) for flag, words in populations.items() if flag in adsl]
    return [one for one in left_out if one.subjects]


@dataclass(frozen=True)
class ReportContent:
    """What the report shows.

    ``subjects`` is the number of subjects in the study, from which the report says how many each endpoint leaves out;
    ``outside`` names who is in no endpoint. ``assumptions`` has the columns of `assumptions.ASSUMPTION_COLUMNS`, ``manifest``
    is `build_manifest`'s, ``reconciliation`` that of the run. ``tables`` and ``figures`` stand in the page, ``made`` has every
    one that was asked for, with its files or the reason why there is none. ``impact`` is on the findings that move an endpoint,
    ``tie_out`` the line on the second route of the estimates; ``labels`` are those of the variables of ADSL.
    """

    facts: Facts
    subjects: int
    results: pd.DataFrame
    findings: pd.DataFrame
    assumptions: pd.DataFrame
    manifest: Mapping[str, Any]
    tables: Sequence[Table] = ()
    figures: Sequence[FigureContent] = ()
    made: Sequence[Made] = ()
    outside: Sequence[LeftOut] = ()
    reconciliation: pd.DataFrame | None = None
    impact: ImpactContent | None = None
    tie_out: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def render_report(report: ReportContent) -> str:
    """The page as text. The banner of the facts stands at its top and at that of every printed page."""
    endpoints, findings = build_endpoint_tables(key_results(report.results)), report.findings
    figures = [
        {"caption": figure.caption, "data": b64encode(figure.svg.encode()).decode()} for figure in report.figures
    ]
    content = {
        "title": report.facts.title,
        "banner": report.facts.banner,
        "facts": report.facts,
        "subjects": report.subjects,
        "tables": endpoints,
        "legend": legend_of(endpoints),
        "subgroups": build_subgroups(report.results, report.labels),
        "left_out": [report.subjects - int(table.n) if table.n else "" for table in endpoints],
        "outside": report.outside,
        "impact": report.impact,
        "tie_out": report.tie_out,
        "report_tables": [table_parts(table) for table in report.tables],
        "figures": figures,
        "made": [each for each in report.made if each.files],
        "not_made": [each for each in report.made if not each.files],
        "severities": {severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES},
        "rules": _rules(findings).head(RULES_SHOWN).to_dict("records"),
        "rules_left_out": max(0, findings["rule"].nunique() - RULES_SHOWN),
        "assumptions": report.assumptions.to_dict("records"),
        "reconciliation": None if report.reconciliation is None else summarise_reconciliation(report.reconciliation),
        "manifest": report.manifest,
    }
    return render_page("report.html.j2", content)


def _rules(findings: pd.DataFrame) -> pd.DataFrame:
    """One row for each severity and rule: the first finding with a cell, how many in ``count``; errors first."""
    ordered = sort_findings(findings)
    with_cell = ordered.assign(_no_cell=ordered["source"] == "").sort_values("_no_cell", kind="stable")
    firsts = with_cell.drop_duplicates(["severity", "rule"]).sort_index()
    counts = ordered.groupby(["severity", "rule"]).size().rename("count").reset_index()
    shown = firsts.merge(counts, on=["severity", "rule"], how="left")
    rank = shown["severity"].map(SEVERITIES.index)
    return shown.assign(_rank=rank).sort_values(["_rank", "rule"], ignore_index=True)
