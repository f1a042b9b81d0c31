"""The trial's list of endpoints as it was written: read, every name in it checked at its line.

Knows which names there are. What an endpoint can say is in `hcc_sdtm.spec.endpoints`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.spec.endpoints import (
    CategoriesEndpoint,
    EndpointList,
    EndpointSpec,
    IncidenceEndpoint,
    IntervalCensoredEndpoint,
    ProportionEndpoint,
)
from hcc_sdtm.spec.yaml_file import YamlFile, read_yaml, validate

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class KnownParameter:
    """What the list may lean on of a parameter: its unit, what its scheme or criterion is called, and the causes that its
    events and competing events make (0: not known)."""

    unit: str = ""
    scheme: str = ""
    causes: int = 0


@dataclass(frozen=True)
class KnownNames:
    """The parameters of ADTTE and ADRS by PARAMCD, and the variables of ADSL."""

    adtte: Mapping[str, KnownParameter]
    adrs: Mapping[str, KnownParameter]
    adsl: Collection[str]


def read_endpoints(path: Path, name: str, known: KnownNames | None = None) -> EndpointList:
    """The trial's list; ``name`` is how problems print the file.

    What ``known`` has is checked, and gives an endpoint the unit and the name of the scheme that it does not say itself. Raises
    StudyError with every problem and its line.
    """
    file = read_yaml(path, name)
    listed = validate(_completed(file, known) if known else file, EndpointList)
    problems = list(_problems(file, listed, known))
    if problems:
        raise StudyError(problems)
    return listed


def _completed(file: YamlFile, known: KnownNames) -> YamlFile:
    """The file with the units and schemes of the parameters, where an endpoint does not say them."""
    data = file.data
    if not (isinstance(data, dict) and isinstance(data.get("endpoints"), list)):
        return file
    endpoints = [_with_facts(each, known) if isinstance(each, dict) else each for each in data["endpoints"]]
    return replace(file, data={**data, "endpoints": endpoints})


def _with_facts(endpoint: dict[str, Any], known: KnownNames) -> dict[str, Any]:
    estimator = endpoint.get("estimator")
    parameters = known.adrs if estimator == "proportion" else known.adtte

    def fact(code: object) -> KnownParameter:
        return parameters.get(code, KnownParameter()) if isinstance(code, str) else KnownParameter()

    found = dict(endpoint)
    own = fact(endpoint.get("parameter"))
    if own.unit and "unit" not in found and estimator not in ("proportion", "categories"):
        found["unit"] = own.unit
    if own.scheme and "scheme" not in found:
        found["scheme"] = own.scheme
    if isinstance(schemes := endpoint.get("schemes"), list):
        written = [{"parameter": each} if isinstance(each, str) else each for each in schemes]
        found["schemes"] = [
            {"scheme": fact(each.get("parameter")).scheme, **each} if isinstance(each, dict) else each
            for each in written
        ]
    return found


def _problems(file: YamlFile, listed: EndpointList, known: KnownNames | None) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, at, endpoint in zip(*_places(file), listed.endpoints, strict=True):
        if endpoint.id in seen:
            source = file.source((*at, "id"))
            yield Problem(source, f'the id "{endpoint.id}" is used a second time')
        seen.add(endpoint.id)
        names = known or KnownNames({}, {}, ())
        if place == at:
            yield from _unknown(file, (*place, "population"), "population", endpoint.population, listed.populations)
        if known is None:
            continue
        parameters = names.adrs if isinstance(endpoint, ProportionEndpoint) else names.adtte
        dataset = "ADRS" if isinstance(endpoint, ProportionEndpoint) else "ADTTE"
        yield from _unknown(file, (*at, "parameter"), f"parameter of {dataset}", endpoint.parameter, parameters)
        yield from _other_unit(file, at, endpoint, parameters.get(endpoint.parameter))
        if place == at:
            yield from _unknown_in(file, place, endpoint, names)


def _places(file: YamlFile) -> tuple[list[Place], list[Place]]:
    """Where each endpoint stands, and where its own lines do: those of the scheme for an endpoint by another scheme."""
    places: list[tuple[Place, Place]] = []
    for number, endpoint in enumerate(file.data["endpoints"]):
        place: Place = ("endpoints", number)
        places.append((place, place))
        places += [(place, (*place, "schemes", at)) for at in range(len(endpoint.get("schemes", ())))]
    return [place for place, _ in places], [at for _, at in places]


def _unknown_in(file: YamlFile, place: Place, endpoint: EndpointSpec, known: KnownNames) -> Iterator[Problem]:
    """What the endpoint names besides its parameter."""
    yield from _unknown(file, (*place, "population"), "variable of ADSL", endpoint.population, known.adsl)
    for at, variable in enumerate(endpoint.by):
        where = (*place, "by", at) if (*place, "by", at) in file.lines else (*place, "by")
        yield from _unknown(file, where, "variable of ADSL", variable, known.adsl)
    if isinstance(endpoint, CategoriesEndpoint):
        yield from _unknown(file, (*place, "variable"), "variable of ADSL", endpoint.variable, known.adsl)
    further = []
    if isinstance(endpoint, ProportionEndpoint) and endpoint.among:
        further.append(("among", endpoint.among.parameter))
    if isinstance(endpoint, IntervalCensoredEndpoint):
        further.append(("assessments", endpoint.assessments.parameter))
    for key, parameter in further:
        yield from _unknown(file, (*place, key, "parameter"), "parameter of ADRS", parameter, known.adrs)
    fact = known.adtte.get(endpoint.parameter)
    if fact is not None and isinstance(endpoint, IncidenceEndpoint) and 0 < fact.causes != len(endpoint.causes):
        named = f"{len(endpoint.causes)} causes are named, and {endpoint.parameter} has {fact.causes}"
        yield Problem(file.source((*place, "causes")), named)


def _other_unit(file: YamlFile, at: Place, endpoint: EndpointSpec, fact: KnownParameter | None) -> Iterator[Problem]:
    unit = getattr(endpoint, "unit", "")
    if fact is not None and fact.unit and unit and unit != fact.unit:
        named = f'the unit is "{unit}", and that of {endpoint.parameter} is {fact.unit}'
        key = (*at, "unit") if (*at, "unit") in file.lines else (*at, "parameter")
        yield Problem(file.source(key), named)


def _unknown(file: YamlFile, place: Place, what: str, value: str, allowed: Collection[str]) -> Iterator[Problem]:
    if value not in allowed:
        yield Problem(file.source(place), f'unknown {what} "{value}"{nearest(value, allowed)}')
