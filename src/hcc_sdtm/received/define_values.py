"""The values of a dataset against its define: types, lengths, terms, gaps; for variables and at value level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, format_value
from hcc_sdtm.problem import nearest
from hcc_sdtm.received.define_metadata import DefinedDataset, DefinedItem, DefinedValue, DefineMetadata
from hcc_sdtm.received.file_table import MOMENTS, NUMBERS, FileMetadata, FileVariable, quoted
from hcc_sdtm.received.typed_columns import parse_number

TYPE = "DEF-006 define.type"
LENGTH = "DEF-007 define.length"
TERM = "DEF-009 define.term-not-defined"
MANDATORY = "DEF-011 define.mandatory-missing"
QUALIFIER = "DEF-013 define.qualifier-not-defined"
HAS_DATA = "DEF-014 define.has-data"

MOST_TERMS = 10
"""Terms of one variable that each have a finding of their own; where there are more, one finding lists the first."""


def contradicts(variable: FileVariable, item: DefinedItem) -> bool:
    """Whether the file says text and the define a number, or the other way round; a date of a file may be either."""
    if variable.type is None or variable.type in MOMENTS or not item.type:
        return False
    return (variable.type in NUMBERS) != item.is_numeric


def check_values(
    dataset: Dataset, defined: DefinedDataset, define: DefineMetadata, metadata: FileMetadata
) -> Iterator[pd.DataFrame]:
    """Findings of DEF-006, 007, 009, 011, 013 and 014 on the values of each variable that both have.

    Length is compared in characters: a text is too long for certain where it has more. A condition of value level on another
    dataset, or on a column that is not there, is not evaluated.
    """
    everywhere = np.ones(len(dataset), dtype=bool)
    for item in defined.items:
        if item.name not in dataset.frame.columns or not len(dataset):
            continue
        column = _Distinct(dataset.frame[item.name])
        said = metadata.by_name[item.name]
        own = replace(item, type="") if contradicts(said, item) else item  # which is a finding of its own
        yield from _check_item(dataset, own, column, everywhere, "", define)
        covered = np.zeros(len(dataset), dtype=bool)
        for value in item.values:
            where = _where(dataset, value)
            if where is not None and where.any():
                covered |= where
                yield from _check_item(dataset, value.item, column, where, f" where {value}", define, item.name)
        if item.values and item.name == "QVAL" and "QNAM" in dataset.frame.columns:
            yield from _check_qualifiers(dataset, item, ~covered)


class _Distinct:
    """The distinct values of a column as text, and which of them each record has."""

    def __init__(self, values: pd.Series) -> None:
        self.codes, distinct = pd.factorize(values.to_numpy(), use_na_sentinel=False)
        self.texts = [format_value(value) for value in distinct]

    def within(self, where: np.ndarray) -> list[int]:
        """The places in ``texts`` of the values that records of a mask have, missing ones left out."""
        used = np.arange(len(self.texts)) if where.all() else np.unique(self.codes[where])
        return [int(place) for place in used if self.texts[place]]

    def records(self, places: list[int], where: np.ndarray) -> np.ndarray:
        """Positions of the records of a mask that have one of the values."""
        wanted = np.zeros(len(self.texts), dtype=bool)
        wanted[places] = True
        return np.flatnonzero(wanted[self.codes] & where)


def _where(dataset: Dataset, value: DefinedValue) -> np.ndarray | None:
    """Mask of the records where one of the clauses holds; None where that cannot be told."""
    found = np.zeros(len(dataset), dtype=bool)
    for clause in value.clauses:
        holds = np.ones(len(dataset), dtype=bool)
        for check in clause:
            if check.dataset or check.variable not in dataset.frame.columns:
                return None
            holds &= check.where(dataset.frame[check.variable])
        found |= holds
    return found


def _check_item(
    dataset: Dataset,
    item: DefinedItem,
    column: _Distinct,
    where: np.ndarray,
    condition: str,
    define: DefineMetadata,
    variable: str = "",
) -> Iterator[pd.DataFrame]:
    name = variable or item.name
    places = column.within(where)
    texts = column.texts

    def found(rule: str, wrong: list[int], message: str, expected: str) -> pd.DataFrame:
        records = column.records(wrong, where)
        more = f" ({len(records)} records)" if len(records) > 1 else ""
        findings = dataset.findings(records[:1], rule, "error", name, f"{message}{more}", expected)
        return findings.assign(source=str(item.line))

    wrong = [place for place in places if not _fits_type(texts[place], item)]
    if wrong:
        yield found(
            TYPE,
            wrong,
            f'"{texts[wrong[0]]}" is no {item.type}, the type of {name} in the define{condition}',
            item.type,
        )
    if item.length is not None and item.type in ("text", "string", "integer"):
        wrong = [place for place in places if _size(texts[place], item) > item.length]
        longest = max(wrong, key=lambda place: _size(texts[place], item), default=-1)
        if wrong:
            size = _size(texts[longest], item)
            unit = "digits" if item.is_numeric else "characters"
            message = f"{name} has a value of {size} {unit}; its length in the define is {item.length}{condition}"
            yield found(LENGTH, [longest, *wrong], message, str(item.length))
    if item.has_no_data and places:
        yield found(HAS_DATA, places, f"the define says that {name} has no data, and it has values{condition}", "")
    gaps = where & np.array([not text for text in texts], dtype=bool)[column.codes]
    if item.is_mandatory and gaps.any():
        message = f"{name} is mandatory in the define{condition}, and {int(gaps.sum())} records have no value"
        yield dataset.findings(np.flatnonzero(gaps)[:1], MANDATORY, "error", name, message, "a value").assign(
            source=str(item.line)
        )
    yield from _check_terms(dataset, item, column, where, condition, define, name)


def _check_terms(
    dataset: Dataset,
    item: DefinedItem,
    column: _Distinct,
    where: np.ndarray,
    condition: str,
    define: DefineMetadata,
    name: str,
) -> Iterator[pd.DataFrame]:
    codelist = define.codelists.get(item.codelist)
    if codelist is None or codelist.is_external or not codelist.terms:
        return
    terms = set(codelist.terms)
    numbers = {parse_number(term) for term in terms} - {None} if item.is_numeric else set()
    texts = column.texts
    wrong = [
        place
        for place in column.within(where)
        if texts[place] not in terms and parse_number(texts[place]) not in numbers
    ]
    if not wrong:
        return
    source = str(item.line)
    title = f'the codelist "{codelist.name}" of the define ({name}{condition})'
    if len(wrong) > MOST_TERMS:
        records = column.records(wrong, where)
        shown = quoted([texts[place] for place in wrong], MOST_TERMS)
        message = f"{len(wrong)} terms in {len(records)} records are not in {title}: {shown}"
        yield dataset.findings(records[:1], TERM, "error", name, message).assign(source=source)
        return
    for place in wrong:
        records = column.records([place], where)
        more = f"; records with it: {len(records)}" if len(records) > 1 else ""
        message = f'"{texts[place]}" is not in {title}{nearest(texts[place], terms)}{more}'
        yield dataset.findings(records[:1], TERM, "error", name, message, quoted(sorted(terms))).assign(source=source)


def _check_qualifiers(dataset: Dataset, item: DefinedItem, where: np.ndarray) -> Iterator[pd.DataFrame]:
    """One finding for each qualifier that no condition of value level names, at its first record."""
    if any(check.dataset for value in item.values for clause in value.clauses for check in clause):
        return
    column = _Distinct(dataset.frame["QNAM"])
    for place in column.within(where):
        records = column.records([place], where)
        message = (
            f'the define says nothing of the values of the qualifier "{column.texts[place]}" ({len(records)} records)'
        )
        yield dataset.findings(records[:1], QUALIFIER, "error", "QNAM", message).assign(source=str(item.line))


def _fits_type(text: str, item: DefinedItem) -> bool:
    if not item.is_numeric:
        return True
    number = parse_number(text)
    return number is not None and (item.type == "float" or number.is_integer())


def _size(text: str, item: DefinedItem) -> int:
    return len(text.lstrip("-")) if item.is_numeric else len(text)
