"""What the verbs of ``adsl.yaml`` take that have more than one setting: last known alive, durations, groups, percentages."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from hcc_sdtm.spec.adam.records import DatedRecords, Records
from hcc_sdtm.spec.yaml_file import FileModel, Texts

Limit = Annotated[float, Field(allow_inf_nan=False)]


class AliveRecords(Records):
    """Records that show the subject alive, by their ``dates``; without any, by every date variable of the dataset."""

    dates: Texts = ()


class LastAlive(FileModel):
    """The latest date of any record but those of ``excluded``, which do not show the subject alive.

    With ``sources`` only their records and dates count, less the excluded ones.
    A partial date counts by its first day, on which the subject lived whichever day it was. It is cut at the data
    cut-off and at the last day that the date of death can be; a death after the cut-off gives the cut-off.
    """

    death: DatedRecords
    sources: tuple[AliveRecords, ...] = ()
    excluded: tuple[Records, ...] = ()


class Duration(FileModel):
    """The time from one date of ADSL to another.

    A week is 7 days, a month ``month_days`` of the trial and a year twelve of them. ``first_day`` 1 counts the day of the
    start too; without it the trial's ``first_day`` says. Missing unless both dates are known.
    """

    start: str
    end: str
    unit: Literal["days", "weeks", "months", "years"] = "days"
    first_day: int | None = Field(default=None, ge=0, le=1)


class Group(FileModel):
    """The group that a number of ADSL is in: the label of the highest limit that it reaches (``at_least``) or exceeds
    (``over``).

    Limits rise from the first label to the last. What is under the first limit is in no group, nor is, where there is an
    ``end``, what reaches it (``at_least``) or exceeds it (``over``).
    """

    of: str
    at_least: dict[str, Limit] = {}
    over: dict[str, Limit] = {}
    end: Limit | None = None

    @model_validator(mode="after")
    def _rising(self) -> Group:
        if bool(self.at_least) == bool(self.over):
            raise ValueError(
                "either at_least or over was expected, each label with the number at which its group begins"
            )
        limits = list(self.limits.items())
        for (lower, first), (upper, second) in pairwise(limits):
            if second <= first:
                raise ValueError(f'the limit of "{upper}", {second:g}, is not over that of "{lower}", {first:g}')
        if self.end is not None and self.end <= limits[-1][1]:
            raise ValueError(f'the end, {self.end:g}, is not over the limit of "{limits[-1][0]}", {limits[-1][1]:g}')
        return self

    @property
    def limits(self) -> Mapping[str, float]:
        """The number at which each group begins, by label."""
        return self.at_least or self.over


class Percent(FileModel):
    """One number of ADSL as a percentage of another."""

    of: str
    total: str
