"""Rows of a table that repeat an earlier one cell for cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

_SAMPLE = 200


def repeated_rows(body: pd.DataFrame) -> np.ndarray:
    """Mask of the rows that have the texts of an earlier row in every column, as `pandas.DataFrame.duplicated` has it.

    Columns are compared one after the other, each only in the rows that no column before has told from all others.
    """
    repeated = np.zeros(len(body), dtype=bool)
    rows, groups = np.arange(len(body)), np.zeros(len(body), dtype=np.int64)
    columns = body.to_numpy().T
    # the column that tells most rows apart comes first
    for texts in sorted(columns, key=lambda texts: -len(set(texts[:_SAMPLE].tolist()))):
        if not len(rows):
            return repeated
        codes, distinct = pd.factorize(texts[rows])
        groups, found = pd.factorize(groups * len(distinct) + codes)
        alike = (np.bincount(groups, minlength=len(found)) > 1)[groups]
        rows, groups = rows[alike], groups[alike]
    repeated[rows] = pd.Series(groups).duplicated().to_numpy()
    return repeated
