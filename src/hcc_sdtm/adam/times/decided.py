"""The decision of every time-to-event parameter, with the time lines that it was taken on.

Knows how a parameter's file becomes the arrays that `hcc_sdtm.adam.times.time_to_event` decides on. Makes no records: those
are of `hcc_sdtm.adam.times.adtte`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from hcc_sdtm.adam.subjects.adsl import adsl_subjects
from hcc_sdtm.adam.timeline import Subjects, Timeline, build_timeline, chosen_records
from hcc_sdtm.adam.times.decision import EVENT_FREE, Course, Decision
from hcc_sdtm.adam.times.schedule import Schedule
from hcc_sdtm.adam.times.time_to_event import decide
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import DatedRecords
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import Trial

MOST_VALUES = 999
"""Values of a by-group that the data may give: the number is part of PARAMCD."""


@dataclass(frozen=True)
class Decided:
    """One parameter and what was decided of each subject of ADSL; every array has one element a subject.

    ``timelines``      by the name of the event or censoring, and `EVENT_FREE`
    ``in_population``  mask of those that the parameter is about
    ``start_index``    index of the record in ``start_timeline`` that the origin is the date of, where it is of a record
    ``entry``          day from which the subject is at risk; NaN: none, or not known
    """

    parameter: TimeToEvent
    subjects: Subjects
    timelines: Mapping[str, Timeline]
    in_population: np.ndarray
    course: Course
    schedule: Schedule
    decision: Decision
    entry: np.ndarray
    start_timeline: Timeline | None = None
    start_index: np.ndarray | None = None

    @property
    def is_in(self) -> np.ndarray:
        """Mask of the subjects who have a record: of the population, with an origin, at risk before the time ends."""
        has_origin = ~np.isnan(self.course.origin)
        return np.asarray(self.in_population & has_origin & ~self.has_no_entry & ~self.left_before_entry)

    @property
    def has_no_entry(self) -> np.ndarray:
        """Mask of those whose day of entry is not known, where the parameter has one."""
        return np.isnan(self.entry) if self.parameter.entry else np.zeros(len(self.entry), dtype=bool)

    @property
    def left_before_entry(self) -> np.ndarray:
        """Mask of those whose time ends before they are at risk."""
        return np.asarray(self.decision.day < self.entry)

    @property
    def chosen(self) -> np.ndarray:
        """Positions of the subjects who have a record."""
        return np.flatnonzero(self.is_in)


class Timelines:
    """Time lines by what they are made of, each made once for all parameters."""

    def __init__(self, datasets: Mapping[str, Dataset], subjects: Subjects, tables: Mapping[str, DatasetSpec]) -> None:
        self.datasets = datasets
        self.subjects = subjects
        self.tables = tables
        self.made: dict[str, Timeline] = {}

    def of(self, records: DatedRecords) -> Timeline:
        """The time line of the records, whatever else their model says."""
        plain = DatedRecords.model_validate({name: getattr(records, name) for name in DatedRecords.model_fields})
        key = plain.model_dump_json()
        if key not in self.made:
            self.made[key] = build_timeline(self.datasets, plain, self.subjects, self.tables)
        return self.made[key]


def decide_parameters(
    datasets: Mapping[str, Dataset], adsl: Dataset, adrs: Dataset, specs: Specs, trial: Trial, adam: AdamSpecs
) -> tuple[list[Decided], Timelines]:
    """The decision of each parameter in the order of PARAMCD, and all time lines that were asked for.

    ``datasets`` may have ADTR beside those of SDTM. A parameter by the values of a variable is one for each value that the
    data have (`MOST_VALUES` at most, the first in alphabetical order).
    """
    everything: dict[str, Dataset] = {**datasets, "ADSL": adsl, "ADRS": _with_categories(adrs)}
    subjects = adsl_subjects(adsl, trial)
    lines = Timelines(everything, subjects, {**specs.sdtm, **specs.adam})
    started = subjects.days["TRTSDT"]
    first = np.nanmin(started) if np.isfinite(started).any() else subjects.cutoff
    schedule = Schedule.of(trial, subjects.cutoff - first)
    parameters = [each for parameter in adam.parameters for each in of_values(parameter, everything, subjects)]
    ordered = sorted(parameters, key=lambda parameter: parameter.paramcd)
    return [_decide(parameter, lines, adsl, schedule) for parameter in ordered], lines


def _with_categories(dataset: Dataset) -> Dataset:
    """The dataset with its most asked columns as categories: every source of every parameter is chosen by them."""
    frame = dataset.frame.copy(deep=False)
    for name in ("PARAMCD", "AVALC", "ANL01FL"):
        frame[name] = frame[name].astype("category")
    return replace(dataset, frame=frame)


def of_values(parameter: TimeToEvent, datasets: Mapping[str, Dataset], subjects: Subjects) -> Iterator[TimeToEvent]:
    """The parameter, or one for each value that its ``by`` has in the data."""
    if parameter.by is None:
        yield parameter
        return
    for number, value in enumerate(values_in_data(parameter, datasets, subjects)[:MOST_VALUES], start=1):
        yield parameter.of_value(value, "", number)


def values_in_data(parameter: TimeToEvent, datasets: Mapping[str, Dataset], subjects: Subjects) -> list[str]:
    """The values of ``by`` in the records up to the cut-off that are events or event-free records, in order."""
    values: set[str] = set()
    for records in (*parameter.events, *parameter.competing, parameter.event_free):
        dataset = datasets.get(records.dataset)
        by = parameter.by
        if dataset is None or by is None or records.dataset not in by.datasets or by.variable not in dataset.frame:
            continue
        position, _ = chosen_records(dataset, records, subjects)
        values |= {str(value) for value in dataset.frame[by.variable].iloc[position].unique()} - {""}
    return sorted(values)


def _decide(parameter: TimeToEvent, lines: Timelines, adsl: Dataset, schedule: Schedule) -> Decided:
    subjects = lines.subjects
    events = (*parameter.events, *parameter.competing)
    timelines = {event.name: lines.of(event) for event in events}
    timelines |= {each.name: lines.of(each.records) for each in parameter.applied if each.dataset}
    timelines[EVENT_FREE] = lines.of(parameter.event_free)

    in_population = (adsl.frame[parameter.population] == "Y").to_numpy()
    if parameter.among:
        in_population &= _among(parameter, lines)
    start_timeline = start_index = None
    if parameter.start_record:
        start_timeline = lines.of(parameter.start_record)
        start_index = start_timeline.first_on_or_after(np.full(len(subjects), -np.inf))
        origin = start_timeline.days_at(start_index)
    else:
        origin = subjects.days[parameter.start]
    course = _course(parameter, lines, origin)
    return Decided(
        parameter=parameter,
        subjects=subjects,
        timelines=timelines,
        in_population=in_population,
        course=course,
        schedule=schedule,
        decision=decide(parameter, timelines, course, schedule),
        entry=subjects.days[parameter.entry] if parameter.entry else np.full(len(subjects), np.nan),
        start_timeline=start_timeline,
        start_index=start_index,
    )


def _course(parameter: TimeToEvent, lines: Timelines, origin: np.ndarray) -> Course:
    days, count = lines.subjects.days, len(lines.subjects)
    baseline = days[parameter.baseline] if parameter.baseline else np.zeros(count)
    end = days[parameter.end] if parameter.end else np.full(count, np.nan)
    after = {}
    for event in (*parameter.events, *parameter.competing):
        if event.after:
            earlier = lines.of(event.after)
            after[event.name] = earlier.days_at(earlier.first_on_or_after(origin))
    return Course(
        origin=origin,
        treatment_start=days["TRTSDT"],
        has_baseline=~np.isnan(baseline),
        end=np.where(np.isnan(end), np.inf, end),
        last_day=np.fmin(days.get("DTHDT", np.full(count, np.nan)), lines.subjects.cutoff),
        after=after,
    )


def _among(parameter: TimeToEvent, lines: Timelines) -> np.ndarray:
    """Mask of the subjects who have a record that ``among`` asks for."""
    mask = np.zeros(len(lines.subjects), dtype=bool)
    if parameter.among and parameter.among.dataset in lines.datasets:
        _, subject = chosen_records(lines.datasets[parameter.among.dataset], parameter.among, lines.subjects)
        mask[subject] = True
    return mask
