"""``adrs.yaml``: the response parameters, in the order in which they are made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from hcc_sdtm.problem import Problem, attempt
from hcc_sdtm.spec.adam.adrs_verbs import (
    AdrsVerb,
    BestResponse,
    ClinicalBenefit,
    ConfirmedProgression,
    ControlOf,
    DatedValues,
    EventRecords,
    ExistingRecords,
    FirstResponse,
    LastValue,
    NewTherapy,
    Responses,
    ValuesOf,
)
from hcc_sdtm.spec.adam.adsl_rules import AdslSpec
from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.adam.criteria import Criteria
from hcc_sdtm.spec.adam.lesion_verbs import (
    FieldProgression,
    FieldStatus,
    LesionCount,
    LesionVerb,
    ProgressionPattern,
    RecomputedResponses,
    ResponseDepth,
)
from hcc_sdtm.spec.adam.parameter_sets import expand_sets
from hcc_sdtm.spec.adam.records import ParamCode, ParamName, Records
from hcc_sdtm.spec.yaml_file import FileModel, Texts, YamlFile

CODES = {
    **{"CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6, "MISSING": 7, "Y": 1, "N": 0},
    **{"iCR": 1, "iPR": 2, "iSD": 3, "NON-iCR/NON-iUPD": 4, "iCPD": 5, "iUPD": 5.5},
}
"""AVAL of each AVALC that has a number: responses in their order, CR best, as admiralonco numbers them."""

NOT_VERBS = ("paramcd", "param", "category")


class AdrsParameter(FileModel):
    """One ADRS parameter; exactly one of the verbs. ``category`` has the texts of PARCAT1 to PARCAT3.

    ``responses``        the response at each assessment: one record for each subject and day, the worst of that day
    ``single``           the response of a trial with one assessment a subject, dated or not; NE where there is none
    ``recomputed``       the response at each assessment as the lesions give it, by a criterion
    ``first``, ``last``  the first, or last, record of another parameter with one of the values
    ``best``             best overall response
    ``response``         whether and when there was a CR or PR, confirmed or not
    ``is_in``            whether another parameter has one of the values
    ``disease_control``  whether the best response is disease control
    ``clinical_benefit`` whether there was a response, or control that lasted
    ``confirmed_progression`` whether and when disease progressed by iRECIST
    ``event``            whether and when there is such a record
    ``exists``           whether there is such a record, without its date
    ``new_therapy``      whether and when a new anticancer therapy started
    """

    paramcd: ParamCode
    param: ParamName
    category: Annotated[Texts, Field(max_length=3)] = ()
    responses: Responses | None = None
    single: Responses | None = None
    recomputed: RecomputedResponses | None = None
    first: DatedValues | None = None
    last: LastValue | None = None
    best: BestResponse | None = None
    is_in: ValuesOf | None = None
    disease_control: ControlOf | None = None
    response: FirstResponse | None = None
    clinical_benefit: ClinicalBenefit | None = None
    confirmed_progression: ConfirmedProgression | None = None
    event: EventRecords | None = None
    exists: ExistingRecords | None = None
    new_therapy: NewTherapy | None = None
    field_status: FieldStatus | None = None
    field_progression: FieldProgression | None = None
    pattern: ProgressionPattern | None = None
    lesion_count: LesionCount | None = None
    depth: ResponseDepth | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> AdrsParameter:
        verbs = [name for name in type(self).model_fields if name not in NOT_VERBS]
        given = [verb for verb in verbs if getattr(self, verb) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(verbs)} was expected, not {' and '.join(given) or 'none'}")
        return self

    @property
    def verb(self) -> str:
        """The key of the verb."""
        return next(name for name in type(self).model_fields if name not in NOT_VERBS and getattr(self, name))

    @property
    def rule(self) -> AdrsVerb:
        """What the verb is told."""
        rule: AdrsVerb = getattr(self, self.verb)
        return rule

    @property
    def source(self) -> str:
        """The datasets without whose records it cannot be made."""
        if isinstance(self.rule, LesionVerb):
            return "TU and TR"
        return ", ".join(records.dataset for _, records in self.rule.records_read())

    @property
    def earlier(self) -> tuple[str, ...]:
        """The ADRS parameters that this one reads."""
        return self.rule.parameters_read()


def _with_codes(given: Any) -> Any:
    return {**CODES, **given} if isinstance(given, dict) else given


class AdrsSpec(FileModel):
    """The ADRS parameters, made in the order of the file, for the subjects whose ADSL flag ``population`` is Y.

    ``codes`` are numbers (AVAL) of texts (AVALC) beside those of `CODES`, or instead of them.
    """

    population: str
    codes: Annotated[dict[str, float], BeforeValidator(_with_codes)] = CODES
    parameters: tuple[AdrsParameter, ...]


def read_adrs_rules(
    checker: SpecChecker, path: Path, adsl: AdslSpec | None, criteria: Criteria | None = None
) -> AdrsSpec | None:
    """The rules of the file, its names checked; None where it cannot be read."""
    file, spec = _read(checker, path)
    if file is not None and spec is not None and adsl is not None:
        _check(checker, file, spec, criteria)
    # the entries of a set have the same line, and mostly the same problem
    checker.problems[:] = dict.fromkeys(checker.problems)
    return spec


def _check(checker: SpecChecker, file: YamlFile, spec: AdrsSpec, criteria: Criteria | None) -> None:
    checker.known(file, ("population",), "variable of ADSL", spec.population, checker.specs.adam["ADSL"].names)
    available = {**checker.specs.sdtm, "ADSL": checker.specs.adam["ADSL"]}
    made: list[str] = []
    for number, parameter in enumerate(spec.parameters):
        place = ("parameters", number)
        verb, rule = (*place, parameter.verb), parameter.rule
        for earlier in rule.parameters_read():
            checker.known(file, place, "parameter made before this one", earlier, made)
        for below, records in rule.records_read():
            checker.check_records(file, (*verb, *below), records, available)
        if not isinstance(rule, Records) and (role := getattr(rule, "role", "")):
            checker.check_role(file, (*verb, "role"), role)
        for date in rule.dates_read():
            checker.known(file, verb, "date of ADSL", date, checker.adsl_dates)
        if isinstance(rule, LesionVerb) and criteria is not None and not criteria.named(rule.criterion):
            names = [each.name for each in criteria.criteria]
            checker.known(file, (*verb, "criterion"), "criterion of the folder criteria", rule.criterion, names)
        if parameter.paramcd in made:
            message = f"the parameter {parameter.paramcd} is made a second time"
            checker.problems.append(Problem(file.source((*place, "paramcd")), message))
        made.append(parameter.paramcd)


def _read(checker: SpecChecker, path: Path) -> tuple[YamlFile | None, AdrsSpec | None]:
    file = checker.read_yaml(path)
    whole = None if file is None else attempt(checker.problems, lambda: expand_sets(file, "parameters"))
    return whole, None if whole is None else checker.validate(whole, AdrsSpec)
