"""What `check` leaves behind: the findings for people and for programs, the answer of each rule, and the manifest."""

from __future__ import annotations

import importlib.metadata
from datetime import datetime
from pathlib import Path

import pandas as pd

from hcc_sdtm.build_time import source_date_epoch
from hcc_sdtm.checks.catalogue import list_rules
from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.findings_json import render_findings_json
from hcc_sdtm.outputs.manifest import build_manifest, write_manifest
from hcc_sdtm.outputs.sarif import render_sarif
from hcc_sdtm.result import CheckResult
from hcc_sdtm.spec.trial import Trial

FIRST_DAY = datetime(1980, 1, 1)
"""The time of files about data whose cut-off nobody told: the first that a zip archive can hold."""

LIBRARIES = ("hcc-sdtm", "pandas", "pandera", "pyreadstat", "numpy", "openpyxl")


def timestamp_of_check(trial: Trial | None) -> datetime:
    """The time that outputs carry: SOURCE_DATE_EPOCH where it is set, else midnight of the data cut-off, never the clock."""
    cutoff = datetime.fromisoformat(trial.data_cutoff) if trial is not None else FIRST_DAY
    return source_date_epoch() or cutoff


def write_checked(out: Path, result: CheckResult, data: Path, trial: Trial | None) -> None:
    """Writes findings.csv, .xlsx, .json and .sarif, rules.csv and the manifest into an empty folder."""
    timestamp = timestamp_of_check(trial)
    write_findings(out, result.findings, timestamp)
    rules = list_rules(result.received.specs).values()
    texts = {
        "findings.json": render_findings_json(result.findings, result.outcomes),
        "findings.sarif": render_sarif(result.findings, rules),
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    result.outcomes.to_csv(out / "rules.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    root = data if data.is_dir() else data.parent
    inputs = [(each.file, root / each.file) for each in result.received.metadata.values()]
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    studies = sorted(
        {
            text
            for dataset in result.received.datasets.values()
            if "STUDYID" in dataset.frame
            for text in pd.unique(dataset.frame["STUDYID"])
        }
    )
    write_manifest(out, build_manifest(" ".join(studies), timestamp, inputs, pd.DataFrame(), versions))
