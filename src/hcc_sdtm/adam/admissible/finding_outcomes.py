"""What a time-to-event parameter can be for a subject, over all completions of the partial dates that feed it.

A subject with a partial date is copied once for each combination of the days that its partial dates can be, and the whole
derivation (ADSL, ADRS, ADTTE) is run on the copies, whose dates are all complete: an event that would become a
censoring, a response that would come too early, a subject that would leave a parameter, are all counted.

What is admissible: `hcc_sdtm.adam.admissible.copies`. Records of one visit with one partial text have one unknown day. A
missing date, or one without a year, is not completed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.between_ends import Ends, fill_between, unlike_ends
from hcc_sdtm.adam.admissible.completion_plan import Missed, in_parts, plan_completions
from hcc_sdtm.adam.admissible.completions import Batch, build_copies, name_copies
from hcc_sdtm.adam.admissible.copies import admissible_copies
from hcc_sdtm.adam.admissible.partial_inputs import Inputs, PartialCells, find_inputs, find_partial_cells
from hcc_sdtm.adam.subjects.adsl import adsl_subjects
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.adam.times.decided import of_values
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

OUTCOME_COLUMNS = ["USUBJID", "PARAMCD", "STARTDT", "ADT", "AVAL", "CNSR", "CAUSE", "ENTRY"]

Derive = Callable[[Mapping[str, Dataset], AdamSpecs, Collection[str]], Mapping[str, Dataset]]
"""Makes ADSL, ADTTE and the other analysis datasets named of SDTM datasets by the specs given."""


@dataclass(frozen=True)
class Admissible:
    """What partial dates leave open, for the subjects and parameters that they feed.

    ``outcomes`` has one row for each distinct outcome of a subject and parameter, `OUTCOME_COLUMNS`: the time, whether and
    why it is censored, and the entry into the risk set. A completion in which the subject has no record of the parameter
    gives a row of missing numbers, where another gives one. ``not_enumerated`` lists the subjects and parameters with too
    many completions, and the first day that one of their partial dates can be.
    """

    outcomes: pd.DataFrame
    not_enumerated: pd.DataFrame

    def of(self, paramcd: str) -> dict[str, list[tuple[float, float, float]]]:
        """For each affected subject of a parameter the distinct (time, CNSR, entry); NaN: no record of the parameter."""
        rows = self.outcomes[self.outcomes["PARAMCD"] == paramcd]
        distinct = rows[["USUBJID", "AVAL", "CNSR", "ENTRY"]].drop_duplicates()
        found: dict[str, list[tuple[float, float, float]]] = {}
        for subject, *outcome in distinct.itertuples(index=False, name=None):
            found.setdefault(subject, []).append((outcome[0], outcome[1], outcome[2]))
        return found


def find_admissible(
    sdtm: Mapping[str, Dataset],
    derived: Mapping[str, Dataset],
    specs: Specs,
    trial: Trial,
    adam: AdamSpecs,
    derive: Derive,
) -> Admissible:
    """The distinct outcomes of each subject and parameter over all admissible completions of its partial dates.

    Subjects without a partial date that matters have none. A date that is the origin and nothing else is tried on its
    first and last day, which stand for those between where the time ends alike; where it does not, all days are tried.
    A parameter whose dates then have more completions than the trial's ``most_completions`` is in ``not_enumerated``.
    ``derived`` has the analysis datasets as they were made.
    """
    adsl = derived["ADSL"]
    subjects = adsl_subjects(adsl, trial)
    # a parameter by values is numbered by the values in the data, and the copies have not all of them
    every = [each for parameter in adam.parameters for each in of_values(parameter, {**sdtm, **derived}, subjects)]
    adam = replace(adam, parameters=tuple(every))
    own = {name: dataset for name, dataset in sdtm.items() if name in specs.sdtm or "USUBJID" in dataset.frame}
    inputs = [find_inputs(parameter, specs, trial, adam) for parameter in adam.parameters]
    alive = _last_alive(adam, subjects)
    partial = find_partial_cells(
        inputs, {name: each for name, each in own.items() if name in specs.sdtm}, subjects, alive
    )
    if partial.cells.empty:
        return Admissible(_no_outcomes(), _missed_frame([], subjects, adam))
    by_start = _read_by_start(partial, own, subjects, specs, trial, adam, alive)
    batches, too_many = plan_completions(partial, by_start, subjects, trial, alive)
    kept = _kept_records(own, inputs, trial, partial, subjects, alive)
    frames = []
    while batches:
        again: list[Batch] = []
        for part in in_parts(batches):
            copies = build_copies(own, kept, partial.cells, part, subjects.names)
            made = derive(copies, *_read_by(part, adam, inputs))
            found, unlike = _outcomes(part, copies, made, partial, adsl, trial, adam, subjects)
            frames.append(found)
            for batch, number in unlike:
                if batch.whole is None:
                    too_many.append(Missed(batch.subject, number, float(batch.days.min())))
                else:
                    again.append(Batch(batch.subject, (number,), batch.cells, batch.whole))
        batches = again
    outcomes = pd.concat([_no_outcomes(), *frames], ignore_index=True)
    sorted_by = ["USUBJID", "PARAMCD", "ADT", "CNSR", "STARTDT"]
    return Admissible(outcomes.sort_values(sorted_by, ignore_index=True), _missed_frame(too_many, subjects, adam))


def _read_by(batches: Sequence[Batch], adam: AdamSpecs, inputs: Sequence[Inputs]) -> tuple[AdamSpecs, frozenset[str]]:
    """What the parameters of the batches need of the specs, and the analysis datasets that they read."""
    numbers = sorted({number for batch in batches for number in batch.parameters})
    responses = {name for number in numbers for name in inputs[number].responses}
    made = tuple(each for each in adam.adrs.parameters if each.paramcd in responses)
    needed = replace(
        adam,
        parameters=tuple(adam.parameters[number] for number in numbers),
        adrs=adam.adrs.model_copy(update={"parameters": made}),
    )
    return needed, frozenset(name for number in numbers for name in inputs[number].analysis)


def _no_outcomes() -> pd.DataFrame:
    kinds = {name: object if name in ("USUBJID", "PARAMCD") else float for name in OUTCOME_COLUMNS}
    return pd.DataFrame(columns=OUTCOME_COLUMNS).astype(kinds)


def _missed_frame(too_many: Sequence[Missed], subjects: Subjects, adam: AdamSpecs) -> pd.DataFrame:
    names = subjects.names.to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "USUBJID": pd.Series([names[each.subject] for each in too_many], dtype=object),
            "PARAMCD": pd.Series([adam.parameters[each.parameter].paramcd for each in too_many], dtype=object),
            "EARLIEST": pd.Series([each.earliest for each in too_many], dtype=float),
        }
    )


def _read_by_start(
    partial: PartialCells,
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    specs: Specs,
    trial: Trial,
    adam: AdamSpecs,
    alive: np.ndarray,
) -> np.ndarray:
    """For each cell and parameter whether the parameter reads the cell for its origin, and for nothing else."""
    without = [parameter.model_copy(update={"start": "", "start_record": None}) for parameter in adam.parameters]
    inputs = [find_inputs(parameter, specs, trial, adam) for parameter in without]
    named = {name: dataset for name, dataset in datasets.items() if name in specs.sdtm}
    others = find_partial_cells(inputs, named, subjects, alive)
    place = ["dataset", "variable", "position"]
    at = pd.MultiIndex.from_frame(others.cells[place]).get_indexer(pd.MultiIndex.from_frame(partial.cells[place]))
    read = np.vstack([others.read_by, np.zeros((1, len(adam.parameters)), dtype=bool)])[at]
    return np.asarray(partial.read_by & ~read)


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
        kept[name] = np.flatnonzero(mask)
    return kept


def _outcomes(
    batches: list[Batch],
    copies: Mapping[str, Dataset],
    derived: Mapping[str, Dataset],
    partial: PartialCells,
    adsl: Dataset,
    trial: Trial,
    adam: AdamSpecs,
    subjects: Subjects,
) -> tuple[pd.DataFrame, list[tuple[Batch, int]]]:
    """The distinct outcomes of the batches' subjects and parameters over their admissible copies.

    And the batches and parameters of whose origin the first and the last day do not tell what lies between.
    """
    batch_of = np.repeat(np.arange(len(batches)), [len(batch.days) for batch in batches])
    names = pd.Index(name_copies(len(batch_of)), dtype=object)
    of_copies = derived["ADSL"].frame.set_index("USUBJID").reindex(names)
    judged = admissible_copies(batches, batch_of, copies, of_copies, adsl, partial, trial, adam)
    admissible = judged.mask

    frame = derived["ADTTE"].frame
    copy = names.get_indexer(pd.Index(frame["USUBJID"]))
    codes = [parameter.paramcd for parameter in adam.parameters]
    number = pd.Index(codes).get_indexer(pd.Index(frame["PARAMCD"]))
    wanted = np.zeros((len(batches), len(codes)), dtype=bool)
    for position, batch in enumerate(batches):
        wanted[position, list(batch.parameters)] = True
    unlike = unlike_ends(Ends.of(batches, batch_of), batches, judged, frame, copy, number)
    for position, parameter_number in unlike:
        wanted[position, parameter_number] = False
    rows = np.flatnonzero(admissible[copy] & wanted[batch_of[copy], number])
    found = frame.iloc[rows][OUTCOME_COLUMNS].reset_index(drop=True)
    between, like = fill_between(found, copy[rows], number[rows], batches, batch_of, of_copies, adam.parameters, trial)

    # a copy without a record of a parameter is an outcome too
    has_row = np.zeros((len(names), len(codes)), dtype=bool)
    has_row[copy, number] = True
    lacking, parameter = np.nonzero(wanted[batch_of] & admissible[:, None] & ~has_row)
    without = pd.DataFrame(np.nan, index=range(len(lacking)), columns=OUTCOME_COLUMNS).astype({"USUBJID": object})
    without["PARAMCD"] = np.array(codes, dtype=object)[parameter]
    subject_of = np.array([batch.subject for batch in batches])[batch_of]
    whole = pd.concat([each for each in (found, between, without) if len(each)] or [found], ignore_index=True)
    of_row = subject_of[np.concatenate([copy[rows], like, lacking])]
    whole["USUBJID"] = subjects.names.to_numpy(dtype=object)[of_row]
    distinct = whole.drop_duplicates(ignore_index=True)
    is_ever_in = distinct.groupby(["USUBJID", "PARAMCD"])["ADT"].transform("count") > 0
    return distinct[is_ever_in], [(batches[position], each) for position, each in unlike]
