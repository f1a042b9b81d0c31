"""What a draft is made from: the files of an export, and the study it belongs to with the mappings approved there.

Reads nothing of other sites but their mappings. A mapping that starts as a draft does is not approved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.drafting.writing.writing import DRAFT_MARK
from hcc_sdtm.mapping.language.model import SiteMapping, read_mapping
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw import read_sheets
from hcc_sdtm.raw.file_kind import NoTableError
from hcc_sdtm.raw.raw_files import list_raw_files
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.source import Source
from hcc_sdtm.spec.folder import reference_study
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.study import STUDY_FILE, StudyFile
from hcc_sdtm.spec.tables import read_spec_tables
from hcc_sdtm.spec.yaml_file import read_yaml, validate

_SITE_IN_NAME = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Surroundings:
    """The study that a draft is for: its raw folder (None: no study), its specs, the mappings approved there, and what is
    wrong with others of them, which are left aside."""

    raw: Path | None
    specs: Specs
    approved: tuple[SiteMapping, ...]
    left_aside: tuple[str, ...] = ()


def site_in_name(out: Path) -> str:
    """The number in the name of the draft's file, ``104`` in ``mappings/site_104.yaml``; ``""`` where there is none."""
    found = _SITE_IN_NAME.findall(out.stem)
    return found[-1] if found else ""


def find_study(out: Path) -> Path | None:
    """The nearest folder above the draft's file with a ``study.yaml``."""
    return next((folder for folder in out.resolve().parents if (folder / STUDY_FILE).is_file()), None)


def read_surroundings(study: Path | None, site: str, out: Path) -> Surroundings:
    """The study's specs and approved mappings, that of ``site`` and the draft's own file left out; without a study the
    packaged specs. Raises StudyError for a study or specs that cannot be read."""
    packaged = reference_study() / "specs"
    if study is None:
        return Surroundings(None, read_spec_tables((packaged,)), ())
    path = study / STUDY_FILE if study.is_dir() else study
    if not path.is_file():
        raise StudyError([Problem(Source(str(study)), f"no {STUDY_FILE} here; name a study folder")])
    root = path.parent
    written = validate(read_yaml(path, path.name), StudyFile)
    own = root / written.specs
    specs = read_spec_tables(tuple(dict.fromkeys([packaged, *([own] if own.is_dir() else [])])))
    approved: list[SiteMapping] = []
    left_aside: list[str] = []
    for found in dict.fromkeys(found for pattern in written.mappings for found in sorted(root.glob(pattern))):
        name = found.relative_to(root).as_posix()
        if found.resolve() == out.resolve() or _is_draft(found):
            continue
        try:
            mapping = read_mapping(found, name, specs)
        except StudyError as error:
            left_aside.append(f"{name}: not learnt from, because of {len(error.problems)} problems; see map --check")
            continue
        if mapping.head.site != site:
            approved.append(mapping)
    return Surroundings(root / written.raw, specs, tuple(approved), tuple(left_aside))


def _is_draft(path: Path) -> bool:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        return stream.readline().startswith(DRAFT_MARK)


def read_export(paths: Sequence[Path], raw: Path | None) -> tuple[dict[str, list[RawSheet]], list[str]]:
    """The sheets of the files and of those in folders, by the name that a mapping calls each file; and what is no table.

    A file under the study's raw folder is called by its path from there, another by its own name or its path in the folder
    that was given. Raises StudyError with every file that cannot be read, and for two files of one name.
    """
    problems: list[Problem] = []
    sheets: dict[str, list[RawSheet]] = {}
    without: list[str] = []
    read: dict[str, Path] = {}
    for path, name, is_named in _files(paths, raw, problems):
        if name in read:
            if read[name] != path.resolve():
                message = f"a second file of this name: {read[name]} and {path.resolve()}; name one of them otherwise"
                problems.append(Problem(Source(name), message))
            continue
        read[name] = path.resolve()
        try:
            for sheet in read_sheets(path, name)[0]:
                sheets.setdefault(sheet.file, []).append(sheet)
        except NoTableError as error:
            if is_named:
                problems += error.problems
            without += [] if is_named else [f"{problem}" for problem in error.problems]
        except StudyError as error:
            problems += error.problems
    if problems:
        raise StudyError(problems)
    return sheets, without


def _files(paths: Sequence[Path], raw: Path | None, problems: list[Problem]) -> Iterator[tuple[Path, str, bool]]:
    """Each file with its name, and whether it was named itself and not by its folder; in the order of their names."""
    for path in paths:
        if path.is_dir():
            names = dict.fromkeys(_on_disk(path, name) for name in list_raw_files(path))
            for name in sorted(names):
                yield path / name, _name(path / name, raw, name), False
        elif path.is_file():
            yield path, _name(path, raw, path.name), True
        else:
            siblings = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
            problems.append(Problem(Source(str(path)), f"no such file{nearest(path.name, siblings)}"))


def _on_disk(folder: Path, name: str) -> str:
    """The file on the disk that holds a listed one: an archive for the files in it."""
    parts = name.split("/")
    counts = range(1, len(parts) + 1)
    return next(("/".join(parts[:count]) for count in counts if (folder / "/".join(parts[:count])).is_file()), name)


def _name(path: Path, raw: Path | None, otherwise: str) -> str:
    if raw is not None and path.resolve().is_relative_to(raw.resolve()):
        return path.resolve().relative_to(raw.resolve()).as_posix()
    return otherwise
