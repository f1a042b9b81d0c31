"""Data against its define.xml: what one has and the other has not, and what the define says of values that do not keep to it.

Knows variables and value level. Does not judge the define by any standard: a label that both have wrong is no finding here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import build_findings, findings_frame, join_findings
from hcc_sdtm.problem import nearest
from hcc_sdtm.received.define_metadata import DefinedDataset, DefineMetadata
from hcc_sdtm.received.define_values import check_values, contradicts
from hcc_sdtm.received.file_table import FileMetadata, quoted
from hcc_sdtm.source import Source

DATASET_NOT_DEFINED = "DEF-001 define.dataset-not-defined"
DATASET_NOT_SENT = "DEF-002 define.dataset-not-sent"
VARIABLE_NOT_DEFINED = "DEF-003 define.variable-not-defined"
VARIABLE_NOT_SENT = "DEF-004 define.variable-not-sent"
LABEL = "DEF-005 define.label"
TYPE = "DEF-006 define.type"
ORDER = "DEF-008 define.order"
KEYS = "DEF-010 define.keys-not-unique"
DATASET_LABEL = "DEF-012 define.dataset-label"
HAS_DATA = "DEF-014 define.has-data"
CLASS = "DEF-017 define.class"


class ReceivedData(Protocol):
    """What is checked: datasets, what their files say of them, and the define."""

    @property
    def datasets(self) -> dict[str, Dataset]:
        """The datasets by name."""

    @property
    def metadata(self) -> dict[str, FileMetadata]:
        """What the files say of them, by name."""

    @property
    def define(self) -> DefineMetadata | None:
        """The define; None where none was named."""


def check_define(received: ReceivedData) -> pd.DataFrame:
    """Findings of DEF-001 to DEF-017: the data against its define, and the define itself; none where no define was named.

    A variable has one finding of a rule, at the first record concerned, whose message says how many there are; a term that the
    define has not has one of its own. What a file does not say (a label in CSV) is not compared. The source is the line of the
    define.
    """
    define = received.define
    if define is None:
        return findings_frame()
    frames = [findings_frame(define.findings)]
    for name, dataset in received.datasets.items():
        metadata = received.metadata[name]
        defined = define.datasets.get(name)
        if defined is None:
            hint = nearest(name, define.datasets.keys() - received.datasets.keys())
            message = f"{metadata.file} has the dataset {name}, which {define.file} does not define{hint}"
            frames.append(_of_dataset(DATASET_NOT_DEFINED, "error", name, message, Source(metadata.file)))
            continue
        frames += _check_dataset(dataset, defined, metadata)
        frames += _check_variables(dataset, defined, metadata)
        frames += _check_order(dataset, defined)
        frames += _check_keys(dataset, defined)
        frames += check_values(dataset, defined, define, metadata)
    for name, defined in define.datasets.items():
        if name not in received.datasets and not defined.has_no_data:
            hint = nearest(name, received.datasets.keys() - define.datasets.keys())
            message = f"{define.file} defines the dataset {name}, which is not there{hint}"
            frames.append(_of_dataset(DATASET_NOT_SENT, "error", name, message, defined.line))
    return join_findings(frames)


def _of_dataset(
    rule: str,
    severity: str,
    dataset: str,
    message: str,
    source: Source,
    variable: str = "",
    value: str = "",
    expected: str = "",
) -> pd.DataFrame:
    return build_findings(
        rule,
        severity,
        1,
        message=message,
        dataset=dataset,
        variable=variable,
        value=value,
        expected=expected,
        source=str(source),
    )


def _check_dataset(dataset: Dataset, defined: DefinedDataset, metadata: FileMetadata) -> Iterator[pd.DataFrame]:
    name = dataset.name
    if metadata.label is not None and defined.label and metadata.label != defined.label:
        message = f'the label of {name} is "{metadata.label}" in {metadata.file} and "{defined.label}" in the define'
        yield _of_dataset(
            DATASET_LABEL, "warning", name, message, defined.line, value=metadata.label, expected=defined.label
        )
    class_ = dataset.spec.class_
    if defined.class_ and class_ and _plain(defined.class_) != _plain(class_):
        message = f'{name} is of class "{defined.class_}" by the define, and {class_} by the standard'
        yield _of_dataset(CLASS, "warning", name, message, defined.line, value=defined.class_, expected=class_)
    if defined.has_no_data and len(dataset):
        message = f"the define says that {name} has no data, and it has {len(dataset)} records"
        yield _of_dataset(HAS_DATA, "error", name, message, defined.line)


def _plain(class_: str) -> str:
    return class_.upper().replace("-", " ").strip()


def _check_variables(dataset: Dataset, defined: DefinedDataset, metadata: FileMetadata) -> Iterator[pd.DataFrame]:
    name = dataset.name
    has_labels = any(variable.label != "" for variable in metadata.variables)
    if not has_labels and any(item.label for item in defined.items):
        message = f"no variable of {name} has a label in {metadata.file}, and the define has labels"
        yield _of_dataset(LABEL, "warning", name, message, defined.line)
    for variable in metadata.variables:
        item = defined.by_name.get(variable.name)
        if item is None:
            hint = nearest(variable.name, defined.by_name.keys() - metadata.by_name.keys())
            message = f"{name} has the variable {variable.name}, which the define does not{hint}"
            yield _of_dataset(VARIABLE_NOT_DEFINED, "error", name, message, defined.line, variable.name)
            continue
        if has_labels and variable.label is not None and item.label and variable.label != item.label:
            message = f'the label of {variable.name} is "{variable.label}" in {metadata.file} and "{item.label}" in the define'
            yield _of_dataset(LABEL, "warning", name, message, item.line, variable.name, variable.label, item.label)
        if contradicts(variable, item):
            said = "text" if item.is_numeric else "a number"
            message = f"{variable.name} is {said} in {metadata.file}, and of type {item.type} in the define"
            yield _of_dataset(TYPE, "error", name, message, item.line, variable.name, str(variable.type), item.type)
    for item in defined.items:
        if item.name not in metadata.by_name and not item.has_no_data:
            hint = nearest(item.name, metadata.by_name.keys() - defined.by_name.keys())
            message = f"the define has the variable {item.name}, which {name} does not{hint}"
            yield _of_dataset(VARIABLE_NOT_SENT, "error", name, message, item.line, item.name)


def _check_order(dataset: Dataset, defined: DefinedDataset) -> Iterator[pd.DataFrame]:
    """One finding, at the first variable that stands elsewhere."""
    there = list(dataset.published.columns)
    both = [item.name for item in defined.items if item.name in there]
    own = [name for name in there if name in defined.by_name]
    odd = next(((first, second) for first, second in zip(own, both, strict=False) if first != second), None)
    if odd is not None:
        message = f"{odd[0]} stands in {dataset.name} where the define has {odd[1]}; the variables are in another order"
        line = defined.by_name[odd[1]].line
        yield _of_dataset(ORDER, "warning", dataset.name, message, line, odd[0], odd[0], odd[1])


def _check_keys(dataset: Dataset, defined: DefinedDataset) -> Iterator[pd.DataFrame]:
    keys = [key for key in defined.keys if key in dataset.frame.columns]
    if not keys or len(keys) < len(defined.keys):
        return  # a key variable that is not there is a finding of its own
    repeated = dataset.frame.duplicated(keys, keep=False)
    if repeated.any():
        again = int(dataset.frame.duplicated(keys).sum())
        message = (
            f"{again} records of {dataset.name} repeat others in all keys of the define ({quoted(keys, len(keys))})"
        )
        first = repeated.to_numpy().nonzero()[0][:1]
        yield dataset.findings(first, KEYS, "error", keys[-1], message).assign(source=str(defined.line))
