"""Any file a site sends to its sheets: the one entrance to reading. Which reader a file gets, its bytes say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame, join_findings
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.archive import list_members, walk_members
from hcc_sdtm.raw.file_kind import (
    ARCHIVE,
    HTML,
    ODM,
    SAS_DATASET,
    SAS_TRANSPORT,
    TEXT,
    WORKBOOK,
    WORKBOOK_ENDINGS,
    XML_WORKBOOK,
    FileKind,
    NoTableError,
    find_file_kind,
)
from hcc_sdtm.raw.html.html_table import read_html
from hcc_sdtm.raw.odm.odm import read_odm
from hcc_sdtm.raw.sas.sas import read_sas
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.raw.text.delimited import read_delimited
from hcc_sdtm.raw.workbooks.workbook import KIND_NOT_AS_NAMED, read_workbook
from hcc_sdtm.source import Source

MEMBER_LEFT_OUT = "RAW-020 raw.member-left-out"
MEMBER_REFUSED = "RAW-021 raw.member-refused"

_Read = tuple[list[RawSheet], pd.DataFrame]

READERS: dict[str, Callable[[Path, str], _Read]] = {
    WORKBOOK: read_workbook,
    XML_WORKBOOK: read_workbook,
    ODM: read_odm,
}
"""The reader of each kind of file that says its encoding itself: (path, name) -> (sheets, findings)."""

ENCODED_READERS: dict[str, Callable[[Path, str, str], _Read]] = {
    HTML: read_html,
    SAS_DATASET: read_sas,
    SAS_TRANSPORT: read_sas,
    TEXT: read_delimited,
}
"""The reader of each kind of file in any encoding: (path, name, declared encoding) -> (sheets, findings)."""


def read_sheets(path: Path, name: str, encoding: str = "") -> _Read:
    """Every sheet of a file, hidden ones too, and the findings made in reading it (RAW rules).

    ``name`` is how sources print the file; the sheets of an archive's files have ``archive.zip/rs.csv`` as their file.
    ``encoding`` is what a mapping declares for text; ``""`` lets the bytes tell. Findings of the entrance itself: RAW-028 at
    a file that is not what its name says, RAW-020 and RAW-021 at files of an archive. Raises StudyError for a file that is
    not there or cannot be read.
    """
    kind = _find_kind(path, name)
    if kind.key == ARCHIVE:
        return _with_kind(name, kind, *_read_archive(path, name, encoding))
    return _read_file(path, name, encoding, kind)


def read_member(path: Path, name: str, encoding: str = "") -> _Read:
    """The sheets of a file unpacked from an archive to ``path``, as `read_sheets` gives them; StudyError for an archive."""
    kind = _find_kind(path, name)
    if kind.key == ARCHIVE:
        list_members(path, name)  # says what is wrong with it, if something is
        message = (
            "is an archive too deep inside others, or under another ending than .zip; unpack the archive around it"
        )
        raise StudyError([Problem(Source(name), message)])
    return _read_file(path, name, encoding, kind)


def _find_kind(path: Path, name: str) -> FileKind:
    return find_file_kind(path, name, _ending(name), (*READERS, *ENCODED_READERS, ARCHIVE))


def _read_file(path: Path, name: str, encoding: str, kind: FileKind) -> _Read:
    if kind.key in READERS:
        return _with_kind(name, kind, *READERS[kind.key](path, name))
    return _with_kind(name, kind, *ENCODED_READERS[kind.key](path, name, encoding))


def _with_kind(name: str, kind: FileKind, sheets: list[RawSheet], findings: pd.DataFrame) -> _Read:
    """The same, with a finding where the name says another kind; of workbooks under each other's names their reader tells."""
    ending = _ending(name)
    told = kind.key in (WORKBOOK, XML_WORKBOOK) and ending in WORKBOOK_ENDINGS
    if not ending or ending in kind.endings or told:
        return sheets, findings
    message = f'the file is {kind.name} although its name ends in "{ending}"; it is read as what it is'
    note = Finding(KIND_NOT_AS_NAMED, "note", message, source=str(Source(name)))
    return sheets, join_findings([findings_frame([note]), findings])


def _read_archive(path: Path, name: str, encoding: str) -> _Read:
    """The sheets of all files of an archive; a file that cannot be read is a finding, and none that can is a refusal."""
    sheets: list[RawSheet] = []
    frames: list[pd.DataFrame] = []
    reasons: list[str] = []
    for member in walk_members(path, name):
        inside = f"{name}/{member.name}"
        if member.left_out:
            message = "left out: a program leaves such a file behind, and it holds no data"
            frames.append(_at_member(MEMBER_LEFT_OUT, "note", message, inside))
            continue
        try:
            with member.unpack() as unpacked:
                found, findings = read_member(unpacked, inside, encoding)
        except NoTableError as failure:
            reasons.append(str(failure))
            frames.append(_at_member(MEMBER_LEFT_OUT, "note", f"left out: {_messages(failure)}", inside))
        except StudyError as failure:
            reasons.append(str(failure))
            frames.append(_at_member(MEMBER_REFUSED, "error", f"not read: {_messages(failure)}", inside))
        else:
            sheets += found
            frames.append(findings)
    if not sheets:
        why = f": {reasons[0]}" if reasons else ""
        raise StudyError([Problem(Source(name), f"holds no file that can be read{why}")])
    return sheets, join_findings(frames)


def _at_member(rule: str, severity: str, message: str, name: str) -> pd.DataFrame:
    return findings_frame([Finding(rule, severity, message, source=str(Source(name)))])


def _messages(failure: StudyError) -> str:
    return "; ".join(problem.message for problem in failure.problems)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
