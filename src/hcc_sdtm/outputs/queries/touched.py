"""Which endpoints a finding touches: what the specs say each endpoint is made from, down to variables of SDTM.

Followed are: the population, the parameter, its origin, events, censorings and last records, the ADRS parameters and ADSL
variables that these name, the trial's treatment and new therapies. Not followed are bounds of partial dates, which reach
nearly every date and move few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hcc_sdtm.spec.adam.adrs_rules import AdrsParameter
from hcc_sdtm.spec.adam.adsl_rules import AdslRule
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.adam.records import Records
from hcc_sdtm.spec.adam.time_to_event import TimeToEvent
from hcc_sdtm.spec.endpoints import CategoriesEndpoint, EndpointSpec, IntervalCensoredEndpoint, ProportionEndpoint
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.study import Study
from hcc_sdtm.spec.trial import Trial

IDENTIFIERS = frozenset({"", "STUDYID", "DOMAIN", "USUBJID", "SUBJID", "SITEID", "subject"})
"""Variables whose fault takes the whole record away, or gives it to somebody else."""

_KEY = re.compile(r"(?:^| )([A-Z][A-Z0-9]{1,7})=")
_ORIGINALS = {"ORRES": ("STRESC", "STRESN"), "ORRESU": ("STRESC", "STRESN", "STRESU")}
"""What is standardised from a result as it was collected (SDTMIG 3.4, 4.5.1)."""


_OF_LESIONS = {
    "TU": ("TULNKID", "TULOC", "TUSTRESC", "TUEVAL", "TUDTC"),
    "TR": ("TRLNKID", "TRTESTCD", "TRSTRESC", "TRSTRESN", "TREVAL", "TRDTC"),
}
"""What a response is recomputed from."""


@dataclass(frozen=True)
class Need:
    """A variable of an SDTM dataset that something is made from, in records with these texts and none of those."""

    dataset: str
    variable: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    where_not: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def touches(self, dataset: str, variable: str, keys: Mapping[str, str]) -> bool:
        """Whether it may be this variable of a record with these key values; what is not known of a record may fit."""
        if dataset != self.dataset or (variable not in IDENTIFIERS and variable != self.variable):
            return False
        if any(name in keys and keys[name] not in texts for name, texts in self.where):
            return False
        return not any(name in keys and keys[name] in texts for name, texts in self.where_not)


@dataclass
class EndpointNeeds:
    """What each endpoint of a study is made from: `Need` by endpoint id, in the order of the trial's list."""

    specs: Specs
    adam: AdamSpecs
    trial: Trial
    endpoints: tuple[EndpointSpec, ...]
    _needs: dict[str, frozenset[Need]] = field(default_factory=dict)
    _steps: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """The ADaM variables and parameters between, by endpoint: dataset, and name."""

    _walked: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for endpoint in self.endpoints:
            self._walked = set()
            self._needs[endpoint.id] = frozenset(self._of_endpoint(endpoint))
            self._steps[endpoint.id] = frozenset(self._walked)

    def touched(self, dataset: str, variable: str, keys: str = "") -> tuple[str, ...]:
        """Ids of the endpoints that a variable of an SDTM or ADaM dataset touches, in records with ``keys``.

        ``keys`` is that of a finding: ``RSCAT=RECIST 1.1 VISITNUM=6``. Without a variable, or with one that identifies the
        record, every endpoint that reads such a record; a subject in DM touches all.
        """
        if dataset in self.specs.sdtm and variable == "USUBJID":
            dataset, keys = "DM", ""  # whose record it is decides who is counted, whatever the record says
        values = parse_keys(keys)
        names = (variable, *self._standardised(dataset, variable))
        if dataset in self.specs.adam:
            return self._of_adam(dataset, variable, values)
        return tuple(
            endpoint
            for endpoint, needs in self._needs.items()
            if any(need.touches(dataset, name, values) for need in needs for name in names)
        )

    def label(self, endpoint: str) -> str:
        """The endpoint's label."""
        return next(each.label for each in self.endpoints if each.id == endpoint)

    def _standardised(self, dataset: str, variable: str) -> Iterator[str]:
        for original, standard in _ORIGINALS.items():
            if variable == dataset + original:
                yield from (dataset + name for name in standard)

    def _of_adam(self, dataset: str, variable: str, keys: Mapping[str, str]) -> tuple[str, ...]:
        """The endpoints that are made from an ADSL variable, or from the parameter that the record is of."""
        wanted = variable if dataset == "ADSL" and variable not in IDENTIFIERS else keys.get("PARAMCD", "")
        return tuple(
            endpoint
            for endpoint, steps in self._steps.items()
            if any(name == dataset and wanted in ("", step) for name, step in steps)
        )

    def _of_endpoint(self, endpoint: EndpointSpec) -> Iterator[Need]:
        yield Need("DM", "USUBJID")
        yield from self._of_subject(endpoint.population)
        for variable in endpoint.by:
            yield from self._of_subject(variable)
        if isinstance(endpoint, ProportionEndpoint):
            yield from self._of_response(endpoint.parameter)
            if endpoint.among:
                yield from self._of_response(endpoint.among.parameter)
        else:
            yield from self._of_time(endpoint.parameter)
        if isinstance(endpoint, IntervalCensoredEndpoint):
            yield from self._of_response(endpoint.assessments.parameter)
        if isinstance(endpoint, CategoriesEndpoint):
            yield from self._of_subject(endpoint.variable)

    def _new(self, dataset: str, name: str) -> bool:
        """Whether it was not walked before; notes that it is now."""
        is_new = (dataset, name) not in self._walked
        self._walked.add((dataset, name))
        return is_new

    def _of_time(self, paramcd: str) -> Iterator[Need]:
        parameter = next((each for each in self.adam.parameters if each.paramcd == paramcd), None)
        if parameter is None or not self._new("ADTTE", paramcd):
            return
        for name in (parameter.population, parameter.start, parameter.baseline, parameter.entry, parameter.end):
            if name:
                yield from self._of_subject(name)
        for records, date in _records_of(parameter):
            yield from self._of_records(records, (date,) if date else ())

    def _of_records(self, records: Records, variables: Iterable[str]) -> Iterator[Need]:
        """What records and variables of them are made from: of SDTM themselves, of ADaM what their specs say."""
        if records.dataset == "ADSL":
            for name in (*variables, *records.where, *records.where_not):
                yield from self._of_subject(name)
        elif records.dataset == "ADRS":
            named = records.where.get("PARAMCD") or tuple(each.paramcd for each in self.adam.adrs.parameters)
            for paramcd in named:
                yield from self._of_response(paramcd)
        elif records.dataset == "ADTTE":
            for paramcd in records.where.get("PARAMCD", ()):
                yield from self._of_time(paramcd)
        else:
            where, where_not = _frozen(records.where), _frozen(records.where_not)
            for name in (*variables, *records.where, *records.where_not):
                yield Need(records.dataset, name, where, where_not)

    def _of_response(self, paramcd: str) -> Iterator[Need]:
        parameter = next((each for each in self.adam.adrs.parameters if each.paramcd == paramcd), None)
        if parameter is None or not self._new("ADRS", paramcd):
            return
        yield from self._of_subject(self.adam.adrs.population)
        for earlier in parameter.earlier:
            yield from self._of_response(earlier)
        yield from self._of_response_records(parameter)

    def _of_response_records(self, parameter: AdrsParameter) -> Iterator[Need]:
        rule = parameter.rule
        for _, records in rule.records_read():
            named = (getattr(records, key, "") for key in ("value", "date"))
            yield from self._of_records(records, tuple(name for name in named if name))
        if parameter.recomputed is not None:
            for dataset, variables in _OF_LESIONS.items():
                yield from (Need(dataset, name) for name in variables)
        for date in rule.dates_read():
            yield from self._of_subject(date)
        if parameter.new_therapy is not None:
            for therapy in self.trial.new_therapies:
                if therapy.kind in parameter.new_therapy.kinds:
                    for name in (therapy.date, *therapy.where):
                        yield Need(therapy.dataset, name, _frozen(therapy.where))

    def _of_subject(self, variable: str) -> Iterator[Need]:
        if not self._new("ADSL", variable):
            return
        rule = self.adam.adsl.variables.get(variable)
        if rule is None:
            spec = self.specs.adam["ADSL"].by_name.get(variable)
            dataset, _, copied = (spec.source if spec else "").partition(".")
            if copied:
                yield Need(dataset, copied)
            return
        for name in rule.earlier:
            yield from self._of_subject(name)
        yield from self._of_rule(rule)

    def _of_rule(self, rule: AdslRule) -> Iterator[Need]:
        if rule.dataset:
            records = Records(dataset=rule.dataset, where=rule.where, where_not=rule.where_not)
            own = [name for name in rule.variables if name not in rule.qualifiers]
            yield from self._of_records(records, own)
            for qualifier in rule.qualifiers:
                supplement, _, name = qualifier.partition(".")
                yield Need(supplement, "QVAL", (("QNAM", (name,)),))
        if rule.treatment:
            start = self.trial.treatment_start
            ends = [start.end] if rule.treatment == "end" and start.end else []
            for name in (start.date, *ends, *start.where):
                yield Need(start.dataset, name, _frozen(start.where))
        if rule.last_alive:
            yield from self._of_records(rule.last_alive.death, (rule.last_alive.death.date,))
            yield from self._of_any_date(rule.last_alive.excluded)

    def _of_any_date(self, excluded: Iterable[Records]) -> Iterator[Need]:
        left_out = {records.dataset: records for records in excluded}
        for dataset, spec in self.specs.sdtm.items():
            records = left_out.get(dataset)
            if records is not None and not (records.where or records.where_not):
                continue
            where_not = _frozen(records.where) if records is not None else ()
            for variable in spec.by_name.values():
                if variable.is_iso_date:
                    yield Need(dataset, variable.name, (), where_not)


