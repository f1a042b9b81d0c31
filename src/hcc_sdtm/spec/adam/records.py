"""Records of a dataset as the analysis files name them, and what a parameter is called."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hcc_sdtm.spec.yaml_file import FileModel, Texts

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
