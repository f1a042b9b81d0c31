"""Datasets as someone sends them: columns under labels, types and lengths; read as the files of a folder are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from hcc_sdtm.finding import join_findings
from hcc_sdtm.received import FileMetadata, FileVariable, Received
from hcc_sdtm.received.file_table import FileTable
from hcc_sdtm.received.received_spec import build_spec
from hcc_sdtm.received.typed_columns import build_dataset
from hcc_sdtm.spec.model import DatasetSpec, Specs

NUMBER, TEXT = "float", "text"


@dataclass(frozen=True)
class Sent:
    """One dataset of a submission: its records, and what its file says of it and of each variable."""

    name: str
    label: str
    frame: pd.DataFrame
    variables: tuple[FileVariable, ...]

    def with_values(self, frame: pd.DataFrame) -> Sent:
        """The dataset with other values; a column that has become text says so in the file."""
        return replace(
            self, frame=frame, variables=tuple(_described(each, frame[each.name]) for each in self.variables)
        )


def send(spec: DatasetSpec, records: pd.DataFrame) -> Sent:
    """The records under the variables of the spec in its order; an optional variable that no record has is left out."""
    spec = spec.taking({*(variable.name for variable in spec.variables), *records})
    known = [
        variable
        for variable in spec.variables
        if variable.core in ("Req", "Exp") or (variable.name in records and _is_given(records[variable.name]).any())
    ]
    unknown = [name for name in records if name not in spec.by_name and _is_given(records[name]).any()]
    if unknown:
        raise ValueError(f"{spec.name}: no variable {', '.join(unknown)} in the spec")
    columns, variables = {}, []
    for variable in known:
        values = records[variable.name] if variable.name in records else pd.Series([None] * len(records))
        if variable.is_numeric:
            columns[variable.name] = pd.to_numeric(values.replace("", np.nan)).astype(float)
        else:
            columns[variable.name] = values.where(values.notna(), "").astype(str).astype(object)
        described = FileVariable(variable.name, variable.label, None, None, variable.format or None)
        variables.append(_described(described, columns[variable.name]))
    return Sent(spec.name, spec.label, pd.DataFrame(columns).reset_index(drop=True), tuple(variables))


def receive(sent: Mapping[str, Sent], specs: Specs) -> Received:
    """The datasets as `hcc_sdtm.received.read_received` gives them, without files."""
    datasets, metadata, found = {}, {}, []
    for name, each in sent.items():
        table = FileTable(_metadata(each), [each.frame[v.name].to_numpy() for v in each.variables], len(each.frame))
        spec, _ = build_spec(table, specs, None)
        datasets[name], noticed = build_dataset(table, spec)
        metadata[name] = table.metadata
        found.append(noticed)
    return Received(datasets, metadata, None, join_findings(found), specs)


def write(sent: Mapping[str, Sent], folder: Path) -> None:
    """Writes each dataset as a transport file."""
    for name, each in sent.items():
        pyreadstat.write_xport(
            each.frame,
            str(folder / f"{name.lower()}.xpt"),
            file_label=each.label,
            column_labels={variable.name: variable.label or "" for variable in each.variables},
            table_name=name,
            file_format_version=5,
            variable_format={variable.name: variable.format for variable in each.variables if variable.format},
        )


def _is_given(values: pd.Series) -> pd.Series:
    return values.notna() & (values != "")


def _described(variable: FileVariable, values: pd.Series) -> FileVariable:
    if values.dtype != object:
        return replace(variable, type=NUMBER, length=8)
    longest = max((len(str(value).encode()) for value in values), default=1)
    return replace(variable, type=TEXT, length=max(longest, 1))


def _metadata(sent: Sent) -> FileMetadata:
    return FileMetadata(sent.name, sent.label, f"{sent.name.lower()}.xpt", sent.variables)
