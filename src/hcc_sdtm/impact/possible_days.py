"""The days that a doubted date can be: what its neighbours leave.

Neighbours are the subject's other events in the trial's order, the assessments of the visits before and after, the bounds
that the finding itself names, the death and the data cut-off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from hcc_sdtm.dates.event_order import narrow
from hcc_sdtm.dates.iso import bounds, from_days
from hcc_sdtm.impact.located import Located, Place
from hcc_sdtm.sdtm.event_dates import build_event_records, event_texts
from hcc_sdtm.spec.trial import CUTOFF, Trial

MOST_DAYS = 100
"""So many days are tried of a date that can be more: the first, the last, those about the subject's other dates, and others
at even distances."""

NAMED = re.compile(r"\bon or (before|after) ([0-9]{4}-[0-9]{2}-[0-9]{2})\b")


@dataclass(frozen=True)
class Days:
    """Day numbers in order; ``is_whole`` says that no day between the first and the last is left out."""

    days: np.ndarray
    is_whole: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """The days as ISO 8601 text."""
        return tuple(from_days(pd.Series(self.days, dtype=float)))


@dataclass
class PossibleDays:
    """The days that dates of a study can be; the order of events is looked at once for all subjects."""

    located: Located
    trial: Trial
    _texts: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __post_init__(self) -> None:
        datasets = self.located.datasets
        names = pd.Index(datasets["DM"].frame["USUBJID"].unique() if "DM" in datasets else [], dtype=object)
        self._texts = event_texts(build_event_records(datasets, self.trial), self.trial, names)
        self.cutoff = float(bounds(pd.Series([self.trial.data_cutoff]))["latest"].iloc[0])

    def between_neighbours(self, place: Place, subject: str, expected: str) -> Days | None:
        """The days that are left; None where nothing limits them on one side, or no day is left.

        Where visits, events and the finding's own bounds contradict one another, the visits do not count, then the events.
        """
        of_visits = self._of_visits(place, subject)
        of_events = self._of_events(place, subject)
        named = _named(expected)
        for limits in ((named, of_events, of_visits), (named, of_events), (named,)):
            first = max([low for low, _ in limits])
            last = min([self.cutoff, *(high for _, high in limits)])
            if np.isinf(first) and limits[-1] is not named:
                first = self._first_known(subject, place)
            if np.isfinite(first) and first <= last:
                return self._tried(first, last, subject)
        return None

    def _of_events(self, place: Place, subject: str) -> tuple[float, float]:
        """What the subject's other events leave the event that the record is one of; what is no event is not after death."""
        trial, texts = self.trial, self._texts.reindex([subject])
        frame = self.located.datasets[place.dataset].frame.iloc[[place.position]]
        own = [
            name
            for name in trial.events
            for choice in [trial.event_records(name)]
            if (choice.dataset, choice.date) == (place.dataset, place.variable)
            and set(choice.where) <= set(frame.columns)
            and choice.takes(frame)[0]
        ]
        texts = texts.fillna("").assign(**{CUTOFF: trial.data_cutoff})
        if not own or not trial.event_order:
            return -np.inf, self._death(texts, place)
        texts[own] = ""
        narrowed = narrow(texts, [[*chain, CUTOFF] for chain in trial.event_order])
        return (
            max(_known(narrowed.earliest[name].iloc[0], -np.inf) for name in own),
            min(_known(narrowed.latest[name].iloc[0], np.inf) for name in own),
        )

    def _death(self, texts: pd.DataFrame, place: Place) -> float:
        latest = np.inf
        for name in self.trial.events:
            choice = self.trial.event_records(name)
            if (choice.dataset, choice.date) == DEATH != (place.dataset, place.variable):
                latest = min(latest, _known(bounds(texts[name])["latest"].iloc[0], np.inf))
        return latest

    def _of_visits(self, place: Place, subject: str) -> tuple[float, float]:
        """From the assessment of the visit before to that of the visit after, in the same dataset; where there is none, from or
        to the start of treatment, by the planned day of the visit."""
        frame = self.located.datasets[place.dataset].frame
        if place.variable != f"{place.dataset}DTC" or "VISITNUM" not in frame:
            return -np.inf, np.inf
        rows = self.located.positions(place.dataset, subject)
        visits = frame["VISITNUM"].to_numpy(dtype=float)
        days = bounds(frame[place.variable].iloc[rows])
        own, others = visits[place.position], visits[rows]
        before = np.nanmax(np.append(days["earliest"].to_numpy()[others < own], -np.inf))
        after = np.nanmin(np.append(days["latest"].to_numpy()[others > own], np.inf))
        planned = next((visit.day for visit in self.trial.visits if visit.number == own), None)
        started = self._treatment_start(subject)
        if planned is not None and np.isfinite(started):
            before = started if planned > 0 and np.isinf(before) else before
            after = started if planned <= 0 and np.isinf(after) else after
        return float(before), float(after)

    def _treatment_start(self, subject: str) -> float:
        names = [name for name, event in self.trial.events.items() if event.treatment == "start"]
        texts = self._texts.reindex([subject]).fillna("")
        days = [float(bounds(texts[name])["earliest"].iloc[0]) for name in names if name in texts]
        return float(np.nanmin([*days, np.inf]))

    def _first_known(self, subject: str, place: Place) -> float:
        """The first day of the subject's events but the one asked about."""
        texts = self._texts.reindex([subject]).fillna("")
        days = [
            bounds(texts[name])["earliest"].iloc[0]
            for name in texts
            for choice in [self.trial.event_records(str(name))]
            if (choice.dataset, choice.date) != (place.dataset, place.variable)
        ]
        return float(np.nanmin([*days, np.inf]))

    def _tried(self, first: float, last: float, subject: str) -> Days:
        count = int(last - first) + 1
        if count <= MOST_DAYS:
            return Days(np.arange(first, last + 1), True)
        near = [day + step for day in self._own_days(subject) for step in (-1, 0, 1)]
        inside = sorted({day for day in near if first < day < last})
        inside = inside[:: max(1, -(-len(inside) // (MOST_DAYS // 2)))]
        even = np.round(np.linspace(first, last, MOST_DAYS - len(inside)))
        return Days(np.unique(np.concatenate([even, inside])), False)

    def _own_days(self, subject: str) -> np.ndarray:
        """The complete days of the subject's records in datasets that the endpoints read."""
        days: list[np.ndarray] = []
        for dataset, variable in sorted(self.located.feeds.dates):
            if dataset in self.located.datasets and variable in self.located.datasets[dataset].frame:
                rows = self.located.positions(dataset, subject)
                found = bounds(self.located.datasets[dataset].frame[variable].iloc[rows])
                complete = found["earliest"].to_numpy() == found["latest"].to_numpy()
                days.append(found["earliest"].to_numpy()[complete])
        return np.unique(np.concatenate([np.empty(0), *days]))


DEATH = ("DM", "DTHDTC")


def _known(day: float, otherwise: float) -> float:
    return otherwise if np.isnan(day) else float(day)


def _named(expected: str) -> tuple[float, float]:
    """The bounds that a finding names: ``a date on or after 2023-11-22``."""
    first, last = -np.inf, np.inf
    for side, text in NAMED.findall(expected):
        day = float(bounds(pd.Series([text]))["earliest"].iloc[0])
        first, last = (max(first, day), last) if side == "after" else (first, min(last, day))
    return first, last
