"""Who of a parameter's population has no record and why, and which events and sources could not be used: findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.adam.times.decided import MOST_VALUES, Decided, values_in_data
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import from_days
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent

NO_ORIGIN = "ADTTE-101 adtte.no-origin"
"""A subject of the parameter's population has no date of origin, and so no record of the parameter."""

EVENT_BEFORE_ORIGIN = "ADTTE-102 adtte.event-before-origin"
"""An event is dated before the parameter's origin: it is not the event."""

NO_ENTRY = "ADTTE-110 adtte.no-entry"
"""A subject of a parameter with delayed entry has no date of entry, and so no record of it."""

LEFT_BEFORE_ENTRY = "ADTTE-111 adtte.left-before-entry"
"""A subject's time ends before the subject is at risk: no record of the parameter."""

NO_DATASET = "ADTTE-112 adtte.no-dataset"
"""The study does not have the dataset of an event, of what shows subjects free of it, or of the population."""

VALUES_LEFT_OUT = "ADTTE-113 adtte.values-left-out"
"""A parameter by the values of a variable is not made for all of them, or there is none."""

NO_VISITS = "ADTTE-114 adtte.no-visits"
"""A parameter counts planned visits, and the trial has none after the start of treatment."""


def decision_findings(decided: Sequence[Decided], adsl: Dataset, datasets: Mapping[str, Dataset]) -> pd.DataFrame:
    """The findings of all parameters: one for each subject and missing origin or entry, and for each event before an origin,
    whatever the number of parameters that it is of.
    """
    early = join_findings(_early_events(decided)).drop_duplicates(["rule", "dataset", "record", "variable"])
    without = join_findings([*_without_origin(decided, adsl), *_not_at_risk(decided, adsl)])
    absent = _absent_datasets([each.parameter for each in decided], datasets)
    return join_findings([without, early, absent, _unscheduled(decided)])


def _without_origin(decided: Sequence[Decided], adsl: Dataset) -> Iterator[pd.DataFrame]:
    for origin in dict.fromkeys(each.parameter.origin_name for each in decided):
        asked = [each for each in decided if each.parameter.origin_name == origin]
        for missing, names in _grouped(asked, [np.isnan(each.course.origin) for each in asked]):
            message = f"{origin} is missing: no record of {', '.join(names)} for this subject"
            variable = origin if origin in adsl.frame else "USUBJID"
            yield adsl.findings(missing, NO_ORIGIN, "warning", variable, message, "a date")


def _grouped(asked: Sequence[Decided], missing: Sequence[np.ndarray]) -> Iterator[tuple[np.ndarray, list[str]]]:
    """Masks of the subjects of a population that are missing, with the parameters that lack just the same subjects."""
    masks = [each.in_population & lacks for each, lacks in zip(asked, missing, strict=True)]
    done: dict[bytes, list[int]] = {}
    for number, mask in enumerate(masks):
        done.setdefault(mask.tobytes(), []).append(number)
    for numbers in done.values():
        yield masks[numbers[0]], [asked[number].parameter.paramcd for number in numbers]


def _not_at_risk(decided: Sequence[Decided], adsl: Dataset) -> Iterator[pd.DataFrame]:
    for each in decided:
        parameter = each.parameter
        counted = each.in_population & ~np.isnan(each.course.origin)
        message = f"{parameter.entry} is missing: no record of {parameter.paramcd} for this subject"
        yield adsl.findings(counted & each.has_no_entry, NO_ENTRY, "warning", parameter.entry, message, "a date")
        gone = np.flatnonzero(counted & each.left_before_entry)
        messages = [
            f"the time of {parameter.paramcd} ends on {day}, before {parameter.entry} {entry}, when it would count: no record"
            for day, entry in zip(_texts(each.decision.day[gone]), _texts(each.entry[gone]), strict=True)
        ]
        expected = f"{parameter.entry} on or before the day on which the time ends"
        yield adsl.findings(gone, LEFT_BEFORE_ENTRY, "error", parameter.entry, messages, expected)


