"""Zip archives: the names of the files in them, and one of them unpacked at a time.

An archive inside an archive is followed where its name ends in ``.zip``; its files have its name before their own. Nothing is
written outside a folder of this process, whatever a name says. Knows nothing of what the files hold.
"""

from __future__ import annotations

import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.limits import (
    MAX_DIRECTORY_BYTES,
    MAX_FILE_BYTES,
    MAX_MEMBERS,
    MAX_NESTING,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_FLOOR_BYTES,
)
from hcc_sdtm.raw.member_names import is_outside, is_system_file, member_names, shown_name
from hcc_sdtm.source import Source

ARCHIVE_ENDING = ".zip"
_PACKAGE_PARTS = frozenset(
    {"[content_types].xml", "xl/workbook.xml", "xl/workbook.bin", "mimetype", "content.xml", "index/document.iwa"}
)
_LOCKED = 0x1
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_BYTES = 20
_LONGEST_COMMENT = 1 << 16
_FAILURES = (OSError, EOFError, ValueError, RuntimeError, LookupError, struct.error, zipfile.BadZipFile, zlib.error)
"""What zipfile and the libraries below it raise for a damaged archive."""


@dataclass
class _Budget:
    """What may still be listed and unpacked, for an archive and those inside it together."""

    members: int = MAX_MEMBERS
    size: int = MAX_UNPACKED_BYTES


@dataclass(frozen=True)
class Member:
    """A file in an archive, unpacked as long as the context of `unpack` lasts; ``left_out`` where a program left it behind."""

    name: str
    left_out: bool
    unpack: Callable[[], AbstractContextManager[Path]]


def part_names(path: Path) -> frozenset[str] | None:
    """Names of what is packed in a zip file, in small letters, so that its kind can be told; None for one that is damaged.

    A file with more members than are read has none here.
    """
    try:
        _check_directory(path, path.name)
        with zipfile.ZipFile(path) as archive:
            return frozenset(name.replace("\\", "/").casefold() for name in archive.namelist())
    except StudyError:
        return frozenset()
    except _FAILURES:
        return None


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive that is no package of one document, by its content; a damaged one is told by its name."""
    try:
        if not path.is_file():
            return False  # opening a pipe would wait for somebody to write
        with path.open("rb") as file:
            if file.read(2) != b"PK":
                return False
    except OSError:
        return False
    names = part_names(path)
    return path.suffix.lower() == ARCHIVE_ENDING if names is None else not names & _PACKAGE_PARTS


def list_members(path: Path, name: str) -> list[str]:
    """Names of the files in an archive in its order, ``inner.zip/rs.csv`` for those of an archive inside it.

    Files that programs leave behind are left out. Raises StudyError as `walk_members` does.
    """
    return [member.name for member in walk_members(path, name) if not member.left_out]


def walk_members(path: Path, name: str) -> Iterator[Member]:
    """The files of an archive in its order, those of archives inside it too; each can be unpacked until the next is asked for.

    An archive inside that cannot be opened, or lies deeper than `MAX_NESTING`, is one file. Raises StudyError for an
    archive that is damaged, locked with a password or beyond the limits, or that has an unsafe or a repeated name;
    ``name`` is how messages print the archive.
    """
    return _walk(path, name, "", 0, _Budget())


@contextmanager
def open_member(path: Path, member: str, name: str) -> Iterator[Path]:
    """A file of an archive, unpacked for as long as the context lasts, with its own name's ending.

    Raises StudyError where the archive has no such file, or it is locked, damaged or beyond the limits; ``name`` is how
    messages print the member.
    """
    with _open(path, name) as archive:
        infos = _infos(archive, name, _Budget())
        inner = next((each for each in infos if each == member or member.startswith(f"{each}/")), "")
        if not inner:
            raise _refusal(name, "no such file in the archive")
        with _unpacked(archive, infos[inner], name) as unpacked:
            if inner == member:
                yield unpacked
                return
            with open_member(unpacked, member[len(inner) + 1 :], name) as found:
                yield found


def _walk(path: Path, name: str, inside: str, depth: int, budget: _Budget) -> Iterator[Member]:
    with _open(path, name) as archive:
        infos = _infos(archive, name, budget)
        if infos and all(info.flag_bits & _LOCKED for info in infos.values()):
            raise _refusal(name, "is locked with a password; unpack it and give the files themselves")
        for member, info in infos.items():
            unpack = partial(_unpacked, archive, info, f"{name}/{member}")
            found = Member(inside + member, any(is_system_file(part) for part in member.split("/")), unpack)
            if not member.lower().endswith(ARCHIVE_ENDING) or depth == MAX_NESTING or found.left_out:
                yield found
                continue
            try:
                with unpack() as unpacked:
                    yield from _walk(unpacked, f"{name}/{member}", f"{inside}{member}/", depth + 1, budget)
            except _TooMuchError:
                raise
            except StudyError:
                # raised before its first file was given: it is one file, and reading it says why
                yield found


@contextmanager
def _open(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """The archive, what is raised in opening it as StudyError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _refusal(name, f"is larger than {MAX_FILE_BYTES >> 20:,} MB, the most that is read; split it")
        _check_directory(path, name)
        archive = zipfile.ZipFile(path)
    except _FAILURES as failure:
        raise _refusal(name, f"is a damaged archive, or one cut short; send it again ({_reason(failure)})") from failure
    with archive:
        yield archive


