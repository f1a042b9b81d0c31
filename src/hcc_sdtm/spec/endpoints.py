"""What a trial can ask for in ``specs/endpoints.yaml``: which parameter, which estimator, which times, whose numbers.

Another trial writes another list and no code. Order in the file is the order of every table. The names in the list are checked
in `hcc_sdtm.spec.endpoint_list`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.adam.asked_interval import AskedInterval
from hcc_sdtm.spec.yaml_file import FileModel, Texts

Share = Annotated[float, Field(gt=0, lt=1)]
Shares = tuple[Share, ...]
Times = tuple[Annotated[float, Field(gt=0)], ...]
Transform = Literal["log-log", "log", "plain", "arcsin"]
"""How the confidence limits of a curve are made."""
ProportionInterval = Literal["clopper-pearson", "wilson", "jeffreys", "agresti-coull", "mid-p"]
"""How the confidence limits of a proportion are made."""


class Variant(FileModel):
    """The same endpoint by another parameter: another censoring scheme, response criterion or reader.

    Left out, ``id`` is the parameter's code, ``scheme`` what the parameter's own file calls the scheme, ``label`` the
    endpoint's with the scheme, and ``values`` are those of the endpoint.
    """

    parameter: str
    id: str = ""
    scheme: str = ""
    label: str = ""
    values: Texts = ()
    note: str = ""


def _variant(value: Any) -> Any:
    return {"parameter": value} if isinstance(value, str) else value


class _Endpoint(FileModel):
    """What every endpoint says.

    ``population`` is the ADSL flag (Y) of those it is about; ``where`` restricts the parameter's rows by other columns;
    ``scheme`` is the censoring scheme or response criterion of the parameter, and ``schemes`` have the same endpoint by
    others. ``by`` are ADSL variables for whose every value it is given once more, and with ``compare`` their values are
    compared, each against the ``reference`` of its variable (the first value where there is none). ``no_record`` is the
    reason to print for those of the population who have no row of the parameter; ``note`` stands beside the numbers;
    ``purpose`` and ``reason`` are what CDISC's results standard asks of an analysis.
    """

    IS_COMPARABLE: ClassVar[bool] = False

    id: str = Field(min_length=1)
    label: str = Field(min_length=1)
    parameter: str
    population: str
    scheme: str = ""
    schemes: tuple[Annotated[Variant, BeforeValidator(_variant)], ...] = ()
    where: dict[str, Texts] = {}
    by: Texts = ()
    compare: bool = False
    reference: dict[str, str] = {}
    level: Share = 0.95
    no_record: str = "no record of the parameter"
    purpose: Literal["", "primary", "secondary", "exploratory"] = ""
    reason: Literal["", "protocol", "sap", "data", "agency"] = ""
    note: str = ""

    @model_validator(mode="after")
    def _compared(self) -> _Endpoint:
        if self.compare and not self.IS_COMPARABLE:
            raise ValueError("compare is for survival, cumulative-incidence and proportion")
        if self.compare and not self.by:
            raise ValueError("compare needs by, the variables of ADSL whose values are compared")
        for variable in self.reference:
            if variable not in self.by:
                raise ValueError(f'reference names "{variable}", which is not one of by{nearest(variable, self.by)}')
        if self.reference and not self.compare:
            raise ValueError("reference needs compare: yes")
        return self


class RiskSetMinimum(FileModel):
    """How many must be at risk, a number and a share of the subjects."""

    count: int = Field(default=10, ge=1)
    share: Share = 0.15

    def of(self, subjects: int) -> float:
        """The larger of the two, for so many subjects."""
        return max(self.count, self.share * subjects)


class DelayedEntry(RiskSetMinimum):
    """Subjects are at risk from ENTRY on: how many must be, before the curve may start.

    A test of dependence between entry and event with a p under ``dependence`` makes a warning.
    """

    dependence: Share = 0.05


class SurvivalEndpoint(_Endpoint):
    """Median and rates of an ADTTE parameter by Kaplan-Meier.

    ``unit`` is that of AVAL and of all times; where it is left out, it is that of the parameter. ``quantiles`` are shares who
    have had the event, besides the median; ``given`` earlier times to which later rates are made conditional;
    ``restricted_mean`` the times up to which the mean time is taken.
    """

    IS_COMPARABLE: ClassVar[bool] = True

    estimator: Literal["survival"]
    unit: str = ""
    times: Times = ()
    quantiles: Shares = ()
    given: Times = ()
    restricted_mean: Times = ()
    interval: Transform = "log-log"
    delayed_entry: DelayedEntry | None = None


class FollowUpEndpoint(_Endpoint):
    """Median follow-up by reverse Kaplan-Meier of an ADTTE parameter that ends with death."""

    estimator: Literal["follow-up"]
    unit: str = ""
    quantiles: Shares = ()
    interval: Transform = "log-log"


class IncidenceEndpoint(_Endpoint):
    """Cumulative incidence of each cause of an ADTTE parameter; ``causes`` names them in the order of CAUSE: 1, 2, ..."""

    IS_COMPARABLE: ClassVar[bool] = True

    estimator: Literal["cumulative-incidence"]
    unit: str = ""
    times: Times = ()
    interval: Transform = "log-log"
    causes: tuple[str, ...] = Field(min_length=1)
    delayed_entry: DelayedEntry | None = None

    @model_validator(mode="after")
    def _testable(self) -> IncidenceEndpoint:
        if self.compare and self.delayed_entry:
            raise ValueError("compare and delayed_entry do not go together: Gray's test has no delayed entry")
        return self

    @field_validator("causes")
    @classmethod
    def _told_apart(cls, causes: tuple[str, ...]) -> tuple[str, ...]:
        if repeated := [cause for cause in causes if causes.count(cause) > 1]:
            raise ValueError(f'two causes are called "{repeated[0]}"')
        return causes


class Assessments(FileModel):
    """The records of an ADRS parameter that show a subject without the event: its values, and a restriction of its rows."""

    parameter: str
    values: Texts
    where: dict[str, Texts] = {}


class IntervalCensoredEndpoint(_Endpoint):
    """Rates and median of an ADTTE parameter whose event is only known to lie between two assessments (Turnbull).

    ``between`` are the events (texts of EVNTDESC) that were seen at an assessment; every other event has its exact day.
    """

    estimator: Literal["interval-censored"]
    unit: str = ""
    times: Times = ()
    assessments: Assessments
    between: Texts

    @property
    def asked(self) -> AskedInterval:
        """What the interval of an event is read from."""
        read = self.assessments
        return AskedInterval(self.parameter, read.parameter, read.values, tuple(sorted(read.where.items())))


class Denominator(FileModel):
    """Those of the population who have a row of an ADRS parameter with one of the values."""

    parameter: str
    values: Texts
    label: str


class ProportionEndpoint(_Endpoint):
    """Share of subjects whose row of an ADRS parameter has AVALC in ``values``.

    The denominator is the whole population, so that no row is no response, unless ``among`` narrows it.
    """

    IS_COMPARABLE: ClassVar[bool] = True

    estimator: Literal["proportion"]
    values: Texts = ("Y",)
    interval: ProportionInterval = "clopper-pearson"
    among: Denominator | None = None


class CategoriesEndpoint(_Endpoint):
    """How an ADSL variable is distributed among those who had the event of an ADTTE parameter.

    ``cause`` is the event where several compete (CAUSE), and ``event`` what it is called; ``variable`` is counted, and
    ``missing`` says what no value of it means.
    """

    estimator: Literal["categories"]
    variable: str
    cause: int = Field(default=1, ge=1)
    event: str
    missing: str = "not recorded"
    interval: ProportionInterval = "clopper-pearson"


EndpointSpec = (
    SurvivalEndpoint
    | FollowUpEndpoint
    | IncidenceEndpoint
    | IntervalCensoredEndpoint
    | ProportionEndpoint
    | CategoriesEndpoint
)


class EndpointList(FileModel):
    """The endpoints in order; those by another scheme come after the endpoint that names it, without its ``by``.

    ``populations`` says in words who has each ADSL flag; ``few_at_risk`` below how many at risk a rate has a warning (Pocock,
    Clayton and Altman 2002: a curve is read to where a tenth to a fifth are still followed); ``combinations`` how many
    combinations of unknown dates are tried for the bounds of an endpoint; ``datasets`` which dataset stands for ADSL, ADRS
    and ADTTE, where it is called otherwise.
    """

    populations: dict[str, str]
    endpoints: tuple[Annotated[EndpointSpec, Field(discriminator="estimator")], ...]
    few_at_risk: RiskSetMinimum = RiskSetMinimum(count=10, share=0.10)
    combinations: int = Field(default=1024, ge=1)
    datasets: dict[Literal["ADSL", "ADRS", "ADTTE"], str] = {}

    @field_validator("endpoints")
    @classmethod
    def _by_every_scheme(cls, endpoints: tuple[EndpointSpec, ...]) -> tuple[EndpointSpec, ...]:
        return tuple(each for endpoint in endpoints for each in _expanded(endpoint))

    @cached_property
    def response_groups(self) -> tuple[tuple[str, ...], ...]:
        """The ADRS parameters that endpoints read of a subject, those of one endpoint together."""
        groups = [
            (endpoint.parameter, *([endpoint.among.parameter] if endpoint.among else []))
            for endpoint in self.endpoints
            if isinstance(endpoint, ProportionEndpoint)
        ]
        return tuple(dict.fromkeys(groups))

    @cached_property
    def asked_intervals(self) -> tuple[AskedInterval, ...]:
        """The intervals of events that endpoints read."""
        found = (each.asked for each in self.endpoints if isinstance(each, IntervalCensoredEndpoint))
        return tuple(dict.fromkeys(found))


def _expanded(endpoint: EndpointSpec) -> Iterator[EndpointSpec]:
    """The endpoint without its schemes, then that of each scheme."""
    yield endpoint.model_copy(update={"schemes": ()})
    for variant in endpoint.schemes:
        scheme = variant.scheme or variant.parameter
        changed: dict[str, Any] = {
            "id": variant.id or variant.parameter,
            "parameter": variant.parameter,
            "scheme": scheme,
            "label": variant.label or f"{endpoint.label}, {scheme}",
            "note": variant.note,
            "purpose": "exploratory" if endpoint.purpose else "",
            **{"schemes": (), "by": (), "compare": False, "reference": {}},
        }
        if variant.values:
            changed["values"] = variant.values
        yield endpoint.model_copy(update=changed)
