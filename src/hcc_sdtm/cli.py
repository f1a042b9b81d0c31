"""The command line. Heavy parts are imported by the command that needs them, so that --help answers at once."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hcc_sdtm.build_time import source_date_epoch
from hcc_sdtm.problem import Problem, RuleFault, StudyError, nearest
from hcc_sdtm.source import Source

if TYPE_CHECKING:
    import pandas as pd

    from hcc_sdtm.result import RunResult

DONE, DONE_WITH_ERRORS, NOT_DONE = 0, 1, 2


class _StudyCommands(click.Group):
    """Prints a StudyError as one block, a line a problem, or the rule that failed, and ends with status 2."""

    def invoke(self, ctx: click.Context) -> object:
        """The command's own result."""
        try:
            return super().invoke(ctx)
        except StudyError as error:
            click.echo(f"not done: {len(error.problems)} problem{'s' if len(error.problems) != 1 else ''}", err=True)
            for problem in error.problems:
                click.echo(f"  {problem}", err=True)
            ctx.exit(NOT_DONE)
        except RuleFault as fault:
            click.echo(f"not done: {fault}\n  {fault.place}; please report it with the rule's name", err=True)
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


CUTOFF = click.option(
    "--cutoff",
    default="",
    metavar="DATE",
    help="Data cut-off in place of the trial's: YYYY-MM-DD, for an intermediate analysis.",
)


@main.command()
@click.argument("study", type=click.Path(path_type=Path), default=".")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder for the outputs.")
@click.option("--raw", type=click.Path(path_type=Path), help="Folder of raw files, in place of the study's own.")
@click.option("--site", "sites", multiple=True, help="Only this site; may be given several times.")
@click.option("--keep-going", is_flag=True, help="Leave out a site that fails; the status stays 2.")
@CUTOFF
@click.option("--no-impact", is_flag=True, help="Do not rank the findings by what they move of the endpoints.")
@click.option("--json", "as_json", is_flag=True, help="Print counts and endpoints as JSON.")
def run(
    study: Path,
    out: Path,
    raw: Path | None,
    sites: tuple[str, ...],
    keep_going: bool,
    cutoff: str,
    no_impact: bool,
    as_json: bool,
) -> None:
    """Everything: STUDY (a folder with study.yaml) to outputs in OUT."""
    from hcc_sdtm import pipeline  # heavy

    result = pipeline.run(study, out, raw, sites, keep_going, _progress(), cutoff, not no_impact)
    _report(result, out, as_json)
    if result.incomplete:
        raise StudyError(result.incomplete)
    sys.exit(DONE_WITH_ERRORS if result.has_errors else DONE)


def _report(result: RunResult, out: Path, as_json: bool) -> None:
    from hcc_sdtm.endpoints import render_tie_out  # heavy
    from hcc_sdtm.outputs.results.writing import render_results_json
    from hcc_sdtm.outputs.tables.endpoint_tables import render_endpoints_text

    if as_json:
        click.echo(render_results_json(result.findings, result.estimates, result.tie_out))
        return
    if result.banner:
        click.echo(f"{result.banner}\n")
    shown = render_endpoints_text(result.endpoints, result.study.endpoints.endpoints)
    click.echo(f"{shown}\n\n{render_tie_out(result.tie_out)}")
    _report_findings(result.findings, result.outcomes)
    if result.impact is not None:
        click.echo(" ".join(result.impact.sentences))
    if result.trend:
        click.echo(result.trend.capitalize())
    click.echo(f"\nOutputs: {out} (report.html, findings.xlsx, results/, sdtm/, adam/)")


