"""Which variables of which records can feed an endpoint: the dates, responses and therapies that the parameters read.

Follows the written rules only; more may be listed than is read, and never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hcc_sdtm.adam.admissible.inputs import Inputs, find_inputs
from hcc_sdtm.adam.subjects.adsl import adsl_subjects
from hcc_sdtm.adam.times.decided import of_values
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.adam.adrs_rules import AdrsParameter
from hcc_sdtm.spec.adam.reading import AdamSpecs
from hcc_sdtm.spec.endpoints import EndpointSpec, IncidenceEndpoint, ProportionEndpoint, SurvivalEndpoint
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

ORIGINALS = {"STRESC": "ORRES", "ORRES": "STRESC"}
"""A result as it was collected, and as it is standardised (SDTMIG 3.4, 4.5.1): one answer is written into both."""

RankedEndpoint = SurvivalEndpoint | IncidenceEndpoint | ProportionEndpoint


@dataclass(frozen=True)
class Feeds:
    """What the endpoints are made from.

    ``adam`` has the parameters that they need and no others; ``has_lesions`` is whether one of them reads ADTR. ``datasets``
    are those that they read; ``dates`` and ``responses`` dataset and variable; ``therapies`` by dataset the texts of each
    therapy that the trial tells apart. ``alive_without`` are the datasets whose dates show nobody alive; None where no
    parameter asks for the day last known alive.
    """

    adam: AdamSpecs
    has_lesions: bool
    datasets: frozenset[str]
    dates: frozenset[tuple[str, str]]
    responses: frozenset[tuple[str, str]]
    therapies: Mapping[str, tuple[Mapping[str, tuple[str, ...]], ...]]
    alive_without: frozenset[str] | None

    def family(self, dataset: str, variable: str, is_date: bool) -> str:
        """What the variable is, of `answer_rules.FAMILIES`; ``""`` where no endpoint reads it as one of them."""
        if (dataset, variable) in self.responses:
            return "response"
        if any(variable in texts for texts in self.therapies.get(dataset, ())):
            return "therapy"
        is_read = (dataset, variable) in self.dates
        shows_alive = self.alive_without is not None and variable.endswith("DTC") and dataset not in self.alive_without
        return "date" if is_date and (is_read or shows_alive) else ""


def find_feeds(
    endpoints: Sequence[RankedEndpoint],
    datasets: Mapping[str, Dataset],
    adsl: Dataset,
    specs: Specs,
    trial: Trial,
    adam: AdamSpecs,
) -> Feeds:
    """What the endpoints are made from; ``datasets`` are those of SDTM and ADaM, for parameters by values."""
    subjects = adsl_subjects(adsl, trial)
    times = {each.parameter for each in endpoints if not isinstance(each, ProportionEndpoint)}
    wanted = _named(endpoints)
    # a parameter by values is numbered by the values in the data, and copies have not all of them
    every = [each for parameter in adam.parameters for each in of_values(parameter, datasets, subjects)]
    parameters = tuple(each for each in every if each.paramcd in times)
    inputs = [find_inputs(each, specs, trial, replace(adam, parameters=tuple(every))) for each in parameters]
    made = _with_earlier(adam, wanted | {name for each in inputs for name in each.responses})
    read = [records for each in made for _, records in each.rule.records_read()]
    responses = {(each.dataset, value) for each in read if (value := str(getattr(each, "value", "")))}
    of_responses = {(each.dataset, date) for each in read if (date := str(getattr(each, "date", "")))}
    originals = {(name, name + other) for name, value in responses if (other := ORIGINALS.get(value[len(name) :]))}
    starts = [trial.treatment_start, *trial.new_therapies]
    dates = {(records.dataset, records.date) for each in inputs for records in each.records.values()}
    dates |= of_responses | {(each.dataset, each.date) for each in starts}
    therapies: dict[str, tuple[Mapping[str, tuple[str, ...]], ...]] = {}
    for each in starts:
        if each.where:
            therapies[each.dataset] = (*therapies.get(each.dataset, ()), each.where)
    needed = replace(adam, parameters=parameters, adrs=adam.adrs.model_copy(update={"parameters": made}))
    return Feeds(
        needed,
        any("ADTR" in each.analysis for each in inputs),
        frozenset(name for name, _ in (*dates, *responses)),
        frozenset(dates),
        frozenset(responses | originals),
        therapies,
        _shows_nobody(inputs),
    )


def ranked_endpoints(endpoints: Iterable[EndpointSpec]) -> tuple[RankedEndpoint, ...]:
    """The endpoints by which findings are ranked: survival, incidence and proportions, those marked primary first.

    Follow-up describes the study and not the patients; the interval-censored estimate and the counts of categories are others
    of the same records.
    """
    kept = [each for each in endpoints if isinstance(each, RankedEndpoint)]
    return tuple(sorted(kept, key=lambda each: each.purpose != "primary"))


def _named(endpoints: Iterable[RankedEndpoint]) -> set[str]:
    """The parameters of ADRS that the endpoints name."""
    proportions = [each for each in endpoints if isinstance(each, ProportionEndpoint)]
    return {each.parameter for each in proportions} | {each.among.parameter for each in proportions if each.among}


def _with_earlier(adam: AdamSpecs, wanted: set[str]) -> tuple[AdrsParameter, ...]:
    by_code = {each.paramcd: each for each in adam.adrs.parameters}
    found: set[str] = set()
    open_codes = [code for code in wanted if code in by_code]
    while open_codes:
        code = open_codes.pop()
        if code not in found:
            found.add(code)
            open_codes += [each for each in by_code[code].earlier if each in by_code]
    return tuple(each for each in adam.adrs.parameters if each.paramcd in found)


def _shows_nobody(inputs: Iterable[Inputs]) -> frozenset[str] | None:
    rules = [rule.last_alive for each in inputs for rule in each.last_alive if rule.last_alive]
    if not rules:
        return None
    excluded = [
        {records.dataset for records in rule.excluded if not records.where and not records.where_not} for rule in rules
    ]
    return frozenset(set.intersection(*excluded))
