"""Which event, or which censoring, ends each subject's time: the decision, for one parameter and all subjects at once.

Knows the kinds of censoring that a parameter file can name (`hcc_sdtm.spec.adam.Censoring`) and what they do to each
other. Does not know datasets: it works on time lines and arrays with one element a subject.

The rules, in the order in which they act:

1.  An event before the origin is none. Where a baseline is asked for and missing, events judged on images are none.
2.  The earliest event is the event; of two on one day, the one that the parameter lists first.
3.  A new therapy that starts before the event takes it away; on the day of the event it does not.
4.  So do missed assessments: the trial's number (two) of planned windows that opened after the last event-free assessment
    (the start of treatment, where there is none) and closed before the event. The assessment that found the event does
    not count as the last one, but an assessment on the day of death does.
5.  Who has no event is censored, with the first reason of the list that applies, at the last event-free record before
    all that took the event away (for 3, on or before the start of therapy; for 4, before the gap); without such a record,
    or without baseline, at the origin.

Source: FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), appendix C; windows are
counted, and not twice the interval, because the interval between visits changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.adam.timeline import Timeline
from hcc_sdtm.spec.adam.time_to_event import Censoring, Event, TimeToEvent
from hcc_sdtm.spec.trial import Visit

AT_ORIGIN = ""
"""Source of a time that ends at the origin: no record."""

EVENT_FREE = "event_free"
"""Name of the time line that censoring goes back to; events and censorings are known by their own names."""


@dataclass(frozen=True)
class Schedule:
    """The planned assessments after the start of treatment: when each window opens and closes, in days from the start."""

    opens: np.ndarray
    closes: np.ndarray
    missed: int

    @classmethod
    def of(cls, visits: Sequence[Visit], missed: int) -> Schedule:
        """The schedule of the trial's visits; ``missed`` assessments in a row are too many."""
        planned = sorted((visit for visit in visits if visit.day > 0), key=lambda visit: visit.day)
        return cls(
            np.array([visit.day - visit.window_before for visit in planned], dtype=float),
            np.array([visit.day + visit.window_after for visit in planned], dtype=float),
            missed,
        )

    def too_many_missed(self, last_assessed: np.ndarray) -> np.ndarray:
        """Day on which too many windows in a row have closed since the last assessment; infinite: the schedule ends first.

        Both in days from the start of treatment. A window that was open at the last assessment is not missed.
        """
        index = np.searchsorted(self.opens, last_assessed, side="right") + self.missed - 1
        return np.append(self.closes, np.inf)[np.minimum(index, len(self.closes))]


@dataclass(frozen=True)
class Decision:
    """What ends each subject's time; arrays with one element a subject.

    ``source`` is the name of the time line, `EVENT_FREE` or `AT_ORIGIN`, ``record`` the index in it (-1 at the origin).
    ``reason`` is the index of the censoring that applied, -1 for an event; ``cause`` 1 for an event, 2 for a competing
    one, 0 for none.
    """

    day: np.ndarray
    source: np.ndarray
    record: np.ndarray
    reason: np.ndarray
    cause: np.ndarray


def decide(
    parameter: TimeToEvent,
    timelines: Mapping[str, Timeline],
    origin: np.ndarray,
    treatment_start: np.ndarray,
    has_baseline: np.ndarray,
    schedule: Schedule,
) -> Decision:
    """The decision for each subject; NaN as ``origin`` gives NaN as ``day``.

    ``timelines`` has one for each event, competing event and censoring that names records, by its name, and
    `EVENT_FREE`. ``treatment_start`` is the day from which the schedule counts.
    """
    free = timelines[EVENT_FREE]
    censorings = parameter.applied
    needs_baseline = any(censoring.when == "no_baseline" for censoring in censorings)
    events = _first_event(parameter, timelines, origin, has_baseline | (not needs_baseline))
    takers = _takers(censorings, timelines, events, origin, treatment_start, schedule)
    # strictly before the event; where there is none, whenever
    taken_at = np.minimum.reduce([np.full(len(origin), np.inf), *takers.values()])
    is_taken = taken_at < events.day
    is_event = np.isfinite(events.day) & ~is_taken

    limit = np.where(is_taken, np.minimum(taken_at, events.assessed_until), np.inf)
    record = _within(free, free.last_on_or_before(limit), origin)
    if needs_baseline:
        record[~has_baseline] = -1

    reason = _reasons(censorings, timelines, events, takers, origin, has_baseline)
    source = np.where(record >= 0, EVENT_FREE, AT_ORIGIN).astype(object)
    day = np.where(record >= 0, free.days_at(record), origin)
    names = np.array([event.name for event in (*parameter.events, *parameter.competing)], dtype=object)
    source[is_event] = names[events.which[is_event]]
    return Decision(
        day=np.where(is_event, events.day, day),
        source=source,
        record=np.where(is_event, events.record, record),
        reason=np.where(is_event, -1, reason),
        cause=np.where(is_event, np.where(events.which < len(parameter.events), 1, 2), 0),
    )


