"""Records of a dataset by what a spec asks for, and the days that their dates can be.

Knows which days a partial date can mean, and which one the analysis took. Does not know how they are drawn.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.dataset import format_value
from hcc_sdtm.dates.iso import EPOCH, bounds
from hcc_sdtm.outputs.figures.source import FigureSource
from hcc_sdtm.spec.adam.records import Records, imputation_flag
from hcc_sdtm.spec.figures import Categories, MarkedRecords

DRAWN_COLUMNS = ("USUBJID", "earliest", "latest", "day", "end_earliest", "end_latest", "text")

LEVELS = {"D": "M", "M": "Y", "Y": ""}
"""The imputation flag, and the period in which the completed day can lie (ADaMIG 1.3, 3.1.3)."""


def choose_records(source: FigureSource, wanted: Records, columns: Collection[str] = ()) -> pd.DataFrame:
    """The records of the dataset with the texts of ``where`` and none of ``where_not``, in its order.

    Raises CannotDrawError where the dataset or a variable that is named is not there.
    """
    named = dict.fromkeys(("USUBJID", *wanted.where, *wanted.where_not, *columns))
    frame = source.frame(wanted.dataset, list(named))
    chosen = np.ones(len(frame), dtype=bool)
    for variable, texts in wanted.where.items():
        chosen &= _has_text(frame[variable], texts)
    for variable, texts in wanted.where_not.items():
        chosen &= ~_has_text(frame[variable], texts)
    return frame[chosen]


def choose_drawn(source: FigureSource, wanted: MarkedRecords) -> pd.DataFrame:
    """The records to be drawn (`DRAWN_COLUMNS`): day numbers, sorted by subject and earliest day.

    ``earliest`` and ``latest`` are the first and last day that the date can mean, ``day`` the day that it is or that the
    analysis took for it (NaN where it took none); the end likewise, NaN where there is none. A record without a year is no
    record to draw. Dates of ADaM that were completed go back to the period that was known, by their imputation flag.
    """
    named = [name for name in (wanted.date, wanted.end, wanted.text) if name]
    chosen = choose_records(source, wanted, named)
    start = _days(chosen, wanted.date)
    start["day"] = np.where(start["earliest"] == start["latest"], start["earliest"], start["day"])
    taken = source.taken_days
    sequence = f"{wanted.dataset}SEQ"
    if len(taken) and sequence in chosen and start["day"].isna().any():
        names = np.full(len(chosen), wanted.dataset, dtype=object)
        keys = pd.MultiIndex.from_arrays([names, chosen["USUBJID"], chosen[sequence].astype(float)])
        start["day"] = start["day"].fillna(pd.Series(taken.reindex(keys).to_numpy(), index=chosen.index))
    drawn = pd.DataFrame({"USUBJID": chosen["USUBJID"], **start})
    end = _days(chosen, wanted.end) if wanted.end else pd.DataFrame(np.nan, chosen.index, ["earliest", "latest"])
    drawn["end_earliest"], drawn["end_latest"] = end["earliest"], end["latest"]
    drawn["text"] = chosen[wanted.text].map(format_value) if wanted.text else ""
    drawn = drawn[drawn["earliest"].notna()].sort_values(["USUBJID", "earliest", "latest"], kind="stable")
    if wanted.pick != "all":
        drawn = drawn.drop_duplicates("USUBJID", keep="first" if wanted.pick == "first" else "last")
    return drawn[list(DRAWN_COLUMNS)].reset_index(drop=True)


def choose_categories(source: FigureSource, wanted: Categories, subjects: pd.Index) -> tuple[pd.Series, list[str]]:
    """Each subject's category (``""`` for none), and the categories that occur, in the order of the key."""
    chosen = choose_records(source, wanted, (wanted.value,)).drop_duplicates("USUBJID", keep="last")
    texts = chosen.set_index("USUBJID")[wanted.value].map(format_value)
    found = texts.reindex(subjects).fillna("")
    others = sorted(set(found) - {"", *wanted.values})
    return found, [value for value in (*wanted.values, *others) if (found == value).any()]


def render_day(day: float) -> str:
    """The ISO 8601 text of a day number."""
    return str(EPOCH + np.timedelta64(int(day), "D"))


def known_text(earliest: float, latest: float) -> str:
    """What is known of a date: its day, its month (``2023-05``), its year, or the two ends of what it can be."""
    first, last = render_day(earliest), render_day(latest)
    if first == last:
        return first
    start, end = (EPOCH + np.timedelta64(int(day), "D") for day in (earliest, latest + 1))
    for unit, letters in (("M", 7), ("Y", 4)):
        if start.astype(f"datetime64[{unit}]").astype("datetime64[D]") == start and end == (
            start.astype(f"datetime64[{unit}]") + 1
        ).astype("datetime64[D]"):
            return first[:letters]
    return f"{first} to {last}"


def choose_evenly(order: pd.Index, wanted: int, choose: str) -> pd.Index:
    """At most so many of the order: those evenly spaced in it, its ends among them, or the first."""
    if len(order) <= wanted:
        return order
    if choose == "first":
        return order[:wanted]
    return order[np.round(np.linspace(0, len(order) - 1, wanted)).astype(int)]


def _has_text(values: pd.Series, texts: Collection[str]) -> np.ndarray:
    codes, distinct = pd.factorize(values)
    fits = np.array([*(format_value(value) in texts for value in distinct), "" in texts], dtype=bool)
    return np.asarray(fits[codes])


def _days(chosen: pd.DataFrame, date: str) -> pd.DataFrame:
    """The days that each date can be, and the day that stands there where it was completed (else NaN)."""
    days = bounds(chosen[date])
    days["day"] = np.nan
    flag = imputation_flag(date)
    if not is_numeric_dtype(chosen[date]) or flag not in chosen:
        return days
    for level, period in LEVELS.items():
        rows = (chosen[flag] == level).to_numpy() & days["earliest"].notna().to_numpy()
        if not rows.any():
            continue
        completed = days.loc[rows, "earliest"]
        days.loc[rows, "day"] = completed
        if period:
            dates = (EPOCH + completed.to_numpy().astype("timedelta64[D]")).astype(f"datetime64[{period}]")
            days.loc[rows, "earliest"] = (dates.astype("datetime64[D]") - EPOCH).astype(float)
            days.loc[rows, "latest"] = ((dates + 1).astype("datetime64[D]") - EPOCH).astype(float) - 1
    return days
