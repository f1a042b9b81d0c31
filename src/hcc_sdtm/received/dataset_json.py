"""Dataset-JSON 1.0 and 1.1 to tables: one JSON document, or NDJSON (a line of metadata, then a line for each record)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hcc_sdtm.dataset import format_value
from hcc_sdtm.finding import Finding
from hcc_sdtm.raw.limits import MAX_FILE_BYTES
from hcc_sdtm.received.file_table import (
    DATE,
    DATETIME,
    FLOAT,
    INTEGER,
    MOMENTS,
    NUMBERS,
    SAS_FORMATS,
    TEXT,
    TIME,
    FileMetadata,
    FileTable,
    FileVariable,
    quoted,
    refusal,
)
from hcc_sdtm.source import Source

RECORDS_DIFFER = "REC-013 received.records-differ"
OTHER_KIND = "REC-015 received.value-of-another-type"

TYPES = {
    "string": TEXT, "text": TEXT, "uri": TEXT, "boolean": TEXT, "integer": INTEGER, "float": FLOAT, "double": FLOAT,
    "decimal": FLOAT, "date": DATE, "datetime": DATETIME, "time": TIME,
}  # fmt: skip
RECORD_NUMBER = "ITEMGROUPDATASEQ"
"""A column that version 1.0 puts before the variables: the position of the record."""

_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escape of JSON for half of a character outside the basic plane; only two together make one."""

_NOT_OURS = (
    'is JSON but no Dataset-JSON: it has neither "columns" (version 1.1) '
    'nor "clinicalData" or "referenceData" (version 1.0)'
)


class _NotFiniteError(ValueError):
    """The file has NaN or Infinity, which are no JSON."""


def read_dataset_json(path: Path, name: str) -> list[FileTable]:
    """Each dataset of the file, in its order; missing text is ``""``, missing numbers NaN, half of a character U+FFFD.

    A date or time whose ``targetDataType`` is integer stays ISO 8601 text of that type until the standard says that it is a
    number. Findings: REC-013 where the file says another number of records than it has, REC-015 for values that are not of the
    type that the file says. Raises StudyError for a file that is no JSON, is cut off, or is JSON of something else. Source:
    CDISC Dataset-JSON 1.0 and 1.1.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise refusal(name, f"is larger than {MAX_FILE_BYTES >> 20:,} MB, the most that is read; split it")
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise refusal(name, "is empty; ask for it again")
    is_lines = path.suffix.casefold() == ".ndjson"
    try:
        document = _parse_lines(content) if is_lines else _parse(content)
    except _NotFiniteError as failure:
        raise refusal(
            name, f"is not JSON: it has {failure}, which JSON does not know; a missing number is null"
        ) from None
    except json.JSONDecodeError as failure:
        message = f"line {failure.lineno}: {failure.msg[:1].lower()}{failure.msg[1:]}"
        raise refusal(name, f"is not whole JSON: {message}; it is cut off or damaged, ask for it again") from failure
    except UnicodeDecodeError as failure:
        raise refusal(name, "is not UTF-8 text, as JSON must be; ask for it in UTF-8") from failure
    except RecursionError as failure:
        raise refusal(name, "is JSON nested too deeply to be a dataset") from failure
    if not isinstance(document, dict):
        raise refusal(name, _NOT_OURS)
    if "columns" in document:
        return [_build_table(document, document.get("columns"), document.get("rows", []), name)]
    return _read_first_version(document, name)


def _parse(content: bytes) -> Any:
    def refuse(constant: str) -> None:
        raise _NotFiniteError(constant)

    document = json.loads(content, parse_constant=refuse)
    return _without_halves(document) if _HALF_CHARACTER.search(content) else document


def _without_halves(value: Any) -> Any:
    """The value with U+FFFD for each half of a character that stands alone: it is no text, and nothing could write it."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_halves(each) for each in value]
    if isinstance(value, dict):
        return {_without_halves(name): _without_halves(each) for name, each in value.items()}
    return value


def _parse_lines(content: bytes) -> Any:
    """The metadata of the first line, with the arrays of the other lines as its rows."""
    first, _, rest = content.partition(b"\n")
    document = _parse(first)
    if isinstance(document, dict):
        lines = [line for line in rest.splitlines() if line.strip()]
        try:
            document["rows"] = _parse(b"[" + b",".join(lines) + b"]")
        except json.JSONDecodeError as failure:
            for number, line in enumerate(rest.splitlines(), 2):
                if line.strip():
                    _parse_line(line, number)
            raise failure
    return document


def _parse_line(line: bytes, number: int) -> None:
    try:
        _parse(line)
    except json.JSONDecodeError as failure:
        raise json.JSONDecodeError(failure.msg, "\n" * (number - 1), number - 1) from failure


