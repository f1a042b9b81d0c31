"""Which event, or which censoring, ends each subject's time: the decision, for one parameter and all subjects at once.

Knows the kinds of censoring that a parameter file can name (`hcc_sdtm.spec.adam.event_sources`) and what they do to each
other. Does not know datasets: it works on time lines and arrays with one element a subject.

The rules, in the order in which they act:

1.  An event before the origin, or after the parameter's end, is none. Where a baseline is asked for and missing, events
    judged on images are none.
2.  The earliest event is the event; of two on one day, the one that the parameter lists first.
3.  A new therapy that starts before the event takes it away; on the day of the event it does not.
4.  So do missed assessments: the trial's number (two) of planned visits without one between the last event-free assessment
    (the start of treatment, where there is none) and the event (`Schedule.too_many_missed`). The assessment that found the
    event does not count as the last one, but an assessment on the day of death does.
5.  Who has no event is censored, with the first reason of the list that applies, at the last event-free record before
    all that took the event away (for 3, on or before the start of therapy; for 4, before the gap); without such a record,
    or without baseline, at the origin.
6.  A date that a scheme gives to a scheduled visit is moved there last, so that 1 to 5 compare what was seen when it was
    seen. Nothing is moved before the origin, or past death, the parameter's end or the data cut-off.

Source: FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics (2018), appendix C; by default windows are
counted, and not twice the interval, because the interval between visits changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.adam.timeline import Timeline
from hcc_sdtm.adam.times.decision import AT_END, AT_ORIGIN, EVENT_FREE, Course, Decision
from hcc_sdtm.adam.times.schedule import Schedule
from hcc_sdtm.spec.adam.event_sources import Censoring, Event
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent


def decide(parameter: TimeToEvent, timelines: Mapping[str, Timeline], course: Course, schedule: Schedule) -> Decision:
    """The decision for each subject; NaN as ``origin`` gives NaN as ``day``.

    ``timelines`` has one for each event, competing event and censoring that names records, by its name, and `EVENT_FREE`.
    """
    free, origin, censorings = timelines[EVENT_FREE], course.origin, parameter.applied
    needs_baseline = any(censoring.when == "no_baseline" for censoring in censorings)
    events = _first_event(parameter, timelines, course, course.has_baseline | (not needs_baseline))
    takers = _takers(censorings, timelines, events, course, schedule)
    # strictly before the event; where there is none, whenever
    taken_at = np.minimum.reduce([np.full(len(origin), np.inf), *takers.values()])
    is_taken = taken_at < events.day
    is_event = np.isfinite(events.day) & ~is_taken
    reason = np.where(is_event, -1, _reasons(censorings, timelines, events, takers, course))

    limit = np.where(is_taken, np.minimum(taken_at, events.assessed_until), np.inf)
    limit = np.minimum(limit, course.end)
    record = _last_free(parameter, free, limit, course, schedule)
    if needs_baseline:
        record[~course.has_baseline] = -1
    source = np.where(record >= 0, EVENT_FREE, AT_ORIGIN).astype(object)
    seen = np.where(record >= 0, free.days_at(record), origin)
    if parameter.event_free.continuous:
        free_beyond = np.isfinite(limit) & (limit >= origin) & (free.first_on_or_after(limit) >= 0)
        at_end = free_beyond & (course.end <= taken_at)
        seen[free_beyond], record[free_beyond], source[at_end] = limit[free_beyond], -1, AT_END
        for number, day in takers.items():
            at_taker = free_beyond & ~at_end & (day == taken_at)
            name = censorings[number].name
            source[at_taker] = name
            record[at_taker] = timelines[name].first_on_or_after(origin)[at_taker]
    for number, censoring in enumerate(censorings):
        if censoring.censored_at == "record":
            own = reason == number
            index = timelines[censoring.name].first_on_or_after(origin)
            seen[own], record[own] = timelines[censoring.name].days_at(index)[own], index[own]
            source[own] = censoring.name

    names = np.array([event.name for event in (*parameter.events, *parameter.competing)], dtype=object)
    source[is_event] = names[events.which[is_event]]
    seen = np.where(is_event, events.day, seen)
    return Decision(
        day=_at_visits(parameter, seen, source, course, schedule),
        seen=seen,
        source=source,
        record=np.where(is_event, events.record, record),
        reason=reason,
        cause=np.where(is_event, np.where(events.which < len(parameter.events), 1, 2), 0),
        event_day=events.day,
        event_which=events.which,
        event_record=events.record,
        late=events.late,
        takers=takers,
        taken_at=taken_at,
        limit=limit,
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
    parameter: TimeToEvent, timelines: Mapping[str, Timeline], course: Course, can_be_assessed: np.ndarray
) -> _Events:
    count = len(course.origin)
    first = np.full(count, np.inf)
    which, record = np.full(count, -1), np.full(count, -1)
    until = np.full(count, np.inf)
    late = np.zeros(count, dtype=bool)
    for number, event in enumerate((*parameter.events, *parameter.competing)):
        timeline = timelines[event.name]
        earliest = course.origin
        if event.name in course.after:
            earliest = np.maximum(course.origin, course.after[event.name] + 1)
        index = timeline.first_on_or_after(earliest)
        day = timeline.days_at(index, np.inf)
        day[day > course.end] = np.inf
        if event.asks_baseline:
            day[~can_be_assessed] = np.inf
        is_late = _is_late(event, timelines[EVENT_FREE], day, course.origin)
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
    course: Course,
    schedule: Schedule,
) -> dict[int, np.ndarray]:
    """By its index, the day of each censoring that takes an event away when it comes first; infinite: it does not."""
    takers = {}
    start = course.treatment_start
    for number, censoring in enumerate(censorings):
        if censoring.when == "before_event":
            timeline = timelines[censoring.name]
            day = timeline.days_at(timeline.first_on_or_after(course.origin), np.inf)
            takers[number] = np.where(day > course.end, np.inf, day)
        elif censoring.when == "missed_assessments":
            free = timelines[EVENT_FREE]
            last = free.days_at(free.last_on_or_before(events.assessed_until))
            since = np.fmax(last, start) - start
            day = start + schedule.too_many_missed(since)
            takers[number] = np.where(np.isfinite(events.day) & ~np.isnan(day), day, np.inf)
    return takers


def _reasons(
    censorings: Sequence[Censoring],
    timelines: Mapping[str, Timeline],
    events: _Events,
    takers: Mapping[int, np.ndarray],
    course: Course,
) -> np.ndarray:
    """Index of the first censoring that applies to each subject, were there no event."""
    free, origin = timelines[EVENT_FREE], course.origin
    reason = np.full(len(origin), -1)
    no_event = np.isinf(events.day)
    for number, censoring in enumerate(censorings):
        match censoring.when:
            case "no_baseline":
                applies = ~course.has_baseline & no_event
            case "no_assessment":
                applies = no_event & (_within(free, free.last_on_or_before(course.end), origin) < 0)
            case "before_event" | "missed_assessments":
                applies = takers[number] < events.day
            case "too_late":
                applies = events.late & no_event
            case "record":
                timeline = timelines[censoring.name]
                day = timeline.days_at(timeline.first_on_or_after(origin), np.inf)
                applies = no_event & np.isfinite(day) & (day <= course.end)
            case "ended":
                applies = no_event & np.isfinite(course.end)
            case "otherwise":
                applies = np.ones(len(origin), dtype=bool)
        reason[(reason < 0) & applies] = number
    return reason


def _last_free(
    parameter: TimeToEvent, free: Timeline, limit: np.ndarray, course: Course, schedule: Schedule
) -> np.ndarray:
    """Index of the last event-free record on or before the limit, of those that the parameter goes back to; -1: none."""
    if parameter.event_free.dated_at == "record":
        return _within(free, free.last_on_or_before(limit), course.origin)
    at_visit = schedule.is_in_window(free.day - course.treatment_start[free.subject])
    visits = free.keep(at_visit)
    index = _within(visits, visits.last_on_or_before(limit), course.origin)
    return np.asarray(np.append(np.flatnonzero(at_visit), -1)[index])


def _at_visits(
    parameter: TimeToEvent, seen: np.ndarray, source: np.ndarray, course: Course, schedule: Schedule
) -> np.ndarray:
    """The day of each decision, moved to a scheduled visit where its source is dated so."""
    day = seen.copy()
    modes: dict[str, str] = {event.name: event.dated_at for event in (*parameter.events, *parameter.competing)}
    modes[EVENT_FREE] = parameter.event_free.dated_at
    latest = np.minimum(course.last_day, course.end)
    for name, mode in modes.items():
        if mode in ("next_visit", "planned_visit"):
            own = source == name
            start = course.treatment_start[own]
            moved = start + schedule.visit_day(seen[own] - start, planned=mode == "planned_visit")
            moved = np.where(np.isnan(moved), seen[own], moved)
            # what was seen stands where nothing later may be said of the subject
            later = np.maximum(np.minimum(moved, latest[own]), seen[own])
            day[own] = np.where(moved > seen[own], later, np.maximum(moved, course.origin[own]))
    return day


def _within(timeline: Timeline, index: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """The index, -1 where the record lies before the origin."""
    return np.where(timeline.days_at(index, -np.inf) >= origin, index, -1)
