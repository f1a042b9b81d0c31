"""report.html: one self-contained page with the endpoints, how they were made, and what the data lacks."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hcc_sdtm.finding import SEVERITIES
from hcc_sdtm.outputs.finding_groups import sort_findings
from hcc_sdtm.outputs.page import render_page
from hcc_sdtm.outputs.reconciliation import summarise_reconciliation
from hcc_sdtm.outputs.tables import build_endpoint_tables

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


def render_report(
    title: str,
    subjects: int,
    results: pd.DataFrame,
    figures: Sequence[FigureContent],
    findings: pd.DataFrame,
    assumptions: pd.DataFrame,
    manifest: Mapping[str, Any],
    banner: str = "",
    outside: Sequence[LeftOut] = (),
    reconciliation: pd.DataFrame | None = None,
) -> str:
    """The page as text.

    ``subjects`` is the number of subjects in the study, from which the report says how many each endpoint leaves out;
    ``outside`` names who is in no endpoint. ``assumptions`` has the columns of `assumptions.ASSUMPTION_COLUMNS`,
    ``manifest`` is `build_manifest`'s, ``reconciliation`` that of the run. A ``banner`` ("dates are fictional: ...") stands
    at the top of the page and of every printed page.
    """
    tables = build_endpoint_tables(results)
    content = {
        "title": title,
        "banner": banner,
        "subjects": subjects,
        "tables": tables,
        "left_out": [subjects - int(table.n) if table.n else "" for table in tables],
        "outside": outside,
        "figures": [{"caption": figure.caption, "data": b64encode(figure.svg.encode()).decode()} for figure in figures],
        "severities": {severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES},
        "rules": _rules(findings).head(RULES_SHOWN).to_dict("records"),
        "rules_left_out": max(0, findings["rule"].nunique() - RULES_SHOWN),
        "assumptions": assumptions.to_dict("records"),
        "reconciliation": None if reconciliation is None else summarise_reconciliation(reconciliation),
        "manifest": manifest,
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
