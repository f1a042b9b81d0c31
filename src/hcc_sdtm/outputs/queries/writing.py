"""Queries to the sites from a finished run: a workbook a site, and the register of their numbers.

The steps in order. Nothing is written before everything that can be wrong was looked at; the register comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hcc_sdtm.mapping.language.model import SiteMapping, read_mapping
from hcc_sdtm.outputs.manifest import file_digest, read_manifest
from hcc_sdtm.outputs.queries.column_uses import constant_variables
from hcc_sdtm.outputs.queries.copied_file import copy_name, file_stem, write_copy
from hcc_sdtm.outputs.queries.found import Question, as_found, find_questions
from hcc_sdtm.outputs.queries.moved import read_moved
from hcc_sdtm.outputs.queries.query_folder import default_folder, open_query_folder, require_outside
from hcc_sdtm.outputs.queries.query_line import mark_cells
from hcc_sdtm.outputs.queries.site_files import SiteFolder, owners, read_site_folders
from hcc_sdtm.outputs.queries.site_workbook import write_site_workbook
from hcc_sdtm.outputs.queries.wording import Wording
from hcc_sdtm.outputs.registering import write_register_file
from hcc_sdtm.outputs.trace import find_raw, require_same_files
from hcc_sdtm.outputs.written_run import WrittenRun, read_written_run
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.register.queries import QUERIES_FILE, Query, queries_frame, read_queries
from hcc_sdtm.register.query_states import MOST_ROUNDS, Asked, Occasion, ask_queries
from hcc_sdtm.register.waiving import WAIVED
from hcc_sdtm.source import Source
from hcc_sdtm.spec.study import Study, read_study

HASH_DIGITS = 12


@dataclass(frozen=True)
class QueryRequest:
    """What a person asks for. ``day`` is today.

    ``folder`` None means beside the outputs, ``raw`` None that it is looked for, ``sites`` empty all, ``language`` empty that
    of each site's country.
    """

    study: Path
    out: Path
    day: str
    folder: Path | None = None
    raw: Path | None = None
    sites: tuple[str, ...] = ()
    language: str = ""
    is_copied: bool = False
    most_rounds: int = MOST_ROUNDS


@dataclass(frozen=True)
class WrittenQueries:
    """What was written: each site's workbook and its queries by state, the changes of state, what was left out and why."""

    folder: Path
    workbooks: Mapping[str, str]
    states: Mapping[str, Mapping[str, int]]
    changes: Mapping[str, int]
    notes: tuple[str, ...]


def write_queries(request: QueryRequest) -> WrittenQueries:
    """Writes the workbooks of a run, and the register with the numbers of their queries.

    Raises StudyError where OUT is no whole and unchanged run of this study, a site's file is not the one of the run, the
    register is bad, or the folder is inside the outputs or holds a workbook that would be lost.
    """
    study = read_study(request.study)
    run = read_written_run(request.out)
    mappings = _mappings(study, run, request)
    raw = request.raw or _find_raw(study, request.out)
    require_same_files(read_manifest(request.out), raw)
    folder = request.folder or default_folder(request.out)
    require_outside(
        folder,
        {"the outputs": request.out, "the folder of the sites' files": raw, "the register": study.root / "register"},
    )
    before = read_queries(study.root / QUERIES_FILE)
    sent = {name.removeprefix("raw/") for name in run.inputs if name.startswith("raw/")}
    folders = read_site_folders(mappings, raw, sent)
    # a run of some sites alone must not make a shared file look like that of one site
    of_files = owners(folders | read_site_folders(_other_mappings(study, run), raw))
    wanted = [site for site in folders if not request.sites or site in request.sites]
    findings = as_found(run.findings)
    kinds = {row.id: row.kind for row in study.specs.rules}
    constants = {(each.head.site, *place) for each in mappings for place in constant_variables(each)}
    questions, left_out = find_questions(findings, of_files, wanted, kinds, constants)
    waived = frozenset(findings.loc[findings["status"] == WAIVED, "key"])
    occasion = Occasion(run.run.id, wanted, request.day, request.most_rounds, waived)
    after, numbers = ask_queries(before, _asked(questions, folders), occasion)
    by_number = {query.number: query for query in after}
    queries = [by_number[number] for number in numbers]
    names, notes = _files(questions, of_files, request)
    wording = Wording(study, folders, request.language, read_moved(request.out))
    timestamp = datetime.fromisoformat(run.run.timestamp)
    with open_query_folder(folder, [name for each in names.values() for name in each]) as new:
        for site, files in names.items():
            pairs = [pair for pair in zip(questions, queries, strict=True) if pair[0].site == site]
            lines = [wording.line(question, query) for question, query in sorted(pairs, key=_place)]
            words = wording.words(site)
            marks = mark_cells(lines, words)
            for name, file in files.items():
                if file:
                    write_copy(new / name, folders[site], file, marks, words, timestamp)
                else:
                    write_site_workbook(new / name, study.study_id, folders[site], lines, words, timestamp)
    write_register_file(study.root / QUERIES_FILE, queries_frame(after))
    reasons = [f"{count} findings are not asked: {reason}" for reason, count in left_out.items()]
    return WrittenQueries(
        folder,
        {site: next(iter(files)) for site, files in names.items()},
        {site: Counter(query.state for query in queries if query.site == site) for site in names},
        _changes(before, after),
        (*reasons, *notes),
    )


