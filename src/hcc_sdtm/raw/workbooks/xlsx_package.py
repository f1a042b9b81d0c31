"""What the parts of an xlsx file say of a sheet: formats, struck and hidden cells, comments; and its values where need be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from hcc_sdtm.raw.grid import TooManyCellsError, check_extent
from hcc_sdtm.raw.workbooks.package import Package, refusing
from hcc_sdtm.raw.workbooks.package_limits import MAX_PARSED_BYTES, MAX_REPEATED_BYTES, UnreadableError
from hcc_sdtm.raw.workbooks.shared_texts import longest_text, may_be_struck, read_shared_texts
from hcc_sdtm.raw.workbooks.sheet_facts import Cell, SheetFacts
from hcc_sdtm.raw.workbooks.sheet_parse import ParsedSheet, ValueSource, parse_reference, parse_rows, parse_sheet
from hcc_sdtm.raw.workbooks.sheet_scan import NotPlainError, scan_sheet, whole_numbers
from hcc_sdtm.raw.workbooks.xlsx_styles import read_cell_styles
from hcc_sdtm.raw.workbooks.xml_part import elements, is_on, local_name


class XlsxPackage:
    """An open xlsx or xlsm file. Opening it, and every method, raises UnreadableError.

    ``date_system`` is the year that its day numbers count from, ``1900`` or ``1904``.
    """

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Open the file until ``stack`` is closed, find the sheets and read the styles."""
        with refusing():
            self._package = Package(path, stack)
            workbook = [*self._package.related("", "officeDocument"), "xl/workbook.xml"][0]
            relations = self._package.relations(workbook)
            root = self._package.parse(workbook)
            properties = next(elements(root, "workbookPr"), None)
            self.date_system = "1904" if properties is not None and is_on(properties, "date1904", "0") else "1900"
            self._sheets = {
                element.get("name", ""): relations[link][1]
                for element in elements(root, "sheet")
                for key, link in element.attrib.items()
                if local_name(key) == "id" and link in relations
            }
            self._texts = [target for kind, target in relations.values() if kind == "sharedStrings"]
            styles = [target for kind, target in relations.values() if kind == "styles"]
            self._styles = read_cell_styles(self._package.parse(styles[0])) if styles else ()
            self._struck_texts = self._find_struck_texts()

    def read_facts(self, sheet: str) -> SheetFacts:
        """Facts about a sheet, its comments among them.

        One that seems to span more than its cells are worth is measured again, by cells that hold something.
        """
        with refusing():
            part = self._part_of(sheet)
            try:
                with self._package.open(part) as stream:
                    facts = scan_sheet(stream, self._styles, self._struck_texts)
                check_extent(facts.height, facts.width, facts.filled)
            except (NotPlainError, TooManyCellsError):
                with self._package.open(part, MAX_PARSED_BYTES) as stream:
                    facts = parse_sheet(stream, self._styles, self._struck_texts).facts
            facts.comments = self._comments(part)
            facts.filter_rows(self._table_filters(part) if facts.hidden_rows else ())
            return facts

    def read_values(self, sheet: str) -> ParsedSheet:
        """A sheet's values without the help of calamine, several times slower; it has no comments and no filters of tables."""
        with refusing():
            texts: list[str] = []
            for part in self._texts:
                with self._package.open(part) as stream:
                    texts += read_shared_texts(stream)[0]
            with self._package.open(self._part_of(sheet), MAX_PARSED_BYTES) as stream:
                return parse_sheet(stream, self._styles, self._struck_texts, ValueSource(texts, self.date_system))

    def repeats_long_texts(self, sheet: str, filled: int) -> bool:
        """Whether a copy of its shared text for each of a sheet's ``filled`` cells may be too much to hold in memory."""
        with refusing():
            if filled * sum(map(self._package.size, self._texts)) <= MAX_REPEATED_BYTES:
                return False
            if filled * max(map(self._longest_text, self._texts)) <= MAX_REPEATED_BYTES:
                return False
            lengths: list[int] = []
            for part in self._texts:
                with self._package.open(part) as stream:
                    lengths += [len(text.encode()) for text in read_shared_texts(stream)[0]]
            with self._package.open(self._part_of(sheet)) as stream:
                return sum(lengths[number] for number in whole_numbers(stream, len(lengths))) > MAX_REPEATED_BYTES

    def _longest_text(self, part: str) -> int:
        with self._package.open(part) as stream:
            return longest_text(stream)

    def _find_struck_texts(self) -> dict[int, bool]:
        for part in self._texts:
            with self._package.open(part) as stream:
                if not may_be_struck(stream):
                    continue
            with self._package.open(part) as stream:
                return read_shared_texts(stream)[1]
        return {}

    def _comments(self, sheet: str) -> dict[Cell, str]:
        """Comments by cell; those of a conversation stand under one another, in place of the note made for older programs."""
        found: dict[Cell, str] = {}
        for part in self._package.related(sheet, "comments"):
            for comment in elements(self._package.parse(part), "comment"):
                texts = (run.text or "" for run in elements(comment, "t"))
                found[parse_reference(comment.get("ref", ""))] = "".join(texts)
        talks: dict[Cell, list[str]] = {}
        for part in self._package.related(sheet, "threadedComment"):
            for comment in elements(self._package.parse(part), "threadedComment"):
                texts = (line.text or "" for line in elements(comment, "text"))
                talks.setdefault(parse_reference(comment.get("ref", "")), []).append("".join(texts))
        return found | {cell: "\n".join(lines) for cell, lines in talks.items()}

    def _table_filters(self, sheet: str) -> Iterator[tuple[int, int]]:
        for part in self._package.related(sheet, "table"):
            for found in elements(self._package.parse(part), "autoFilter"):
                if next(elements(found, "filterColumn"), None) is not None:
                    yield from parse_rows(found.get("ref", ""))

    def _part_of(self, sheet: str) -> str:
        if sheet not in self._sheets:
            raise UnreadableError(f'the part of its sheet "{sheet}" is missing; ask for the file again')
        return self._sheets[sheet]
