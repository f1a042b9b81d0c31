"""pandera schemas made from the spec tables, and the findings that they give.

`build_schema` is for any frame of the dataset, ours or not. `check_schema` runs the same columns over the
distinct values of each variable and puts what fails back to its records: values repeat, and pandera's lazy
report counts one problem several times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pa

from hcc_sdtm.checks.schema_rules import (
    DUPLICATE_KEY,
    MISSING_COLUMN,
    NOT_IN_CODELIST,
    NOT_ISO8601,
    REQUIRED_MISSING,
    SCHEMA_RULES,
    TERM_ADDED,
    TOO_LONG,
    WRONG_TYPE,
    DocumentedRule,
)
from hcc_sdtm.dataset import Dataset, format_value
from hcc_sdtm.dates.iso import is_iso
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import Codelist, DatasetSpec, Specs, ValueLevel, Variable
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.transport import TEXT_BYTES

LISTED_TERMS = 12
"""A message lists the terms of a codelist that has no more."""

SEARCHED_TERMS = 250
"""A message looks for the nearest term in a codelist that has no more: the search is slow."""

ValueTest = Callable[[pd.Series], pd.Series]
"""Whether each of some values passes."""


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
    `SCHEMA_RULES`.
    """
    columns, checks = {}, []
    for variable in spec.variables:
        levels = _levels(spec, variable, specs)
        codelist = None if levels else specs.codelists.get(variable.codelist)
        tests = _tests(variable, codelist, _is_required(spec, variable, specs))
        columns[variable.name] = _build_column(variable, tests, warns=True)
        checks += [
            pa.Check(
                _is_term_by_record(variable, rule, levels, specs),
                error=rule.label,
                raise_warning=rule.severity == "warning",
            )
            for rule in (NOT_IN_CODELIST, TERM_ADDED)
            if levels
        ]
    checks.append(pa.Check(_has_unique_keys(spec), error=DUPLICATE_KEY.label))
    return pa.DataFrameSchema(columns, checks=checks, ordered=True, name=spec.name)


def check_schema(dataset: Dataset, specs: Specs) -> pd.DataFrame:
    """Findings of `SCHEMA_RULES`: one for a record and variable, and one for a variable that is not there.

    A value that breaks several rules has the finding of the first: type, missing, ISO 8601, length, codelist.
    A record whose key is not unique has one more, at its last key variable.
    """
    spec = dataset.spec
    frames = [_check_columns(dataset)]
    for variable in spec.variables:
        if variable.name in dataset.frame.columns:
            is_required = _is_required(spec, variable, specs)
            for codelist, positions in _codelists_by_record(dataset, variable, specs):
                frames.extend(_check_values(dataset, variable, codelist, is_required, positions))
    repeated = ~_has_unique_keys(spec)(dataset.frame)
    message = f"another {spec.name} record has the same {', '.join(spec.keys)}"
    frames.append(dataset.findings(repeated, DUPLICATE_KEY.label, DUPLICATE_KEY.severity, spec.keys[-1], message))
    return join_findings(frames)


def _is_required(spec: DatasetSpec, variable: Variable, specs: Specs) -> bool:
    """Whether the variable may never be null. ADaM's Req asks that of what identifies a record only."""
    if spec.name in specs.adam:
        return variable.core == "Req" and variable.role in ("Identifier", "Analysis Parameter")
    return variable.core == "Req"


def _tests(variable: Variable, codelist: Codelist | None, is_required: bool) -> list[tuple[DocumentedRule, ValueTest]]:
    """What each value of the variable must pass, in the order in which a value is judged."""
    tests: list[tuple[DocumentedRule, ValueTest]] = [(WRONG_TYPE, _has_type(variable.type))]
    if is_required:
        tests.append((REQUIRED_MISSING, _is_given))
    if variable.is_iso_date:
        tests.append((NOT_ISO8601, lambda values: (values == "") | is_iso(values.astype(str))))
    if not variable.is_numeric:
        longest = _longest(variable)
        tests.append((TOO_LONG, lambda values: values.map(_byte_length) <= longest))
    if codelist is not None:
        tests.append((_term_rule(codelist), _is_term_of(codelist)))
    return tests


def _build_column(variable: Variable, tests: list[tuple[DocumentedRule, ValueTest]], warns: bool = False) -> pa.Column:
    """The variable as a pandera column; with ``warns``, a failure of severity warning is a SchemaWarning."""
    return pa.Column(
        checks=[
            # pandera leaves nulls out before a check, but a missing number must reach the check for values
            pa.Check(test, error=rule.label, ignore_na=False, raise_warning=warns and rule.severity == "warning")
            for rule, test in tests
        ],
        nullable=True,
        required=variable.core in ("Req", "Exp"),
        name=variable.name,
        title=variable.label,
    )


def _longest(variable: Variable) -> int:
    return variable.length if variable.type == "text" else TEXT_BYTES


def _term_rule(codelist: Codelist) -> DocumentedRule:
    return TERM_ADDED if codelist.extensible else NOT_IN_CODELIST


def _has_type(type_: str) -> ValueTest:
    if type_ not in ("integer", "float"):
        return lambda values: values.map(lambda value: isinstance(value, str)).astype(bool)

    def is_number(values: pd.Series) -> pd.Series:
        numbers = pd.to_numeric(values, errors="coerce")
        right = numbers.notna() | values.isna()
        return right & (numbers.isna() | (numbers % 1 == 0)) if type_ == "integer" else right

    return is_number


def _is_given(values: pd.Series) -> pd.Series:
    return values.notna() & (values != "")


def _byte_length(value: object) -> int:
    return len(str(value).encode())


def _is_term_of(codelist: Codelist) -> ValueTest:
    return lambda values: values.map(
        lambda value: (text := format_value(value)) == "" or text in codelist.terms
    ).astype(bool)