def _place(pair: tuple[Question, Query]) -> tuple[bool, int, str]:
    """Where a question stands in its workbook: those that move an endpoint first, the most moving before the others."""
    question, query = pair
    return not question.rank, int(question.rank or 0), query.number


def _mappings(study: Study, run: WrittenRun, request: QueryRequest) -> list[SiteMapping]:
    """The mappings of the run, as they were copied into its outputs."""
    if run.study_id != study.study_id:
        message = f'is a run of study "{run.study_id}", not of "{study.study_id}"'
        raise StudyError([Problem(Source(str(request.out)), message)])
    problems: list[Problem] = []
    mappings: list[SiteMapping] = []
    for _, name in study.mappings:
        if name in run.inputs:
            try:
                mappings.append(read_mapping(request.out / name, name, study.specs))
            except StudyError as error:
                problems += error.problems
    known = [mapping.head.site for mapping in mappings]
    for site in request.sites:
        if site not in known:
            message = f'the run has no site "{site}"{nearest(site, known)}; it has {", ".join(known)}'
            problems.append(Problem(Source(str(request.out)), message))
    if problems:
        raise StudyError(problems)
    return mappings


def _other_mappings(study: Study, run: WrittenRun) -> list[SiteMapping]:
    """The mappings of the study that the run did not read."""
    problems: list[Problem] = []
    mappings: list[SiteMapping] = []
    for path, name in study.mappings:
        if name not in run.inputs:
            try:
                mappings.append(read_mapping(path, name, study.specs))
            except StudyError as error:
                problems += error.problems
    if problems:
        raise StudyError(problems)
    return mappings


def _find_raw(study: Study, out: Path) -> Path:
    """The study's own raw folder where it has the files of the run, else what `find_raw` finds."""
    try:
        require_same_files(read_manifest(out), study.raw)
    except StudyError:
        return find_raw(out)
    return study.raw


def _asked(questions: Sequence[Question], folders: Mapping[str, SiteFolder]) -> list[Asked]:
    hashes: dict[str, str] = {}
    identifying: dict[tuple[str, str, str], frozenset[int]] = {}
    asked = []
    for question in questions:
        folder, cell = folders[question.site], question.cell
        place = (question.site, cell.file, cell.sheet)
        if place not in identifying:
            sheets = [sheet for sheet in folder.sheets(cell.file) if sheet.sheet == cell.sheet]
            if not sheets:
                raise StudyError([Problem(cell, "the file has no such sheet any more; run again")])
            identifying[place] = folder.identifying_columns(sheets[0])
        if cell.file not in hashes:
            hashes[cell.file] = file_digest(_on_disk(folder.raw, cell.file))[:HASH_DIGITS]
        asked.append(
            Asked(
                question.site,
                question.keys[0],
                question.keys[1:],
                question.first["rule"].split(" ")[0],
                question.first["severity"],
                str(cell),
                hashes[cell.file],
                cell.column in identifying[place],
            )
        )
    return asked


def _on_disk(raw: Path, file: str) -> Path:
    parts = file.split("/")
    paths = [raw.joinpath(*parts[:count]) for count in range(1, len(parts) + 1)]
    return next(path for path in paths if path.is_file())


def _files(
    questions: Sequence[Question], of_files: Mapping[str, Sequence[str]], request: QueryRequest
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """For each site with questions the files to write, each with the file it is a copy of (``""``: the query workbook)."""
    names: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    for question in questions:
        of_site = names.setdefault(question.site, {f"{file_stem(question.site)}_queries.xlsx": ""})
        for file in dict.fromkeys(cell.file for cell in question.cells) if request.is_copied else ():
            if len(of_files[file]) > 1:
                shared = " and ".join(of_files[file])
                note = f"{file} is not copied: sites {shared} share it, and none may see the patients of another"
                notes += [note] if note not in notes else []
            else:
                of_site[copy_name(question.site, file)] = file
    return names, notes


def _changes(before: Sequence[Query], after: Sequence[Query]) -> dict[str, int]:
    """How many queries came into each state by this run."""
    states = {query.number: query.state for query in before}
    return dict(Counter(query.state for query in after if states.get(query.number) != query.state))