def _early_events(decided: Sequence[Decided]) -> Iterator[pd.DataFrame]:
    """Events before the origin; those that have to come after another record are not asked about."""
    for each in decided:
        parameter, origin = each.parameter, each.parameter.origin_name
        for event in (*parameter.events, *parameter.competing):
            timeline = each.timelines[event.name]
            early = each.in_population[timeline.subject] & (timeline.day < each.course.origin[timeline.subject])
            if event.after is None and early.any():
                at = np.flatnonzero(early)[np.argsort(timeline.position[early])]
                messages = [
                    f"{event.name} on {day} is before {origin} {start}, and is no event from there on"
                    for day, start in zip(
                        _texts(timeline.day[at]), _texts(each.course.origin[timeline.subject[at]]), strict=True
                    )
                ]
                positions, expected = timeline.position[at], f"a date on or after {origin}"
                yield timeline.dataset.findings(
                    positions, EVENT_BEFORE_ORIGIN, "error", timeline.variable, messages, expected
                )


def _texts(days: np.ndarray) -> list[str]:
    return list(from_days(pd.Series(days, dtype=float)))


def _unscheduled(decided: Sequence[Decided]) -> pd.DataFrame:
    """Parameters that count planned visits in a trial that plans none."""
    lacking = [each.parameter for each in decided if each.parameter.counts_visits and not len(each.schedule.planned)]
    messages = [
        f"{parameter.paramcd} counts planned visits, and the trial plans none: nobody misses one, no date is moved to one"
        for parameter in lacking
    ]
    keys = [f"PARAMCD={parameter.paramcd}" for parameter in lacking]
    return build_findings(
        NO_VISITS, "warning", len(lacking), message=messages, dataset="ADTTE", keys=keys, variable="ADT"
    )


def _absent_datasets(parameters: Sequence[TimeToEvent], datasets: Mapping[str, Dataset]) -> pd.DataFrame:
    """One for each dataset that the study does not have and what parameters cannot find without it."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for parameter in parameters:
        events = (*parameter.events, *parameter.competing)
        asked = [(event.dataset, f'no subject can have the event "{event.name}"') for event in events]
        asked.append((parameter.event_free.dataset, "no subject can be seen free of the event"))
        if parameter.among:
            asked.append((parameter.among.dataset, "no subject is in the population"))
        for dataset, without in asked:
            if dataset not in datasets:
                lacking.setdefault((dataset, without), []).append(parameter.paramcd)
    messages = [
        f"there is no dataset {dataset}: {without} of {', '.join(codes)}"
        for (dataset, without), codes in lacking.items()
    ]
    keys = [f"PARAMCD={codes[0]}" for codes in lacking.values()]
    return build_findings(
        NO_DATASET, "warning", len(lacking), message=messages, dataset="ADTTE", keys=keys, variable="CNSR"
    )


def by_value_findings(
    parameters: Sequence[TimeToEvent], datasets: Mapping[str, Dataset], subjects: Subjects
) -> pd.DataFrame:
    """A finding for each parameter whose ``by`` has no value in the data, or more than PARAMCD can number."""
    messages, keys = [], []
    for parameter in parameters:
        if parameter.by is None:
            continue
        count, name, code = len(values_in_data(parameter, datasets, subjects)), parameter.by.variable, parameter.paramcd
        if not count:
            messages.append(f"{name} has no value in the records of {code}: nobody has a record of it")
        elif count > MOST_VALUES:
            messages.append(f"{name} has {count} values: {code} is made for the first {MOST_VALUES} of them")
        else:
            continue
        keys.append(f"PARAMCD={code}")
    return build_findings(
        VALUES_LEFT_OUT, "error", len(keys), message=messages, dataset="ADTTE", keys=keys, variable="PARAMCD"
    )
