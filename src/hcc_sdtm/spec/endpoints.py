"""The endpoints a trial asks for (``specs/endpoints.yaml``): which parameter, which estimator, which times, whose numbers.

Another trial writes another list and no code. Order in the file is the order of every table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.spec.yaml_file import FileModel, Texts, read_yaml, validate

Share = Annotated[float, Field(gt=0, lt=1)]
Times = tuple[Annotated[float, Field(gt=0)], ...]
Transform = Literal["log-log", "log", "plain", "arcsin"]
"""How the confidence limits of a curve are made."""


class _Endpoint(FileModel):
    """What every endpoint says.

    ``population`` is the ADSL flag (Y) of those it is about; ``where`` restricts the parameter's rows by other columns;
    ``by`` is an ADSL variable for whose every value it is given once more; ``no_record`` is the reason to print for
    those of the population who have no row of the parameter; ``note`` stands beside the numbers.
    """

    id: str
    label: str
    parameter: str
    population: str
    where: dict[str, Texts] = {}
    by: str = ""
    level: Share = 0.95
    no_record: str = "no record of the parameter"
    note: str = ""


class RiskSetMinimum(FileModel):
    """With delayed entry: how many must be at risk before the curve may start, a number and a share of the subjects."""

    count: int = Field(default=10, ge=1)
    share: Share = 0.15

    def of(self, subjects: int) -> float:
        """The larger of the two, for so many subjects."""
        return max(self.count, self.share * subjects)


class SurvivalEndpoint(_Endpoint):
    """Median and rates of an ADTTE parameter by Kaplan-Meier.

    With ``delayed_entry`` a subject is at risk from the column ENTRY on. ``unit`` is that of AVAL and ``times``.
    """

    estimator: Literal["survival"]
    unit: str = "months"
    times: Times = ()
    interval: Transform = "log-log"
    delayed_entry: RiskSetMinimum | None = None


class FollowUpEndpoint(_Endpoint):
    """Median follow-up by reverse Kaplan-Meier of an ADTTE parameter that ends with death."""

    estimator: Literal["follow-up"]
    unit: str = "months"
    interval: Transform = "log-log"


class IncidenceEndpoint(_Endpoint):
    """Cumulative incidence of each cause of an ADTTE parameter; ``causes`` names them in the order of CAUSE: 1, 2, ..."""

    estimator: Literal["cumulative-incidence"]
    unit: str = "months"
    times: Times = ()
    interval: Transform = "log-log"
    causes: tuple[str, ...] = Field(min_length=1)


class Denominator(FileModel):
    """Those of the population who have a row of an ADRS parameter with one of the values."""

    parameter: str
    values: Texts
    label: str


class ProportionEndpoint(_Endpoint):
    """Share of subjects whose row of an ADRS parameter has AVALC in ``values``.

    The denominator is the whole population, so that no row is no response, unless ``among`` narrows it.
    """

    estimator: Literal["proportion"]
    values: Texts = ("Y",)
    interval: Literal["clopper-pearson", "wilson"] = "clopper-pearson"
    among: Denominator | None = None


EndpointSpec = SurvivalEndpoint | FollowUpEndpoint | IncidenceEndpoint | ProportionEndpoint


class EndpointList(FileModel):
    """The endpoints in order; ``populations`` says in words who has each ADSL flag."""

    populations: dict[str, str]
    endpoints: tuple[Annotated[EndpointSpec, Field(discriminator="estimator")], ...]


def read_endpoints(
    path: Path,
    name: str,
    parameters: Mapping[str, Collection[str]] | None = None,
    subject_variables: Collection[str] | None = None,
) -> EndpointList:
    """The trial's list; ``name`` is how problems print the file.

    ``parameters`` has the PARAMCDs of ADTTE and ADRS, ``subject_variables`` those of ADSL; where given, what the list
    names must be among them. Raises StudyError with every problem and its line.
    """
    file = read_yaml(path, name)
    listed = validate(file, EndpointList)
    problems: list[Problem] = []

    def check(place: tuple[str | int, ...], what: str, value: str, allowed: Collection[str] | None) -> None:
        if allowed is not None and value not in allowed:
            problems.append(Problem(file.source(place), f'unknown {what} "{value}"{nearest(value, allowed)}'))

    seen: set[str] = set()
    for number, endpoint in enumerate(listed.endpoints):
        place = ("endpoints", number)
        if endpoint.id in seen:
            problems.append(Problem(file.source((*place, "id")), f'the id "{endpoint.id}" is used a second time'))
        seen.add(endpoint.id)
        dataset = "ADRS" if isinstance(endpoint, ProportionEndpoint) else "ADTTE"
        known = None if parameters is None else parameters[dataset]
        check((*place, "parameter"), f"parameter of {dataset}", endpoint.parameter, known)
        check((*place, "population"), "population", endpoint.population, listed.populations)
        check((*place, "population"), "variable of ADSL", endpoint.population, subject_variables)
        if endpoint.by:
            check((*place, "by"), "variable of ADSL", endpoint.by, subject_variables)
        if isinstance(endpoint, ProportionEndpoint) and endpoint.among:
            check((*place, "among", "parameter"), f"parameter of {dataset}", endpoint.among.parameter, known)
    if problems:
        raise StudyError(problems)
    return listed
