"""ADSL: one record a subject of DM, treated or not, each variable by its rule in ``adsl.yaml``.

Knows the order in which variables are made and what becomes of them; how a verb is carried out is in `adsl_from_records`,
`adsl_over_records` and `adsl_from_variables`, and which record makes which variable stands in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.adam.event_limits import build_event_limits
from hcc_sdtm.adam.pointers import domain_column, variable_column
from hcc_sdtm.adam.subjects.adsl_from_records import make_date, make_value
from hcc_sdtm.adam.subjects.adsl_from_variables import (
    make_concat,
    make_constant,
    make_duration,
    make_first_of,
    make_flag,
    make_group,
    make_group_number,
    make_percent,
)
from hcc_sdtm.adam.subjects.adsl_making import Made, Making
from hcc_sdtm.adam.subjects.adsl_over_records import make_over_several
from hcc_sdtm.adam.subjects.entered import entered_later, entered_later_findings
from hcc_sdtm.adam.subjects.last_alive import find_last_alive
from hcc_sdtm.adam.timeline import Subjects, unusable_date_findings
from hcc_sdtm.dataset import Dataset, Derivation, at_column
from hcc_sdtm.dates.iso import to_days
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.adsl_verbs import LastAlive
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import imputation_flag
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

UNDATED_DEATH = "ADSL-102 adam.undated-death"
"""A subject is dead and no date of death can be used: survival is censored when the subject was last known alive."""


def build_subjects(datasets: Mapping[str, Dataset], trial: Trial) -> Subjects:
    """The subjects of DM at the cut-off in the order of USUBJID, with no ADSL date yet but the limits of events."""
    cutoff, dm = _cutoff(trial), datasets["DM"]
    entered = dm.frame["USUBJID"][~entered_later(datasets, cutoff)]
    names = pd.Index(sorted(entered.unique()), dtype=object)
    return Subjects(names, cutoff, trial.partial_dates, build_event_limits(datasets, trial, names))


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
        self.rules = adam.adsl.variables
        subjects = build_subjects(datasets, trial)
        self.limits = dict(subjects.days)
        self.making = Making(datasets, specs, trial, subjects)
        self.making.findings.append(entered_later_findings(datasets, subjects.cutoff))

    def build(self) -> tuple[Dataset, pd.DataFrame]:
        making = self.making
        table, made = making.table, making.made
        for variable in table.variables:
            if variable.origin == "Predecessor" and variable.name not in self.rules:
                dataset, _, source = variable.source.partition(".")
                made[variable.name] = make_value(making, variable.name, AdslRule(dataset=dataset, value=source))
        for name, rule in self.rules.items():
            made[name] = self.make(name, rule)
            if rule.is_date or (rule.first_of and set(rule.first_of) <= set(making.subjects.days)):
                making.subjects.days[name] = made[name].values
        adsl = Dataset(table, pd.DataFrame(self.columns()), making.datasets["DM"].lineage, self.derivations())
        making.findings.append(unusable_date_findings(making.timelines))
        making.findings.append(_undated_deaths(adsl))
        for asked in making.asked:
            making.findings.append(
                adsl.findings(asked.mask, asked.rule, asked.severity, asked.variable, asked.message, asked.expected)
            )
        return adsl, join_findings(making.findings)

    def columns(self) -> dict[str, np.ndarray]:
        """The columns of ADSL: those of the table, then the steps on the way and what is remembered of the records."""
        made = self.making.made
        flags = {name: values for each in made.values() for name, values in each.extra.items()}
        columns: dict[str, np.ndarray] = {}
        for variable in self.making.table.variables:
            if variable.name in made:
                columns[variable.name] = made[variable.name].values
            else:
                columns[variable.name] = flags.get(variable.name, self.making.missing(variable.name))
        for name, each in made.items():
            if name.startswith("_"):
                columns[name] = each.values
            if each.at is not None:
                columns[at_column(name)] = each.at
            columns |= {extra: values for extra, values in each.extra.items() if extra.startswith("_")}
        return columns | self.limits

    def derivations(self) -> dict[str, Derivation]:
        """How each variable was made, imputation flags too."""
        made = self.making.made
        derivations = {name: each.derivation for name, each in made.items()}
        return derivations | {
            flag: Derivation("highest part of the date that was imputed", (name,))
            for name, each in made.items()
            for flag in each.extra
            if not flag.startswith("_")
        }

    def make(self, name: str, rule: AdslRule) -> Made:
        """The variable by the verb of its rule."""
        making = self.making
        if rule.treatment:
            return make_date(making, name, self.treatment(rule))
        if rule.date:
            return make_date(making, name, rule)
        if rule.value:
            return make_value(making, name, rule)
        if rule.dataset:
            return make_over_several(making, name, rule)
        if rule.flag:
            return make_flag(making, rule)
        if rule.concat:
            return make_concat(making, rule)
        if rule.last_alive:
            return self.last_alive(name, rule.last_alive)
        if rule.duration:
            return make_duration(making, name, rule.duration)
        if rule.group:
            return make_group(making, name, rule.group)
        if rule.percent:
            return make_percent(making, name, rule.percent)
        groups = self.rules[rule.group_number].group if rule.group_number else None
        if groups:
            return make_group_number(making, groups, rule.group_number)
        return make_first_of(making, name, rule) if rule.first_of else make_constant(making, rule)

    def treatment(self, rule: AdslRule) -> AdslRule:
        """The rule of the first or last day of treatment, as one of a date."""
        start = self.making.trial.treatment_start
        variable = start.end if rule.treatment == "end" and start.end else start.date
        pick: Literal["first", "last"] = "last" if rule.treatment == "end" else "first"
        return AdslRule(dataset=start.dataset, where=start.where, date=variable, pick=pick)

    def last_alive(self, name: str, alive: LastAlive) -> Made:
        making = self.making
        best = find_last_alive(alive, making.datasets, making.specs.sdtm, making.subjects)
        flag = np.where(best.day < making.subjects.cutoff, best.flag, "").astype(object)
        extra = {domain_column(name): best.domain, variable_column(name): best.variable}
        if making.variable(imputation_flag(name)):
            extra[imputation_flag(name)] = flag
        how = (
            "latest day that any record which shows the subject alive surely reaches, the first of a partial date, not "
            "after death or the data cut-off"
        )
        return Made(best.day, Derivation(how), best.number, best.day, flag, extra)


def _undated_deaths(adsl: Dataset) -> pd.DataFrame:
    if not {"DTHFL", "DTHDT"} <= set(adsl.frame.columns):
        return join_findings([])
    undated = (adsl.frame["DTHFL"] == "Y") & adsl.frame["DTHDT"].isna()
    message = "the subject is dead and the date of death cannot be used; survival ends when last known alive"
    return adsl.findings(undated, UNDATED_DEATH, "error", "DTHDT", message, "a date of death")
