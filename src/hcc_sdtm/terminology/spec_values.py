"""Values that a study's specs use: where values of ``valuelevel.csv``, conditions of the YAML files, codes of result limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.adam.parameter_sets import expand_sets
from hcc_sdtm.spec.csv_file import read_overlays, read_unique
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.plausible_results import TABLE as PLAUSIBLE
from hcc_sdtm.spec.tables import VALUELEVEL_COLUMNS
from hcc_sdtm.spec.yaml_file import Path_, YamlFile, read_yaml
from hcc_sdtm.terminology.values_in_use import ValueUsed, codelists_of

TRIAL_KEYS: Mapping[str, tuple[str, str]] = {
    "primary_criterion": ("RS", "RSCAT"),
    "second_criterion": ("RS", "RSCAT"),
    "epochs": ("EX", "EPOCH"),
}
"""Keys of ``trial.yaml`` that hold terms, and a variable that has them."""

_FILES = ("trial.yaml", "adsl.yaml", "adrs.yaml")


def spec_values(specs: Specs, folders: Sequence[Path]) -> Iterator[ValueUsed]:
    """Each value of the spec folders, each folder overlaying those before it, with the line it stands on."""
    for file in read_overlays(folders, "valuelevel", VALUELEVEL_COLUMNS, (), []):
        for row in read_unique(file.rows, VALUELEVEL_COLUMNS[:-1], []).values():
            dataset, variable = row["dataset"], row["where_variable"]
            lists = codelists_of(specs, dataset, variable, {})
            yield ValueUsed(_place(row.file, row.line), dataset, variable, row["where_value"], lists)
    for file in read_overlays(folders, PLAUSIBLE, ("dataset", "testcd", "unit"), (), []):
        for row in file.rows:
            dataset = row["dataset"]
            for variable, column in ((f"{dataset}TESTCD", "testcd"), (f"{dataset}STRESU", "unit")):
                lists = codelists_of(specs, dataset, variable, {f"{dataset}TESTCD": row["testcd"]})
                yield ValueUsed(_place(row.file, row.line), dataset, variable, row[column], lists)
    for path in _yaml_files(folders):
        try:
            file_ = expand_sets(read_yaml(path, path.as_posix()), "parameters")
        except StudyError:
            continue  # reading the study says what is wrong with it
        yield from _conditions(file_, file_.data, (), specs)
        if path.name == "trial.yaml" and isinstance(file_.data, dict):
            yield from _trial_values(file_, specs)


def _yaml_files(folders: Sequence[Path]) -> Iterator[Path]:
    """The YAML files in force: each is taken whole from the last folder that has it, and so is ``parameters/``."""
    for name in _FILES:
        having = [folder / name for folder in folders if (folder / name).is_file()]
        yield from having[-1:]
    with_parameters = [folder / "parameters" for folder in folders if (folder / "parameters").is_dir()]
    for folder in with_parameters[-1:]:
        yield from sorted(folder.glob("*.yaml"))


def _conditions(file: YamlFile, data: Any, path: Path_, specs: Specs) -> Iterator[ValueUsed]:
    """The values of every ``where`` and ``where_not`` that stands beside a ``dataset``."""
    if isinstance(data, dict):
        dataset = data.get("dataset")
        for key in ("where", "where_not") if isinstance(dataset, str) else ():
            condition = data.get(key)
            if isinstance(condition, dict):
                given = {name: value for name, value in condition.items() if key == "where" and isinstance(value, str)}
                for variable, values in condition.items():
                    others = {name: value for name, value in given.items() if name != variable}
                    lists = codelists_of(specs, str(dataset), variable, others)
                    for value in [values] if isinstance(values, str) else values if isinstance(values, list) else ():
                        line = file.source((*path, key, variable)).line
                        yield ValueUsed(_place(file.name, line), str(dataset), variable, str(value), lists)
        for key, value in data.items():
            yield from _conditions(file, value, (*path, key), specs)
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _conditions(file, value, (*path, at), specs)


def _trial_values(file: YamlFile, specs: Specs) -> Iterator[ValueUsed]:
    for key, (dataset, variable) in TRIAL_KEYS.items():
        given = file.data.get(key)
        values: dict[Path_, str] = {(key,): given} if isinstance(given, str) else {}
        if isinstance(given, dict):
            values = {(key, part): value for part, value in given.items() if isinstance(value, str)}
        lists = codelists_of(specs, dataset, variable, {})
        for path, value in values.items():
            yield ValueUsed(_place(file.name, file.source(path).line), dataset, variable, value, lists)


def _place(file: str, line: int) -> str:
    return f"{file}:{line}"
