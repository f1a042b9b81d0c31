"""Small SDTM datasets written as text tables, completed from the spec tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hcc_sdtm.checks.adam_pointers import no_dataset, no_record, no_variable, other_date
from hcc_sdtm.checks.running import run_checks
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.dates.iso import from_days
from hcc_sdtm.spec.adam.reading import AdamSpecs, read_adam_specs
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.trial import Trial, WrittenTrial
from hcc_sdtm.spec.yaml_file import YamlFile, read_yaml, validate

FOLDER = Path(__file__).parents[2] / "specs"
SPECS: Specs = read_spec_tables([FOLDER])
TRIAL_FILE: YamlFile = read_yaml(FOLDER / "trial.yaml", "trial.yaml")
TRIAL: Trial = validate(TRIAL_FILE, Trial)
WRITTEN = WrittenTrial(TRIAL, TRIAL_FILE)
ADAM: AdamSpecs = read_adam_specs([FOLDER], SPECS, WRITTEN)

CONSTANTS = {
    "EX": {"EXTRT": "RADIOTHERAPY", "EXCAT": "RADIOTHERAPY"},
    "RS": {"RSCAT": "RECIST 1.1", "RSTESTCD": "OVRLRESP"},
    "TU": {"TUTESTCD": "TUMIDENT", "TUSTRESC": "TARGET"},
    "CM": {"CMCAT": "SECOND LINE", "CMTRT": "REGORAFENIB"},
    "PR": {"PRCAT": "ON-STUDY LOCAL THERAPY", "PRTRT": "TACE"},
    "SS": {"SSTESTCD": "SURVSTAT", "SSSTRESC": "ALIVE"},
    "DS": {"DSCAT": "DISPOSITION EVENT", "DSSCAT": "STUDY PARTICIPATION"},
    "MH": {
        "MHTERM": "HEPATOCELLULAR CARCINOMA",
        "MHCAT": "PRIMARY DIAGNOSIS",
        "MHEVDTYP": "INITIAL DIAGNOSIS",
    },
    "DM": {"SITEID": "101", "SEX": "M", "ARM": "Radiotherapy", "ARMCD": "RT", "COUNTRY": "CHN"},
}


def table(text: str) -> pd.DataFrame:
    """A table of text: columns parted by ``|``, the first line has their names; ``.`` is a missing value."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    cells = [["" if cell == "." else cell for cell in line] for line in lines[1:]]
    return pd.DataFrame(cells, columns=lines[0], dtype=object)


def dataset(name: str, rows: pd.DataFrame | str, specs: Specs = SPECS) -> Dataset:
    """An SDTM dataset: ``S`` stands for USUBJID; missing variables are filled, records of a subject numbered."""
    rows = table(rows) if isinstance(rows, str) else rows
    spec = specs.sdtm[name]
    given = rows.rename(columns={"S": "USUBJID"})
    constants = {"STUDYID": "RTHCC", "DOMAIN": name, **CONSTANTS.get(name, {})}
    frame = pd.DataFrame(index=range(len(given)))
    for variable in spec.variables:
        column = given[variable.name].to_numpy() if variable.name in given else constants.get(variable.name, "")
        if variable.is_numeric:
            column = pd.to_numeric(pd.Series(column, index=frame.index, dtype=object), errors="coerce")
            frame[variable.name] = column.astype(float)
        else:
            frame[variable.name] = pd.Series(column, index=frame.index, dtype=object)
    if spec.sequence and spec.sequence not in given:
        frame[spec.sequence] = frame.groupby("USUBJID").cumcount() + 1.0
    return Dataset(spec, frame)


def study(specs: Specs = SPECS, **tables: str | pd.DataFrame) -> dict[str, Dataset]:
    """Datasets by name from tables."""
    return {name: dataset(name, rows, specs) for name, rows in tables.items()}


def pointer_findings(datasets: dict[str, Dataset], trial: Trial = TRIAL, specs: Specs = SPECS) -> pd.DataFrame:
    """What the rules about SRCDOM, SRCVAR and SRCSEQ say of the datasets; every dated analysis record has a pointer."""
    for name in ("ADRS", "ADTTE"):
        frame = datasets[name].frame
        assert (frame.loc[frame["ADT"].notna(), "SRCDOM"] != "").all(), name
    findings, _ = run_checks(datasets, specs, trial, (no_dataset, no_variable, no_record, other_date))
    return findings


def as_text(frame: pd.DataFrame, columns: str) -> list[str]:
    """The columns of each row as one text, to stand beside an expected table; day numbers as ISO dates."""
    shown = pd.DataFrame(index=frame.index)
    for name in columns.split():
        column = frame[name]
        if name.endswith("DT"):
            shown[name] = from_days(column)
        elif column.dtype == object:
            shown[name] = column
        else:
            shown[name] = [f"{value:g}" if value == value else "" for value in column]
    return [" | ".join(value or "." for value in row) for row in shown.itertuples(index=False)]


def lines(text: str) -> list[str]:
    """The rows of an expected table, blanks evened out."""
    return [" | ".join(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()]
