"""What a rule may read: the datasets of a run, the specs and the trial's facts.

A rule asks for the variables it needs. Where one is not there, the answer is `Missing`: the rule could not be evaluated,
which is not the same as passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from hcc_sdtm.checks.column import Column
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import bounds
from hcc_sdtm.received.file_table import FileMetadata, FileVariable
from hcc_sdtm.sdtm.event_dates import build_event_records
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

Made = TypeVar("Made")


class Missing(Exception):
    """Why a rule could not be evaluated, as a sentence: "RS has no RSDTC"."""


@dataclass
class Evidence:
    """The datasets, specs and trial that rules read, with what several of them ask for worked out once.

    ``facts`` are those of the trial, None where nobody gave them (someone's datasets alone). ``metadata`` is what the files
    of received datasets say of them, by dataset.
    """

    datasets: Mapping[str, Dataset]
    specs: Specs
    facts: Trial | None
    metadata: Mapping[str, FileMetadata] = field(default_factory=dict)
    _made: dict[tuple[Callable[..., Any], tuple[str, ...]], Any] = field(default_factory=dict)
    _columns: dict[tuple[str, str], Column] = field(default_factory=dict)
    _described: dict[str, FileMetadata] = field(default_factory=dict)

    @property
    def trial(self) -> Trial:
        """The facts of the trial. Raises Missing where there are none."""
        if self.facts is None:
            raise Missing("there is no specs/trial.yaml")
        return self.facts

    def sdtm_names(self) -> list[str]:
        """The datasets that are not of ADaM, in the order given. Raises Missing where there is none."""
        names = [name for name in self.datasets if not self._is_analysis(name)]
        if not names:
            raise Missing("there is no SDTM dataset")
        return names

    def described(self, dataset: str) -> FileMetadata:
        """What the dataset's file says of it; for a dataset that was not received, what the run writes."""
        if dataset not in self._described:
            self._described[dataset] = self.metadata.get(dataset) or _as_written(self.datasets[dataset])
        return self._described[dataset]

    def column(self, dataset: str, variable: str) -> Column:
        """A column by its distinct texts. Raises Missing where the dataset or the column is not there."""
        if (dataset, variable) not in self._columns:
            if dataset not in self.datasets:
                raise Missing(f"there is no dataset {dataset}")
            frame = self.datasets[dataset].frame
            if variable not in frame.columns:
                raise Missing(f"{dataset} has no {variable}")
            self._columns[dataset, variable] = Column(frame[variable])
        return self._columns[dataset, variable]

    def days_of_subjects(self, dataset: str, variable: str) -> dict[str, tuple[float, float]]:
        """First and last day that a date of each subject with one record can mean; subjects without a date are left out.

        Raises Missing where the dataset or the column is not there.
        """
        records = self.records(dataset, "USUBJID", date=variable).drop_duplicates("USUBJID", keep=False)
        known = records.dropna(subset=["earliest"])
        return dict(zip(known["USUBJID"], zip(known["earliest"], known["latest"], strict=True), strict=True))

    def once(self, build: Callable[..., Made], *arguments: str) -> Made:
        """What the function makes of this evidence and the arguments, made at its first use; nobody may change it."""
        key = (build, arguments)
        if key not in self._made:
            self._made[key] = build(self, *arguments)
        made: Made = self._made[key]
        return made

    def has(self, dataset: str, *variables: str) -> bool:
        """Whether the dataset is there with all the variables."""
        return dataset in self.datasets and set(variables) <= set(self.datasets[dataset].frame.columns)

    def records(self, dataset: str, *variables: str, date: str = "", optional: tuple[str, ...] = ()) -> pd.DataFrame:
        """The variables of every record, and its 0-based ``position`` in the dataset.

        ``date`` names a date variable: it is added with ``earliest`` and ``latest``, the first and last day that it can
        mean, as day numbers (NaN where it is missing). ``optional`` variables that are not there are ``""`` (NaN where
        the spec makes them numbers).

        Raises Missing where the dataset or one of the variables is not there.
        """
        wanted = [*variables, *([date] if date else [])]
        if dataset not in self.datasets:
            raise Missing(f"there is no dataset {dataset}")
        frame = self.datasets[dataset].frame
        absent = [name for name in wanted if name not in frame.columns]
        if absent:
            raise Missing(f"{dataset} has no {', '.join(absent)}")
        records = frame[[*wanted, *(name for name in optional if name in frame.columns)]].copy()
        for name in optional:
            if name not in records:
                variable = self.datasets[dataset].spec.by_name.get(name)
                records[name] = np.nan if variable is not None and variable.is_numeric else ""
        records["position"] = np.arange(len(records))
        if date:
            records[["earliest", "latest"]] = self.days(dataset, date)
        return records

    def days(self, dataset: str, variable: str) -> pd.DataFrame:
        """First and last day that each record's date can mean, as ``earliest`` and ``latest`` day numbers."""
        return self.once(_days, dataset, variable)

    @property
    def tabulations(self) -> dict[str, Dataset]:
        """The SDTM datasets that hold subjects, in the order given; neither relationships nor supplemental qualifiers."""
        return {
            name: dataset
            for name, dataset in self.datasets.items()
            if not self._is_analysis(name) and "RDOMAIN" not in dataset.frame and "USUBJID" in dataset.frame
        }

    @cached_property
    def domains(self) -> Mapping[str, str]:
        """The domain of each dataset: its name, and of a part of a split domain (LBCH, by its DOMAIN) that domain."""
        return {name: self._domain_of(name) for name in self.datasets}

    def _domain_of(self, name: str) -> str:
        domain = name[:2]
        if (
            len(name) == len(domain)
            or name in self.specs.sdtm
            or self._is_analysis(name)
            or not self.has(name, "DOMAIN")
        ):
            return name
        return domain if self.column(name, "DOMAIN").texts == [domain] else name

    def _is_analysis(self, name: str) -> bool:
        return name in self.specs.adam or (name.startswith("AD") and name not in self.specs.sdtm)

    def supplement(self, dataset: str, *names: str) -> pd.DataFrame:
        """Supplemental values of a dataset's records: ``position`` of the record, then for each QNAM its text and, as
        ``NAME_position``, the 0-based position of its record in SUPP--.

        Raises Missing where SUPP-- is not there or has none of the names; a record without a value has ``""`` and NaN.
        """
        supplement = f"SUPP{dataset}"
        values = self.records(supplement, "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")
        without = sorted(set(names) - set(values["QNAM"]))
        if without:
            raise Missing(f"{supplement} has no record with QNAM {', '.join(without)}")
        sequence = f"{dataset}SEQ"
        result = self.records(dataset, "USUBJID", sequence)
        result["IDVARVAL"] = _identifiers(result[sequence])
        for name in names:
            chosen = values.loc[(values["QNAM"] == name) & (values["IDVAR"] == sequence)]
            chosen = chosen.drop_duplicates(["USUBJID", "IDVARVAL"])
            chosen = chosen[["USUBJID", "IDVARVAL", "QVAL", "position"]]
            chosen = chosen.rename(columns={"QVAL": name, "position": f"{name}_position"})
            result = result.merge(chosen, on=["USUBJID", "IDVARVAL"], how="left")
            result[name] = result[name].fillna("")
        return result.drop(columns=["USUBJID", "IDVARVAL", sequence])

    def treatment(self) -> pd.DataFrame:
        """Records that the trial names as its treatment: USUBJID, the start variable, position, earliest, latest."""
        choice = self.trial.treatment_start
        records = self.records(choice.dataset, "USUBJID", *choice.where, date=choice.date)
        return records[choice.takes(records)]

    def treatment_starts(self) -> pd.DataFrame:
        """First day of treatment: one row a subject, ``start_earliest`` and ``start_latest`` NaN where no date is known."""
        return self.once(_treatment_starts)

    @cached_property
    def cutoff_day(self) -> float:
        """Day number of the trial's data cut-off; infinite where there are no facts of a trial."""
        if self.facts is None:
            return np.inf
        return float(bounds(pd.Series([self.trial.data_cutoff]))["latest"].iloc[0])

    @cached_property
    def event_records(self) -> dict[str, pd.DataFrame]:
        """By event of the trial, the records that it is one of (`build_event_records`). Raises Missing without a trial."""
        return build_event_records(self.datasets, self.trial)

    def deaths(self) -> pd.DataFrame:
        """Dated deaths: one row a subject with USUBJID, ``death`` (text), ``death_earliest``, ``death_latest``,
        ``death_position`` in DM.
        """
        subjects = self.records("DM", "USUBJID", date="DTHDTC").dropna(subset="latest").drop_duplicates("USUBJID")
        subjects = subjects.rename(columns={"DTHDTC": "death", "position": "death_position"})
        return subjects.rename(columns={"earliest": "death_earliest", "latest": "death_latest"})


def _as_written(dataset: Dataset) -> FileMetadata:
    known = dataset.spec.by_name
    variables = tuple(
        FileVariable(column, known[column].label, known[column].type, known[column].length, known[column].format)
        if column in known
        else FileVariable(column)
        for column in dataset.frame.columns
        if not column.startswith("_")  # hidden columns with origins
    )
    return FileMetadata(dataset.name, dataset.spec.label, "", variables)


def _days(evidence: Evidence, dataset: str, variable: str) -> pd.DataFrame:
    if not evidence.has(dataset, variable):
        raise Missing(
            f"{dataset} has no {variable}" if dataset in evidence.datasets else f"there is no dataset {dataset}"
        )
    values = evidence.datasets[dataset].frame[variable]
    if is_numeric_dtype(values):
        return bounds(values)
    column = evidence.column(dataset, variable)
    days = bounds(pd.Series(column.texts, dtype=object))
    return pd.DataFrame({name: days[name].to_numpy()[column.codes] for name in days})


def _treatment_starts(evidence: Evidence) -> pd.DataFrame:
    days = evidence.treatment().groupby("USUBJID", sort=False)[["earliest", "latest"]].min()
    return days.add_prefix("start_").reset_index()


def _identifiers(sequence: pd.Series) -> pd.Series:
    """Sequence numbers as IDVARVAL writes them: ``3`` and not ``3.0``."""
    distinct = {number: f"{number:.15g}" for number in sequence.dropna().unique()}
    return sequence.map(distinct).fillna("")
