"""The steps of a run in order: read, settle and map, derive, analyse, check, estimate, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from hcc_sdtm import endpoints as estimators
from hcc_sdtm.adam.deriving import derive_adam
from hcc_sdtm.adam.subjects.entered import without_later_subjects
from hcc_sdtm.adam.times.adtte import without_asked_events
from hcc_sdtm.checks.catalogue import list_rules
from hcc_sdtm.checks.causes import group_findings
from hcc_sdtm.checks.running import check_datasets
from hcc_sdtm.dataset import Dataset, Lineage
from hcc_sdtm.endpoints.bounds import add_bounds
from hcc_sdtm.endpoints.listed import estimate_endpoints
from hcc_sdtm.finding import join_findings
from hcc_sdtm.impact.ranking import rank_findings
from hcc_sdtm.mapping.sites import map_sites, mapping_problems
from hcc_sdtm.mapping.tables.sent_files import check_sent_files
from hcc_sdtm.outputs.checked import timestamp_of_check, write_checked
from hcc_sdtm.outputs.derived import hash_inputs, write_derived
from hcc_sdtm.outputs.estimated import hash_estimate_inputs, write_estimated
from hcc_sdtm.outputs.inputs import hash_specs
from hcc_sdtm.outputs.ledger import list_assumptions, list_plan_assumptions
from hcc_sdtm.outputs.mapped import write_mapped
from hcc_sdtm.outputs.replace import open_output
from hcc_sdtm.outputs.writing import timestamp_of, transport_findings, write_outputs
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.received import Received, check_define, derive_finding_sites, read_received
from hcc_sdtm.received.estimable import read_estimable
from hcc_sdtm.received.planned import planned_findings, read_planned, take_sdtm
from hcc_sdtm.received.unusable_records import unusable_findings
from hcc_sdtm.register.history import list_gone, render_trend
from hcc_sdtm.register.register import Register, read_register, with_register
from hcc_sdtm.result import CheckResult, DeriveResult, EstimateResult, RunResult
from hcc_sdtm.sdtm.building import build_sdtm
from hcc_sdtm.source import Source
from hcc_sdtm.spec.analysis_plan import read_written_plan
from hcc_sdtm.spec.endpoint_plan import read_endpoint_plan
from hcc_sdtm.spec.standard_specs import read_standard_specs
from hcc_sdtm.spec.study import Study, read_study, read_written_specs, read_written_trial
from hcc_sdtm.spec.trial import Trial

Progress = Callable[[str], None]


def run(
    study: Path | str = ".",
    out: Path | str | None = None,
    raw: Path | str | None = None,
    sites: Sequence[str] = (),
    keep_going: bool = False,
    progress: Progress = lambda step: None,
    cutoff: str = "",
    impact: bool = True,
) -> RunResult:
    """The whole study; with ``out``, its outputs appear there all at once or not at all.

    ``sites`` are the site numbers to take (empty: all); ``cutoff`` is a day that takes the place of the trial's data
    cut-off, for an intermediate analysis. Without ``impact`` findings are not ranked by what they move. Raises StudyError where
    the study, a mapping, a spec or a raw file is bad, with every problem; with ``keep_going`` a site that fails is left out and
    listed instead.
    """
    loaded = read_study(Path(study), Path(raw) if raw else None, mapping_problems, cutoff)
    if out is None:
        return compute(loaded, sites, keep_going, progress, impact)
    _refuse_raw_folder(loaded, Path(out))
    with open_output(Path(out)) as folder:
        result = compute(loaded, sites, keep_going, progress, impact)
        progress("writing")
        write_outputs(folder, result)
    return result


def compute(study: Study, sites: Sequence[str], keep_going: bool, progress: Progress, impact: bool = True) -> RunResult:
    """Every step but writing."""
    lineage = Lineage()
    register = read_register(study.root, list_rules(study.specs))
    inputs = hash_specs(study) | dict(register.inputs)
    progress("reading and mapping")
    done = map_sites(study, sites, lineage, keep_going)
    mapped = done.sites
    sent = check_sent_files(study.raw, mapped, is_whole=not sites, left_out=bool(done.problems))
    inputs |= done.mappings | {f"raw/{name}": digest for site in mapped for name, digest in site.hashes.items()}
    progress("deriving SDTM")
    sdtm, sdtm_findings = build_sdtm(mapped, study.specs, study.trial, study.study_id, lineage)
    progress("deriving ADaM")
    of_mapping = join_findings([site.findings for site in mapped])
    responses, intervals = study.endpoints.response_groups, study.endpoints.asked_intervals
    derived = derive_adam(sdtm, study.specs, study.trial, study.adam, responses, of_mapping, intervals)
    adam = derived.datasets
    progress("checking")
    checked, outcomes = check_datasets({**sdtm, **adam}, study.specs, study.trial)
    check_findings, outcomes = without_later_subjects(checked, outcomes, derived.findings)
    progress("estimating")
    adsl, adrs, adtte = (adam[name].published for name in ("ADSL", "ADRS", "ADTTE"))
    estimates = estimate_endpoints(adsl, adrs, adtte, study.endpoints)
    estimates = add_bounds(estimates, study.endpoints, derived.admissible)
    of_adam = without_asked_events(derived.findings, check_findings)
    of_sites = [*(site.findings for site in mapped), sent.findings]
    of_files = transport_findings({**sdtm, **adam})
    found = [*of_sites, sdtm_findings, check_findings, of_adam, of_files]
    distinct = join_findings(found).drop_duplicates(ignore_index=True)  # two derivations may miss the same date
    findings, _ = with_register(group_findings(distinct, study.specs.rules), register, timestamp_of(study), sites)
    if impact:
        progress("ranking findings")
    ranked = rank_findings(study, findings, sdtm, adam, estimates) if impact else None
    assumptions = list_assumptions(study, mapped)
    reconciliation = pd.concat([*(site.reconciliation for site in mapped), sent.frame], ignore_index=True)
    gone = list_gone(findings, register.history, sites)
    return RunResult(
        study,
        tuple(mapped),
        sdtm,
        derived,
        ranked.mark(findings) if ranked else findings,
        outcomes,
        estimates,
        assumptions,
        lineage,
        reconciliation,
        inputs,
        tuple(done.problems),
        render_trend(findings, gone),
        impact=ranked,
        tie_out=estimators.tie_out(estimates, study.endpoints),
    )


def map_study(
    study: Path | str,
    out: Path | str,
    raw: Path | str | None = None,
    sites: Sequence[str] = (),
    progress: Progress = lambda step: None,
) -> tuple[dict[str, Dataset], pd.DataFrame]:
    """The SDTM datasets of a study, by name, and the findings of reading and mapping; both appear in ``out`` at once.

    Nothing is checked, analysed or estimated. ``sites`` and what is raised are those of `run`.
    """
    loaded = read_study(Path(study), Path(raw) if raw else None, mapping_problems)
    _refuse_raw_folder(loaded, Path(out))
    with open_output(Path(out)) as folder:
        lineage = Lineage()
        inputs = hash_specs(loaded)
        progress("reading and mapping")
        done = map_sites(loaded, sites, lineage, keep_going=False)
        sent = check_sent_files(loaded.raw, done.sites, is_whole=not sites)
        inputs |= done.mappings | {f"raw/{name}": digest for site in done.sites for name, digest in site.hashes.items()}
        progress("deriving SDTM")
        sdtm, sdtm_findings = build_sdtm(done.sites, loaded.specs, loaded.trial, loaded.study_id, lineage)
        of_sites = [*(site.findings for site in done.sites), sent.findings]
        found = join_findings([*of_sites, sdtm_findings, transport_findings(sdtm)])
        findings = group_findings(found.drop_duplicates(ignore_index=True))
        reconciliation = pd.concat([*(site.reconciliation for site in done.sites), sent.frame], ignore_index=True)
        progress("writing")
        write_mapped(folder, loaded, done.sites, sdtm, findings, reconciliation, inputs, lineage)
    return sdtm, findings


def check(
    data: Path | str,
    study: Path | str | None = None,
    define: Path | str | None = None,
    out: Path | str | None = None,
) -> CheckResult:
    """What every rule says of the datasets in a folder or file; with ``out``, the findings appear there all at once.

    Rules, terms and the facts of the trial are those of the study; without one, SDTMIG 3.4 and the packaged rules, and what
    needs a trial is not evaluated. ``define`` is a define.xml to check the data against. The waivers of a study are for its
    runs, whose findings have cells, and not for this. Raises StudyError where the data, the define or a file of the study
    cannot be read.
    """
    trial, specs = None, read_standard_specs() if study is None else None
    if study is not None:
        written = read_written_specs(Path(study))
        specs, trial = written.specs, read_written_trial(written)
    result = check_received(read_received(Path(data), Path(define) if define else None, specs), trial)
    if out is not None:
        with open_output(Path(out)) as folder:
            write_checked(folder, result, Path(data), trial)
    return result


def check_received(received: Received, trial: Trial | None = None) -> CheckResult:
    """What every rule says of datasets that were received."""
    findings, outcomes = check_datasets(received.datasets, received.specs, trial, received.metadata)
    findings = join_findings([received.findings, check_define(received), findings]).drop_duplicates(ignore_index=True)
    findings = group_findings(derive_finding_sites(findings, received.datasets), received.specs.rules)
    findings, _ = with_register(findings, Register(), timestamp_of_check(trial))
    return CheckResult(received, findings, outcomes)


def derive(
    data: Path | str,
    trial: Path | str,
    out: Path | str | None = None,
    specs: Path | str | None = None,
    cutoff: str = "",
    progress: Progress = lambda step: None,
) -> DeriveResult:
    """The analysis datasets of anyone's SDTM, a folder or file of XPT, Dataset-JSON, Parquet or CSV; with ``out``, they
    appear there all at once.

    ``trial`` is a trial file such as trial.yaml; adsl.yaml, adrs.yaml, parameters/ and spec tables beside it (or in the folder
    ``specs``) say how they are made, and packaged ones stand for what is not there. The files may name every variable that
    the data came with. ``cutoff`` takes the place of the trial's data cut-off. Raises StudyError with every problem of the
    data's files and of all specs.
    """
    written = read_written_plan(Path(trial), Path(specs) if specs else None, cutoff)
    inputs = hash_inputs(written, Path(data))
    progress("reading")
    received, plan = read_planned(Path(data), written)
    sdtm = take_sdtm(received)
    progress("deriving ADaM")
    derived = derive_adam(sdtm, plan.specs, plan.trial, plan.adam)
    progress("checking")
    datasets = {**{name: received.datasets[name] for name in sdtm}, **derived.datasets}
    metadata = {name: received.metadata[name] for name in sdtm}
    checked, outcomes = check_datasets(datasets, plan.specs, plan.trial, metadata)
    checked, outcomes = without_later_subjects(checked, outcomes, derived.findings)
    of_adam = without_asked_events(derived.findings, checked)
    of_data = [received.findings, planned_findings(received, plan)]
    found = join_findings([*of_data, checked, of_adam, transport_findings(derived.datasets)])
    findings = derive_finding_sites(found.drop_duplicates(ignore_index=True), datasets)
    findings, _ = with_register(group_findings(findings, plan.specs.rules), Register(), timestamp_of_check(plan.trial))
    result = DeriveResult(received, plan, derived, findings, outcomes, list_plan_assumptions(plan), inputs)
    if out is not None:
        progress("writing")
        with open_output(Path(out)) as folder:
            write_derived(folder, result, written, Path(data))
    return result


def estimate(
    data: Path | str,
    endpoints: Path | str,
    out: Path | str | None = None,
    progress: Progress = lambda step: None,
) -> EstimateResult:
    """The endpoints of anyone's analysis datasets, a folder or file of XPT, Dataset-JSON, Parquet or CSV; with ``out``,
    results, tables and figures appear there all at once.

    ``endpoints`` is a list such as endpoints.yaml; tables.yaml and figures.yaml beside it say what else is made. Only what the
    list asks for must be there: ADTTE, ADRS for proportions, and ADSL, without which the subjects are those of the records.
    Raises StudyError with every problem of the data's files and of the lists.
    """
    plan = read_endpoint_plan(Path(endpoints))
    inputs = hash_estimate_inputs(plan, Path(data))
    progress("reading")
    received, chosen, listed = read_estimable(Path(data), plan)
    found = [received.findings, chosen.findings, unusable_findings(chosen, listed)]
    findings = derive_finding_sites(join_findings(found).drop_duplicates(ignore_index=True), received.datasets)
    findings, _ = with_register(group_findings(findings, received.specs.rules), Register(), timestamp_of_check(None))
    progress("estimating")
    adsl, adrs, adtte = (chosen.frame(name) for name in ("ADSL", "ADRS", "ADTTE"))
    estimates = estimate_endpoints(adsl, adrs, adtte, listed)
    tie_out = estimators.tie_out(estimates, listed)
    result = EstimateResult(received, chosen, listed, plan.tables, plan.figures, estimates, tie_out, findings, inputs)
    if out is not None:
        with open_output(Path(out)) as folder:
            progress("writing")
            write_estimated(folder, result, plan, Path(data))
    return result


def _refuse_raw_folder(study: Study, out: Path) -> None:
    if study.raw.resolve() in (out.resolve(), *out.resolve().parents):
        message = f"lies in the folder of raw files, {study.raw}; a run never writes there"
        raise StudyError([Problem(Source(str(out)), message)])
