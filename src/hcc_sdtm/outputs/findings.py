"""Findings for people: all of them in findings.csv, and a workbook with a summary and a sheet a site."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook

from hcc_sdtm.finding import FINDING_COLUMNS, SEVERITIES
from hcc_sdtm.impact.marks import IMPACT_COLUMNS, rank_numbers
from hcc_sdtm.outputs.cells import safe_column, safe_text
from hcc_sdtm.outputs.finding_groups import as_registered, sort_findings, sort_groups
from hcc_sdtm.outputs.workbook import add_sheet, write_workbook
from hcc_sdtm.register.register import REGISTER_COLUMNS
from hcc_sdtm.register.waiving import WAIVED

WORKBOOK_LIMIT = 50_000
"""Findings the workbook holds at most, errors first: writing it is slow, and nobody reads that far."""

WIDTHS = {
    "severity": 11, "rule": 30, "status": 11, "rank": 7, "impact": 44, "subject": 18, "dataset": 9, "table": 12,
    "keys": 26, "record": 8,
    "variable": 13, "value": 22, "message": 70, "expected": 30, "source": 34, "typed": 24, "waiver": 34, "key": 16,
}  # fmt: skip
NO_SITE = "no site"
FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\']")
TITLE_LENGTH = 31


def write_findings(
    folder: Path, findings: pd.DataFrame, timestamp: datetime, workbook_limit: int = WORKBOOK_LIMIT
) -> None:
    """Writes findings.csv (UTF-8 with mark, every field quoted) and findings.xlsx into the folder.

    The CSV file has every finding, with the columns of the register and, where there is one, of the ranking; the workbook at
    most ``workbook_limit``, each group of one cause under its lead, and its summary says when it left some out. The same
    findings in any order and the same timestamp give the same bytes.
    """
    registered = as_registered(findings)
    ranked = [name for name in IMPACT_COLUMNS if name in findings]
    columns = [*FINDING_COLUMNS, *REGISTER_COLUMNS, *ranked]
    ordered = sort_findings(registered)[columns]
    safe = ordered.apply(safe_column) if len(ordered) else ordered
    # Every field is quoted, so that a cell with another locale's list separator does not break in two.
    safe.to_csv(
        folder / "findings.csv",
        index=False,
        encoding="utf-8-sig",
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL,
    )
    workbook = Workbook(write_only=True)
    _add_summary(workbook, registered, workbook_limit)
    shown = _by_site(registered).head(workbook_limit)
    titles: set[str] = set()
    for site, part in shown.groupby("site", sort=True):
        # None, because an empty cell costs as much time as a full one
        widths = [(name, width) for name, width in WIDTHS.items() if name in part]
        cells = part[[name for name, _ in widths]].apply(safe_column).replace("", None)
        if "rank" in cells:
            cells["rank"] = [
                None if text is None else int(text) for text in cells["rank"]
            ]  # so that it sorts as numbers
        title = _title(str(site) or NO_SITE, titles)
        add_sheet(
            workbook,
            title,
            widths,
            cells.to_numpy(object).tolist(),
            wrapped=("message", "impact"),
            levels=part["level"].tolist(),
        )
    write_workbook(folder / "findings.xlsx", workbook, timestamp)


def _by_site(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings in the order of the sheets' rows, of all sites those that move an endpoint first, then errors; groups do not
    reach over sites."""
    if findings.empty:
        return sort_groups(findings)
    grouped = pd.concat([sort_groups(part) for _, part in findings.groupby("site", sort=True)], ignore_index=True)
    rank = grouped["severity"].map(SEVERITIES.index)
    group = (grouped["level"] == 0).cumsum()
    worst = rank.groupby(group).transform("min").to_numpy()
    moving = pd.Series(rank_numbers(grouped)).groupby(group).transform("min").to_numpy()
    return grouped.iloc[np.lexsort((worst, moving))].reset_index(drop=True)


def count_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """One row for each rule, severity and site, the number of findings in column ``count``; errors first.

    ``grouped`` is how many of them stand under another finding, ``waived`` how many are waived; 0 where ``findings`` lacks the
    columns.
    """
    marks = {
        "grouped": (findings["cause"] != "").astype(int) if "cause" in findings else 0,
        "waived": (findings["status"] == WAIVED).astype(int) if "status" in findings else 0,
    }
    by_rule = findings.assign(count=1, **marks).groupby(["severity", "rule", "site"], as_index=False)
    counts = by_rule[["count", "grouped", "waived"]].sum()
    rank = counts["severity"].map({severity: rank for rank, severity in enumerate(SEVERITIES)})
    ordered = counts.assign(_rank=rank).sort_values(["_rank", "rule", "site"], ignore_index=True)
    return ordered[["severity", "rule", "site", "count", "grouped", "waived"]]


def _add_summary(workbook: Workbook, findings: pd.DataFrame, limit: int) -> None:
    counts = count_findings(findings)
    numbers = ["count", "grouped", "waived"]
    rows: list[list[object]] = []
    for severity in SEVERITIES:
        of_severity = counts[counts["severity"] == severity]
        rows.append([severity, "all rules", "all", *(int(of_severity[name].sum()) for name in numbers)])
    if len(findings) > limit:
        note = f"the sheets hold the first {limit:,} of {len(findings):,} findings; findings.csv has all"
        rows.insert(0, [None, note, "all", len(findings), None, None])
    rows += [
        [severity, safe_text(rule), safe_text(site) or NO_SITE, *map(int, counted)]
        for severity, rule, site, *counted in counts.itertuples(index=False)
    ]
    widths = [("severity", 10), ("rule", 44), ("site", 10), ("count", 10), ("grouped", 10), ("waived", 10)]
    add_sheet(workbook, "Summary", widths, rows, wrapped=("rule",))


def _title(site: str, taken: set[str]) -> str:
    """A sheet title that Excel accepts and that no other sheet has (it compares without case)."""
    cleaned = FORBIDDEN_IN_TITLE.sub("_", site)[:TITLE_LENGTH]
    title, number = cleaned, 1
    while title.casefold() in taken | {"summary", "history"}:
        number += 1
        suffix = f" {number}"
        title = cleaned[: TITLE_LENGTH - len(suffix)] + suffix
    taken.add(title.casefold())
    return title
