"""Record order and --SEQ (SDTMIG 3.4, 4.1.5): numbered within a subject in the order the spec's sort names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import ITEM, ROW


def sort_positions(frame: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    """Positions that put the records in order of the keys; what records with equal keys say orders those.

    Text sorts by code point and numbers by size, missing first, so that the order of raw rows and files changes nothing.
    """
    known = [key for key in keys if key in frame]
    tied = frame.duplicated(known).any() if known else True
    # the site's rows and items tell apart only records that say the same throughout
    said = [name for name in map(str, frame) if name not in known and (name[0] != "_" or name.startswith("_supp:"))]
    columns = [*known, *(said if tied else ()), *(name for name in (ROW, ITEM) if name in frame)]
    return np.lexsort([_rank(frame[name]) for name in reversed(columns)]) if columns else np.arange(len(frame))


def _rank(column: pd.Series) -> np.ndarray:
    if column.dtype != object:
        return column.fillna(-np.inf).to_numpy(dtype=float)
    codes, distinct = pd.factorize(column)
    return np.argsort(np.argsort(np.asarray(distinct, dtype=object)))[codes]


def sequence_numbers(subjects: pd.Series) -> np.ndarray:
    """1, 2, 3 .. within each subject, as float64; the records must already be in order."""
    return subjects.groupby(subjects, sort=False).cumcount().to_numpy(dtype=float) + 1
