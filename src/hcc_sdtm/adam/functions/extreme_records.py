"""The first or last record of each group of rows, as rows or as a flag, and the records that tie for it.

Source: ADaMIG 1.3, section 3.3 (ABLFL, ANLzzFL: flags that mark the records of an analysis).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_datetime64_any_dtype, is_numeric_dtype

from hcc_sdtm.adam.functions.columns import NAMED_AS_DATE, check_choice, check_columns, day_numbers, listed, texts_of
from hcc_sdtm.dates.iso import is_complete

WHICH = ("first", "last")
TIES = ("first", "last", "error")


def extreme_records(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    order: str | Sequence[str],
    which: str = "first",
    where: pd.Series | None = None,
    ties: str = "first",
) -> pd.DataFrame:
    """The first or last row of each group, in the order of the frame, index labels kept.

    ``by`` names the columns of the group (usually USUBJID and PARAMCD); a missing key is a key of its own. ``order`` names
    the columns that order the rows of a group, the first of them first; ``-AVAL`` orders from high to low. Numbers,
    timestamps and ordered categories are ordered as such, other texts as texts. A column with dates as text must have
    complete ISO 8601 dates; times order within a day, and a date without one comes first.
    A row with a missing value in ``order`` is taken only where the group has no other. Only rows of the mask ``where``
    (same index) are looked at; a group without one has no row.

    Rows that agree in everything in ``order`` tie: ``ties`` takes the one that comes first or last in the frame, or raises
    an error. `tied_records` lists them.

    Raises ValueError for a column that is not there, with the nearest; for a partial date or one that is no ISO 8601 text;
    for numbers and texts in one column of ``order``; for a mask that is not of true and false or has another index; for
    another ``which`` or ``ties``; and with ``ties="error"`` for a tie, with its group.
    """
    return frame.iloc[_extreme(frame, by, order, which, where, ties)]


def flag_extreme_records(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    order: str | Sequence[str],
    which: str = "first",
    where: pd.Series | None = None,
    ties: str = "first",
) -> pd.Series:
    """Y for the first or last row of each group and ``""`` for the others, on the frame's index.

    The arguments and errors are those of `extreme_records`. A baseline flag is
    ``flag_extreme_records(adlb, ["USUBJID", "PARAMCD"], ["ADT", "ASEQ"], "last", where=adlb["ADT"] <= adlb["TRTSDT"])``.
    """
    flag = np.full(len(frame), "", dtype=object)
    flag[_extreme(frame, by, order, which, where, ties)] = "Y"
    return pd.Series(flag, index=frame.index)


def tied_records(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    order: str | Sequence[str],
    which: str = "first",
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """Every row that ties with another for the first or last of its group, in the order of the frame; none: no rows.

    The arguments and errors are those of `extreme_records`.
    """
    position, group, ranks = _sorted(frame, by, order, which, where)
    return frame.iloc[np.sort(position[_is_tied(group, ranks, which)])]


def _extreme(
    frame: pd.DataFrame,
    by: str | Sequence[str],
    order: str | Sequence[str],
    which: str,
    where: pd.Series | None,
    ties: str,
) -> np.ndarray:
    """Positions of the chosen rows, ascending."""
    check_choice("ties", ties, TIES)
    position, group, ranks = _sorted(frame, by, order, which, where)
    if not len(position):
        return position
    tied = _is_tied(group, ranks, which)
    if ties == "error" and tied.any():
        keys = frame.iloc[position[np.flatnonzero(tied)[:1]]][listed(by)].iloc[0]
        told = ", ".join(f'{name} "{value}"' for name, value in keys.items())
        count = len(np.unique(group[tied]))
        raise ValueError(
            f"{count} groups have more than one {which} row by {', '.join(listed(order))}; {told} is one; name a further "
            "column to order by"
        )
    ends = _ends(group, which)
    if ties in TIES[:2] and ties != which:
        # rows that tie stand together in the order of the frame: the other end of them
        run = np.cumsum(_changes(group, ranks)) - 1
        starts = np.flatnonzero(_changes(group, ranks))
        stops = np.append(starts[1:], len(group)) - 1
        ends = starts[run[ends]] if which == "last" else stops[run[ends]]
    return np.sort(position[ends])


def _sorted(
    frame: pd.DataFrame, by: str | Sequence[str], order: str | Sequence[str], which: str, where: pd.Series | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the rows by group and order, the code of the group of each, and its rank by each column of order."""
    check_choice("which", which, WHICH)
    keys, columns = listed(by), listed(order)
    names = [name.removeprefix("-") for name in columns]
    if not keys or not columns:
        raise ValueError("by and order need a column each")
    check_columns(frame, [*keys, *names], "frame")
    mask = np.ones(len(frame), dtype=bool)
    if where is not None:
        if not isinstance(where, pd.Series) or not where.index.equals(frame.index):
            raise ValueError("where has another index than frame; expected a column of true and false made from it")
        if len(where) and infer_dtype(where, skipna=True) not in ("boolean", "empty"):
            raise ValueError(f'where is not of true and false; its first value is "{where.iloc[0]}"')
        mask = where.astype("boolean").fillna(False).to_numpy(dtype=bool)
    position = np.flatnonzero(mask)
    group = frame.iloc[position].groupby(keys, sort=True, dropna=False, observed=True).ngroup().to_numpy()
    ranks = np.column_stack([_rank(frame[each.removeprefix("-")], each.startswith("-"))[position] for each in columns])
    # a missing value stands where it is taken last
    ranks = np.where(np.isnan(ranks), np.inf if which == "first" else -np.inf, ranks)
    at = np.lexsort((position, *ranks.T[::-1], group))
    return position[at], group[at], ranks[at]


def _rank(column: pd.Series, descending: bool) -> np.ndarray:
    """A number for each value by which they are ordered; NaN where the value is missing."""
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        ranks = column.cat.codes.astype(float).where(column.notna())
    elif is_datetime64_any_dtype(column) or is_numeric_dtype(column):
        ranks = column.rank(method="dense")
    else:
        texts = texts_of(column)
        given = texts[texts != ""]
        kind = infer_dtype(given)
        if kind in ("mixed", "mixed-integer"):
            raise ValueError(f"{column.name} has numbers and texts; expected one of the two to order by")
        if kind == "string" and (NAMED_AS_DATE.fullmatch(str(column.name)) or is_complete(given).any()):
            day_numbers(texts, str(column.name))  # complete dates, of which the text has the order, times too
        ranks = texts.where(texts != "").rank(method="dense")
    values = ranks.to_numpy(dtype=float, na_value=np.nan)
    return -values if descending else values


def _changes(group: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """For each row whether it differs from the one before in its group or in a rank."""
    changes = np.ones(len(group), dtype=bool)
    changes[1:] = (group[1:] != group[:-1]) | (ranks[1:] != ranks[:-1]).any(axis=1)
    return changes


def _ends(group: np.ndarray, which: str) -> np.ndarray:
    """Index of the first or last row of each group."""
    starts = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    return starts if which == "first" else np.append(starts[1:], len(group)) - 1


def _is_tied(group: np.ndarray, ranks: np.ndarray, which: str) -> np.ndarray:
    """Mask of the rows that agree with the first, or last, of their group, where several do."""
    if not len(group):
        return np.zeros(0, dtype=bool)
    run = np.cumsum(_changes(group, ranks)) - 1
    size = np.bincount(run)
    extreme = np.zeros(len(size), dtype=bool)
    extreme[run[_ends(group, which)]] = True
    return np.asarray(extreme[run] & (size[run] > 1))