def _records_of(parameter: TimeToEvent) -> Iterator[tuple[Records, str]]:
    """The records that a parameter names, with their date variable."""
    if parameter.among is not None:
        yield parameter.among, ""
    events = (*parameter.events, *parameter.competing)
    further = (parameter.start_record, *(event.after for event in events))
    for dated in (*events, parameter.event_free, *further):
        if dated is not None:
            yield dated, dated.date
    for censoring in parameter.applied:
        if censoring.dataset:
            records = Records(dataset=censoring.dataset, where=censoring.where, where_not=censoring.where_not)
            yield records, censoring.date


def _frozen(where: Mapping[str, Iterable[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(texts)) for name, texts in where.items())


def parse_keys(keys: str) -> dict[str, str]:
    """The values of a finding's ``keys`` by variable: ``RSCAT=RECIST 1.1 VISITNUM=6``."""
    found = list(_KEY.finditer(keys))
    ends = [*(each.start() for each in found), len(keys)][1:]
    return {each[1]: keys[each.end() : end].strip() for each, end in zip(found, ends, strict=True)}


def endpoint_needs(study: Study) -> EndpointNeeds:
    """What the endpoints of a study are made from."""
    return EndpointNeeds(study.specs, study.adam, study.trial, study.endpoints.endpoints)
