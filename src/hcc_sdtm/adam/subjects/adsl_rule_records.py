"""What every verb of ADSL that reads records shares: the dataset with its qualifiers, values as numbers, words for both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.adam.subjects.adsl_making import Making
from hcc_sdtm.adam.subjects.qualifiers import with_qualifiers
from hcc_sdtm.adam.subjects.subject_records import SubjectRecords, subject_records
from hcc_sdtm.adam.timeline import record_date
from hcc_sdtm.dataset import Dataset, Derivation
from hcc_sdtm.spec.adam.adsl_rules import QUALIFIER, AdslRule

NOT_A_NUMBER = "ADSL-103 adam.not-a-number"
"""A text was chosen for a numeric variable of ADSL and is no number: the variable is left missing."""

OPEN_TIMING = "ADSL-106 adam.open-timing"
"""By its date a record may be in time for a variable of ADSL, or not: a count is left missing, a value is that of another."""


def rule_dataset(making: Making, rule: AdslRule) -> Dataset | None:
    """The dataset of the rule with the qualifiers that it reads; None where the study does not have it."""
    return rule_datasets(making, rule).get(rule.dataset)


def rule_datasets(making: Making, rule: AdslRule) -> dict[str, Dataset]:
    """The dataset of the rule by name, with the qualifiers that it reads; empty where the study does not have it."""
    dataset = making.qualified.get(rule.dataset, making.datasets.get(rule.dataset))
    if dataset is None:
        return {}
    new = [qualifier for qualifier in rule.qualifiers if qualifier not in dataset.frame]
    if new:
        dataset, findings = with_qualifiers(dataset, making.datasets, new)
        making.findings.append(findings)
        making.qualified[rule.dataset] = dataset
    return {rule.dataset: dataset}


def rule_records(making: Making, rule: AdslRule, dataset: Dataset) -> SubjectRecords:
    """The records of the dataset that the rule's ``where`` chooses; those of rules that choose alike are looked for once."""
    chosen_by = (rule.dataset, rule.on, tuple(rule.where.items()), tuple(rule.where_not.items()))
    if chosen_by not in making.chosen:
        making.chosen[chosen_by] = subject_records(dataset, rule, making.subjects)
    return replace(making.chosen[chosen_by], dataset=dataset)


def has_value(values: np.ndarray) -> np.ndarray:
    """Mask of the values that are neither the empty text nor a missing number."""
    return np.asarray(pd.notna(values) & (np.asarray(values, dtype=object) != ""))


def as_numbers(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values as numbers, NaN for what is none, and the mask of texts that are none."""
    numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=float, copy=True)
    numbers[np.isinf(numbers)] = np.nan
    return numbers, np.isnan(numbers) & has_value(values)


def record_derivation(rule: AdslRule, variable: str) -> Derivation:
    """How a variable is made from a variable of the rule's records, in words."""
    parts = [f"{name} {' or '.join(texts)}" for name, texts in rule.where.items()]
    parts += [f"{name} not {' or '.join(texts)}" for name, texts in rule.where_not.items()]
    where = "; ".join(parts)
    taken = rule.verb
    if taken in ("value", "date"):
        picked = {"first": "first", "last": "last", "only": "the only one"}
        told = picked.get(rule.pick, "last on or before the start of treatment")
        how = f"{rule.dataset}.{variable}" + (f" where {where}, {told}" if where else "")
    else:
        how = f"{taken} of {rule.dataset}.{variable}" + (f" where {where}" if where else "")
    how += f", on or before {rule.until}" if rule.until else ""
    how += f", after {rule.after}" if rule.after else ""
    how += f"; partial dates as {rule.role}" if rule.role else ""
    if taken not in ("value", "date") or QUALIFIER.fullmatch(variable):
        return Derivation(how)
    return Derivation(how, (variable,), rule.dataset)


def say_no_number(making: Making, name: str, variable: str, dataset: Dataset, position: np.ndarray) -> None:
    """Add a finding for each record whose text is no number."""
    message = f'{variable} "{{value}}" is no number; {name} is left missing'
    making.findings.append(dataset.findings(position, NOT_A_NUMBER, "error", variable, message, "a number"))


def say_open(making: Making, rule: AdslRule, records: SubjectRecords, consequence: str) -> None:
    """Add a finding for each of the records, by whose date it is open whether they are in time, with what follows of it."""
    from_date = rule.on or record_date(records.dataset.spec)
    limits = ("TRTSDT" if rule.pick == "baseline" or rule.in_baseline_window else "", rule.after, rule.until)
    told = " and ".join(dict.fromkeys(each for each in limits if each))
    message = f'{from_date} "{{value}}" may lie on either side of {told}; {consequence}'
    expected = "a date to the day"
    found = records.dataset.findings(records.position, OPEN_TIMING, "warning", from_date, message, expected)
    making.findings.append(found)
