"""Everything a run leaves behind, into one folder; which file holds what stands in the README's list of outputs."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from hcc_sdtm.build_time import source_date_epoch
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.endpoints.competing import IncidenceCurve
from hcc_sdtm.endpoints.survival import SurvivalCurve
from hcc_sdtm.finding import join_findings
from hcc_sdtm.outputs.ard import write_ard
from hcc_sdtm.outputs.assumptions import write_assumptions
from hcc_sdtm.outputs.dataset_json import write_dataset_json
from hcc_sdtm.outputs.decisions import write_decisions
from hcc_sdtm.outputs.figures import render_incidence, render_survival
from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.inputs import copy_mappings, list_inputs, require_unchanged
from hcc_sdtm.outputs.lineage import write_lineage
from hcc_sdtm.outputs.manifest import build_manifest, write_manifest
from hcc_sdtm.outputs.reconciliation import write_reconciliation
from hcc_sdtm.outputs.report import FigureContent, list_left_out, render_report
from hcc_sdtm.outputs.schemes import write_schemes
from hcc_sdtm.outputs.tables import write_endpoints_html
from hcc_sdtm.outputs.xpt import check_xpt, write_xpt
from hcc_sdtm.result import RunResult
from hcc_sdtm.spec.endpoints import EndpointSpec
from hcc_sdtm.spec.study import Study

LIBRARIES = ("hcc-sdtm", "pandas", "pandera", "pyreadstat", "lifelines", "numpy", "scipy", "matplotlib", "openpyxl")


def timestamp_of(study: Study) -> datetime:
    """The time that outputs carry: SOURCE_DATE_EPOCH where it is set, else midnight of the data cut-off, never the clock."""
    return source_date_epoch() or datetime.fromisoformat(study.trial.data_cutoff)


def write_outputs(out: Path, result: RunResult) -> None:
    """Writes every output of a run into an empty folder, the manifest last.

    A dataset with an error of the transport rules (XPT-...) has no XPT file, only Dataset-JSON; the finding says why. Raises
    StudyError where a file that the run read is not what it was then.
    """
    study, timestamp = result.study, timestamp_of(result.study)
    for folder in ("sdtm", "adam", "results/tables", "results/figures", "mappings"):
        (out / folder).mkdir(parents=True)
    _write_datasets(out, result, timestamp)
    starts = {parameter.paramcd: parameter.start for parameter in study.adam.parameters}
    write_lineage(out / "lineage.parquet", {**result.sdtm, **result.adam}, result.lineage, starts)
    read = [*study.mappings, *(file for site in result.sites for file in site.mapping_files)]
    copy_mappings(out / "mappings", [(path, name) for path, name in read if name in result.inputs])
    write_findings(out, result.findings, timestamp)
    result.outcomes.to_csv(out / "rules.csv", index=False, encoding="utf-8-sig", lineterminator="\r\n")
    write_assumptions(out / "assumptions.csv", result.assumptions)
    write_reconciliation(out / "reconciliation.csv", result.reconciliation)
    title = study.trial.title
    facts = {"title": title, "data_cutoff": study.trial.data_cutoff, "banner": result.banner}
    write_ard(out / "results" / "ard.json", result.endpoints, study.study_id, timestamp, facts)
    write_schemes(out / "results" / "schemes.csv", result.derived.schemes)
    write_decisions(out / "decisions.parquet", result.derived.decisions, result.derived.decision_texts)
    write_endpoints_html(out / "results" / "tables" / "endpoints.html", result.endpoints, title, result.banner)
    figures = _write_figures(out / "results" / "figures", result)
    settled = pd.concat([site.settled for site in result.sites], ignore_index=True)
    manifest = build_manifest(
        study.study_id,
        timestamp,
        list_inputs(study, result.sites, result.inputs),
        settled,
        _versions(),
        [result.banner] if result.banner else [],
    )
    require_unchanged(result.inputs, manifest["inputs"])
    outside = list_left_out(result.adam["ADSL"].frame, result.sdtm["DM"].frame, study.endpoints.populations)
    report = render_report(
        title, len(result.adam["ADSL"]), result.endpoints, figures, result.findings, result.assumptions, manifest,
        result.banner, outside, result.reconciliation,
    )  # fmt: skip
    (out / "report.html").write_text(report, encoding="utf-8", newline="\n")
    write_manifest(out, manifest)


def transport_findings(datasets: Mapping[str, Dataset]) -> pd.DataFrame:
    """Findings for what a version 5 transport file cannot hold, over all datasets."""
    return join_findings(check_xpt(dataset) for dataset in datasets.values())


def _write_datasets(out: Path, result: RunResult, timestamp: datetime) -> None:
    errors = result.findings[result.findings["severity"] == "error"]
    refused = set(errors.loc[errors["rule"].str.startswith("XPT-"), "dataset"])
    for folder, datasets in (("sdtm", result.sdtm), ("adam", result.adam)):
        for name, dataset in datasets.items():
            published = dataset.published
            stem = out / folder / name.lower()
            if name not in refused:
                write_xpt(stem.with_suffix(".xpt"), published, dataset.spec, timestamp)
            write_dataset_json(stem.with_suffix(".json"), published, dataset.spec, result.study.study_id, timestamp)


def _write_figures(folder: Path, result: RunResult) -> list[FigureContent]:
    """One figure for each endpoint with a curve, as SVG and PNG."""
    contents = []
    endpoints: Mapping[str, EndpointSpec] = {endpoint.id: endpoint for endpoint in result.study.endpoints.endpoints}
    for name, curve in result.curves.items():
        endpoint: Any = endpoints[name]
        svg, png = folder / f"{name.lower()}.svg", folder / f"{name.lower()}.png"
        if isinstance(curve, SurvivalCurve):
            marks = getattr(endpoint, "times", ())
            render_survival(curve, svg, png, endpoint.label, "Probability", endpoint.unit, marks, result.banner)
        elif isinstance(curve, IncidenceCurve):
            causes = dict(enumerate(endpoint.causes, start=1))
            height, marks = "Cumulative incidence", endpoint.times
            render_incidence(curve, svg, png, endpoint.label, height, endpoint.unit, causes, marks, result.banner)
        contents.append(FigureContent(endpoint.label, svg.read_text(encoding="utf-8")))
    return contents


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def render_json(result: RunResult) -> str:
    """What a program would want of a run: counts of findings by severity and rule, and the endpoints."""
    counts = result.findings.groupby(["severity", "rule"]).size().reset_index(name="count")
    endpoints = json.loads(result.endpoints.to_json(orient="records"))
    return json.dumps({"findings": counts.to_dict("records"), "endpoints": endpoints}, ensure_ascii=False, indent=1)
