"""ADTTE: one record for each parameter and each subject of its population, by the parameter's file.

Knows how a decision (`time_to_event`) becomes a record: the time in the parameter's unit, the texts, the codes and the
pointer to the record that gave the date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.adsl import adsl_subjects
from hcc_sdtm.adam.analysis_dataset import build_analysis_dataset
from hcc_sdtm.adam.pointers import SOURCE_COLUMNS, sources
from hcc_sdtm.adam.time_to_event import AT_ORIGIN, EVENT_FREE, Decision, Schedule, decide
from hcc_sdtm.adam.timeline import Subjects, Timeline, build_timeline, chosen_records, unusable_date_findings
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.duration import duration
from hcc_sdtm.dates.study_day import study_day
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import DatedRecords, imputation_flag
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import Trial

NO_ORIGIN = "ADTTE-101 adtte.no-origin"
"""A subject of the parameter's population has no date of origin, and so no record of the parameter."""

EVENT_BEFORE_ORIGIN = "ADTTE-102 adtte.event-before-origin"
"""An event is dated before the parameter's origin: it is not the event."""

ORDER_RULES = ("DS-001 ", "DT-005 ")
"""Rules that ask about dates which cannot be in the order that they have."""


def build_adtte(
    datasets: Mapping[str, Dataset], adsl: Dataset, adrs: Dataset, specs: Specs, trial: Trial, adam: AdamSpecs
) -> tuple[Dataset, pd.DataFrame]:
    """ADTTE from SDTM, ADSL and ADRS, and findings about who or what could not be used.

    AVAL is ADT - STARTDT in the parameter's unit, in days with the day of origin counted or not as the trial says; ENTRY
    never counts it, so that a subject leaves after it enters. CAUSE is 1 for an event, 2 for a competing one (CNSR 0
    both) and 0 for a censored time.
    """
    everything: dict[str, Dataset] = {**datasets, "ADSL": adsl, "ADRS": adrs}
    tables: dict[str, DatasetSpec] = {**specs.sdtm, **specs.adam}
    subjects = adsl_subjects(adsl, trial)
    schedule = Schedule.of(trial.visits, trial.missed_assessments)
    lines = _Timelines(everything, subjects, tables)
    rows, questions = [], []
    for parameter in sorted(adam.parameters, key=lambda parameter: parameter.paramcd):
        made, asked = _build_parameter(parameter, lines, adsl, trial, schedule)
        rows.append(made)
        questions.append(asked)
    together = pd.concat(rows, ignore_index=True)
    together = together.iloc[np.argsort(together["subject"].to_numpy(), kind="stable")].reset_index(drop=True)
    subject = together["subject"].to_numpy(dtype=np.int64)
    columns: dict[str, np.ndarray | pd.Series] = {str(name): together[name] for name in together}
    columns["ADY"] = study_day(together["ADT"], pd.Series(subjects.days["TRTSDT"][subject]))
    columns["ASEQ"] = together.groupby("subject").cumcount() + 1.0
    findings = [_findings(questions, adsl, subjects), unusable_date_findings(list(lines.made.values()))]
    return build_analysis_dataset(specs.adam["ADTTE"], columns, adsl, subject), join_findings(findings)


