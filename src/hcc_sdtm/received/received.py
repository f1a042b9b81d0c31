"""A folder of datasets that came from outside: read, named, and given the specs they are checked by.

Takes SAS transport files, Dataset-JSON, Parquet and CSV. Does not judge the data: what is said here is what a reader notices
about files; checks of the datasets are rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import Finding, findings_frame, join_findings
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.received.csv_table import (
    Descriptions,
    describe,
    read_csv_table,
    read_descriptions,
    undescribed_findings,
)
from hcc_sdtm.received.dataset_json import read_dataset_json
from hcc_sdtm.received.define_metadata import DefineMetadata
from hcc_sdtm.received.define_xml import read_define
from hcc_sdtm.received.file_table import FileMetadata, FileTable, refusal
from hcc_sdtm.received.folder_files import find_files, folder_findings
from hcc_sdtm.received.parquet import read_parquet
from hcc_sdtm.received.received_spec import build_spec
from hcc_sdtm.received.table_names import name_table, naming_problems
from hcc_sdtm.received.typed_columns import build_dataset
from hcc_sdtm.received.xpt import read_xpt
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.tables import read_spec_tables

NO_RECORDS = "REC-003 received.no-records"
UNKNOWN_DATASET = "REC-004 received.unknown-dataset"

READERS: Mapping[str, Callable[[Path, str], list[FileTable]]] = {
    ".xpt": read_xpt,
    ".xport": read_xpt,
    ".json": read_dataset_json,
    ".ndjson": read_dataset_json,
    ".parquet": lambda path, name: [read_parquet(path, name)],
    ".csv": lambda path, name: [read_csv_table(path, name)],
}
"""The reader of each kind of file, by the ending of its name."""


@dataclass(frozen=True)
class Received:
    """Datasets by name in the order of their files, what the files say of them, the define, and what reading noticed.

    The columns of a dataset are those of its file in its order; records are numbered from 1 in the order of the file.
    """

    datasets: dict[str, Dataset]
    metadata: dict[str, FileMetadata]
    define: DefineMetadata | None
    findings: pd.DataFrame
    specs: Specs
    """The specs that the datasets were given theirs from."""


def read_received(folder: Path, define: Path | None = None, specs: Specs | None = None) -> Received:
    """The datasets of a folder's files, or of one file; ``specs`` None stands for SDTMIG 3.4 alone.

    Findings: REC-001 to REC-018, and RAW rules for the encoding of text. Raises StudyError with all problems: a folder without
    datasets, a file that cannot be read, two files for one dataset, two columns of one name, descriptions that say what cannot
    be.
    """
    files = find_files(folder)
    problems: list[Problem] = []
    root = folder if folder.is_dir() else folder.parent
    is_csv = any(path.suffix.casefold() in (".csv", ".parquet") for path in files)
    descriptions = read_descriptions(root, problems) if is_csv else Descriptions()
    defined: DefineMetadata | None = None
    try:
        defined = read_define(define) if define is not None else None
    except StudyError as failure:
        problems += failure.problems
    specs = specs if specs is not None else read_spec_tables([])
    tables: list[FileTable] = []
    for path in files:
        try:
            tables += _read_file(path, specs, descriptions)
        except StudyError as failure:
            problems += failure.problems
    problems += naming_problems(tables)
    if problems:
        raise StudyError(problems)
    notes = [*folder_findings(folder, files, define)]
    if folder.is_dir():
        notes += undescribed_findings(descriptions, [table.metadata.name for table in tables])
    datasets, found = {}, [findings_frame(notes)]
    for table in tables:
        name = table.metadata.name
        definition = defined.datasets.get(name) if defined is not None else None
        spec, guessed = build_spec(table, specs, definition)
        datasets[name], noticed = build_dataset(table, spec)
        found += [findings_frame([*table.findings, *_table_findings(table, guessed)]), noticed]
        table.columns.clear()
    return Received(
        datasets, {table.metadata.name: table.metadata for table in tables}, defined, join_findings(found), specs
    )


def _read_file(path: Path, specs: Specs, descriptions: Descriptions) -> list[FileTable]:
    """The tables of a file, under the names they go by."""
    name = path.name
    try:
        tables = READERS[path.suffix.casefold()](path, name)
    except OSError as failure:
        raise refusal(name, f"cannot be read: {failure.strerror or failure}") from failure
    stem = path.stem.upper()
    return [
        describe(each, descriptions) if path.suffix.casefold() in (".csv", ".parquet") else each
        for each in (name_table(table, stem, len(tables) == 1, specs) for table in tables)
    ]


def _table_findings(table: FileTable, guessed: str) -> Iterator[Finding]:
    metadata = table.metadata
    if guessed:
        yield Finding(UNKNOWN_DATASET, "warning", guessed, dataset=metadata.name, source=metadata.file)
    if not table.rows:
        message = f"{metadata.name} has no records; a dataset without data is left out of what is sent"
        yield Finding(NO_RECORDS, "warning", message, dataset=metadata.name, source=metadata.file)
