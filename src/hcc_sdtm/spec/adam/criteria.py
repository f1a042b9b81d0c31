"""``lesions.yaml`` and ``criteria/*.yaml``: how lesion records are read, and the response criteria as data.

Only terms, limits and choices stand there; what a sum, a nadir or a progression is stands in `hcc_sdtm.adam.lesions`.

Source: RECIST 1.1 (Eisenhauer 2009); mRECIST (Lencioni and Llovet 2010); iRECIST (Seymour 2017).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from hcc_sdtm.problem import Problem
from hcc_sdtm.spec.adam.checking import SpecChecker
from hcc_sdtm.spec.adam.records import ParamCode, ParamName
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth, YamlFile

Kind = Literal["TARGET", "NON-TARGET", "NEW"]
State = Literal["ABSENT", "PRESENT", "UNEQUIVOCAL", "EQUIVOCAL", "MERGED", "NE"]
End = Literal["first", "last"]
Millimetres = Annotated[float, Field(ge=0)]
Percent = Annotated[float, Field(gt=0, le=1000)]
Tests = Annotated[Texts, Field(min_length=1)]


class LesionReading(FileModel):
    """How lesion records are read: the terms of kinds and states, the locations of nodes and of the liver, the units,
    and the tests that measure a diameter, each with its name.

    A 0 of the diameters ``of_a_part`` of a lesion does not say that it is gone.
    A text of ``nodes``, ``porta_hepatis``, ``liver`` or ``too_small`` may hold ``*`` and ``?``. ``units`` are mm in one unit.
    """

    evaluator: str = "INVESTIGATOR"
    kinds: dict[Kind, Texts]
    kind_in_results: str = ""
    nodes: Texts
    porta_hepatis: Texts = ()
    liver: Texts
    diameters: dict[str, str]
    of_a_part: Texts = ()
    states_in: Texts
    states: dict[State, Texts]
    too_small: Texts = ()
    units: dict[str, Annotated[float, Field(gt=0)]]
    no_unit: str = ""
    assessment_days: int = Field(default=28, ge=1)
    families: dict[str, Literal["split", "merge"]] = {}


class SumParameter(FileModel):
    """What the sum of the targets is called in ADTR."""

    paramcd: ParamCode
    param: ParamName


class Measures(FileModel):
    """The diameters that a lesion is measured by, the first that it has at baseline."""

    node: Tests
    liver: Tests
    other: Tests


class NodeLimits(FileModel):
    """Short axes in mm from which a node is a target, and below which it is normal."""

    target_from_mm: Millimetres
    porta_hepatis_from_mm: Millimetres
    normal_below_mm: Millimetres

    @model_validator(mode="after")
    def _in_order(self) -> NodeLimits:
        if self.normal_below_mm > min(self.target_from_mm, self.porta_hepatis_from_mm):
            raise ValueError(f"normal_below_mm {self.normal_below_mm:g} is more than a target's least size")
        return self


class TargetLimits(FileModel):
    """How many targets a subject can have, and in one organ."""

    most: int = Field(ge=1)
    most_in_organ: int = Field(ge=1)


class NewLesions(FileModel):
    """What a new lesion is worth.

    ``without_state`` stands for a state that nobody gave. With ``liver_from_mm`` a lesion in the liver below that size is
    equivocal until it has grown by ``liver_growth_mm`` or reached that size. With ``dated_back`` a lesion that becomes
    unequivocal was progression at its first scan.
    """

    without_state: Literal["UNEQUIVOCAL", "EQUIVOCAL"] = "UNEQUIVOCAL"
    dated_back: Truth = True
    liver_from_mm: Millimetres | None = None
    liver_growth_mm: Millimetres | None = None


class ResponseDates(FileModel):
    """Which scan of an assessment dates its response, by what made it progression, and otherwise."""

    new_lesion: End = "first"
    non_target: End = "first"
    sum: End = "last"
    other: End = "last"


class Confirmation(FileModel):
    """Progression that the next assessment confirms, so many days later, by so much further growth in mm (iRECIST)."""

    from_days: int = Field(ge=0)
    to_days: int = Field(ge=1)
    growth_mm: Millimetres

    @model_validator(mode="after")
    def _in_order(self) -> Confirmation:
        if self.from_days > self.to_days:
            raise ValueError(f"from_days {self.from_days} is after to_days {self.to_days}")
        return self


class Between(FileModel):
    """How many NE and SD may lie between a response and the one that confirms it."""

    max_ne: int = Field(default=0, ge=0)
    max_sd: int = Field(default=0, ge=0)


class Criterion(FileModel):
    """One response criterion. ``categories`` are the RSCAT values under which an evaluator reports by it.

    ``partial_stays`` says whether a partial response whose sum grows again, without progression, remains one: never, once it
    was confirmed, or always. ``target_without_baseline`` makes the sum not evaluable, or leaves the lesion out of it. With
    ``confirmation`` progression is to be confirmed, and the terms are those of iRECIST.
    """

    name: str
    categories: Texts
    suffix: Annotated[str, Field(pattern=r"^[A-Z0-9]{0,2}$")] = ""
    sum: SumParameter
    measures: Measures
    too_small_mm: Millimetres
    measurable_mm: Millimetres
    nodes: NodeLimits
    targets: TargetLimits
    partial_percent: Annotated[float, Field(gt=0, le=100)]
    progression_percent: Percent
    progression_mm: Millimetres
    partial_stays: Literal["never", "confirmed", "always"] = "confirmed"
    confirmed_with: Between = Between()
    target_without_baseline: Literal["not_evaluable", "left_out"] = "not_evaluable"
    new_lesions: NewLesions = NewLesions()
    dates: ResponseDates = ResponseDates()
    confirmation: Confirmation | None = None
    note: str = ""


@dataclass(frozen=True)
class Criteria:
    """How lesions are read (None: the study says nothing of it) and every criterion, in the order of their files."""

    reading: LesionReading | None = None
    criteria: tuple[Criterion, ...] = ()

    def named(self, name: str) -> Criterion | None:
        """The criterion of that name, or reported under that RSCAT; None: there is none."""
        return next((each for each in self.criteria if name == each.name or name in each.categories), None)


def read_criteria(checker: SpecChecker, reading: Path | None, paths: Sequence[Path]) -> Criteria:
    """The criteria of the files; what is wrong with them is added to the checker's problems.

    Two criteria of one name, suffix, sum or RSCAT are a problem, a measure that ``lesions.yaml`` does not know, and there a
    text of two kinds or states.
    """
    known = None
    if reading is not None:
        read_file, known = checker.read(reading, LesionReading)
        if read_file is not None and known is not None:
            _check_reading(checker, read_file, known)
    made: list[Criterion] = []
    taken: dict[tuple[str, str], str] = {}
    for path in paths:
        file, criterion = checker.read(path, Criterion)
        if file is None or criterion is None:
            continue
        for key, value in _names(criterion).items():
            if value in taken:
                message = f'{key[0]} "{value[1]}" is that of {taken[value]} too'
                checker.problems.append(Problem(file.source(key), message))
            taken.setdefault(value, criterion.name)
        if known is not None:
            for place in ("node", "liver", "other"):
                for number, test in enumerate(getattr(criterion.measures, place)):
                    checker.known(file, ("measures", place, number), "diameter of lesions.yaml", test, known.diameters)
        made.append(criterion)
    return Criteria(known, tuple(made))


def _check_reading(checker: SpecChecker, file: YamlFile, reading: LesionReading) -> None:
    """Adds a problem for each name of ``lesions.yaml`` that stands for nothing, and each text that stands for two things."""
    for number, test in enumerate(reading.of_a_part):
        checker.known(file, ("of_a_part", number), "diameter", test, reading.diameters)
    if reading.no_unit:
        checker.known(file, ("no_unit",), "unit", reading.no_unit, reading.units)
    for number, test in enumerate(reading.states_in):
        if test in reading.diameters:
            message = f'states_in "{test}" is a diameter too'
            checker.problems.append(Problem(file.source(("states_in", number)), message))
    listed: list[tuple[str, str, Texts]] = [("kinds", kind, texts) for kind, texts in reading.kinds.items()]
    listed += [("states", state, texts) for state, texts in reading.states.items()]
    taken: dict[tuple[str, str], str] = {}
    for key, term, texts in listed:
        for number, text in enumerate(texts):
            if (other := taken.setdefault((key, text.upper()), term)) != term:
                message = f'"{text}" stands for {other} too'
                checker.problems.append(Problem(file.source((key, term, number)), message))


def _names(criterion: Criterion) -> Mapping[tuple[str | int, ...], tuple[str, str]]:
    """What must be a criterion's own, by its place in the file."""
    own: dict[tuple[str | int, ...], tuple[str, str]] = {
        ("name",): ("name", criterion.name),
        ("suffix",): ("suffix", criterion.suffix),
        ("sum", "paramcd"): ("paramcd", criterion.sum.paramcd),
    }
    for number, category in enumerate(criterion.categories):
        own["categories", number] = ("category", category)
    return own
