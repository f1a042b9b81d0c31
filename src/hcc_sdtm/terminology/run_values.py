"""Values of the datasets that a run has put out, by codelist, each with the records that have it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.sheets import read_sheets
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.terminology.values_in_use import ValueUsed, find_variable

FOLDERS = ("sdtm", "adam")
FIRST = 5
"""Record numbers that are told of each value."""


def run_values(out: Path, specs: Specs, codelists: Collection[str]) -> Iterator[ValueUsed]:
    """Each distinct value of every variable under one of the codelists, with its number of records.

    Where the codelist depends on another variable, records are taken by what that variable has. Raises StudyError for a
    folder that has no datasets of a run, or a dataset that cannot be read.
    """
    paths = [path for folder in FOLDERS for path in sorted((out / folder).glob("*.xpt"))]
    if not paths:
        message = (
            "has no datasets of a run (sdtm/*.xpt, adam/*.xpt); give the folder that hcc-sdtm run was told with -o"
        )
        raise StudyError([Problem(Source(str(out)), message)])
    for path in paths:
        name = path.relative_to(out.parent).as_posix()
        for sheet in read_sheets(path, name)[0]:
            yield from _values(sheet, path.stem.upper(), name, specs, codelists)


def _values(sheet: RawSheet, dataset: str, place: str, specs: Specs, codelists: Collection[str]) -> Iterator[ValueUsed]:
    columns = {str(name): sheet.grid[1:, at] for at, name in enumerate(sheet.grid[0])} if len(sheet.grid) else {}
    for variable, texts in columns.items():
        for codelist, where in _codelists(dataset, variable, columns, specs):
            if codelist not in codelists:
                continue
            positions = np.flatnonzero(where)
            codes, values = pd.factorize(texts[positions])
            for code, value in enumerate(values):
                if value:
                    records = positions[codes == code] + 1
                    first = tuple(int(number) for number in records[:FIRST])
                    yield ValueUsed(place, dataset, variable, str(value), (codelist,), len(records), first)


def _codelists(
    dataset: str, variable: str, columns: dict[str, np.ndarray], specs: Specs
) -> Iterator[tuple[str, np.ndarray]]:
    """Each codelist that holds for a variable, and the records where it does; the first value-level line that fits wins."""
    spec = find_variable(specs, dataset, variable)
    if spec is None:
        return
    rest = np.ones(len(columns[variable]), dtype=bool)
    for level in specs.valuelevel:
        if (level.dataset, level.variable) == (dataset, variable) and level.where_variable in columns:
            where = rest & np.isin(columns[level.where_variable].astype(str), level.where_values)
            rest &= ~where
            yield level.codelist, where
    yield spec.codelist, rest
