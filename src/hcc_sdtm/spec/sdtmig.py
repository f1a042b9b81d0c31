"""The domains of SDTMIG 3.4 as spec tables: what a study gets for a domain that its own specs say nothing of.

``sdtmig_3_4/`` beside this file has ``datasets.csv`` and ``codelists.csv`` in the shape of every spec folder, and one
``variables.csv`` for all domains: the columns of ``sdtm/*.csv`` after the dataset; ``SUPP`` stands for every SUPP--. It
knows the names, labels, types, roles and codelists of the standard and natural keys. It does not know what a trial does
with them: lengths are the longest that may be, origins are those of a common case form. Codelists for which the project
has no terms are left out, so that a variable of such a codelist takes any text.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from hcc_sdtm.problem import Problem
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import read_csv_file
from hcc_sdtm.spec.model import DatasetSpec, Variable

FOLDER = Path(__file__).parent / "sdtmig_3_4"
DATASET_COLUMNS = ("dataset", "kind", "label", "class", "structure", "keys", "sort")
SUPP = "SUPP"
"""Dataset under which ``variables.csv`` has the variables of every SUPP--."""


def read_sdtmig(
    codelists: Collection[str], methods: Collection[str]
) -> tuple[dict[str, DatasetSpec], tuple[Variable, ...]]:
    """The specs of the domains by name, and the variables of a SUPP--.

    A codelist or method that is not among the given ones is left blank: no folder has it.
    """
    variables = _read_variables(codelists, methods)
    problems: list[Problem] = []
    file = read_csv_file(FOLDER / "datasets.csv", problems, DATASET_COLUMNS)
    specs = {
        row["dataset"]: DatasetSpec(
            row["dataset"],
            row["label"],
            row["class"],
            row["structure"],
            tuple(row["keys"].split()),
            tuple(row["sort"].split()),
            tuple(variables[row["dataset"]]),
            row.source,
            tuple(variables[row["dataset"]]),
        )
        for row in file.rows
    }
    return specs, tuple(variables[SUPP])


def _read_variables(codelists: Collection[str], methods: Collection[str]) -> dict[str, list[Variable]]:
    path = FOLDER / "variables.csv"
    place = path.as_posix()
    found: dict[str, list[Variable]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        for dataset, name, label, type_, length, core, role, codelist, origin, source, method in reader:
            line = Source(place, line=reader.line_num)
            codelist = codelist if codelist in codelists else ""
            method = method if method in methods else ""
            variable = Variable(name, label, type_, int(length), core, role, codelist, origin, source, method, "", line)
            found.setdefault(dataset, []).append(variable)
    return found


def build_supplement(parent: DatasetSpec, variables: tuple[Variable, ...]) -> DatasetSpec:
    """The spec of the parent's SUPP-- from the variables of a SUPP-- table (SDTMIG 3.4, 8.4)."""
    names = {variable.name for variable in variables}
    identity = ("STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
    keys = tuple(name for name in identity if name in names)
    return replace(
        parent,
        name=f"{SUPP}{parent.name}",
        label=f"Supplemental Qualifiers for {parent.name}",
        class_="RELATIONSHIP",
        structure="One record per supplemental qualifier per related parent domain record",
        keys=keys,
        sort=keys,
        variables=variables,
        standard=(),
    )
