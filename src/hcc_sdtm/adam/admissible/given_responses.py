"""Responses that lesions give, derived once for copies that differ in other dates.

Lesions are most of the records of a subject, and few of its open dates are theirs: a copy for each way in which those can be
is enough. Knows which responses these are and whose rows a copy takes; derives nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import Batch, name_copies
from hcc_sdtm.adam.admissible.inputs import Inputs, find_inputs
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial


def lesion_responses(inputs: Sequence[Inputs], specs: Specs, trial: Trial, adam: AdamSpecs) -> tuple[str, ...]:
    """The ADRS parameters on lesions that are read; none where an analysis dataset needs the lesions themselves."""
    if any(each.analysis for each in inputs):
        return ()
    codes = sorted({code for each in inputs for code in each.responses})
    return tuple(code for code in codes if find_inputs((code,), specs, trial, adam).lesions)


@dataclass(frozen=True)
class Fewer:
    """Completions of some of the dates alone; ``like`` has for each completion of all the number of its own, -1 for none."""

    batches: list[Batch]
    like: np.ndarray

    def spread(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows of the fewer copies as rows of all of them."""
        copy = pd.Index(name_copies(sum(len(batch.days) for batch in self.batches))).get_indexer(
            pd.Index(rows["USUBJID"])
        )
        order = np.argsort(copy, kind="stable")
        first, last = (np.searchsorted(copy[order], self.like, side=side) for side in ("left", "right"))
        count = last - first
        of_all = np.repeat(np.arange(len(self.like)), count)
        within = np.arange(len(of_all)) - np.repeat(np.cumsum(count) - count, count)
        made: pd.DataFrame = rows.iloc[order[first[of_all] + within]].reset_index(drop=True)
        made["USUBJID"] = name_copies(len(self.like))[of_all]
        return made


def fewer_completions(batches: Sequence[Batch], wanted: np.ndarray, is_read: np.ndarray) -> Fewer:
    """The completions of the dates that are read (``is_read`` by cell), for the batches ``wanted``."""
    fewer, like, count = [], [], 0
    for batch, is_wanted in zip(batches, wanted, strict=True):
        if not is_wanted:
            like.append(np.full(len(batch.days), -1))
            continue
        columns = [column for column, members in enumerate(batch.cells) if is_read[list(members)].any()]
        days, same = np.unique(batch.days[:, columns], axis=0, return_inverse=True)
        fewer.append(Batch(batch.subject, (), tuple(batch.cells[column] for column in columns), days))
        like.append(same.ravel() + count)
        count += len(days)
    return Fewer(fewer, np.concatenate(like))
