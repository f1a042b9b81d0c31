"""Visit responses of anyone's frame as the table that `hcc_sdtm.adam.responses.response` judges."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.functions.columns import check_columns, check_owners, day_numbers, texts_of
from hcc_sdtm.adam.responses.response import WORST_FIRST, worst_of_day
from hcc_sdtm.problem import nearest


def read_assessments(
    frame: pd.DataFrame, subject: str, date: str, response: str, start: str, until: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The assessments that count: ``subject``, ``day`` from the start, ``response``; and the subjects in order.

    The index is the position in the frame, ``subject`` that among the subjects. One a subject and day, the worst; none on or
    before the day of ``start``, of a subject without one, or after the day of ``until`` where that is a column.

    Raises ValueError for a column that is not there, a row without a subject or a date, a partial date, a response that is
    no term of RECIST 1.1 or iRECIST, with the nearest, and a subject with two days of ``start`` or ``until``.
    """
    check_columns(frame, [subject, date, response, start, *([until] if until else [])], "frame")
    owner = frame[subject].astype(object)
    check_owners({"frame": owner}, subject)
    days = day_numbers(frame[date], date)
    if np.isnan(days).any():
        raise ValueError(f"{date} is missing in {int(np.isnan(days).sum())} rows; impute or leave them out before")
    terms = texts_of(frame[response]).to_numpy()
    for term in pd.unique(terms):
        if term not in WORST_FIRST:
            raise ValueError(
                f'{response} "{term}" is no response; expected one of {", ".join(WORST_FIRST)}'
                f"{nearest(str(term), WORST_FIRST)}"
            )
    codes, names = pd.factorize(owner, sort=True)
    counts = days > _of_subject(frame, start, codes, names)
    if until:
        counts &= ~(days > _of_subject(frame, until, codes, names))
    table = pd.DataFrame({"subject": codes, "day": days - day_numbers(frame[start], start), "response": terms})
    table, _ = worst_of_day(table[counts])
    return table, pd.DataFrame({subject: np.asarray(names, dtype=object)})


def _of_subject(frame: pd.DataFrame, name: str, codes: np.ndarray, names: pd.Index) -> np.ndarray:
    """The days of a column that has one day a subject; NaN where missing."""
    days = day_numbers(frame[name], name)
    pairs = pd.DataFrame({"subject": codes, "day": days}).drop_duplicates()
    several = pairs["subject"].duplicated()
    if several.any():
        first = names[pairs.loc[several, "subject"].iloc[0]]
        raise ValueError(
            f'{name} has several days for {int(several.sum())} subjects, first "{first}"; expected one each'
        )
    return days


def with_rows(
    frame: pd.DataFrame, subjects: pd.DataFrame, found: pd.DataFrame, subject: str, date: str
) -> pd.DataFrame:
    """Every subject with what was found of it: positions in ``row`` and ``confirmed_by`` become index labels.

    ``date`` is the day number of ``row`` and ``confirmed_date`` that of ``confirmed_by``; NaN, and None for the label, where
    nothing was found.
    """
    merged = subjects.join(found.set_index("subject"))
    days, labels = day_numbers(frame[date], date), frame.index.to_numpy(dtype=object)
    for name, dated in (("row", "date"), ("confirmed_by", "confirmed_date")):
        if name not in merged:
            continue
        known = merged[name].notna().to_numpy()
        position = merged.loc[known, name].to_numpy(dtype=np.int64)
        day, label = np.full(len(merged), np.nan), np.full(len(merged), None, dtype=object)
        day[known], label[known] = days[position], labels[position]
        merged[dated], merged[name] = day, label
    return merged
