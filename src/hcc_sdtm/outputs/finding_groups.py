"""Which findings are shown under which: the lead of each group first, the others of its cell or cause below it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from hcc_sdtm.finding import FINDING_COLUMNS, SEVERITIES
from hcc_sdtm.impact.marks import rank_numbers
from hcc_sdtm.register.register import REGISTER_COLUMNS, Register, with_register
from hcc_sdtm.register.waiving import WAIVED


def as_registered(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings with `REGISTER_COLUMNS`: as they are where they have them, else as a study without a register has them."""
    if set(REGISTER_COLUMNS) <= set(findings.columns):
        return findings
    return with_register(findings, Register(), datetime.max)[0]


def sort_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings in an order that depends on nothing but their content: those that move an endpoint first, the most moving
    before the others, and errors before warnings."""
    rank = findings["severity"].map({severity: rank for rank, severity in enumerate(SEVERITIES)})
    record = pd.to_numeric(findings["record"], errors="coerce")
    ordered = findings.assign(_impact=rank_numbers(findings), _rank=rank, _record=record).sort_values(
        ["_impact", "_rank", "rule", "site", "dataset", "table", "subject", "keys", "_record", *FINDING_COLUMNS],
        kind="stable",
        ignore_index=True,
    )
    return ordered[list(findings.columns)]


def sort_groups(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings in groups, with ``level``: 0 for a lead, 1 for those under it, which follow it at once.

    Groups that move an endpoint come first, the most moving before the others; a group has the severity of its worst
    finding. Waived findings come last and lead nobody who is not waived, so that a waiver hides nothing else. Where the lead is
    not among these findings, the first of the others takes its place. ``findings`` has `REGISTER_COLUMNS`.
    """
    if findings.empty:
        return findings.assign(level=0)
    ordered = sort_findings(findings)
    is_waived = (ordered["status"] == WAIVED).to_numpy()
    group = ordered["cause"].where(ordered["cause"] != "", ordered["key"])
    codes = pd.factorize(group + np.where(is_waived, "\x1fwaived", ""))[0]
    rank = ordered["severity"].map({severity: rank for rank, severity in enumerate(SEVERITIES)})
    worst = rank.groupby(codes).transform("min").to_numpy()
    moving = pd.Series(rank_numbers(ordered)).groupby(codes).transform("min").to_numpy()
    place = np.arange(len(ordered))
    # the lead of a code: the one without a cause, else the first
    order = np.lexsort((place, ordered["cause"].to_numpy() != "", codes))
    is_lead = np.zeros(len(ordered), dtype=bool)
    is_lead[order[~pd.Series(codes[order]).duplicated().to_numpy()]] = True
    lead_place = np.zeros(len(ordered), dtype=np.int64)
    lead_place[codes[is_lead]] = place[is_lead]
    shown = np.lexsort((place, ~is_lead, lead_place[codes], worst, moving, is_waived))
    return ordered.assign(level=np.where(is_lead, 0, 1)).iloc[shown].reset_index(drop=True)