def _report_findings(findings: pd.DataFrame, outcomes: pd.DataFrame | None = None) -> None:
    from hcc_sdtm.outputs.findings_text import render_findings_text  # heavy

    click.echo(f"\n{render_findings_text(findings, outcomes)}")


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
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--study",
    type=click.Path(path_type=Path),
    help="A study's folder: its specs, rules and trial; its waivers are for runs.",
)
@click.option("--define", type=click.Path(path_type=Path), help="A define.xml to check the data against.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the findings (CSV, Excel, JSON, SARIF).")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(data: Path, study: Path | None, define: Path | None, out: Path | None, as_json: bool) -> None:
    """Every rule on anyone's SDTM and ADaM: DATA is a folder (or file) of XPT, Dataset-JSON, Parquet or CSV."""
    from hcc_sdtm import pipeline  # heavy
    from hcc_sdtm.outputs.findings_json import render_findings_json

    result = pipeline.check(data, study, define, out)
    if as_json:
        click.echo(render_findings_json(result.findings, result.outcomes))
    else:
        counts = (f"{name} {len(dataset)}" for name, dataset in result.received.datasets.items())
        click.echo(f"Records: {', '.join(counts)}")
        _report_findings(result.findings, result.outcomes)
        if out is not None:
            click.echo(f"\nOutputs: {out} (findings.csv, .xlsx, .json, .sarif, rules.csv)")
    sys.exit(DONE_WITH_ERRORS if result.has_errors else DONE)


@main.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--trial", type=click.Path(path_type=Path), required=True, help="The trial's file, trial.yaml.")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder for the outputs.")
@click.option("--specs", type=click.Path(path_type=Path), help="Folder of specs (default: that of the trial's file).")
@CUTOFF
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def derive(data: Path, trial: Path, out: Path, specs: Path | None, cutoff: str, as_json: bool) -> None:
    """Anyone's SDTM to ADaM: DATA is a folder (or file) of XPT, Dataset-JSON, Parquet or CSV.

    adsl.yaml, adrs.yaml, parameters/ and spec tables beside the trial's file say how; packaged ones stand for what is not
    there.
    """
    from hcc_sdtm import pipeline  # heavy
    from hcc_sdtm.outputs.findings_json import render_findings_json

    result = pipeline.derive(data, trial, out, specs, cutoff, _progress())
    if as_json:
        click.echo(render_findings_json(result.findings, result.outcomes))
    else:
        for what, datasets in (("Received", result.received.datasets), ("Derived", result.adam)):
            click.echo(f"{what}: {', '.join(f'{name} {len(dataset)}' for name, dataset in datasets.items())}")
        _report_findings(result.findings, result.outcomes)
        click.echo(f"\nOutputs: {out} (adam/, decisions.parquet, findings.xlsx, rules.csv, assumptions.csv)")
    sys.exit(DONE_WITH_ERRORS if result.has_errors else DONE)


@main.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--endpoints", type=click.Path(path_type=Path), required=True, help="The list of endpoints, endpoints.yaml."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder for the outputs.")
@click.option("--json", "as_json", is_flag=True, help="Print counts and endpoints as JSON.")
def estimate(data: Path, endpoints: Path, out: Path, as_json: bool) -> None:
    """Endpoints of anyone's ADaM: DATA is a folder (or file) of XPT, Dataset-JSON, Parquet or CSV.

    Only what the list asks for must be there; tables.yaml and figures.yaml beside it say which tables and figures are made.
    """
    from hcc_sdtm import pipeline  # heavy
    from hcc_sdtm.endpoints import render_tie_out
    from hcc_sdtm.outputs.results.writing import render_results_json
    from hcc_sdtm.outputs.tables.endpoint_tables import render_endpoints_text

    result = pipeline.estimate(data, endpoints, out, _progress())
    if as_json:
        click.echo(render_results_json(result.findings, result.estimates, result.tie_out))
    else:
        shown = render_endpoints_text(result.endpoints, result.listed.endpoints)
        click.echo(f"{shown}\n\n{render_tie_out(result.tie_out)}")
        _report_findings(result.findings)
        click.echo(f"\nOutputs: {out} (report.html, results/, findings.xlsx)")
    sys.exit(DONE_WITH_ERRORS if result.has_errors else DONE)


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


