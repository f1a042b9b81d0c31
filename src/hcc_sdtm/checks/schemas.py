"""pandera schemas made from the spec tables, and the findings that they give.

`build_schema` is for any frame of the dataset, ours or not. `check_schema` asks the same of the distinct values of each
variable and puts what fails back to its records: values repeat, and pandera's lazy report counts one problem several times.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pa

from hcc_sdtm.checks.column import Column, combined_codes
from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.frame_rules import build_rule_checks
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
from hcc_sdtm.dataset import Dataset, Flagged, format_value
from hcc_sdtm.dates.iso import is_iso, parse_iso
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

RESULT, NUMERIC_RESULT = "STRESC", "STRESN"

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
    `SCHEMA_RULES`. Beside them stand the lines of the rule tables that need nothing but the records of the dataset.
    """
    columns, checks = {}, []
    for variable in spec.variables:
        levels = _levels(spec, variable, specs)
        by_record = bool(levels) or bool(_number_beside(variable))
        codelist = None if by_record else specs.codelists.get(variable.codelist)
        tests = _tests(variable, codelist, _is_required(spec, variable, specs))
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


def check_schema(dataset: Dataset, specs: Specs, evidence: Evidence | None = None) -> pd.DataFrame:
    """Findings of `SCHEMA_RULES`: one for a record and variable, and one for a variable that is not there.

    A value that breaks several rules has the finding of the first: type, missing, ISO 8601, length, codelist.
    A record whose key is not unique has one more, at its last key variable. ``evidence`` is that of the rules, where they
    run on the same datasets: the columns are then looked through once for both.
    """
    spec = dataset.spec
    if evidence is None:
        evidence = Evidence({spec.name: dataset}, specs, None)
    flagged: list[Flagged] = []
    for variable in spec.variables:
        if variable.name in dataset.frame.columns:
            is_required = _is_required(spec, variable, specs)
            column = evidence.column(spec.name, variable.name)
            for codelist, positions in _codelists_by_record(dataset, variable, specs, evidence):
                flagged.extend(_check_values(dataset, variable, codelist, is_required, column, positions))
    keys = [evidence.column(spec.name, key) for key in spec.keys if key in dataset.frame.columns]
    if keys and len(dataset):
        repeated = pd.Series(combined_codes(keys)).duplicated(keep=False).to_numpy()
        message = f"another {spec.name} record has the same {', '.join(spec.keys)}"
        flagged.append(
            Flagged(repeated.nonzero()[0], DUPLICATE_KEY.label, DUPLICATE_KEY.severity, spec.keys[-1], message)
        )
    return join_findings([_check_columns(dataset), dataset.all_findings(flagged)])


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
        tests.append((TOO_LONG, lambda values: values.astype(object).map(_byte_length).astype(int) <= longest))
    if codelist is not None:
        tests.append((_term_rule(codelist), _is_term_of(codelist)))
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


def _longest(variable: Variable) -> int:
    return variable.length if variable.type == "text" else TEXT_BYTES


def _term_rule(codelist: Codelist) -> DocumentedRule:
    return TERM_ADDED if codelist.extensible else NOT_IN_CODELIST


def _has_type(type_: str) -> ValueTest:
    if type_ not in ("integer", "float"):
        return lambda values: values.map(lambda value: isinstance(value, str)).astype(bool)

    def is_number(values: pd.Series) -> pd.Series:
        numbers = pd.to_numeric(values, errors="coerce")
        right = numbers.notna() | values.isna() | (values == "")
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
    variable: Variable, rule: DocumentedRule, levels: list[ValueLevel], spec: DatasetSpec, specs: Specs
) -> Callable[[pd.DataFrame], pd.Series]:
    """Whether each record's value is in the codelist that holds there; codelists of the other rule pass."""

    def is_right(frame: pd.DataFrame) -> pd.Series:
        right = np.ones(len(frame), dtype=bool)
        if variable.name not in frame.columns:
            return pd.Series(right, index=frame.index)
        for name, where in _split_by_codelist(frame, variable, levels, spec):
            codelist = specs.codelists.get(name)
            if codelist is not None and _term_rule(codelist) is rule:
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
    measured = _measured(frame, variable, spec)
    yield "", rest & measured
    yield variable.codelist, rest & ~measured


