"""Small studies made in the test: several sites built to SDTM at once, and single datasets from a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset, Lineage
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.applying import map_site
from hcc_sdtm.mapping.language.model import read_mapping
from hcc_sdtm.sdtm.building import build_sdtm
from hcc_sdtm.spec.trial import Trial
from hcc_sdtm.spec.yaml_file import read_yaml, validate
from tests.mapping.site import SPECS

TRIAL = validate(read_yaml(Path(__file__).parents[2] / "specs" / "trial.yaml", "specs/trial.yaml"), Trial)


@dataclass
class Built:
    """What a study gave."""

    datasets: dict[str, Dataset]
    findings: pd.DataFrame
    lineage: Lineage
    raw: Path


def build(folder: Path, mappings: Mapping[str, str], files: Mapping[str, str], trial: Trial = TRIAL) -> Built:
    """The study of the mappings (text by site) over CSV files (text by stem)."""
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for stem, text in files.items():
        (raw / f"{stem}.csv").write_text(text, encoding="utf-8")
    lineage = Lineage()
    sites = []
    for site, text in mappings.items():
        path = folder / f"{site}.yaml"
        path.write_text(text, encoding="utf-8")
        sites.append(map_site(read_mapping(path, f"mappings/{site}.yaml", SPECS), raw, SPECS, lineage))
    datasets, findings = build_sdtm(sites, SPECS, trial, "RTHCC", lineage)
    return Built(datasets, join_findings([*(site.findings for site in sites), findings]), lineage, raw)


def dataset(name: str, subjects: str, **columns: object) -> Dataset:
    """A dataset of the spec from the given columns; ``subjects`` is one USUBJID a letter, every other variable is missing."""
    spec = SPECS.sdtm[name]
    size = len(subjects)
    data = {
        variable.name: np.full(size, np.nan) if variable.is_numeric else np.full(size, "", dtype=object)
        for variable in spec.variables
    }
    data |= {"USUBJID": np.array(list(subjects), dtype=object)}
    data |= {key: np.array(values, dtype=data[key].dtype) for key, values in columns.items()}
    frame = pd.DataFrame(data)
    if spec.sequence:
        frame[spec.sequence] = frame.groupby("USUBJID").cumcount() + 1.0
    return Dataset(spec, frame)
