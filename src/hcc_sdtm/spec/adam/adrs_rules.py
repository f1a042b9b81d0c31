"""``adrs.yaml``: the response parameters, in the order in which they are made."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from hcc_sdtm.problem import Problem
from hcc_sdtm.spec.adam.adsl_rules import AdslSpec
from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.adam.records import DatedRecords, ParamCode, ParamName
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth


class Responses(DatedRecords):
    """The records that hold a response, one result each: ``value`` is the variable with it."""

    value: str


class ValuesOf(FileModel):
    """Records of an earlier ADRS parameter whose AVALC is one of ``values``."""

    of: str
    values: Texts


class BestResponse(FileModel):
    """Best overall response from the visit responses of another parameter.

    With ``confirmed`` a CR or PR needs a second one; so many ``max_ne`` NE and ``max_sd`` SD may lie between the two.
    ``until`` is the parameter whose date ends the assessments that count (a new therapy); one on that day counts.
    ``baseline`` is an ADSL date without which nothing can be judged (NE). ``none`` stands for no assessment at all.
    """

    of: str
    confirmed: Truth = False
    max_ne: int = Field(default=0, ge=0)
    max_sd: int = Field(default=0, ge=0)
    until: str = ""
    baseline: str = ""
    none: str = "NE"


class NewTherapy(FileModel):
    """The first of the trial's new anticancer therapies of these kinds, on or after the start of treatment."""

    kinds: Texts = ("systemic", "local")
    role: str = ""


class ControlOf(FileModel):
    """Disease control by another parameter: CR, PR or SD, and NON-CR/NON-PD where the trial says so."""

    of: str


class AdrsParameter(FileModel):
    """One ADRS parameter; exactly one of the verbs.

    ``responses``        the response at each assessment: one record for each subject and day, the worst of that day
    ``single``           the response of a trial with one assessment a subject, dated or not; NE where there is none
    ``first``, ``last``  the first, or last, record of another parameter with one of the values
    ``best``             best overall response
    ``is_in``            whether another parameter has one of the values
    ``disease_control``  whether the best response is disease control
    ``event``            whether and when there is such a record
    ``new_therapy``      whether and when a new anticancer therapy started
    """

    paramcd: ParamCode
    param: ParamName
    category: str = ""
    responses: Responses | None = None
    single: Responses | None = None
    first: ValuesOf | None = None
    last: ValuesOf | None = None
    best: BestResponse | None = None
    is_in: ValuesOf | None = None
    disease_control: ControlOf | None = None
    event: DatedRecords | None = None
    new_therapy: NewTherapy | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> AdrsParameter:
        verbs = [name for name in type(self).model_fields if name not in ("paramcd", "param", "category")]
        given = [verb for verb in verbs if getattr(self, verb) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(verbs)} was expected, not {' and '.join(given) or 'none'}")
        return self

    @property
    def earlier(self) -> tuple[str, ...]:
        """The ADRS parameters that this one reads."""
        reading = (self.first, self.last, self.best, self.is_in, self.disease_control)
        names = [verb.of for verb in reading if verb is not None]
        return (*names, self.best.until) if self.best and self.best.until else tuple(names)


class AdrsSpec(FileModel):
    """The ADRS parameters, made in the order of the file, for the subjects whose ADSL flag ``population`` is Y."""

    population: str
    parameters: tuple[AdrsParameter, ...]


def read_adrs_rules(checker: SpecChecker, path: Path, adsl: AdslSpec | None) -> AdrsSpec | None:
    """The rules of the file, its names checked; None where it cannot be read."""
    file, spec = checker.read(path, AdrsSpec)
    if file is None or spec is None or adsl is None:
        return spec
    checker.known(file, ("population",), "variable of ADSL", spec.population, checker.specs.adam["ADSL"].names)
    available = {**checker.specs.sdtm, "ADSL": checker.specs.adam["ADSL"]}
    made: list[str] = []
    for number, parameter in enumerate(spec.parameters):
        place = ("parameters", number)
        for earlier in parameter.earlier:
            checker.known(file, place, "parameter made before this one", earlier, made)
        for verb in ("responses", "single"):
            if getattr(parameter, verb):
                checker.check_records(file, (*place, verb), getattr(parameter, verb), available)
        if parameter.event:
            checker.check_records(file, (*place, "event"), parameter.event, available)
        if parameter.new_therapy and parameter.new_therapy.role:
            checker.check_role(file, (*place, "new_therapy", "role"), parameter.new_therapy.role)
        if parameter.best and parameter.best.baseline:
            checker.known(file, (*place, "best"), "date of ADSL", parameter.best.baseline, checker.adsl_dates)
        if parameter.paramcd in made:
            message = f"the parameter {parameter.paramcd} is made a second time"
            checker.problems.append(Problem(file.source((*place, "paramcd")), message))
        made.append(parameter.paramcd)
    return spec
