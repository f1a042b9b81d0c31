"""When the records of TU, TR and RS are, and by whom: what the tables of lesions and of responses share.

Knows the roles by which a partial date of a scan is completed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hcc_sdtm.adam.lesions.terms import text_column
from hcc_sdtm.adam.timeline import Subjects, Timeline, build_timeline, matching
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.adam.criteria import LesionReading
from hcc_sdtm.spec.adam.records import DatedRecords
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.trial import Trial

UNDATED = "ADTR-101 lesion.undated"
"""A lesion result, or a new lesion, has no date: it is in no sum and no response."""


def column_or_missing(frame: pd.DataFrame, name: str) -> pd.Series:
    """The column as it is; all missing where there is none."""
    return frame[name] if name in frame else pd.Series("", index=frame.index, dtype=object)


def evaluator_names(frame: pd.DataFrame, prefix: str, reading: LesionReading) -> pd.Series:
    """Who assessed, --EVAL and --EVALID together."""
    role, name = text_column(frame, f"{prefix}EVAL"), text_column(frame, f"{prefix}EVALID")
    return (role.where(role != "", reading.evaluator) + " " + name).str.rstrip()


def dated_records(
    name: str,
    dataset: Dataset,
    datasets: Mapping[str, Dataset],
    subjects: Subjects,
    tables: Mapping[str, DatasetSpec],
    trial: Trial,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Dated records of the dataset: ``position``, ``subject``, ``day``, ``flag``; and findings for those without a date.

    A partial date is completed as a baseline's at a visit planned before treatment, and as an event's at any other. Where
    no visit is planned the lowest visit number is the baseline.
    """
    date = f"{name}DTC"
    frame = dataset.frame
    planned = [f"{visit.number:g}" for visit in trial.visits if visit.day <= 0]
    if not trial.visits and "VISITNUM" in frame and frame["VISITNUM"].notna().any():
        planned = [f"{frame['VISITNUM'].min():g}"]
    before = {"VISITNUM": tuple(planned)} if planned else {}
    after = DatedRecords(dataset=name, where_not=before, date=date, role="event")
    lines: list[Timeline] = [build_timeline(datasets, after, subjects, tables)]
    if planned:
        baseline = DatedRecords(dataset=name, where=before, date=date, role="baseline")
        lines.append(build_timeline(datasets, baseline, subjects, tables))
    records = pd.DataFrame(
        {key: np.concatenate([getattr(line, key) for line in lines]) for key in ("position", "subject", "day", "flag")}
    )
    found = [line.unusable_findings() for line in lines]
    if date in frame:
        given = DatedRecords(dataset=name, where={date: ("",)}, date=date)
        undated = matching(frame, given) & (subjects.codes(frame["USUBJID"]) >= 0)
        message = "the lesion result has no date and is in no sum and no response"
        found.append(dataset.findings(undated, UNDATED, "warning", date, message, "a date"))
    return records, join_findings(found)
