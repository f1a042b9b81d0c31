"""An XML file given to handlers piece by piece, in the encoding that it says; nothing of it is held.

A document type declaration is refused: its entities can unfold to gigabytes, and no data needs one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CHUNK = 1 << 18


class XmlFileError(Exception):
    """The file is not whole or well formed, or declares what is refused. Its text says why."""


@dataclass
class XmlPlace:
    """The line of the file that an element starts at, while its start is handled."""

    line: int = 0


def read_xml(
    path: Path,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    characters: Callable[[str], None],
    place: XmlPlace | None = None,
) -> None:
    """Calls the handlers for each start and end of an element and each piece of text, in the order of the file.

    A name is its namespace, a space and the local name; a name without namespace stands alone. ``place`` is kept at the line
    of the element whose start is handled. Raises XmlFileError, what a handler raises, and OSError for a file that cannot be
    opened.
    """
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = start if place is None else _placed(start, place, parser)
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    with path.open("rb") as file:
        chunk = file.read(1024)
        encoding = _encoding(chunk)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while chunk:
                parser.Parse(decoder.decode(chunk).encode("utf-8"), False)
                chunk = file.read(_CHUNK)
            parser.Parse(decoder.decode(b"", True).encode("utf-8"), True)
        except UnicodeError as failure:
            message = f"its bytes are not in {encoding}, the encoding that it says; ask for it in UTF-8"
            raise XmlFileError(message) from failure
        except expat.ExpatError as failure:
            what = expat.errors.messages.get(failure.code, str(failure.code))
            message = f"line {failure.lineno}: {what}; it is cut off or damaged, ask for it again"
            raise XmlFileError(message) from failure


def _placed(
    start: Callable[[str, dict[str, str]], None], place: XmlPlace, parser: expat.XMLParserType
) -> Callable[[str, dict[str, str]], None]:
    def handle(name: str, attributes: dict[str, str]) -> None:
        place.line = parser.CurrentLineNumber
        start(name, attributes)

    return handle


def _encoding(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    declared = _DECLARED.search(head)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        return {"gb2312": "gb18030", "gbk": "gb18030"}.get(codecs.lookup(name).name, name)
    except LookupError as failure:
        raise XmlFileError(f'it says that it is in "{name}", which is the name of no encoding') from failure


def _refuse_doctype(*_: Any) -> None:
    raise XmlFileError("it has a document type declaration, which can hide anything; ask for it without")
