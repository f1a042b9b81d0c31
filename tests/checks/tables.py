"""Datasets for tests of rules: from text tables of a case, and from the truth of the reference study."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Dataset
from hcc_sdtm.spec.model import DatasetSpec
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.trial import Trial
from hcc_sdtm.spec.yaml_file import read_yaml, validate

REPOSITORY = Path(__file__).parents[2]
SPECS = read_spec_tables([REPOSITORY / "specs"])
TRIAL = validate(read_yaml(REPOSITORY / "specs" / "trial.yaml", "specs/trial.yaml"), Trial)
SUPPLEMENT_KEYS = {
    "EX": ["EXLOC"],
    "CM": ["CMCAT"],
    "TU": ["TULNKID"],
    "RS": ["RSCAT", "VISITNUM", "RSDTC"],
}


def build_dataset(name: str, frame: pd.DataFrame) -> Dataset:
    """A Dataset of text columns, those that the spec makes numbers as numbers; no lineage."""
    spec = find_spec(name)
    typed = {
        column: pd.to_numeric(frame[column].where(frame[column] != "", np.nan)).astype(float)
        if column in spec.by_name and spec.by_name[column].is_numeric
        else frame[column].astype(object)
        for column in frame
    }
    return Dataset(spec, pd.DataFrame(typed))


def find_spec(name: str) -> DatasetSpec:
    """The spec of a dataset; for a part of a split domain that of the domain, and of no domain that of another, so named."""
    if name in SPECS.sdtm or name in SPECS.adam:
        return SPECS.dataset(name)
    domain = name[: len("SUPPLB")] if name.startswith("SUPP") else name[:2]
    return replace(SPECS.sdtm.get(domain, SPECS.sdtm["TA"]), name=name)


def parse_table(text: str) -> pd.DataFrame:
    """Columns stand at least two spaces apart under their names; a dot is a missing value, an open box a blank."""
    rows = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows[1:], columns=rows[0], dtype=object)
    return frame.where(frame != ".", "").replace("␣", " ", regex=True)


def read_truth() -> dict[str, Dataset]:
    """The true SDTM values of the reference study, with sequence numbers and pointers from SUPP--."""
    frames = {
        path.stem.upper(): pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        for path in sorted((REPOSITORY / "truth" / "sdtm").glob("*.csv"))
    }
    for name, frame in frames.items():
        if not name.startswith("SUPP") and name != "DM":
            frame[f"{name}SEQ"] = (frame.groupby("USUBJID").cumcount() + 1).astype(str)
    for parent, keys in SUPPLEMENT_KEYS.items():
        frame, pointed = frames[f"SUPP{parent}"], frames[parent]
        frame["nth"] = frame.groupby(["USUBJID", *keys, "QNAM"]).cumcount()
        pointed = pointed.assign(nth=pointed.groupby(["USUBJID", *keys]).cumcount())
        pointed = pointed.rename(columns={f"{parent}SEQ": "IDVARVAL"})
        on = ["USUBJID", *keys, "nth"]
        merged = frame.merge(pointed[[*on, "IDVARVAL"]], on=on, how="left", validate="many_to_one")
        merged = merged.assign(RDOMAIN=parent, IDVAR=f"{parent}SEQ")
        frames[f"SUPP{parent}"] = merged[["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"]]
    return {name: build_dataset(name, frame) for name, frame in frames.items()}
