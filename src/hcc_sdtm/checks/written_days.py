"""Days that are numbers, as people write them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hcc_sdtm.dates.iso import from_days

ZERO = dt.date(1960, 1, 1).toordinal()
FIRST, LAST = dt.date.min.toordinal() - ZERO, dt.date.max.toordinal() - ZERO
"""Numbers of 0001-01-01 and 9999-12-31, counted from 1960-01-01: no other number is a day."""


def written_days(days: np.ndarray) -> np.ndarray:
    """ISO 8601 text of each day number; ``""`` for NaN, the number itself where no year has such a day."""
    numbers = np.asarray(days, dtype=float)
    is_day = (numbers >= FIRST) & (numbers <= LAST)
    texts = from_days(pd.Series(np.where(is_day, numbers, np.nan))).to_numpy(dtype=object)
    strange = ~is_day & ~np.isnan(numbers)
    texts[strange] = [f"{number:g}" for number in numbers[strange]]
    return texts


def written_spans(first: np.ndarray, last: np.ndarray) -> list[str]:
    """Text of the days from the first to the last that a date can mean: one day, or ``2022-02-01 to 2022-02-28``."""
    return [
        one if one == other else f"{one} to {other}"
        for one, other in zip(written_days(first), written_days(last), strict=True)
    ]