def without_asked_events(findings: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """The findings but those of an event before its origin where a check has asked about the order of the subject's dates.

    It is the same wrong date: which of the two it is, the check knows better.
    """
    subjects = asked.loc[asked["rule"].str.startswith(ORDER_RULES), "subject"]
    again = (findings["rule"] == EVENT_BEFORE_ORIGIN) & findings["subject"].isin(subjects)
    return findings[~again].reset_index(drop=True)


class _Timelines:
    """Time lines by what they are made of, each made once for all parameters."""

    def __init__(self, datasets: Mapping[str, Dataset], subjects: Subjects, tables: Mapping[str, DatasetSpec]) -> None:
        self.datasets = datasets
        self.subjects = subjects
        self.tables = tables
        self.made: dict[str, Timeline] = {}

    def of(self, records: DatedRecords) -> Timeline:
        plain = DatedRecords.model_validate({name: getattr(records, name) for name in DatedRecords.model_fields})
        key = plain.model_dump_json()
        if key not in self.made:
            self.made[key] = build_timeline(self.datasets, plain, self.subjects, self.tables)
        return self.made[key]


@dataclass(frozen=True)
class _Questions:
    """What a parameter may have to ask about: who is in its population, and its events."""

    parameter: TimeToEvent
    in_population: np.ndarray
    events: list[Timeline]


def _build_parameter(
    parameter: TimeToEvent, lines: _Timelines, adsl: Dataset, trial: Trial, schedule: Schedule
) -> tuple[pd.DataFrame, _Questions]:
    subjects = lines.subjects
    events = (*parameter.events, *parameter.competing)
    timelines = {event.name: lines.of(event) for event in events}
    for censoring in parameter.applied:
        if censoring.dataset:
            records = DatedRecords.model_validate(
                {name: getattr(censoring, name) for name in DatedRecords.model_fields}
            )
            timelines[censoring.name] = lines.of(records)
    timelines[EVENT_FREE] = lines.of(parameter.event_free)

    origin = subjects.days[parameter.start]
    in_population = (adsl.frame[parameter.population] == "Y").to_numpy()
    if parameter.among:
        _, among = chosen_records(lines.datasets[parameter.among.dataset], parameter.among, subjects)
        in_population &= np.isin(np.arange(len(subjects)), among)
    baseline = subjects.days[parameter.baseline] if parameter.baseline else np.zeros(len(subjects))
    decision = decide(parameter, timelines, origin, subjects.days["TRTSDT"], ~np.isnan(baseline), schedule)

    chosen = np.flatnonzero(in_population & ~np.isnan(origin))
    questions = _Questions(parameter, in_population, [timelines[event.name] for event in events])
    return _rows(parameter, decision, timelines, adsl, subjects, trial, chosen), questions


def _findings(questions: Sequence[_Questions], adsl: Dataset, subjects: Subjects) -> pd.DataFrame:
    """One finding for each missing origin, and for each event before one, whatever the number of parameters it is of."""
    findings = []
    for start in dict.fromkeys(question.parameter.start for question in questions):
        asked = [question for question in questions if question.parameter.start == start]
        names = ", ".join(question.parameter.paramcd for question in asked)
        origin = subjects.days[start]
        without = np.logical_or.reduce([question.in_population for question in asked]) & np.isnan(origin)
        message = f"{start} is missing: no record of {names} for this subject"
        findings.append(adsl.findings(without, NO_ORIGIN, "warning", start, message, "a date"))
        for question in asked:
            for timeline in question.events:
                early = question.in_population[timeline.subject] & (timeline.day < origin[timeline.subject])
                message = f'"{{value}}" is before {start}, and is no event from there on'
                findings.append(
                    timeline.dataset.findings(
                        np.sort(timeline.position[early]),
                        EVENT_BEFORE_ORIGIN,
                        "error",
                        timeline.variable,
                        message,
                        f"a date on or after {start}",
                    )
                )
    return join_findings(findings).drop_duplicates(["rule", "dataset", "record", "variable"], ignore_index=True)


def _rows(
    parameter: TimeToEvent,
    decision: Decision,
    timelines: Mapping[str, Timeline],
    adsl: Dataset,
    subjects: Subjects,
    trial: Trial,
    chosen: np.ndarray,
) -> pd.DataFrame:
    """The parameter's records for the chosen subjects."""
    day, source, reason = decision.day[chosen], decision.source[chosen], decision.reason[chosen]
    start = subjects.days[parameter.start][chosen]
    first_day = trial.first_day if parameter.first_day is None else parameter.first_day
    start_flag = imputation_flag(parameter.start)
    rows = pd.DataFrame({"subject": chosen, "STARTDT": start, "ADT": day})
    rows["STARTDTF"] = adsl.frame[start_flag].to_numpy(dtype=object)[chosen] if start_flag in adsl.frame else ""
    origin, unit, month_days = rows["STARTDT"], parameter.unit, trial.month_days
    rows["AVAL"] = duration(origin, rows["ADT"], unit, first_day, month_days=month_days)
    rows["ENTRY"] = 0.0
    if parameter.entry:
        entry = pd.Series(subjects.days[parameter.entry][chosen])
        rows["ENTRY"] = np.fmax(duration(origin, entry, unit, month_days=month_days), 0.0)
    rows["CNSR"] = np.append([censoring.cnsr for censoring in parameter.applied], 0)[reason]
    rows["CAUSE"] = decision.cause[chosen]
    rows["PARAMCD"], rows["PARAM"] = parameter.paramcd, parameter.param

    described = {event.name: event.description for event in (*parameter.events, *parameter.competing)}
    reasons = np.array([censoring.description for censoring in parameter.applied] + [""], dtype=object)
    rows["EVNTDESC"] = np.where(reason >= 0, reasons[reason], pd.Series(source, dtype=object).map(described).fillna(""))
    ends = {EVENT_FREE: parameter.event_free.description, AT_ORIGIN: parameter.start_description}
    rows["CNSDTDSC"] = pd.Series(source, dtype=object).map(ends).fillna("").to_numpy(dtype=object)

    rows["ADTF"] = rows["STARTDTF"]
    rows[list(SOURCE_COLUMNS)] = sources(adsl, parameter.start, chosen).to_numpy(dtype=object)
    for name in set(source) - {AT_ORIGIN}:
        here = np.flatnonzero(source == name)
        timeline, record = timelines[name], decision.record[chosen[here]]
        rows.loc[here, "ADTF"] = timeline.flag[record]
        pointed = sources(timeline.dataset, timeline.variable, timeline.position[record])
        rows.loc[here, list(SOURCE_COLUMNS)] = pointed.to_numpy(dtype=object)
    return rows
