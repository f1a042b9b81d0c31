"""A packed workbook's parts by name, and what they point to (ECMA-376 part 2)."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from hcc_sdtm.raw.limits import MAX_UNPACKED_BYTES
from hcc_sdtm.raw.workbooks.package_limits import MAX_PARSED_BYTES, UnreadableError, check_package
from hcc_sdtm.raw.workbooks.xml_part import elements, parse_part


class Package:
    """An open xlsx, xlsb or ods file. Opening it, and every method, raises UnreadableError inside `refusing`."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        """Open the file until ``stack`` is closed, and see what it would unpack to."""
        self._zip = stack.enter_context(zipfile.ZipFile(path))
        # some writers use other cases and backslashes in names than in the references to them
        self._names = check_package(self._zip)

    def has(self, part: str) -> bool:
        """Whether there is a part of this name."""
        return part.casefold() in self._names

    def open(self, part: str, most: int = MAX_UNPACKED_BYTES) -> IO[bytes]:
        """A part of up to ``most`` bytes as a stream."""
        if not self.has(part):
            raise UnreadableError(f'its part "{part}" is missing; ask for the file again')
        name = self._names[part.casefold()]
        if self._zip.getinfo(name).file_size > most:
            message = (
                f'its part "{name}" is larger than {most:,} bytes unpacked and not written as Excel writes xlsx files'
            )
            raise UnreadableError(f"{message}; open it in a spreadsheet program and save it as .xlsx")
        return self._zip.open(name)

    def size(self, part: str) -> int:
        """Bytes of a part unpacked; 0 for one that is not there."""
        return self._zip.getinfo(self._names[part.casefold()]).file_size if self.has(part) else 0

    def parse(self, part: str) -> ElementTree.Element:
        """The root of a small XML part."""
        with self.open(part, MAX_PARSED_BYTES) as stream:
            return parse_part(stream.read())

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part (``""``: the package) points to, by id: the last word of the kind, and the part's name."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(listing):
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/"),
            )
            for element in elements(self.parse(listing), "Relationship")
        }

    def related(self, part: str, kind: str) -> list[str]:
        """Names of the parts of one kind that a part points to."""
        return [target for word, target in self.relations(part).values() if word == kind]


@contextmanager
def refusing() -> Iterator[None]:
    """Everything that a broken archive or part can raise, as UnreadableError."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError) as failure:
        raise UnreadableError("it is cut off or damaged; ask for it again") from failure
    except (OSError, RuntimeError, ElementTree.ParseError, expat.ExpatError) as failure:
        raise UnreadableError(f"{failure}; open it in a spreadsheet program and save it again") from failure
    except (LookupError, ValueError) as failure:
        # their texts may quote a cell
        message = "a value in it is not what its place allows; open it in a spreadsheet program and save it again"
        raise UnreadableError(message) from failure
