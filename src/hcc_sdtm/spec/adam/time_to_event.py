"""What a file of ``parameters/`` can say: one time-to-event parameter, or one for each value of a variable.

Knows the keys and what goes with what. The names that they use are checked in `hcc_sdtm.spec.adam.parameters`, and what
they mean for a subject is in `hcc_sdtm.adam.times.time_to_event`.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.adam.event_sources import Censoring, Event, EventFree
from hcc_sdtm.spec.adam.records import DatedRecords, ParamName, Records
from hcc_sdtm.spec.yaml_file import FileModel, Texts

CODE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
CODE_TEMPLATE = re.compile(r"[A-Z][A-Z0-9]*\{(code|n)\}[A-Z0-9]*")
BY_WORDS = ("{value}", "{code}", "{n}")
FEWEST_DIGITS = 3
"""Characters of a PARAMCD that are kept for ``{n}``: values up to 999."""


class Scheme(FileModel):
    """What the parameter is a censoring scheme of (the parameter of the same question), and what the scheme is called."""

    of: str
    name: str = Field(min_length=1)


class ByGroup(FileModel):
    """One parameter for each value of a variable: every source from one of ``datasets`` is restricted to that value.

    ``values`` gives each value its code; without it there is one for every value in the data, in alphabetical order. The
    texts ``{value}``, ``{code}`` and ``{n}`` (1, 2, ...) in any text of the parameter become those of the value.
    """

    datasets: Texts = Field(min_length=1)
    variable: str
    values: dict[str, str] = {}

    @field_validator("values")
    @classmethod
    def _codes(cls, values: dict[str, str]) -> dict[str, str]:
        for code in values.values():
            if not re.fullmatch("[A-Z0-9]{1,8}", code):
                raise ValueError(f'the code "{code}" is not of capitals and digits, eight at most')
            if list(values.values()).count(code) > 1:
                raise ValueError(f'two values have the code "{code}"')
        return values


class TimeToEvent(FileModel):
    """One ADTTE parameter (a file of ``parameters/``).

    ``by``             makes it several, one for each value of a variable
    ``population``     ADSL flag (Y); ``among`` narrows it to subjects with such a record
    ``start``          ADSL date that is the origin; or ``start_record``: the subject's first record of these
    ``entry``          ADSL date from which the subject is at risk, where that is later (delayed entry)
    ``end``            ADSL date after which nothing counts, where there is one
    ``first_day``      1 counts the day of origin, 0 does not; left out: as the trial says
    ``ignore``         names of censorings left out: a variant of another parameter (``like: PFS``) says only that
    ``scheme``         which parameter this is a censoring scheme of
    ``adsl_pointers``  ``followed``: SRC variables of a date of ADSL name the record that gave it; ``kept``: they name ADSL
    """

    by: ByGroup | None = None
    paramcd: str
    param: ParamName
    population: str
    among: Records | None = None
    start: str = ""
    start_record: DatedRecords | None = None
    start_description: str
    baseline: str = ""
    entry: str = ""
    end: str = ""
    end_description: str = ""
    unit: Literal["months", "days"] = "months"
    first_day: int | None = Field(default=None, ge=0, le=1)
    events: tuple[Event, ...] = Field(min_length=1)
    competing: tuple[Event, ...] = ()
    event_free: EventFree
    censorings: tuple[Censoring, ...] = Field(min_length=1)
    ignore: Texts = ()
    scheme: Scheme | None = None
    adsl_pointers: Literal["followed", "kept"] = "followed"

    @field_validator("paramcd")
    @classmethod
    def _code(cls, code: str, info: ValidationInfo) -> str:
        by = info.data.get("by")
        if by is None:
            if not CODE.fullmatch(code):
                raise ValueError("a code of one to eight capitals and digits was expected, a letter first")
            return code
        found = CODE_TEMPLATE.fullmatch(code)
        if found is None or (found[1] == "code" and not by.values):
            named = "{code} or {n}" if by.values else "{n}"
            raise ValueError(f"with by a code with {named} in it was expected, such as PFS{{n}}")
        longest = max(map(len, by.values.values()), default=0) if found[1] == "code" else FEWEST_DIGITS
        if len(code) - len(found[1]) - len("{}") + longest > 8:
            raise ValueError("the code becomes longer than eight characters")
        return code

    @field_validator("param")
    @classmethod
    def _name(cls, param: str, info: ValidationInfo) -> str:
        if info.data.get("by") is not None and not any(word in param for word in BY_WORDS):
            raise ValueError(f"with by a name with {', '.join(BY_WORDS[:-1])} or {BY_WORDS[-1]} in it was expected")
        return param

    @field_validator("unit")
    @classmethod
    def _unit(cls, unit: str, info: ValidationInfo) -> str:
        param = str(info.data.get("param", ""))
        named = [other for other in ("months", "days") if f"({other})" in param.lower()]
        if named and unit not in named:
            raise ValueError(f'the parameter is called "{param}"')
        return unit

    @field_validator("ignore")
    @classmethod
    def _ignored(cls, ignore: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        names = [censoring.name for censoring in info.data.get("censorings", ())]
        if names and (unknown := [name for name in ignore if name not in names]):
            raise ValueError(f'no censoring has the name "{unknown[0]}"{nearest(unknown[0], names)}')
        return ignore

    @model_validator(mode="after")
    def _complete(self) -> TimeToEvent:
        names = [censoring.name for censoring in self.censorings]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise ValueError(f'two censorings have the name "{min(repeated)}"')
        events = [event.name for event in (*self.events, *self.competing)]
        if repeated := {name for name in (*events, *names) if [*events, *names].count(name) > 1}:
            raise ValueError(f'two of the events and censorings have the name "{min(repeated)}"')
        if self.censorings[-1].when != "otherwise":
            raise ValueError("the last censoring has to be one with when: otherwise, so that every subject has a row")
        if not self.baseline and any(censoring.when == "no_baseline" for censoring in self.applied):
            raise ValueError("a censoring with when: no_baseline needs the key baseline")
        if bool(self.start) == (self.start_record is not None):
            raise ValueError("either start, a date of ADSL, or start_record was expected")
        if bool(self.end) != bool(self.end_description):
            raise ValueError("end and end_description go together")
        if not self.end and any(censoring.when == "ended" for censoring in self.applied):
            raise ValueError("a censoring with when: ended needs the key end")
        if self.event_free.continuous and any(censoring.when == "missed_assessments" for censoring in self.applied):
            raise ValueError("continuous event_free records cannot be missed: leave out when: missed_assessments")
        return self

    @property
    def applied(self) -> tuple[Censoring, ...]:
        """The censorings in order, those ignored left out."""
        return tuple(censoring for censoring in self.censorings if censoring.name not in self.ignore)

    @property
    def origin_name(self) -> str:
        """What the origin is called: the date of ADSL, or dataset and date of the records."""
        return self.start if self.start_record is None else f"{self.start_record.dataset}.{self.start_record.date}"

    @property
    def counts_visits(self) -> bool:
        """Whether anything depends on the planned visits."""
        moved = [event.dated_at for event in (*self.events, *self.competing)]
        missed = any(censoring.when == "missed_assessments" for censoring in self.applied)
        return missed or self.event_free.dated_at != "record" or any(mode != "record" for mode in moved)

    @property
    def reused_codes(self) -> dict[int, tuple[str, ...]]:
        """CNSR codes that stand for more than one reason, with the names of those."""
        named = [(censoring.cnsr, censoring.name) for censoring in self.applied]
        found = {code: tuple(name for other, name in named if other == code) for code, _ in named}
        return {code: names for code, names in found.items() if len(names) > 1}

    def of_value(self, value: str, code: str, number: int) -> TimeToEvent:
        """The parameter of one value of ``by``; itself where it has none."""
        if self.by is None:
            return self
        words = dict(zip(BY_WORDS, (value, code, str(number)), strict=True))
        data = _filled(self.model_dump(exclude={"by"}), words)
        for records in _sources(data):
            if records["dataset"] in self.by.datasets:
                records["where"] = {**records["where"], self.by.variable: (value,)}
        return TimeToEvent.model_validate(data)


def _filled(data: Any, words: dict[str, str]) -> Any:
    if isinstance(data, str):
        for word, text in words.items():
            data = data.replace(word, text)
        return data
    if isinstance(data, dict):
        return {key: _filled(value, words) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_filled(value, words) for value in data]
    return data


def _sources(data: Any) -> list[dict[str, Any]]:
    """Every part of a parameter that names a dataset."""
    if isinstance(data, dict):
        own = [data] if data.get("dataset") else []
        return own + [found for value in data.values() for found in _sources(value)]
    if isinstance(data, list):
        return [found for value in data for found in _sources(value)]
    return []
