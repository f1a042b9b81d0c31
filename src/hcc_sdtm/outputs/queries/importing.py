"""Answered query workbooks taken into the register of a study, all of them or none."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from hcc_sdtm.mapping.language.model import SiteMapping, read_mapping
from hcc_sdtm.outputs.manifest import MANIFEST
from hcc_sdtm.outputs.queries.answered_workbook import read_answers
from hcc_sdtm.outputs.queries.identity_mask import IdentityMask, build_mask
from hcc_sdtm.outputs.queries.site_files import read_site_folders
from hcc_sdtm.outputs.registering import write_register_file
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.register.queries import QUERIES_FILE, Query, queries_frame, read_queries
from hcc_sdtm.register.query_answers import REMOVED, Answer, propose_waivers, take_answers
from hcc_sdtm.register.waiving import WAIVED
from hcc_sdtm.source import Source
from hcc_sdtm.spec.study import Study, read_study


@dataclass(frozen=True)
class ImportedAnswers:
    """What the answers changed: the queries by the state they came into, those that wait for an answer, a command line for
    each answer that a finding is right as it is."""

    changed: tuple[Query, ...]
    states: Mapping[str, int]
    waiting: int
    waiver_lines: tuple[str, ...]


def import_answers(
    study_path: Path, files: Sequence[Path], most_rounds: int, out: Path | None = None
) -> ImportedAnswers:
    """Reads answered workbooks and writes the register; ``out`` is the run's folder, for the lines that waive.

    Nothing that identifies a patient is kept: the texts of identifying columns of the sites' files are taken out of what was
    written, and a new value for a cell of such a column altogether. Raises StudyError with every problem of all files, and
    nothing is written then.
    """
    study = read_study(study_path)
    before = read_queries(study.root / QUERIES_FILE)
    if not before:
        message = "has no query yet; hcc-sdtm queries STUDY OUT makes them"
        raise StudyError([Problem(Source(QUERIES_FILE), message)])
    problems: list[Problem] = []
    mask = _mask(study, problems)
    answers: list[Answer] = []
    for path in files:
        if path.is_file():
            answers += read_answers(path, study.study_id, mask, problems)
        else:
            problems.append(Problem(Source(str(path)), "no such file; an answered query workbook was expected"))
    hidden = {query.number for query in before if query.hidden}
    answers = [
        replace(answer, new_value=REMOVED) if answer.number in hidden and answer.new_value else answer
        for answer in answers
    ]
    after, changed, of_answers = take_answers(before, answers, most_rounds)
    if problems or of_answers:
        raise StudyError([*problems, *of_answers])
    if changed:
        write_register_file(study.root / QUERIES_FILE, queries_frame(after))
    states = {query.number: query.state for query in before}
    moved = Counter(query.state for query in changed if states[query.number] != query.state)
    numbers = {answer.number for answer in answers}
    waiting = sum(1 for query in after if query.number in numbers and query.state in ("open", "re-opened"))
    of_run = out or _beside(files)
    confirmed = propose_waivers(changed, _standing(of_run))
    lines = [_waive_line(study_path, of_run, key, query) for key, query in confirmed.items()]
    return ImportedAnswers(changed, dict(moved), waiting, tuple(lines))


def _mask(study: Study, problems: list[Problem]) -> IdentityMask:
    """The texts that identify the patients of all sites, from their files as they lie in the raw folder."""
    mappings: list[SiteMapping] = []
    for path, name in study.mappings:
        try:
            mappings.append(read_mapping(path, name, study.specs))
        except StudyError as error:
            problems += error.problems
    texts: set[str] = set()
    for folder in read_site_folders(mappings, study.raw).values():
        try:
            texts |= folder.identifying_texts()
        except StudyError as error:
            problems += error.problems
    terms = {term for codelist in study.specs.codelists.values() for term in codelist.terms}
    return build_mask(texts, terms)


def _beside(files: Sequence[Path]) -> Path | None:
    """The run's folder, where a workbook still lies in the folder beside it that it was written into."""
    for path in files:
        parent = path.resolve().parent
        out = parent.with_name(parent.name.removesuffix("-queries"))
        if out != parent and (out / MANIFEST).is_file():
            return out
    return None


def _standing(out: Path | None) -> frozenset[str]:
    """The keys of the findings of the run that are not waived; none where there is no run."""
    if out is None or not (out / "findings.csv").is_file():
        return frozenset()
    findings = pd.read_csv(out / "findings.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    has_status = {"key", "status"} <= set(findings.columns)
    return frozenset(findings.loc[findings["status"] != WAIVED, "key"]) if has_status else frozenset()


def _waive_line(study: Path, out: Path | None, key: str, query: Query) -> str:
    who = query.answered_by or f"site {query.site}"
    reason = f"{query.number}: confirmed as is by {who}" + (f": {query.comment}" if query.comment else "")
    given = ["hcc-sdtm", "waive", str(study), str(out or "OUT"), key, "--reason", reason, "--author", who]
    return " ".join(shlex.quote(part) for part in given)
