"""Which records can move a time or a response.

Follows the written rules from what is asked for through ADRS and ADSL to SDTM. Knows names, and no data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from hcc_sdtm.adam.timeline import record_date
from hcc_sdtm.spec.adam.adrs_rules import AdrsParameter
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.asked_interval import AskedInterval
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import DatedRecords
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import RecordChoice, Trial

Target = TimeToEvent | tuple[str, ...] | AskedInterval
"""What is asked for: a time-to-event parameter, the ADRS parameters (PARAMCD) that are read together, or between which
assessments a time ends."""

LESION_DATASETS = ("TU", "TR", "EX", "PR", "RS")
"""What a parameter on lesions may read, whatever its rule: identified lesions, measurements, treatments, responses."""

OF_RECORDS = frozenset(
    {"responses", "single", "first", "last", "best", "is_in", "disease_control", "response", "clinical_benefit"}
    | {"confirmed_progression", "event", "exists", "new_therapy"}
)
"""Verbs of ADRS whose sources stand in the rule itself, or are the trial's new therapies; any other may read lesions."""

ALWAYS = ("TRTSDT", "DTHDT")
"""ADSL dates that every response and every schedule depends on."""


@dataclass
class Inputs:
    """What a parameter reads: records with their date variable, and whether the date last known alive is among them.

    ``responses`` are the ADRS parameters on the way, ``variables`` the ADSL variables, ``analysis`` the analysis datasets
    beside ADSL and ADRS. ``lesions``: it may read the records of lesions.
    """

    records: dict[str, DatedRecords] = field(default_factory=dict)
    last_alive: list[AdslRule] = field(default_factory=list)
    responses: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    lesions: bool = False
    analysis: set[str] = field(default_factory=set)

    @property
    def datasets(self) -> set[str]:
        """The SDTM datasets named."""
        return {records.dataset for records in self.records.values()}

    def add(self, records: DatedRecords) -> None:
        """Take the records in, once."""
        self.records[records.model_dump_json()] = records


def find_inputs(target: Target, specs: Specs, trial: Trial, adam: AdamSpecs, given: Collection[str] = ()) -> Inputs:
    """The SDTM records that can give, take away or bound a date of the target, through ADRS and ADSL.

    A rule that names another parameter or an ADSL variable, in whatever key, reads it. More may be listed than is read,
    and never less. The ADRS parameters ``given`` are there already, and nothing is read for them.
    """
    return _Walk(specs, trial, adam, given).of(target)


class _Walk:
    """The rules still to be followed, and the inputs found so far."""

    def __init__(self, specs: Specs, trial: Trial, adam: AdamSpecs, given: Collection[str]) -> None:
        self.specs = specs
        self.trial = trial
        self.rules = adam.adsl.variables
        self.times = {parameter.paramcd: parameter for parameter in adam.parameters}
        self.responses = {parameter.paramcd: parameter for parameter in adam.adrs.parameters}
        self.given = frozenset(given)
        self.found = Inputs()

    def of(self, target: Target) -> Inputs:
        for name in ALWAYS:
            self.variable(name)
        if isinstance(target, TimeToEvent):
            self.model(target.model_copy(update={"censorings": target.applied, "ignore": ()}))
        elif isinstance(target, AskedInterval):
            self.of(self.times[target.parameter])
            self.response(target.assessed)
        else:
            for code in target:
                self.response(code)
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
        if rule is None or name in self.found.variables:
            return
        self.found.variables.add(name)
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
        if parameter is None or code in self.given | self.found.responses:
            return
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
        self.found.lesions = True
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
