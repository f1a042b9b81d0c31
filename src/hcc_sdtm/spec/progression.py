"""What the trial says of progression lesion by lesion: which lesions were irradiated, what local failure is, how much is oligo.

Thresholds of response itself are those of the criterion, and not here.
"""

from __future__ import annotations

from pydantic import Field

from hcc_sdtm.spec.adam.records import Records
from hcc_sdtm.spec.yaml_file import FileModel, Texts, Truth


class Irradiation(Records):
    """The records of irradiation, and where they name the lesion.

    ``link``        variable with the lesion's link (TULNKID); several in one text are parted by one of ``separators``
    ``further``     names of supplemental qualifiers with the links of further lesions
    ``start, end``  variables with the first and last day of the course
    ``dose``        supplemental qualifier, or variable, with the dose of the record
    ``location``    variable with the organ; a lesion that only ``flag`` calls irradiated gets the course of its organ
    ``flag``        supplemental qualifier of TU that is Y on an irradiated lesion
    """

    link: str
    separators: Texts = (",", ";")
    further: Texts = ()
    start: str
    end: str = ""
    dose: str = ""
    location: str = ""
    flag: str = ""


class LocalFailure(FileModel):
    """When an irradiated lesion has failed: so much larger than its smallest size since before its course.

    ``reappearance`` counts a lesion that was gone and is seen again, whatever its size.
    """

    percent: float = Field(default=20, gt=0)
    mm: float = Field(default=5, ge=0)
    reappearance: Truth = True


class Progression(FileModel):
    """Lesion by lesion: the irradiation, local failure, and the most lesions and organs of an oligoprogression.

    ``window_days`` is how far from the day of progression, at most, a scan without visit number belongs to it.
    """

    irradiated: tuple[Irradiation, ...] = ()
    local_failure: LocalFailure = LocalFailure()
    oligo_lesions: int = Field(default=5, ge=1)
    oligo_organs: int = Field(default=2, ge=1)
    window_days: int = Field(default=14, ge=0)
