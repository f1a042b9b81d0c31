"""Puts a study's changed codelists and the date they are pinned to in place: both files or neither, and none that is wrong."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source
from hcc_sdtm.spec.codelists import read_codelists
from hcc_sdtm.spec.model import Codelist
from hcc_sdtm.spec.sdtmig import FOLDER
from hcc_sdtm.spec.study import WrittenSpecs, read_written_specs
from hcc_sdtm.spec.tables import OTHER_TABLES
from hcc_sdtm.terminology.comparing import ListUpdate
from hcc_sdtm.terminology.package import Package
from hcc_sdtm.terminology.spec_lines import SpecLines, read_spec_lines
from hcc_sdtm.terminology.written_codelists import COLUMNS, update_lines


@dataclass
class StudyTerminology:
    """A study's terminology as it lies in its files: what is under its own folder, and the lines of its own."""

    written: WrittenSpecs
    under: list[Path]
    below: dict[str, Codelist]
    codelists: SpecLines
    standards: SpecLines
    marks: dict[str, str]
    """The ``standard`` that the study's own lines give a codelist."""


def read_terminology(path: Path) -> StudyTerminology:
    """The terminology of the study in a folder; StudyError with the problems of ``study.yaml`` and of its spec tables."""
    written = read_written_specs(path)
    own = written.own.resolve()
    under = [FOLDER, *(folder for folder in written.folders if folder.resolve() != own)]
    standards, _ = OTHER_TABLES["standards"]
    lines = read_spec_lines(written.own / "codelists.csv", COLUMNS)
    marks = {
        record.cells["codelist"]: record.cells["standard"] for record in lines.records if record.cells.get("standard")
    }
    pins = read_spec_lines(written.own / "standards.csv", standards)
    return StudyTerminology(written, under, read_codelists(under, []), lines, pins, marks)


def write_terminology(
    found: StudyTerminology, updates: Mapping[str, ListUpdate], package: Package, key: str, dry_run: bool
) -> tuple[str, ...]:
    """The names of the files that change; they are put in place unless ``dry_run``.

    ``key`` is the line of ``standards.csv`` that the package is pinned in. Raises StudyError where a file cannot be written,
    RuntimeError where one would not read back as what was found; nothing is changed then.
    """
    update_lines(found.codelists, updates.values(), found.below.keys(), key)
    _pin(found, package, key)
    own = found.written.own
    texts = {own / "codelists.csv": found.codelists.render(), own / "standards.csv": found.standards.render()}
    changed = {path: text for path, text in texts.items() if _read(path) != text.encode()}
    _check(texts[own / "codelists.csv"], found, updates)
    if not dry_run:
        try:
            _replace(changed)
        except OSError as error:
            message = f"cannot be written: {error.strerror}; nothing was changed"
            raise StudyError([Problem(Source(own.as_posix()), message)]) from error
    return tuple(path.relative_to(found.written.root).as_posix() for path in changed)


def _pin(found: StudyTerminology, package: Package, key: str) -> None:
    """The date of the package in the study's ``standards.csv``; a line that only the packaged one has is added."""
    lines = found.standards
    for at, line in enumerate(lines.records):
        if line.cells.get("standard") == key:
            lines.records[at] = lines.changed(line, line.cells | {"version": package.date})
            return
    table = found.written.specs.tables["standards"]
    rows = table[table["standard"] == key].to_dict("records")
    new = {"name": "CDISC/NCI", "type": "CT", "publishing_set": package.standard, "status": "Final"}
    cells = {str(name): str(value) for name, value in (rows[0] if rows else new).items()}
    lines.records.append(lines.line_of(cells | {"standard": key, "version": package.date}))


def _check(text: str, found: StudyTerminology, updates: Mapping[str, ListUpdate]) -> None:
    """Raises RuntimeError where the file would not read back as what was found: better no file than a wrong one."""
    problems: list[Problem] = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "codelists.csv").write_bytes(text.encode())
        read = read_codelists([*found.under, Path(folder)], problems)
    expected = dict(found.written.specs.codelists)
    wrong = [
        name
        for name, update in updates.items()
        if update.published is not None
        and {value: (read[name].term_codes[value], synonyms) for value, synonyms in read[name].terms.items()}
        != {value: (term.code, term.synonyms) for value, term in update.after.items()}
    ]
    wrong += [name for name in expected.keys() - updates.keys() if read.get(name) != expected[name]]
    if problems or wrong:
        what = "; ".join([*map(str, problems), *wrong])
        raise RuntimeError(f"the codelists that were to be written are not those that were found: {what}")


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _replace(texts: Mapping[Path, str]) -> None:
    """Puts the texts in the files' places, all of them or none; a file is the old or the new one at every moment."""
    made: dict[Path, Path] = {}
    put: dict[Path, bytes | None] = {}
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            made[path] = _beside(path, text.encode())
        for path, new in made.items():
            before = path.read_bytes() if path.is_file() else None
            os.replace(new, path)
            put[path] = before
    except OSError:
        for path, content in put.items():
            with suppress(OSError):
                if content is None:
                    path.unlink()
                else:
                    os.replace(_beside(path, content), path)
        raise
    finally:
        for new in made.values():
            new.unlink(missing_ok=True)


def _beside(path: Path, content: bytes) -> Path:
    """A new file beside the other with its permissions and this content, on the disk."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new = Path(file.name)
    new.chmod(path.stat().st_mode & 0o777 if path.is_file() else 0o644)
    return new
