"""What a received dataset should be: the study's or the standard's spec of its name, else one told by its structure.

Knows datasets of SDTMIG 3.4 and the specs that it is given, split datasets (LBCH is LB), SUPP-- of anything, and the
structures of ADaM (ADaMIG 1.3, section 2.3). Does not know variables of ADaM that no spec lists: those are what the file says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.problem import nearest
from hcc_sdtm.raw.sas.sas_format import parse_sas_format
from hcc_sdtm.received.define_metadata import DefinedDataset
from hcc_sdtm.received.file_table import (
    DATE,
    DATETIME,
    FLOAT,
    MOMENTS,
    SAS_FORMATS,
    TEXT,
    TIME,
    FileTable,
    FileVariable,
)
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import DatasetSpec, Specs, Variable
from hcc_sdtm.spec.sdtmig import build_supplement
from hcc_sdtm.spec.transport import TEXT_BYTES

ADSL_CLASS = "SUBJECT LEVEL ANALYSIS DATASET"
BDS_CLASS = "BASIC DATA STRUCTURE"
OCCDS_CLASS = "OCCURRENCE DATA STRUCTURE"
OTHER_ADAM_CLASS = "ADAM OTHER"
TOPICS = {"TRT": "INTERVENTIONS", "TERM": "EVENTS", "TESTCD": "FINDINGS"}
"""Class of a domain by its topic variable (SDTM 2.0, section 3)."""

IDENTIFIERS = ("STUDYID", "USUBJID", "SUBJID", "SITEID")
PARAMETERS = ("PARAMCD", "PARAM")
NUMBERS = re.compile(
    r"AVAL|BASE|CHG|PCHG|CNSR|AGE|[A-Z]{1,4}SEQ|[A-Z]*DY|R2(BASE|A\w+)|PARAMN|AVISITN|VISITNUM|TRT(\d\d)?[PA]N|SRCSEQ|[A-Z]{2}STRESN"
    r"|VISITDY|[A-Z]{2}DOSE|[A-Z]{2}TPTNUM|TAETORD|ATPTN|[A-Z]*GR\dN"
)
"""Names whose values are numbers by SDTM and ADaMIG 1.3, where neither a spec nor the file says what they are."""

DAYS = re.compile(r"[A-Z0-9]*(?<!A)DT|ADT")
MOMENT_NAMES = re.compile(r"[A-Z0-9]*DTM")
CLOCKS = re.compile(r"[A-Z0-9]{0,6}TM")
_KEYS = ("PARAMCD", "DTYPE", "BASETYPE", "AVISITN", "AVISIT", "ATPTN", "ADTM", "ADT", "ASTDT", "VISITNUM")
_KEY_ENDS = (
    "TESTCD", "OBJ", "TERM", "TRT", "DECOD", "CAT", "SCAT", "SPEC", "LOC", "LAT", "METHOD", "EVAL", "EVALID", "LNKID", "REFID",
    "DTC", "STDTC", "TPTNUM",
)  # fmt: skip
"""Variables that tell records apart, whole and without their prefix."""


def build_spec(table: FileTable, specs: Specs, defined: DefinedDataset | None) -> tuple[DatasetSpec, str]:
    """The spec of the table's dataset, and what had to be guessed in words (``""``: nothing).

    Its variables are those that the spec asks for (core Req or Exp) and those that the file has: from the spec, else from
    the standard, else as the file describes them, with core Perm and no role. Keys and class of a dataset without a spec are
    those of the define, else told by its structure.
    """
    names = [variable.name for variable in table.metadata.variables]
    base = _known(table, names, specs)
    guessed = ""
    if base is None:
        base, guessed = _by_structure(table, names, specs, defined)
    asked = {variable.name for variable in base.standard if variable.core in ("Req", "Exp")}
    spec = base.taking({*names, *asked})
    there = set(names)
    variables = [variable for variable in spec.variables if variable.name in there or variable.core in ("Req", "Exp")]
    known = {variable.name for variable in variables}
    columns = dict(zip(names, table.columns, strict=True))
    is_adam = is_analysis(base.name, specs) or base.class_ == BDS_CLASS
    variables += [
        _from_file(variable, columns[variable.name], table.metadata.file, is_adam)
        for variable in table.metadata.variables
        if variable.name not in known
    ]
    return replace(spec, name=table.metadata.name, variables=tuple(variables)), guessed


def is_analysis(name: str, specs: Specs) -> bool:
    """Whether a dataset of the name is one of ADaM: a spec says so, or its name does (ADaMIG 1.3, section 2.2)."""
    return name in specs.adam or (name.startswith("AD") and name not in specs.sdtm)


def _known(table: FileTable, names: Sequence[str], specs: Specs) -> DatasetSpec | None:
    """The spec of the dataset's name, of the domain that it is a part of, or of the SUPP-- of that."""
    name = table.metadata.name
    if name in specs.sdtm or name in specs.adam:
        return specs.dataset(name)
    if name.startswith("SUPP") and "QNAM" in names:
        supplement = next(spec for each, spec in specs.sdtm.items() if each.startswith("SUPP"))
        parent = specs.sdtm.get(name.removeprefix("SUPP")) or specs.sdtm.get(name.removeprefix("SUPP")[:2])
        return build_supplement(replace(parent or supplement, name=name.removeprefix("SUPP")), supplement.variables)
    domain = name[:2]
    if len(name) > 2 and domain in specs.sdtm and "DOMAIN" in names:
        values = set(pd.unique(table.columns[names.index("DOMAIN")])) - {""}
        if values and all(str(value).startswith(domain) for value in values):
            return specs.sdtm[domain]
    return None


