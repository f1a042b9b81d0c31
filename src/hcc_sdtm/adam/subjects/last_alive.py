"""The day each subject was last known alive, from every dated record, and the record that shows it.

Knows which records show a subject alive as far as the rule says so; where the rule stands is known to
`hcc_sdtm.adam.subjects.adsl`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from hcc_sdtm.adam.timeline import Subjects, chosen_records, matching, sequence_numbers
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.dates.open_dates import DATE_FLAGS, open_dates
from hcc_sdtm.spec.adam.adsl_verbs import LastAlive


class LastDay:
    """The latest day found so far by subject, and the record that has it."""

    def __init__(self, count: int) -> None:
        self.rank = np.full(count, np.nan)  # the day, half a day less where it is the first of a partial date
        self.number = np.full(count, np.nan)
        self.domain = np.full(count, "", dtype=object)
        self.variable = np.full(count, "", dtype=object)
        self.flag = np.full(count, "", dtype=object)

    def add(
        self,
        subject: np.ndarray,
        day: np.ndarray,
        domain: str,
        variable: str,
        numbers: np.ndarray | None,
        flags: np.ndarray,
    ) -> None:
        """Take the records in; of those of one day a complete date stands, and of several the lowest number."""
        rank = day - (flags != "") / 2
        latest = np.full(len(self.rank), -np.inf)
        np.maximum.at(latest, subject, rank)
        later = np.isfinite(latest) & ~(latest <= self.rank)
        tied = np.flatnonzero(later[subject] & (rank == latest[subject]))
        order = np.zeros(len(subject)) if numbers is None else numbers
        lowest = np.full(len(self.rank), np.inf)
        np.minimum.at(lowest, subject[tied], order[tied])
        chosen = tied[order[tied] == lowest[subject[tied]]]
        self.rank[later] = latest[later]
        self.number[later] = lowest[later]
        self.flag[subject[chosen]] = flags[chosen]
        self.domain[later] = domain
        self.variable[later] = variable

    @property
    def day(self) -> np.ndarray:
        """The latest day of each subject, NaN where there is no record."""
        return np.asarray(np.ceil(self.rank))


def find_last_alive(
    alive: LastAlive, datasets: Mapping[str, Dataset], known: Mapping[str, object], subjects: Subjects
) -> LastDay:
    """The latest day by subject, its dataset, variable and record; the first dataset and variable by name wins a tie.

    ``known`` has the names of the datasets whose dates count. A partial date counts by its first day. A death that can only
    be after the data cut-off shows the subject alive on it, as any later record does.
    """
    best = LastDay(len(subjects))
    death = _latest_death(alive, datasets, subjects, best)
    for dataset, position, variables in _shown(alive, datasets, known):
        subject = subjects.codes(dataset.frame["USUBJID"].iloc[position])
        for variable in variables:
            dates = open_dates(dataset.frame[variable].iloc[position], keep_known_parts=True, name=variable)
            # The subject lived on the first day that a partial date can be, whichever day it was.
            day, flag = dates.reach().earliest, DATE_FLAGS[dates.level[dates.codes]]
            usable = (subject >= 0) & np.isfinite(day)
            usable[usable] = ~(day[usable] > death[subject[usable]])
            numbers = sequence_numbers(dataset, position[usable]) if dataset.spec.sequence else None
            cut = np.minimum(day[usable], subjects.cutoff)
            best.add(subject[usable], cut, dataset.name, variable, numbers, flag[usable])
    return best


def _shown(
    alive: LastAlive, datasets: Mapping[str, Dataset], known: Mapping[str, object]
) -> Iterator[tuple[Dataset, np.ndarray, list[str]]]:
    """Each dataset with the positions of records that show a subject alive and their date variables."""
    for name in sorted(datasets):
        dataset = datasets[name]
        if "USUBJID" not in dataset.frame or name not in known:
            continue
        counts = np.ones(len(dataset), dtype=bool)
        for records in alive.excluded:
            if records.dataset == name:
                counts &= ~matching(dataset.frame, records)
        every = [each for each in dataset.spec.names if each.endswith("DTC") and each in dataset.frame]
        if not alive.sources:
            yield from _some(dataset, counts, every)
        for source in alive.sources:
            if source.dataset == name:
                named = [each for each in source.dates if each in dataset.frame]
                yield from _some(dataset, counts & matching(dataset.frame, source), named if source.dates else every)


def _some(dataset: Dataset, mask: np.ndarray, variables: list[str]) -> Iterator[tuple[Dataset, np.ndarray, list[str]]]:
    if mask.any():
        yield dataset, np.flatnonzero(mask), variables


def _latest_death(alive: LastAlive, datasets: Mapping[str, Dataset], subjects: Subjects, best: LastDay) -> np.ndarray:
    """The last day that each subject's death can be, infinite where there is none; who dies after the cut-off saw it."""
    latest = np.full(len(subjects), np.inf)
    dataset = datasets.get(alive.death.dataset)
    if dataset is not None and alive.death.date in dataset.frame:
        position, subject = chosen_records(dataset, alive.death, subjects)
        limits = bounds(dataset.frame[alive.death.date].iloc[position])
        np.fmin.at(latest, subject, limits["latest"].to_numpy())
        later = (limits["earliest"] > subjects.cutoff).to_numpy()
        numbers = sequence_numbers(dataset, position[later]) if dataset.spec.sequence else None
        cutoff = np.full(later.sum(), subjects.cutoff)
        complete = np.full(len(cutoff), "", dtype=object)
        best.add(subject[later], cutoff, alive.death.dataset, alive.death.date, numbers, complete)
    return latest
