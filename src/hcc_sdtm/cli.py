"""The command line. Heavy parts are imported by the command that needs them, so that --help answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hcc_sdtm.build_time import source_date_epoch
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source

if TYPE_CHECKING:
    import pandas as pd

    from hcc_sdtm.checks.rule import Rule
    from hcc_sdtm.checks.schema_rules import DocumentedRule
    from hcc_sdtm.result import RunResult

DONE, DONE_WITH_ERRORS, NOT_DONE = 0, 1, 2
SHOWN_FINDINGS = 20


class _StudyCommands(click.Group):
    """Prints a StudyError as one block, a line a problem, and ends with status 2."""

    def invoke(self, ctx: click.Context) -> object:
        """The command's own result."""
        try:
            return super().invoke(ctx)
        except StudyError as error:
            click.echo(f"not done: {len(error.problems)} problem{'s' if len(error.problems) != 1 else ''}", err=True)
            for problem in error.problems:
                click.echo(f"  {problem}", err=True)
            ctx.exit(NOT_DONE)


@click.group(cls=_StudyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hcc-sdtm")
def main() -> None:
    """Site spreadsheets in; SDTM, findings at their cell, ADaM and the trial's endpoints out.

    Exit status: 0 done; 1 done, and the data has findings of severity error; 2 not done.
    """
    source_date_epoch()  # refused here, because libraries read it too, as they are imported


def _progress() -> Callable[[str], None]:
    """Shows steps on a terminal, and nothing in a pipe."""
    return (lambda step: click.echo(f"  {step} ..", err=True)) if sys.stderr.isatty() else (lambda step: None)


@main.command()
@click.argument("study", type=click.Path(path_type=Path), default=".")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder for the outputs.")
@click.option("--raw", type=click.Path(path_type=Path), help="Folder of raw files, in place of the study's own.")
@click.option("--site", "sites", multiple=True, help="Only this site; may be given several times.")
@click.option("--keep-going", is_flag=True, help="Leave out a site that fails; the status stays 2.")
@click.option("--json", "as_json", is_flag=True, help="Print counts and endpoints as JSON.")
def run(study: Path, out: Path, raw: Path | None, sites: tuple[str, ...], keep_going: bool, as_json: bool) -> None:
    """Everything: STUDY (a folder with study.yaml) to outputs in OUT."""
    from hcc_sdtm import pipeline  # heavy

    result = pipeline.run(study, out, raw, sites, keep_going, _progress())
    _report(result, out, as_json)
    if result.incomplete:
        raise StudyError(result.incomplete)
    sys.exit(DONE_WITH_ERRORS if result.has_errors else DONE)


def _report(result: RunResult, out: Path, as_json: bool) -> None:
    from hcc_sdtm.outputs.tables import render_endpoints_text  # heavy
    from hcc_sdtm.outputs.writing import render_json

    if as_json:
        click.echo(render_json(result))
        return
    if result.banner:
        click.echo(f"{result.banner}\n")
    click.echo(render_endpoints_text(result.endpoints))
    _report_findings(result.findings)
    click.echo(f"\nOutputs: {out} (report.html, findings.xlsx, results/, sdtm/, adam/)")


def _report_findings(findings: pd.DataFrame) -> None:
    from hcc_sdtm.outputs.findings import sort_findings  # heavy

    counts = findings["severity"].value_counts()
    shown = ", ".join(f"{counts.get(severity, 0)} {severity}s" for severity in ("error", "warning", "note"))
    click.echo(f"\nFindings: {shown}")
    errors = sort_findings(findings[findings["severity"] == "error"])
    for finding in errors.head(SHOWN_FINDINGS).to_dict("records"):
        place = finding["source"] or finding["dataset"]
        click.echo(f"  {place}: {finding['rule']} {finding['subject']} {finding['variable']}: {finding['message']}")
    if len(errors) > SHOWN_FINDINGS:
        click.echo(f"  .. and {len(errors) - SHOWN_FINDINGS} more errors")


@main.command("map")
@click.argument("study", type=click.Path(path_type=Path), default=".")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the outputs.")
@click.option("--raw", type=click.Path(path_type=Path), help="Folder of raw files, in place of the study's own.")
@click.option("--site", "sites", multiple=True, help="Only this site; may be given several times.")
@click.option("--check", is_flag=True, help="Only check the mappings, without any data.")
@click.option("--schema", is_flag=True, help="Only print the JSON Schema of a mapping, for editors.")
def map_command(
    study: Path, out: Path | None, raw: Path | None, sites: tuple[str, ...], check: bool, schema: bool
) -> None:
    """Maps only: STUDY (a folder with study.yaml) to SDTM datasets and findings in OUT."""
    chosen = [name for name, is_given in (("-o", out), ("--check", check), ("--schema", schema)) if is_given]
    if len(chosen) != 1 or (chosen != ["-o"] and (raw or sites)):
        raise click.UsageError("give one of -o OUT (with --raw, --site), --check and --schema")
    if check:
        _check_mappings(study)
    elif schema:
        _print_schema(study)
    elif out is not None:
        from hcc_sdtm import pipeline  # heavy

        datasets, findings = pipeline.map_study(study, out, raw, sites, _progress())
        click.echo(", ".join(f"{name} {len(dataset)}" for name, dataset in datasets.items()))
        _report_findings(findings)
        click.echo(f"\nOutputs: {out} (sdtm/, findings.xlsx, reconciliation.csv)")
        sys.exit(DONE_WITH_ERRORS if (findings["severity"] == "error").any() else DONE)


def _check_mappings(study: Path) -> None:
    from hcc_sdtm.mapping.language.linting import lint_mappings  # heavy
    from hcc_sdtm.spec.study import read_written_mappings

    written = read_written_mappings(study)
    lint = lint_mappings(written.mappings, written.specs)
    for warning in lint.warnings:
        click.echo(f"warning: {warning}")
    if lint.problems:
        raise StudyError(lint.problems)
    count, warnings = lint.mappings, len(lint.warnings)
    what = f"{warnings} warning{'s' if warnings > 1 else ''}" if warnings else "nothing wrong"
    click.echo(f"{count} mapping{'s' if count > 1 else ''}, {what}")


def _print_schema(study: Path) -> None:
    from hcc_sdtm.mapping.language.json_schema import render_schema  # heavy
    from hcc_sdtm.spec.folder import reference_study
    from hcc_sdtm.spec.study import read_written_mappings

    # outside a study folder the packaged specs are meant
    folder = study if (study / "study.yaml").is_file() or study != Path() else reference_study()
    click.echo(render_schema(read_written_mappings(folder).specs), nl=False)


@main.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), required=True, help="The mapping to write, mappings/104.yaml."
)
@click.option("--study", type=click.Path(path_type=Path), help="The study's folder (default: the nearest above OUT).")
@click.option("--site", default="", help="The site's number (default: the number in the name of OUT).")
def draft(files: tuple[Path, ...], out: Path, study: Path | None, site: str) -> None:
    """A mapping proposed for the FILES (or folders) of a hospital nobody has seen, each line with its evidence."""
    from hcc_sdtm.drafting import write_mapping_draft  # heavy

    made = write_mapping_draft(files, out, study, site)
    lines = ", ".join(f"{count} {word}" for word, count in made.lines.items())
    click.echo(f"{out}: {made.tables} tables, {sum(made.lines.values())} lines ({lines})")
    click.echo(f"{made.questions} questions stand at its top, and what was not placed at its end: {made.not_placed}")
    click.echo("Read every line; then: hcc-sdtm map --check")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default="hcc-sdtm-demo")
