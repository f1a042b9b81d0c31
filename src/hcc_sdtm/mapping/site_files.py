"""A site's files, opened once: their sheets, the raw tables that mappings read, and the key file of subject numbers."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Origins
from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.model import SiteMapping
from hcc_sdtm.mapping.view import TableKey, clean
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw import build_table, read_sheets
from hcc_sdtm.raw.header import LEVELS_JOINED_BY
from hcc_sdtm.raw.table import RawSheet, RawTable
from hcc_sdtm.source import Source

ROW_REPEATED = "MAP-002 row.sent-twice"
NUMBER_CONTRADICTED = "MAP-005 subject.key-contradicts"


@dataclass(frozen=True)
class OpenTable:
    """A raw table, the number of its first row, and which rows repeat an earlier row cell for cell."""

    raw: RawTable
    first: int
    repeated: np.ndarray


@dataclass
class SiteFiles:
    """A site's files opened once: sheets by file, and a raw table for each sheet and header, its rows numbered."""

    folder: Path
    site: str
    origins: Origins
    sheets: dict[str, list[RawSheet]] = field(default_factory=dict)
    tables: dict[TableKey, OpenTable] = field(default_factory=dict)
    findings: list[pd.DataFrame] = field(default_factory=list)

    def matching(self, pattern: str, source: Source) -> str:
        """The one file that the pattern matches, as its path under the raw folder; StudyError where none or several do."""
        names = sorted(
            str(path.relative_to(self.folder).as_posix()) for path in self.folder.rglob("*") if path.is_file()
        )
        # a name with brackets is a pattern too, and one that does not match itself
        found = [name for name in names if name == pattern] or [
            name for name in names if fnmatch.fnmatchcase(name, pattern)
        ]
        if not found:
            raise StudyError([Problem(source, f'no file "{pattern}" in {self.folder.name}/{nearest(pattern, names)}')])
        if len(found) > 1:
            raise StudyError([Problem(source, f'"{pattern}" matches {" and ".join(found)}; it must match one file')])
        return found[0]

    def read(self, name: str) -> list[RawSheet]:
        """The sheets of a file, read once."""
        if name not in self.sheets:
            self.sheets[name], findings = read_sheets(self.folder / name, name)
            self.findings.append(findings)
        return self.sheets[name]

    def open(self, sheet: RawSheet, header: tuple[int, ...], identifying: Collection[str]) -> OpenTable:
        """The sheet as a raw table; a row sent twice is a finding."""
        key = (sheet.file, sheet.sheet, header)
        if key not in self.tables:
            raw = build_table(sheet, header, identifying)
            repeated = raw.body.duplicated().to_numpy()
            self.tables[key] = OpenTable(raw, self.origins.add(raw), repeated)
            again = np.flatnonzero(repeated)
            sources = [str(Source(raw.file, raw.sheet, int(raw.rows[row]), 1)) for row in again]
            message = "every cell of this row repeats an earlier row; the row is left out"
            self.findings.append(
                build_findings(ROW_REPEATED, "warning", len(again), site=self.site, source=sources, message=message)
            )
        return self.tables[key]


def no_column(column: str, raw: RawTable, mapping: SiteMapping) -> str:
    """What to say of a column that a raw table does not have, with the nearest that it has."""
    # under a wrong header row a patient's number may stand where a name was expected
    names = [name for name, at in raw.positions.items() if at not in raw.identifying or name in mapping.head.hidden]
    return f'{Source(raw.file, raw.sheet)} has no column "{column}"{nearest(column, names)}'


def read_numbers(mapping: SiteMapping, files: SiteFiles) -> dict[str, str]:
    """Study number by the site's own number, cleaned, from the mapping's key file; empty where it names none.

    Findings: one of the site's numbers with several study numbers (none is taken), a study number with several of the site's.
    """
    subjects = mapping.head.subjects
    if not subjects.file:
        return {}
    source = mapping.file.source(("subjects", "file"))
    sheet = files.read(files.matching(subjects.file, source))[0]
    raw = files.open(sheet, (1,), mapping.head.hidden).raw
    problems = [
        Problem(mapping.file.source(("subjects", key)), no_column(column, raw, mapping))
        for key, column in (("from", subjects.from_), ("to", subjects.to))
        if column not in raw.positions
    ]
    if problems:
        raise StudyError(problems)
    missing = {"", *(clean(text) for text in mapping.head.missing)}
    pairs = pd.DataFrame({"own": raw.body[subjects.from_].map(clean), "study": raw.body[subjects.to].map(str.strip)})
    pairs = pairs[~pairs["own"].isin(missing) & ~pairs["study"].map(clean).isin(missing)]
    several_studies = (pairs.groupby("own")["study"].transform("nunique") > 1).to_numpy()
    several_owners = (pairs.groupby("study")["own"].transform("nunique") > 1).to_numpy()
    for mask, severity, message in (
        (several_studies, "error", "the site's number of this row has several study numbers here; none is taken"),
        (
            several_owners,
            "warning",
            "several of the site's numbers have this study number; their rows become one subject",
        ),
    ):
        at = pairs.index[mask]
        sources = [Source(raw.file, raw.sheet, int(raw.rows[row]), raw.positions[subjects.to]) for row in at]
        files.findings.append(
            build_findings(
                NUMBER_CONTRADICTED,
                severity,
                len(at),
                message=message,
                site=files.site,
                subject=pairs["study"][at],
                variable=subjects.to,
                source=[str(source) for source in sources],
                typed=[raw.typed(source.row, source.column) for source in sources],
            )
        )
    return dict(pairs[~several_studies].itertuples(index=False, name=None))


def misnamed_identifying(mapping: SiteMapping, files: SiteFiles) -> list[Problem]:
    """A problem for each identifying column that no table of the site has: its own spelling would go unprotected."""
    names = {name for opened in files.tables.values() for name in opened.raw.positions}
    known = names | {level for name in names for level in name.split(LEVELS_JOINED_BY)}
    line = mapping.file.source(("identifying",))
    return [
        Problem(line, f'no table has the identifying column "{name}"')
        for name in mapping.head.identifying
        if name not in known
    ]
