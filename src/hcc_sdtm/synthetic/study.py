"""Writes a study folder's raw files and the truth about them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.synthetic import site_101, site_102, site_103
from hcc_sdtm.synthetic.faults import plant_faults
from hcc_sdtm.synthetic.known_study import simulate_study
from hcc_sdtm.synthetic.planned_faults import choose_faults, typed_deaths
from hcc_sdtm.synthetic.records import build_records
from hcc_sdtm.synthetic.truth import build_events, build_observer, build_scenarios

REFERENCE_SEED = 285
"""Seed of the 60 subjects in this repository: every kind of fault found a subject there."""

SITES = {"101": site_101, "102": site_102, "103": site_103}


def write_study(folder: Path, subjects: int = 60, seed: int = 1) -> None:
    """Writes ``raw/`` as three hospitals would send it and ``truth/`` with what is true of it.

    The same number and seed give the same bytes. Raises ValueError for fewer than one subject.
    """
    if subjects < 1:
        raise ValueError(f"a study needs at least 1 subject, not {subjects}")
    study = simulate_study(subjects, seed)
    planned = choose_faults(study, seed)
    forms = {
        site: module.build_forms(study, np.random.default_rng([seed, int(site)])) for site, module in SITES.items()
    }
    faults = plant_faults(study, planned, forms)
    truth = folder / "truth"
    write_table(truth / "events.csv", build_events(study))
    write_table(truth / "observer.csv", build_observer(study, typed_deaths(planned)))
    write_table(truth / "scenarios.csv", build_scenarios(study.course))
    write_table(truth / "faults.csv", faults)
    for name, frame in build_records(study).items():
        write_table(truth / "sdtm" / f"{name.lower()}.csv", frame)
    for site, module in SITES.items():
        module.write_site(folder / "raw", forms[site])


def write_study_folder(folder: Path, subjects: int, seed: int) -> None:
    """A study folder that runs: the synthetic files, with the reference study's mappings and trial."""
    write_study(folder, subjects, seed)
    reference = reference_study()
    for name in ("study.yaml", "specs/trial.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(reference / name, folder / name)
    shutil.copytree(reference / "mappings", folder / "mappings")


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Writes a truth table as UTF-8 CSV with LF line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows(frame.itertuples(index=False))
