"""Outputs appear under OUT all at once or not at all, and nobody's folder is wiped.

A run writes into ``<holder>/new``, where the holder is a folder beside OUT. At the end ``new`` takes OUT's
place: by one rename where there is no OUT, by one exchange where the system can swap two folders (Linux),
else in two renames, OUT to ``<holder>/old`` and ``new`` to OUT. Whatever a killed run leaves can be read
from the holder alone:

    new                nothing was put in place, or a swap was: OUT is whole, the holder is rubbish
    old and new        killed between the two renames: OUT is absent, `new` is put in place at the next start
    old                put in place: the holder is rubbish

A holder is ours only if its name fits and it has our marker; the marker is locked while its run lives.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from hcc_sdtm.outputs.manifest import DESKTOP_FILES, MANIFEST, ManifestError, compare_manifest
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.source import Source

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MARKER = "hcc-sdtm-run"
NAMED_AT_MOST = 10

# Linux renameat2(2).
AT_FDCWD = -100
RENAME_EXCHANGE = 2


@contextlib.contextmanager
def open_output(out: Path) -> Iterator[Path]:
    """A new empty folder to write into; at the end of the block it takes the place of ``out``.

    After an exception, and after a kill at any moment, ``out`` is as it was (on systems that cannot swap
    folders a kill may leave it absent until the next start). Raises StudyError before any work when ``out``
    is not empty and was not written by this program, or holds files changed or added since; and when
    another run is writing to it. Raises RuntimeError when the block wrote no manifest, for the next run
    could not know the folder again.
    """
    try:
        out = out.resolve()
        _recover(out)
        _refuse_foreign(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(prefix=_prefix(out), dir=out.parent))
    except OSError as error:
        raise _refusal(out, f"cannot be written: {error.strerror}") from error
    try:
        with (holder / MARKER).open("w", encoding="utf-8") as marker:
            _lock(marker)
            marker.write(f"A run that writes {out.name}; safe to delete when no run is under way.\n")
            marker.flush()
            new = holder / "new"
            new.mkdir()
            yield new
            if not (new / MANIFEST).is_file():
                raise RuntimeError(f"the run wrote no {MANIFEST}")
            _refuse_foreign(out)  # again: someone may have worked in the folder while the run was under way
            _put_in_place(new, holder / "old", out)
    finally:
        # `new` and `old` together mean that the second rename is still to come: the next start makes it.
        if not ((holder / "new").exists() and (holder / "old").exists()):
            _remove(holder)


def _put_in_place(new: Path, old: Path, out: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
    shutil.copymode(out, new)
    if _exchange(new, out):
        return
    out.rename(old)
    try:
        new.rename(out)
    except OSError:
        old.rename(out)
        raise


def _exchange(first: Path, second: Path) -> bool:
    """Swaps two folders in one call; False where the system or the file system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    if renameat2(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second), RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
        return False
    raise OSError(code, os.strerror(code), str(second))


def _recover(out: Path) -> None:
    """Finishes or removes what killed runs to this ``out`` left beside it."""
    for holder in sorted(out.parent.glob(f"{glob.escape(_prefix(out))}*")):
        if holder.is_symlink() or not holder.is_dir():
            continue
        marker = holder / MARKER
        if not marker.is_file():
            with contextlib.suppress(OSError):  # not empty: then it is not ours, or not ours alone
                holder.rmdir()
            continue
        with marker.open("r+", encoding="utf-8") as file:
            if not _lock(file):
                raise _refusal(out, "another run is writing to this folder; wait for it to end")
            _finish(holder, out)
        _remove(holder)


def _finish(holder: Path, out: Path) -> None:
    new, old = holder / "new", holder / "old"
    if not (new.exists() and old.exists()):
        return
    if out.exists():
        raise _refusal(out, f"a killed run left the former outputs in {holder.name}; move this folder away first")
    new.rename(out)


def _refuse_foreign(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise _refusal(out, "is a file; give a folder")
    names = sorted(path.name for path in out.iterdir() if path.name not in DESKTOP_FILES)
    if not names:
        return
    try:
        changes = compare_manifest(out)
    except ManifestError as error:
        held = ", ".join(names[:NAMED_AT_MOST]) + (" ..." if len(names) > NAMED_AT_MOST else "")
        raise _refusal(out, f"is not empty ({held}) and {error}; give a new or empty folder") from error
    problems = [
        Problem(
            Source(f"{out.name}/{name}"),
            f"{kind} since the outputs were written; move it away or give another folder",
        )
        for kind, changed in (("changed", changes.changed), ("added", changes.extra))
        for name in changed
    ]
    if problems:
        raise StudyError(problems)


def _refusal(out: Path, message: str) -> StudyError:
    return StudyError([Problem(Source(str(out)), message)])


def _remove(holder: Path) -> None:
    """Removes the holder, its marker last: a kill on the way leaves a holder that is still known as ours."""
    for name in ("new", "old"):
        if (holder / name).exists():
            shutil.rmtree(holder / name)
    (holder / MARKER).unlink(missing_ok=True)
    holder.rmdir()


def _prefix(out: Path) -> str:
    return f".{out.name}.{MARKER}-"


def _lock(file: IO[str]) -> bool:
    """Whether the file could be locked; the system frees the lock when this process ends, however it ends."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
