"""What the functions ask of a DataFrame that is handed in: its columns, its keys, and dates that are days."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from hcc_sdtm.dates.iso import EPOCH, is_complete, to_days
from hcc_sdtm.problem import nearest

Where = Mapping[str, str | Sequence[str]]
"""Texts by column: a row is meant where each column has one of its texts."""

NAMED_AS_DATE = re.compile(r".*(DTC|DT|DTM)")
"""Columns that CDISC names as dates."""


def listed(names: str | Sequence[str]) -> list[str]:
    """The names as a list; one text is one name."""
    return [names] if isinstance(names, str) else list(names)


def check_columns(frame: pd.DataFrame, names: Collection[str], what: str) -> None:
    """Raises ValueError for each of the names that is no column, all together, with the nearest that is one."""
    columns = [str(column) for column in frame.columns]
    wrong = [f'no column "{name}"{nearest(name, columns)}' for name in names if name not in columns]
    if wrong:
        raise ValueError(f"{what} has {'; '.join(wrong)}")
    for name in names:
        if columns.count(name) > 1:
            raise ValueError(f'{what} has the column "{name}" {columns.count(name)} times')


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    """Raises ValueError for a value that is none of the choices."""
    if value not in choices:
        raise ValueError(f'{name} "{value}" is not one of {", ".join(choices)}{nearest(value, choices)}')


def check_unique(frame: pd.DataFrame, keys: Sequence[str], what: str) -> None:
    """Raises ValueError where two rows have the same keys, with the first of them."""
    repeated = frame.duplicated(list(keys))
    if repeated.any():
        first = frame.loc[repeated.to_numpy(), list(keys)].iloc[0]
        told = ", ".join(f'{key} "{first[key]}"' for key in keys)
        raise ValueError(f"{what} has {int(repeated.sum())} rows too many for one a {' and '.join(keys)}; first {told}")


def day_numbers(column: pd.Series, what: str) -> np.ndarray:
    """Day numbers since 1960-01-01 of complete ISO 8601 texts, timestamps or day numbers; NaN where missing.

    Raises ValueError for a text that is no complete date, quoting the first: it is to be imputed or left out before.
    """
    if is_datetime64_any_dtype(column):
        days = (column.dt.tz_localize(None).dt.normalize() - pd.Timestamp(EPOCH)) / pd.Timedelta(days=1)
        return np.asarray(days.to_numpy(dtype=float))
    if is_numeric_dtype(column):
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan) // 1)
    texts = column.astype(object).fillna("")
    wrong = ~is_complete(texts).to_numpy() & (texts != "").to_numpy()
    if wrong.any():
        first = texts[wrong].iloc[0]
        raise ValueError(
            f'{what} "{first}" ({int(wrong.sum())} rows) is not a complete date; expected ISO 8601 text such as '
            "2021-03-05, or day numbers: impute (hs.dates.impute) or leave out what is partial"
        )
    return to_days(texts).to_numpy(dtype=float)


def chosen(frame: pd.DataFrame, where: Where, what: str) -> np.ndarray:
    """Mask of the rows of which each column of ``where`` has one of its texts; ``""`` is a missing value."""
    check_columns(frame, list(where), what)
    mask = np.ones(len(frame), dtype=bool)
    for name, texts in where.items():
        column = frame[name]
        if is_numeric_dtype(column):
            numbers = pd.to_numeric(pd.Series(listed(texts), dtype=object), errors="coerce").dropna()
            mask &= (column.isin(numbers) | (column.isna() & ("" in listed(texts)))).to_numpy()
        else:
            mask &= column.astype(object).fillna("").isin(listed(texts)).to_numpy()
    return mask
