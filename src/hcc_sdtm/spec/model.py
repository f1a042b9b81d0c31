"""What the spec tables say, as values: datasets, variables, codelists. Nothing here reads a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from hcc_sdtm.source import Source
from hcc_sdtm.spec.rule_table import RuleRow


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
    """One dataset: its variables in order, what one record is, and what orders and identifies records.

    ``standard`` has the variables that SDTMIG 3.4 gives the domain, in its order. A mapping may fill one of them that
    the table of the dataset does not list: `taking` puts it among the dataset's own.
    """

    name: str
    label: str
    class_: str
    structure: str
    keys: tuple[str, ...]
    sort: tuple[str, ...]
    variables: tuple[Variable, ...]
    line: Source
    standard: tuple[Variable, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Variable]:
        """Every variable that a record may have, by name: the table's own, then those of the standard beside them."""
        own = {variable.name: variable for variable in self.variables}
        return own | {variable.name: variable for variable in self.standard if variable.name not in own}

    @property
    def names(self) -> list[str]:
        """Names of the table's own variables, in spec order."""
        return [variable.name for variable in self.variables]

    @property
    def has_subjects(self) -> bool:
        """Whether a record is about a subject; those of trial design are not."""
        return "USUBJID" in self.by_name

    def taking(self, names: Collection[str]) -> DatasetSpec:
        """The dataset with those of ``names`` that only the standard has among its own variables, and no others.

        Each stands after the variable that it follows in the standard.
        """
        variables = list(self.variables)
        own = set(self.names)
        for position, variable in enumerate(self.standard):
            if variable.name in own or variable.name not in names:
                continue
            before = {earlier.name for earlier in self.standard[:position]}
            last = max((at for at, each in enumerate(variables) if each.name in before), default=-1)
            variables.insert(last + 1, variable)
        return replace(self, variables=tuple(variables), standard=())

    @property
    def sequence(self) -> str:
        """The record number variable, ``RSSEQ`` or ``ASEQ``; ``""`` where the dataset has none."""
        for name in (f"{self.name}SEQ", "ASEQ"):
            if name in self.by_name:
                return name
        return ""

    @property
    def pointer(self) -> str:
        """The variable that points to one of a subject's records (IDVAR): the sequence number, else the first key after
        the subject; ``""`` where a subject has one record."""
        rest = [key for key in self.keys if key not in ("STUDYID", "USUBJID")]
        return self.sequence or (rest[0] if rest else "")


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


@dataclass(frozen=True, slots=True)
class RelationshipSide:
    """One side of a relationship: the dataset, the variable that links its records, and ``ONE`` or ``MANY`` for datasets."""

    dataset: str
    variable: str
    type: str
    line: Source


@dataclass(frozen=True, slots=True)
class Relationship:
    """Records that belong together where their link variables say the same: ``level`` is ``dataset`` or ``record``."""

    name: str
    level: str
    sides: tuple[RelationshipSide, ...]


@dataclass(frozen=True)
class Specs:
    """All spec tables of a study, cross-checked: SDTM and ADaM datasets, codelists, value-level codelists.

    ``sdtm`` has the datasets of the spec folders in their order, then every other domain of SDTMIG 3.4, and SUPP-- of
    every domain with subjects. A run makes only those that its mappings fill.
    """

    sdtm: Mapping[str, DatasetSpec]
    adam: Mapping[str, DatasetSpec]
    codelists: Mapping[str, Codelist]
    valuelevel: tuple[ValueLevel, ...]
    relationships: tuple[Relationship, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Every other table as text, by file stem: methods, comments, documents, standards, rules/plausible_results."""

    rules: tuple[RuleRow, ...] = ()

    def dataset(self, name: str) -> DatasetSpec:
        """The spec of an SDTM or ADaM dataset; KeyError where there is none."""
        return self.sdtm[name] if name in self.sdtm else self.adam[name]

    def why_unmapped(self, dataset: str) -> str:
        """Why no block of a mapping can make the SDTM dataset's records, and what makes them; ``""`` where one can."""
        spec = self.sdtm[dataset]
        if dataset == "RELREC":
            return "RELREC is made from specs/relationships.csv; a mapping gives only the link variables"
        if "QNAM" in spec.by_name:
            parent = dataset.removeprefix("SUPP")
            return f"{dataset} is made from the rules that stand under SUPP in a block of {parent}"
        if not spec.has_subjects:
            return f"{dataset} ({spec.label}) is about the trial and has no subjects, so no site's files can fill it"
        return ""
