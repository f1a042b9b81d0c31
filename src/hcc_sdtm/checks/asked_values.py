"""What a spec asks of the values of one variable: for schemas of frames and for findings by distinct value alike."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from hcc_sdtm.checks.schema_rules import NOT_IN_CODELIST, TERM_ADDED, DocumentedRule
from hcc_sdtm.spec.model import Codelist, DatasetSpec, Specs, ValueLevel, Variable
from hcc_sdtm.spec.transport import TEXT_BYTES

RESULT, NUMERIC_RESULT = "STRESC", "STRESN"

ValueTest = Callable[[pd.Series], pd.Series]
"""Whether each of some values passes."""


def is_required_value(spec: DatasetSpec, variable: Variable, specs: Specs) -> bool:
    """Whether the variable may never be null. ADaM's Req asks that of what identifies a record only."""
    if spec.name in specs.adam:
        return variable.core == "Req" and variable.role in ("Identifier", "Analysis Parameter")
    return variable.core == "Req"


def has_type(type_: str) -> ValueTest:
    """Whether each value is of the Define-XML type; missing numbers are, missing texts are ``""`` and nothing else."""
    if type_ not in ("integer", "float"):
        return lambda values: values.map(lambda value: isinstance(value, str)).astype(bool)

    def is_number(values: pd.Series) -> pd.Series:
        numbers = pd.to_numeric(values, errors="coerce")
        right = numbers.notna() | values.isna() | (values == "")
        return right & (numbers.isna() | (numbers % 1 == 0)) if type_ == "integer" else right

    return is_number


def longest_bytes(variable: Variable) -> int:
    """How many UTF-8 bytes a text of the variable may have; dates have the length of what is known of them."""
    return variable.length if variable.type == "text" else TEXT_BYTES


def byte_length(value: object) -> int:
    """UTF-8 bytes of the value as text."""
    return len(str(value).encode())


def term_rule(codelist: Codelist) -> DocumentedRule:
    """The rule that a value outside the codelist breaks."""
    return TERM_ADDED if codelist.extensible else NOT_IN_CODELIST


def is_asked(spec: DatasetSpec, name: str) -> bool:
    """Whether the dataset should have the variable, so that its absence is a finding."""
    return name in spec.by_name and spec.by_name[name].core in ("Req", "Exp")


def missing_keys(spec: DatasetSpec, columns: Collection[str]) -> list[str]:
    """Key variables that should be there and are not: without them nobody can say which records are the same."""
    return [key for key in spec.keys if key not in columns and is_asked(spec, key)]


def levels_of(spec: DatasetSpec, variable: Variable, specs: Specs) -> list[ValueLevel]:
    """The codelists that hold for some records of the variable only, in the order in which they are tried.

    Those of a part of a split domain (LBCH) are the domain's.
    """
    names = (spec.name,) if spec.name in specs.sdtm or spec.name in specs.adam else (spec.name, spec.name[:2])
    return [level for level in specs.valuelevel if level.dataset in names and level.variable == variable.name]


def number_beside(variable: Variable) -> str:
    """The numeric result beside a result (--STRESN beside --STRESC) that has a codelist of its own; ``""`` for none."""
    is_result = variable.codelist and variable.name.endswith(RESULT)
    return f"{variable.name.removesuffix(RESULT)}{NUMERIC_RESULT}" if is_result else ""


def is_measured(frame: pd.DataFrame, variable: Variable, spec: DatasetSpec) -> np.ndarray:
    """Mask of the records whose result is a number: a codelist of results has the words only (SDTMIG 3.4, 6.3.5.6).

    Where the numeric result should be there and is not, a text that is a number is taken for one.
    """
    number = number_beside(variable)
    if number and number not in frame.columns:
        expected = spec.by_name.get(number)
        number = variable.name if expected is not None and expected.core in ("Req", "Exp") else ""
    if not number:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(pd.to_numeric(frame[number], errors="coerce").notna())
