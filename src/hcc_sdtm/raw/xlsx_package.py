"""The parts of an xlsx package (ECMA-376 part 2): which one is which sheet, its styles and its comments."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from xml.etree import ElementTree
from xml.parsers import expat

from hcc_sdtm.raw.number_format import BUILT_IN_FORMATS, NumberFormat, parse_number_format
from hcc_sdtm.raw.sheet_scan import SheetFacts, parse_reference, parse_sheet, scan_sheet


class PackageError(Exception):
    """A part of the package cannot be found, unpacked or parsed."""


class XlsxPackage:
    """An open xlsx or xlsm file. Opening it, and every method, raises PackageError.

    ``date_system`` is the year that its day numbers count from, ``1900`` or ``1904``.
    """

    def __init__(self, path: Path) -> None:
        """Find the sheets and read the styles' number formats."""
        with _refusing():
            self._zip = zipfile.ZipFile(path)
            # some writers use other cases and backslashes in names than in the references to them
            self._names = {name.replace("\\", "/").casefold(): name for name in self._zip.namelist()}
            roots = [target for kind, target in self._relations("").values() if kind == "officeDocument"]
            workbook = roots[0] if roots else "xl/workbook.xml"
            relations = self._relations(workbook)
            root = self._parse(workbook)
            properties = next(_named(root, "workbookPr"), None)
            counts_from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
            self.date_system = "1904" if counts_from_1904 else "1900"
            self._sheets = {
                element.get("name", ""): relations[link][1]
                for element in _named(root, "sheet")
                for key, link in element.attrib.items()
                if _local(key) == "id" and link in relations
            }
            styles = [target for kind, target in relations.values() if kind == "styles"]
            self._formats = _read_formats(self._parse(styles[0])) if styles else ()

    def __enter__(self) -> XlsxPackage:
        """The package itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._zip.close()

    def sheet_facts(self, sheet: str, most_cells: int) -> SheetFacts:
        """Facts about a sheet, its comments among them.

        One that seems to span more than ``most_cells`` is measured again, by cells that hold something.
        """
        with _refusing():
            part = self._sheets[sheet]
            with self._zip.open(self._name(part)) as stream:
                facts = scan_sheet(stream, self._formats)
            if facts is None or facts.height * facts.width > most_cells:
                with self._zip.open(self._name(part)) as stream:
                    facts = parse_sheet(stream, self._formats)
            facts.comments = self._comments(part)
            return facts

    def _comments(self, sheet: str) -> dict[tuple[int, int], str]:
        found = {}
        for part in [target for kind, target in self._relations(sheet).values() if kind == "comments"]:
            for comment in _named(self._parse(part), "comment"):
                texts = (run.text or "" for run in _named(comment, "t"))
                found[parse_reference(comment.get("ref", ""))] = "".join(texts)
        return found

    def _name(self, part: str) -> str:
        return self._names[part.casefold()]

    def _parse(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self._zip.read(self._name(part)))

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relations of a part (``""``: the package) by id: last word of the type, and the target's path."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing.casefold() not in self._names:
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
            )
            for element in _named(self._parse(listing), "Relationship")
        }


@contextmanager
def _refusing() -> Iterator[None]:
    """Everything that a broken archive or part can raise, as PackageError."""
    try:
        yield
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as failure:
        raise PackageError(str(failure)) from failure
    except (LookupError, ValueError, ElementTree.ParseError, expat.ExpatError) as failure:
        raise PackageError(str(failure)) from failure


def _read_formats(styles: ElementTree.Element) -> tuple[NumberFormat, ...]:
    """What each cell style shows, in the order of their numbers."""
    codes = dict(BUILT_IN_FORMATS)
    for element in _named(styles, "numFmt"):
        if re.fullmatch(r"\d+", element.get("numFmtId", "")):
            codes[int(element.get("numFmtId", ""))] = element.get("formatCode", "")
    lists = list(_named(styles, "cellXfs"))
    numbers = [int(element.get("numFmtId", "0")) for element in lists[0]] if lists else []
    return tuple(parse_number_format(codes.get(number, "General")) for number in numbers)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _named(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """Descendants of a local name in any namespace: strict and transitional files differ in theirs."""
    return (found for found in element.iter() if _local(str(found.tag)) == name)
