"""The trial's own facts (``specs/trial.yaml``): what starts treatment, when it is assessed, what counts as what.

Three keys have no default, because a wrong guess would change every endpoint. Every other default that a statistician
could argue with is a line of the assumption ledger.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth

IsoDay = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class RecordChoice(FileModel):
    """Records of one dataset: those whose variables have the given values; ``date`` is the variable with their date."""

    dataset: str
    where: dict[str, Texts] = {}
    date: str
    end: str = ""

    def takes(self, records: pd.DataFrame) -> np.ndarray:
        """Mask of the records that ``where`` chooses; each of its variables must be there."""
        mask = np.ones(len(records), dtype=bool)
        for variable, values in self.where.items():
            mask &= records[variable].isin(values).to_numpy()
        return mask


class Visit(FileModel):
    """One planned assessment: its number and name, the planned day from treatment start, and the window around it."""

    number: float
    name: str
    day: int
    window_before: int = 0
    window_after: int = 0


class Arm(FileModel):
    """The planned arm: code and name."""

    code: str = Field(max_length=20)
    name: str


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


class Trial(FileModel):
    """Everything about the trial that is not a variable, a parameter or an endpoint."""

    QUESTIONS: ClassVar[dict[str, str]] = {
        "staging_system": "which staging system does the trial's stage mean? For example CNLC 2022, AJCC V8, BCLC 2022",
        "treatment_start": "which record starts the treatment that endpoints count from? Give dataset, where and date",
        "primary_criterion": "which response criterion is primary? For example RECIST 1.1",
    }
    """What to ask where a key without a default is missing."""

    staging_system: str
    treatment_start: RecordChoice
    primary_criterion: str
    second_criterion: str = ""
    title: str
    arm: Arm
    data_cutoff: IsoDay
    epochs: Epochs = Epochs()
    visits: tuple[Visit, ...] = ()
    unscheduled_name: str = "UNSCHEDULED"
    response: Response = Response()
    missed_assessments: int = Field(default=2, ge=1)
    new_therapies: tuple[TherapyChoice, ...] = ()
    month_days: float = Field(default=30.4375, gt=0)
    first_day: int = Field(default=1, ge=0, le=1)
