"""A small trial of six subjects, and the content that tables are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.outputs.facts import Facts
from hcc_sdtm.outputs.tables.content import TableContent
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.table_list import TableList
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.yaml_file import read_yaml, validate
from tests.outputs.tables import RESULTS

FACTS = Facts("A trial", "RTHCC", "2024-02-29", "0123456789abcdef")
SPECS = read_spec_tables((reference_study() / "specs",))
SUBJECTS = ["S1", "S2", "S3", "S4", "S5", "S6"]
ADSL = pd.DataFrame(
    {
        "USUBJID": SUBJECTS,
        "SUBJID": ["1", "2", "3", "4", "5", "6"],
        "RTFL": ["Y", "Y", "Y", "Y", "N", "N"],
        "ENRLFL": ["Y", "Y", "Y", "Y", "Y", "N"],
        "SEX": ["M", "M", "F", "", "M", "F"],
        "AGE": [60.0, 64.0, 65.0, np.nan, 50.0, 51.0],
        "AGEGR1": ["18-64", "18-64", ">=65", "", "18-64", "18-64"],
        "AGEGR1N": [1.0, 1.0, 2.0, np.nan, 1.0, 1.0],
        "ECOGBL": [1.0, 0.0, 1.0, 1.0, 2.0, np.nan],
        "DCSREAS": ["DEATH", "", "DEATH", "LOST TO FOLLOW-UP", "", "SCREEN FAILURE"],
        "TRTSDT": [22340.0, 22341.0, 22342.0, 22343.0, np.nan, np.nan],
    }
)
ADRS = pd.DataFrame(
    [("S1", "BOR", "PR"), ("S2", "BOR", "SD"), ("S3", "BOR", "UNKNOWN"), ("S5", "BOR", "CR"), ("S1", "BORM", "CR")],
    columns=["USUBJID", "PARAMCD", "AVALC"],
).assign(PARAM="Best Response")
ADTTE = pd.DataFrame(
    [
        ("S1", "PFS", 0.0, "Death", 3.25, 22400.0), ("S2", "PFS", 0.0, "Disease progression", 2.0, 22390.0),
        ("S3", "PFS", 4.0, "Two or more missed", 1.005, np.nan), ("S4", "PFSB", 1.0, "Ongoing", 9.0, 22500.0),
        ("S5", "PFS", 0.0, "Death", 1.0, 22350.0),
    ],
    columns=["USUBJID", "PARAMCD", "CNSR", "EVNTDESC", "AVAL", "ADT"],
)  # fmt: skip


def content_of(results: pd.DataFrame = RESULTS, **datasets: pd.DataFrame) -> TableContent:
    frames = {"ADSL": ADSL, "ADRS": ADRS, "ADTTE": ADTTE} | datasets
    return TableContent(FACTS, frames, results, {"RTFL": "all treated"}, SPECS)


def spec_of(folder: Path, text: str):
    """The one table of the YAML."""
    path = folder / "tables.yaml"
    path.write_text("tables:\n  - id: t\n    title: A table\n" + text, encoding="utf-8")
    return validate(read_yaml(path, "tables.yaml"), TableList).tables[0]


def shown(table) -> list[tuple[str, ...]]:
    """The lines as a reader sees them, a figure space as a space."""
    return [tuple(cell.replace("\u2007", " ") for cell in cells) for cells in table.printed]
