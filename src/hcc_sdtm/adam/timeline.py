"""Records of a dataset as dated points on each subject's time line: which count, when they are, and in which order.

Every derivation asks this module for records, so that the data cut-off, the roles of partial dates and the order of
records are the same everywhere. Knows nothing of responses or events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.adam.event_limits import policy_bounds
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.impute import impute
from hcc_sdtm.dates.iso import bounds, to_days
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.spec.adam.records import DatedRecords, Records, imputation_flag
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import DatePolicy, RecordChoice, has_text

UNUSABLE_DATE = "ADSL-101 adam.unusable-date"
"""A record that a derivation asks for has a date that stays incomplete after its role's imputation: it is not used."""

# Keys subject * SPAN + day sort by subject, then day; day numbers of the years 1 to 9999 lie within half the span.
SPAN = 1e7


@dataclass(frozen=True)
class Subjects:
    """The subjects in order, the cut-off, the policies of partial dates by role, and day numbers (NaN: missing).

    ``days`` has the ADSL dates made so far, and the limits of the events that bound a role (`event_limits`).
    """

    names: pd.Index
    cutoff: float
    roles: Mapping[str, DatePolicy]
    days: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.names)

    def codes(self, names: pd.Series) -> np.ndarray:
        """Position of each USUBJID among the subjects; -1: none of them."""
        return np.asarray(self.names.get_indexer(pd.Index(names)), dtype=np.int64)


@dataclass(frozen=True)
class Timeline:
    """Dated records in the order subject, day, sequence number; one array element a record.

    ``position`` is that in the dataset's frame, ``subject`` the code of `Subjects`, ``flag`` the imputation flag.
    ``unusable`` has the positions of records that were asked for and whose date is too incomplete to be used.
    """

    dataset: Dataset
    variable: str
    position: np.ndarray
    subject: np.ndarray
    day: np.ndarray
    flag: np.ndarray
    unusable: np.ndarray

    def keep(self, mask: np.ndarray) -> Timeline:
        """The records of the mask."""
        return Timeline(
            self.dataset,
            self.variable,
            self.position[mask],
            self.subject[mask],
            self.day[mask],
            self.flag[mask],
            self.unusable,
        )

    @cached_property
    def _keys(self) -> np.ndarray:
        return np.asarray(self.subject * SPAN + self.day)

    def first_on_or_after(self, limits: np.ndarray) -> np.ndarray:
        """For each subject the index of the first record on or after the limit; -1: none, or the limit is NaN."""
        subjects = np.arange(len(limits))
        index = np.searchsorted(self._keys, subjects * SPAN + _finite(limits), side="left")
        return self._own(index, subjects, limits)

    def last_on_or_before(self, limits: np.ndarray) -> np.ndarray:
        """For each subject the index of the last record on or before the limit; -1: none, or the limit is NaN."""
        subjects = np.arange(len(limits))
        index = np.searchsorted(self._keys, subjects * SPAN + _finite(limits), side="right") - 1
        return self._own(index, subjects, limits)

    def _own(self, index: np.ndarray, subjects: np.ndarray, limits: np.ndarray) -> np.ndarray:
        inside = (index >= 0) & (index < len(self.subject)) & ~np.isnan(limits)
        inside[inside] = self.subject[index[inside]] == subjects[inside]
        return np.where(inside, index, -1)

    def days_at(self, index: np.ndarray, otherwise: float = np.nan) -> np.ndarray:
        """The days of the records at ``index``; ``otherwise`` where it is -1."""
        days = np.full(len(index), otherwise)
        days[index >= 0] = self.day[index[index >= 0]]
        return days

    def unusable_findings(self) -> pd.DataFrame:
        """One finding for each record whose date could not be used."""
        message = (
            f'{self.variable} "{{value}}" is too incomplete to be used, or contradicts what bounds it; the analysis does '
            "without it"
        )
        return self.dataset.findings(
            self.unusable, UNUSABLE_DATE, "warning", self.variable, message, "a date to the day"
        )


def _finite(limits: np.ndarray) -> np.ndarray:
    return np.asarray(np.nan_to_num(limits, nan=0.0, posinf=SPAN / 2 - 1, neginf=1 - SPAN / 2))


def matching(frame: pd.DataFrame, records: Records | RecordChoice) -> np.ndarray:
    """Mask of the rows that the records' ``where`` and ``where_not`` choose; a column that is not there is missing."""
    mask = np.ones(len(frame), dtype=bool)
    for variable, texts in records.where.items():
        mask &= has_text(frame, variable, texts)
    for variable, texts in getattr(records, "where_not", {}).items():
        mask &= ~has_text(frame, variable, texts)
    return mask


