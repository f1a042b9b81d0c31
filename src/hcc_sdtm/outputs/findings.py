"""Findings for people: all of them in findings.csv, and a workbook with a summary and a sheet a site."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from pathlib import Path

import pandas as pd
from openpyxl import Workbook

from hcc_sdtm.finding import FINDING_COLUMNS, SEVERITIES
from hcc_sdtm.outputs.cells import safe_column
from hcc_sdtm.outputs.workbook import add_sheet, write_workbook

WORKBOOK_LIMIT = 50_000
"""Findings the workbook holds at most, errors first: writing it is slow, and nobody reads that far."""

WIDTHS = {
    "severity": 9, "rule": 30, "subject": 18, "dataset": 9, "table": 12, "keys": 26, "record": 8,
    "variable": 13, "value": 22, "message": 70, "expected": 30, "source": 34, "typed": 24, "site": 7,
}  # fmt: skip
NO_SITE = "no site"
FORBIDDEN_IN_TITLE = re.compile(r"[\[\]:*?/\\']")
TITLE_LENGTH = 31


def sort_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings, errors first, in an order that depends on nothing but their content."""
    rank = findings["severity"].map({severity: rank for rank, severity in enumerate(SEVERITIES)})
    record = pd.to_numeric(findings["record"], errors="coerce")
    ordered = findings.assign(_rank=rank, _record=record).sort_values(
        ["_rank", "rule", "site", "dataset", "table", "subject", "keys", "_record", *FINDING_COLUMNS],
        kind="stable",
        ignore_index=True,
    )
    return ordered[list(FINDING_COLUMNS)]


def write_findings(
    folder: Path, findings: pd.DataFrame, timestamp: datetime, workbook_limit: int = WORKBOOK_LIMIT
) -> None:
    """Writes findings.csv (UTF-8 with mark, every field quoted) and findings.xlsx into the folder.

    The CSV file has every finding; the workbook at most ``workbook_limit``, and its summary says when it
    left some out. The same findings in any order and the same timestamp give the same bytes.
    """
    ordered = sort_findings(findings)
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
    _add_summary(workbook, safe, workbook_limit)
    shown = safe.head(workbook_limit)
    columns = [(name, width) for name, width in WIDTHS.items() if name != "site"]
    titles: set[str] = set()
    for site, part in shown.groupby("site", sort=True):
        # None, because an empty cell costs as much time as a full one
        cells = part[[name for name, _ in columns]].replace("", None)
        rows = cells.to_numpy(object).tolist()
        add_sheet(workbook, _title(str(site) or NO_SITE, titles), columns, rows, wrapped="message")
    write_workbook(folder / "findings.xlsx", workbook, timestamp)


def count_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """One row for each rule, severity and site, the number of findings in column ``count``; errors first."""
    counts = findings.groupby(["severity", "rule", "site"], as_index=False).size().rename(columns={"size": "count"})
    rank = counts["severity"].map({severity: rank for rank, severity in enumerate(SEVERITIES)})
    order = ["_rank", "rule", "site"]
    return counts.assign(_rank=rank).sort_values(order, ignore_index=True)[["severity", "rule", "site", "count"]]


def _add_summary(workbook: Workbook, findings: pd.DataFrame, limit: int) -> None:
    counts = count_findings(findings)
    rows: list[list[object]] = [
        [severity, "all rules", "all", int((findings["severity"] == severity).sum())] for severity in SEVERITIES
    ]
    if len(findings) > limit:
        note = f"the sheets hold the first {limit:,} of {len(findings):,} findings; findings.csv has all"
        rows.insert(0, [None, note, "all", len(findings)])
    rows += [
        [severity, rule, site or NO_SITE, int(count)] for severity, rule, site, count in counts.itertuples(index=False)
    ]
    widths = [("severity", 10), ("rule", 44), ("site", 10), ("count", 10)]
    add_sheet(workbook, "Summary", widths, rows, wrapped="rule")


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
