"""What the functions ask of a DataFrame that is handed in: its columns, its keys, and dates that are days."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_datetime64_any_dtype, is_numeric_dtype

from hcc_sdtm.dates.iso import EPOCH, is_complete, to_days
from hcc_sdtm.problem import nearest

Where = Mapping[str, str | Sequence[str]]
"""Texts by column: a row is meant where each column has one of its texts."""

NAMED_AS_DATE = re.compile(r".*(DTC|DT|DTM)")
"""Columns that CDISC names as dates."""

DAYS = (-715_510, 2_936_549)
"""Day numbers of the first day of year 1 and the last of year 9999: 20210305 and the seconds of a date and time are none."""

NUMBER_KINDS = ("integer", "floating", "mixed-integer-float")


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


def check_limit(name: str, value: float) -> None:
    """Raises ValueError for a number of days or assessments that is below 0 or no number."""
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f'{name} "{value}" is not a number from 0')


def check_result_names(name: str, made: Collection[str]) -> None:
    """Raises ValueError where the column that names the subject is called as a column of the result."""
    if name in made:
        raise ValueError(f'the column of the subject cannot be called "{name}", which is a column of the result')


def check_owners(columns: Mapping[str, pd.Series], by: str) -> None:
    """Raises ValueError for a missing subject, and where it is a number in one place and a text in another."""
    kinds: dict[str, str] = {}
    for what, column in columns.items():
        owner = texts_of(column)
        if (owner == "").any():
            raise ValueError(f"{what} has rows without {by}")
        kind = infer_dtype(owner)
        kind = "number" if kind in NUMBER_KINDS else "text" if kind == "string" else kind
        if kind.startswith("mixed"):
            raise ValueError(f"{by} of {what} has numbers and texts; expected one of the two")
        if kind != "empty":
            kinds.setdefault(kind, what)
    if len(kinds) > 1:
        told = " and ".join(f"{kind} in {what}" for kind, what in kinds.items())
        raise ValueError(f"{by} is {told}; expected one of the two")


def texts_of(column: pd.Series) -> pd.Series:
    """The values as they are, ``""`` where missing."""
    values = column.astype(object)
    return values.where(values.notna(), "")


def dates_of(column: pd.Series) -> pd.Series:
    """The column as day numbers or texts: timestamps and dates of any kind become day numbers, the time left out.

    Of a time zone the local day counts. Raises ValueError for a number that no day of the years 1 to 9999 has.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if column.notna().all() else object)
    if column.dtype == object and infer_dtype(column, skipna=True) in ("date", "datetime", "datetime64"):
        column = pd.to_datetime(column)
    if is_datetime64_any_dtype(column):
        days: pd.Series = (column.dt.tz_localize(None).dt.normalize() - pd.Timestamp(EPOCH)) / pd.Timedelta(days=1)
        return days
    if is_numeric_dtype(column):
        days = pd.Series(column.to_numpy(dtype=float, na_value=np.nan), index=column.index)
        outside = (days < DAYS[0]) | (days >= DAYS[1] + 1)
        if outside.any():
            raise ValueError(
                f'{column.name} "{days[outside].iloc[0]:.10g}" is no day number; expected days since 1960-01-01'
            )
        return days // 1
    return column


def day_numbers(column: pd.Series, what: str) -> np.ndarray:
    """Day numbers since 1960-01-01 of complete ISO 8601 texts, timestamps or day numbers; NaN where missing.

    Raises ValueError for a text that is no complete date, quoting the first: it is to be imputed or left out before.
    """
    dates = dates_of(column)
    if is_numeric_dtype(dates):
        return dates.to_numpy(dtype=float)
    texts = texts_of(dates)
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
        column, asked = frame[name], [texts] if not isinstance(texts, Collection) else listed(texts)
        if wrong := [text for text in asked if not isinstance(text, str)]:
            raise ValueError(f"where asks for {name} {wrong[0]!r}; expected a text, in quotes")
        if is_numeric_dtype(column):
            numbers = pd.to_numeric(pd.Series(asked, dtype=object), errors="coerce")
            if wrong := [text for text, number in zip(asked, numbers, strict=True) if text and pd.isna(number)]:
                raise ValueError(f'where asks for {name} "{wrong[0]}", and {name} of {what} is a column of numbers')
            mask &= (column.isin(numbers.dropna()) | (column.isna() & ("" in asked))).to_numpy()
        else:
            mask &= texts_of(column).isin(asked).to_numpy()
    return mask