def _check_directory(path: Path, name: str) -> None:
    """Refuses an archive whose list of members is too long to be held, before it is."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - _LONGEST_COMMENT - _END.size - _LOCATOR_BYTES - _END_64.size))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        return
    _, _, _, _, count, size, _, _ = _END.unpack_from(tail, at)
    at_64 = at - _LOCATOR_BYTES - _END_64.size
    if at_64 >= 0 and tail[at_64 + _END_64.size :].startswith(b"PK\x06\x07"):
        *_, count, size, _ = _END_64.unpack_from(tail, at_64)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY_BYTES:
        raise _too_many(name)


def _infos(archive: zipfile.ZipFile, name: str, budget: _Budget) -> dict[str, zipfile.ZipInfo]:
    """Every file of the archive by its name as text, once all of them are known to be safe to unpack."""
    files = [info for info in archive.infolist() if not info.filename.endswith("/")]
    names = member_names(files)
    budget.members -= len(files)
    budget.size -= sum(info.file_size for info in files)
    if budget.members < 0:
        raise _too_many(name)
    if budget.size < 0:
        message = (
            f"unpacks to more than {MAX_UNPACKED_BYTES >> 20:,} MB, the most that is read from one archive; split it"
        )
        raise _TooMuchError([Problem(Source(name), message)])
    infos: dict[str, zipfile.ZipInfo] = {}
    for member, info in zip(names, files, strict=True):
        if not member:
            raise _refusal(name, "holds a file without a name; pack it again")
        if is_outside(member):
            raise _refusal(
                name, f'holds a file named "{shown_name(member)}", a place outside the archive; pack it again'
            )
        if member in infos:
            raise _refusal(name, f'holds two files named "{shown_name(member)}"; pack it again with one of them')
        if info.file_size > max(RATIO_FLOOR_BYTES, MAX_RATIO * info.compress_size):
            message = f'unpacks "{shown_name(member)}" to more than {MAX_RATIO} times its packed size, as no table does'
            raise _TooMuchError([Problem(Source(name), message)])
        infos[member] = info
    return infos


@contextmanager
def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Iterator[Path]:
    """The file under its name's ending, in a folder that is removed with it; ``name`` is how messages print it."""
    if info.flag_bits & _LOCKED:
        raise _refusal(name, "is locked with a password; unpack it and give the file itself")
    if info.file_size > MAX_FILE_BYTES:
        raise _refusal(name, f"is larger than {MAX_FILE_BYTES >> 20:,} MB, the most that is read; split it")
    with tempfile.TemporaryDirectory(prefix="hcc-sdtm-") as folder:
        unpacked = Path(folder, f"member{PurePosixPath(name).suffix}")
        try:
            with archive.open(info) as packed, unpacked.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
        except NotImplementedError as failure:
            message = (
                f"is packed in a way that is not read here; unpack it and give the file itself ({_reason(failure)})"
            )
            raise _refusal(name, message) from failure
        except _FAILURES as failure:
            message = f"is damaged inside the archive; send it again ({_reason(failure)})"
            raise _refusal(name, message) from failure
        yield unpacked


class _TooMuchError(StudyError):
    """An archive that is beyond the limits, with all that are around it."""


def _too_many(name: str) -> StudyError:
    return _TooMuchError(
        [Problem(Source(name), f"holds more than {MAX_MEMBERS:,} files; unpack it and give those needed")]
    )


def _reason(failure: Exception) -> str:
    return re.sub(r"\s+", " ", str(failure)).strip() or type(failure).__name__


def _refusal(name: str, message: str) -> StudyError:
    return StudyError([Problem(Source(name), message)])
