"""Subjects told by the records of other datasets, where no ADSL was sent: what all records of a subject repeat."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.received.received import Received
from hcc_sdtm.source import Source


def subject_columns(datasets: Mapping[str, Dataset], asked: Collection[str], received: Received) -> pd.DataFrame:
    """One row a subject of the datasets, in order of USUBJID, with the variables that each subject has one value of.

    A missing value beside another is no second value. Raises StudyError for a variable of ``asked`` that is not there, or
    differs between the records of a subject.
    """
    problems: list[Problem] = []
    made: dict[str, pd.Series] = {}
    names = " and ".join(dataset.name for dataset in datasets.values())
    variables = dict.fromkeys(name for dataset in datasets.values() for name in dataset.frame.columns)
    for name in variables:
        if name == "USUBJID":
            continue
        parts = [each.frame[["USUBJID", name]] for each in datasets.values() if name in each.frame]
        pairs = pd.concat([_given(part) for part in parts]).drop_duplicates()
        twice = pairs.loc[pairs["USUBJID"].duplicated(), "USUBJID"].unique()
        if not len(twice):
            made[name] = pairs.set_index("USUBJID")[name]
        elif name in asked:
            holder = next(each for each in datasets.values() if name in each.frame)
            message = (
                f"there is no ADSL, and {name} differs between the records of {len(twice)} subjects (first {twice[0]})"
            )
            problems.append(Problem(Source(received.metadata[holder.name].file), message))
    for name in [name for name in asked if name not in variables]:
        message = f'there is no ADSL, and no variable "{name}" in {names}{nearest(name, variables)}'
        problems.append(Problem(Source(next(iter(received.metadata.values())).file), message))
    if problems:
        raise StudyError(problems)
    subjects = sorted({subject for each in datasets.values() for subject in each.frame["USUBJID"].unique() if subject})
    columns = {name: column.reindex(subjects) for name, column in made.items()}
    filled = {name: column.fillna("") if column.dtype == object else column for name, column in columns.items()}
    frame = pd.DataFrame(filled, index=subjects)
    return frame.rename_axis("USUBJID").reset_index()


def _given(part: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a value."""
    name = part.columns[1]
    return part[part[name].notna() & (part[name] != "")]
