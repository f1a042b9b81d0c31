"""What the spec tables say, as values: datasets, variables, codelists. Nothing here reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from hcc_sdtm.source import Source


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a dataset, as its spec line gives it.

    ``type`` is a Define-XML data type: text, integer, float, date, datetime (ISO 8601 text in SDTM). ADaM
    dates and times are integer or float with a ``format`` (DATE9.). ``core`` is Req, Exp or Perm (SDTM), Req,
    Cond or Perm (ADaM). ``source`` is who gave the value, or the variable it was copied from (``DM.SEX``)
    where ``origin`` is Predecessor.
    """

    name: str
    label: str
    type: str
    length: int
    core: str
    role: str
    codelist: str
    origin: str
    source: str
    method: str
    format: str
    line: Source

    @property
    def is_numeric(self) -> bool:
        """Whether the published column is a number (float64) and not text."""
        return self.type in ("integer", "float")

    @property
    def is_iso_date(self) -> bool:
        """Whether the published column is ISO 8601 text."""
        return self.type in ("date", "datetime")


@dataclass(frozen=True)
class DatasetSpec:
    """One dataset: its variables in order, what one record is, and what orders and identifies records."""

    name: str
    label: str
    class_: str
    structure: str
    keys: tuple[str, ...]
    sort: tuple[str, ...]
    variables: tuple[Variable, ...]
    line: Source

    @cached_property
    def by_name(self) -> Mapping[str, Variable]:
        """The variables by name."""
        return {variable.name: variable for variable in self.variables}

    @property
    def names(self) -> list[str]:
        """Variable names in spec order."""
        return [variable.name for variable in self.variables]

    @property
    def sequence(self) -> str:
        """The record number variable, ``RSSEQ`` or ``ASEQ``; ``""`` where the dataset has none."""
        for name in (f"{self.name}SEQ", "ASEQ"):
            if name in self.by_name:
                return name
        return ""


@dataclass(frozen=True)
class Codelist:
    """The terms of one codelist: submission value to synonyms; a study may add to an ``extensible`` one.

    ``term_codes`` gives the NCI code of a submission value; a sponsor's own term has none. A test's code and
    its name carry the same NCI code in their two codelists.
    """

    name: str
    code: str
    label: str
    extensible: bool
    terms: Mapping[str, tuple[str, ...]]
    term_codes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_folded(self) -> Mapping[str, str]:
        """Submission value by case-folded submission value or synonym; a synonym never hides a value."""
        folded = {synonym.casefold(): value for value, synonyms in self.terms.items() for synonym in synonyms}
        return folded | {value.casefold(): value for value in self.terms}

    @cached_property
    def by_code(self) -> Mapping[str, str]:
        """Submission value by NCI code."""
        return {code: value for value, code in self.term_codes.items() if code}


@dataclass(frozen=True, slots=True)
class ValueLevel:
    """A codelist that holds only for the records where another variable has one of some values.

    It takes the place of the variable's own codelist there; ``codelist`` ``""`` means that none holds there.
    """

    dataset: str
    variable: str
    where_variable: str
    where_values: tuple[str, ...]
    codelist: str


@dataclass(frozen=True)
class Specs:
    """All spec tables of a study, cross-checked: SDTM and ADaM datasets, codelists, value-level codelists."""

    sdtm: Mapping[str, DatasetSpec]
    adam: Mapping[str, DatasetSpec]
    codelists: Mapping[str, Codelist]
    valuelevel: tuple[ValueLevel, ...]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Every other table as text, by file stem: methods, comments, documents, standards, rules/<name>."""

    def dataset(self, name: str) -> DatasetSpec:
        """The spec of an SDTM or ADaM dataset; KeyError where there is none."""
        return self.sdtm[name] if name in self.sdtm else self.adam[name]
