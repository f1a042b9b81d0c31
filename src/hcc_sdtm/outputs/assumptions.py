"""The lines of the assumption ledger as a frame, and as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.outputs.cells import safe_column

ASSUMPTION_COLUMNS = ("number", "topic", "value", "where", "why")
"""Columns of the ledger: ``where`` is a file and line, ``why`` says the effect too; all text but the number."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One line of the ledger; ``where`` is where a person would change it."""

    topic: str
    value: str
    where: str
    why: str


def build_assumptions(assumptions: Iterable[Assumption]) -> pd.DataFrame:
    """The ledger as a frame, numbered from 1 in the order given."""
    rows = [(number, a.topic, a.value, a.where, a.why) for number, a in enumerate(assumptions, start=1)]
    return pd.DataFrame(rows, columns=list(ASSUMPTION_COLUMNS))


def write_assumptions(path: Path, frame: pd.DataFrame) -> None:
    """Writes the ledger as CSV for a spreadsheet program (UTF-8 with mark, no cell starts a formula)."""
    texts = {name: safe_column(frame[name].astype(str)) for name in ASSUMPTION_COLUMNS}
    pd.DataFrame(texts).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
