"""``parameters/*.yaml``: the time-to-event parameters, a file each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.spec.adam.adrs_rules import AdrsSpec
from hcc_sdtm.spec.adam.adsl_rules import AdslSpec
from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.adam.records import DatedRecords, ParamCode, ParamName, Records
from hcc_sdtm.spec.yaml_file import FileModel, Path_, Texts, Truth, YamlFile


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


def read_parameters(
    checker: SpecChecker, paths: Sequence[Path], adsl: AdslSpec | None, adrs: AdrsSpec | None
) -> tuple[TimeToEvent, ...]:
    """The parameters of the files by code, their names checked; a file that cannot be read is left out."""
    files = [file for path in paths if (file := checker.read_yaml(path)) is not None]
    written = {str(file.data.get("paramcd")): file for file in files if isinstance(file.data, dict)}
    available = {**checker.specs.sdtm, "ADSL": checker.specs.adam["ADSL"], "ADRS": checker.specs.adam["ADRS"]}
    found: dict[str, TimeToEvent] = {}
    for file in files:
        whole = _with_model_keys(checker, file, written)
        spec = checker.validate(whole, TimeToEvent) if whole is not None else None
        if spec is None or adsl is None or adrs is None:
            continue
        checker.known(file, ("population",), "variable of ADSL", spec.population, checker.specs.adam["ADSL"].names)
        for key, name in (("start", spec.start), ("baseline", spec.baseline), ("entry", spec.entry)):
            if name:
                checker.known(file, (key,), "date of ADSL", name, checker.adsl_dates)
        codes = [parameter.paramcd for parameter in adrs.parameters]
        for place, records in _records_of(spec):
            checker.check_records(file, place, records, available)
            if records.dataset == "ADRS":
                for code in records.where.get("PARAMCD", ()):
                    checker.known(file, (*place, "where", "PARAMCD"), "parameter of ADRS", code, codes)
        if spec.paramcd in found:
            message = f"the parameter {spec.paramcd} is in another file too"
            checker.problems.append(Problem(file.source(("paramcd",)), message))
        found[spec.paramcd] = spec
    return tuple(found[code] for code in sorted(found))


def _with_model_keys(checker: SpecChecker, file: YamlFile, written: dict[str, YamlFile]) -> YamlFile | None:
    """The file with the keys of the parameter that it is like, where it does not say them itself."""
    if not isinstance(file.data, dict) or "like" not in file.data:
        return file
    like = str(file.data["like"])
    model = written.get(like)
    if model is None or "like" in model.data:
        whole = [code for code, other in written.items() if "like" not in other.data]
        message = f'like: no parameter "{like}" that is written out whole{nearest(like, whole)}'
        checker.problems.append(Problem(file.source(("like",)), message))
        return None
    data = {**model.data, **{key: value for key, value in file.data.items() if key != "like"}}
    return YamlFile(file.name, data, file.lines)


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
