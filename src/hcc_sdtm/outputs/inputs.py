"""The files that a run read, under the names the study knows them by, and whether they are still what was read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.outputs.manifest import file_digest
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source
from hcc_sdtm.spec.study import Study


def hash_specs(study: Study) -> dict[str, str]:
    """SHA-256 of every spec file of the study, by name."""
    return {name: file_digest(path) for name, path in _specs(study).items()}


def list_inputs(study: Study, sites: Sequence[MappedSite], names: Collection[str]) -> list[tuple[str, Path]]:
    """Name and path of each of the files that a run read: those of the raw folder, the mappings, specs and register.

    Raises StudyError where one is not there any more.
    """
    known = {name: path for path, name in study.mappings} | _specs(study)
    known |= {name: path for site in sites for path, name in site.mapping_files}
    known |= {name: study.root / name for name in names if name.startswith("register/")}
    found = [(name, known[name] if name in known else study.raw / name.removeprefix("raw/")) for name in sorted(names)]
    lost = [Problem(Source(name), "gone since it was read; run again") for name, path in found if not path.is_file()]
    if lost:
        raise StudyError(lost)
    return found


def _specs(study: Study) -> dict[str, Path]:
    return {
        f"specs/{path.relative_to(folder).as_posix()}": path
        for folder in study.spec_folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def require_unchanged(read: Mapping[str, str], entries: Sequence[Mapping[str, Any]]) -> None:
    """Nothing where each file is as it was when it was read; else StudyError with its name and both SHA-256."""
    problems = []
    for entry in entries:
        before = read.get(entry["name"], "")
        if before and before != entry["sha256"]:
            message = f"changed while it was read: SHA-256 {before} before, {entry['sha256']} now; run again"
            problems.append(Problem(Source(str(entry["name"])), message))
    if problems:
        raise StudyError(problems)


def copy_mappings(folder: Path, read: Iterable[tuple[Path, str]]) -> None:
    """Copies the files of mappings (path, and name in sources) into a folder, as they lie beside each other."""
    for path, name in dict.fromkeys(read):
        copy = folder / name.removeprefix("mappings/").replace("../", "")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
