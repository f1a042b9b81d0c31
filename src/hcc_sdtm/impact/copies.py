"""Subjects copied once for each answer, as SDTM datasets of their own with the answer written in.

Knows how a copy is made. Does not know what is derived from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hcc_sdtm.adam.admissible.completions import name_copies
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.impact.answers import Answer
from hcc_sdtm.impact.located import Located


@dataclass(frozen=True)
class Copy:
    """A subject and what an answer writes into its records."""

    subject: str
    answer: Answer


def build_answered_copies(located: Located, copies: Sequence[Copy]) -> dict[str, Dataset]:
    """The datasets of the copies, each subject named by `name_copies`; what has no subjects is taken as it is."""
    names = name_copies(len(copies))
    edits: dict[str, list[tuple[int, int, str, str | None]]] = {}
    for number, copy in enumerate(copies):
        for place, text in copy.answer:
            edits.setdefault(place.dataset, []).append((number, place.position, place.variable, text))
    made: dict[str, Dataset] = {}
    for name, dataset in located.datasets.items():
        if "USUBJID" not in dataset.frame:
            made[name] = dataset
            continue
        rows = [located.positions(name, copy.subject) for copy in copies]
        counts = np.array([len(each) for each in rows], dtype=np.int64)
        starts = np.cumsum(counts) - counts
        position = np.concatenate([np.empty(0, dtype=np.int64), *rows])
        columns = [column for column in dataset.frame.columns if not str(column).startswith("_")]
        frame = dataset.frame[columns].iloc[position].reset_index(drop=True)
        frame["USUBJID"] = np.repeat(names, counts)
        made[name] = Dataset(dataset.spec, _edited(frame, edits.get(name, ()), rows, starts))
    return made


def _edited(
    frame: pd.DataFrame,
    edits: Sequence[tuple[int, int, str, str | None]],
    rows: Sequence[np.ndarray],
    starts: np.ndarray,
) -> pd.DataFrame:
    """The frame with the texts written in, and without the records that an answer takes away."""
    written: dict[str, tuple[list[int], list[str]]] = {}
    taken: list[int] = []
    for number, position, variable, text in edits:
        at = int(starts[number]) + int(np.searchsorted(rows[number], position))
        if text is None:
            taken.append(at)
        else:
            places, texts = written.setdefault(variable, ([], []))
            places.append(at)
            texts.append(text)
    for variable, (places, texts) in written.items():
        values = frame[variable].to_numpy(dtype=object, copy=True)
        values[places] = texts
        frame[variable] = values
    return frame.drop(index=taken).reset_index(drop=True) if taken else frame
