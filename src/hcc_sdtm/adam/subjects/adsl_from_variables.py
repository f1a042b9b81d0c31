"""The verbs of ADSL that read variables made before: flags, groups, durations, percentages and choices between them.

Knows how each is computed and what is said where it cannot be. Which variables are read stands in ``adsl.yaml``.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from hcc_sdtm.adam.pointers import domain_column, variable_column
from hcc_sdtm.adam.subjects.adsl_making import Asked, Made, Making
from hcc_sdtm.dataset import Derivation
from hcc_sdtm.dates.duration import duration
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.adsl_verbs import Duration, Group, Percent
from hcc_sdtm.spec.adam.records import imputation_flag
from hcc_sdtm.spec.trial import has_text

NEGATIVE = "ADSL-109 adam.negative-duration"
"""The end of a duration of ADSL comes before its start: the duration is left missing."""

NO_GROUP = "ADSL-110 adam.no-group"
"""A number of ADSL is in none of the declared groups: the group is left missing."""

NO_TOTAL = "ADSL-111 adam.no-total"
"""The total of a percentage of ADSL is not over 0: the percentage is left missing."""


def make_constant(making: Making, rule: AdslRule) -> Made:
    """The text, for every subject."""
    values = np.full(len(making.subjects), rule.constant, dtype=object)
    return Made(values, Derivation("constant of the ADSL rules"))


def make_flag(making: Making, rule: AdslRule) -> Made:
    """Y where all that the flag asks for holds, else the rule's ``no``; missing where what is to be known is not."""
    made = making.made
    conditions = [made[name].is_present for name in rule.flag]
    parts = [f"{' and '.join(rule.flag)} {'has' if len(rule.flag) == 1 else 'have'} a value"]
    for name, texts in rule.when.items():
        conditions.append(has_text(pd.DataFrame({name: made[name].values}), name, texts))
        parts.append(f"{name} is {' or '.join(texts)}")
    for name, limit in rule.at_least.items():
        conditions.append(made[name].values >= limit)
        parts.append(f"{name} is at least {limit:g}")
    for name, limit in rule.at_most.items():
        conditions.append(made[name].values <= limit)
        parts.append(f"{name} is at most {limit:g}")
    for name in rule.unless:
        conditions.append(~made[name].is_present)
        parts.append(f"{name} has no value")
    values = np.where(np.logical_and.reduce(conditions), "Y", rule.no).astype(object)
    for name in rule.if_known:
        values[~made[name].is_present] = ""
    how = f"Y where {', '.join(parts)}" + (f"; missing without {' and '.join(rule.if_known)}" if rule.if_known else "")
    return Made(values, Derivation(how, rule.earlier))


def make_concat(making: Making, rule: AdslRule) -> Made:
    """The texts together; missing where the first is."""
    parts = [making.made[name].values for name in rule.concat]
    joined = np.where(parts[0] != "", np.add.reduce(parts), "").astype(object)
    return Made(joined, Derivation(f"{' and '.join(rule.concat)} together", rule.concat))


def make_duration(making: Making, name: str, asked: Duration) -> Made:
    """The time between the two dates in the unit; a negative one is said and left missing."""
    start, end = (making.made[each].values for each in (asked.start, asked.end))
    trial = making.trial
    first_day = trial.first_day if asked.first_day is None else asked.first_day
    # a year is twelve of the trial's months, so that months and years of one subject agree
    unit, divisor = ("months", 12.0) if asked.unit == "years" else (asked.unit, 1.0)
    index = pd.RangeIndex(len(start))
    length = duration(
        pd.Series(start, index=index), pd.Series(end, index=index), unit, first_day, month_days=trial.month_days
    )
    values = length.to_numpy(dtype=float) / divisor
    backward = end < start
    message = f"{asked.end} comes before {asked.start}; {name} is left missing"
    making.asked.append(Asked(backward, NEGATIVE, "warning", asked.end, message, f"a day on or after {asked.start}"))
    values = np.where(backward, np.nan, values)
    how = f"{asked.unit} from {asked.start} to {asked.end}" + (", the first day counted" if first_day else "")
    return Made(values, Derivation(how, (asked.start, asked.end)))


