"""The columns of a file as the types that their spec says: text, numbers, dates as text or as numbers of SAS.

Every distinct value is converted once. What the file's own type contradicts is one finding for the variable; a text that is no
number is one finding for each record and is missing there.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, format_values
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.raw.sas.sas_format import DAY_ZERO, format_number, parse_sas_format
from hcc_sdtm.received.file_table import DATE, DATETIME, MOMENTS, NUMBERS, TEXT, TIME, FileTable, FileVariable, taken
from hcc_sdtm.received.received_spec import format_kind
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import DatasetSpec, Variable

WRONG_TYPE = "REC-005 received.wrong-type"
NOT_A_NUMBER = "REC-006 received.not-a-number"
MISSING_AS_TEXT = "REC-012 received.missing-as-text"

MISSING_WORDS = frozenset({"NA", "N/A", ".", "NAN", "NULL", "NONE"})
"""What programs write for a missing number where a file of text cannot hold one."""

MISSING_IN_TEXT = frozenset({"NA", "NaN", "NULL", "None", "<NA>"})
"""Words of programs for a missing value that would be a strange text in a column of texts."""


def build_dataset(table: FileTable, spec: DatasetSpec) -> tuple[Dataset, pd.DataFrame]:
    """The dataset, its columns in the order of the file, each of the type that the spec says.

    A date that is a number of SAS becomes ISO 8601 text where the spec says text, and the other way round. Findings: REC-005
    for a variable that the file gives another type than the spec, REC-006 for a value that is no number, REC-012 for a missing
    number written as a word, and for such words in columns of text that nothing describes.
    """
    frame_columns: dict[str, np.ndarray] = {}
    unread: list[tuple[Variable, np.ndarray, np.ndarray]] = []
    found: list[pd.DataFrame] = []
    for described, values in zip(table.metadata.variables, table.columns, strict=True):
        variable = spec.by_name[described.name]
        if values.dtype != object:
            made = values if variable.is_numeric else _number_texts(values, described)
        elif variable.is_numeric:
            made, wrong, words = _parse_numbers(values, variable)
            if wrong.any():
                unread.append((variable, wrong, values))
            found += _word_findings(table, variable, words)
        else:
            made = values
            if described.type is None:
                found += _word_findings(table, variable, pd.Series(values).isin(MISSING_IN_TEXT).to_numpy())
        if _contradicts(described, variable, values):
            found.append(_type_finding(table, described, variable))
        frame_columns[described.name] = made
    dataset = Dataset(spec, pd.DataFrame(frame_columns, index=pd.RangeIndex(table.rows), copy=False))
    found += [_unread_findings(dataset, *each, table.metadata.file) for each in unread]
    return dataset, join_findings(found)


def _contradicts(described: FileVariable, variable: Variable, values: np.ndarray) -> bool:
    """Whether the file says a type that the spec does not; a real date of a file is the text of a date as well."""
    if described.type is None:
        return False
    if described.type in MOMENTS:
        is_number = values.dtype != object or described.format is not None
        if values.dtype != object:
            return not variable.is_numeric and not variable.is_iso_date and described.type != TIME
        return is_number != variable.is_numeric
    return (described.type in NUMBERS) != variable.is_numeric


def _type_finding(table: FileTable, described: FileVariable, variable: Variable) -> pd.DataFrame:
    name, file = variable.name, table.metadata.file
    form = f" with the format {described.format}" if described.format else ""
    is_text = described.type == TEXT or (described.type in MOMENTS and not described.format)
    has = "text" if is_text else f"a number{form}"
    wanted = "a number" if variable.is_numeric else "ISO 8601 text" if variable.is_iso_date else "text"
    message = f"{name} is {has} in {file}, and should be {wanted}; it is read as that"
    return build_findings(
        WRONG_TYPE, "error", 1, message=message, dataset=table.metadata.name, variable=name, value=described.type or "",
        expected=variable.type, source=str(Source(file)),
    )  # fmt: skip


def _word_findings(table: FileTable, variable: Variable, where: np.ndarray) -> Iterator[pd.DataFrame]:
    """One finding for a variable in which words stand for missing values."""
    positions = np.flatnonzero(where)
    if len(positions):
        column = table.columns[[each.name for each in table.metadata.variables].index(variable.name)]
        words = sorted({str(text) for text in column[positions]})
        shown = ", ".join(f'"{word}"' for word in words)
        what = "is read as missing" if variable.is_numeric else "may stand for a missing value"
        message = f"{shown} in {len(positions)} records of {variable.name} {what}; an empty cell says it for certain"
        yield build_findings(
            MISSING_AS_TEXT, "warning", 1, message=message, dataset=table.metadata.name, variable=variable.name, value=words[0],
            expected="an empty cell", record=str(positions[0] + 1), source=str(Source(table.metadata.file)),
        )  # fmt: skip


def _unread_findings(
    dataset: Dataset, variable: Variable, where: np.ndarray, values: np.ndarray, file: str
) -> pd.DataFrame:
    """REC-006 at each record; the value is the text of the file, because the dataset has none there."""
    positions = np.flatnonzero(where)
    texts = [str(text) for text in values[positions]]
    wanted = f"a number or an ISO 8601 {format_kind(variable.format)}" if format_kind(variable.format) else "a number"
    messages = [f'"{text}" in {variable.name} is no number; the value is left missing' for text in texts]
    found = dataset.findings(positions, NOT_A_NUMBER, "error", variable.name, messages, wanted)
    return found.assign(value=texts, source=str(Source(file)))


def _number_texts(values: np.ndarray, described: FileVariable) -> np.ndarray:
    """Numbers as text: dates and times of SAS as ISO 8601 by their format, others as their shortest decimal text."""
    shape = parse_sas_format(described.format or "")
    if shape.kind not in ("date", "moment", "time"):
        return format_values(values)
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    texts = ["" if math.isnan(value) else format_number(float(value), shape)[0] for value in distinct]
    if shape.kind == "moment" and any("T" in text for text in texts):
        # beside other times of day a midnight is one of them, and not a date alone
        texts = [f"{text}T00:00" if len(text) == len("2021-03-05") else text for text in texts]
    return taken(texts, codes)


def _parse_numbers(values: np.ndarray, variable: Variable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The numbers of a column of texts; masks of the records whose text is none, and whose text is a word for missing."""
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    kind = format_kind(variable.format)
    numbers, wrong, words = np.full(len(distinct), np.nan), np.zeros(len(distinct), bool), np.zeros(len(distinct), bool)
    for at, text in enumerate(distinct):
        stripped = text.strip()
        if stripped.upper() in MISSING_WORDS:
            words[at] = True
        elif stripped:
            number = parse_number(stripped, kind)
            wrong[at] = number is None
            numbers[at] = math.nan if number is None else number
    return numbers[codes], wrong[codes], words[codes]


def parse_number(text: str, kind: str = "") -> float | None:
    """The number that a text is; of a complete ISO 8601 date, datetime or time (``kind``) that of SAS; None for any other."""
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    try:
        if kind == DATE:
            return float((dt.date.fromisoformat(text[:10]) - DAY_ZERO).days) if len(text) >= 10 else None
        if kind == DATETIME:
            moment = dt.datetime.fromisoformat(text)
            return (moment.replace(tzinfo=None) - dt.datetime.combine(DAY_ZERO, dt.time())).total_seconds()
        if kind == TIME:
            clock = dt.time.fromisoformat(text)
            return clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
    except ValueError:
        return None
    return None
