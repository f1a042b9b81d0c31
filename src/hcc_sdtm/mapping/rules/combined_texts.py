"""Texts of several columns taken together: each distinct combination once, and as one text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.mapping.language.verbs import Constant
from hcc_sdtm.mapping.tables.view import View


def combinations(view: View, rows: np.ndarray, columns: Sequence[str]) -> tuple[np.ndarray, list[np.ndarray]]:
    """For each row the number of its combination of texts; and, by column, the text of each combination."""
    coded = [view.factorized(column) for column in columns]
    here, first = np.zeros(len(rows), dtype=np.int64), np.zeros(1, dtype=np.int64)
    for codes, texts in coded:
        here, first = _renumbered(here * len(texts) + codes[rows])
    return here, [texts[codes[rows][first]] for codes, texts in coded]


def _renumbered(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The codes as numbers from 0 in the order they come, and the first position of each."""
    numbers, distinct = pd.factorize(codes)
    first = np.empty(len(distinct), dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    return numbers, first


def joined_texts(parts: Sequence[str | Constant], texts: Sequence[np.ndarray], separator: str) -> np.ndarray:
    """The texts of columns, in turn, and constants, joined; ``""`` where a column is empty."""
    size = len(texts[0]) if texts else 1
    columns = iter(texts)
    listed = [[part.constant] * size if isinstance(part, Constant) else next(columns) for part in parts]
    joined = ["" if "" in each else separator.join(each) for each in zip(*listed, strict=True)]
    return np.array(joined, dtype=object)
