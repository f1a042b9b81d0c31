"""ADTTE: one record for each parameter and each subject of its population, by the parameter's file.

Knows how a decision (`time_to_event`) becomes a record: the time in the parameter's unit, the texts, the codes and the
pointer to the record that gave the date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.adam.analysis_dataset import build_analysis_dataset
from hcc_sdtm.adam.pointers import SOURCE_COLUMNS, sources
from hcc_sdtm.adam.timeline import unusable_date_findings
from hcc_sdtm.adam.times.decided import Decided, Timelines, decide_parameters
from hcc_sdtm.adam.times.decision import AT_END, AT_ORIGIN, EVENT_FREE
from hcc_sdtm.adam.times.decision_findings import EVENT_BEFORE_ORIGIN, by_value_findings, decision_findings
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.duration import duration
from hcc_sdtm.dates.study_day import study_day
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import imputation_flag
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import Trial

NO_PARTIAL_DATES = {"ADTLO": "ADT", "ADTHI": "ADT", "AVALLO": "AVAL", "AVALHI": "AVAL"}
"""The admissible values where no date is partial; `hcc_sdtm.adam.admissible` finds what partial dates leave open."""

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
    decided, lines = decide_parameters(datasets, adsl, adrs, specs, trial, adam)
    return build_adtte_records(decided, lines, adsl, specs, trial, adam)


def build_adtte_records(
    decided: Sequence[Decided], lines: Timelines, adsl: Dataset, specs: Specs, trial: Trial, adam: AdamSpecs
) -> tuple[Dataset, pd.DataFrame]:
    """ADTTE of decisions that were taken, as `build_adtte` makes it, and the same findings."""
    subjects = lines.subjects
    rows = [_rows(each, adsl, trial) for each in decided]
    together = pd.concat(rows or [_no_rows(specs.adam["ADTTE"])], ignore_index=True)
    together = together.iloc[np.argsort(together["subject"].to_numpy(), kind="stable")].reset_index(drop=True)
    subject = together["subject"].to_numpy(dtype=np.int64)
    columns: dict[str, np.ndarray | pd.Series] = {str(name): together[name] for name in together}
    columns["ADY"] = study_day(together["ADT"], pd.Series(subjects.days["TRTSDT"][subject]))
    columns["ASEQ"] = together.groupby("subject").cumcount() + 1.0
    columns |= {name: together[of] for name, of in NO_PARTIAL_DATES.items()}
    columns["ADTBND"] = np.full(len(together), "", dtype=object)
    of_values = by_value_findings(adam.parameters, lines.datasets, subjects)
    findings = [
        decision_findings(decided, adsl, lines.datasets),
        of_values,
        unusable_date_findings(list(lines.made.values())),
    ]
    return build_analysis_dataset(specs.adam["ADTTE"], columns, adsl, subject), join_findings(findings)


def without_asked_events(findings: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """The findings but those of an event before its origin where a check has asked about the order of the subject's dates.

    It is the same wrong date: which of the two it is, the check knows better.
    """
    subjects = asked.loc[asked["rule"].str.startswith(ORDER_RULES), "subject"]
    again = (findings["rule"] == EVENT_BEFORE_ORIGIN) & findings["subject"].isin(subjects)
    return findings[~again].reset_index(drop=True)


def _no_rows(table: DatasetSpec) -> pd.DataFrame:
    """The columns of a study whose parameters have no records."""
    columns = {
        variable.name: np.array([], dtype=float if variable.is_numeric else object) for variable in table.variables
    }
    return pd.DataFrame({"subject": np.array([], dtype=np.int64), **columns})


def build_times(decided: Decided, trial: Trial) -> pd.DataFrame:
    """The times of the subjects who have a record (``subject``, by `Subjects`), and of its numbers no more.

    STARTDT, ADT, AVAL, ENTRY, CNSR, CAUSE and PARAMCD.
    """
    parameter, decision, chosen = decided.parameter, decided.decision, decided.chosen
    rows = pd.DataFrame({"subject": chosen, "STARTDT": decided.course.origin[chosen], "ADT": decision.day[chosen]})
    first_day = trial.first_day if parameter.first_day is None else parameter.first_day
    origin, unit, month_days = rows["STARTDT"], parameter.unit, trial.month_days
    rows["AVAL"] = duration(origin, rows["ADT"], unit, first_day, month_days=month_days)
    rows["ENTRY"] = 0.0
    if parameter.entry:
        rows["ENTRY"] = np.fmax(duration(origin, pd.Series(decided.entry[chosen]), unit, month_days=month_days), 0.0)
    rows["CNSR"] = np.append([censoring.cnsr for censoring in parameter.applied], 0)[decision.reason[chosen]]
    rows["CAUSE"] = decision.cause[chosen]
    rows["PARAMCD"] = parameter.paramcd
    return rows


def describe_times(decided: Decided) -> np.ndarray:
    """EVNTDESC of the records that `build_times` makes: what the event was, or why the time is censored."""
    parameter, decision, chosen = decided.parameter, decided.decision, decided.chosen
    source, reason = decision.source[chosen], decision.reason[chosen]
    described = {event.name: event.description for event in (*parameter.events, *parameter.competing)}
    reasons = np.array([censoring.description for censoring in parameter.applied] + [""], dtype=object)
    return np.where(reason >= 0, reasons[reason], pd.Series(source, dtype=object).map(described).fillna(""))


def _rows(decided: Decided, adsl: Dataset, trial: Trial) -> pd.DataFrame:
    """The parameter's records for the subjects who have one."""
    parameter, decision, chosen = decided.parameter, decided.decision, decided.chosen
    source = decision.source[chosen]
    rows = build_times(decided, trial)
    rows["SRCDT"] = np.where(decision.seen[chosen] == decision.day[chosen], np.nan, decision.seen[chosen])
    rows["STARTDTF"] = _start_flags(decided, adsl)
    rows["PARAM"] = parameter.param

    rows["EVNTDESC"] = describe_times(decided)
    ends = {EVENT_FREE: parameter.event_free.description, AT_ORIGIN: parameter.start_description}
    ends |= {censoring.name: censoring.description for censoring in parameter.applied if censoring.dataset}
    ends[AT_END] = parameter.end_description
    rows["CNSDTDSC"] = pd.Series(source, dtype=object).map(ends).fillna("").to_numpy(dtype=object)

    flag = rows["STARTDTF"].to_numpy(dtype=object, copy=True)
    at_start = _start_sources(decided, adsl)
    pointer = {name: at_start[name].to_numpy(copy=True) for name in SOURCE_COLUMNS}
    for name in dict.fromkeys(source):
        here = np.flatnonzero(source == name)
        if name == AT_END:
            flag[here] = _flags(adsl, parameter.end)[chosen[here]]
            pointed = _sources(parameter, adsl, parameter.end, chosen[here])
        elif name != AT_ORIGIN:
            timeline, record = decided.timelines[name], decision.record[chosen[here]]
            flag[here] = timeline.flag[record]
            pointed = _sources(parameter, timeline.dataset, timeline.variable, timeline.position[record])
        else:
            continue
        for column in SOURCE_COLUMNS:
            pointer[column][here] = pointed[column].to_numpy()
    rows["ADTF"] = flag
    for column in SOURCE_COLUMNS:
        rows[column] = pointer[column]
    return rows


