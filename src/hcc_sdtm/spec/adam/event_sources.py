"""The sources of a time-to-event parameter: what is an event, what shows a subject free of it, what ends a time without one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hcc_sdtm.spec.adam.records import DatedRecords
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth

RESERVED_NAMES = ("event_free", "end")
"""What a time can end with beside the events and censorings, which therefore have other names."""


def _own_name(name: str) -> str:
    if not name or name in RESERVED_NAMES:
        raise ValueError(
            f"a name other than {' and '.join(RESERVED_NAMES)} was expected, which mean something else here"
        )
    return name


SourceName = Annotated[str, AfterValidator(_own_name)]


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
    """A kind of event.

    ``assessed``        it is judged on images: it does not exist without a baseline assessment, and its own day is no
                        event-free one
    ``needs_baseline``  it does not exist without a baseline assessment; left out: as ``assessed``
    ``only_within``     it counts only so long after the last event-free record before it (or the origin)
    ``after``           only records later than the subject's first of these (on or after the origin) are events
    ``dated_at``        ``record``: on its own date; ``next_visit``: on the planned day of the next visit, where it lies in
                        the window of none; ``planned_visit``: in a window too on the planned day
    """

    name: SourceName
    description: str
    assessed: Truth = False
    needs_baseline: Truth | None = None
    only_within: Within | None = None
    after: DatedRecords | None = None
    dated_at: Literal["record", "next_visit", "planned_visit"] = "record"

    @property
    def asks_baseline(self) -> bool:
        """Whether the event does not exist without a baseline assessment."""
        return self.assessed if self.needs_baseline is None else self.needs_baseline


class EventFree(DatedRecords):
    """The records that show the subject free of the event: censoring goes back to the last that counts.

    ``dated_at``    ``record``: any of them, on its date; ``last_visit``: only those in the window of a planned visit;
                    ``planned_visit``: these, on the planned day
    ``continuous``  a record shows the subject free of the event on every day up to it, as being alive does: a time that
                    must end earlier ends on that very day
    """

    description: str
    dated_at: Literal["record", "last_visit", "planned_visit"] = "record"
    continuous: Truth = False


class Censoring(FileModel):
    """A reason to end the time at risk without event; the first reason of the list that applies is the one.

    ``when``:

    ``no_baseline``         the parameter's ``baseline`` date is missing, and no event that needs no images came
    ``no_assessment``       no event, and no event-free record after the origin
    ``before_event``        a record of ``dataset`` is dated after the origin and before the event (or there is none)
    ``missed_assessments``  the trial's number of planned assessments passed without one, just before the event
    ``too_late``            the event came later than ``only_within``
    ``record``              no event, and there is a record of ``dataset``
    ``ended``               no event up to the parameter's ``end``
    ``otherwise``           always

    ``before_event`` and ``missed_assessments`` take an event away. ``censored_at: record`` ends the time on the date of
    the record that is named, and not at the last event-free one.
    """

    name: SourceName
    when: Literal[
        "no_baseline",
        "no_assessment",
        "before_event",
        "missed_assessments",
        "too_late",
        "record",
        "ended",
        "otherwise",
    ]
    cnsr: int = Field(ge=1)
    description: str
    dataset: str = ""
    where: dict[str, Texts] = {}
    where_not: dict[str, Texts] = {}
    date: str = ""
    role: str = ""
    censored_at: Literal["event_free", "record"] = "event_free"

    @model_validator(mode="after")
    def _has_records(self) -> Censoring:
        needs = self.when in ("before_event", "record")
        if needs and not (self.dataset and self.date):
            raise ValueError(f"when: {self.when} has no source: dataset and date were expected")
        if not needs and (self.dataset or self.date or self.where or self.where_not):
            raise ValueError(
                f"when: {self.when} reads no records; dataset, where and date go with before_event or record"
            )
        if self.censored_at == "record" and not needs:
            raise ValueError(f"censored_at: record needs a record, and when: {self.when} has none")
        return self

    @property
    def records(self) -> DatedRecords:
        """The records of the reason; only where it names a dataset."""
        return DatedRecords(
            dataset=self.dataset, where=self.where, where_not=self.where_not, date=self.date, role=self.role
        )
