"""Responses that lesions give, derived once for copies that differ in other dates.

Lesions are most of the records of a subject, and few of its open dates are theirs: a copy for each way in which those can be
is enough. When the subject died tells only which assessments were before. Knows which responses these are and whose rows a
copy takes; derives nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import Batch, name_copies
from hcc_sdtm.adam.admissible.inputs import Inputs, find_inputs
from hcc_sdtm.adam.responses.adrs_verbs.building import GIVEN_COLUMNS
from hcc_sdtm.adam.timeline import Subjects
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import to_days
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

DEATH = "DTHDT"
"""ADSL's date of death, with which verbs on lesions do no more than compare the days of assessments."""


def lesion_responses(inputs: Sequence[Inputs], specs: Specs, trial: Trial, adam: AdamSpecs) -> tuple[str, ...]:
    """The ADRS parameters that are made from lesions themselves, of those that are read.

    None where an analysis dataset needs the lesions too.
    """
    if any(each.analysis for each in inputs):
        return ()
    codes = sorted({code for each in inputs for code in each.responses})
    on_lesions = {code for code in codes if find_inputs((code,), specs, trial, adam).lesions}
    return tuple(
        code for code in sorted(on_lesions) if find_inputs((code,), specs, trial, adam, on_lesions - {code}).lesions
    )


def is_made(code: str, adrs: pd.DataFrame, adam: AdamSpecs) -> bool:
    """Whether the study has the parameter, which may have no rows: then one that it is made from has some."""
    names = {code, *(each.paramcd for each in adam.adrs.parameters if code in each.earlier)}
    return bool(adrs["PARAMCD"].isin(names).any())


def without_death(adam: AdamSpecs) -> AdamSpecs:
    """The specs without the date of death."""
    variables = {name: rule for name, rule in adam.adsl.variables.items() if name != DEATH}
    return replace(adam, adsl=adam.adsl.model_copy(update={"variables": variables}))


def record_days(datasets: Mapping[str, Dataset], inputs: Inputs, subjects: Subjects) -> list[np.ndarray]:
    """The distinct days of the records that are read, in order, by subject."""
    columns = {(each.dataset, each.date) for each in inputs.records.values() if each.dataset in datasets}
    owner, day = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for name, variable in sorted(columns):
        frame = datasets[name].frame
        if variable in frame:
            owner.append(subjects.codes(frame["USUBJID"]))
            day.append(to_days(frame[variable]).to_numpy(dtype=float))
    table = pd.DataFrame({"subject": np.concatenate(owner), "day": np.concatenate(day)}).dropna()
    table = table[table["subject"] >= 0].drop_duplicates().sort_values(["subject", "day"])
    ends = np.searchsorted(table["subject"].to_numpy(), np.arange(1, len(subjects) + 1))
    return np.split(table["day"].to_numpy(), ends)[:-1]


@dataclass(frozen=True)
class Fewer:
    """Completions of some of the dates alone; ``like`` has for each completion of all the number of its own, -1 for none."""

    batches: list[Batch]
    like: np.ndarray

    def spread(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of ADRS of the fewer copies as rows of all of them, with what other parameters can read of them."""
        copy = pd.Index(name_copies(sum(len(batch.days) for batch in self.batches))).get_indexer(
            pd.Index(rows["USUBJID"])
        )
        order = np.argsort(copy, kind="stable")
        first, last = (np.searchsorted(copy[order], self.like, side=side) for side in ("left", "right"))
        count = last - first
        of_all = np.repeat(np.arange(len(self.like)), count)
        within = np.arange(len(of_all)) - np.repeat(np.cumsum(count) - count, count)
        position = order[first[of_all] + within]
        columns = {name: rows[name].to_numpy()[position] for name in GIVEN_COLUMNS}
        copies = pd.Categorical.from_codes(cast("Sequence[int]", of_all), pd.Index(name_copies(len(self.like))))
        return pd.DataFrame({"USUBJID": copies, **columns}, copy=False)


def fewer_completions(
    batches: Sequence[Batch], wanted: np.ndarray, is_read: np.ndarray, is_death: np.ndarray, days: Sequence[np.ndarray]
) -> Fewer:
    """The completions of the dates that are read (``is_read`` by cell), for the batches ``wanted``.

    Of dates that only tell of death (``is_death`` by cell) one day stands for all that are in the same order with the
    ``days`` of the subject's records and with the other dates.
    """
    fewer, like, count = [], [], 0
    for batch, is_wanted in zip(batches, wanted, strict=True):
        if not is_wanted:
            like.append(np.full(len(batch.days), -1))
            continue
        columns = [column for column, members in enumerate(batch.cells) if is_read[list(members)].any()]
        tried = batch.days[:, columns]
        order = [
            _order(tried, place, days[batch.subject])
            if is_death[list(batch.cells[column])].all()
            else tried[:, [place]]
            for place, column in enumerate(columns)
        ]
        unlike = np.concatenate(order, axis=1) if order else tried
        _, first, same = np.unique(unlike, axis=0, return_index=True, return_inverse=True)
        fewer.append(Batch(batch.subject, (), tuple(batch.cells[column] for column in columns), tried[first]))
        like.append(same.ravel() + count)
        count += len(first)
    return Fewer(fewer, np.concatenate(like))


def _order(tried: np.ndarray, place: int, days: np.ndarray) -> np.ndarray:
    """How the days of a column stand to the ``days`` and to the other columns: before, on or after each."""
    own = tried[:, [place]]
    among = np.searchsorted(days, own, side="left") + np.searchsorted(days, own, side="right")
    return np.concatenate([among, np.sign(own - tried)], axis=1)
