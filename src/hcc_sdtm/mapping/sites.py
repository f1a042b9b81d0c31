"""All sites of a study, mapped one after the other, with the problems of all their mappings at once."""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hcc_sdtm.dataset import Lineage
from hcc_sdtm.finding import join_findings
from hcc_sdtm.mapping.account.shared_subjects import check_shared_subjects
from hcc_sdtm.mapping.applying import MappedSite, map_site
from hcc_sdtm.mapping.language.model import SiteMapping, read_mapping
from hcc_sdtm.mapping.tables.reading_ahead import NamedFile, ReadingAhead
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.study import STUDY_FILE, Study

_SITE_LINE = re.compile(r"""site\s*:\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>[^#"']*?))\s*(?:#.*)?""")


@dataclass(frozen=True)
class WrittenMapping:
    """A mapping's file, not read yet: where it is, how sources print it, and the site its text names (``""``: not seen)."""

    path: Path
    name: str
    site: str
    line: int


@dataclass
class MappedStudy:
    """What the mappings of a study gave: the sites, the problems of those left out, and the SHA-256 of each file of a mapping
    (those that it extends, and its dictionaries too), as it was when it was read."""

    sites: list[MappedSite] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    mappings: dict[str, str] = field(default_factory=dict)


def mapping_problems(mappings: Sequence[tuple[Path, str]], raw: Path, specs: Specs) -> list[Problem]:
    """What is wrong with the mappings of a study that cannot be run for another reason, so that one block has it all."""
    problems: list[Problem] = []
    for path, name in mappings:
        try:
            map_site(read_mapping(path, name, specs), raw, specs, Lineage())
        except StudyError as error:
            problems += error.problems
    return problems


def map_sites(
    study: Study,
    wanted: Sequence[str],
    lineage: Lineage,
    keep_going: bool,
    progress: Callable[[str], None] = lambda step: None,
) -> MappedStudy:
    """Each wanted site mapped (none wanted: all); the mapping of a site that is not wanted is not read.

    ``progress`` is told each file that is read. Raises StudyError with every problem of all mappings; with ``keep_going`` only
    where no site is left. Two sites that enrol one subject number are a problem of both. Findings: a subject number of one
    site in the records of another.
    """
    done = MappedStudy()
    mappings = [_peek(path, name) for path, name in study.mappings]
    with _uncollected(), ReadingAhead(study.raw, progress) as reader:
        # a file is read as soon as a mapping names it, beside the reading of the next mapping
        for read, files, problems in [
            _read(each, study, reader, done) for each in _chosen(mappings, wanted, done.problems)
        ]:
            done.problems += problems
            if read is None:
                continue
            try:
                done.sites.append(map_site(read, study.raw, study.specs, lineage, reader))
            except StudyError as error:
                done.problems += error.problems
            finally:
                reader.release(files)
    shared = check_shared_subjects(done.sites, lineage)
    done.problems += shared.problems
    done.sites = [site for site in done.sites if site.site not in shared.enrolled_twice]
    for site in done.sites:
        site.findings = join_findings([site.findings, shared.findings[shared.findings["site"] == site.site]])
    if done.problems and (not keep_going or not done.sites):
        raise StudyError(done.problems)
    if not any(len(frame) for site in done.sites for frame in site.frames.get("DM", ())):
        raise StudyError([Problem(Source(STUDY_FILE), _no_subjects(done))])
    return done


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles, which would go through the millions of texts of the tables time and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _no_subjects(done: MappedStudy) -> str:
    """Why the run ends, with the error that the sites' findings have most often: it may have left every row out."""
    message = "no mapping makes a record of DM, so there are no subjects"
    findings = join_findings(site.findings for site in done.sites)
    errors = findings[findings["severity"] == "error"]
    if errors.empty:
        return message
    rule = errors["rule"].value_counts().index[0]
    of_rule = errors[errors["rule"] == rule]
    first = of_rule.iloc[0]
    return f"{message}; {len(of_rule)} of {rule}, the first at {first['source']}: {first['message']}"


def _read(
    mapping: WrittenMapping, study: Study, reader: ReadingAhead, done: MappedStudy
) -> tuple[SiteMapping | None, list[NamedFile], list[Problem]]:
    """The mapping, the files that it will ask for, and what is wrong with it."""
    try:
        done.mappings[mapping.name] = _digest(mapping.path)
        read = read_mapping(mapping.path, mapping.name, study.specs)
        done.mappings = {name: _digest(path) for path, name in read.read} | done.mappings
        return read, reader.expect(read), []
    except StudyError as error:
        return None, [], list(error.problems)


def _peek(path: Path, name: str) -> WrittenMapping:
    """The mapping's site as its line says, whatever is wrong with the rest of the file."""
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
    except OSError:
        lines = []
    for number, line in enumerate(lines, start=1):
        if found := _SITE_LINE.fullmatch(line):
            return WrittenMapping(path, name, next(text for text in (*found.groups(), "") if text is not None), number)
    return WrittenMapping(path, name, "", 0)


def _chosen(
    mappings: Sequence[WrittenMapping], wanted: Sequence[str], problems: list[Problem]
) -> Iterator[WrittenMapping]:
    """The mappings to read; a second one of a site is a problem and read too, so that its own problems are told at once."""
    by_site: dict[str, WrittenMapping] = {}
    for mapping in mappings:
        if mapping.site and (not wanted or mapping.site in wanted):
            first = by_site.setdefault(mapping.site, mapping)
            if first is not mapping:
                message = f'site "{mapping.site}" has a mapping already, {first.name}; its records would come twice'
                problems.append(Problem(Source(mapping.name, line=mapping.line), message))
    unnamed = [mapping for mapping in mappings if not mapping.site]
    missing = [site for site in wanted if site not in by_site]
    if missing and not unnamed:
        known = list(dict.fromkeys(mapping.site for mapping in mappings))
        messages = [f'no mapping for site "{site}"{nearest(site, known)}' for site in missing]
        raise StudyError([*problems, *(Problem(Source(STUDY_FILE), message) for message in messages)])
    for mapping in mappings:
        # where no line tells its site, only reading can
        if not wanted or mapping.site in wanted or (missing and not mapping.site):
            yield mapping


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""  # reading says what is wrong
