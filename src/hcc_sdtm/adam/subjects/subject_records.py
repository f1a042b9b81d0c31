"""The records of each subject that a rule of ADSL reads: in the order of their dates, and surely in time or not.

Knows what is in time for a rule; what is taken of the records is known to `hcc_sdtm.adam.subjects.adsl`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.adam.timeline import Subjects, chosen_records, record_date, sequence_numbers
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.records import DatedRecords


@dataclass(frozen=True)
class SubjectRecords:
    """Records by subject, first possible day and number; ``position`` is that in the dataset's frame.

    ``day`` is the first day that the date can be, minus infinity without a date, and ``latest`` the last, infinite then.
    """

    dataset: Dataset
    position: np.ndarray
    subject: np.ndarray
    day: np.ndarray
    latest: np.ndarray

    def __len__(self) -> int:
        return len(self.position)

    def keep(self, mask: np.ndarray) -> SubjectRecords:
        """The records of the mask or index."""
        return SubjectRecords(self.dataset, self.position[mask], self.subject[mask], self.day[mask], self.latest[mask])

    def texts(self, variable: str) -> np.ndarray:
        """The values of a variable of the records."""
        return np.asarray(self.dataset.frame[variable].to_numpy()[self.position])


def subject_records(dataset: Dataset, rule: AdslRule, subjects: Subjects) -> SubjectRecords:
    """The records that the rule's ``where`` chooses, none that surely lies after the data cut-off."""
    records = DatedRecords(dataset=rule.dataset, where=rule.where, where_not=rule.where_not, date=rule.on)
    position, subject = chosen_records(dataset, records, subjects)
    dated_by = records.date or record_date(dataset.spec)
    day, latest = np.full(len(position), -np.inf), np.full(len(position), np.inf)
    if dated_by in dataset.frame:
        limits = bounds(dataset.frame[dated_by].iloc[position])
        day, latest = limits["earliest"].fillna(-np.inf).to_numpy(), limits["latest"].fillna(np.inf).to_numpy()
    kept = ~(day > subjects.cutoff)
    order = np.lexsort((sequence_numbers(dataset, position[kept]), day[kept], subject[kept]))
    index = np.flatnonzero(kept)[order]
    return SubjectRecords(dataset, position[index], subject[index], day[index], latest[index])


def reach(
    rule: AdslRule, subject: np.ndarray, days: Mapping[str, np.ndarray], window: int
) -> tuple[np.ndarray, np.ndarray]:
    """The first and last day that the rule's timing allows a record of each of the subjects.

    ``days`` has the ADSL dates by subject and ``window`` the days of the trial's baseline window. A subject without the
    date that a record is to be on or before has no limit; one without the date that it is to be after has no day at all.
    """
    low, high = np.full(len(subject), -np.inf), np.full(len(subject), np.inf)
    for name in (rule.until, "TRTSDT" if rule.pick == "baseline" else ""):
        if name:
            high = np.fmin(high, days[name][subject])
    if rule.in_baseline_window:
        low = np.maximum(low, _or_never(days["TRTSDT"][subject] - window))
    if rule.after:
        low = np.maximum(low, _or_never(days[rule.after][subject] + 1))
    return low, high


def _or_never(days: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(days), np.inf, days)


def sure_and_open(
    rule: AdslRule, records: SubjectRecords, days: Mapping[str, np.ndarray], window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the records that are in time whatever their date is, and of those that are by some of its days only."""
    low, high = reach(rule, records.subject, days, window)
    sure = (records.day >= low) & (records.latest <= high)
    possible = np.maximum(records.day, low) <= np.minimum(records.latest, high)
    return sure, possible & ~sure
