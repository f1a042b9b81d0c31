"""The dates of a column that are not known to the day: partial ones, and ambiguous ones with what they can be.

An ambiguous date is a typed text with several readings (day and month, the century or the day numbers' system cannot be
told). In SDTM it stops at the part that all readings share and may be missing; the readings stand in the finding that mapping
made at its cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds, distinct_parts, earliest_latest
from hcc_sdtm.finding import rule_ids
from hcc_sdtm.mapping.rules.unread_dates import DATE_AMBIGUOUS, DATE_SERIAL

OPEN_COLUMNS = ["subject", "text", "earliest", "latest", "visit", "cell"]

READINGS = " | "
"""Between the readings of an ambiguous date."""


@dataclass(frozen=True)
class Ambiguous:
    """The readings of ambiguous dates, ISO texts by the cell that they are typed in; and whose they are, by `Subjects`."""

    readings: dict[str, tuple[str, ...]]
    subjects: np.ndarray


def find_ambiguous(findings: pd.DataFrame, subjects_frame: pd.DataFrame, subjects: Subjects) -> Ambiguous:
    """The ambiguous dates that findings of mapping tell of; ``subjects_frame`` is DM."""
    ids = [rule.split(" ")[0] for rule in (DATE_AMBIGUOUS, DATE_SERIAL)]
    found = findings[rule_ids(findings).isin(ids).to_numpy(dtype=bool)]
    readings = {}
    for cell, expected in zip(found["source"], found["expected"], strict=True):
        texts = tuple(sorted(set(expected.split(" or "))))
        if len(texts) > 1 and bounds(pd.Series(texts, dtype=object)).notna().all(axis=None):
            readings[cell] = texts
    numbers = subjects_frame["SUBJID"] if "SUBJID" in subjects_frame else subjects_frame["USUBJID"]
    is_concerned = numbers.isin(found["subject"]) | subjects_frame["USUBJID"].isin(found["subject"])
    return Ambiguous(readings, np.unique(subjects.codes(subjects_frame.loc[is_concerned, "USUBJID"])))


def find_open_dates(dataset: Dataset, variable: str, subjects: Subjects, ambiguous: Ambiguous) -> pd.DataFrame:
    """The dates of a column that are not known to the day, one row each, by position, `OPEN_COLUMNS`.

    Partial ones with a year, and those that are ambiguous, whose ``text`` has all readings. ``visit`` is that of a date of
    collection; ``cell`` is the raw cell of any other date, "" where it is not known or there are several.
    """
    parts = distinct_parts(dataset.frame[variable])
    earliest, latest = earliest_latest(parts)
    has_day, has_year = ~np.isnan(parts.year + parts.month + parts.day), ~np.isnan(earliest)
    subject = subjects.codes(dataset.frame["USUBJID"])
    may_be_ambiguous = ~has_day[parts.codes] & np.isin(subject, ambiguous.subjects)
    is_partial = (has_year & ~has_day)[parts.codes]
    position = np.flatnonzero((is_partial | may_be_ambiguous) & (subject >= 0))
    is_collected = variable == f"{dataset.name}DTC" and "VISITNUM" in dataset.frame
    codes = parts.codes[position]
    found = pd.DataFrame(
        {
            "subject": subject[position],
            "text": parts.texts[codes],
            "earliest": earliest[codes],
            "latest": latest[codes],
            "visit": dataset.frame["VISITNUM"].to_numpy(dtype=float)[position] if is_collected else np.nan,
            "cell": np.full(len(position), "", dtype=object),
        },
        index=position,
    )
    if dataset.lineage is not None:
        _read_cells(found, dataset, variable, may_be_ambiguous[position], ambiguous)
    return found[found["earliest"].notna()]


def _read_cells(
    found: pd.DataFrame, dataset: Dataset, variable: str, may_be_ambiguous: np.ndarray, ambiguous: Ambiguous
) -> None:
    """Fill in the raw cell of each date that has one, and the readings of those that are ambiguous."""
    is_read = may_be_ambiguous | found["visit"].isna().to_numpy()
    for at, text in zip(found.index[is_read].tolist(), found.loc[is_read, "text"], strict=True):
        cells = dataset.trace(at, variable).cells()
        if len(cells) != 1:
            continue
        cell = str(cells[0][0])
        found.at[at, "cell"] = cell
        readings = ambiguous.readings.get(cell, ())
        # what another rule than that of a date made of the text does not have its readings
        if readings and all(reading.startswith(text) for reading in readings):
            limits = bounds(pd.Series(readings, dtype=object))
            found.at[at, "text"] = READINGS.join(readings)
            found.at[at, "earliest"], found.at[at, "latest"] = limits["earliest"].min(), limits["latest"].max()
