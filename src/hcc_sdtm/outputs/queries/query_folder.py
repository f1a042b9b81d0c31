"""The folder that query workbooks lie in: never inside the outputs, and never at the cost of an answered workbook.

A file of the name of a workbook is overwritten only where it is as this program wrote it: an answered workbook may have been
saved back under the same name.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from hcc_sdtm.outputs.manifest import file_digest
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source

README = "README.txt"
WRITTEN = "written.json"
README_TEXT = """\
These workbooks ask the sites about their own data. Each shows patients as their hospital knows them (names, hospital
numbers): send a workbook to its own site and to nobody else, and keep this folder out of what is shared or submitted.

本文件夹含有患者身份信息：每个工作簿只能发送给其所属中心，请勿转发。

Answered workbooks are read back with: hcc-sdtm queries import STUDY FILE...
"""


def default_folder(out: Path) -> Path:
    """Where the workbooks of a run go if nobody says otherwise: beside its outputs, ``OUT-queries``."""
    out = out.resolve()
    return out.with_name(f"{out.name}-queries")


def require_outside(folder: Path, forbidden: Mapping[str, Path]) -> None:
    """Nothing where the folder lies in none of the forbidden ones (by what they are), else StudyError."""
    inside = folder.resolve()
    problems = [
        Problem(Source(str(folder)), f"lies in {what}, {path}; query workbooks show patients and never lie there")
        for what, path in forbidden.items()
        if path.resolve() in (inside, *inside.parents)
    ]
    if problems:
        raise StudyError(problems)


@contextmanager
def open_query_folder(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """A new empty folder for the files ``names``; at the end of the block they are put in ``folder``, with a README.

    Files of an earlier time that are not among them are taken away where they are as they were written. After an exception
    nothing has changed. Raises StudyError before anything is written, where a file that would be overwritten is not as this
    program wrote it.
    """
    written = _read_written(folder)
    problems = [
        Problem(
            Source(str(folder / name)),
            "is not as it was written: if it is an answered workbook, import it and move it away first",
        )
        for name in names
        if (folder / name).exists() and written.get(name) != _digest(folder / name)
    ]
    if folder.exists() and not folder.is_dir():
        problems = [Problem(Source(str(folder)), "is a file; a folder for the query workbooks was expected")]
    if problems:
        raise StudyError(problems)
    folder.parent.mkdir(parents=True, exist_ok=True)
    holder = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield holder
        folder.mkdir(exist_ok=True)
        for name, digest in written.items():
            if name not in names and (folder / name).is_file() and _digest(folder / name) == digest:
                (folder / name).unlink()
        made = {name: file_digest(holder / name) for name in sorted(names)}
        for name in made:
            (holder / name).replace(folder / name)
        (folder / README).write_text(README_TEXT, encoding="utf-8", newline="\n")
        (folder / WRITTEN).write_text(
            json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
        )
    except OSError as failure:
        raise StudyError([Problem(Source(str(folder)), f"cannot be written: {failure.strerror}")]) from failure
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _digest(path: Path) -> str:
    return file_digest(path) if path.is_file() else ""


def _read_written(folder: Path) -> dict[str, str]:
    """SHA-256 of each file that was written into the folder before; none where nothing says so."""
    try:
        written = json.loads((folder / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in written.items()} if isinstance(written, dict) else {}