@main.group()
def ct() -> None:
    """Controlled terminology: the package that a study is pinned to."""


@ct.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("study", type=click.Path(path_type=Path), default=".")
@click.option("--out", type=click.Path(path_type=Path), help="Outputs of a finished run: its values are looked at too.")
@click.option("--date", default="", help="Date of the package, where neither the file nor its name says it.")
@click.option("--older", is_flag=True, help="Allow a package older than the one that the study is pinned to.")
@click.option("--dry-run", is_flag=True, help="Only say what changes; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print all changes as JSON.")
def ct_import(file: Path, study: Path, out: Path | None, date: str, older: bool, dry_run: bool, as_json: bool) -> None:
    """The published package in FILE (ODM-XML, text, Excel) into the specs of STUDY, and what it changes for its data.

    Status 1 where a value in use is no longer a term.
    """
    from hcc_sdtm.mapping.language.terms_used import terms_used  # heavy
    from hcc_sdtm.terminology.importing import import_package
    from hcc_sdtm.terminology.report import render_import, render_import_json

    found = import_package(file, study, out, date, older, dry_run, terms_used)
    click.echo((render_import_json if as_json else render_import)(found, is_dry=dry_run))
    sys.exit(DONE_WITH_ERRORS if found.has_lost_terms else DONE)


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("key")
@click.option("--reason", required=True, help="Why the finding stays as it is.")
@click.option("--author", required=True, help="Who decided it.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which the waiver holds.")
def waive(study: Path, out: Path, key: str, reason: str, author: str, expires: datetime | None) -> None:
    """Waives the finding KEY of the run in OUT: a line in STUDY's register/waivers.csv, bound to the finding's evidence."""
    from hcc_sdtm.outputs.waiver_writing import add_waiver  # heavy

    today = source_date_epoch() or datetime.now(UTC)
    waiver = add_waiver(study, out, key, reason, author, today.date(), expires.date() if expires else None)
    click.echo(f"{waiver.source}: {waiver.rule} {waiver.key} is waived: {waiver.text}")
    click.echo(f"It holds from the next run on, while the evidence is the same ({waiver.evidence}).")


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
def register(study: Path, out: Path) -> None:
    """Takes the findings of the run in OUT into STUDY's register/history.csv, so that later runs say what is new and gone."""
    from hcc_sdtm.outputs.registering import register_run  # heavy

    click.echo(register_run(study, out).text)


class _QueriesCommands(click.Group):
    """A group whose first word may be left out: ``queries STUDY OUT`` is ``queries write STUDY OUT``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, with the word put in."""
        is_named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if is_named or not args else ["write", *args])


@main.group(cls=_QueriesCommands, no_args_is_help=True)
def queries() -> None:
    """Queries to the sites: a workbook a site from a finished run, and the reading of the answers.

    hcc-sdtm queries [STUDY] OUT [-o DIR] [--raw DIR] [--site S] [--copy] [--language en|zh] [--rounds N]

    hcc-sdtm queries import STUDY FILE... [--out OUT] [--rounds N]
    """


ROUNDS = click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Rounds without an answer before escalation.",
)


