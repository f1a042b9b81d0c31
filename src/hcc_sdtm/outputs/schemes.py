"""results/schemes.csv: the subjects whose date or censoring changes between two censoring schemes, each with the reason."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.outputs.cells import safe_column


def write_schemes(path: Path, schemes: pd.DataFrame) -> None:
    """Writes the comparison of `compare_schemes` as CSV for a spreadsheet program (UTF-8 with mark, no cell starts a formula).

    Codes are whole numbers, empty where a scheme has no record of the subject.
    """
    shown = {}
    for name in schemes:
        column = schemes[name]
        if is_numeric_dtype(column):
            column = column.map(lambda value: "" if pd.isna(value) else f"{value:g}")
        shown[name] = safe_column(column.astype(str))
    pd.DataFrame(shown).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
