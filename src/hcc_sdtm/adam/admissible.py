"""What a time-to-event parameter can be for a subject, over all completions of the partial dates that feed it.

A subject with a partial date is copied once for each combination of the days that its partial dates can be, and the whole
derivation (ADSL, ADRS, ADTTE) is run on the copies, whose dates are all complete: an event that would become a
censoring, a response that would come too early, a subject that would leave a parameter, are all counted.

What is admissible: `hcc_sdtm.adam.admissible_copies`. Records of one visit with one partial text have one unknown day. A
missing date, or one without a year, is not completed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible_copies import admissible_copies
from hcc_sdtm.adam.adsl import adsl_subjects
from hcc_sdtm.adam.completion_plan import MOST_COMPLETIONS, Missed, in_parts, plan_completions
from hcc_sdtm.adam.completions import Batch, build_copies, name_copies
from hcc_sdtm.adam.decided import of_values
from hcc_sdtm.adam.partial_inputs import Inputs, PartialCells, find_inputs, find_partial_cells
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

OUTCOME_COLUMNS = ["USUBJID", "PARAMCD", "STARTDT", "ADT", "AVAL", "CNSR", "CAUSE", "ENTRY"]

Derive = Callable[[Mapping[str, Dataset], AdamSpecs], Mapping[str, Dataset]]
"""Makes the analysis datasets, ADSL and ADTTE among them, of SDTM datasets by the specs given."""


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
    most: int = MOST_COMPLETIONS,
) -> Admissible:
    """The distinct outcomes of each subject and parameter over all admissible completions of its partial dates.

    Subjects without a partial date that matters have none. With more than ``most`` completions of all partial dates of a
    subject, each parameter's own are tried apart. With more than ``most`` of these, a date that is the origin and nothing
    else is tried on its first and last day only, which stand for those between where the time ends alike; what still has
    too many, or ends otherwise, is in ``not_enumerated``. ``derived`` has the analysis datasets as they were made.
    """
    adsl = derived["ADSL"]
    # a parameter by values is numbered by the values in the data, and the copies have not all of them
    every = [each for parameter in adam.parameters for each in of_values(parameter, {**sdtm, **derived})]
    adam = replace(adam, parameters=tuple(every))
    subjects = adsl_subjects(adsl, trial)
    own = {name: dataset for name, dataset in sdtm.items() if name in specs.sdtm or "USUBJID" in dataset.frame}
    inputs = [find_inputs(parameter, specs, trial, adam) for parameter in adam.parameters]
    alive = _last_alive(adam, subjects)
    partial = find_partial_cells(
        inputs, {name: each for name, each in own.items() if name in specs.sdtm}, subjects, alive
    )
    if partial.cells.empty:
        return Admissible(_no_outcomes(), _missed_frame([], subjects, adam))
    by_start = _read_by_start(partial, own, subjects, specs, trial, adam, alive)
    batches, too_many = plan_completions(partial, by_start, subjects, trial, alive, most)
    kept = _kept_records(own, inputs, trial, partial, subjects, alive)
    frames = []
    for part in in_parts(batches):
        copies = build_copies(own, kept, partial.cells, part, subjects.names)
        found, unlike = _outcomes(part, copies, derive(copies, adam), partial, adsl, trial, adam, subjects)
        frames.append(found)
        too_many += unlike
    outcomes = pd.concat([_no_outcomes(), *frames], ignore_index=True)
    sorted_by = ["USUBJID", "PARAMCD", "ADT", "CNSR", "STARTDT"]
    return Admissible(outcomes.sort_values(sorted_by, ignore_index=True), _missed_frame(too_many, subjects, adam))


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
) -> tuple[pd.DataFrame, list[Missed]]:
    """The distinct outcomes of the batches' subjects and parameters over their admissible copies.

    And the subjects and parameters of whose origin the first and the last day do not tell what lies between.
    """
    batch_of = np.repeat(np.arange(len(batches)), [len(batch.days) for batch in batches])
    names = pd.Index(name_copies(len(batch_of)), dtype=object)
    of_copies = derived["ADSL"].frame.set_index("USUBJID").reindex(names)
    admissible = admissible_copies(batches, batch_of, copies, of_copies, adsl, partial, trial, adam)

    frame = derived["ADTTE"].frame
    copy = names.get_indexer(pd.Index(frame["USUBJID"]))
    codes = [parameter.paramcd for parameter in adam.parameters]
    number = pd.Index(codes).get_indexer(pd.Index(frame["PARAMCD"]))
    wanted = np.zeros((len(batches), len(codes)), dtype=bool)
    for position, batch in enumerate(batches):
        wanted[position, list(batch.parameters)] = True
    unlike = _unlike_ends(batches, batch_of, admissible, frame, copy, number)
    for position, missed in unlike:
        wanted[position, missed.parameter] = False
    rows = np.flatnonzero(admissible[copy] & wanted[batch_of[copy], number])
    found = frame.iloc[rows][OUTCOME_COLUMNS].reset_index(drop=True)

    # a copy without a record of a parameter is an outcome too
    has_row = np.zeros((len(names), len(codes)), dtype=bool)
    has_row[copy, number] = True
    lacking, parameter = np.nonzero(wanted[batch_of] & admissible[:, None] & ~has_row)
    without = pd.DataFrame(np.nan, index=range(len(lacking)), columns=OUTCOME_COLUMNS).astype({"USUBJID": object})
    without["PARAMCD"] = np.array(codes, dtype=object)[parameter]
    subject_of = np.array([batch.subject for batch in batches])[batch_of]
    whole = pd.concat([found, without], ignore_index=True) if len(without) else found
    of_row = subject_of[np.append(copy[rows], lacking)]
    whole["USUBJID"] = subjects.names.to_numpy(dtype=object)[of_row]
    distinct = whole.drop_duplicates(ignore_index=True)
    is_ever_in = distinct.groupby(["USUBJID", "PARAMCD"])["ADT"].transform("count") > 0
    return distinct[is_ever_in], [missed for _, missed in unlike]


def _unlike_ends(
    batches: Sequence[Batch],
    batch_of: np.ndarray,
    admissible: np.ndarray,
    frame: pd.DataFrame,
    copy: np.ndarray,
    number: np.ndarray,
) -> list[tuple[int, Missed]]:
    """The batches and parameters where the time ends on another day, or otherwise, for the last origin than for the first.

    Where it does not it ends so for every origin between the two: the first record on or after an origin is never earlier
    for a later one.
    """
    starts = np.searchsorted(batch_of, np.arange(len(batches)))
    found: list[tuple[int, Missed]] = []
    for position, batch in enumerate(batches):
        if not batch.ends:
            continue
        own = np.flatnonzero(batch_of[copy] == position)
        same = batch.days.copy()
        same[:, list(batch.ends)] = 0
        same = np.unique(same, axis=0, return_inverse=True)[1].ravel()
        ends = pd.DataFrame(batch.days[:, list(batch.ends)]).drop_duplicates()
        for parameter in batch.parameters:
            ended = pd.DataFrame(np.nan, index=range(len(batch.days)), columns=["ADT", "CNSR", "CAUSE"])
            rows = own[number[own] == parameter]
            ended.iloc[copy[rows] - starts[position]] = frame.iloc[rows][["ADT", "CNSR", "CAUSE"]].to_numpy(dtype=float)
            ended["open"] = admissible[starts[position] : starts[position] + len(batch.days)]
            alike = ended.fillna(-np.inf).groupby(same).nunique().to_numpy() <= 1
            if len(ends) > 1 and not alike.all():
                found.append((position, Missed(batch.subject, parameter, float(batch.days.min()))))
    return found
