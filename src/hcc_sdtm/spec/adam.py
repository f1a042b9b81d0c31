"""How ADSL, ADRS and ADTTE are made, as a statistician writes it: ``adsl.yaml``, ``adrs.yaml``, ``parameters/*.yaml``.

Only facts of a trial stand there: which records, which date, which code. What the words mean (best response, missed
assessments) is in `hcc_sdtm.adam`. Another trial writes other files and no code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, model_validator

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.spec.model import DatasetSpec, Specs
from hcc_sdtm.spec.trial import ROLES, Trial, WrittenTrial
from hcc_sdtm.spec.yaml_file import FileModel, Path_, Texts, Truth, YamlFile, listed, read_yaml, validate

ModelT = TypeVar("ModelT", bound=BaseModel)
ParamCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
ParamName = Annotated[str, Field(min_length=1, max_length=200)]


class Records(FileModel):
    """Records of a dataset whose variables have one of the texts of ``where``, and none of those of ``where_not``.

    The empty text is a missing value: ``where_not: {RSSTRESC: ""}`` asks for a value.
    """

    dataset: str
    where: dict[str, Texts] = {}
    where_not: dict[str, Texts] = {}


class DatedRecords(Records):
    """Records with the variable that dates them; ``role`` says what the date is in the analysis.

    The trial's ``partial_dates`` has how a partial date of that role is completed. Without a role, or where the trial says
    nothing of it, a partial date is not used.
    """

    date: str
    role: str = ""


def imputation_flag(date: str) -> str:
    """Name of the imputation flag of a date variable, eight characters at most: DTHDTF, LSTALVDF (ADaMIG 1.3, 3.1.3)."""
    return f"{date}F" if len(date) < 8 else f"{date[:-1]}F"


class LastAlive(FileModel):
    """The latest date of any record but those of ``excluded``, which do not show the subject alive.

    A partial date counts by its first day, on which the subject lived whichever day it was. It is cut at the data
    cut-off and at the last day that the date of death can be; a death after the cut-off gives the cut-off.
    """

    death: DatedRecords
    excluded: tuple[Records, ...] = ()


class AdslRule(FileModel):
    """How one ADSL variable is made; exactly one of the verbs.

    ``dataset``     with ``value`` or ``date``: that variable of the chosen record. ``pick`` chooses by ``on``, the date
                    variable (default: the dataset's start or collection date): the first, the last, or the baseline,
                    which is the last on or before the start of treatment. ``after`` asks for records after an ADSL
                    date, ``in_baseline_window`` for records inside the trial's baseline window. ``terms`` translates
                    the value, ``other`` stands for every value not in it, ``missing`` for no record.
    ``treatment``   the first or last day of the trial's treatment
    ``constant``    a text
    ``flag``        Y where every named ADSL variable has a value, else ``no``
    ``concat``      the texts of the named ADSL variables, one after the other; missing where the first is
    ``last_alive``  the date last known alive
    """

    dataset: str = ""
    where: dict[str, Texts] = {}
    where_not: dict[str, Texts] = {}
    value: str = ""
    date: str = ""
    role: str = ""
    on: str = ""
    pick: Literal["first", "last", "baseline"] = "first"
    after: str = ""
    in_baseline_window: Truth = False
    terms: dict[str, str] = {}
    other: str = ""
    missing: str = ""
    treatment: Literal["start", "end"] | None = None
    constant: str = ""
    flag: Texts = ()
    no: str = "N"
    concat: Texts = ()
    last_alive: LastAlive | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> AdslRule:
        verbs = ("dataset", "treatment", "constant", "flag", "concat", "last_alive")
        given = [verb for verb in verbs if getattr(self, verb)]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(verbs)} was expected, not {' and '.join(given) or 'none'}")
        if self.dataset and bool(self.value) == bool(self.date):
            raise ValueError("with dataset goes either value or date")
        beside = self.model_fields_set - {given[0], *(("no",) if self.flag else ())}
        if beside and not self.dataset:
            raise ValueError(f"beside {given[0]} nothing is read of {', '.join(sorted(beside))}")
        return self

    @property
    def is_date(self) -> bool:
        """Whether the variable is a day number."""
        return bool(self.date or self.treatment or self.last_alive)

    @property
    def earlier(self) -> tuple[str, ...]:
        """The ADSL variables that the rule reads, role bounds apart."""
        baseline = ("TRTSDT",) if self.pick == "baseline" or self.in_baseline_window else ()
        return (*self.flag, *self.concat, *((self.after,) if self.after else ()), *baseline)


class AdslSpec(FileModel):
    """Rules of the ADSL variables, made in the order of the file.

    A variable that the spec table calls Predecessor needs no rule; a permissible one without a rule is left missing. A
    name that begins with an underscore is a step on the way: it is not published.
    """

    variables: dict[str, AdslRule]


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


class Within(FileModel):
    """A length of time, in one of the two units."""

    weeks: float | None = Field(default=None, gt=0)
    days: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_unit(self) -> Within:
        if (self.weeks is None) == (self.days is None):
            raise ValueError("either weeks or days was expected")
        return self

    @property
    def length_days(self) -> float:
        """The length in days."""
        return self.days if self.days is not None else 7 * (self.weeks or 0)


class Event(DatedRecords):
    """A kind of event. ``assessed`` ones are judged on images, and do not exist without a baseline assessment.

    With ``only_within`` the event counts only so long after the last event-free record before it (or the origin).
    """

    name: str
    description: str
    assessed: Truth = False
    only_within: Within | None = None


class EventFree(DatedRecords):
    """The records that show the subject free of the event: censoring goes back to the last that counts."""

    description: str


class Censoring(FileModel):
    """A reason to end the time at risk without event; the first reason of the list that applies is the one.

    ``when``:

    ``no_baseline``         the parameter's ``baseline`` date is missing, and no event that needs no images came
    ``no_assessment``       no event, and no event-free record after the origin
    ``before_event``        a record of ``dataset`` is dated after the origin and before the event (or there is none)
    ``missed_assessments``  the trial's number of planned assessments passed without one, just before the event
    ``too_late``            the event came later than ``only_within``
    ``record``              no event, and there is a record of ``dataset``
    ``otherwise``           always

    ``before_event`` and ``missed_assessments`` take an event away.
    """

    name: str
    when: Literal[
        "no_baseline",
        "no_assessment",
        "before_event",
        "missed_assessments",
        "too_late",
        "record",
        "otherwise",
    ]
    cnsr: int = Field(ge=1)
    description: str
    dataset: str = ""
    where: dict[str, Texts] = {}
    where_not: dict[str, Texts] = {}
    date: str = ""
    role: str = ""

    @model_validator(mode="after")
    def _has_records(self) -> Censoring:
        needs = self.when in ("before_event", "record")
        if needs != bool(self.dataset) or (needs and not self.date):
            raise ValueError("dataset and date go with when: before_event or record, and only with these")
        return self


class TimeToEvent(FileModel):
    """One ADTTE parameter (a file of ``parameters/``).

    ``population``  ADSL flag (Y); ``among`` narrows it to subjects with such a record
    ``start``       ADSL date that is the origin
    ``entry``       ADSL date from which the subject is at risk, where that is later (delayed entry)
    ``first_day``   1 counts the day of origin, 0 does not; left out: as the trial says
    ``ignore``      names of censorings left out: a variant of another parameter (``like: PFS``) says only that
    """

    paramcd: ParamCode
    param: ParamName
    population: str
    among: Records | None = None
    start: str
    start_description: str
    baseline: str = ""
    entry: str = ""
    unit: Literal["months", "days"] = "months"
    first_day: int | None = Field(default=None, ge=0, le=1)
    events: tuple[Event, ...] = Field(min_length=1)
    competing: tuple[Event, ...] = ()
    event_free: EventFree
    censorings: tuple[Censoring, ...] = Field(min_length=1)
    ignore: Texts = ()

    @model_validator(mode="after")
    def _complete(self) -> TimeToEvent:
        names = [censoring.name for censoring in self.censorings]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise ValueError(f'two censorings have the name "{min(repeated)}"')
        if unknown := [name for name in self.ignore if name not in names]:
            raise ValueError(f'ignore names no censoring "{unknown[0]}"{nearest(unknown[0], names)}')
        if self.censorings[-1].when != "otherwise":
            raise ValueError("the last censoring has to be one with when: otherwise, so that every subject has a row")
        if not self.baseline and any(censoring.when == "no_baseline" for censoring in self.applied):
            raise ValueError("a censoring with when: no_baseline needs the key baseline")
        return self

    @property
    def applied(self) -> tuple[Censoring, ...]:
        """The censorings in order, those ignored left out."""
        return tuple(censoring for censoring in self.censorings if censoring.name not in self.ignore)


@dataclass(frozen=True)
class AdamSpecs:
    """Everything that says how the analysis datasets are made."""

    adsl: AdslSpec
    adrs: AdrsSpec
    parameters: tuple[TimeToEvent, ...]


def read_adam_specs(folders: Sequence[Path], specs: Specs, trial: WrittenTrial | None) -> AdamSpecs:
    """The ADaM specs of spec folders, a later folder overlaying an earlier one.

    The last ``adsl.yaml``, the last ``adrs.yaml`` and the last folder ``parameters`` that exist are taken whole, so that
    a study which lists its parameters has no others. The roles that they name are those of the trial, whose policies are
    checked against the dates that they make; neither is checked where the trial's file is too bad to be read (None).

    Raises StudyError with every problem of all files and its line: a wrong key, a dataset or variable that the spec tables
    do not have, a name used before it is made.
    """
    checker = _Checker(specs, trial)
    adsl = checker.read_adsl(_last(folders, "adsl.yaml"))
    adrs = checker.read_adrs(_last(folders, "adrs.yaml"), adsl)
    paths = sorted(_last(folders, "parameters").glob("*.yaml"))
    parameters = checker.read_parameters(paths, adsl, adrs)
    if trial is not None and adsl is not None:
        checker.check_policies(trial)
    if checker.problems or adsl is None or adrs is None:
        raise StudyError(checker.problems)
    return AdamSpecs(adsl, adrs, parameters)


def _last(folders: Sequence[Path], name: str) -> Path:
    existing = [folder / name for folder in folders if (folder / name).exists()]
    return existing[-1] if existing else folders[-1] / name


@dataclass(frozen=True)
class _AdslDate:
    """A date of ADSL: its role, and the dates that are made before it."""

    role: str
    after: frozenset[str]


class _Checker:
    """Reads the files one after the other and collects what is wrong with them."""

    def __init__(self, specs: Specs, trial: WrittenTrial | None) -> None:
        self.specs = specs
        self.trial = trial
        self.problems: list[Problem] = []
        self.adsl_dates: dict[str, _AdslDate] = {}
        self.roles: set[str] = set()

    def read_adsl(self, path: Path) -> AdslSpec | None:
        file, spec = self._read(path, AdslSpec)
        if file is None or spec is None:
            return None
        table = self.specs.adam["ADSL"]
        made = {variable.name for variable in table.variables if variable.origin == "Predecessor"}
        for name, rule in spec.variables.items():
            place = ("variables", name)
            if not name.startswith("_"):
                self._known(file, place, "variable of ADSL", name, table.names)
            for earlier in rule.earlier:
                self._known(file, place, "variable of ADSL made before this one", earlier, made)
            if rule.dataset:
                self._check_records(file, place, rule, self.specs.sdtm)
                flag = imputation_flag(name)
                if rule.role and flag not in table.names and not name.startswith("_"):
                    message = f"{name} can be imputed, and the table of ADSL has no {flag} to say so"
                    self.problems.append(Problem(file.source((*place, "role")), message))
            if rule.last_alive:
                self._check_records(file, (*place, "last_alive", "death"), rule.last_alive.death, self.specs.sdtm)
                for number, records in enumerate(rule.last_alive.excluded):
                    self._check_records(file, (*place, "last_alive", "excluded", number), records, self.specs.sdtm)
            made.add(name)
            if rule.is_date:
                self.adsl_dates[name] = _AdslDate(rule.role, frozenset(self.adsl_dates))
        flags = {imputation_flag(name) for name in table.names}
        for variable in table.variables:
            is_flag = variable.name in flags
            if variable.name not in made and not is_flag and variable.core != "Perm":
                message = f"{variable.name} is in the table of ADSL and no rule makes it"
                self.problems.append(Problem(file.source(("variables",)), message))
        return spec

    def read_adrs(self, path: Path, adsl: AdslSpec | None) -> AdrsSpec | None:
        file, spec = self._read(path, AdrsSpec)
        if file is None or spec is None or adsl is None:
            return spec
        self._known(file, ("population",), "variable of ADSL", spec.population, self.specs.adam["ADSL"].names)
        available = {**self.specs.sdtm, "ADSL": self.specs.adam["ADSL"]}
        made: list[str] = []
        for number, parameter in enumerate(spec.parameters):
            place = ("parameters", number)
            for earlier in parameter.earlier:
                self._known(file, place, "parameter made before this one", earlier, made)
            for verb in ("responses", "single"):
                if getattr(parameter, verb):
                    self._check_records(file, (*place, verb), getattr(parameter, verb), available)
            if parameter.event:
                self._check_records(file, (*place, "event"), parameter.event, available)
            if parameter.new_therapy and parameter.new_therapy.role:
                self._check_role(file, (*place, "new_therapy", "role"), parameter.new_therapy.role)
            if parameter.best and parameter.best.baseline:
                self._known(file, (*place, "best"), "date of ADSL", parameter.best.baseline, self.adsl_dates)
            if parameter.paramcd in made:
                message = f"the parameter {parameter.paramcd} is made a second time"
                self.problems.append(Problem(file.source((*place, "paramcd")), message))
            made.append(parameter.paramcd)
        return spec

    def read_parameters(
        self, paths: Sequence[Path], adsl: AdslSpec | None, adrs: AdrsSpec | None
    ) -> tuple[TimeToEvent, ...]:
        files = [file for path in paths if (file := self._read_yaml(path)) is not None]
        written = {str(file.data.get("paramcd")): file for file in files if isinstance(file.data, dict)}
        available = {**self.specs.sdtm, "ADSL": self.specs.adam["ADSL"], "ADRS": self.specs.adam["ADRS"]}
        found: dict[str, TimeToEvent] = {}
        for file in files:
            whole = self._with_model_keys(file, written)
            spec = self._validate(whole, TimeToEvent) if whole is not None else None
            if spec is None or adsl is None or adrs is None:
                continue
            self._known(file, ("population",), "variable of ADSL", spec.population, self.specs.adam["ADSL"].names)
            for key, name in (("start", spec.start), ("baseline", spec.baseline), ("entry", spec.entry)):
                if name:
                    self._known(file, (key,), "date of ADSL", name, self.adsl_dates)
            codes = [parameter.paramcd for parameter in adrs.parameters]
            for place, records in _records_of(spec):
                self._check_records(file, place, records, available)
                if records.dataset == "ADRS":
                    for code in records.where.get("PARAMCD", ()):
                        self._known(file, (*place, "where", "PARAMCD"), "parameter of ADRS", code, codes)
            if spec.paramcd in found:
                message = f"the parameter {spec.paramcd} is in another file too"
                self.problems.append(Problem(file.source(("paramcd",)), message))
            found[spec.paramcd] = spec
        return tuple(found[code] for code in sorted(found))

    def check_policies(self, trial: WrittenTrial) -> None:
        """Add a problem for a policy of a role that no rule has, and for each bound that cannot be one."""
        roles = (*ROLES, *sorted(self.roles - {*ROLES}))
        for role, policy in trial.trial.partial_dates.items():
            place = ("partial_dates", role)
            if role not in roles:
                message = f'no rule has the role "{role}"{listed(roles)}{nearest(role, roles)}'
                self.problems.append(Problem(trial.file.source(place), message))
            for key, bounds in (("not_before", policy.not_before), ("not_after", policy.not_after)):
                for number, bound in enumerate(bounds):
                    if message := self._bound_problem(role, bound, trial.trial):
                        line = trial.file.source((*place, key, number))
                        self.problems.append(Problem(line, f"{key}: {message}"))

    def _bound_problem(self, role: str, bound: str, trial: Trial) -> str:
        """Why nothing of the role can have the bound, ``""``: all can. A date of ADSL bounds only what is made after it."""
        if bound not in self.adsl_dates:
            names = [*self.adsl_dates, *trial.events]
            known = bound in trial.events
            return "" if known else f'no date of ADSL or event "{bound}"{listed(names)}{nearest(bound, names)}'
        if bound in trial.events:
            return f'"{bound}" is a date of ADSL and an event; rename the event'
        early = [name for name, made in self.adsl_dates.items() if made.role == role and bound not in made.after]
        return f'"{bound}" is not made before {", ".join(early)}, which has the role {role}' if early else ""

    def _with_model_keys(self, file: YamlFile, written: dict[str, YamlFile]) -> YamlFile | None:
        """The file with the keys of the parameter that it is like, where it does not say them itself."""
        if not isinstance(file.data, dict) or "like" not in file.data:
            return file
        like = str(file.data["like"])
        model = written.get(like)
        if model is None or "like" in model.data:
            whole = [code for code, other in written.items() if "like" not in other.data]
            message = f'like: no parameter "{like}" that is written out whole{nearest(like, whole)}'
            self.problems.append(Problem(file.source(("like",)), message))
            return None
        data = {**model.data, **{key: value for key, value in file.data.items() if key != "like"}}
        return YamlFile(file.name, data, file.lines)

    def _check_records(
        self, file: YamlFile, place: Path_, records: Any, available: dict[str, DatasetSpec] | Any
    ) -> None:
        """Add a problem for a dataset, variable or role that does not exist."""
        if not self._known(file, (*place, "dataset"), "dataset", records.dataset, available):
            return
        names = list(available[records.dataset].names)
        if records.dataset == "ADSL":
            names += sorted(self.adsl_dates)
        # a variable that only the standard gives the domain may be asked for: a mapping may fill it
        askable = [*names, *available[records.dataset].by_name]
        for key in ("where", "where_not"):
            for variable in getattr(records, key):
                self._known(file, (*place, key, variable), f"variable of {records.dataset}", variable, askable)
        for key in ("date", "value", "on"):
            if variable := getattr(records, key, ""):
                self._known(file, (*place, key), f"variable of {records.dataset}", variable, names)
        if role := getattr(records, "role", ""):
            self._check_role(file, (*place, "role"), role)

    def _check_role(self, file: YamlFile, place: Path_, role: str) -> None:
        self.roles.add(role)
        if self.trial is not None:
            roles = tuple(dict.fromkeys((*ROLES, *self.trial.trial.partial_dates)))
            if role not in roles:
                message = f'no role "{role}"{listed(roles)}{nearest(role, roles)}'
                self.problems.append(Problem(file.source(place), message))

    def _known(self, file: YamlFile, place: Path_, what: str, name: str, names: Collection[str]) -> bool:
        if name not in names:
            self.problems.append(Problem(file.source(place), f'no {what} "{name}"{nearest(name, names)}'))
        return name in names

    def _read(self, path: Path, model: type[ModelT]) -> tuple[YamlFile | None, ModelT | None]:
        file = self._read_yaml(path)
        return file, None if file is None else self._validate(file, model)

    def _read_yaml(self, path: Path) -> YamlFile | None:
        try:
            return read_yaml(path, path.as_posix())
        except StudyError as error:
            self.problems.extend(error.problems)
            return None

    def _validate(self, file: YamlFile, model: type[ModelT]) -> ModelT | None:
        try:
            return validate(file, model)
        except StudyError as error:
            self.problems.extend(error.problems)
            return None


def _records_of(spec: TimeToEvent) -> Iterator[tuple[Path_, Any]]:
    """Everything in a parameter that names records, with its place in the file."""
    if spec.among:
        yield ("among",), spec.among
    yield ("event_free",), spec.event_free
    for number, event in enumerate(spec.events):
        yield ("events", number), event
    for number, event in enumerate(spec.competing):
        yield ("competing", number), event
    for number, censoring in enumerate(spec.censorings):
        if censoring.dataset:
            yield ("censorings", number), censoring
