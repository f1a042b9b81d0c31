"""tie_out.csv: each result that was computed by a second route, both values, and whether they agree."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from hcc_sdtm.outputs.cells import safe_column


def write_tie_out(path: Path, tie_out: pd.DataFrame) -> None:
    """Writes the comparison as CSV for a spreadsheet program (UTF-8 with mark, no cell starts a formula).

    Numbers have every digit, so that the difference can be made again; a missing one is empty; ``agrees`` is Y or N.
    """
    shown = {name: safe_column(_texts(tie_out[name])) for name in tie_out}
    frame = pd.DataFrame(shown, columns=list(tie_out.columns))
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n", quoting=csv.QUOTE_ALL)


def _texts(column: pd.Series) -> pd.Series:
    if is_bool_dtype(column):
        return column.map({True: "Y", False: "N"}).astype(object)
    if is_numeric_dtype(column):
        return column.map(lambda value: "" if pd.isna(value) else f"{value:.17g}").astype(object)
    return column.astype(str).astype(object)
