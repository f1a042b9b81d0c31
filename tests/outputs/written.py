"""A study folder and a run of it, as small as the register needs them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.manifest import build_manifest, write_manifest
from hcc_sdtm.register.register import read_register, with_register
from tests.outputs.tables import CUTOFF

SETTLED = pd.DataFrame({"site": [], "fact": []})


def make_study(folder: Path) -> Path:
    """A study of two sites, whose mappings nobody reads here."""
    (folder / "mappings").mkdir(parents=True)
    for site in ("101", "102"):
        (folder / "mappings" / f"{site}.yaml").write_text(f'site: "{site}"\n')
    (folder / "study.yaml").write_text("study: TRIAL\nmappings: [mappings/*.yaml]\n")
    return folder


def write_run(
    study: Path, out: Path, findings, timestamp=CUTOFF, study_id="TRIAL", sites=("101", "102"), notes=(), rules=True
):
    """The findings as a run of the study leaves them, read with its register; returns them."""
    out.mkdir()
    frame, _ = with_register(findings, read_register(study, ["RS-003", "MAP-013", "MAP-003"]), timestamp)
    write_findings(out, frame, timestamp)
    if rules:
        (out / "rules.csv").write_text("rule,outcome\n")
    inputs = [(f"mappings/{site}.yaml", study / "mappings" / f"{site}.yaml") for site in sites]
    write_manifest(out, build_manifest(study_id, timestamp, inputs, SETTLED, {}, notes))
    return frame
