"""Every candidate date of each subject and time-to-event parameter, and the rule that chose or rejected it.

Knows how a decision (`hcc_sdtm.adam.times.time_to_event`) is told; it decides nothing. One row is one candidate:

``ROLE``      event, competing event, reason (of censoring), cut-off, assessment (an event-free record), origin, end
``NAME``      the event or censoring as the parameter's file calls it; ``event_free``; the origin's or the end's date
``DATE``      its date, a day number, and ``DATEF`` the imputation flag; a reason without record has the day it came about
``SRCDOM``, ``SRCVAR``, ``SRCSEQ``   its record, as in ADTTE
``CHOSEN``    Y or N; ``GIVES`` what it gives: the date, the reason (CNSR), or both
``RULE``      one of `RULES`
``BY``, ``COMPARED``   what it was compared with, and the day of that
``ADT``, ``CNSR``      where chosen: the analysis date (another than ``DATE`` where a scheme dates at a visit), and the code

Not every record is a candidate. Of an event: the first that could be one, and the last before the origin (or, where it has
to follow another record, the first that does not). Of event-free records: the last on or before the limit, and the first
after it. Of reasons: those that apply, and the records of those that came too late to. Records after the data cut-off do
not exist; the cut-off itself is the candidate of the reason that applies otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.times.candidate_rows import CandidateRows, RecordCodes
from hcc_sdtm.adam.times.decided import Decided
from hcc_sdtm.adam.times.decision import AT_END, AT_ORIGIN, EVENT_FREE
from hcc_sdtm.spec.adam.event_sources import Censoring, Event

RULES = {
    "TAKEN": "the first event, and nothing takes it away",
    "BEFORE ORIGIN": "dated before the origin",
    "NOT AFTER": "not after the record that it has to follow",
    "AFTER END": "after the end of the parameter's time",
    "NO BASELINE": "judged on images, and there is no baseline assessment",
    "TOO LATE": "too long after the last event-free record to count",
    "LATER EVENT": "another event came first, or on the same day and is listed first",
    "TAKEN AWAY": "a censoring that takes events away came before it",
    "REASON": "the first reason of the list that applies",
    "LATER REASON": "another reason of the list comes first",
    "NOT BEFORE EVENT": "not before the event, which it would have taken away",
    "EVENT CAME": "there is an event, and no censoring",
    "LAST FREE": "the last event-free record that counts",
    "AFTER LIMIT": "after what ended the time",
    "NOT AT VISIT": "not in the window of a planned visit",
    "AT ORIGIN": "no event-free record counts: the time ends where it starts",
    "AT END": "free of the event up to the end of the parameter's time",
}
"""What RULE can be, and what it says of a candidate."""

ROLES = ("event", "competing event", "reason", "cut-off", "assessment", "origin", "end")

GIVES = ("", "date", "reason", "date and reason")


def build_candidates(decided: Sequence[Decided]) -> pd.DataFrame:
    """One row for each candidate date, `DECISION_COLUMNS`, in the order of PARAMCD, role and subject; texts are categories.

    For the subjects who have a record of the parameter. No text of a person is in it, only dates and pointers.
    """
    rows = CandidateRows()
    of = RecordCodes(rows)
    for each in decided:
        _Told(each, rows, of).tell()
    return rows.frame(decided[0].subjects.names if decided else pd.Index([], dtype=object))


class _Told:
    """The candidates of one parameter; arrays have one element a subject who has a record."""

    def __init__(self, decided: Decided, rows: CandidateRows, of: RecordCodes) -> None:
        self.decided = decided
        self.parameter = decided.parameter
        self.decision = decided.decision
        self.course = decided.course
        self.free = decided.timelines[EVENT_FREE]
        self.rows = rows
        self.of = of
        self.own = decided.chosen
        self.is_event = self.decision.reason[self.own] < 0
        self.events: tuple[Event, ...] = (*self.parameter.events, *self.parameter.competing)

    def tell(self) -> None:
        for number, event in enumerate(self.events):
            self.event(number, event)
        for number, censoring in enumerate(self.parameter.applied):
            self.reason(number, censoring)
        self.assessments()
        self.fixed_days()

    def add(self, mask: np.ndarray, **given: np.ndarray | float | str) -> None:
        """Rows of the masked subjects; arrays have one element a masked subject, `DATE` for all."""
        self.rows.add(self.own[mask], {"PARAMCD": self.parameter.paramcd, "CHOSEN": "N", **given})

    def at(self, days: np.ndarray) -> np.ndarray:
        return np.asarray(days[self.own])

    def event(self, number: int, event: Event) -> None:
        decision, origin = self.decision, self.course.origin
        timeline = self.decided.timelines[event.name]
        role = "event" if number < len(self.parameter.events) else "competing event"
        given = {"ROLE": role, "NAME": event.name}
        after = self.course.after.get(event.name)
        earliest = origin if after is None else np.maximum(origin, after + 1)

        early = self.at(timeline.last_on_or_before(origin - 1))
        mask = early >= 0
        self.add(
            mask, **given, **self.of.of(timeline, early[mask]), RULE="BEFORE ORIGIN", BY=self.parameter.origin_name,
            COMPARED=self.at(origin)[mask],
        )  # fmt: skip
        if after is not None:
            first = self.at(timeline.first_on_or_after(origin))
            mask = (first >= 0) & ~(timeline.days_at(first) > self.at(after))
            self.add(
                mask, **given, **self.of.of(timeline, first[mask]), RULE="NOT AFTER", COMPARED=self.at(after)[mask]
            )

        index = self.at(timeline.first_on_or_after(earliest))
        day = timeline.days_at(index, np.inf)
        left = index >= 0
        which, first_day = self.at(decision.event_which), self.at(decision.event_day)

        def reject(mask: np.ndarray, rule: str, compared: np.ndarray, by: np.ndarray | str = "") -> None:
            nonlocal left
            own = left & mask
            by = by[own] if isinstance(by, np.ndarray) else by
            self.add(own, **given, **self.of.of(timeline, index[own]), RULE=rule, BY=by, COMPARED=compared[own])
            left = left & ~mask

        end = self.at(self.course.end)
        none = np.full(len(self.own), np.nan)
        reject(day > end, "AFTER END", end, self.parameter.end)
        if event.asks_baseline and any(each.when == "no_baseline" for each in self.parameter.applied):
            reject(~self.at(self.course.has_baseline), "NO BASELINE", none)
        if event.only_within is not None:
            last = self.free.days_at(self.within(self.at(self.free.last_on_or_before(self.spread(day)))))
            latest = np.where(np.isnan(last), self.at(origin), last) + event.only_within.length_days
            reject(day > latest, "TOO LATE", latest)
        chosen = left & (which == number) & self.is_event
        adt = self.at(decision.day)[chosen]
        self.add(
            chosen, **given, **self.of.of(timeline, index[chosen]), CHOSEN="Y", GIVES="date and reason", RULE="TAKEN",
            ADT=adt, CNSR=0.0,
        )  # fmt: skip
        left = left & ~chosen
        taken_at = self.at(decision.taken_at)
        reject(which == number, "TAKEN AWAY", taken_at, self.taker())
        reject(left, "LATER EVENT", first_day, self.coded("BY", [each.name for each in self.events], which))

    def taker(self) -> np.ndarray:
        """Code of the name of the censoring that came first of those that take an event away."""
        names, days = [], []
        for number, day in self.decision.takers.items():
            names.append(self.parameter.applied[number].name)
            days.append(self.at(day))
        first = np.argmin(np.stack(days), axis=0) if days else np.full(len(self.own), -1)
        return self.coded("BY", names, first)

    def coded(self, column: str, names: Sequence[str], number: np.ndarray) -> np.ndarray:
        """The codes of the names at the numbers, that of no name for -1."""
        codes = self.rows.codes[column]
        own = np.array([*(codes.of(name) for name in names), codes.of("")], dtype=np.int32)
        return np.asarray(own[number])

    def spread(self, values: np.ndarray) -> np.ndarray:
        """The values by subject of ADSL, NaN for those without a record."""
        spread = np.full(len(self.decided.subjects), np.nan)
        spread[self.own] = values
        return spread

    def within(self, index: np.ndarray) -> np.ndarray:
        """Index of event-free records, -1 where before the origin."""
        return np.where(self.free.days_at(index, -np.inf) >= self.at(self.course.origin), index, -1)

    def reason(self, number: int, censoring: Censoring) -> None:
        decision = self.decision
        chosen = self.at(decision.reason) == number
        given = {"ROLE": "reason", "NAME": censoring.name}
        names = [each.name for each in self.parameter.applied]
        first_reason = self.coded("BY", names, self.at(decision.reason))
        if censoring.dataset:
            timeline = self.decided.timelines[censoring.name]
            index = self.at(timeline.first_on_or_after(self.course.origin))
            day = timeline.days_at(index, np.inf)
            index = np.where(day <= self.at(self.course.end), index, -1)
            mask = chosen & (index >= 0)
            dates = np.asarray(decision.source[self.own] == censoring.name)
            for part, gives in ((mask & dates, "date and reason"), (mask & ~dates, "reason")):
                adt = np.where(dates, self.at(decision.day), np.nan)[part]
                self.add(
                    part, **given, **self.of.of(timeline, index[part]), CHOSEN="Y", GIVES=gives, RULE="REASON", ADT=adt,
                    CNSR=float(censoring.cnsr),
                )  # fmt: skip
            part = (index >= 0) & ~chosen & self.is_event
            rule = "NOT BEFORE EVENT" if censoring.when == "before_event" else "EVENT CAME"
            compared = self.at(decision.event_day)[part]
            by = self.coded("BY", [each.name for each in self.events], self.at(decision.event_which))[part]
            self.add(part, **given, **self.of.of(timeline, index[part]), RULE=rule, BY=by, COMPARED=compared)
            part = (index >= 0) & ~chosen & ~self.is_event
            self.add(part, **given, **self.of.of(timeline, index[part]), RULE="LATER REASON", BY=first_reason[part])
            return
        day = self.spread(np.full(len(self.own), np.nan))
        if censoring.when == "missed_assessments":
            day = np.where(np.isfinite(decision.takers[number]), decision.takers[number], np.nan)
        elif censoring.when == "ended":
            day = np.where(np.isfinite(self.course.end), self.course.end, np.nan)
        elif censoring.when == "otherwise":
            day, given = np.full(len(day), self.decided.subjects.cutoff), {**given, "ROLE": "cut-off"}
        self.add(
            chosen, **given, DATE=self.at(day)[chosen], CHOSEN="Y", GIVES="reason",
            RULE="REASON", CNSR=float(censoring.cnsr),
        )  # fmt: skip
        if censoring.when == "missed_assessments":
            applies = ~chosen & ~self.is_event & (self.at(decision.takers[number]) < self.at(decision.event_day))
            self.add(applies, **given, DATE=self.at(day)[applies], RULE="LATER REASON", BY=first_reason[applies])

    def assessments(self) -> None:
        decision, free = self.decision, self.free
        given = {"ROLE": "assessment", "NAME": EVENT_FREE}
        source, record = decision.source[self.own], self.at(decision.record)
        chosen = np.asarray(source == EVENT_FREE) & (record >= 0) & ~self.is_event
        adt = self.at(decision.day)[chosen]
        limit = self.at(decision.limit)
        finite = np.where(np.isfinite(limit), limit, np.nan)
        end_of = self.limit_names()
        self.add(
            chosen, **given, **self.of.of(free, record[chosen]), CHOSEN="Y", GIVES="date", RULE="LAST FREE", ADT=adt,
            BY=end_of[chosen], COMPARED=finite[chosen],
        )  # fmt: skip

        # there is an event: the last event-free record before it
        assessed = np.array([*(each.assessed for each in self.events), False])[self.at(decision.event_which)]
        before = self.spread(np.where(self.is_event, self.at(decision.event_day) - assessed, np.nan))
        index = self.within(self.at(free.last_on_or_before(before)))
        mask = self.is_event & (index >= 0)
        by = self.coded("BY", [each.name for each in self.events], self.at(decision.event_which))
        self.add(
            mask, **given, **self.of.of(free, index[mask]), RULE="EVENT CAME", BY=by[mask],
            COMPARED=self.at(decision.event_day)[mask],
        )  # fmt: skip

        # there is none: the last one up to the limit where it is not the one, and the first after the limit
        last = self.at(free.last_on_or_before(self.spread(np.where(self.is_event, np.nan, limit))))
        counts = self.within(last)
        unchosen = ~self.is_event & (counts >= 0) & (counts != record)
        lacks = ~self.at(self.course.has_baseline) & np.asarray(source == AT_ORIGIN)
        is_before = ~self.is_event & (last >= 0) & (counts < 0)
        continuous = unchosen & np.asarray(source != EVENT_FREE) & ~lacks & np.asarray(source != AT_ORIGIN)
        at_visit = unchosen & ~lacks & ~continuous
        none = np.full(len(self.own), np.nan)
        for mask, rule, by_name, compared in (
            (is_before, "BEFORE ORIGIN", self.parameter.origin_name, self.at(self.course.origin)),
            (unchosen & lacks, "NO BASELINE", "", none),
            (at_visit, "NOT AT VISIT", "", none),
        ):
            self.add(mask, **given, **self.of.of(free, last[mask]), RULE=rule, BY=by_name, COMPARED=compared[mask])
        beyond = self.at(free.first_on_or_after(self.spread(np.where(self.is_event, np.nan, finite + 1))))
        mask = ~self.is_event & (beyond >= 0)
        self.add(
            mask, **given, **self.of.of(free, beyond[mask]), RULE="AFTER LIMIT", BY=end_of[mask], COMPARED=finite[mask]
        )

    def limit_names(self) -> np.ndarray:
        """Code of the name of what set the limit of event-free records: a censoring, or the end of the parameter's time."""
        codes = self.rows.codes["BY"]
        by_end = self.at(self.course.end) < self.at(self.decision.taken_at)
        is_taken = self.at(self.decision.taken_at) < self.at(self.decision.event_day)
        return np.where(by_end, codes.of(self.parameter.end), np.where(is_taken, self.taker(), codes.of("")))

    def fixed_days(self) -> None:
        """Where the time ends on a day that no record has: at the origin, at the end of the parameter's time, at a limit."""
        decision, source = self.decision, self.decision.source[self.own]
        unrecorded = self.at(decision.record) < 0
        for place, role, name, rule in (
            (AT_ORIGIN, "origin", self.parameter.origin_name, "AT ORIGIN"),
            (AT_END, "end", self.parameter.end, "AT END"),
            (EVENT_FREE, "assessment", EVENT_FREE, "LAST FREE"),
        ):
            mask = np.asarray(source == place) & ~self.is_event & unrecorded
            self.add(
                mask, ROLE=role, NAME=name, DATE=self.at(decision.seen)[mask], CHOSEN="Y", GIVES="date", RULE=rule,
                ADT=self.at(decision.day)[mask],
            )  # fmt: skip
