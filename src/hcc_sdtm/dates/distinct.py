"""A column read one distinct text at a time: dates and times repeat, and each text means the same wherever it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pandas as pd


def read_distinct(series: pd.Series, columns: Sequence[str], read: Callable[[object], Sequence[str]]) -> pd.DataFrame:
    """What ``read`` says of each value, one text for each of the columns; same index."""
    codes, values = pd.factorize(series, use_na_sentinel=False)
    readings = [read(value) for value in values]
    found = zip(*readings, strict=True) if readings else [()] * len(columns)
    data = {name: np.array(texts, dtype=object)[codes] for name, texts in zip(columns, found, strict=True)}
    return pd.DataFrame(data, index=series.index, dtype=object, copy=False)


def listed(texts: str | Collection[str]) -> Collection[str]:
    """The texts, one alone as a list of one: a text is a collection too, of its letters."""
    return [texts] if isinstance(texts, str) else texts
