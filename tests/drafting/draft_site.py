"""Small exports as texts, and what a draft of them says."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from hcc_sdtm.drafting import draft_mapping
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.yaml_file import read_yaml


@functools.cache
def specs():
    """The packaged specs."""
    return read_spec_tables((reference_study() / "specs",))


def sheet(*rows, file="export.xlsx", name="Sheet1", merged=()):
    """A sheet of the rows; short ones are filled with empty cells."""
    width = max(map(len, rows))
    grid = np.array([[*row, *[""] * (width - len(row))] for row in rows], dtype=object)
    return RawSheet(file, name, grid, tuple(merged))


def table(text, file="export.csv", name=""):
    """A sheet of lines whose cells are set apart by ``|``."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return sheet(*rows, file=file, name=name)


def draft(*sheets, site="104", approved=(), notes=()):
    """The draft of the sheets, each in the file that it names."""
    by_file = {}
    for each in sheets:
        by_file.setdefault(each.file, []).append(each)
    return draft_mapping(by_file, site, specs(), approved, notes)


def written(made, folder: Path):
    """The draft's file as values, and as a mapping: it must be one."""
    path = folder / "draft.yaml"
    path.write_text(made.text, encoding="utf-8")
    return read_yaml(path, path.name).data, read_mapping(path, path.name, specs())


def rules_of(data, domain):
    """The blocks of a domain as plain values, or none."""
    return data.get(domain, [])
