"""What times and responses can be for a subject, over all completions of the partial dates that feed them.

A subject with a partial date is copied once for each combination of the days that its partial dates can be, and the whole
derivation (ADSL, ADRS, ADTTE) is run on the copies, whose dates are all complete: an event that would become a
censoring, a response that would come too early, a subject that would leave a parameter, are all counted.

What is admissible: `hcc_sdtm.adam.admissible.copies`. Records of one visit with one partial text have one unknown day. A
missing date, or one without a year, is not completed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completion_plan import Missed, in_parts, plan_completions
from hcc_sdtm.adam.admissible.completions import Batch, build_copies, name_copies
from hcc_sdtm.adam.admissible.copies import admissible_copies
from hcc_sdtm.adam.admissible.given_responses import (
    fewer_completions,
    is_made,
    lesion_responses,
    record_days,
    without_death,
)
from hcc_sdtm.adam.admissible.inputs import Inputs, Target, find_inputs
from hcc_sdtm.adam.admissible.interval_outcomes import OpenIntervals, interval_outcomes, join_intervals
from hcc_sdtm.adam.admissible.open_dates import find_ambiguous
from hcc_sdtm.adam.admissible.partial_cells import PartialCells, find_partial_cells
from hcc_sdtm.adam.admissible.response_outcomes import RESPONSE_COLUMNS, no_responses, response_outcomes
from hcc_sdtm.adam.admissible.time_outcomes import join_outcomes, time_outcomes
from hcc_sdtm.adam.admissible.tried import DerivedCopies, Tried
from hcc_sdtm.adam.subjects.adsl import adsl_subjects
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.adam.times.decided import of_values
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.finding import findings_frame
from hcc_sdtm.spec.adam.asked_interval import AskedInterval
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

Derive = Callable[[Mapping[str, Dataset], AdamSpecs, Collection[str], Mapping[str, pd.DataFrame | None]], DerivedCopies]
"""Makes of SDTM datasets, by the specs given, what is asked of copies: which analysis datasets beside ADSL and ADRS are read,
and the parameters of ADRS that are there already."""


@dataclass(frozen=True)
class Admissible:
    """What partial dates leave open, for the subjects and the times and responses that they feed.

    ``outcomes`` has one row for each distinct outcome of a subject and time-to-event parameter, `OUTCOME_COLUMNS`: the time,
    whether and why it is censored, and the entry into the risk set. A completion in which the subject has no record of the
    parameter gives a row of missing numbers, where another gives one. The rows are `in_order`.

    ``responses`` has one row for the distinct values of a subject's responses that are read together, `RESPONSE_COLUMNS`.
    ``not_enumerated`` and ``responses_not_enumerated`` list the subjects and parameters with too many completions, and the
    first day that one of their partial dates can be.
    ``intervals`` has, of each that was asked, between which dates an event can lie.
    """

    outcomes: pd.DataFrame
    not_enumerated: pd.DataFrame
    responses: pd.DataFrame = field(default_factory=no_responses)
    responses_not_enumerated: pd.DataFrame = field(default_factory=lambda: _missed_frame([], "PARAMCDS"))
    intervals: Mapping[AskedInterval, OpenIntervals] = field(default_factory=dict)

    def of(self, paramcd: str) -> dict[str, list[tuple[float, float, float]]]:
        """For each affected subject of a parameter the distinct (time, CNSR, entry); NaN: no record of the parameter."""
        rows = self.outcomes[self.outcomes["PARAMCD"] == paramcd]
        distinct = rows[["USUBJID", "AVAL", "CNSR", "ENTRY"]].drop_duplicates()
        found: dict[str, list[tuple[float, float, float]]] = {}
        for subject, *outcome in distinct.itertuples(index=False, name=None):
            found.setdefault(subject, []).append((outcome[0], outcome[1], outcome[2]))
        return found

    def of_responses(self, paramcds: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
        """For each affected subject the distinct values (AVALC) of these ADRS parameters; "": no record of the parameter.

        The parameters are one of the groups that were asked for; of any other nothing is known and there is no subject.
        """
        found: dict[str, list[tuple[str, ...]]] = {}
        for subject, group, values in self.responses.itertuples(index=False, name=None):
            if group == paramcds:
                found.setdefault(subject, []).append(values)
        return found


def find_admissible(
    sdtm: Mapping[str, Dataset],
    derived: Mapping[str, Dataset],
    specs: Specs,
    trial: Trial,
    adam: AdamSpecs,
    derive: Derive,
    responses: Sequence[tuple[str, ...]] = (),
    of_mapping: pd.DataFrame | None = None,
    intervals: Sequence[AskedInterval] = (),
) -> Admissible:
    """The distinct outcomes of each subject and parameter over all admissible completions of its partial dates.

    ``responses`` are the groups of ADRS parameters (PARAMCD) whose values are asked for, those of a group together, and
    ``intervals`` the times of which is asked between which assessments they end; that they ``derive`` with descriptions.
    ``of_mapping`` are the findings of mapping, which tell the readings of ambiguous dates; without them those are partial
    dates. ``derived`` has the analysis datasets as they were made.

    Subjects without a partial date that matters have no outcome. A date that is the origin and nothing else is tried on its
    first and last day, which stand for those between where the time ends alike; where it does not, all days are tried.
    What then has more completions than the trial's ``most_completions`` is in ``not_enumerated``.
    """
    adsl = derived["ADSL"]
    subjects = adsl_subjects(adsl, trial)
    # a parameter by values is numbered by the values in the data, and the copies have not all of them
    every = [each for parameter in adam.parameters for each in of_values(parameter, {**sdtm, **derived}, subjects)]
    adam = replace(adam, parameters=tuple(every))
    own = {name: dataset for name, dataset in sdtm.items() if name in specs.sdtm or "USUBJID" in dataset.frame}
    codes = [parameter.paramcd for parameter in adam.parameters]
    intervals = [each for each in intervals if each.parameter in codes]
    targets: list[Target] = [*adam.parameters, *responses, *intervals]
    inputs = [find_inputs(target, specs, trial, adam) for target in targets]
    alive = _last_alive(adam, subjects)
    read = {name: each for name, each in own.items() if name in specs.sdtm}
    ambiguous = find_ambiguous(findings_frame() if of_mapping is None else of_mapping, sdtm["DM"].frame, subjects)
    given = lesion_responses(inputs, specs, trial, adam)
    of_given = find_inputs(given, specs, trial, adam)
    # another parameter on the way may do more with death than verbs on lesions do
    is_comparing = of_given.responses == set(given)
    but_death = find_inputs(given, specs, trial, without_death(adam)) if is_comparing else of_given
    no_start = [find_inputs(_without_start(target), specs, trial, adam) for target in targets]
    found = find_partial_cells([*inputs, *no_start, of_given, but_death], read, subjects, alive, ambiguous)
    if found.cells.empty:
        return _admissible([], [], [], [], targets, subjects)
    reads, otherwise, given_reads = np.split(found.read_by, [len(targets), 2 * len(targets)], axis=1)
    partial = replace(found, read_by=reads)
    batches, too_many = plan_completions(partial, reads & ~otherwise, subjects, trial, alive)
    others = [find_inputs(target, specs, trial, adam, given) for target in targets]
    kept, kept_given = (_kept_records(own, each, trial, partial, subjects, alive) for each in (others, [of_given]))
    is_given = given_reads[:, 0]
    is_death, days = is_given & ~given_reads[:, 1], record_days(own, but_death, subjects)
    is_there = {code: is_made(code, derived["ADRS"].frame, adam) for code in given}
    times, values, between = [], [], []
    while batches:
        again: list[Batch] = []
        for part in in_parts(batches):
            wanted = np.array([any(inputs[each].responses & set(given) for each in batch.targets) for batch in part])
            rows: dict[str, pd.DataFrame | None] = {}
            if wanted.any():
                fewer = fewer_completions(part, wanted, is_given, is_death, days)
                lesions = build_copies(own, kept_given, partial.cells, fewer.batches, subjects.names)
                made = derive(lesions, _needed(adam, trial, (), [of_given]), frozenset(), {}).adrs
                rows = {
                    code: fewer.spread(made[made["PARAMCD"] == code]) if there else None
                    for code, there in is_there.items()
                }
            copies = build_copies(own, kept, partial.cells, part, subjects.names)
            numbers = sorted({number for batch in part for number in batch.targets})
            asked = [others[number] for number in numbers]
            timed = {_parameter_of(targets[number]) for number in numbers}
            parameters = [each for each in adam.parameters if each.paramcd in timed]
            analysis = frozenset(name for each in asked for name in each.analysis)
            derived_copies = derive(copies, _needed(adam, trial, parameters, asked, given), analysis, rows)
            batch_of = np.repeat(np.arange(len(part)), [len(batch.days) for batch in part])
            names = pd.Index(name_copies(len(batch_of)), dtype=object)
            of_copies = derived_copies.adsl.set_index("USUBJID").reindex(names)
            judged = admissible_copies(part, batch_of, copies, of_copies, adsl, partial, trial, adam)
            tried = Tried(part, batch_of, derived_copies, of_copies, judged)
            found_times, unlike = time_outcomes(tried, adam.parameters, trial)
            times.append(found_times)
            values.append(response_outcomes(tried, responses, len(adam.parameters), subjects))
            between.append(interval_outcomes(tried, intervals, len(adam.parameters) + len(responses)))
            for batch, number in unlike:
                if batch.whole is None:
                    too_many.append(Missed(batch.subject, number, float(batch.days.min())))
                else:
                    again.append(Batch(batch.subject, (number,), batch.cells, batch.whole))
        batches = again
    return _admissible(times, values, between, too_many, targets, subjects)


def _parameter_of(target: Target) -> str:
    """The time-to-event parameter (PARAMCD) that the target is, or is asked of; "" of responses."""
    if isinstance(target, AskedInterval):
        return target.parameter
    return target.paramcd if isinstance(target, TimeToEvent) else ""


def _without_start(target: Target) -> Target:
    """The target without its origin."""
    no_start = {"start": "", "start_record": None}
    return target.model_copy(update=no_start) if isinstance(target, TimeToEvent) else target


def _needed(
    adam: AdamSpecs,
    trial: Trial,
    parameters: Sequence[TimeToEvent],
    inputs: Sequence[Inputs],
    given: Sequence[str] = (),
) -> AdamSpecs:
    """What the parameters and whatever else is read need of the specs, the responses ``given`` too."""
    responses = {*given, *(name for each in inputs for name in each.responses)}
    made = tuple(each for each in adam.adrs.parameters if each.paramcd in responses)
    rules = adam.adsl.variables
    bounds_of_roles = {name for each in trial.partial_dates.values() for name in (*each.not_before, *each.not_after)}
    needed = {adam.adrs.population, *bounds_of_roles, *(name for each in inputs for name in each.variables)}
    for name in reversed(rules):  # a rule reads variables that stand before it
        if name in needed:
            needed |= set(rules[name].earlier)
    variables = {name: rule for name, rule in rules.items() if name in needed}
    return replace(
        adam,
        parameters=tuple(parameters),
        adrs=adam.adrs.model_copy(update={"parameters": made}),
        adsl=adam.adsl.model_copy(update={"variables": variables}),
    )


def _admissible(
    times: Sequence[pd.DataFrame],
    values: Sequence[pd.DataFrame],
    between: Sequence[Sequence[pd.DataFrame]],
    too_many: Sequence[Missed],
    targets: Sequence[Target],
    subjects: Subjects,
) -> Admissible:
    """What was found in the parts, in the order of subjects."""
    names = subjects.names.to_numpy(dtype=object)
    of_times, of_groups = [], []
    of_intervals: dict[AskedInterval, list[str]] = {}
    for each in too_many:
        target, name = targets[each.target], names[each.subject]
        if isinstance(target, TimeToEvent):
            of_times.append((name, target.paramcd, each.earliest))
        elif isinstance(target, AskedInterval):
            of_intervals.setdefault(target, []).append(name)
        else:
            of_groups.append((name, target, each.earliest))
    parameters = [target for target in targets if isinstance(target, TimeToEvent)]
    asked = [target for target in targets if isinstance(target, AskedInterval)]
    responses = pd.concat([no_responses(), *values], ignore_index=True)
    return Admissible(
        join_outcomes(times, parameters, subjects),
        _missed_frame(of_times, "PARAMCD"),
        responses.sort_values(RESPONSE_COLUMNS, ignore_index=True),
        _missed_frame(of_groups, "PARAMCDS"),
        join_intervals(asked, between, of_intervals, subjects),
    )


def _missed_frame(missed: Sequence[tuple[object, object, float]], name: str) -> pd.DataFrame:
    """Subject, parameter or group under ``name``, and first day of those with too many completions."""
    columns = [pd.Series([each[place] for each in missed], dtype=object) for place in (0, 1)]
    earliest = pd.Series([each[2] for each in missed], dtype=float)
    return pd.DataFrame({"USUBJID": columns[0], name: columns[1], "EARLIEST": earliest})


def _last_alive(adam: AdamSpecs, subjects: Subjects) -> np.ndarray:
    """The day on which each subject was surely alive, NaN where none is known; the first of several such dates."""
    names = [name for name, rule in adam.adsl.variables.items() if rule.last_alive and name in subjects.days]
    missing = np.full(len(subjects), np.nan)
    return np.asarray(np.fmin.reduce([missing, *(subjects.days[name] for name in names)]))


def _kept_records(
    datasets: Mapping[str, Dataset],
    inputs: Sequence[Inputs],
    trial: Trial,
    partial: PartialCells,
    subjects: Subjects,
    alive: np.ndarray,
) -> dict[str, np.ndarray]:
    """By dataset the records of affected subjects that a copy needs: those read, and those that show it alive last."""
    affected = np.zeros(len(subjects) + 1, dtype=bool)
    affected[partial.cells["subject"].to_numpy(dtype=np.int64)] = True
    read = {"DM", *(name for each in inputs for name in each.datasets)}
    read |= {trial.event_records(name).dataset for name in trial.events}
    read |= {f"SUPP{name}" for name in read}
    kept = {}
    for name, dataset in datasets.items():
        if "USUBJID" not in dataset.frame:
            continue
        subject = subjects.codes(dataset.frame["USUBJID"])
        mask = affected[subject]
        if name not in read:
            of_subject = np.append(alive, np.nan)[subject]
            shows = np.zeros(len(dataset), dtype=bool)
            for variable in dataset.spec.names:
                if variable.endswith("DTC") and variable in dataset.frame:
                    latest = bounds(dataset.frame[variable])["latest"].to_numpy()
                    shows |= ~np.isnan(latest) & ~(latest < of_subject)
            mask &= shows
            # a date that may be missing in the data, and is not in a completion
            mask[partial.cells.loc[partial.cells["dataset"] == name, "position"].to_numpy(dtype=np.int64)] = True
        kept[name] = np.flatnonzero(mask)
    return kept
