"""CSV files to tables, described by ``_variables.csv`` and ``_datasets.csv`` beside them where those are there.

Without a description a CSV file says nothing but names and texts: what a column should be is then told by the standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from hcc_sdtm.finding import Finding
from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.raw.text.delimited import read_delimited
from hcc_sdtm.received.file_table import (
    DATE,
    DATETIME,
    FLOAT,
    INTEGER,
    TEXT,
    TIME,
    FileMetadata,
    FileTable,
    FileVariable,
    refusal,
)
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import read_csv_file

NO_NAME = "REC-008 received.no-usable-name"
NOT_THERE = "REC-009 received.described-not-there"
NOT_DESCRIBED = "REC-010 received.not-described"

VARIABLES, DATASETS = "_variables.csv", "_datasets.csv"
TYPE_WORDS = {
    TEXT: "text char character c string $ uri",
    INTEGER: "integer int",
    FLOAT: "float num numeric number n double decimal",
    DATE: "date partialdate incompletedate",
    DATETIME: "datetime partialdatetime incompletedatetime",
    TIME: "time partialtime incompletetime",
}
_TYPES = {word: type_ for type_, words in TYPE_WORDS.items() for word in words.split()}


@dataclass
class Descriptions:
    """What ``_variables.csv`` and ``_datasets.csv`` say: variables by dataset, labels by dataset, and where each is said."""

    variables: dict[str, dict[str, FileVariable]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    lines: dict[tuple[str, str], Source] = field(default_factory=dict)
    has_variables: bool = False


def read_csv_table(path: Path, name: str) -> FileTable:
    """The file's table, every column text; its dataset is named like the file, in capitals.

    An empty line is no record. Findings: those of reading text (RAW rules), REC-008 for a column without a name, which is left
    out. Raises StudyError for a file that is no text or has no header.
    """
    sheets, noticed = read_delimited(path, name)
    grid = sheets[0].grid
    if not grid.size or not any(str(cell).strip() for cell in grid[0]):
        raise refusal(name, "has no header line; its first line must have the names of the variables")
    filled = (grid[1:] != "").any(axis=1)
    body = grid[1:] if filled.all() else grid[1:][filled]
    title = path.stem.upper()
    variables, columns = [], []
    findings = [Finding(**dict(zip(noticed.columns, row, strict=True))) for row in noticed.itertuples(index=False)]
    for at, cell in enumerate(grid[0]):
        if str(cell).strip():
            variables.append(FileVariable(str(cell).strip()))
            columns.append(np.ascontiguousarray(body[:, at]))
        elif (body[:, at] != "").any():
            message = f"column {at + 1} of {name} has no name; it is left out"
            source = str(Source(name, row=1, column=at + 1))
            findings.append(Finding(NO_NAME, "error", message, dataset=title, source=source))
    return FileTable(FileMetadata(title, None, name, tuple(variables)), columns, len(body), findings)


def read_descriptions(folder: Path, problems: list[Problem]) -> Descriptions:
    """What the two files in the folder say; what is wrong with them is added to ``problems``.

    A dataset may be named as it is or as its file (``DM``, ``dm.csv``); the names of the columns may be in any case.
    """
    found = Descriptions()
    paths = {path.name.casefold(): path for path in sorted(folder.iterdir())}
    if VARIABLES in paths:
        found.has_variables = True
        for line, cells in _rows(paths[VARIABLES], ("dataset", "variable"), problems):
            _take_variable(line, cells, found, problems)
    if DATASETS in paths:
        for line, cells in _rows(paths[DATASETS], ("dataset",), problems):
            dataset = _dataset_name(cells["dataset"])
            found.labels[dataset] = cells.get("label", "")
            found.lines[(dataset, "")] = line
    return found


def describe(table: FileTable, descriptions: Descriptions) -> FileTable:
    """The table with the labels, types and lengths of the descriptions, and the findings where the two do not agree.

    Findings: REC-009 for a variable that is described and not in the file, REC-010 for one that is not described.
    """
    name = table.metadata.name
    described = descriptions.variables.get(name, {})
    label = descriptions.labels.get(name)
    if not descriptions.has_variables:
        return replace(table, metadata=replace(table.metadata, label=table.metadata.label if label is None else label))
    by_folded = {each.casefold(): variable for each, variable in described.items()}
    variables = tuple(_merged(each, by_folded.get(each.name.casefold())) for each in table.metadata.variables)
    metadata = replace(table.metadata, label=table.metadata.label if label is None else label, variables=variables)
    own = [each.name for each in variables if each.name.casefold() not in by_folded]
    there = {each.name.casefold() for each in variables}
    findings = [*table.findings]
    for variable in described:
        if variable.casefold() not in there:
            source = descriptions.lines[(name, variable)]
            message = f'{source.file} describes "{variable}", which {metadata.file} has not{nearest(variable, own)}'
            findings.append(Finding(NOT_THERE, "warning", message, dataset=name, variable=variable, source=str(source)))
    if not described:
        message = f"{VARIABLES} describes no variable of {name}"
        findings.append(Finding(NOT_DESCRIBED, "warning", message, dataset=name, source=metadata.file))
    else:
        findings += _not_described(variables, by_folded, metadata)
    return replace(table, metadata=metadata, findings=findings)


def undescribed_findings(descriptions: Descriptions, names: Sequence[str]) -> Iterator[Finding]:
    """REC-009 for each dataset that is described and not there."""
    said = {dataset: source for (dataset, _), source in reversed(descriptions.lines.items())}
    for dataset, source in said.items():
        if dataset not in names:
            message = f'{source.file} describes the dataset "{dataset}", which is not there{nearest(dataset, names)}'
            yield Finding(NOT_THERE, "warning", message, dataset=dataset, source=str(source))


def _not_described(
    variables: Sequence[FileVariable], by_folded: Mapping[str, FileVariable], metadata: FileMetadata
) -> Iterator[Finding]:
    for variable in variables:
        if variable.name.casefold() not in by_folded:
            message = f"{VARIABLES} does not describe {variable.name} of {metadata.name}"
            yield Finding(
                NOT_DESCRIBED, "warning", message, dataset=metadata.name, variable=variable.name, source=metadata.file
            )


def _merged(own: FileVariable, said: FileVariable | None) -> FileVariable:
    if said is None:
        return own
    return FileVariable(own.name, said.label or own.label, own.type or said.type, said.length or own.length, own.format)


def _rows(path: Path, required: Sequence[str], problems: list[Problem]) -> Iterator[tuple[Source, dict[str, str]]]:
    """The line of each row, and its cells by column name in small letters; ``filename`` is another name of ``dataset``."""
    noticed: list[Problem] = []
    file = read_csv_file(path, noticed, (), None)
    problems += [Problem(replace(problem.source, file=path.name), problem.message) for problem in noticed]
    folded = {"dataset" if column.casefold() == "filename" else column.casefold(): column for column in file.columns}
    missing = [column for column in required if column not in folded]
    if file.columns and missing:
        problems += [
            Problem(Source(path.name, line=1), f'column "{column}" is missing{nearest(column, folded)}')
            for column in missing
        ]
        return
    for row in file.rows:
        yield Source(path.name, line=row.line), {name: row[column] for name, column in folded.items()}


def _take_variable(line: Source, cells: Mapping[str, str], found: Descriptions, problems: list[Problem]) -> None:
    dataset, name = _dataset_name(cells["dataset"]), cells["variable"]
    word = cells.get("type", "")
    type_ = _TYPES.get(word.casefold())
    if word and type_ is None:
        hint = nearest(word, _TYPES) or f"; expected {', '.join(TYPE_WORDS)}"
        problems.append(Problem(line, f'unknown type "{word}" of {dataset}.{name}{hint}'))
    length = cells.get("length", "")
    if length and not length.isdecimal():
        problems.append(Problem(line, f'length "{length}" of {dataset}.{name} is not a whole number'))
        length = ""
    variables = found.variables.setdefault(dataset, {})
    if name in variables:
        first = found.lines[(dataset, name)].line
        problems.append(Problem(line, f"{dataset}.{name} is already on line {first}"))
        return
    variables[name] = FileVariable(
        name, cells.get("label") or None, type_, int(length) if length else None, cells.get("format") or None
    )
    found.lines[(dataset, name)] = line


def _dataset_name(text: str) -> str:
    stem, dot, ending = text.rpartition(".")
    return (stem if dot and ending.casefold() in ("csv", "xpt", "json", "parquet") else text).upper()