def demo(folder: Path) -> None:
    """The reference study end to end, its outputs in FOLDER; status 0 when every planted fault was found."""
    from hcc_sdtm import pipeline  # heavy
    from hcc_sdtm.spec.folder import reference_study
    from hcc_sdtm.synthetic.planted import fault_source, missed_faults, read_faults

    root = reference_study()
    result = pipeline.run(root, folder, progress=_progress())
    _report(result, folder, as_json=False)
    faults = read_faults(root / "truth")
    missed = missed_faults(faults, result.findings)
    click.echo(f"\nPlanted faults found at their cell: {len(faults) - len(missed)} of {len(faults)}")
    for fault in missed.to_dict("records"):
        click.echo(f"  NOT FOUND  {fault['FAULT']} at {fault_source(fault)}", err=True)
    subject = str(result.adam["ADSL"].frame.loc[result.adam["ADSL"].frame["RTFL"] == "Y", "SUBJID"].iloc[0])
    click.echo(f"From a number to its cells: hcc-sdtm trace {folder} PFS {subject}")
    sys.exit(DONE_WITH_ERRORS if len(missed) else DONE)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--subjects", type=click.IntRange(min=1), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def synth(folder: Path, subjects: int, seed: int) -> None:
    """A messy study of any size and its truth, written into FOLDER; the same seed gives the same bytes."""
    from hcc_sdtm.synthetic.study import write_study_folder  # heavy

    _require_empty(folder)
    write_study_folder(folder, subjects, seed)
    click.echo(f"{subjects} subjects in {folder}: raw/ as three hospitals send it, truth/ what is true")
    click.echo(f"Next: hcc-sdtm run {folder} -o {folder / 'out'}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """A new study in FOLDER: its files with what has to be filled in, and the places for the rest."""
    from hcc_sdtm.new_study import write_new_study  # keeps the package's resources unread by --help

    _require_empty(folder)
    write_new_study(folder)
    click.echo(f"A new study in {folder}. Next: put the site's files in {folder / 'raw'},")
    click.echo(f"answer the questions in {folder / 'specs' / 'trial.yaml'}, write {folder / 'mappings'},")
    click.echo(f"then: hcc-sdtm run {folder} -o {folder / 'out'}")


def _require_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError([_problem(folder, "is not an empty folder; nothing was written")])


def _problem(path: Path, message: str) -> Problem:
    return Problem(Source(str(path)), message)


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("name")
@click.argument("subject")
@click.option("--raw", type=click.Path(path_type=Path), help="Folder of the sites' files (default: looked for).")
def trace(out: Path, name: str, subject: str, raw: Path | None) -> None:
    """From a number to its cells: the endpoint or parameter NAME for SUBJECT, out of the outputs in OUT."""
    from hcc_sdtm.outputs.trace import find_raw, render_trace, trace_parameter  # heavy

    for row in trace_parameter(out, raw or find_raw(out), name, subject):
        click.echo(render_trace(row))


@main.command()
@click.argument("out", type=click.Path(path_type=Path))
def verify(out: Path) -> None:
    """The files of OUT against its manifest; status 1 when any was changed, added or lost."""
    from hcc_sdtm.outputs.manifest import ManifestError, verify_manifest  # heavy

    try:
        differences = verify_manifest(out)
    except ManifestError as error:
        raise StudyError([_problem(out, str(error))]) from None
    for difference in differences:
        click.echo(difference)
    click.echo(f"{out}: {'as its manifest says' if not differences else f'{len(differences)} differences'}")
    sys.exit(DONE_WITH_ERRORS if differences else DONE)


@main.command()
@click.argument("rule", required=False)
def rules(rule: str | None) -> None:
    """The rules that data is checked by; with RULE (an id, RS-003) what it finds, why, an example and the source."""
    from hcc_sdtm.checks.rules import RULES  # heavy
    from hcc_sdtm.checks.schema_rules import SCHEMA_RULES
    from hcc_sdtm.checks.step_rules import read_step_rules

    listed: list[Rule | DocumentedRule] = [*read_step_rules(), *SCHEMA_RULES, *RULES]
    every = {each.id: each for each in listed}
    if rule is None:
        for each in every.values():
            click.echo(f"{each.severity:8} {each.label}")
        return
    if rule not in every:
        raise StudyError([_problem(Path("rules"), f'no rule "{rule}"{nearest(rule, every)}')])
    click.echo(every[rule].label)
    for heading, text in every[rule].documentation.items():
        click.echo(f"{heading}: {text}")
