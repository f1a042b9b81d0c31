"""ADSL: one record a subject of DM, treated or not, each variable by its rule in ``adsl.yaml``.

Knows how a rule's verb is carried out; which record makes which variable stands in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.adam.event_limits import build_event_limits
from hcc_sdtm.adam.pointers import domain_column, variable_column
from hcc_sdtm.adam.timeline import (
    Subjects,
    Timeline,
    build_timeline,
    chosen_records,
    matching,
    record_date,
    sequence_numbers,
    unusable_date_findings,
)
from hcc_sdtm.dataset import Dataset, Derivation, at_column
from hcc_sdtm.dates.iso import bounds, to_days
from hcc_sdtm.dates.open_dates import DATE_FLAGS, open_dates
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.adam.adsl_rules import AdslRule, LastAlive
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import DatedRecords, imputation_flag
from hcc_sdtm.spec.model import Specs, Variable
from hcc_sdtm.spec.trial import Trial

UNDATED_DEATH = "ADSL-102 adam.undated-death"
"""A subject is dead and no date of death can be used: survival is censored when the subject was last known alive."""

NOT_A_NUMBER = "ADSL-103 adam.not-a-number"
"""A text was chosen for a numeric variable of ADSL and is no number: the variable is left missing."""


@dataclass
class _Made:
    """One variable: its values by subject, the number of the record that gave each, and what goes with it."""

    values: np.ndarray
    derivation: Derivation
    at: np.ndarray | None = None
    extra: dict[str, np.ndarray] = field(default_factory=dict)


def build_subjects(datasets: Mapping[str, Dataset], trial: Trial) -> Subjects:
    """The subjects of DM in the order of USUBJID, with no ADSL date yet but the limits of events."""
    names = pd.Index(sorted(datasets["DM"].frame["USUBJID"].unique()), dtype=object)
    return Subjects(names, _cutoff(trial), trial.partial_dates, build_event_limits(datasets, trial, names))


def adsl_subjects(adsl: Dataset, trial: Trial) -> Subjects:
    """The subjects of ADSL in its order, with all its dates and the limits of events."""
    days = {
        str(name): adsl.frame[name].to_numpy(dtype=float) for name in adsl.frame if is_numeric_dtype(adsl.frame[name])
    }
    return Subjects(pd.Index(adsl.frame["USUBJID"], dtype=object), _cutoff(trial), trial.partial_dates, days)


def _cutoff(trial: Trial) -> float:
    return float(to_days(pd.Series([trial.data_cutoff]))[0])


def build_adsl(
    datasets: Mapping[str, Dataset], specs: Specs, trial: Trial, adam: AdamSpecs
) -> tuple[Dataset, pd.DataFrame]:
    """ADSL, and the findings about dates that could not be used.

    Records after the data cut-off do not exist for it, except that they show the subject alive at the cut-off. Dates are
    day numbers, NaN for missing. Hidden columns remember the record of each value (`pointers.sources`); those of steps
    on the way begin with an underscore, and so do the limits of events (`event_limits`), which ADRS and ADTTE need too.
    """
    return _Builder(datasets, specs, trial, adam).build()


class _Builder:
    """The variables made so far, in the order of the rules."""

    def __init__(self, datasets: Mapping[str, Dataset], specs: Specs, trial: Trial, adam: AdamSpecs) -> None:
        self.datasets = datasets
        self.specs = specs
        self.trial = trial
        self.rules = adam.adsl.variables
        self.subjects = build_subjects(datasets, trial)
        self.limits = dict(self.subjects.days)
        self.made: dict[str, _Made] = {}
        self.timelines: list[Timeline] = []
        self.findings: list[pd.DataFrame] = []

    def build(self) -> tuple[Dataset, pd.DataFrame]:
        table = self.specs.adam["ADSL"]
        for variable in table.variables:
            if variable.origin == "Predecessor" and variable.name not in self.rules:
                dataset, _, source = variable.source.partition(".")
                self.made[variable.name] = self.value(variable.name, AdslRule(dataset=dataset, value=source))
        for name, rule in self.rules.items():
            made = self.verb(rule)(name, rule)
            self.made[name] = made
            if rule.is_date:
                self.subjects.days[name] = made.values
        columns: dict[str, np.ndarray] = {}
        flags = {name: values for made in self.made.values() for name, values in made.extra.items()}
        for variable in table.variables:
            if variable.name in self.made:
                columns[variable.name] = self.made[variable.name].values
            else:
                columns[variable.name] = flags.get(variable.name, self.missing(variable))
        for name, made in self.made.items():
            if name.startswith("_"):
                columns[name] = made.values
            if made.at is not None:
                columns[at_column(name)] = made.at
            columns |= {extra: values for extra, values in made.extra.items() if extra.startswith("_")}
        columns |= self.limits
        derivations = {name: made.derivation for name, made in self.made.items()}
        derivations |= {
            flag: Derivation("highest part of the date that was imputed", (name,))
            for name, made in self.made.items()
            for flag in made.extra
            if not flag.startswith("_")
        }
        adsl = Dataset(table, pd.DataFrame(columns), self.datasets["DM"].lineage, derivations)
        self.findings.append(unusable_date_findings(self.timelines))
        self.findings.append(self.undated_deaths(adsl))
        return adsl, join_findings(self.findings)

    def verb(self, rule: AdslRule) -> Callable[[str, AdslRule], _Made]:
        if rule.treatment:
            return self.treatment
        if rule.constant:
            return self.constant
        if rule.flag:
            return self.flag
        if rule.concat:
            return self.concat
        if rule.last_alive:
            return self.last_alive
        return self.date if rule.date else self.value

    def treatment(self, name: str, rule: AdslRule) -> _Made:
        start = self.trial.treatment_start
        variable = start.end if rule.treatment == "end" and start.end else start.date
        pick: Literal["first", "last"] = "last" if rule.treatment == "end" else "first"
        return self.date(name, AdslRule(dataset=start.dataset, where=start.where, date=variable, pick=pick))

    def constant(self, name: str, rule: AdslRule) -> _Made:
        values = np.full(len(self.subjects), rule.constant, dtype=object)
        return _Made(values, Derivation("constant of the ADSL rules"))

    def flag(self, name: str, rule: AdslRule) -> _Made:
        present = np.logical_and.reduce([self.is_present(other) for other in rule.flag])
        how = f"Y where {' and '.join(rule.flag)} {'has' if len(rule.flag) == 1 else 'have'} a value"
        return _Made(np.where(present, "Y", rule.no).astype(object), Derivation(how, rule.flag))

    def concat(self, name: str, rule: AdslRule) -> _Made:
        parts = [self.made[other].values for other in rule.concat]
        joined = np.where(parts[0] != "", np.add.reduce(parts), "").astype(object)
        return _Made(joined, Derivation(f"{' and '.join(rule.concat)} together", rule.concat))

    def date(self, name: str, rule: AdslRule) -> _Made:
        records = DatedRecords(
            dataset=rule.dataset, where=rule.where, where_not=rule.where_not, date=rule.date, role=rule.role
        )
        timeline = build_timeline(self.datasets, records, self.subjects, self.specs.sdtm)
        self.timelines.append(timeline)
        chosen = timeline.keep(self.in_reach(rule, timeline.subject, timeline.day))
        index = _end_of_each(chosen.subject, first=rule.pick == "first")
        subject = chosen.subject[index]
        values = np.full(len(self.subjects), np.nan)
        values[subject] = chosen.day[index]
        extra = {}
        flag_name = imputation_flag(name)
        if flag_name in self.specs.adam["ADSL"].by_name:
            flags = np.full(len(self.subjects), "", dtype=object)
            flags[subject] = chosen.flag[index]
            extra[flag_name] = flags
        at = self.numbers(timeline.dataset, chosen.position[index], subject)
        return _Made(values, self.derivation(rule, rule.date), at, extra)

    def value(self, name: str, rule: AdslRule) -> _Made:
        variable = self.specs.adam["ADSL"].by_name.get(name)
        dataset = self.datasets.get(rule.dataset)
        count = len(self.subjects)
        values = np.full(count, rule.missing, dtype=object)
        at = np.full(count, np.nan)
        if dataset is not None and rule.value in dataset.frame:
            records = DatedRecords(dataset=rule.dataset, where=rule.where, where_not=rule.where_not, date=rule.on)
            position, subject, day = self.ordered(dataset, records)
            mask = self.in_reach(rule, subject, day)
            position, subject = position[mask], subject[mask]
            index = _end_of_each(subject, first=rule.pick == "first")
            position, subject = position[index], subject[index]
            values[subject] = self.translated(dataset.frame[rule.value].iloc[position], rule)
            at = self.numbers(dataset, position, subject)
            if variable is not None and variable.is_numeric:
                values = self.as_numbers(values, dataset, rule, subject, position, variable)
        elif variable is not None and variable.is_numeric:
            values = np.full(count, np.nan)
        return _Made(values, self.derivation(rule, rule.value), at)

    def last_alive(self, name: str, rule: AdslRule) -> _Made:
        """The latest day, its dataset, variable and record; the first dataset and variable by name wins a tie.

        A death that can only be after the data cut-off shows the subject alive on it, as any later record does.
        """
        alive = rule.last_alive
        if alive is None:
            raise TypeError(f"{name} has no last_alive")
        best = _LastDate(len(self.subjects))
        death = self.latest_death(alive, best)
        for dataset_name in sorted(self.datasets):
            dataset = self.datasets[dataset_name]
            if "USUBJID" not in dataset.frame or dataset_name not in self.specs.sdtm:
                continue
            shows_alive = np.ones(len(dataset), dtype=bool)
            for records in alive.excluded:
                if records.dataset == dataset_name:
                    shows_alive &= ~matching(dataset.frame, records)
            position = np.flatnonzero(shows_alive)
            subject = self.subjects.codes(dataset.frame["USUBJID"].iloc[position]) if len(position) else position
            for variable in dataset.spec.names:
                if not variable.endswith("DTC") or variable not in dataset.frame or not len(position):
                    continue
                dates = open_dates(dataset.frame[variable].iloc[position], keep_known_parts=True, name=variable)
                # The subject lived on the first day that a partial date can be, whichever day it was.
                day, flag = dates.reach().earliest, DATE_FLAGS[dates.level[dates.codes]]
                usable = (subject >= 0) & np.isfinite(day)
                usable[usable] = ~(day[usable] > death[subject[usable]])
                numbers = sequence_numbers(dataset, position[usable]) if dataset.spec.sequence else None
                best.add(
                    subject[usable],
                    np.minimum(day[usable], self.subjects.cutoff),
                    dataset_name,
                    variable,
                    numbers,
                    flag[usable],
                )
        extra = {domain_column(name): best.domain, variable_column(name): best.variable}
        if imputation_flag(name) in self.specs.adam["ADSL"].by_name:
            extra[imputation_flag(name)] = np.where(best.day < self.subjects.cutoff, best.flag, "")
        how = (
            "latest day that any record which shows the subject alive surely reaches, the first of a partial date, not "
            "after death or the data cut-off"
        )
        return _Made(best.day, Derivation(how), best.number, extra)

    def missing(self, variable: Variable) -> np.ndarray:
        """The column of a variable that no rule makes."""
        count = len(self.subjects)
        return np.full(count, np.nan) if variable.is_numeric else np.full(count, "", dtype=object)

    def in_reach(self, rule: AdslRule, subject: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Mask of the records that the rule's timing allows; a subject without treatment has no limit to a baseline."""
        mask = np.ones(len(subject), dtype=bool)
        if rule.pick == "baseline":
            start = self.subjects.days["TRTSDT"][subject]
            mask &= (day <= start) | np.isnan(start)
        if rule.in_baseline_window:
            window = self.trial.response.baseline_window_days
            mask &= self.subjects.days["TRTSDT"][subject] - day <= window
        if rule.after:
            mask &= day > self.subjects.days[rule.after][subject]
        return mask

    def ordered(self, dataset: Dataset, records: DatedRecords) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Position, subject and earliest day of the records, by subject, day and number; an undated one comes first."""
        position, subject = chosen_records(dataset, records, self.subjects)
        dated_by = records.date or record_date(dataset.spec)
        day = np.full(len(position), -np.inf)
        if dated_by in dataset.frame:
            day = bounds(dataset.frame[dated_by].iloc[position])["earliest"].fillna(-np.inf).to_numpy()
        kept = ~(day > self.subjects.cutoff)
        position, subject, day = position[kept], subject[kept], day[kept]
        order = np.lexsort((sequence_numbers(dataset, position), day, subject))
        return position[order], subject[order], day[order]

    def translated(self, values: pd.Series, rule: AdslRule) -> np.ndarray:
        if not rule.terms and not rule.other:
            return values.to_numpy(dtype=object)
        texts = values.map(rule.terms)
        # without a word for the others a value that is not in the list stays as it is
        return texts.where(texts.notna(), rule.other or values).to_numpy(dtype=object)

    def as_numbers(
        self,
        values: np.ndarray,
        dataset: Dataset,
        rule: AdslRule,
        subject: np.ndarray,
        position: np.ndarray,
        variable: Variable,
    ) -> np.ndarray:
        numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce").to_numpy(dtype=float)
        given = pd.notna(values[subject]) & (values[subject] != "")
        wrong = position[np.isnan(numbers[subject]) & given]
        message = f'{rule.value} "{{value}}" is no number; {variable.name} is left missing'
        self.findings.append(dataset.findings(wrong, NOT_A_NUMBER, "error", rule.value, message, "a number"))
        return numbers

    def numbers(self, dataset: Dataset, position: np.ndarray, subject: np.ndarray) -> np.ndarray:
        """The record number by subject; 0 in a dataset whose records have none, NaN where no record was chosen."""
        at = np.full(len(self.subjects), np.nan)
        at[subject] = sequence_numbers(dataset, position) if dataset.spec.sequence else 0.0
        return at

    def derivation(self, rule: AdslRule, variable: str) -> Derivation:
        where = "; ".join(f"{name} {' or '.join(texts)}" for name, texts in rule.where.items())
        picked = {"first": "first", "last": "last", "baseline": "last on or before the start of treatment"}[rule.pick]
        how = f"{rule.dataset}.{variable}" + (f" where {where}, {picked}" if where else "")
        return Derivation(how + (f"; partial dates as {rule.role}" if rule.role else ""), (variable,), rule.dataset)

    def is_present(self, name: str) -> np.ndarray:
        values = self.made[name].values
        return np.asarray(values != "" if values.dtype == object else ~np.isnan(values))

    def latest_death(self, alive: LastAlive, best: _LastDate) -> np.ndarray:
        """The last day that each subject's death can be, infinite where there is none; who dies after the cut-off saw it."""
        latest = np.full(len(self.subjects), np.inf)
        dataset = self.datasets.get(alive.death.dataset)
        if dataset is not None and alive.death.date in dataset.frame:
            position, subject = chosen_records(dataset, alive.death, self.subjects)
            limits = bounds(dataset.frame[alive.death.date].iloc[position])
            np.fmin.at(latest, subject, limits["latest"].to_numpy())
            later = (limits["earliest"] > self.subjects.cutoff).to_numpy()
            numbers = sequence_numbers(dataset, position[later]) if dataset.spec.sequence else None
            cutoff = np.full(later.sum(), self.subjects.cutoff)
            complete = np.full(len(cutoff), "", dtype=object)
            best.add(subject[later], cutoff, alive.death.dataset, alive.death.date, numbers, complete)
        return latest

    def undated_deaths(self, adsl: Dataset) -> pd.DataFrame:
        if not {"DTHFL", "DTHDT"} <= set(adsl.frame.columns):
            return join_findings([])
        undated = (adsl.frame["DTHFL"] == "Y") & adsl.frame["DTHDT"].isna()
        message = "the subject is dead and the date of death cannot be used; survival ends when last known alive"
        return adsl.findings(undated, UNDATED_DEATH, "error", "DTHDT", message, "a date of death")