def _by_structure(
    table: FileTable, names: Sequence[str], specs: Specs, defined: DefinedDataset | None
) -> tuple[DatasetSpec, str]:
    name, there = table.metadata.name, set(names)
    required = [each for each in IDENTIFIERS[:2] if each in there or is_analysis(name, specs)]
    guessed = ""
    if is_analysis(name, specs) or ("PARAMCD" in there and there & {"AVAL", "AVALC"}):
        class_ = _analysis_class(name, there)
        if name == "ADSL":
            required += IDENTIFIERS[2:]
        if class_ == BDS_CLASS:
            required += PARAMETERS
        if not is_analysis(name, specs):
            guessed = (
                f'"{name}" is the name of no dataset; by its parameters it is taken for a basic data structure of ADaM'
            )
    else:
        prefix, class_ = _domain_class(table, names)
        known = nearest(name, specs.sdtm) if len(name) > 2 else ""
        told = f"by {prefix} its class is {class_}" if class_ else "nothing tells its class"
        if _is_of_associated_persons(name) and name[2:] in specs.sdtm:
            known = f": it is {name[2:]} of associated persons, whose guide is not checked"
        guessed = f'"{name}" is no dataset of SDTMIG 3.4 or of the specs{known}; {told}'
    if defined is not None and defined.class_:
        class_ = defined.class_.upper()
    keys = tuple(key for key in defined.keys if key in there) if defined is not None else ()
    keys = keys or _keys(table, names, class_)
    line = Source(table.metadata.file)
    variables = tuple(
        Variable(each, each, TEXT, TEXT_BYTES, "Req", _role(each), "", "", "", "", "", line) for each in required
    )
    described = {variable.name: variable for variable in table.metadata.variables}
    variables = tuple(
        replace(variable, label=described[variable.name].label or variable.name)
        if variable.name in described
        else variable
        for variable in variables
    )
    label = table.metadata.label or name
    structure = defined.structure if defined is not None else ""
    return DatasetSpec(name, label, class_, structure, keys, keys, variables, line), guessed


def _role(name: str) -> str:
    return "Identifier" if name in IDENTIFIERS else "Analysis Parameter"


def _analysis_class(name: str, there: set[str]) -> str:
    """The structure of an analysis dataset (ADaMIG 1.3, section 2.3; OCCDS 1.1, section 1.2)."""
    if name == "ADSL":
        return ADSL_CLASS
    if "PARAMCD" in there and there & {"AVAL", "AVALC", "CNSR"}:
        return BDS_CLASS
    is_of_occurrences = any(re.fullmatch(r"(?!AV)[A-Z]{2}(TERM|TRT|DECOD)", each) for each in there)
    return OCCDS_CLASS if is_of_occurrences else OTHER_ADAM_CLASS