def _sources(parameter: TimeToEvent, dataset: Dataset, variable: str, position: np.ndarray) -> pd.DataFrame:
    """SRCDOM, SRCVAR and SRCSEQ; those of a date of ADSL followed to its record or kept, as the parameter says."""
    if dataset.name == "ADSL" and parameter.adsl_pointers == "kept":
        return pd.DataFrame(
            dict(zip(SOURCE_COLUMNS, ("ADSL", variable, np.nan), strict=True)), index=range(len(position))
        )
    return sources(dataset, variable, position)


def _start_sources(decided: Decided, adsl: Dataset) -> pd.DataFrame:
    if decided.start_timeline is None or decided.start_index is None:
        return _sources(decided.parameter, adsl, decided.parameter.start, decided.chosen)
    timeline, index = decided.start_timeline, decided.start_index[decided.chosen]
    return _sources(decided.parameter, timeline.dataset, timeline.variable, timeline.position[index])


def _start_flags(decided: Decided, adsl: Dataset) -> np.ndarray:
    if decided.start_timeline is None or decided.start_index is None:
        return np.asarray(_flags(adsl, decided.parameter.start)[decided.chosen])
    return np.asarray(decided.start_timeline.flag[decided.start_index[decided.chosen]])


def _flags(adsl: Dataset, date: str) -> np.ndarray:
    """The imputation flag of each subject's date of ADSL."""
    flag = imputation_flag(date)
    if flag not in adsl.frame:
        return np.full(len(adsl.frame), "", dtype=object)
    return adsl.frame[flag].to_numpy(dtype=object)
