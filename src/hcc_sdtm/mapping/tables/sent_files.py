"""The raw folder as a whole: files that no mapping reads, and files that lie there twice under different names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.mapping.account.reconciling import reconciliation_frame
from hcc_sdtm.mapping.account.sheet_use import RowClass
from hcc_sdtm.mapping.applying import MappedSite
from hcc_sdtm.raw import hash_raw_file, list_raw_files

FILE_UNUSED = "MAP-023 file.unused"
FILE_TWICE = "MAP-065 file.sent-twice"


@dataclass(frozen=True)
class SentFiles:
    """Findings about the files of the raw folder, and their lines of the reconciliation."""

    findings: pd.DataFrame
    frame: pd.DataFrame


def check_sent_files(raw: Path, sites: Sequence[MappedSite], is_whole: bool, left_out: bool = False) -> SentFiles:
    """What the raw folder holds beyond what the sites' mappings read.

    ``is_whole`` tells that every site of the study was asked for: only then is a file that none reads a finding (it is said
    where sites were ``left_out``, as theirs may be among them). Findings: a file that no mapping reads, and a file with the
    same bytes as another: an error where both are read and have rows. Where not every site was asked for, only pairs with a
    file that was read count.
    """
    readers: dict[str, list[str]] = {}
    superseded = set()
    for site in sites:
        superseded |= set(site.superseded)
        for name in site.files:
            readers.setdefault(name, []).append(site.site)
    names = list_raw_files(raw)
    idle = [name for name in names if name not in readers and name not in superseded] if is_whole else []
    message = "no mapping reads this file"
    message += "; it may be of a site that was left out" if left_out else ""
    findings = [build_findings(FILE_UNUSED, "note", len(idle), source=idle, message=message)]
    body = {row_class.label for row_class in RowClass if row_class >= RowClass.MAPPED}
    with_rows = {
        name
        for site in sites
        for name in site.reconciliation.loc[
            (site.reconciliation["measure"] == "rows") & site.reconciliation["class"].isin(body), "file"
        ]
    }
    for name, other, digest in _same_bytes(raw, names):
        if not is_whole and not {name, other} & set(readers):
            continue
        of_name, of_other = readers.get(name, []), readers.get(other, [])
        both = {name, other} <= with_rows
        read = f"read by site {' and '.join(of_name)}" if of_name else "read by none"
        other_read = f"read by site {' and '.join(of_other)}" if of_other else "read by none"
        message = f"the same bytes as {other} (SHA-256 {digest}): this file is {read}, the other {other_read}"
        severity = "error" if both else "warning"
        site_number = (of_name or of_other or [""])[0]
        findings.append(build_findings(FILE_TWICE, severity, 1, site=site_number, source=name, message=message))
    lines = [("", name, "", "files", "no mapping reads it", "", FILE_UNUSED, 1, "") for name in idle]
    return SentFiles(join_findings(findings), reconciliation_frame(lines))


def _same_bytes(raw: Path, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Each file with the same bytes as an earlier one, that one, and their SHA-256; empty files do not count.

    Only files that can be the same are hashed: of one size on the disk; or, where one lies in an archive, of one name.
    """
    sizes = {name: (raw / name).stat().st_size if (raw / name).is_file() else -1 for name in names}
    packed = {PurePosixPath(name).name for name in names if sizes[name] < 0}
    alike: dict[tuple[str, int], list[str]] = {}
    for name in names:
        if sizes[name] > 0:
            alike.setdefault(("", sizes[name]), []).append(name)
        if (stem := PurePosixPath(name).name) in packed:
            alike.setdefault((stem, 0), []).append(name)
    hashed = {name: hash_raw_file(raw, name) for group in alike.values() if len(group) > 1 for name in group}
    empty = hashlib.sha256(b"").hexdigest()
    first: dict[str, str] = {}
    for name, digest in sorted(hashed.items()):
        if digest != empty and first.setdefault(digest, name) != name:
            yield name, first[digest], digest
