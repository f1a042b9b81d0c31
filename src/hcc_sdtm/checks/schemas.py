"""pandera schemas made from the spec tables, for any frame of a dataset, ours or not.

What they ask is asked by distinct value in `hcc_sdtm.checks.schema_findings`, which makes the findings of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pa

from hcc_sdtm.checks.asked_values import (
    ValueTest,
    byte_length,
    has_type,
    is_asked,
    is_measured,
    is_required_value,
    levels_of,
    longest_bytes,
    missing_keys,
    number_beside,
    term_rule,
)
from hcc_sdtm.checks.frame_rules import build_rule_checks
from hcc_sdtm.checks.schema_rules import (
    DUPLICATE_KEY,
    NOT_IN_CODELIST,
    NOT_ISO8601,
    REQUIRED_MISSING,
    TERM_ADDED,
    TOO_LONG,
    WRONG_TYPE,
    DocumentedRule,
)
from hcc_sdtm.dataset import format_value
from hcc_sdtm.dates.iso import is_iso
from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import Codelist, DatasetSpec, Specs, ValueLevel, Variable
from hcc_sdtm.spec.tables import read_spec_tables


def schema(dataset: str) -> pa.DataFrameSchema:
    """The pandera schema of an SDTM or ADaM dataset by the packaged specs, usable on its own.

    Raises KeyError, with the nearest name that exists, for a dataset without a spec.
    """
    specs = read_spec_tables([reference_study() / "specs"])
    known = {**specs.sdtm, **specs.adam}
    if dataset not in known:
        raise KeyError(f'no spec for "{dataset}"{nearest(dataset, known)}')
    return build_schema(known[dataset], specs)


def build_schema(spec: DatasetSpec, specs: Specs) -> pa.DataFrameSchema:
    """A pandera schema of the dataset's published frame.

    It asks for the variables of core Req and Exp, the order of variables, each variable's type, length and
    ISO 8601 text, values in required variables, terms of codelists that are not extensible, and unique keys.
    A term that an extensible codelist does not have gives a SchemaWarning. Checks are named by the labels of
    `SCHEMA_RULES`. Beside them stand the lines of the rule tables that need nothing but the records of the dataset.
    """
    columns, checks = {}, []
    for variable in spec.variables:
        levels = levels_of(spec, variable, specs)
        by_record = bool(levels) or bool(number_beside(variable))
        codelist = None if by_record else specs.codelists.get(variable.codelist)
        tests = _tests(variable, codelist, is_required_value(spec, variable, specs))
        columns[variable.name] = _build_column(variable, tests)
        checks += [
            pa.Check(
                _is_term_by_record(variable, rule, levels, spec, specs),
                error=rule.label,
                raise_warning=rule.severity == "warning",
            )
            for rule in (NOT_IN_CODELIST, TERM_ADDED)
            if by_record
        ]
    checks.append(pa.Check(_has_unique_keys(spec), error=DUPLICATE_KEY.label))
    checks += build_rule_checks(spec, specs)
    return pa.DataFrameSchema(columns, checks=checks, ordered=True, name=spec.name)


def _tests(variable: Variable, codelist: Codelist | None, is_required: bool) -> list[tuple[DocumentedRule, ValueTest]]:
    """What each value of the variable must pass, in the order in which a value is judged."""
    tests: list[tuple[DocumentedRule, ValueTest]] = [(WRONG_TYPE, has_type(variable.type))]
    if is_required:
        tests.append((REQUIRED_MISSING, _is_given))
    if variable.is_iso_date:
        tests.append((NOT_ISO8601, lambda values: (values == "") | is_iso(values.astype(str))))
    if not variable.is_numeric:
        longest = longest_bytes(variable)
        tests.append((TOO_LONG, lambda values: values.astype(object).map(byte_length).astype(int) <= longest))
    if codelist is not None:
        tests.append((term_rule(codelist), _is_term_of(codelist)))
    return tests


def _build_column(variable: Variable, tests: list[tuple[DocumentedRule, ValueTest]]) -> pa.Column:
    """The variable as a pandera column; a failure of severity warning is a SchemaWarning."""
    return pa.Column(
        checks=[
            # pandera leaves nulls out before a check, but a missing number must reach the check for values
            pa.Check(test, error=rule.label, ignore_na=False, raise_warning=rule.severity == "warning")
            for rule, test in tests
        ],
        nullable=True,
        required=variable.core in ("Req", "Exp"),
        name=variable.name,
        title=variable.label,
    )


def _is_given(values: pd.Series) -> pd.Series:
    return values.notna() & (values != "")


def _is_term_of(codelist: Codelist) -> ValueTest:
    return lambda values: values.map(
        lambda value: (text := format_value(value)) == "" or text in codelist.terms
    ).astype(bool)


def _is_term_by_record(
    variable: Variable, rule: DocumentedRule, levels: list[ValueLevel], spec: DatasetSpec, specs: Specs
) -> Callable[[pd.DataFrame], pd.Series]:
    """Whether each record's value is in the codelist that holds there; codelists of the other rule pass."""

    def is_right(frame: pd.DataFrame) -> pd.Series:
        right = np.ones(len(frame), dtype=bool)
        if variable.name not in frame.columns:
            return pd.Series(right, index=frame.index)
        for name, where in _split_by_codelist(frame, variable, levels, spec):
            codelist = specs.codelists.get(name)
            if codelist is not None and term_rule(codelist) is rule:
                right[where] = _is_term_of(codelist)(frame.loc[where, variable.name]).to_numpy()
        return pd.Series(right, index=frame.index)

    return is_right


def _split_by_codelist(
    frame: pd.DataFrame, variable: Variable, levels: list[ValueLevel], spec: DatasetSpec
) -> Iterator[tuple[str, np.ndarray]]:
    """Each codelist that holds somewhere, with a mask of the records where it does; the first fit wins."""
    rest = np.ones(len(frame), dtype=bool)
    for level in levels:
        if level.where_variable in frame.columns:
            where = rest & frame[level.where_variable].isin(level.where_values).to_numpy()
            rest &= ~where
            yield level.codelist, where
        elif is_asked(spec, level.where_variable):
            return  # which codelist holds cannot be told
    measured = is_measured(frame, variable, spec)
    yield "", rest & measured
    yield variable.codelist, rest & ~measured


def _has_unique_keys(spec: DatasetSpec) -> Callable[[pd.DataFrame], pd.Series]:
    def is_unique(frame: pd.DataFrame) -> pd.Series:
        keys = [key for key in spec.keys if key in frame.columns]
        if not keys or missing_keys(spec, frame.columns):
            return pd.Series(True, index=frame.index)
        return ~frame.duplicated(keys, keep=False)

    return is_unique
