"""Record order and --SEQ (SDTMIG 3.4, 4.1.5): numbered within a subject in the order the spec's sort names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import ITEM, ROW


def sort_positions(frame: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    """Positions that put the records in order of the keys; equal keys keep the order of the site's rows and items.

    Text sorts by code point and numbers by size, missing first, so that the order of raw files changes nothing.
    """
    columns = [frame[key] for key in keys if key in frame] + [frame[key] for key in (ROW, ITEM) if key in frame]
    ranks = []
    for column in reversed(columns):
        if column.dtype == object:
            codes, distinct = pd.factorize(column)
            ranks.append(np.argsort(np.argsort(np.asarray(distinct, dtype=object)))[codes])
        else:
            ranks.append(column.fillna(-np.inf).to_numpy(dtype=float))
    return np.lexsort(ranks) if ranks else np.arange(len(frame))


def sequence_numbers(subjects: pd.Series) -> np.ndarray:
    """1, 2, 3 .. within each subject, as float64; the records must already be in order."""
    return subjects.groupby(subjects, sort=False).cumcount().to_numpy(dtype=float) + 1
