"""``lineage.parquet``: for each record of each SDTM dataset, which raw row and which rule of which mapping made it.

One row is one record. ``file``, ``sheet`` and ``row`` are the cell row a person can open; the other columns
are the dataset's hidden origin columns (see `hcc_sdtm.dataset`). The file's metadata holds what resolves a
column: the mappings' rules with their columns, the tables that were read, and how derived variables were
made. No text of any cell is in it: `read_lineage` reads that from the site's files, whose hashes are in the
manifest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hcc_sdtm.dataset import (
    ITEM,
    NO_ROW,
    PLAN,
    ROW,
    CellRule,
    Dataset,
    Derivation,
    Groups,
    Lineage,
    Origins,
    Plan,
    RawRows,
)
from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import read_raw_file
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import DatasetSpec

_METADATA = b"hcc-sdtm"


def write_lineage(
    path: Path, datasets: Mapping[str, Dataset], lineage: Lineage, starts: Mapping[str, str] | None = None
) -> None:
    """One row group a dataset, in the order given; ``starts`` names the ADSL date that each ADTTE parameter starts from."""
    hidden = sorted({name for dataset in datasets.values() for name in dataset.frame.columns if _is_origin(name)})
    fields = [pa.field("dataset", pa.dictionary(pa.int32(), pa.string())), pa.field("record", pa.int32())]
    fields += [pa.field(name, pa.dictionary(pa.int32(), pa.string())) for name in ("file", "sheet")]
    fields += [pa.field("row", pa.int32()), *(pa.field(name, pa.int64()) for name in hidden)]
    resolving = {**_metadata(datasets, lineage), "starts": dict(starts or {})}
    schema = pa.schema(fields, metadata={_METADATA: json.dumps(resolving, ensure_ascii=False).encode()})
    with pq.ParquetWriter(path, schema) as writer:
        for name, dataset in datasets.items():
            writer.write_table(_table(name, dataset, lineage.origins, hidden, schema))


def _is_origin(name: str) -> bool:
    return name in (PLAN, ROW, ITEM) or name.startswith((f"{ROW}:", f"{ITEM}:", "_branch:", "_at:"))


def _table(name: str, dataset: Dataset, origins: Origins, hidden: list[str], schema: pa.Schema) -> pa.Table:
    frame = dataset.frame
    size = len(frame)
    rows = frame[ROW].astype("Int64") if ROW in frame else pd.Series(pd.NA, index=range(size), dtype="Int64")
    # a group of raw rows is shown by its first
    shown = origins.first_rows(rows.fillna(NO_ROW).to_numpy(dtype=np.int64))
    tables = np.searchsorted(origins.firsts, shown, side="right") - 1
    sheet_rows = np.zeros(size, dtype=np.int32)
    for index in np.unique(tables[shown >= 0]):
        here = tables == index
        sheet_rows[here] = origins.tables[index].row_numbers[shown[here] - origins.firsts[index]]
    columns: list[pa.Array] = [
        _repeated([name], np.zeros(size, dtype=np.int64)),
        pa.array(np.arange(1, size + 1, dtype=np.int32)),
        _repeated([table.file for table in origins.tables], np.where(shown < 0, -1, tables)),
        _repeated([table.sheet for table in origins.tables], np.where(shown < 0, -1, tables)),
        pa.array(sheet_rows),
    ]
    for column in hidden:
        known = column in frame
        columns.append(
            pa.array(frame[column].astype("Int64"), type=pa.int64()) if known else pa.nulls(size, pa.int64())
        )
    return pa.Table.from_arrays(columns, schema=schema)


def _repeated(texts: list[str], positions: np.ndarray) -> pa.DictionaryArray:
    """The text at each position, null for -1; each distinct text is held once."""
    codes, distinct = pd.factorize(np.array(texts, dtype=object))
    taken = np.append(codes, -1)[positions]
    return pa.DictionaryArray.from_arrays(
        pa.array(taken.astype(np.int32), mask=taken < 0), pa.array(distinct, pa.string())
    )


def _metadata(datasets: Mapping[str, Dataset], lineage: Lineage) -> dict[str, object]:
    origins = lineage.origins
    return {
        "tables": [
            {
                "file": table.file,
                "sheet": table.sheet,
                "first": first,
                "rows": _steps(table.row_numbers),
                "encoding": table.encoding,
                "identifying": sorted(table.identifying),
            }
            for table, first in zip(origins.tables, origins.firsts, strict=True)
        ],
        "groups": {name: _steps(np.array(numbers, dtype=np.int64)) for name, numbers in asdict(origins.groups).items()},
        "plans": [
            {
                "dataset": plan.dataset,
                "site": plan.site,
                "line": [plan.line.file, plan.line.line],
                "rules": {
                    variable: [
                        {"line": [rule.line.file, rule.line.line]}
                        | {"reads": [[part.role, part.columns] for part in (rule, *rule.also)]}
                        for rule in rules
                    ]
                    for variable, rules in plan.rules.items()
                },
            }
            for plan in lineage.plans
        ],
        "derivations": {
            name: {
                variable: [derivation.how, derivation.inputs, derivation.dataset]
                for variable, derivation in dataset.derivations.items()
            }
            for name, dataset in datasets.items()
        },
    }


def _steps(numbers: np.ndarray) -> list[list[int]]:
    """The numbers as [step, how often] of each stretch of equal steps, the first from 0: short where rows stand together."""
    steps = np.diff(numbers, prepend=0)
    starts = np.flatnonzero(np.diff(steps, prepend=steps[:1] - 1))
    return [
        [int(step), int(count)] for step, count in zip(steps[starts], np.diff(starts, append=len(steps)), strict=True)
    ]


def _numbers(steps: Sequence[Sequence[int]]) -> np.ndarray:
    """The numbers of `_steps`."""
    found = np.array(steps, dtype=np.int64).reshape(-1, 2)
    return np.cumsum(np.repeat(found[:, 0], found[:, 1]))


@dataclass
class RawFiles:
    """Sheets of the raw folder, read when a cell is asked for."""

    folder: Path
    sheets: dict[str, dict[str, RawSheet]] = field(default_factory=dict)

    def sheet(self, file: str, sheet: str, encoding: str) -> RawSheet | None:
        """The sheet; None where the folder no longer has it."""
        if file not in self.sheets:
            try:
                found = read_raw_file(self.folder, file, encoding)[0]
            except StudyError:
                found = []
            self.sheets[file] = {each.sheet: each for each in found}
        return self.sheets[file].get(sheet)


@dataclass
class FileRows:
    """Rows of one raw table, whose text is read from the raw folder on demand."""

    file: str
    sheet: str
    row_numbers: np.ndarray
    encoding: str
    identifying: frozenset[int]
    raw: RawFiles

    def typed(self, row: int, column: int) -> str:
        """Text of the cell; ``""`` where it is identifying or the file is not there any more."""
        sheet = self.raw.sheet(self.file, self.sheet, self.encoding)
        inside = sheet is not None and row <= sheet.grid.shape[0] and column <= sheet.grid.shape[1]
        if sheet is None or not inside or column in self.identifying:
            return ""
        return str(sheet.grid[row - 1, column - 1])


def read_lineage(
    path: Path, frames: Mapping[str, pd.DataFrame], specs: Mapping[str, DatasetSpec], raw: Path
) -> dict[str, Dataset]:
    """The published SDTM frames as datasets that can be traced again; ``raw`` is the folder of the sites' files."""
    table = pq.read_table(path)
    metadata = json.loads(table.schema.metadata[_METADATA])
    files = RawFiles(raw)
    origins = Origins(groups=Groups(**{name: _numbers(steps).tolist() for name, steps in metadata["groups"].items()}))
    for each in metadata["tables"]:
        numbers, identifying = _numbers(each["rows"]), frozenset(each["identifying"])
        rows: RawRows = FileRows(each["file"], each["sheet"], numbers, each["encoding"], identifying, files)
        origins.add(rows)
    lineage = Lineage(origins, [_plan(each) for each in metadata["plans"]])
    records = table.to_pandas()
    for name, frame in frames.items():
        own = records[records["dataset"] == name].sort_values("record").reset_index(drop=True)
        hidden = own[[column for column in own.columns if column.startswith("_")]].dropna(axis=1, how="all")
        joined = pd.concat([frame.reset_index(drop=True), hidden.astype("Int64")], axis=1)
        derivations = {
            variable: Derivation(how, tuple(inputs), dataset)
            for variable, (how, inputs, dataset) in metadata["derivations"].get(name, {}).items()
        }
        lineage.datasets[name] = Dataset(specs[name], joined, lineage, derivations)
    return lineage.datasets


def read_starts(path: Path) -> dict[str, str]:
    """The ADSL date that each ADTTE parameter starts from, by PARAMCD."""
    return dict(json.loads(pq.read_schema(path).metadata[_METADATA])["starts"])


def _plan(data: dict[str, Any]) -> Plan:
    rules = {variable: tuple(map(_cell_rule, listed)) for variable, listed in data["rules"].items()}
    file, line = data["line"]
    return Plan(data["dataset"], data["site"], rules, Source(file, line=line))


def _cell_rule(data: dict[str, Any]) -> CellRule:
    file, line = data["line"]
    (role, columns), *also = [(role, tuple(map(tuple, columns))) for role, columns in data["reads"]]
    source = Source(file, line=line)
    return CellRule(role, columns, source, tuple(CellRule(*part, source) for part in also))
