"""The first of several dated sources for each subject, and which record it was.

Source: ADaMIG 1.3, section 3.2.8 (SRCDOM, SRCVAR, SRCSEQ: the record that gave a date stays known).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.adam.functions.columns import (
    check_choice,
    check_columns,
    check_owners,
    check_result_names,
    chosen,
    dates_of,
)
from hcc_sdtm.dates.iso import to_days

WHICH = ("first", "last")
RESULT = ("day", "source", "row", "partial", "undated")


@dataclass(frozen=True)
class EventSource:
    """Rows of a frame that can be the event: its name, the column with their date, and which rows are meant.

    ``where`` has texts by column: ``{"AVALC": "PD"}``, ``{"DSDECOD": ["DEATH", "LOST TO FOLLOW-UP"]}``; ``""`` is missing.
    """

    name: str
    frame: pd.DataFrame
    date: str
    where: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def first_event(
    sources: Sequence[EventSource],
    by: str = "USUBJID",
    subjects: pd.Series | None = None,
    which: str = "first",
) -> pd.DataFrame:
    """The earliest date of each subject over all sources, one row a subject.

    Columns: ``by``; ``day``, the day number since 1960-01-01, NaN without an event; ``source``, the name of the source,
    ``""`` without; ``row``, the index label of its row, None without; ``partial`` and ``undated``, how many rows of the
    subject were meant and have a date that is not known to the day, or no date. A partial date is never guessed at: impute
    it before (`hs.dates.impute`), or read ``partial`` as "the event may have come earlier". A time part is left out.

    Of sources that have one day the one named first stands, within a source the row that comes first. ``which="last"``
    gives the latest date instead. The rows are those of ``subjects``, in its order, whether they have an event or not;
    without it every subject that a source has, in order. Dates are ISO 8601 text, timestamps or day numbers.

    Raises ValueError for no source, two of one name, a column that is not there, with the nearest, a subject twice in
    ``subjects``, a row without a subject, subjects that are numbers in one place and texts in another, a ``where`` that asks a
    column of numbers for a text, and another ``which``.
    """
    check_choice("which", which, WHICH)
    check_result_names(by, RESULT)
    subjects = None if subjects is None else pd.Series(subjects, dtype=object)
    _check_sources(sources, by, subjects)
    if subjects is not None and subjects.duplicated().any():
        raise ValueError(f'subjects has "{subjects[subjects.duplicated()].iloc[0]}" more than once; expected one each')
    parts = [_dated(number, source, by) for number, source in enumerate(sources)]
    rows = pd.concat(parts, ignore_index=True)
    names = pd.Index(np.sort(rows["subject"].unique()) if subjects is None else subjects, dtype=object)
    rows["subject"] = names.get_indexer(pd.Index(rows["subject"], dtype=object))
    rows = rows[rows["subject"] >= 0]
    subject, day = rows["subject"].to_numpy(), rows["day"].to_numpy(dtype=float)
    is_typed = rows["is_typed"].to_numpy(dtype=bool)
    partial = np.bincount(subject[np.isnan(day) & is_typed], minlength=len(names))
    undated = np.bincount(subject[~is_typed], minlength=len(names))
    dated = np.flatnonzero(~np.isnan(day))
    rank = day if which == "first" else -day
    order = dated[np.lexsort((dated, rank[dated], subject[dated]))]
    first = order[np.append(True, np.diff(subject[order]) != 0)] if len(order) else order
    found = pd.DataFrame({by: names, "day": np.nan, "source": "", "row": None, "partial": partial, "undated": undated})
    columns = {"day": day, "source": np.array([each.name for each in sources], dtype=object)[rows["number"].to_numpy()]}
    for name, values in {**columns, "row": rows["row"].to_numpy(dtype=object)}.items():
        taken = found[name].to_numpy(copy=True)
        taken[subject[first]] = values[first]
        found[name] = taken
    return found


def _check_sources(sources: Sequence[EventSource], by: str, subjects: pd.Series | None) -> None:
    names = [source.name for source in sources]
    if not names:
        raise ValueError("first_event needs one source at least")
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f'two sources are called "{name}"; expected a name each')
    for source in sources:
        check_columns(source.frame, [by, source.date], f'the frame of "{source.name}"')
    owners = {f'the frame of "{source.name}"': source.frame[by] for source in sources}
    check_owners(owners if subjects is None else {"subjects": subjects, **owners}, by)


def _dated(number: int, source: EventSource, by: str) -> pd.DataFrame:
    """The rows that are meant: their subject, day, the number of the source and the label."""
    mask = chosen(source.frame, source.where, f'the frame of "{source.name}"')
    frame = source.frame[mask]
    dates = dates_of(frame[source.date])
    return pd.DataFrame(
        {
            "subject": frame[by].to_numpy(dtype=object),
            "day": to_days(dates).to_numpy(dtype=float),
            "number": number,
            "is_typed": (dates.notna() & (dates != "")).to_numpy(),
            "row": frame.index.to_numpy(dtype=object),
        }
    )
