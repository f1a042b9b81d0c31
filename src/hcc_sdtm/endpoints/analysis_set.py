"""Who is in an endpoint: its population, one record a subject, and who was left out and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hcc_sdtm.dataset import format_value
from hcc_sdtm.problem import nearest


@dataclass(frozen=True)
class Population:
    """The subjects that an endpoint is about; ``group`` is "" for all of them, else ``SITEID=101``."""

    group: str
    subjects: frozenset[str]


@dataclass(frozen=True)
class AnalysisSet:
    """One record for each analysed subject, and for every reason the number of subjects it left out."""

    records: pd.DataFrame
    left_out: Mapping[str, int]

    def without(self, unusable: NDArray[np.bool_], reason: str) -> AnalysisSet:
        """The set without the records of the mask, their number under the reason."""
        counts = {**self.left_out, reason: self.left_out.get(reason, 0) + int(unusable.sum())}
        return AnalysisSet(self.records[~unusable], counts)

    @property
    def left_out_text(self) -> str:
        """How many were left out, and why: ``3: no baseline (2), no usable duration (1)``."""
        reasons = {reason: count for reason, count in self.left_out.items() if count}
        total = str(sum(reasons.values()))
        return total + (": " + ", ".join(f"{reason} ({count})" for reason, count in reasons.items()) if reasons else "")


def build_populations(adsl: pd.DataFrame, flag: str, by: str) -> Iterator[Population]:
    """Those whose ADSL flag is Y; then, with ``by``, those of each value of that ADSL variable.

    Raises ValueError where ADSL lacks a column or has a subject twice.
    """
    require_columns(adsl, "ADSL", ("USUBJID", flag, *([by] if by else [])))
    twice = adsl.loc[adsl["USUBJID"].duplicated(), "USUBJID"]
    if len(twice):
        raise ValueError(f"ADSL has one row a subject, and {twice.iloc[0]} stands there twice")
    flagged = adsl[adsl[flag] == "Y"]
    yield Population("", frozenset(flagged["USUBJID"]))
    if by:
        for value, part in flagged.groupby(by, sort=True):
            yield Population(f"{by}={format_value(value)}", frozenset(part["USUBJID"]))


def build_analysis_set(
    dataset: pd.DataFrame,
    name: str,
    parameter: str,
    where: Mapping[str, Collection[str]],
    population: Population,
    no_record: str,
) -> AnalysisSet:
    """The parameter's records of the population, by subject; who has none, or more than one, is left out.

    ``name`` is the dataset's, for messages. Raises ValueError where the dataset lacks a column that ``where`` names.
    """
    require_columns(dataset, name, ("USUBJID", "PARAMCD", *where))
    chosen = (dataset["PARAMCD"] == parameter) & dataset["USUBJID"].isin(population.subjects)
    for variable, values in where.items():
        chosen &= dataset[variable].map(format_value).isin(list(values))
    records = dataset[chosen].sort_values("USUBJID", kind="stable", ignore_index=True)
    missing = len(population.subjects) - records["USUBJID"].nunique()
    several = records["USUBJID"].duplicated(keep=False)
    counts = {no_record: missing, "more than one record": int(records.loc[several, "USUBJID"].nunique())}
    return AnalysisSet(records[~several], counts)


def require_columns(frame: pd.DataFrame, name: str, columns: Collection[str]) -> None:
    """Raises ValueError, with the nearest name that exists, for the first column that the dataset lacks."""
    for column in columns:
        if column not in frame:
            raise ValueError(f'{name} has no column "{column}"{nearest(column, frame.columns)}')
