"""The files of a folder as a mapping names them; a file in an archive has the archive's name before its own.

``101_visits.zip/forms/rs.csv`` is the file ``forms/rs.csv`` in the archive ``101_visits.zip``.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pandas as pd

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.archive import is_archive, list_members, open_member
from hcc_sdtm.raw.member_names import is_system_file
from hcc_sdtm.raw.sheets import read_member, read_sheets
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.source import Source


def list_raw_files(folder: Path) -> list[str]:
    """Every file under ``folder``, as its path from there, in order; an archive is listed as the files in it.

    Files that programs leave behind (lock files, thumbnails, ``.DS_Store``) are left out. An archive that cannot be opened is
    listed under its own name: reading it says why.
    """
    names: list[str] = []
    for directory, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not is_system_file(name)]
        for path in (Path(directory) / name for name in files if not is_system_file(name)):
            name = path.relative_to(folder).as_posix()
            names += _members(path, name) or [name]
    return sorted(names)


def read_raw_file(folder: Path, name: str, encoding: str = "") -> tuple[list[RawSheet], pd.DataFrame]:
    """Every sheet of a file that `list_raw_files` lists, and the findings made in reading it.

    ``encoding`` is what a mapping declares for a text file; ``""`` lets the bytes tell. Raises StudyError for a file that is
    not there or cannot be read.
    """
    path, member = _locate(folder, name)
    if not member:
        sheets, findings = read_sheets(path, name, encoding)
    else:
        with open_member(path, member, name) as unpacked:
            sheets, findings = read_member(unpacked, name, encoding)
    return [replace(sheet, encoding=encoding) for sheet in sheets] if encoding else sheets, findings


def hash_raw_file(folder: Path, name: str) -> str:
    """SHA-256 of the file's bytes, unpacked where it lies in an archive. Raises StudyError where it cannot be read."""
    path, member = _locate(folder, name)
    if not member:
        return _hash(path, name)
    with open_member(path, member, name) as unpacked:
        return _hash(unpacked, name)


def _members(path: Path, name: str) -> list[str]:
    if not is_archive(path):
        return []
    try:
        return [f"{name}/{member}" for member in list_members(path, name)]
    except StudyError:
        return []


def _locate(folder: Path, name: str) -> tuple[Path, str]:
    """The file on disk and the rest of the name, which is inside it."""
    parts = PurePosixPath(name).parts
    for count in range(1, len(parts)):
        path = folder.joinpath(*parts[:count])
        if path.is_file():
            return path, "/".join(parts[count:])
    return folder / name, ""


def _hash(path: Path, name: str) -> str:
    try:
        if not path.is_file():
            raise StudyError([Problem(Source(name), "no such file")])
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as failure:
        raise StudyError([Problem(Source(name), f"cannot be read: {failure.strerror}")]) from failure
