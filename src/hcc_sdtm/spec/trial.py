"""The trial's own facts (``specs/trial.yaml``): what starts treatment, when it is assessed, what counts as what, what
becomes of a partial date, and which events follow which.

Three keys have no default, because a wrong guess would change every endpoint. Every other default that a statistician
could argue with is a line of the assumption ledger.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.progression import Progression
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth, YamlFile


def _iso_day(value: Any) -> Any:
    """A day of the calendar, written YYYY-MM-DD."""
    try:
        is_day = bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)) and datetime.date.fromisoformat(str(value)))
    except ValueError:
        is_day = False
    if not is_day:
        raise ValueError("a day of the calendar such as 2024-02-29 was expected")
    return value


IsoDay = Annotated[str, BeforeValidator(_iso_day), Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

ROLES = ("origin", "event", "censoring", "death", "baseline", "new_therapy")
"""What a date can be in the analysis. A rule may name a further role that `partial_dates` has."""

TARGETS = ("first", "mid", "last")
"""Days that a partial date can be completed to, beside a month and day."""

CUTOFF = "data cut-off"
"""Name of the event that every other one comes before; a trial never lists it."""


class RecordChoice(FileModel):
    """Records of one dataset: those whose variables have the given values; ``date`` is the variable with their date."""

    dataset: str
    where: dict[str, Texts] = {}
    date: str

    def takes(self, records: pd.DataFrame) -> np.ndarray:
        """Mask of the records that ``where`` chooses; each of its variables must be there."""
        mask = np.ones(len(records), dtype=bool)
        for variable, values in self.where.items():
            mask &= has_text(records, variable, values)
        return mask


def has_text(frame: pd.DataFrame, variable: str, texts: Sequence[str]) -> np.ndarray:
    """Mask of the rows with one of the texts, a number being its text; a column that is not there is missing."""
    if variable not in frame:
        return np.full(len(frame), "" in texts)
    column = frame[variable]
    if not is_numeric_dtype(column):
        return column.isin(texts).to_numpy()
    numbers = pd.to_numeric(pd.Series([text for text in texts if text], dtype=object), errors="coerce").dropna()
    return (column.isin(numbers) | (column.isna() & ("" in texts))).to_numpy()


class TreatmentChoice(RecordChoice):
    """The records of the trial's treatment; ``end`` is the variable with the last day of each."""

    end: str = ""


class Visit(FileModel):
    """One planned assessment: its number and name, the planned day from treatment start, and the window around it."""

    number: float
    name: str
    day: int
    window_before: int = 0
    window_after: int = 0


class LaterVisits(FileModel):
    """Assessments after the last that is listed: every so many days, each with this window (left out: that of the last)."""

    every: int = Field(gt=0)
    window_before: int | None = Field(default=None, ge=0)
    window_after: int | None = Field(default=None, ge=0)


class Arm(FileModel):
    """The planned arm: code and name."""

    code: str = Field(max_length=20)
    name: str


MAPPED = "mapped"
"""What `arm` is told where the mappings give it: a trial with several arms."""


def _arm(value: Any) -> Any:
    if isinstance(value, str) and value != MAPPED:
        message = f"the code and name of the only arm were expected, or {MAPPED}, where mappings give each subject's"
        raise ValueError(f"{message}{nearest(value, [MAPPED])}")
    return None if value == MAPPED else value


class Epochs(FileModel):
    """Names of the three stretches of a subject's study: from consent, from the first and after the last treatment day."""

    before: str = "SCREENING"
    during: str = "TREATMENT"
    after: str = "FOLLOW-UP"


class Response(FileModel):
    """How best overall response is decided (RECIST 1.1, Table 3 and section 4.6)."""

    confirmation_days: int = Field(default=28, ge=0)
    stable_disease_days: int = Field(default=35, ge=0)
    baseline_window_days: int = Field(default=28, ge=0)
    non_cr_non_pd_is_control: Truth = True


class TherapyChoice(RecordChoice):
    """Records that start a new anticancer therapy, and what kind it is."""

    kind: Literal["systemic", "local"]


def _target(value: Any) -> Any:
    """``first``, ``mid``, ``last``, or a month and day such as 06-15."""
    text = str(value)
    if text in TARGETS:
        return text
    try:
        # a leap year has every month and day; `impute` cuts 02-29 to the length of the month
        is_day = bool(re.fullmatch("[0-9]{2}-[0-9]{2}", text) and datetime.date.fromisoformat(f"2024-{text}"))
    except ValueError:
        is_day = False
    if not is_day:
        expected = f"one of {', '.join(TARGETS)} or a month and day such as 06-15"
        raise ValueError(f"{expected} was expected{nearest(text, TARGETS)}")
    return text


