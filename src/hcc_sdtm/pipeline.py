"""The steps of a run in order: read, settle and map, derive, analyse, check, estimate, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from hcc_sdtm.adam.adrs import build_adrs
from hcc_sdtm.adam.adsl import build_adsl
from hcc_sdtm.adam.adtte import build_adtte, without_asked_events
from hcc_sdtm.adam.pointers import check_pointers
from hcc_sdtm.checks.catalogue import list_rules
from hcc_sdtm.checks.causes import group_findings
from hcc_sdtm.checks.running import check_datasets
from hcc_sdtm.dataset import Dataset, Lineage
from hcc_sdtm.endpoints.estimating import estimate_endpoints
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.sites import map_sites, mapping_problems
from hcc_sdtm.mapping.tables.sent_files import check_sent_files
from hcc_sdtm.outputs.checked import timestamp_of_check, write_checked
from hcc_sdtm.outputs.inputs import hash_specs
from hcc_sdtm.outputs.ledger import list_assumptions
from hcc_sdtm.outputs.mapped import write_mapped
from hcc_sdtm.outputs.replace import open_output
from hcc_sdtm.outputs.writing import timestamp_of, transport_findings, write_outputs
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.received import Received, check_define, derive_finding_sites, read_received
from hcc_sdtm.register.history import list_gone, render_trend
from hcc_sdtm.register.register import Register, read_register, with_register
from hcc_sdtm.result import CheckResult, RunResult
from hcc_sdtm.sdtm.building import build_sdtm
from hcc_sdtm.source import Source
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
) -> RunResult:
    """The whole study; with ``out``, its outputs appear there all at once or not at all.

    ``sites`` are the site numbers to take (empty: all). Raises StudyError where the study, a mapping, a spec or a raw file
    is bad, with every problem; with ``keep_going`` a site that fails is left out and listed instead.
    """
    loaded = read_study(Path(study), Path(raw) if raw else None, mapping_problems)
    if out is None:
        return compute(loaded, sites, keep_going, progress)
    _refuse_raw_folder(loaded, Path(out))
    with open_output(Path(out)) as folder:
        result = compute(loaded, sites, keep_going, progress)
        progress("writing")
        write_outputs(folder, result)
    return result


def compute(study: Study, sites: Sequence[str], keep_going: bool, progress: Progress) -> RunResult:
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
    adsl, adsl_findings = build_adsl(sdtm, study.specs, study.trial, study.adam)
    adrs, adrs_findings = build_adrs(sdtm, adsl, study.specs, study.trial, study.adam)
    adtte, adtte_findings = build_adtte(sdtm, adsl, adrs, study.specs, study.trial, study.adam)
    adam = {"ADSL": adsl, "ADRS": adrs, "ADTTE": adtte}
    progress("checking")
    check_findings, outcomes = check_datasets({**sdtm, **adam}, study.specs, study.trial)
    pointer_findings = check_pointers({**sdtm, **adam}, study.trial)
    progress("estimating")
    results, curves = estimate_endpoints(adsl.published, adrs.published, adtte.published, study.endpoints)
    asked_once = without_asked_events(adtte_findings, check_findings)
    of_adam = [adsl_findings, adrs_findings, asked_once, pointer_findings]
    of_sites = [*(site.findings for site in mapped), sent.findings]
    of_files = transport_findings({**sdtm, **adam})
    found = [*of_sites, sdtm_findings, check_findings, *of_adam, of_files]
    distinct = join_findings(found).drop_duplicates(ignore_index=True)  # two derivations may miss the same date
    findings, _ = with_register(group_findings(distinct, study.specs.rules), register, timestamp_of(study), sites)
    assumptions = list_assumptions(study, mapped)
    reconciliation = pd.concat([*(site.reconciliation for site in mapped), sent.frame], ignore_index=True)
    gone = list_gone(findings, register.history, sites)
    return RunResult(
        study,
        tuple(mapped),
        sdtm,
        adam,
        findings,
        outcomes,
        results,
        curves,
        assumptions,
        lineage,
        reconciliation,
        inputs,
        tuple(done.problems),
        render_trend(findings, gone),
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


def _refuse_raw_folder(study: Study, out: Path) -> None:
    if study.raw.resolve() in (out.resolve(), *out.resolve().parents):
        message = f"lies in the folder of raw files, {study.raw}; a run never writes there"
        raise StudyError([Problem(Source(str(out)), message)])