def _is_of_associated_persons(name: str) -> bool:
    return name.startswith("AP") and len(name) == len("APMH")


def _domain_class(table: FileTable, names: Sequence[str]) -> tuple[str, str]:
    """The variable that tells a domain's class, and the class; both ``""`` where none does."""
    name = table.metadata.name
    prefixes = [name[2:4] if _is_of_associated_persons(name) else name[:2]]
    if "DOMAIN" in names:
        values = pd.unique(table.columns[names.index("DOMAIN")])
        prefixes = [*(str(value) for value in values if value), *prefixes]
    for prefix in prefixes:
        for end, class_ in TOPICS.items():
            if f"{prefix}{end}" in names:
                is_about = class_ == "FINDINGS" and f"{prefix}OBJ" in names
                return f"{prefix}{end}", "FINDINGS ABOUT" if is_about else class_
    return "", ""


def _keys(table: FileTable, names: Sequence[str], class_: str) -> tuple[str, ...]:
    """What tells the records of a dataset without a spec apart: its record number, else the variables that usually do.

    Where those do not, nothing is known, and only records that agree in everything are the same.
    """
    identity = [name for name in ("STUDYID", "USUBJID", "APID", "RDOMAIN") if name in names]
    if class_ == ADSL_CLASS:
        return tuple(identity) or tuple(names[:1])
    own = table.metadata.name
    prefix = own[2:4] if _is_of_associated_persons(own) else own[:2]
    number = next((name for name in ("ASEQ", f"{prefix}SEQ") if name in names), "")
    if number:
        return (*identity, number)
    columns = dict(zip(names, table.columns, strict=True))
    others = [name for name in names if re.fullmatch(r"[A-Z]{2}SEQ", name)]
    usual = [name for name in names if name in _KEYS or name in _KEY_ENDS or name[2:] in _KEY_ENDS]
    of_values = [name for name in usual if name in _KEYS]
    for more in (others, of_values, [*of_values, *others], [*usual, *others]):
        keys = [*identity, *(name for name in more if name not in identity)]
        if len(keys) > len(identity) and not pd.DataFrame({key: columns[key] for key in keys}).duplicated().any():
            return tuple(keys)
    return tuple(names)


def _from_file(variable: FileVariable, values: np.ndarray, file: str, is_adam: bool) -> Variable:
    """A variable that nobody knows, as the file describes it; where the file is silent, its name and values do."""
    type_, form = variable.type, variable.format or ""
    if type_ is None:
        type_, form = _told_by_name(variable.name, values, is_adam)
    elif type_ in MOMENTS and (values.dtype != object or form):
        type_ = FLOAT if type_ == DATETIME else "integer"
    elif type_ == TIME:
        type_ = TEXT
    length = 8 if type_ in ("integer", "float") else max(variable.length or 0, TEXT_BYTES)
    return Variable(variable.name, variable.label or "", type_, length, "Perm", "", "", "", "", "", form, Source(file))


def _told_by_name(name: str, values: np.ndarray, is_adam: bool) -> tuple[str, str]:
    """Type and format of a column of texts that nothing describes: text, unless its name and all its values say a number."""
    given = pd.Series(pd.unique(values))
    given = given[given != ""]
    if given.empty or values.dtype != object:
        return (TEXT, "") if values.dtype == object else (FLOAT, "")
    are_numbers = bool(pd.to_numeric(given, errors="coerce").notna().all())
    if NUMBERS.fullmatch(name) and are_numbers:
        return FLOAT, ""
    for pattern, kind in ((MOMENT_NAMES, DATETIME), (DAYS, DATE), (CLOCKS, TIME)):
        if is_adam and pattern.fullmatch(name):
            return "float", SAS_FORMATS[kind]
    return TEXT, ""


def format_kind(form: str) -> str:
    """date, datetime or time where numbers under the format of SAS are that; else ``""``."""
    kind = parse_sas_format(form).kind if form else ""
    return {"date": DATE, "moment": DATETIME, "time": TIME}.get(kind, "")
