"""Texts of lesion records as the terms they stand for, each distinct text looked at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd


def text_column(frame: pd.DataFrame, name: str) -> pd.Series:
    """The column as text in capitals without surrounding blanks; all missing where there is none."""
    if name not in frame:
        return pd.Series("", index=frame.index, dtype=object)
    codes, found = pd.factorize(frame[name])
    texts = np.array([str(text).strip().upper() for text in found] + [""], dtype=object)
    return pd.Series(texts[codes], index=frame.index, dtype=object)


def matches(texts: pd.Series, patterns: Iterable[str]) -> np.ndarray:
    """Mask of the texts that are one of the patterns, in which ``*`` and ``?`` stand for anything and any character."""
    wanted = [pattern.upper() for pattern in patterns]
    codes, found = pd.factorize(texts)
    fits = np.array([any(fnmatchcase(text, pattern) for pattern in wanted) for text in found] + [False], dtype=bool)
    return fits[codes]


def translate(texts: pd.Series, terms: Mapping[Any, Iterable[str]]) -> pd.Series:
    """The term whose list has each text; ``""``: none has."""
    table = {text.upper(): term for term, listed in terms.items() for text in listed}
    codes, found = pd.factorize(texts)
    names = np.array([table.get(text, "") for text in found] + [""], dtype=object)
    return pd.Series(names[codes], index=texts.index, dtype=object)
