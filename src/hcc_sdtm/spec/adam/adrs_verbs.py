"""The verbs of ``adrs.yaml``: what each is told, and what it reads.

Knows the models only; what a verb does stands in ``adam/responses/adrs_verbs``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from hcc_sdtm.spec.adam.records import DatedRecords, Records
from hcc_sdtm.spec.yaml_file import FileModel, Path_, Texts, Truth


class AdrsVerb(FileModel):
    """What one verb is told. A verb says which of its keys name what, so that names are checked where the file is read."""

    PARAMETERS: ClassVar[tuple[str, ...]] = ("of", "until")
    """Keys that name an ADRS parameter, which must be made before."""

    DATES: ClassVar[tuple[str, ...]] = ("baseline",)
    """Keys that name a date of ADSL."""

    def parameters_read(self) -> tuple[str, ...]:
        """The ADRS parameters that must be made before, in the order of the keys."""
        return tuple(name for key in self.PARAMETERS if (name := getattr(self, key, "")))

    def dates_read(self) -> tuple[str, ...]:
        """The dates of ADSL."""
        return tuple(name for key in self.DATES if (name := getattr(self, key, "")))

    def records_read(self) -> Iterator[tuple[Path_, Records]]:
        """The records of datasets, each with its place below the verb's key; the verb itself may be some."""
        if isinstance(self, Records):
            yield (), self
        for key in type(self).model_fields:
            value = getattr(self, key)
            if isinstance(value, Records):
                yield (key,), value


class EventRecords(AdrsVerb, DatedRecords):
    """The records that are the event; ``not_before`` and ``not_after`` are dates of ADSL that bound it, both included.

    Where a bound is missing for a subject there is nothing that it bounds: the subject has no such event.
    """

    DATES: ClassVar[tuple[str, ...]] = ("not_before", "not_after")

    not_before: str = ""
    not_after: str = ""


class ExistingRecords(AdrsVerb, Records):
    """Records whose being there is the answer; it has no date."""


class Responses(AdrsVerb, DatedRecords):
    """The records that hold a response, one result each: ``value`` is the variable with it.

    ``baseline`` is a date of ADSL without which a response has nothing to be compared with: a finding.
    """

    value: str
    baseline: str = ""


class ValuesOf(AdrsVerb):
    """Records of an earlier ADRS parameter whose AVALC is one of ``values``."""

    of: str
    values: Texts


class DatedValues(ValuesOf):
    """Of these records the ones up to the date of the parameter ``until``, and after the first PD too where said so."""

    until: str = ""
    after_progression: Truth = False


class LastValue(DatedValues):
    """The last such record; with ``everyone`` a subject who has none has a record without value."""

    everyone: Truth = False


class Assessed(AdrsVerb):
    """The visit responses of another parameter that count, and when one of them is confirmed.

    ``until``              the parameter whose date ends them (a new therapy); an assessment on that day counts
    ``baseline``           a date of ADSL without which nothing can be judged
    ``confirmed``          whether a CR or PR needs a second one
    ``confirmation_days``  how much later that is at least; left out: as the trial says
    ``max_ne, max_sd``     how many NE, and between two PR how many SD, may lie between the two
    ``after_complete``     what a response less than complete after a complete one is: PD, or taken ``as given``
    """

    of: str
    until: str = ""
    baseline: str = ""
    confirmed: Truth = False
    confirmation_days: int | None = Field(default=None, ge=0)
    max_ne: int = Field(default=0, ge=0)
    max_sd: int = Field(default=0, ge=0)
    after_complete: Literal["PD", "as given"] = "PD"


class BestResponse(Assessed):
    """Best overall response. ``stable_disease_days`` left out: as the trial says. ``none`` is for no assessment at all."""

    stable_disease_days: int | None = Field(default=None, ge=0)
    none: str = "NE"


class FirstResponse(Assessed):
    """The first CR or PR; a confirmed one is dated by the ``first`` of the two assessments or by the ``confirming`` one."""

    dated_by: Literal["first", "confirming"] = "first"


class ClinicalBenefit(Assessed):
    """A response, or one of ``values`` at least ``days`` after the start of treatment and before progression.

    Left out, ``values`` are those of disease control: CR, PR, SD, and NON-CR/NON-PD where the trial says so.
    """

    days: int = Field(ge=0)
    values: Texts = ()


class ConfirmedProgression(AdrsVerb):
    """Progression of iRECIST: dated by the unconfirmed progression (iUPD) that a later iCPD confirms."""

    of: str
    until: str = ""


class NewTherapy(AdrsVerb):
    """The first of the trial's new anticancer therapies of these kinds, on or after the start of treatment."""

    kinds: Texts = ("systemic", "local")
    role: str = ""


class ControlOf(AdrsVerb):
    """Disease control by another parameter: CR, PR or SD, and NON-CR/NON-PD where the trial says so."""

    of: str
