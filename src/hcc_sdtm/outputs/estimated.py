"""What `estimate` leaves behind: the results as data, tables, figures, the report, the findings and the manifest."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hcc_sdtm import endpoints as estimators
from hcc_sdtm.outputs.assumptions import ASSUMPTION_COLUMNS
from hcc_sdtm.outputs.checked import timestamp_of_check
from hcc_sdtm.outputs.derived import study_of
from hcc_sdtm.outputs.facts import Facts, hash_sources
from hcc_sdtm.outputs.figures import FigureSource, write_figures
from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.inputs import require_unchanged
from hcc_sdtm.outputs.manifest import build_manifest, file_digest, write_manifest
from hcc_sdtm.outputs.report import ReportContent, list_left_out, render_report
from hcc_sdtm.outputs.results.writing import write_results
from hcc_sdtm.outputs.tables.content import TableContent
from hcc_sdtm.outputs.tables.endpoint_tables import write_endpoints_html
from hcc_sdtm.outputs.tables.writing import write_tables
from hcc_sdtm.outputs.writing import figure_contents
from hcc_sdtm.received.folder_files import find_files
from hcc_sdtm.result import EstimateResult
from hcc_sdtm.spec.endpoint_plan import EndpointPlan

LIBRARIES = ("hcc-sdtm", "pandas", "pyreadstat", "lifelines", "numpy", "scipy", "matplotlib")


def hash_estimate_inputs(plan: EndpointPlan, data: Path) -> dict[str, str]:
    """SHA-256 of every file of data and of specs, by name; StudyError where there is no data."""
    return {name: file_digest(path) for name, path in _inputs(plan, data).items()}


def write_estimated(out: Path, result: EstimateResult, plan: EndpointPlan, data: Path) -> None:
    """Writes ard.json, ars.json and tie_out.csv, tables, figures, report.html and findings; the manifest last.

    Raises StudyError where a file that was read is not what it was then.
    """
    for folder in ("tables", "figures"):
        (out / "results" / folder).mkdir(parents=True)
    timestamp = timestamp_of_check(None)
    facts = facts_of(result)
    content = _content(result, facts)
    write_endpoints_html(out / "results" / "tables" / "endpoints.html", result.endpoints, facts)
    tables = write_tables(out, content, result.tables)
    figures = write_figures(out, _source(result, content), result.figures)
    made = [*tables.made, *figures]
    write_results(
        out / "results", result.estimates, result.tie_out, result.listed, facts, timestamp, made, plan.file.name
    )
    write_findings(out, result.findings, timestamp)
    versions = {name: importlib.metadata.version(name) for name in LIBRARIES}
    manifest = build_manifest(facts.study, timestamp, sorted(_inputs(plan, data).items()), pd.DataFrame(), versions)
    require_unchanged(result.inputs, manifest["inputs"])
    adsl = result.chosen.frame("ADSL")
    report = render_report(
        ReportContent(
            facts,
            len(adsl),
            result.endpoints,
            result.findings,
            pd.DataFrame(columns=list(ASSUMPTION_COLUMNS)),
            manifest,
            tables.in_report,
            figure_contents(out, figures),
            made,
            list_left_out(adsl, adsl[["USUBJID"]], result.listed.populations),
            tie_out=estimators.render_tie_out(result.tie_out),
            labels=_labels(content),
        )
    )
    (out / "report.html").write_text(report, encoding="utf-8", newline="\n")
    write_manifest(out, manifest)


def facts_of(result: EstimateResult) -> Facts:
    """What every page says of itself; the trial's title and data cut-off are not known."""
    adsl = result.chosen.frame("ADSL")
    study = study_of(adsl) if "STUDYID" in adsl else ""
    return Facts(f"Endpoints of {study}" if study else "Endpoints", study, "", hash_sources(result.inputs))


def _inputs(plan: EndpointPlan, data: Path) -> dict[str, Path]:
    return {f"data/{path.name}": path for path in find_files(data)} | plan.files


def _content(result: EstimateResult, facts: Facts) -> TableContent:
    chosen = result.chosen
    specs = replace(result.received.specs, adam={name: each.spec for name, each in chosen.datasets.items()})
    populations = {**result.listed.populations, **result.tables.populations}
    frames = {name: chosen.frame(name) for name in ("ADSL", *chosen.datasets)}
    return TableContent(facts, frames, result.endpoints, populations, specs)


def _source(result: EstimateResult, content: TableContent) -> FigureSource:
    facts, labels = content.facts, _labels(content)
    return FigureSource(facts, content.datasets, result.estimates, result.listed, labels, result.findings)


def _labels(content: TableContent) -> dict[str, str]:
    subjects = content.specs.adam.get("ADSL")
    return {variable.name: variable.label for variable in subjects.variables} if subjects else {}
