"""What the schemas find, as rules: id, name, severity and documentation under the headings of every rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hcc_sdtm.checks.rule import HEADINGS


@dataclass(frozen=True)
class DocumentedRule:
    """A rule that is known by its texts alone: a schema, or a step of the run, makes its findings."""

    id: str
    name: str
    severity: str
    documentation: Mapping[str, str]
    covers: tuple[str, ...] = ()
    """Ids of the published rules that it covers."""

    @property
    def label(self) -> str:
        """Id and dotted name, as findings carry it: ``SCH-003 schema.not-in-codelist``."""
        return f"{self.id} {self.name}"


def document(
    id: str, name: str, severity: str, finds: str, matters: str, example: str, source: str, covers: str = ""
) -> DocumentedRule:
    """The rule, its four texts under the headings of every rule."""
    texts = (finds, matters, example, source)
    return DocumentedRule(id, name, severity, dict(zip(HEADINGS, texts, strict=True)), tuple(covers.split()))


MISSING_COLUMN = document(
    "SCH-001",
    "schema.missing-column",
    "error",
    "A variable of core Req (error) or Exp (warning) that the dataset does not have. One finding a variable.",
    "Reviewers' tools rely on these variables; a missing one stops their loading.",
    "LB without LBORNRLO; a null column would have been right.",
    "SDTMIG 3.4 section 4.1.5, core variables; ADaMIG 1.3 section 3",
    covers="CORE-000107 CORE-000334 CORE-000355 CORE-000786 CG0014 CG0016 CG0430 CG0554",
)
REQUIRED_MISSING = document(
    "SCH-002",
    "schema.required-missing",
    "error",
    "A record with no value in a variable that may never be null.",
    "The record cannot be identified or understood without it.",
    "DM with a missing SEX: U says that it is not known.",
    "SDTMIG 3.4 section 4.1.5; in ADaM the identifiers and the parameter only",
    covers="CORE-000002 CORE-000356 CORE-000785 CG0014 CG0208 CG0429",
)
NOT_IN_CODELIST = document(
    "SCH-003",
    "schema.not-in-codelist",
    "error",
    "A value that is not a submission value of its codelist, where the codelist may not be extended. "
    "The codelist may depend on another variable of the record.",
    "A codelist that is not extensible is closed to sponsors' terms.",
    'SEX "Female": the submission value is F.',
    "SDTMIG 3.4 section 4.3, controlled terminology",
)
TERM_ADDED = document(
    "SCH-004",
    "schema.term-added",
    "warning",
    "A value that an extensible codelist does not have and that the study's codelists.csv does not add.",
    "An added term must be a decision; most are a spelling or a synonym of a term that exists.",
    'EXLOC "HEPAR": the term is LIVER.',
    "SDTMIG 3.4 section 4.3, controlled terminology",
)
NOT_ISO8601 = document(
    "SCH-005",
    "schema.not-iso8601",
    "error",
    "A date variable whose text is not a complete or partial ISO 8601 date.",
    "Such a date is read by nobody: no study day, no order, no endpoint.",
    'RSDTC "05/03/2021" or "20210305".',
    "SDTMIG 3.4 section 4.4.1, formats for date/time variables",
)
TOO_LONG = document(
    "SCH-006",
    "schema.too-long",
    "error",
    "A text with more UTF-8 bytes than its variable may hold.",
    "A transport file holds 200 bytes; writers cut the rest, or cut inside a character.",
    "RSTESTCD with more than 8 characters.",
    "SAS transport file format version 5; SDTMIG 3.4 section 4.2.1",
    covers="CORE-000010 CORE-000143 CORE-000147 CORE-000148 CORE-000157 CORE-000185 CORE-000199 CORE-000222 "
    "CG0406 CG0123 CG0153 CG0246 CG0257 CG0258 CG0297 CG0416",
)
DUPLICATE_KEY = document(
    "SCH-007",
    "schema.duplicate-key",
    "error",
    "Records of one dataset that agree in all its key variables.",
    "Either the same thing was sent twice, or something that tells the records apart was lost.",
    "Two DM records for one subject.",
    "SDTMIG 3.4 section 3.2.1.1, primary keys; keys in datasets.csv",
    covers="CORE-000144 CORE-000145 CORE-000146 CORE-000154 CORE-000203 CORE-000351 "
    "CG0151 CG0247 CG0255 CG0256 CG0268 CG0411",
)
WRONG_TYPE = document(
    "SCH-008",
    "schema.wrong-type",
    "error",
    "A value that is not of its variable's type: text in a number, a fraction in an integer.",
    "The column would be written as another type than its definition says.",
    "VISITDY 42.5.",
    "SDTMIG 3.4 section 2.2, variable types; the type in the spec table",
    covers="CORE-000534 CG0248",
)

SCHEMA_RULES = (
    MISSING_COLUMN,
    REQUIRED_MISSING,
    NOT_IN_CODELIST,
    TERM_ADDED,
    NOT_ISO8601,
    TOO_LONG,
    DUPLICATE_KEY,
    WRONG_TYPE,
)
