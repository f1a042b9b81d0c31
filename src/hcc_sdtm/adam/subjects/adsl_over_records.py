"""The verbs of ADSL that read all records of a subject: count, sum, highest, lowest and list.

A wrong number is worse than none: where a record may be in time or not, or has no number, the variable is left missing and
the record is said.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hcc_sdtm.adam.subjects.adsl_making import Made, Making
from hcc_sdtm.adam.subjects.adsl_rule_records import (
    as_numbers,
    has_value,
    record_derivation,
    rule_dataset,
    rule_records,
    say_no_number,
    say_open,
)
from hcc_sdtm.adam.subjects.subject_records import SubjectRecords, sure_and_open
from hcc_sdtm.dataset import format_value
from hcc_sdtm.spec.adam.adsl_rules import NUMBERS, RECORDS, AdslRule

NO_VALUE = "ADSL-105 adam.no-value"
"""A record that a sum, a number of values, or the highest or lowest is taken over has no value: the variable is missing."""

LIST_SEPARATOR = "; "


def make_over_several(making: Making, name: str, rule: AdslRule) -> Made:
    """The count, sum, highest, lowest or list over the records of each subject that are surely in time.

    Missing for a subject with a record that may be in time or not, or (but for a list) with one that has no value; and for
    all where the study does not have the dataset. A subject without a record has the rule's ``missing``.
    """
    taken = rule.verb
    variable = getattr(rule, taken)
    dataset = rule_dataset(making, rule)
    count = len(making.subjects)
    values = np.full(count, np.nan) if taken in NUMBERS else np.full(count, "", dtype=object)
    derivation = record_derivation(rule, variable)
    if dataset is None or (variable != RECORDS and variable not in dataset.frame):
        return Made(values, derivation)
    records = rule_records(making, rule, dataset)
    sure, is_open = sure_and_open(rule, records, making.subjects.days, making.trial.response.baseline_window_days)
    unknown = np.zeros(count, dtype=bool)
    unknown[records.subject[is_open]] = True
    say_open(making, rule, records.keep(is_open), f"{name} is left missing")
    records = records.keep(sure)
    none = np.bincount(records.subject, minlength=count) == 0
    if variable != RECORDS:
        known = has_value(records.texts(variable))
        if taken != "list":
            unknown[records.subject[~known]] = True
            _say_no_value(making, name, variable, records, ~known)
        records = records.keep(known)
    if taken == "list":
        values = _listed(records, variable, count)
    elif taken == "count":
        values = np.bincount(_distinct(records, variable)["subject"], minlength=count).astype(float)
    else:
        values, wrong = _over_numbers(making, name, taken, variable, records, count)
        unknown |= wrong
    without: float | str = rule.missing
    if taken in NUMBERS:
        without = float(rule.missing) if rule.missing else np.nan
    values[none] = without
    values[unknown] = np.nan if taken in NUMBERS else ""
    return Made(values, derivation)


def _distinct(records: SubjectRecords, variable: str) -> pd.DataFrame:
    """Subject and value, each pair once, in order; or each record, where the records are counted."""
    values = np.arange(len(records)) if variable == RECORDS else records.texts(variable)
    pairs = pd.DataFrame({"subject": records.subject, "value": values})
    return pairs.drop_duplicates().sort_values(["subject", "value"])


def _listed(records: SubjectRecords, variable: str, count: int) -> np.ndarray:
    """The distinct values of each subject, in order, with a separator between them."""
    pairs = _distinct(records, variable)
    codes, distinct = pd.factorize(pairs["value"])
    texts = np.array([format_value(each) for each in distinct], dtype=object)[codes]
    subject = pairs["subject"].to_numpy()
    place = pairs.groupby("subject").cumcount().to_numpy()
    values = np.full(count, "", dtype=object)
    for number in range(place.max() + 1 if len(place) else 0):
        here = place == number
        values[subject[here]] += (LIST_SEPARATOR if number else "") + texts[here]
    return values


def _over_numbers(
    making: Making, name: str, taken: str, variable: str, records: SubjectRecords, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """The sum, highest or lowest by subject, and the mask of the subjects of whom a text is no number."""
    numbers, is_wrong = as_numbers(np.asarray(records.texts(variable), dtype=object))
    say_no_number(making, name, variable, records.dataset, records.position[is_wrong])
    wrong = np.zeros(count, dtype=bool)
    wrong[records.subject[is_wrong]] = True
    subject, numbers = records.subject[~is_wrong], numbers[~is_wrong]
    if taken == "sum":
        return np.bincount(subject, weights=numbers, minlength=count).astype(float), wrong
    values = np.full(count, -np.inf if taken == "highest" else np.inf)
    at = np.maximum.at if taken == "highest" else np.minimum.at
    at(values, subject, numbers)
    return np.where(np.isinf(values), np.nan, values), wrong


def _say_no_value(making: Making, name: str, variable: str, records: SubjectRecords, absent: np.ndarray) -> None:
    if absent.all():  # the study does not collect it
        return
    message = f"{variable} has no value, and {name} is made of every one; {name} of the subject is left missing"
    position = records.position[absent]
    making.findings.append(records.dataset.findings(position, NO_VALUE, "warning", variable, message, "a value"))
