"""Everything a run leaves behind, into one folder; which file holds what stands in the README's list of outputs."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from hcc_sdtm import endpoints as estimators
from hcc_sdtm.build_time import source_date_epoch
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import join_findings
from hcc_sdtm.outputs.assumptions import write_assumptions
from hcc_sdtm.outputs.dataset_json import write_dataset_json
from hcc_sdtm.outputs.decisions import write_decisions
from hcc_sdtm.outputs.facts import build_facts
from hcc_sdtm.outputs.figures import FigureSource, write_figures
from hcc_sdtm.outputs.findings import write_findings
from hcc_sdtm.outputs.impact import IMPACT_FILE, impact_content, write_impact
from hcc_sdtm.outputs.inputs import copy_mappings, list_inputs, require_unchanged
from hcc_sdtm.outputs.lineage import write_lineage
from hcc_sdtm.outputs.made import Made
from hcc_sdtm.outputs.manifest import build_manifest, write_manifest
from hcc_sdtm.outputs.reconciliation import write_reconciliation
from hcc_sdtm.outputs.report import FigureContent, ReportContent, list_left_out, render_report
from hcc_sdtm.outputs.results.writing import write_results
from hcc_sdtm.outputs.schemes import write_schemes
from hcc_sdtm.outputs.tables.content import TableContent
from hcc_sdtm.outputs.tables.endpoint_tables import write_endpoints_html
from hcc_sdtm.outputs.tables.writing import WrittenTables, write_tables
from hcc_sdtm.outputs.xpt import check_xpt, write_xpt
from hcc_sdtm.result import RunResult
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
    write_schemes(out / "results" / "schemes.csv", result.derived.schemes)
    write_decisions(out / "decisions.parquet", result.derived.decisions, result.derived.decision_texts)
    write_endpoints_html(out / "results" / "tables" / "endpoints.html", result.endpoints, build_facts(result))
    tables = _write_tables(out, result)
    figures = _write_figures(out, result)
    made = [*tables.made, *figures]
    facts, estimates, listed = build_facts(result), result.estimates, study.endpoints
    write_results(out / "results", estimates, result.tie_out, listed, facts, timestamp, made, "specs/endpoints.yaml")
    if result.impact is not None:
        write_impact(out / IMPACT_FILE, result.impact.ranking, result.findings)
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
        ReportContent(
            facts, len(result.adam["ADSL"]), result.endpoints, result.findings, result.assumptions, manifest,
            tables.in_report, figure_contents(out, figures), made, outside, result.reconciliation,
            None if result.impact is None else impact_content(result.impact, result.findings),
            tie_out=estimators.render_tie_out(result.tie_out), labels=_labels(result),
        )
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


def _write_tables(out: Path, result: RunResult) -> WrittenTables:
    """Every table of the run as HTML and RTF."""
    study = result.study
    content = TableContent(
        build_facts(result),
        {name: dataset.published for name, dataset in result.adam.items()},
        result.endpoints,
        {**study.endpoints.populations, **study.tables.populations},
        study.specs,
        result.derived.schemes,
    )
    return write_tables(out, content, study.tables)


def _labels(result: RunResult) -> dict[str, str]:
    return {variable.name: variable.label for variable in result.study.specs.adam["ADSL"].variables}


def _write_figures(out: Path, result: RunResult) -> list[Made]:
    """Every figure of the run as SVG and PNG."""
    source = FigureSource(
        build_facts(result),
        {name: dataset.published for name, dataset in {**result.sdtm, **result.adam}.items()},
        result.estimates,
        result.study.endpoints,
        _labels(result),
        result.findings,
        result.study.trial.month_days,
    )
    return write_figures(out, source, result.study.figures)


def figure_contents(out: Path, made: Sequence[Made]) -> list[FigureContent]:
    """The figures that were made, for the report."""
    return [
        FigureContent(each.title, (out / name).read_text(encoding="utf-8"))
        for each in made
        for name in each.files
        if name.endswith(".svg")
    ]


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in LIBRARIES}
