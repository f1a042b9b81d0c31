"""A dataset as a file holds it: its columns, and what the file says of them.

Knows nothing of any standard: what a variable should be is told by `hcc_sdtm.received.received_spec`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from hcc_sdtm.finding import Finding
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source

TEXT, INTEGER, FLOAT, DATE, DATETIME, TIME = "text", "integer", "float", "date", "datetime", "time"
NUMBERS = (INTEGER, FLOAT)
MOMENTS = (DATE, DATETIME, TIME)
SAS_FORMATS = {DATE: "DATE9.", DATETIME: "DATETIME20.", TIME: "TIME8."}
"""Formats of the numbers that dates and times become: days or seconds since 1960-01-01, seconds since midnight."""


@dataclass(frozen=True, slots=True)
class FileVariable:
    """What a file says of one variable; None for what it cannot say.

    ``type`` is text, integer, float, date, datetime or time; a transport file calls every number a float. ``length`` is in
    bytes (transport file) or characters.
    """

    name: str
    label: str | None = None
    type: str | None = None
    length: int | None = None
    format: str | None = None


@dataclass(frozen=True)
class FileMetadata:
    """What a file says of one dataset, its variables in the order of the file."""

    name: str
    label: str | None
    file: str
    variables: tuple[FileVariable, ...]

    @cached_property
    def by_name(self) -> Mapping[str, FileVariable]:
        """The variables by name."""
        return {variable.name: variable for variable in self.variables}


@dataclass
class FileTable:
    """A dataset of a file: a column for each of its variables, and the findings made in reading it.

    A column is object text with ``""`` for missing, or float64 with NaN; a date or time that is a number is one of SAS.
    """

    metadata: FileMetadata
    columns: list[np.ndarray]
    rows: int
    findings: list[Finding] = field(default_factory=list)


def refusal(name: str, message: str) -> StudyError:
    """The error for a file that cannot be read: its name, and what is wrong with it."""
    return StudyError([Problem(Source(name), message)])


def quoted(names: Collection[str], most: int = 8) -> str:
    """The names in quotes, ``and N more`` for those beyond ``most``."""
    shown = ", ".join(f'"{name}"' for name in list(names)[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def taken(distinct: list[str], codes: np.ndarray) -> np.ndarray:
    """A column of texts from distinct ones and the place of each record's."""
    texts = np.empty(len(distinct), dtype=object)
    texts[:] = distinct
    column: np.ndarray = texts[codes]
    return column
