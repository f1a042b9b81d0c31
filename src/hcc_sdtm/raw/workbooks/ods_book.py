"""Sheets of an ods file: an OpenDocument package, whose content is one part."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from hcc_sdtm.raw.grid import Grid
from hcc_sdtm.raw.workbooks.ods_reader import OdsReader
from hcc_sdtm.raw.workbooks.ods_styles import OdsStyles
from hcc_sdtm.raw.workbooks.package import Package, refusing
from hcc_sdtm.raw.workbooks.package_limits import MAX_PARSED_BYTES, PROTECTED, UnreadableError
from hcc_sdtm.raw.workbooks.shared_texts import build_parser
from hcc_sdtm.raw.workbooks.sheet_facts import SheetFacts

_MANIFEST = "META-INF/manifest.xml"


class OdsBook:
    """An ods file (see `Book`), read when it is opened; its dates are written out, so that the year 1900 is no riddle."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Read all sheets. Raises UnreadableError."""
        with refusing():
            package = Package(path, stack)
            if package.has(_MANIFEST):
                with package.open(_MANIFEST) as stream:
                    if b"encryption-data" in stream.read():
                        raise UnreadableError(PROTECTED)
            styles = OdsStyles()
            if package.has("styles.xml"):
                _read(package, "styles.xml", OdsReader(styles))
            reader = OdsReader(styles)
            _read(package, "content.xml", reader)
        self.date_system = reader.date_system
        self.sheets = [name for name, _ in reader.tables]
        self._tables = dict(reader.tables)

    def read_sheet(self, name: str) -> tuple[Grid, SheetFacts]:
        """A sheet's cells as text, and what else is known of them. Raises TooManyCellsError."""
        table = self._tables.pop(name)
        if table.refusal or table.grid is None:
            raise table.refusal or UnreadableError("it is cut off or damaged; ask for it again")
        table.grid.early.clear()
        return table.grid, table.facts


def _read(package: Package, part: str, reader: OdsReader) -> None:
    parser = build_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    with package.open(part, MAX_PARSED_BYTES) as stream:
        parser.ParseFile(stream)