def _levels(spec: DatasetSpec, variable: Variable, specs: Specs) -> list[ValueLevel]:
    return [level for level in specs.valuelevel if (level.dataset, level.variable) == (spec.name, variable.name)]


def _is_term_by_record(
    variable: Variable, rule: DocumentedRule, levels: list[ValueLevel], specs: Specs
) -> Callable[[pd.DataFrame], pd.Series]:
    """Whether each record's value is in the codelist that holds there; codelists of the other rule pass."""

    def is_right(frame: pd.DataFrame) -> pd.Series:
        right = np.ones(len(frame), dtype=bool)
        if variable.name not in frame.columns:
            return pd.Series(right, index=frame.index)
        for name, where in _split_by_codelist(frame, variable, levels):
            codelist = specs.codelists.get(name)
            if codelist is not None and _term_rule(codelist) is rule:
                right[where] = _is_term_of(codelist)(frame.loc[where, variable.name]).to_numpy()
        return pd.Series(right, index=frame.index)

    return is_right


def _split_by_codelist(
    frame: pd.DataFrame, variable: Variable, levels: list[ValueLevel]
) -> Iterator[tuple[str, np.ndarray]]:
    """Each codelist that holds somewhere, with a mask of the records where it does; the first fit wins."""
    rest = np.ones(len(frame), dtype=bool)
    for level in levels:
        if level.where_variable in frame.columns:
            where = rest & frame[level.where_variable].isin(level.where_values).to_numpy()
            rest &= ~where
            yield level.codelist, where
    yield variable.codelist, rest


def _has_unique_keys(spec: DatasetSpec) -> Callable[[pd.DataFrame], pd.Series]:
    def is_unique(frame: pd.DataFrame) -> pd.Series:
        keys = [key for key in spec.keys if key in frame.columns]
        if not keys:
            return pd.Series(True, index=frame.index)
        return ~frame.duplicated(keys, keep=False)

    return is_unique


def _check_columns(dataset: Dataset) -> pd.DataFrame:
    absent = [
        variable
        for variable in dataset.spec.variables
        if variable.name not in dataset.frame.columns and variable.core in ("Req", "Exp")
    ]
    return join_findings(
        build_findings(
            MISSING_COLUMN.label,
            MISSING_COLUMN.severity if variable.core == "Req" else "warning",
            1,
            message=f"{dataset.name} has no {variable.name} ({variable.label}), of core {variable.core}",
            dataset=dataset.name,
            variable=variable.name,
        )
        for variable in absent
    )


def _codelists_by_record(
    dataset: Dataset, variable: Variable, specs: Specs
) -> Iterator[tuple[Codelist | None, np.ndarray]]:
    """Each codelist that holds for some of the records, and the positions of those records."""
    levels = _levels(dataset.spec, variable, specs)
    for name, where in _split_by_codelist(dataset.frame, variable, levels):
        if where.any():
            yield specs.codelists.get(name), np.flatnonzero(where)


def _check_values(
    dataset: Dataset,
    variable: Variable,
    codelist: Codelist | None,
    is_required: bool,
    positions: np.ndarray,
) -> Iterator[pd.DataFrame]:
    """Findings of one variable in the records at ``positions``, made once for each distinct value."""
    values = dataset.frame[variable.name].to_numpy()[positions]
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    values_once = pd.Series(np.asarray(distinct), dtype=None if variable.is_numeric else object)
    tests = _tests(variable, codelist, is_required)
    failed = _failed_rules(_build_column(variable, tests), values_once)
    for rule in SCHEMA_RULES:
        broken = [at for at, label in failed.items() if label == rule.label]
        if broken:
            where = np.isin(codes, broken)
            said = {at: _describe(rule, variable, codelist, values_once[at]) for at in broken}
            texts = [said[code] for code in codes[where]]
            yield dataset.findings(
                positions[where],
                rule.label,
                rule.severity,
                variable.name,
                [message for message, _ in texts],
                [expected for _, expected in texts],
            )


def _failed_rules(column: pa.Column, values: pd.Series) -> dict[int, str]:
    """Label of the first rule that each failing value breaks, by the value's place."""
    try:
        column.validate(pd.DataFrame({column.name: values}), lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.sort_values("check_number", kind="stable").drop_duplicates("index")
        return dict(zip(cases["index"].astype(int), cases["check"], strict=True))
    return {}


def _describe(rule: DocumentedRule, variable: Variable, codelist: Codelist | None, value: object) -> tuple[str, str]:
    """What is wrong with a value that breaks the rule, and what was expected of it."""
    text = value if isinstance(value, str) else format_value(value)
    if rule is REQUIRED_MISSING:
        return f"{variable.name} has no value, and every record needs one", "a value"
    if rule is NOT_ISO8601:
        return f'"{text}" is not an ISO 8601 date', "YYYY-MM-DD, or as much of it as is known"
    if rule is TOO_LONG:
        longest = _longest(variable)
        size = _byte_length(text)
        return f'"{text}" has {size} bytes; {variable.name} holds {longest}', f"at most {longest} bytes"
    if rule is WRONG_TYPE or codelist is None:
        kind = {"integer": "a whole number", "float": "a number"}.get(variable.type, "text")
        return f'"{text}" is not {kind}', kind
    terms = ", ".join(codelist.terms) if len(codelist.terms) <= LISTED_TERMS else ""
    known = codelist.by_folded.get(text.casefold(), "")
    hint = f" ({terms})" if terms else ""
    if known:
        hint += f'; the term is "{known}"'
    elif not terms and len(codelist.terms) <= SEARCHED_TERMS:
        hint = nearest(text, codelist.terms)
    return f'"{text}" is not in codelist {codelist.name}{hint}', known or terms
