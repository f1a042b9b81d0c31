"""What `derive` leaves behind: the analysis datasets and their decisions, the findings, the ledger and the manifest."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from hcc_sdtm.outputs.assumptions import write_assumptions
from hcc_sdtm.outputs.checked import LIBRARIES, timestamp_of_check
from hcc_sdtm.outputs.dataset_json import write_dataset_json
from hcc_sdtm.outputs.decisions import write_decisions
from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.inputs import require_unchanged
from hcc_sdtm.outputs.manifest import build_manifest, file_digest, write_manifest
from hcc_sdtm.outputs.schemes import write_schemes
from hcc_sdtm.outputs.xpt import write_xpt
from hcc_sdtm.received.folder_files import find_files
from hcc_sdtm.result import DeriveResult
from hcc_sdtm.spec.analysis_plan import WrittenPlan


def hash_inputs(written: WrittenPlan, data: Path) -> dict[str, str]:
    """SHA-256 of every file of data and of specs, by name; StudyError where there is no data."""
    return {name: file_digest(path) for name, path in _inputs(written, data).items()}


def _inputs(written: WrittenPlan, data: Path) -> dict[str, Path]:
    return {f"data/{path.name}": path for path in find_files(data)} | written.files


def write_derived(out: Path, result: DeriveResult, written: WrittenPlan, data: Path) -> None:
    """Writes the analysis datasets as XPT and Dataset-JSON, the decisions behind ADTTE, the comparison of censoring schemes
    where there are any, findings, rules.csv and the ledger; the manifest last.

    A dataset with an error of the transport rules has no XPT file. Raises StudyError where a file that was read is not what
    it was then.
    """
    trial = result.plan.trial
    timestamp = timestamp_of_check(trial)
    study = study_of(result.adam["ADSL"].frame)
    (out / "adam").mkdir()
    errors = result.findings[(result.findings["severity"] == "error") & result.findings["rule"].str.startswith("XPT-")]
    refused = set(errors["dataset"])
    for name, dataset in result.adam.items():
        stem = out / "adam" / name.lower()
        if name not in refused:
            write_xpt(stem.with_suffix(".xpt"), dataset.published, dataset.spec, timestamp)
        write_dataset_json(stem.with_suffix(".json"), dataset.published, dataset.spec, study, timestamp)
    if any(parameter.scheme for parameter in result.plan.adam.parameters):
        (out / "results").mkdir()
        write_schemes(out / "results" / "schemes.csv", result.derived.schemes)
    write_decisions(out / "decisions.parquet", result.derived.decisions, result.derived.decision_texts)
    write_findings(out, result.findings, timestamp)
    result.outcomes.to_csv(out / "rules.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    write_assumptions(out / "assumptions.csv", result.assumptions)
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    inputs = sorted(_inputs(written, data).items())
    manifest = build_manifest(study, timestamp, inputs, pd.DataFrame(), versions, notes_of(result))
    require_unchanged(result.inputs, manifest["inputs"])
    write_manifest(out, manifest)


def study_of(adsl: pd.DataFrame) -> str:
    """The study identifiers of ADSL, one after the other."""
    return " ".join(sorted({str(text) for text in pd.unique(adsl["STUDYID"]) if text}))


def notes_of(result: DeriveResult) -> list[str]:
    """Sentences that hold for every number: the cut-off, where it is not the trial's own."""
    written: Mapping[str, object] = result.plan.trial_file.data
    cutoff = result.plan.trial.data_cutoff
    if cutoff == written.get("data_cutoff"):
        return []
    return [f"Intermediate analysis at {cutoff}: later records are left out."]