def make_group(making: Making, name: str, asked: Group) -> Made:
    """The label of the group that each number is in; one that is in none is said and has no group."""
    numbers = making.made[asked.of].values
    labels, limits = list(asked.limits), np.array(list(asked.limits.values()))
    side: Literal["left", "right"] = "right" if asked.at_least else "left"
    place = np.searchsorted(limits, numbers, side=side) - 1
    known = ~np.isnan(numbers)
    outside = known & (place < 0)
    if asked.end is not None:
        outside |= known & ((numbers >= asked.end) if asked.at_least else (numbers > asked.end))
    values = np.where(known & ~outside, np.array(labels, dtype=object)[place], "").astype(object)
    sign = ">=" if asked.at_least else ">"
    told = ", ".join(f'"{label}" {sign} {limit:g}' for label, limit in asked.limits.items())
    message = f'{asked.of} "{{value}}" is in no group of {name}, which is left missing'
    making.asked.append(Asked(outside, NO_GROUP, "warning", asked.of, message, told))
    return Made(values, Derivation(f"group of {asked.of}: {told}", (asked.of,)))


def make_group_number(making: Making, groups: Group, named: str) -> Made:
    """The place of each subject's group among the groups, from 1; missing where the group is."""
    places = {label: float(number) for number, label in enumerate(groups.limits, 1)}
    numbers = pd.Series(making.made[named].values, dtype=object).map(places).to_numpy(dtype=float)
    return Made(numbers, Derivation(f"place of {named} among its groups", (named,)))


def make_percent(making: Making, name: str, asked: Percent) -> Made:
    """The number as a percentage of the total; missing, and said, where the total is not over 0."""
    part, total = (making.made[each].values for each in (asked.of, asked.total))
    message = f'{asked.total} "{{value}}" is not over 0; {name} is left missing'
    making.asked.append(Asked(total <= 0, NO_TOTAL, "error", asked.total, message, "a number over 0"))
    usable = total > 0
    values = np.full(len(total), np.nan)
    values[usable] = 100 * part[usable] / total[usable]
    return Made(values, Derivation(f"{asked.of} as a percentage of {asked.total}", (asked.of, asked.total)))


def make_first_of(making: Making, name: str, rule: AdslRule) -> Made:
    """The value of the first variable that has one, with its record and its imputation flag."""
    count = len(making.subjects)
    branches = [making.made[each] for each in rule.first_of]
    values = branches[0].values.copy()
    at, day = np.full(count, np.nan), np.full(count, np.nan)
    flag, domain, variable = (np.full(count, "", dtype=object) for _ in range(3))
    open_ = np.ones(count, dtype=bool)
    for its_name, branch in zip(rule.first_of, branches, strict=True):
        taken = open_ & branch.is_present
        open_ &= ~taken
        values[taken] = branch.values[taken]
        for mine, its in ((at, branch.at), (day, branch.day), (flag, branch.flag)):
            if its is not None:
                mine[taken] = its[taken]
        _take_source(domain, variable, taken, branch, its_name)
    extra = {domain_column(name): domain, variable_column(name): variable}
    if making.variable(imputation_flag(name)):
        extra[imputation_flag(name)] = flag
    return Made(values, Derivation(f"the first of {', '.join(rule.first_of)}", rule.first_of), at, day, flag, extra)


def _take_source(domain: np.ndarray, variable: np.ndarray, taken: np.ndarray, branch: Made, name: str) -> None:
    """Remember which dataset and variable gave the value: those of the branch where it knows, else the branch itself."""
    if domain_column(name) in branch.extra:
        domain[taken] = branch.extra[domain_column(name)][taken]
        variable[taken] = branch.extra[variable_column(name)][taken]
    elif branch.at is not None and branch.derivation.dataset:
        domain[taken] = branch.derivation.dataset
        variable[taken] = branch.derivation.inputs[0]
    else:
        domain[taken] = "ADSL"
        variable[taken] = name
