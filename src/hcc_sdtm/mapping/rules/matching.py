"""Rows of one table with the same key as rows of another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.mapping.rules.combined_texts import combinations, joined_texts
from hcc_sdtm.mapping.tables.view import View, clean

BETWEEN = "\x1f"
"""A sign that stands in no cell, between the texts of a key."""


def match_rows(view: View, rows: np.ndarray, there: View, key: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The first row of the other view with the same texts in the key's columns as each row, -1 for none.

    And which rows find several there. Texts are compared as in conditions. A key with an empty text matches nothing.
    """
    keys, wanted = _keys(there, np.arange(len(there)), key), _keys(view, rows, key)
    first = pd.Series(np.arange(len(keys)), index=keys)
    several = set(first.index[first.index.duplicated()]) - {""}
    at = first[~first.index.duplicated()].reindex(wanted).fillna(-1).to_numpy(dtype=np.int64)
    at[wanted == ""] = -1
    return at, np.isin(wanted, list(several))


def shared_rows(at: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Mask of the found rows whose row in the other view is another's too."""
    shared = np.zeros(len(at), dtype=bool)
    shared[found] = pd.Series(at[found]).duplicated(keep=False).to_numpy()
    return shared


def _keys(view: View, rows: np.ndarray, columns: Sequence[str]) -> np.ndarray:
    """The key of each row as one cleaned text; ``""`` where a column is empty."""
    if len(columns) == 1 or not len(rows):
        codes, texts = view.factorized(columns[0])
        return np.asarray(_cleaned(texts)[codes[rows]]) if len(rows) else np.empty(0, dtype=object)
    here, combined = combinations(view, rows, columns)
    return np.asarray(joined_texts(columns, [_cleaned(texts) for texts in combined], BETWEEN)[here])


def _cleaned(texts: np.ndarray) -> np.ndarray:
    return np.array([clean(text) for text in texts], dtype=object)
