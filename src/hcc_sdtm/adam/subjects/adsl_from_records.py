"""The verbs of ADSL that take one record of each subject: its date, or a value of it.

Knows which record is taken where there are several, and what is said where a record cannot be used. Which records a
variable is made from stands in ``adsl.yaml``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.adam.subjects.adsl_making import Made, Making
from hcc_sdtm.adam.subjects.adsl_rule_records import (
    as_numbers,
    has_value,
    record_derivation,
    rule_dataset,
    rule_datasets,
    rule_records,
    say_no_number,
    say_open,
)
from hcc_sdtm.adam.subjects.subject_records import SubjectRecords, reach, sure_and_open
from hcc_sdtm.adam.timeline import build_timeline, sequence_numbers
from hcc_sdtm.dataset import Dataset, format_value, format_values
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.records import DatedRecords, imputation_flag

SEVERAL = "ADSL-107 adam.several-records"
"""Records differ where a subject has one: the variable is left missing."""

TIED = "ADSL-108 adam.tied-records"
"""Records of one day differ, and one of them was taken."""


def make_date(making: Making, name: str, rule: AdslRule) -> Made:
    """The day of the chosen record of each subject, completed as its role says, with its imputation flag."""
    records = DatedRecords(
        dataset=rule.dataset, where=rule.where, where_not=rule.where_not, date=rule.date, role=rule.role
    )
    timeline = build_timeline(rule_datasets(making, rule), records, making.subjects, making.specs.sdtm)
    making.timelines.append(timeline)
    low, high = _reach(making, rule, timeline.subject)
    chosen = timeline.keep((timeline.day >= low) & (timeline.day <= high))
    if rule.pick == "only":
        differing = _differing(chosen.subject, pd.factorize(chosen.day)[0], len(making.subjects))
        _say_several(making, name, rule.date, chosen.dataset, chosen.position[differing[chosen.subject]])
        chosen = chosen.keep(~differing[chosen.subject])
    index = _one_of_each(chosen.subject, rule)
    subject = chosen.subject[index]
    values, flag = np.full(len(making.subjects), np.nan), np.full(len(making.subjects), "", dtype=object)
    values[subject] = chosen.day[index]
    flag[subject] = chosen.flag[index]
    extra = {imputation_flag(name): flag} if making.variable(imputation_flag(name)) else {}
    at = _numbers(making, timeline.dataset, chosen.position[index], subject)
    return Made(values, record_derivation(rule, rule.date), at, values, flag, extra)


def make_value(making: Making, name: str, rule: AdslRule) -> Made:
    """The value of the chosen record of each subject, translated; a number where the table or the source says so.

    A baseline is the last record with a value: one without is passed over. A record that by its partial date may be in time
    or not is not taken, and is said; one without a date is in time, and before all others.
    """
    variable = making.variable(name)
    dataset = rule_dataset(making, rule)
    count = len(making.subjects)
    values = np.full(count, rule.missing, dtype=object)
    at, day = np.full(count, np.nan), np.full(count, np.nan)
    is_number = variable.is_numeric if variable else False
    if dataset is not None and rule.value in dataset.frame:
        is_number = is_number or (variable is None and is_numeric_dtype(dataset.frame[rule.value]))
        records = rule_records(making, rule, dataset)
        if rule.pick == "baseline":
            records = records.keep(has_value(records.texts(rule.value)))
        records = _in_time(making, name, rule, records)
        records = _settled(making, name, rule, records)
        chosen = records.keep(_one_of_each(records.subject, rule))
        texts = dataset.frame[rule.value].iloc[chosen.position]
        if is_numeric_dtype(texts) and not is_number:
            texts = pd.Series(format_values(texts), index=texts.index, dtype=object)
        values[chosen.subject] = _translated(texts, rule)
        day[chosen.subject] = chosen.day
        at = _numbers(making, dataset, chosen.position, chosen.subject)
        if is_number:
            numbers, wrong = as_numbers(values)
            of_records = chosen.position[wrong[chosen.subject]]
            say_no_number(making, name, rule.value, dataset, of_records)
            values = numbers
    if is_number and values.dtype == object:
        values, _ = as_numbers(values)
    return Made(values, record_derivation(rule, rule.value), at, day)


def _settled(making: Making, name: str, rule: AdslRule, records: SubjectRecords) -> SubjectRecords:
    """The records without those of subjects whose only one is not settled; says where records differ that should not."""
    codes, _ = pd.factorize(records.texts(rule.value), use_na_sentinel=False)
    if rule.pick == "only":
        differing = _differing(records.subject, codes, len(making.subjects))[records.subject]
        _say_several(making, name, rule.value, records.dataset, records.position[differing])
        return records.keep(~differing)
    chosen = _one_of_each(records.subject, rule)
    day, code = np.full(len(making.subjects), np.nan), np.full(len(making.subjects), -1)
    day[records.subject[chosen]], code[records.subject[chosen]] = records.day[chosen], codes[chosen]
    tied = np.flatnonzero((records.day == day[records.subject]) & (codes != code[records.subject]))
    place = np.zeros(len(making.subjects), dtype=np.int64)
    place[records.subject[chosen]] = records.position[chosen]
    taken = records.dataset.frame[rule.value].to_numpy()[place[records.subject[tied]]]
    messages = [
        f'another record of the same day has {rule.value} "{format_value(value)}", which is taken for {name}'
        for value in taken
    ]
    found = records.dataset.findings(
        records.position[tied], TIED, "warning", rule.value, messages, "one record of a day"
    )
    making.findings.append(found)
    return records


def _differing(subject: np.ndarray, codes: np.ndarray, count: int) -> np.ndarray:
    """Mask of the subjects whose records do not all have one code."""
    lowest, highest = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(lowest, subject, codes)
    np.maximum.at(highest, subject, codes)
    return np.asarray(lowest < highest)


def _one_of_each(subject: np.ndarray, rule: AdslRule) -> np.ndarray:
    """Index of the first, or last, record of each subject; records are sorted by subject."""
    if not len(subject):
        return np.zeros(0, dtype=np.int64)
    changes = np.flatnonzero(subject[1:] != subject[:-1])
    if rule.pick in ("first", "only"):
        return np.concatenate([[0], changes + 1])
    return np.concatenate([changes, [len(subject) - 1]])


def _in_time(making: Making, name: str, rule: AdslRule, records: SubjectRecords) -> SubjectRecords:
    """The records that are surely in time or have no date, and of the day that another variable's record has."""
    if rule.same_day_as:
        day = making.made[rule.same_day_as].day
        records = records.keep(records.day == (np.nan if day is None else day[records.subject]))
    low, high = _reach(making, rule, records.subject)
    _, is_open = sure_and_open(rule, records, making.subjects.days, making.trial.response.baseline_window_days)
    is_open &= np.isfinite(records.day)
    say_open(making, rule, records.keep(is_open), f"the record is not taken for {name}")
    return records.keep((records.day >= low) & (records.day <= high) & ~is_open)


def _reach(making: Making, rule: AdslRule, subject: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return reach(rule, subject, making.subjects.days, making.trial.response.baseline_window_days)


def _translated(values: pd.Series, rule: AdslRule) -> np.ndarray:
    if not rule.terms and not rule.other:
        return values.to_numpy(dtype=object)
    texts = values.map(rule.terms)
    # without a word for the others a value that is not in the list stays as it is
    return texts.where(texts.notna(), rule.other or values).to_numpy(dtype=object)


def _numbers(making: Making, dataset: Dataset, position: np.ndarray, subject: np.ndarray) -> np.ndarray:
    """The record number by subject; 0 in a dataset whose records have none, NaN where no record was chosen."""
    at = np.full(len(making.subjects), np.nan)
    at[subject] = sequence_numbers(dataset, position) if dataset.spec.sequence else 0.0
    return at


def _say_several(making: Making, name: str, variable: str, dataset: Dataset, position: np.ndarray) -> None:
    message = f'{variable} "{{value}}" differs from another record where {name} has only one; {name} is left missing'
    making.findings.append(dataset.findings(position, SEVERAL, "error", variable, message, "one value a subject"))
