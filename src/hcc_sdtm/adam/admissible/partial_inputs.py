"""The partial dates that can move a time-to-event parameter: which parameter reads which records, and what is open there.

Follows the written rules from a parameter through ADRS and ADSL to SDTM. Knows names and texts, and derives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from hcc_sdtm.adam.timeline import Subjects, matching, record_date
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import distinct_parts, earliest_latest
from hcc_sdtm.spec.adam.adrs_rules import AdrsParameter
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import DatedRecords, Records
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import RecordChoice, Trial

LESION_DATASETS = ("TU", "TR", "EX", "PR", "RS")
"""What a parameter on lesions may read, whatever its rule: identified lesions, measurements, treatments, responses."""

OF_RECORDS = frozenset(
    {"responses", "single", "first", "last", "best", "is_in", "disease_control", "event", "new_therapy"}
)
"""Verbs of ADRS whose sources stand in the rule itself, or are the trial's new therapies; any other may read lesions."""

ALWAYS = ("TRTSDT", "DTHDT")
"""ADSL dates that every response and every schedule depends on."""

CELL_COLUMNS = ["dataset", "position", "variable", "subject", "text", "earliest", "latest", "visit"]


@dataclass
class Inputs:
    """What a parameter reads: records with their date variable, and whether the date last known alive is among them.

    ``responses`` are the ADRS parameters on the way, ``analysis`` the analysis datasets beside ADSL and ADRS.
    """

    records: dict[str, DatedRecords] = field(default_factory=dict)
    last_alive: list[AdslRule] = field(default_factory=list)
    responses: set[str] = field(default_factory=set)
    analysis: set[str] = field(default_factory=set)

    @property
    def datasets(self) -> set[str]:
        """The SDTM datasets named."""
        return {records.dataset for records in self.records.values()}

    def add(self, records: DatedRecords) -> None:
        """Take the records in, once."""
        self.records[records.model_dump_json()] = records


def find_inputs(parameter: TimeToEvent, specs: Specs, trial: Trial, adam: AdamSpecs) -> Inputs:
    """The SDTM records that can give, take away or bound a date of the parameter, through ADRS and ADSL.

    A rule that names another parameter or an ADSL variable, in whatever key, reads it. More may be listed than is read,
    and never less.
    """
    return _Walk(specs, trial, adam).of(parameter)


class _Walk:
    """The rules still to be followed, and the inputs found so far."""

    def __init__(self, specs: Specs, trial: Trial, adam: AdamSpecs) -> None:
        self.specs = specs
        self.trial = trial
        self.rules = adam.adsl.variables
        self.responses = {parameter.paramcd: parameter for parameter in adam.adrs.parameters}
        self.found = Inputs()
        self.seen: set[str] = set()

    def of(self, parameter: TimeToEvent) -> Inputs:
        for name in ALWAYS:
            self.variable(name)
        self.model(parameter.model_copy(update={"censorings": parameter.applied, "ignore": ()}))
        return self.found

    def model(self, model: BaseModel) -> None:
        self.value(model.model_dump())

    def value(self, value: Any) -> None:
        if isinstance(value, Mapping):
            if dataset := value.get("dataset"):
                self.records(str(dataset), value)
            for part in value.values():
                self.value(part)
        elif isinstance(value, str):
            self.variable(value)
            self.response(value)
        elif isinstance(value, Sequence):
            for part in value:
                self.value(part)

    def records(self, dataset: str, value: Mapping[str, Any]) -> None:
        if dataset == "ADRS":
            for code in value.get("where", {}).get("PARAMCD") or self.responses:
                self.response(str(code))
        elif dataset in self.specs.adam and dataset != "ADSL":
            self.found.analysis.add(dataset)
            self.lesions()
        elif dataset in self.specs.sdtm:
            date = value.get("date") or value.get("on") or record_date(self.specs.sdtm[dataset])
            chosen = {name: value.get(name) or {} for name in ("where", "where_not")}
            self.found.add(DatedRecords(dataset=dataset, date=str(date), role=value.get("role") or "", **chosen))

    def variable(self, name: str) -> None:
        rule = self.rules.get(name)
        if rule is None or f"ADSL.{name}" in self.seen:
            return
        self.seen.add(f"ADSL.{name}")
        if rule.treatment:
            self.choice(self.trial.treatment_start)
            if rule.treatment == "end" and self.trial.treatment_start.end:
                self.choice(self.trial.treatment_start, self.trial.treatment_start.end)
        if rule.last_alive:
            self.found.last_alive.append(rule)
            self.records(rule.last_alive.death.dataset, rule.last_alive.death.model_dump())
            return
        for earlier in rule.earlier:
            self.variable(earlier)
        self.model(rule)

    def response(self, code: str) -> None:
        parameter = self.responses.get(code)
        if parameter is None or f"ADRS.{code}" in self.seen:
            return
        self.seen.add(f"ADRS.{code}")
        self.found.responses.add(code)
        for earlier in parameter.earlier:
            self.response(earlier)
        verbs = {name for name in AdrsParameter.model_fields if isinstance(getattr(parameter, name), BaseModel)}
        if "new_therapy" in verbs:
            role = getattr(parameter.new_therapy, "role", "")
            for therapy in self.trial.new_therapies:
                self.choice(therapy, role=role)
        if not verbs <= OF_RECORDS:
            self.lesions()
        self.model(parameter)

    def choice(self, choice: RecordChoice, date: str = "", role: str = "") -> None:
        self.found.add(DatedRecords(dataset=choice.dataset, where=choice.where, date=date or choice.date, role=role))

    def lesions(self) -> None:
        """The records of lesions, those of visits planned before treatment as a baseline's; and the irradiation."""
        planned = tuple(f"{visit.number:g}" for visit in self.trial.visits if visit.day <= 0)
        for name in LESION_DATASETS:
            before, date = {"VISITNUM": planned}, f"{name}DTC"
            if planned:
                self.found.add(DatedRecords(dataset=name, where=before, date=date, role="baseline"))
                self.found.add(DatedRecords(dataset=name, where_not=before, date=date, role="event"))
            else:
                self.found.add(DatedRecords(dataset=name, date=date))
        for each in self.trial.progression.irradiated:
            for date in filter(None, (each.start, each.end)):
                self.found.add(
                    DatedRecords(dataset=each.dataset, where=each.where, where_not=each.where_not, date=date)
                )


