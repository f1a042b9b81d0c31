"""The files of a site as its mapping reads them: which tables a sheet has, which of its rows are header, whom it identifies.

Reads a file when it is asked for, and keeps one at a time: a site's files may be large.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.mapping.language.name_pattern import NamePattern
from hcc_sdtm.mapping.tables.transfers import choose_transfers
from hcc_sdtm.raw import build_table, list_raw_files, read_raw_file
from hcc_sdtm.raw.header import Heading
from hcc_sdtm.raw.table import RawSheet, RawTable

KEY_TABLE = ""
"""The name that the key file has among the tables."""


@dataclass(frozen=True)
class SheetTable:
    """A table of the mapping on one file: its name (`KEY_TABLE`: the key file), its sheets, where its header is."""

    name: str
    pattern: NamePattern
    heading: Heading

    def reads(self, sheet: str) -> bool:
        """Whether the table reads the sheet."""
        return self.pattern.match(sheet) is not None


@dataclass
class SiteFolder:
    """A site's files under the raw folder: the tables that read each, by the file's name, in the order of the mapping."""

    mapping: SiteMapping
    raw: Path
    tables: dict[str, list[SheetTable]]
    encodings: dict[str, str]
    _read: dict[str, list[RawSheet]] = field(default_factory=dict)

    @property
    def site(self) -> str:
        """The site's number."""
        return self.mapping.head.site

    def sheets(self, file: str) -> list[RawSheet]:
        """The sheets of a file; the one read before is let go. Raises StudyError where it cannot be read."""
        if file not in self._read:
            self._read.clear()
            self._read[file] = read_raw_file(self.raw, file, self.encodings.get(file, ""))[0]
        return self._read[file]

    def header_rows(self, file: str, sheet: str) -> list[int]:
        """The 1-based header rows of all tables of a sheet, in order."""
        return sorted({row for table in self._of(file, sheet) for row in table.heading.rows})

    def raw_tables(self, sheet: RawSheet) -> Iterator[tuple[str, RawTable]]:
        """Name of each table on the sheet, and the table itself; those whose header lies below the sheet are left out."""
        for table in self._of(sheet.file, sheet.sheet):
            if max(table.heading.rows) <= sheet.grid.shape[0]:
                yield table.name, build_table(sheet, table.heading, self.mapping.head.hidden)

    def identifying_columns(self, sheet: RawSheet) -> frozenset[int]:
        """The 1-based columns of a sheet that identify patients."""
        found = [table.identifying for _, table in self.raw_tables(sheet)]
        return frozenset().union(*found)

    def identifying_texts(self) -> set[str]:
        """Every text that stands in an identifying column of the site's files, and is no text for a missing value."""
        texts: set[str] = set()
        for file in self.tables:
            for sheet in self.sheets(file):
                for _, table in self.raw_tables(sheet):
                    hidden = [name for name, at in table.positions.items() if at in table.identifying]
                    for name in hidden:
                        texts.update(map(str, table.body[name].unique()))
        return {text.strip() for text in texts} - {text.strip() for text in self.mapping.head.missing} - {""}

    def _of(self, file: str, sheet: str) -> list[SheetTable]:
        return [table for table in self.tables.get(file, ()) if table.reads(sheet)]


def read_site_folders(
    mappings: Sequence[SiteMapping], raw: Path, sent: Collection[str] | None = None
) -> dict[str, SiteFolder]:
    """The files of each site, by site number; no file is read yet.

    ``sent`` are the files of the raw folder that the run read (an archive for those in it); None: all that are there.
    """
    names = [name for name in list_raw_files(raw) if sent is None or _on_disk(name, sent)]
    return {mapping.head.site: _site_folder(mapping, raw, names) for mapping in mappings}


def _on_disk(name: str, sent: Collection[str]) -> bool:
    parts = name.split("/")
    return any("/".join(parts[:count]) in sent for count in range(1, len(parts) + 1))


def _site_folder(mapping: SiteMapping, raw: Path, names: Sequence[str]) -> SiteFolder:
    tables: dict[str, list[SheetTable]] = {}
    encodings: dict[str, str] = {}
    head = mapping.head
    if head.subjects.file:
        for transfer in choose_transfers(head.subjects.file, None, names).chosen:
            tables.setdefault(transfer.file, []).append(SheetTable(KEY_TABLE, NamePattern("*"), Heading()))
    for name, table in head.tables.items():
        if table.file:
            for transfer in choose_transfers(table.file, table.transfers, names).chosen:
                pattern = NamePattern(table.sheet or "*")
                tables.setdefault(transfer.file, []).append(SheetTable(name, pattern, table.heading))
                encodings.setdefault(transfer.file, table.encoding)
    return SiteFolder(mapping, raw, tables, encodings)


def owners(folders: Mapping[str, SiteFolder]) -> dict[str, list[str]]:
    """The sites that read each file, by its name."""
    found: dict[str, list[str]] = {}
    for site, folder in folders.items():
        for file in folder.tables:
            found.setdefault(file, []).append(site)
    return found