@queries.command("write")
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="[STUDY] OUT")
@click.option(
    "-o", "--folder", type=click.Path(path_type=Path), help="Folder for the workbooks (default: OUT-queries)."
)
@click.option("--raw", type=click.Path(path_type=Path), help="Folder of the sites' files (default: looked for).")
@click.option("--site", "sites", multiple=True, help="Only this site; may be given several times.")
@click.option("--copy", "is_copied", is_flag=True, help="The sites' whole files too, coloured and commented.")
@click.option(
    "--language", type=click.Choice(["en", "zh"]), help="Of the workbooks (default: that of the site's country)."
)
@ROUNDS
def queries_write(
    folders: tuple[Path, ...],
    folder: Path | None,
    raw: Path | None,
    sites: tuple[str, ...],
    is_copied: bool,
    language: str | None,
    rounds: int,
) -> None:
    """A query workbook for each site from the run in OUT; the numbers go to STUDY's register/queries.csv."""
    from hcc_sdtm.outputs.queries.writing import QueryRequest, write_queries  # heavy

    if len(folders) > 2:
        raise click.UsageError("give STUDY (default: the current folder) and OUT")
    study = folders[0] if len(folders) == 2 else Path()
    day = (source_date_epoch() or datetime.now(UTC)).date().isoformat()
    request = QueryRequest(study, folders[-1], day, folder, raw, sites, language or "", is_copied, rounds)
    written = write_queries(request)
    for site, name in written.workbooks.items():
        states = ", ".join(f"{count} {state}" for state, count in written.states[site].items())
        click.echo(f"{site}: {written.folder / name} ({states})")
    changes = ", ".join(f"{count} {state}" for state, count in written.changes.items())
    click.echo(f"Changed by this run: {changes or 'nothing'}")
    for note in written.notes:
        click.echo(note)
    if written.workbooks:
        click.echo("Each workbook shows patients as their hospital knows them: send it to its own site only.")


@queries.command("import")
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), help="The run's folder, for the lines that waive.")
@ROUNDS
def queries_import(study: Path, files: tuple[Path, ...], out: Path | None, rounds: int) -> None:
    """Answered workbooks (FILES) into STUDY's register/queries.csv: all of them, or none where anything is wrong."""
    from hcc_sdtm.outputs.queries.importing import import_answers  # heavy

    found = import_answers(study, files, rounds, out)
    states = ", ".join(f"{count} {state}" for state, count in found.states.items())
    click.echo(f"Changed: {states or 'nothing'}; waiting for an answer: {found.waiting}")
    for query in found.changed:
        click.echo(f"  {query.number} {query.state}: {query.why or query.answer or 'no answer yet'}")
    if found.waiver_lines:
        click.echo("Confirmed as they are; to waive them (OUT is the folder of the run):")
    for line in found.waiver_lines:
        click.echo(f"  {line}")


@main.command()
@click.argument("rule", required=False)
@click.option("--study", type=click.Path(path_type=Path), help="A study's folder, for the rules that it adds.")
@click.option("--pages", type=click.Path(path_type=Path), help="Folder to write all rules into, as pages of Markdown.")
def rules(rule: str | None, study: Path | None, pages: Path | None) -> None:
    """The rules that data is checked by; with RULE (RS-003, or a published id) what it finds, why, an example, the source."""
    from hcc_sdtm.checks.catalogue import list_rules  # heavy
    from hcc_sdtm.checks.coverage import covering_rules, read_not_covered
    from hcc_sdtm.outputs.rules_page import write_rules_pages
    from hcc_sdtm.spec.folder import reference_study
    from hcc_sdtm.spec.study import read_written_specs

    every = list_rules(read_written_specs(study or reference_study()).specs)
    if pages is not None:
        written = write_rules_pages(pages, every)
        click.echo(f"{len(every)} rules on {len(written)} pages in {pages}")
        return
    if rule is None:
        for each in every.values():
            click.echo(f"{each.severity:8} {each.label}")
        return
    covering, left = covering_rules(every.values()), read_not_covered()
    if rule in left:
        click.echo(f"{rule} is not covered: {left[rule]}")
        return
    if rule not in every and rule not in covering:
        raise StudyError([_problem(Path("rules"), f'no rule "{rule}"{nearest(rule, [*every, *covering])}')])
    for found in [every[each] for each in covering.get(rule, (rule,))]:
        click.echo(found.label)
        for heading, text in found.documentation.items():
            click.echo(f"{heading}: {text}")
        if found.covers:
            click.echo(f"Covers: {', '.join(found.covers)}")