@dataclass(frozen=True)
class PartialCells:
    """Partial dates that are read: ``cells`` has one row each, `CELL_COLUMNS` (``subject`` is a code of `Subjects`).

    ``read_by`` says for each cell and parameter whether the parameter reads it; ``alive_only`` marks those that can
    only move the date last known alive. ``roles`` are the roles under which each cell is read.
    """

    cells: pd.DataFrame
    read_by: np.ndarray
    alive_only: np.ndarray
    roles: list[tuple[str, ...]]


def find_partial_cells(
    inputs: Sequence[Inputs], datasets: Mapping[str, Dataset], subjects: Subjects, last_alive: np.ndarray
) -> PartialCells:
    """The partial dates with a year that the parameters of ``inputs`` read, of the subjects given.

    ``last_alive`` is the day by subject on which each was surely alive: a date that cannot be later does not move it.
    """
    found: dict[tuple[str, str], dict[int, tuple[set[int], set[str], bool]]] = {}
    tables: dict[tuple[str, str], pd.DataFrame] = {}

    def open_dates_of(dataset: str, variable: str) -> pd.DataFrame:
        if (dataset, variable) not in tables:
            tables[dataset, variable] = _open_dates(datasets[dataset], variable, subjects)
        return tables[dataset, variable]

    def take(key: tuple[str, str], positions: np.ndarray, number: int, role: str, alive_only: bool) -> None:
        cells = found.setdefault(key, {})
        for position in positions.tolist():
            readers, roles, only = cells.get(position, (set(), set(), True))
            cells[position] = (readers | {number}, roles | ({role} if role else set()), only and alive_only)

    masks: dict[str, np.ndarray] = {}
    for number, each in enumerate(inputs):
        for key, records in each.records.items():
            if records.dataset not in datasets or records.date not in datasets[records.dataset].frame:
                continue
            table = open_dates_of(records.dataset, records.date)
            if table.empty:
                continue
            if key not in masks:
                masks[key] = matching(datasets[records.dataset].frame.iloc[table.index], records)
            take((records.dataset, records.date), table.index.to_numpy()[masks[key]], number, records.role, False)
        for rule in each.last_alive:
            for name, variable, mask in _shows_alive(rule, datasets):
                table = open_dates_of(name, variable)
                later = ~(table["latest"].to_numpy() <= last_alive[table["subject"].to_numpy(dtype=np.int64)])
                shown = mask[table.index.to_numpy()] if len(table) else later
                take((name, variable), table.index.to_numpy()[later & shown], number, "", True)

    frames, readers, roles, alive_only = [], [], [], []
    for (name, variable), chosen in found.items():
        if chosen:
            rows = tables[name, variable].loc[list(chosen)]
            frames.append(rows.assign(dataset=name, variable=variable, position=rows.index)[CELL_COLUMNS])
            for numbers, own, only in chosen.values():
                readers.append(np.isin(np.arange(len(inputs)), list(numbers)))
                roles.append(tuple(sorted(own)))
                alive_only.append(only)
    cells = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=CELL_COLUMNS)
    read_by = np.array(readers, dtype=bool).reshape(len(cells), len(inputs))
    return PartialCells(cells, read_by, np.array(alive_only, dtype=bool), roles)


def _open_dates(dataset: Dataset, variable: str, subjects: Subjects) -> pd.DataFrame:
    """The partial dates of a column, one row each, by position: subject, text, earliest, latest, visit."""
    column = dataset.frame[variable]
    parts = distinct_parts(column)
    earliest, latest = earliest_latest(parts)
    is_open = (~np.isnan(earliest) & np.isnan(parts.year + parts.month + parts.day))[parts.codes]
    position = np.flatnonzero(is_open)
    subject = subjects.codes(dataset.frame["USUBJID"].iloc[position])
    position, subject = position[subject >= 0], subject[subject >= 0]
    is_collected = variable == f"{dataset.name}DTC" and "VISITNUM" in dataset.frame
    visit = dataset.frame["VISITNUM"].to_numpy(dtype=float)[position] if is_collected else np.nan
    codes = parts.codes[position]
    columns = {"subject": subject, "text": parts.texts[codes], "earliest": earliest[codes], "latest": latest[codes]}
    return pd.DataFrame({**columns, "visit": visit}, index=position)


def _shows_alive(rule: AdslRule, datasets: Mapping[str, Dataset]) -> Iterator[tuple[str, str, np.ndarray]]:
    """Dataset, variable and mask of the records whose dates show a subject alive."""
    excluded: Sequence[Records] = rule.last_alive.excluded if rule.last_alive else ()
    for name, dataset in datasets.items():
        if "USUBJID" not in dataset.frame:
            continue
        mask = np.ones(len(dataset), dtype=bool)
        for records in excluded:
            if records.dataset == name:
                mask &= ~matching(dataset.frame, records)
        if mask.any():
            for variable in dataset.spec.names:
                if variable.endswith("DTC") and variable in dataset.frame:
                    yield name, variable, mask