@dataclass(frozen=True)
class _Events:
    """The event of each subject: its day (infinite: none), which of the list, its record.

    ``assessed_until`` is the last day whose assessments came before the event; ``late`` marks who had an event that came
    too late to count.
    """

    day: np.ndarray
    which: np.ndarray
    record: np.ndarray
    assessed_until: np.ndarray
    late: np.ndarray


def _first_event(
    parameter: TimeToEvent, timelines: Mapping[str, Timeline], origin: np.ndarray, can_be_assessed: np.ndarray
) -> _Events:
    count = len(origin)
    first = np.full(count, np.inf)
    which, record = np.full(count, -1), np.full(count, -1)
    until = np.full(count, np.inf)
    late = np.zeros(count, dtype=bool)
    for number, event in enumerate((*parameter.events, *parameter.competing)):
        timeline = timelines[event.name]
        index = timeline.first_on_or_after(origin)
        day = timeline.days_at(index, np.inf)
        if event.assessed:
            day[~can_be_assessed] = np.inf
        is_late = _is_late(event, timelines[EVENT_FREE], day, origin)
        late |= is_late
        day[is_late] = np.inf
        earlier = day < first
        first[earlier], which[earlier], record[earlier] = day[earlier], number, index[earlier]
        until[earlier] = day[earlier] - 1 if event.assessed else day[earlier]
    return _Events(first, which, record, until, late)


def _is_late(event: Event, free: Timeline, day: np.ndarray, origin: np.ndarray) -> np.ndarray:
    if event.only_within is None:
        return np.zeros(len(day), dtype=bool)
    last = free.days_at(_within(free, free.last_on_or_before(day), origin))
    since = np.where(np.isnan(last), origin, last)
    return np.asarray(np.isfinite(day) & (day - since > event.only_within.length_days))


def _takers(
    censorings: Sequence[Censoring],
    timelines: Mapping[str, Timeline],
    events: _Events,
    origin: np.ndarray,
    treatment_start: np.ndarray,
    schedule: Schedule,
) -> dict[int, np.ndarray]:
    """By its index, the day of each censoring that takes an event away when it comes first; infinite: it does not."""
    takers = {}
    for number, censoring in enumerate(censorings):
        if censoring.when == "before_event":
            timeline = timelines[censoring.name]
            takers[number] = timeline.days_at(timeline.first_on_or_after(origin), np.inf)
        elif censoring.when == "missed_assessments":
            free = timelines[EVENT_FREE]
            last = free.days_at(free.last_on_or_before(events.assessed_until))
            since = np.fmax(last, treatment_start) - treatment_start
            day = treatment_start + schedule.too_many_missed(since)
            takers[number] = np.where(np.isfinite(events.day) & ~np.isnan(day), day, np.inf)
    return takers


def _reasons(
    censorings: Sequence[Censoring],
    timelines: Mapping[str, Timeline],
    events: _Events,
    takers: Mapping[int, np.ndarray],
    origin: np.ndarray,
    has_baseline: np.ndarray,
) -> np.ndarray:
    """Index of the first censoring that applies to each subject, were there no event."""
    free = timelines[EVENT_FREE]
    reason = np.full(len(origin), -1)
    no_event = np.isinf(events.day)
    for number, censoring in enumerate(censorings):
        match censoring.when:
            case "no_baseline":
                applies = ~has_baseline & no_event
            case "no_assessment":
                applies = no_event & (_within(free, free.last_on_or_before(np.full(len(origin), np.inf)), origin) < 0)
            case "before_event" | "missed_assessments":
                applies = takers[number] < events.day
            case "too_late":
                applies = events.late & no_event
            case "record":
                applies = no_event & (timelines[censoring.name].first_on_or_after(origin) >= 0)
            case "otherwise":
                applies = np.ones(len(origin), dtype=bool)
        reason[(reason < 0) & applies] = number
    return reason


def _within(timeline: Timeline, index: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """The index, -1 where the record lies before the origin."""
    return np.where(timeline.days_at(index, -np.inf) >= origin, index, -1)