def record_date(spec: DatasetSpec) -> str:
    """The variable that dates a record of an SDTM dataset: its start, else its collection; ``""``: it has neither.

    DM has one record a subject, which holds facts of many days: the day of its collection dates none of them.
    """
    if spec.name == "DM":
        return ""
    return next((name for name in (f"{spec.name}STDTC", f"{spec.name}DTC") if name in spec.by_name), "")


def chosen_records(
    dataset: Dataset, records: Records | RecordChoice, subjects: Subjects
) -> tuple[np.ndarray, np.ndarray]:
    """Positions and subject codes of the records asked for, those of no subject or after the data cut-off left out."""
    frame = dataset.frame
    position = np.flatnonzero(matching(frame, records))
    subject = subjects.codes(frame["USUBJID"].iloc[position])
    position, subject = position[subject >= 0], subject[subject >= 0]
    dated_by = record_date(dataset.spec)
    if dated_by in frame:
        after = bounds(frame[dated_by].iloc[position])["earliest"].to_numpy() > subjects.cutoff
        position, subject = position[~after], subject[~after]
    return position, subject


def build_timeline(
    datasets: Mapping[str, Dataset],
    records: DatedRecords,
    subjects: Subjects,
    specs: Mapping[str, DatasetSpec],
) -> Timeline:
    """The records on their subjects' time lines, dated by their date variable and its role.

    A record without a date, or with one after the cut-off, is left out; a date that stays incomplete is ``unusable``.
    A dataset that the study does not have has no records.
    """
    dataset = datasets.get(records.dataset) or _empty(specs[records.dataset])
    position, subject = chosen_records(dataset, records, subjects)
    if records.date not in dataset.frame:
        position, subject = position[:0], subject[:0]
        texts = pd.Series([], dtype=object)
    else:
        texts = dataset.frame[records.date].iloc[position].reset_index(drop=True)
    day, flag = _complete_days(texts, subject, subjects, subjects.roles.get(records.role))
    carried = imputation_flag(records.date)
    if is_numeric_dtype(texts) and carried in dataset.frame:
        flag = dataset.frame[carried].to_numpy(dtype=object)[position]
    undated = np.isnan(day)
    is_typed = np.zeros(len(texts), dtype=bool) if is_numeric_dtype(texts) else (texts != "").to_numpy()
    unusable = position[undated & is_typed]
    kept = ~undated & (day <= subjects.cutoff)
    order = np.lexsort((sequence_numbers(dataset, position[kept]), day[kept], subject[kept]))
    return Timeline(
        dataset,
        records.date,
        position[kept][order],
        subject[kept][order],
        day[kept][order],
        flag[kept][order],
        unusable,
    )


def _complete_days(
    texts: pd.Series, subject: np.ndarray, subjects: Subjects, policy: DatePolicy | None
) -> tuple[np.ndarray, np.ndarray]:
    day = to_days(texts).to_numpy(dtype=float, copy=True)
    flag = np.full(len(texts), "", dtype=object)
    if is_numeric_dtype(texts) or policy is None:
        return day, flag
    partial = np.flatnonzero(np.isnan(day) & (texts != "").to_numpy())
    if len(partial):
        given = texts.iloc[partial].reset_index(drop=True)
        own = subject[partial]
        lower = policy_bounds(policy, "earliest", subjects.days, own)
        upper = policy_bounds(policy, "latest", subjects.days, own)
        cutoff = pd.Series(np.full(len(own), subjects.cutoff))
        completed = impute(given, policy.to, policy.highest, lower, [*upper, cutoff])
        date = completed["date"]
        if policy.contradicted == "unused":
            for bound in lower:
                date = date.where(~(date < bound))
            for bound in upper:
                date = date.where(~(date > bound))
        day[partial] = date.to_numpy()
        flag[partial] = completed["flag"].to_numpy()
    return day, flag


def sequence_numbers(dataset: Dataset, position: np.ndarray) -> np.ndarray:
    """The record numbers (--SEQ, ASEQ) at the positions; the position itself where the dataset has none."""
    name = dataset.spec.sequence
    if name and name in dataset.frame:
        position = dataset.frame[name].to_numpy(dtype=float)[position]
    return np.asarray(position, dtype=float)


def _empty(spec: DatasetSpec) -> Dataset:
    columns = {
        variable.name: pd.Series([], dtype=float if variable.is_numeric else object) for variable in spec.variables
    }
    return Dataset(spec, pd.DataFrame(columns))


def unusable_date_findings(timelines: list[Timeline]) -> pd.DataFrame:
    """The findings of all time lines, each record and variable once."""
    frames = [frame for timeline in timelines if len(frame := timeline.unusable_findings())]
    if not frames:
        return findings_frame()
    return pd.concat(frames).drop_duplicates(["dataset", "record", "variable"], ignore_index=True)