class DatePolicy(FileModel):
    """How a partial date of one role is completed: to the first, middle or last day that is open, or to a month and day.

    ``highest`` is the highest part that may be imputed: the day (D), or the month too (M). A bound is a date of ADSL, or
    an event of the trial: then the first day (``not_before``) or the last (``not_after``) that the order of events leaves
    it. The data cut-off is a bound of every role. A date that cannot be on the right side of a bound is
    completed as if the bound were not there (``contradicted: kept``), or not used (``unused``).
    """

    to: Annotated[str, BeforeValidator(_target)]
    highest: Literal["D", "M"]
    not_before: Texts = ()
    not_after: Texts = ()
    contradicted: Literal["kept", "unused"] = "kept"


class DatedEvent(FileModel):
    """A dated event of a subject: of the records chosen as in `RecordChoice` the first, or the last.

    ``treatment: start`` stands for the records of ``treatment_start``. ``after`` names another event: only records surely
    after it count. ``same_day: no`` says that no event which follows it in an order can be on its day.
    """

    treatment: Literal["start"] | None = None
    dataset: str = ""
    where: dict[str, Texts] = {}
    date: str = ""
    pick: Literal["first", "last"] = "first"
    after: str = ""
    same_day: Truth = True

    @model_validator(mode="after")
    def _one_verb(self) -> DatedEvent:
        if self.treatment and (self.dataset or self.where or self.date):
            raise ValueError("with treatment goes neither dataset, where nor date")
        if not self.treatment and not (self.dataset and self.date):
            raise ValueError("either treatment, or dataset and date were expected")
        return self


class Trial(FileModel):
    """Everything about the trial that is not a variable, a parameter or an endpoint."""

    QUESTIONS: ClassVar[dict[str, str]] = {
        "staging_system": "which staging system does the trial's stage mean? For example CNLC 2022, AJCC V8, BCLC 2022",
        "treatment_start": "which record starts the treatment that endpoints count from? Give dataset, where and date",
        "primary_criterion": "which response criterion is primary? For example RECIST 1.1",
    }
    """What to ask where a key without a default is missing."""

    staging_system: str
    treatment_start: TreatmentChoice
    primary_criterion: str
    second_criterion: str = ""
    title: str
    arm: Annotated[Arm | None, BeforeValidator(_arm)]
    data_cutoff: IsoDay
    epochs: Epochs = Epochs()
    visits: tuple[Visit, ...] = ()
    unscheduled_name: str = "UNSCHEDULED"
    response: Response = Response()
    progression: Progression = Progression()
    visits_continue: LaterVisits | None = None
    missed_assessments: int = Field(default=2, ge=1)
    missed_by: Literal["windows", "gap"] = "windows"
    most_completions: int = Field(default=1000, ge=1)
    new_therapies: tuple[TherapyChoice, ...] = ()
    month_days: float = Field(default=30.4375, gt=0)
    first_day: int = Field(default=1, ge=0, le=1)
    partial_dates: dict[str, DatePolicy] = {}
    events: dict[str, DatedEvent] = {}
    event_order: tuple[tuple[str, ...], ...] = ()

    _own_cutoff: str = PrivateAttr("")

    @property
    def collected_until(self) -> str:
        """The day up to which there can be records: the trial's own cut-off, where an analysis is of an earlier day."""
        return max(self._own_cutoff, self.data_cutoff)

    def event_records(self, name: str) -> RecordChoice:
        """The records that the event is one of."""
        event = self.events[name]
        if event.treatment:
            return self.treatment_start
        return RecordChoice(dataset=event.dataset, where=event.where, date=event.date)


def with_cutoff(trial: Trial, cutoff: str) -> Trial:
    """The trial with another data cut-off, for an analysis at an earlier day; StudyError where it is no day."""
    try:
        _iso_day(cutoff)
    except ValueError as error:
        raise StudyError([Problem(Source("--cutoff"), f'"{cutoff}": {error}')]) from None
    moved = trial.model_copy(update={"data_cutoff": cutoff})
    moved._own_cutoff = trial.collected_until
    return moved


@dataclass(frozen=True)
class WrittenTrial:
    """The trial, and the file that it was read from."""

    trial: Trial
    file: YamlFile
