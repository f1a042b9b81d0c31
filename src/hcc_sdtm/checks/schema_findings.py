"""Findings of the schemas: what `hcc_sdtm.checks.schemas` asks of a frame, asked of the distinct values of each variable.

Values repeat: what is wrong is found once a value and put back to its records. pandera's lazy report, which counts one
problem several times, is not needed for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from hcc_sdtm.checks.asked_values import (
    byte_length,
    has_type,
    is_asked,
    is_measured,
    is_required_value,
    levels_of,
    longest_bytes,
    missing_keys,
    term_rule,
)
from hcc_sdtm.checks.column import Column, combined_codes
from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.iso_forms import is_date
from hcc_sdtm.checks.schema_rules import (
    DUPLICATE_KEY,
    MISSING_COLUMN,
    NOT_ISO8601,
    REQUIRED_MISSING,
    SCHEMA_RULES,
    TERM_ADDED,
    TOO_LONG,
    WRONG_TYPE,
    DocumentedRule,
)
from hcc_sdtm.dataset import Dataset, Flagged, format_value
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.problem import nearest
from hcc_sdtm.spec.model import Codelist, Specs, Variable

LISTED_TERMS = 12
"""A message lists the terms of a codelist that has no more."""

SEARCHED_TERMS = 250
"""A message looks for the nearest term in a codelist that has no more: the search is slow."""


def check_schema(dataset: Dataset, specs: Specs, evidence: Evidence | None = None) -> pd.DataFrame:
    """Findings of `SCHEMA_RULES`: one for a record and variable, and one for a variable that is not there.

    A term that is added to an extensible codelist is one finding a site, at the first record that has it. A value that
    breaks several rules has the finding of the first: type, missing, ISO 8601, length, codelist. A record whose key is not
    unique has one more, at its last key variable. ``evidence`` is that of the rules, where they run on the same datasets:
    the columns are then looked through once for both.
    """
    spec = dataset.spec
    if evidence is None:
        evidence = Evidence({spec.name: dataset}, specs, None)
    flagged: list[Flagged] = []
    for variable in spec.variables:
        if variable.name in dataset.frame.columns:
            is_required = is_required_value(spec, variable, specs)
            column = evidence.column(spec.name, variable.name)
            for codelist, positions in _codelists_by_record(dataset, variable, specs, evidence):
                flagged.extend(_check_values(dataset, variable, codelist, is_required, column, positions))
    keys = [evidence.column(spec.name, key) for key in spec.keys if key in dataset.frame.columns]
    if keys and len(dataset) and not missing_keys(spec, dataset.frame.columns):
        repeated = pd.Series(combined_codes(keys)).duplicated(keep=False).to_numpy()
        message = f"another {spec.name} record has the same {', '.join(spec.keys)}"
        flagged.append(
            Flagged(repeated.nonzero()[0], DUPLICATE_KEY.label, DUPLICATE_KEY.severity, spec.keys[-1], message)
        )
    return join_findings([_check_columns(dataset), dataset.all_findings(flagged)])


def _codelists_by_record(
    dataset: Dataset, variable: Variable, specs: Specs, evidence: Evidence
) -> Iterator[tuple[Codelist | None, np.ndarray]]:
    """Each codelist that holds for some of the records, and the positions of those records; the first fit wins."""
    rest = np.ones(len(dataset), dtype=bool)
    for level in levels_of(dataset.spec, variable, specs):
        if level.where_variable in dataset.frame.columns:
            wanted = frozenset(level.where_values)
            where = rest & evidence.column(dataset.name, level.where_variable).where(wanted.__contains__)
            if where.any():
                rest &= ~where
                yield specs.codelists.get(level.codelist), np.flatnonzero(where)
        elif is_asked(dataset.spec, level.where_variable):
            yield None, np.flatnonzero(rest)  # which codelist holds cannot be told
            return
    measured = rest & is_measured(dataset.frame, variable, dataset.spec)
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
            where = np.flatnonzero(np.isin(codes, list(said)))
            if rule is TERM_ADDED:
                where = where[_first_of_each(codes[where], dataset.sites(positions[where]))]
            texts = [said[code] for code in codes[where].tolist()]
            yield Flagged(
                positions[where],
                rule.label,
                rule.severity,
                variable.name,
                [message for message, _ in texts],
                [expected for _, expected in texts],
            )


def _first_of_each(codes: np.ndarray, sites: Sequence[str]) -> np.ndarray:
    """Which records are the first of a site with their value: a term added is one decision, however often it is used."""
    return np.flatnonzero(~pd.DataFrame({"code": codes, "site": sites}).duplicated().to_numpy())


def _broken(
    variable: Variable, codelist: Codelist | None, is_required: bool, column: Column, places: Iterable[int]
) -> Iterator[tuple[int, DocumentedRule]]:
    """Each place of a distinct value that breaks a rule, and the first rule that it breaks.

    The same as the tests of `_tests` in their order, one text at a time.
    """
    strange = _of_another_type(variable, column)
    longest = 0 if variable.is_numeric else longest_bytes(variable)
    terms = codelist.terms if codelist is not None else None
    for at in places:
        text = column.texts[at]
        if at in strange:
            yield at, WRONG_TYPE
        elif text == "":
            if is_required:
                yield at, REQUIRED_MISSING
        elif variable.is_iso_date and not is_date(text):
            yield at, NOT_ISO8601
        elif longest and len(text) * 4 > longest and byte_length(text) > longest:
            yield at, TOO_LONG
        elif terms is not None and codelist is not None and text not in terms:
            yield at, term_rule(codelist)


def _of_another_type(variable: Variable, column: Column) -> Collection[int]:
    """Places of the distinct values that are not of the variable's type."""
    if not variable.is_numeric:
        return range(len(column.texts)) if column.is_number else column.other
    if not column.is_number:
        right = has_type(variable.type)(pd.Series(column.texts, dtype=object))
        return frozenset(np.flatnonzero(~right).tolist())
    if variable.type != "integer":
        return ()
    return frozenset(at for at, text in enumerate(column.texts) if text and float(text) % 1)


def _describe(rule: DocumentedRule, variable: Variable, codelist: Codelist | None, value: object) -> tuple[str, str]:
    """What is wrong with a value that breaks the rule, and what was expected of it."""
    text = value if isinstance(value, str) else format_value(value)
    if rule is REQUIRED_MISSING:
        return f"{variable.name} has no value, and every record needs one", "a value"
    if rule is NOT_ISO8601:
        return f'"{text}" is not an ISO 8601 date', "YYYY-MM-DD, or as much of it as is known"
    if rule is TOO_LONG:
        longest = longest_bytes(variable)
        size = byte_length(text)
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
