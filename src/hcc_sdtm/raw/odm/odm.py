"""ODM-XML exports of data capture systems to sheets: one for the subjects, one for each item group.

Row 1 has the OIDs of the columns, row 2 the names of the items in the system, row 3 the texts of their questions, so that a
mapping says ``header: {any_of: [1, 2, 3]}``. The first columns are what a row belongs to; a coded item has a second column
``OID decoded`` with the text of the code, an item whose unit is given with the value one ``OID unit``. Values are as
typed. Sites, attributes of the system's own and comments on a subject, event, form or group stand to the right; a unit that
an item always has is a comment on its header, a comment on a value one on its cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding, findings_frame
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.grid import TooManyCellsError, check_extent
from hcc_sdtm.raw.limits import MAX_FILE_BYTES
from hcc_sdtm.raw.odm.odm_metadata import OdmItem, OdmMetadata
from hcc_sdtm.raw.odm.odm_parser import SITE, NotOdmError, OdmParser
from hcc_sdtm.raw.odm.odm_records import Key, OdmRecords, OdmRow, shown_repeat
from hcc_sdtm.raw.odm.xml_stream import XmlFileError
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.raw.workbooks.sheet_findings import COMMENT
from hcc_sdtm.source import Source

NOT_DEFINED = "RAW-037 raw.item-not-defined"
TRANSACTION_DOUBTED = "RAW-038 raw.transaction-doubted"
CODE_WITHOUT_TEXT = "RAW-039 raw.code-without-text"

SUBJECTS = "SubjectData"
"""Sheet with every subject of the file."""

KEY_COLUMNS = (
    "SubjectKey",
    "StudyEventOID",
    "StudyEventRepeatKey",
    "FormOID",
    "FormRepeatKey",
    "ItemGroupRepeatKey",
)
HEADER_ROWS = 3


def read_odm(path: Path, name: str) -> tuple[list[RawSheet], pd.DataFrame]:
    """The sheets of an export: the subjects, then each item group in the order of the definitions, empty ones too.

    Findings: RAW-025 comments on values, RAW-037 items that the file does not define, RAW-038 transactions that do not fit
    one another, RAW-039 codes without a text. Raises StudyError for a file that is no export of data, is cut off or
    damaged, declares a document type, or is too large.
    """
    parser = OdmParser()
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise NotOdmError(f"is larger than {MAX_FILE_BYTES:,} bytes; split it into several files")
        parser.read(path)
    except XmlFileError as failure:
        raise StudyError([Problem(Source(name), str(failure))]) from failure
    except OSError as failure:
        raise StudyError([Problem(Source(name), f"cannot be read: {failure.strerror or failure}")]) from failure
    records, metadata = parser.records, parser.metadata
    by_group: dict[str, list[OdmRow]] = {group: [] for group in metadata.groups}
    for row in records:
        by_group.setdefault(row.group, []).append(row)
    sheets = [_subject_sheet(name, records, metadata)]
    findings: list[Finding] = []
    for group, rows in by_group.items():
        sheet = _Sheet(name, group, rows, records, metadata)
        sheets.append(sheet.build())
        findings += sheet.findings()
    findings += _file_findings(name, records, metadata)
    return sheets, findings_frame(findings)


def _subject_sheet(name: str, records: OdmRecords, metadata: OdmMetadata) -> RawSheet:
    notes = {key: _notes(records.notes.get(key, {}), metadata) for key in records.subjects}
    several = len({key[0] for key in records.subjects}) > 1
    columns = list(dict.fromkeys(column for each in notes.values() for column in each))
    header = [KEY_COLUMNS[0], *(["StudyOID"] if several else []), *columns]
    rows = [
        [key[1], *([key[0]] if several else []), *(each.get(column, "") for column in columns)]
        for key, each in notes.items()
    ]
    return RawSheet(name, SUBJECTS, _grid(name, SUBJECTS, [header, [""] * len(header), [""] * len(header), *rows]))


def _notes(notes: Mapping[str, str], metadata: OdmMetadata) -> dict[str, str]:
    """The notes about an element, its site with the name that the file gives it."""
    site = notes.get(SITE, "")
    found = {**notes} | ({"LocationName": metadata.locations[site]} if metadata.locations.get(site) else {})
    return {SITE: found.pop(SITE), **found} if SITE in found else found


def _grid(name: str, title: str, rows: list[list[str]]) -> np.ndarray:
    height, width = len(rows), max(map(len, rows))
    try:
        check_extent(height, width, height * width)
    except TooManyCellsError as failure:
        raise StudyError([Problem(Source(name, title), f"the sheet is too large: {failure}")]) from failure
    grid = np.empty((height, width), dtype=object, order="F")
    grid[:] = rows
    return grid


class _Sheet:
    """One item group: its rows under one another, the columns that they need."""

    def __init__(self, name: str, group: str, rows: list[OdmRow], records: OdmRecords, metadata: OdmMetadata) -> None:
        """Settles the columns."""
        self.name, self.group, self.rows, self.metadata = name, group, rows, metadata
        self.items = list(metadata.groups.get(group, ()))
        defined = set(self.items)
        self.items += dict.fromkeys(item for row in rows for item in row.texts if item not in defined)
        with_unit = {item for row in rows for item in row.units}
        self.columns: list[tuple[str, str]] = []
        """Item and what of it: its value, the text of its code, its unit."""

        for item in self.items:
            self.columns.append((item, ""))
            self.columns += [(item, "decoded")] if metadata.decodes(item) else []
            self.columns += [(item, "unit")] if item in with_unit else []
        cached: dict[Key, dict[str, str]] = {}
        self.notes = [cached.setdefault(row.key, _notes(records.notes_of(row.key), metadata)) for row in rows]
        self.note_columns = list(dict.fromkeys(column for notes in self.notes for column in notes))
        self.studies = ["StudyOID"] if len({row.key[0] for row in rows}) > 1 else []

    def build(self) -> RawSheet:
        """The sheet."""
        names = [self.metadata.items.get(item, OdmItem()) for item, _ in self.columns]
        ends = [f" {what}" if what else "" for _, what in self.columns]
        blank = [""] * len(KEY_COLUMNS)
        right = [""] * (len(self.note_columns) + len(self.studies))
        header = [
            [
                *KEY_COLUMNS,
                *(f"{item} {what}".rstrip() for item, what in self.columns),
                *self.studies,
                *self.note_columns,
            ],
            [*blank, *(item.name and item.name + end for item, end in zip(names, ends, strict=True)), *right],
            [*blank, *(item.question and item.question + end for item, end in zip(names, ends, strict=True)), *right],
        ]
        body = [self._row(row, notes) for row, notes in zip(self.rows, self.notes, strict=True)]
        comments = {
            (1, len(KEY_COLUMNS) + number): f"unit: {self.metadata.unit_names(item.units)}"
            for number, ((_, what), item) in enumerate(zip(self.columns, names, strict=True), 1)
            if item.units and not what
        }
        for number, row in enumerate(self.rows, HEADER_ROWS + 1):
            for item, comment in row.comments.items():
                comments[number, self._column(item)] = comment
        return RawSheet(self.name, self.group, _grid(self.name, self.group, [*header, *body]), comments=comments)

    def findings(self) -> Iterator[Finding]:
        """What is doubtful in the sheet; no value is quoted, since a column may be an identifying one."""
        for item in self.items:
            first = self._source(1, item)
            if item not in self.metadata.items:
                message = f"the file has values of {item} in the group {self.group} and no definition of the item"
                yield Finding(NOT_DEFINED, "note", message, variable=item, source=str(first))
            codes = self.metadata.decodes(item)
            odd = [
                at for at, row in enumerate(self.rows) if codes and row.texts.get(item) and row.texts[item] not in codes
            ]
            if odd:
                message = f"a code that the code list of {item} does not have; rows with such: {len(odd)}"
                where = self._source(odd[0] + HEADER_ROWS + 1, item)
                yield Finding(CODE_WITHOUT_TEXT, "warning", message, variable=item, source=str(where))
        repeats = [at for at, row in enumerate(self.rows, HEADER_ROWS + 1) if row.is_repeat]
        if repeats:
            message = (
                "the file gives the same event, form or group a second time with the same repeat key and does not call it an "
                f"update; each is kept, and its repeat key has its number in brackets; rows so in this sheet: {len(repeats)}"
            )
            where = Source(self.name, self.group, repeats[0])
            yield Finding(TRANSACTION_DOUBTED, "warning", message, source=str(where))
        for at, row in enumerate(self.rows, HEADER_ROWS + 1):
            for item in row.comments:
                message = "the value has a comment, which is no data; see the file"
                yield Finding(COMMENT, "note", message, variable=item, source=str(self._source(at, item)))

    def _row(self, row: OdmRow, notes: Mapping[str, str]) -> list[str]:
        study, subject, event, event_repeat, form, form_repeat, _, repeat = row.key
        texts = []
        for item, what in self.columns:
            text = row.texts.get(item, "")
            if what == "decoded":
                text = self.metadata.decodes(item).get(text, "")
            elif what == "unit":
                text = self.metadata.unit_names([row.units[item]]) if item in row.units else ""
            texts.append(text)
        right = [*([study] if self.studies else []), *(notes.get(column, "") for column in self.note_columns)]
        repeats = (event_repeat, form_repeat, repeat)
        if row.is_repeat:
            repeats = (shown_repeat(event_repeat), shown_repeat(form_repeat), shown_repeat(repeat))
        return [subject, event, repeats[0], form, repeats[1], repeats[2], *texts, *right]

    def _column(self, item: str) -> int:
        return len(KEY_COLUMNS) + 1 + self.columns.index((item, ""))

    def _source(self, row: int, item: str) -> Source:
        return Source(self.name, self.group, row, self._column(item))


def _file_findings(name: str, records: OdmRecords, metadata: OdmMetadata) -> Iterator[Finding]:
    source = str(Source(name))
    if not metadata.items:
        message = (
            "the file has no definitions: names, questions and texts of codes are not known; ask for it with metadata"
        )
        yield Finding(NOT_DEFINED, "note", message, source=source)
    if records.unknown_updates:
        message = (
            f"{records.unknown_updates} updates or removals are of item groups that the file does not insert; it may hold "
            "no more than the changes since an earlier export"
        )
        yield Finding(TRANSACTION_DOUBTED, "warning", message, source=source)