def _read_first_version(document: Mapping[str, Any], name: str) -> list[FileTable]:
    tables = []
    for kind in ("clinicalData", "referenceData"):
        groups = document.get(kind)
        data = groups.get("itemGroupData") if isinstance(groups, dict) else None
        if isinstance(data, dict):
            tables += [
                _build_table(group, group.get("items"), group.get("itemData", []), name)
                for group in data.values()
                if isinstance(group, dict)
            ]
    if not tables:
        raise refusal(name, _NOT_OURS)
    return tables


def _build_table(about: Mapping[str, Any], described: Any, rows: Any, name: str) -> FileTable:
    said_name = str(about.get("name") or "")
    title = said_name or Path(name).stem.upper()
    if not isinstance(described, list) or not all(isinstance(each, dict) and each.get("name") for each in described):
        raise refusal(name, f'the columns of dataset "{title}" are no list of objects that have a name')
    if not isinstance(rows, list) or not all(type(row) is list for row in rows):
        raise refusal(name, f'the rows of dataset "{title}" are no list of lists')
    width = len(described)
    if len(set(map(len, rows)) | {width}) > 1:
        number = next(number for number, row in enumerate(rows, 1) if len(row) != width)
        found = len(rows[number - 1])
        raise refusal(
            name, f'row {number} of dataset "{title}" has {found} values for {width} columns; ask for it again'
        )
    found_columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in described]
    variables, columns, findings = [], [], []
    for column, values in zip(described, found_columns, strict=True):
        if column["name"] == RECORD_NUMBER:
            continue
        variable = _build_variable(column, title, name)
        texts, other = _build_column(variable, values, title, name)
        variables.append(variable)
        columns.append(texts)
        findings += list(_other_findings(variable, other, title, name))
    said = about.get("records")
    if isinstance(said, int) and said != len(rows):
        message = f"the file says that {title} has {said} records, and {len(rows)} are there; ask for it again"
        findings.append(
            Finding(RECORDS_DIFFER, "error", message, dataset=title, expected=str(said), source=str(Source(name)))
        )
    label = about.get("label")
    metadata = FileMetadata(said_name, str(label) if label is not None else None, name, tuple(variables))
    return FileTable(metadata, columns, len(rows), findings)


def _build_variable(column: Mapping[str, Any], title: str, name: str) -> FileVariable:
    said = column.get("dataType", column.get("type"))
    type_ = TYPES.get(str(said).casefold())
    if type_ is None:
        message = f'the type "{said}" of {title}.{column["name"]} is none of Dataset-JSON; allowed: {", ".join(TYPES)}'
        raise refusal(name, message)
    length, label, form = column.get("length"), column.get("label"), column.get("displayFormat")
    if type_ in MOMENTS and column.get("targetDataType") == "integer":
        form = form or SAS_FORMATS[type_]
    elif type_ in MOMENTS:
        form = None
    return FileVariable(
        str(column["name"]),
        str(label) if label is not None else None,
        type_,
        length if isinstance(length, int) and not isinstance(length, bool) else None,
        str(form) if form else None,
    )


def _build_column(
    variable: FileVariable, values: Sequence[Any], title: str, name: str
) -> tuple[np.ndarray, list[tuple[int, Any]]]:
    """The column, and the position and value of the first of each type of value that is not of the variable's type."""
    kinds = set(map(type, values))
    if kinds & {list, dict}:
        at = next(at for at, value in enumerate(values) if isinstance(value, list | dict))
        raise refusal(name, f"row {at + 1} of {title} has no single value in {variable.name}; ask for it again")
    if variable.type in NUMBERS and not kinds - {int, float, type(None)}:
        return np.array(values, dtype=np.float64), []
    usual = {str, type(None)}
    texts = np.array([*values, None], dtype=object)[:-1]
    if kinds - {str}:
        texts = _as_text(texts)
    if variable.type in NUMBERS:
        usual |= {int, float}  # a decimal is written as text
    odd = kinds - usual
    return texts, [next((at, value) for at, value in enumerate(values) if type(value) is kind) for kind in odd]


def _as_text(values: np.ndarray) -> np.ndarray:
    made = {value: str(value).lower() for value in (True, False)}
    texts = [
        value
        if type(value) is str
        else ""
        if value is None
        else made[value]
        if type(value) is bool
        else format_value(value)
        for value in values
    ]
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    return column


def _other_findings(
    variable: FileVariable, other: Sequence[tuple[int, Any]], title: str, name: str
) -> Iterator[Finding]:
    for at, value in sorted(other, key=lambda each: each[0]):
        message = (
            f"{variable.name} is of type {variable.type} by the file, and has values such as {quoted([str(value)])}"
        )
        yield Finding(
            OTHER_KIND, "warning", message, dataset=title, record=str(at + 1), variable=variable.name, value=str(value),
            expected=str(variable.type), source=str(Source(name)),
        )  # fmt: skip
