"""A run that lies in a folder of outputs, as the register needs it: whole, unchanged, and of this study."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hcc_sdtm.finding import FINDING_COLUMNS
from hcc_sdtm.outputs.manifest import MANIFEST, ManifestError, read_manifest, verify_manifest
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.register.history import Run
from hcc_sdtm.register.register import REGISTER_COLUMNS
from hcc_sdtm.source import Source

NAMED_AT_MOST = 10
RUN_DIGITS = 12
OUTCOMES = "rules.csv"


@dataclass(frozen=True)
class WrittenRun:
    """A run's outputs: its identity, the study it is of, the names of the files that it read, and its findings.csv as text."""

    run: Run
    study_id: str
    inputs: frozenset[str]
    findings: pd.DataFrame


def read_written_run(out: Path) -> WrittenRun:
    """The run whose outputs lie in the folder.

    Raises StudyError where it has no manifest of ours, where a file is not what the manifest says, where the run left out a
    site that failed, and where nothing was checked (``map`` alone): findings that such a run does not have are not gone.
    """
    try:
        manifest = read_manifest(out)
        differences = verify_manifest(out)
    except ManifestError as error:
        raise StudyError([_problem(out, str(error))]) from None
    if differences:
        more = len(differences) - NAMED_AT_MOST
        named = [_problem(out, f"not as its manifest says: {difference}") for difference in differences[:NAMED_AT_MOST]]
        raise StudyError([*named, *([_problem(out, f"and {more} more")] if more > 0 else [])])
    if not {"findings.csv", OUTCOMES} <= {entry["name"] for entry in manifest["outputs"]}:
        raise StudyError([_problem(out, f"has no findings.csv or no {OUTCOMES}: only a whole run can be registered")])
    incomplete = [note for note in manifest.get("notes", []) if "Incomplete:" in note]
    if incomplete:
        raise StudyError([_problem(out, f"is not whole: {incomplete[0]}")])
    path = out / "findings.csv"
    findings = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    missing = [name for name in (*FINDING_COLUMNS, *REGISTER_COLUMNS) if name not in findings.columns]
    if missing:
        message = f"has no column {', '.join(missing)}; it was written by an older version: run again"
        raise StudyError([_problem(path, message)])
    digest = hashlib.sha256((out / MANIFEST).read_bytes()).hexdigest()[:RUN_DIGITS]
    inputs = frozenset(entry["name"] for entry in manifest["inputs"])
    return WrittenRun(Run(digest, str(manifest["timestamp"])), str(manifest["study"]), inputs, findings)


def _problem(path: Path, message: str) -> Problem:
    return Problem(Source(str(path)), message)
