"""The planted faults of a synthetic study, and which of them a run's findings did not point to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm.source import Source, column_number


def read_faults(truth: Path) -> pd.DataFrame:
    """``truth/faults.csv``: one row a planted fault, with FILE, SHEET and CELL; all text."""
    return pd.read_csv(truth / "faults.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")


def missed_faults(faults: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """The faults at whose cell no finding of severity error or warning stands."""
    shown = set(findings.loc[findings["severity"] != "note", "source"])
    sources = [str(fault_source(fault)) for fault in faults.to_dict("records")]
    return faults[[source not in shown for source in sources]]


def fault_source(fault: Mapping[Hashable, Any]) -> Source:
    """The cell of one fault as findings print it."""
    letters = fault["CELL"].rstrip("0123456789")
    return Source(fault["FILE"], fault["SHEET"], int(fault["CELL"][len(letters) :]), column_number(letters))
