"""Received SDTM as the input of an analysis: what the plan asks for and the data does not have, and the datasets to use.

Knows nothing of how analysis datasets are made; what names a dataset is told by the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.received.received import Received, read_received
from hcc_sdtm.received.received_spec import is_analysis
from hcc_sdtm.source import Source
from hcc_sdtm.spec.analysis_plan import AnalysisPlan, WrittenPlan
from hcc_sdtm.spec.model import DatasetSpec

NOT_RECEIVED = "DRV-001 derive.dataset-not-received"
"""A file of the analysis names a dataset that the data does not have: it has no records."""

ANALYSIS_NOT_USED = "DRV-002 derive.analysis-not-used"
"""An analysis dataset lies beside the SDTM data: it is made anew from SDTM, and this one is not read."""


def read_planned(data: Path, written: WrittenPlan) -> tuple[Received, AnalysisPlan]:
    """The datasets of a folder or file, and the plan whose names were checked against them.

    Raises StudyError with the problems of the data's files and of all specs at once. Without data the files of the analysis
    are not checked against its variables.
    """
    try:
        received = read_received(data, None, written.specs)
    except StudyError as error:
        raise StudyError([*written.problems, *error.problems]) from None
    problems = list(_subject_problems(received, data))
    try:
        plan = written.complete({name: dataset.spec for name, dataset in take_sdtm(received).items()})
    except StudyError as error:
        raise StudyError([*problems, *error.problems]) from None
    problems += _without_subject(received, [name for name in plan.asked_datasets() if name != "DM"])
    if problems:
        raise StudyError(problems)
    return received, plan


def take_sdtm(received: Received) -> dict[str, Dataset]:
    """The SDTM datasets, each with a spec that has the variables of its file and no others."""
    return {
        name: Dataset(_as_received(dataset), dataset.frame)
        for name, dataset in received.datasets.items()
        if not is_analysis(name, received.specs)
    }


def _as_received(dataset: Dataset) -> DatasetSpec:
    there = set(dataset.frame.columns)
    variables = tuple(variable for variable in dataset.spec.variables if variable.name in there)
    keys = tuple(key for key in dataset.spec.keys if key in there)
    return replace(dataset.spec, variables=variables, keys=keys, standard=())


def planned_findings(received: Received, plan: AnalysisPlan) -> pd.DataFrame:
    """Findings DRV-001 for datasets that the plan asks for in vain, DRV-002 for analysis datasets that are not read."""
    return findings_frame([*_not_received(received.datasets, plan), *_not_used(received)])


def _not_received(datasets: Mapping[str, Dataset], plan: AnalysisPlan) -> Iterator[Finding]:
    for name, parts in plan.asked_datasets().items():
        if name not in datasets:
            shown = ", ".join(parts[:6]) + (f" and {len(parts) - 6} more" if len(parts) > 6 else "")
            message = f"{name} is not in the data; {shown} find{'s' if len(parts) == 1 else ''} no record of it"
            yield Finding(NOT_RECEIVED, "warning", message, dataset=name, expected=f"{name} among the data")


def _not_used(received: Received) -> Iterator[Finding]:
    for name in received.datasets:
        if is_analysis(name, received.specs):
            message = f"{name} was received and is not used: analysis datasets are made from SDTM"
            file = received.metadata[name].file
            yield Finding(ANALYSIS_NOT_USED, "note", message, dataset=name, source=file)


def _subject_problems(received: Received, data: Path) -> Iterator[Problem]:
    if "DM" not in received.datasets:
        message = f"has no DM, whose subjects are those of ADSL (it has {', '.join(received.datasets)})"
        yield Problem(Source(str(data)), message)
    yield from _without_subject(received, ["DM"])


def _without_subject(received: Received, names: Iterable[str]) -> Iterator[Problem]:
    """A problem for each of the datasets that does not say whose its records are."""
    for name in names:
        dataset = received.datasets.get(name)
        if dataset is not None and "USUBJID" not in dataset.frame:
            near = nearest("USUBJID", dataset.frame.columns)
            yield Problem(Source(received.metadata[name].file), f"{name} has no variable USUBJID{near}")
