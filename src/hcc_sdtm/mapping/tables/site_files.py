"""A site's files, opened once: which of them are read, their sheets, and the raw tables that mappings read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.dataset import Origins
from hcc_sdtm.finding import build_findings
from hcc_sdtm.mapping.account.cell_ranges import row_ranges
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.tables.reading_ahead import ReadingAhead
from hcc_sdtm.mapping.tables.repeated_rows import repeated_rows
from hcc_sdtm.mapping.tables.transfers import Transfer, Transfers, choose_transfers
from hcc_sdtm.mapping.tables.view import TableKey
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw import build_table, hash_raw_file, split_header
from hcc_sdtm.raw.header import LEVELS_JOINED_BY, Heading, folded_name
from hcc_sdtm.raw.merged_cells import merged_findings
from hcc_sdtm.raw.table import RawSheet, RawTable
from hcc_sdtm.source import Source

ROW_REPEATED = "MAP-002 row.sent-twice"
FILE_SUPERSEDED = "MAP-064 file.superseded"
MOST_NAMED = 5
"""Files that one message names with their hashes."""


@dataclass(frozen=True)
class OpenTable:
    """A raw table, the number of its first row, and which rows repeat an earlier row cell for cell.

    ``said`` has the body rows of which a finding says so already: several tables may read the sheet.
    """

    raw: RawTable
    first: int
    repeated: np.ndarray
    said: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class KeyFile:
    """The key file of a site: its sheet, the 1-based columns of both numbers, and the study number of each 1-based row that
    gives one."""

    file: str
    sheet: str
    columns: tuple[int, int]
    numbers: dict[int, str]


@dataclass
class SiteFiles:
    """A site's files opened once: sheets by file, and a raw table for each sheet and header, its rows numbered.

    ``hashes`` has the SHA-256 of each file on the disk (an archive for those in it) as it was just before it was read;
    ``superseded`` the newer file for each older transfer that is not read. ``left_out`` are raw rows that no table of the
    mapping gets, with the rule that says so.
    """

    folder: Path
    site: str
    origins: Origins
    sheets: dict[str, list[RawSheet]] = field(default_factory=dict)
    tables: dict[TableKey, OpenTable] = field(default_factory=dict)
    findings: list[pd.DataFrame] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    superseded: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, np.ndarray]] = field(default_factory=list)
    key_file: KeyFile | None = None
    reader: ReadingAhead | None = None

    @cached_property
    def _reader(self) -> ReadingAhead:
        return self.reader or ReadingAhead(self.folder)

    @property
    def names(self) -> list[str]:
        """Every file under the raw folder, those in archives too."""
        return self._reader.names

    def choose(self, pattern: str, which: Transfers | None, source: Source) -> tuple[Transfer, ...]:
        """The files that a table reads; an older one that a newer supersedes is a finding.

        Raises StudyError where no file matches, or several do and nothing says which to read: with their names and hashes.
        """
        choice = choose_transfers(pattern, which, self.names)
        if choice.doubt:
            message = f'"{pattern}" matches {self._named(choice.rivals)}; {choice.doubt}'
            if which == "newest":
                message += ": which is the newest? Name the one file, or say transfers: all"
            else:
                message += ": name the one, or say transfers: newest or transfers: all"
            raise StudyError([Problem(source, message)])
        if not choice.chosen:
            hint = nearest(pattern, self.names)
            raise StudyError([Problem(source, f'no file "{pattern}" in {self.folder.name}/{hint}')])
        older = {name: newer for name, newer in choice.superseded.items() if name not in self.superseded}
        says = [f"not read: {newer} is newer by the date in its name and takes its place" for newer in older.values()]
        self.findings.append(
            build_findings(FILE_SUPERSEDED, "note", len(older), site=self.site, source=list(older), message=says)
        )
        self.superseded |= older
        return choice.chosen

    def _named(self, files: Sequence[str]) -> str:
        hashes = [hash_raw_file(self.folder, name) for name in files]
        shown = [f"{name} (SHA-256 {digest})" for name, digest in zip(files, hashes, strict=True)][:MOST_NAMED]
        more = [f"{len(files) - MOST_NAMED} more"] if len(files) > MOST_NAMED else []
        same = ", the same bytes under each name" if len(set(hashes)) == 1 else ""
        return " and ".join([*shown, *more]) + same

    def read(self, name: str, encoding: str = "") -> list[RawSheet]:
        """The sheets of a file, read once: no file of a site is read anywhere else. ``encoding`` is a text file's, declared."""
        if self.encodings.setdefault(name, encoding) != encoding:
            names = " and ".join(f'"{each}"' if each else "none" for each in (self.encodings[name], encoding))
            message = f"tables that read this file declare different encodings, {names}; declare one for all of them"
            raise StudyError([Problem(Source(name), message)])
        if name not in self.sheets:
            found = self._reader.read(name, encoding)
            self.hashes.setdefault(found.on_disk, found.digest)
            self.sheets[name] = found.sheets
            self.findings.append(found.findings)
        return self.sheets[name]

    def open(self, sheet: RawSheet, header: Heading, identifying: Collection[str]) -> OpenTable:
        """The sheet as a raw table, the same one for every table with this header."""
        key = (sheet.file, sheet.sheet, header)
        if key not in self.tables:
            raw = build_table(sheet, header, identifying)
            self.findings.append(merged_findings(raw).assign(site=self.site))
            self.tables[key] = OpenTable(raw, self.origins.add(raw), repeated_rows(raw.body))
        return self.tables[key]

    def open_transfers(
        self, parts: Sequence[tuple[OpenTable, dict[str, str]]]
    ) -> list[tuple[OpenTable, dict[str, str]]]:
        """The parts of a table that several transfers make, rows that repeat one of an earlier file marked as repeated.

        Each part comes with the texts that its file's and sheet's names give: only rows with the same can repeat each other.
        Rows are compared column by column, by name. One finding for each part with such rows.
        """
        columns = list(dict.fromkeys(column for part, _ in parts for column in part.raw.body))
        keys = [" ".join(f"{key}={text}" for key, text in named.items()) for _, named in parts]
        bodies = [
            part.raw.body.reindex(columns=columns, fill_value="").assign(_keys=key, _file=part.raw.file)
            for (part, _), key in zip(parts, keys, strict=True)
        ]
        rows = pd.concat(bodies, ignore_index=True)
        earlier = rows.groupby([*columns, "_keys"], sort=False)["_file"].transform("first") != rows["_file"]
        opened, start = [], 0
        for part, named in parts:
            again = earlier.to_numpy()[start : start + len(part.raw.rows)] & ~part.repeated
            start += len(part.raw.rows)
            opened.append((replace(part, repeated=part.repeated | again), named))
            self._add_repeated(part, again)
        return opened

    def _add_repeated(self, part: OpenTable, again: np.ndarray) -> None:
        raw = part.raw
        if again.any():
            self.left_out.append((ROW_REPEATED, part.first + np.flatnonzero(again)))
            where = row_ranges(raw.rows[again], raw.rows)
            several, one = (
                f"{int(again.sum()):,} rows ({where}) of this transfer repeat",
                f"row {where} of this transfer repeats",
            )
            repeats = f"{several if again.sum() > 1 else one} rows of an earlier one cell for cell"
            message = f"{repeats}, and {'are' if again.sum() > 1 else 'is'} left out"
            source = str(Source(raw.file, raw.sheet, int(raw.rows[again][0]), 1))
            self.findings.append(
                build_findings(ROW_REPEATED, "warning", 1, site=self.site, source=source, message=message)
            )


def misnamed_identifying(mapping: SiteMapping, files: SiteFiles) -> list[Problem]:
    """A problem for each identifying column that no table of the site has: its own spelling would go unprotected."""
    raws = [opened.raw for opened in files.tables.values()]
    names = {name for raw in raws for name in (*raw.positions, *raw.aliases, *raw.ambiguous)}
    levels = names | {level for name in names for level in name.split(LEVELS_JOINED_BY)}
    known = {folded_name(form) for level in levels for form in (level, split_header(level)[0])}
    line = mapping.file.source(("identifying",))
    headers = {
        name: [header for table in mapping.head.tables.values() for header in table.columns.get(name, ())]
        for name in mapping.head.identifying
    }
    return [
        Problem(line, f'no table has the identifying column "{name}"')
        for name, renamed in headers.items()
        if known.isdisjoint(map(folded_name, (name, *renamed)))
    ]