def _end_of_each(subject: np.ndarray, first: bool) -> np.ndarray:
    """Index of the first, or last, record of each subject; records are sorted by subject."""
    if not len(subject):
        return np.zeros(0, dtype=np.int64)
    changes = np.flatnonzero(subject[1:] != subject[:-1])
    return np.concatenate([[0], changes + 1]) if first else np.concatenate([changes, [len(subject) - 1]])


class _LastDate:
    """The latest day found so far by subject, and the record that has it."""

    def __init__(self, count: int) -> None:
        self.rank = np.full(count, np.nan)  # the day, half a day less where it is the first of a partial date
        self.number = np.full(count, np.nan)
        self.domain = np.full(count, "", dtype=object)
        self.variable = np.full(count, "", dtype=object)
        self.flag = np.full(count, "", dtype=object)

    def add(
        self,
        subject: np.ndarray,
        day: np.ndarray,
        domain: str,
        variable: str,
        numbers: np.ndarray | None,
        flags: np.ndarray,
    ) -> None:
        """Take the records in; of those of one day a complete date stands, and of several the lowest number."""
        rank = day - (flags != "") / 2
        latest = np.full(len(self.rank), -np.inf)
        np.maximum.at(latest, subject, rank)
        later = np.isfinite(latest) & ~(latest <= self.rank)
        tied = np.flatnonzero(later[subject] & (rank == latest[subject]))
        order = np.zeros(len(subject)) if numbers is None else numbers
        lowest = np.full(len(self.rank), np.inf)
        np.minimum.at(lowest, subject[tied], order[tied])
        chosen = tied[order[tied] == lowest[subject[tied]]]
        self.rank[later] = latest[later]
        self.number[later] = lowest[later]
        self.flag[subject[chosen]] = flags[chosen]
        self.domain[later] = domain
        self.variable[later] = variable

    @property
    def day(self) -> np.ndarray:
        """The latest day of each subject, NaN where there is no record."""
        return np.asarray(np.ceil(self.rank))
