"""Which files of a folder hold datasets, and what else lies beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hcc_sdtm.finding import Finding
from hcc_sdtm.raw.member_names import is_system_file
from hcc_sdtm.received.csv_table import DATASETS, VARIABLES
from hcc_sdtm.received.file_table import quoted, refusal

DEFINE_NOT_USED = "REC-001 received.define-not-used"
LEFT_OUT = "REC-014 received.left-out"
TWIN = "REC-018 received.twin-not-read"

ENDINGS = (".xpt", ".xport", ".json", ".ndjson", ".parquet", ".csv")
KINDS = ".xpt, .json or .ndjson (Dataset-JSON), .parquet and .csv"
_COMPANIONS = (".xsl", ".xslt", ".css", ".html", ".pdf", ".txt", ".md")
"""Endings of files that belong beside datasets and hold none."""


def find_files(folder: Path) -> list[Path]:
    """The files of a folder that hold datasets, by name, or the one file. Raises StudyError where there are none."""
    if folder.is_file():
        if folder.suffix.casefold() not in ENDINGS:
            raise refusal(str(folder), f'files ending in "{folder.suffix}" are not read; allowed: {KINDS}')
        return [folder]
    if not folder.is_dir():
        raise refusal(str(folder), "no such folder or file")
    try:
        everything = sorted(folder.iterdir(), key=lambda path: (path.name.casefold(), path.name))
    except OSError as failure:
        raise refusal(str(folder), f"cannot be read: {failure.strerror or failure}") from failure
    files = [path for path in everything if path.is_file() and _holds_data(path)]
    files = [path for path in files if not is_twin(path)]
    if not files:
        below = sorted({path.parent.name for path in folder.glob("*/*") if _holds_data(path)})
        hint = f"; the folders {quoted(below)} in it have some, name one of them" if below else ""
        others = [path.name for path in everything if path.is_file()]
        has = f" (it has {quoted(others)})" if others else " (it is empty)" if not everything else ""
        raise refusal(str(folder), f"has no datasets{has}; {KINDS} are read{hint}")
    return files


def is_twin(path: Path) -> bool:
    """Whether a Dataset-JSON file lies beside a transport file of its name: what is sent is often sent in both forms."""
    return path.suffix.casefold() == ".json" and path.with_suffix(".xpt").is_file()


def _holds_data(path: Path) -> bool:
    """Whether a file is one of datasets by its name; no dataset's name begins with an underscore."""
    return path.suffix.casefold() in ENDINGS and not path.name.startswith("_") and not is_system_file(path.name)


def folder_findings(folder: Path, files: list[Path], define: Path | None) -> Iterator[Finding]:
    """REC-001 for a define that was not named, REC-018 for datasets in a second form, REC-014 for other files beside those that
    are read."""
    is_whole, folder = folder.is_dir(), folder if folder.is_dir() else folder.parent
    used = {path.name for path in files} | ({define.name} if define is not None else set())
    others = [path.name for path in sorted(folder.iterdir()) if path.is_file() and path.name not in used]
    defines = [name for name in others if is_define(Path(name))]
    if defines and define is None:
        message = f"{quoted(defines)} lies beside the data and was not used; name it with --define to check the data against it"
        yield Finding(DEFINE_NOT_USED, "note", message, source=defines[0])
    twins = [name for name in others if is_twin(folder / name)] if is_whole else []
    if twins:
        message = f"{quoted(twins)} lies beside the transport file of its name, which alone was read"
        yield Finding(TWIN, "note", message, value=twins[0], source=twins[0])
    left = [
        name
        for name in others
        if name not in (*defines, *twins)
        and not is_system_file(name)
        and name.casefold() not in (VARIABLES, DATASETS)
        and Path(name).suffix.casefold() not in _COMPANIONS
    ]
    if left and is_whole:
        message = f"{quoted(left)} in the folder are no datasets that are read here ({KINDS})"
        yield Finding(LEFT_OUT, "note", message, value=left[0], source=left[0])


def is_define(path: Path) -> bool:
    """Whether a file's name is that of a define."""
    return path.suffix.casefold() == ".xml" and path.name.casefold().startswith("define")
