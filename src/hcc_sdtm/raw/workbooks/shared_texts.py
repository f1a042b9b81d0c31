"""Texts of an xlsx file (ECMA-376 part 1, 18.4): the list that cells share, and runs of which some are struck through."""

from __future__ import annotations

import re
from typing import IO
from xml.parsers import expat

from hcc_sdtm.raw.workbooks.package_limits import UnreadableError
from hcc_sdtm.raw.workbooks.xml_part import DECLARES

_CHUNK_BYTES = 1 << 22
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SPACE = " \t\r\n"
_MOST_CHARACTERS = 1 << 20


class TextRuns:
    """The text of a cell, gathered from the elements in it. Phonetic runs, which say how others are read aloud, are no text.

    Outer space that is not marked as kept is dropped, as spreadsheet programs do.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin the next text."""
        self._runs: list[tuple[bool, str]] = []
        self._pieces: list[str] = []
        self._size = 0
        self._struck = self._inside = self._kept = self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins, its name without a prefix."""
        if name == "r":
            self._struck = False
        elif name == "strike":
            self._struck = attributes.get("val", "1") not in ("0", "false")
        elif name == "rPh":
            self._phonetic = True
        elif name in ("t", "v"):
            self._inside, self._kept = not self._phonetic, name == "v" or "preserve" in attributes.values()

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "rPh":
            self._phonetic = False
        elif name in ("t", "v") and self._inside:
            text = "".join(self._pieces)
            self._runs.append((self._struck, text if self._kept else text.strip(_SPACE)))
            self._pieces.clear()
            self._inside = False

    def add(self, characters: str) -> None:
        """Characters inside the element. Raises UnreadableError for a text no cell can hold."""
        if not self._inside:
            return
        self._pieces.append(characters)
        self._size += len(characters)
        if self._size > _MOST_CHARACTERS:
            raise UnreadableError("one of its cells holds more than a million characters; it is no table")

    @property
    def raw(self) -> str:
        """The text as it stands in the file."""
        return "".join(text for _, text in self._runs)

    @property
    def text(self) -> str:
        """The text, characters that XML cannot hold (``_x000D_``) in their place."""
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), self.raw)

    @property
    def struck(self) -> bool | None:
        """Whether all of the text (True) or a part of it (False) is struck through; None where nothing is."""
        marks = {struck for struck, text in self._runs if text.strip()}
        return None if True not in marks else len(marks) == 1


class _SharedTextReader:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.struck: dict[int, bool] = {}
        self.runs = TextRuns()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self.runs.clear()
        else:
            self.runs.start(name, attributes)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name != "si":
            self.runs.end(name)
            return
        struck = self.runs.struck
        if struck is not None:
            self.struck[len(self.texts)] = struck
        self.texts.append(self.runs.text)


def build_parser() -> expat.XMLParserType:
    """A parser that gives whole texts, and raises UnreadableError for a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def read_shared_texts(stream: IO[bytes]) -> tuple[list[str], dict[int, bool]]:
    """The shared texts in their order, and those struck through, by number: all of the text or (False) a part of it.

    Raises UnreadableError for a part that declares a document type, ExpatError for what is no XML.
    """
    reader = _SharedTextReader()
    parser = build_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.runs.add
    parser.ParseFile(stream)
    return reader.texts, reader.struck


def longest_text(stream: IO[bytes]) -> int:
    """Bytes of the longest of the shared texts, or more: with its marks, and without an end to where that is as long."""
    longest, rest = 0, b""
    while (data := stream.read(_CHUNK_BYTES)) and len(rest) <= _MOST_CHARACTERS:
        *texts, rest = (rest + data).split(b"</si>")
        longest = max(longest, len(rest), *map(len, texts))
    return longest


def may_be_struck(stream: IO[bytes]) -> bool:
    """Whether the shared texts must be parsed to know which are struck through: most lists say nothing of the kind."""
    before = b""
    while data := stream.read(_CHUNK_BYTES):
        if b"strike" in before + data or b"<!DOCTYPE" in before + data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return True
        before = data[-16:]
    return False


def _refuse_doctype(*_: object) -> None:
    raise UnreadableError(DECLARES)