def _number_beside(variable: Variable) -> str:
    """The numeric result beside a result (--STRESN beside --STRESC) that has a codelist of its own; ``""`` for none."""
    is_result = variable.codelist and variable.name.endswith(RESULT)
    return f"{variable.name.removesuffix(RESULT)}{NUMERIC_RESULT}" if is_result else ""


def _measured(frame: pd.DataFrame, variable: Variable, spec: DatasetSpec) -> np.ndarray:
    """Mask of the records whose result is a number: a codelist of results has the words only (SDTMIG 3.4, 6.3.5.6).

    Where the numeric result should be there and is not, a text that is a number is taken for one.
    """
    number = _number_beside(variable)
    if number and number not in frame.columns:
        expected = spec.by_name.get(number)
        number = variable.name if expected is not None and expected.core in ("Req", "Exp") else ""
    if not number:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(pd.to_numeric(frame[number], errors="coerce").notna())


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
    dataset: Dataset, variable: Variable, specs: Specs, evidence: Evidence
) -> Iterator[tuple[Codelist | None, np.ndarray]]:
    """Each codelist that holds for some of the records, and the positions of those records; the first fit wins."""
    rest = np.ones(len(dataset), dtype=bool)
    for level in _levels(dataset.spec, variable, specs):
        if level.where_variable in dataset.frame.columns:
            wanted = frozenset(level.where_values)
            where = rest & evidence.column(dataset.name, level.where_variable).where(wanted.__contains__)
            if where.any():
                rest &= ~where
                yield specs.codelists.get(level.codelist), np.flatnonzero(where)
    measured = rest & _measured(dataset.frame, variable, dataset.spec)
    if measured.any():
        rest &= ~measured
        yield None, np.flatnonzero(measured)
    if rest.any():
        yield specs.codelists.get(variable.codelist), np.flatnonzero(rest)


def _check_values(
    dataset: Dataset,
    variable: Variable,
    codelist: Codelist | None,
    is_required: bool,
    column: Column,
    positions: np.ndarray,
) -> Iterator[Flagged]:
    """What is wrong with one variable in the records at ``positions``, found once for each distinct value."""
    codes = column.codes[positions]
    wrong: dict[str, dict[int, tuple[str, str]]] = {}
    places = range(len(column.texts)) if len(codes) == len(column.codes) else np.unique(codes).tolist()
    for at, rule in _broken(variable, codelist, is_required, column, places):
        wrong.setdefault(rule.label, {})[at] = _describe(rule, variable, codelist, column.texts[at])
    for rule in SCHEMA_RULES:
        if rule.label in wrong:
            said = wrong[rule.label]
            where = np.isin(codes, list(said))
            texts = [said[code] for code in codes[where].tolist()]
            yield Flagged(
                positions[where],
                rule.label,
                rule.severity,
                variable.name,
                [message for message, _ in texts],
                [expected for _, expected in texts],
            )


def _broken(
    variable: Variable, codelist: Codelist | None, is_required: bool, column: Column, places: Iterable[int]
) -> Iterator[tuple[int, DocumentedRule]]:
    """Each place of a distinct value that breaks a rule, and the first rule that it breaks.

    The same as the tests of `_tests` in their order, one text at a time.
    """
    strange = _of_another_type(variable, column)
    longest = 0 if variable.is_numeric else _longest(variable)
    terms = codelist.terms if codelist is not None else None
    for at in places:
        text = column.texts[at]
        if at in strange:
            yield at, WRONG_TYPE
        elif text == "":
            if is_required:
                yield at, REQUIRED_MISSING
        elif variable.is_iso_date and not _is_iso_text(text):
            yield at, NOT_ISO8601
        elif longest and len(text) * 4 > longest and _byte_length(text) > longest:
            yield at, TOO_LONG
        elif terms is not None and codelist is not None and text not in terms:
            yield at, _term_rule(codelist)


def _of_another_type(variable: Variable, column: Column) -> Collection[int]:
    """Places of the distinct values that are not of the variable's type."""
    if not variable.is_numeric:
        return range(len(column.texts)) if column.is_number else column.other
    if not column.is_number:
        right = _has_type(variable.type)(pd.Series(column.texts, dtype=object))
        return frozenset(np.flatnonzero(~right).tolist())
    if variable.type != "integer":
        return ()
    return frozenset(at for at, text in enumerate(column.texts) if text and float(text) % 1)


def _is_iso_text(text: str) -> bool:
    try:
        parse_iso(text)
    except ValueError:
        return False
    return True


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
