"""What `map` leaves behind: the SDTM datasets, what was found on the way, and what became of every cell that was sent."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from hcc_sdtm.dataset import Dataset, Lineage
from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.outputs.dataset_json import write_dataset_json
from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.inputs import copy_mappings, list_inputs, require_unchanged
from hcc_sdtm.outputs.lineage import write_lineage
from hcc_sdtm.outputs.manifest import build_manifest, write_manifest
from hcc_sdtm.outputs.reconciliation import write_reconciliation
from hcc_sdtm.outputs.writing import LIBRARIES, timestamp_of
from hcc_sdtm.outputs.xpt import write_xpt
from hcc_sdtm.spec.study import Study


def write_mapped(
    out: Path,
    study: Study,
    sites: Sequence[MappedSite],
    datasets: Mapping[str, Dataset],
    findings: pd.DataFrame,
    reconciliation: pd.DataFrame,
    inputs: Mapping[str, str],
    lineage: Lineage,
) -> None:
    """Writes SDTM as XPT and Dataset-JSON, findings, reconciliation, lineage and the mappings, the manifest last.

    ``inputs`` has the SHA-256 of each file that was read, by name. A dataset with an error of the transport rules has no
    XPT file. Raises StudyError where a file that was read is not what it was then.
    """
    timestamp = timestamp_of(study)
    (out / "sdtm").mkdir()
    errors = findings[(findings["severity"] == "error") & findings["rule"].str.startswith("XPT-")]
    for name, dataset in datasets.items():
        stem = out / "sdtm" / name.lower()
        if name not in set(errors["dataset"]):
            write_xpt(stem.with_suffix(".xpt"), dataset.published, dataset.spec, timestamp)
        write_dataset_json(stem.with_suffix(".json"), dataset.published, dataset.spec, study.study_id, timestamp)
    write_lineage(out / "lineage.parquet", datasets, lineage)
    copy_mappings(out / "mappings", [file for site in sites for file in site.mapping_files])
    write_findings(out, findings, timestamp)
    write_reconciliation(out / "reconciliation.csv", reconciliation)
    settled = pd.concat([site.settled for site in sites], ignore_index=True)
    notes = list(dict.fromkeys(sentence for site in sites for _, sentence, _ in site.fictional))
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    manifest = build_manifest(study.study_id, timestamp, list_inputs(study, sites, inputs), settled, versions, notes)
    require_unchanged(inputs, manifest["inputs"])
    write_manifest(out, manifest)
