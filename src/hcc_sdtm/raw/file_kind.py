"""What kind of file a file is, by its bytes: programs write one kind under the name of another.

Knows the beginnings of files, and nothing of what a reader makes of them.
"""

from __future__ import annotations

import mmap
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.archive import is_archive, part_names
from hcc_sdtm.raw.limits import MAX_FILE_BYTES
from hcc_sdtm.raw.text.encoding import find_encoding
from hcc_sdtm.source import Source

WORKBOOK = "workbook"
ARCHIVE = "archive"
XML_WORKBOOK = "xml workbook"
HTML = "html"
ODM = "odm"
SAS_DATASET = "sas dataset"
SAS_TRANSPORT = "sas transport"
TEXT = "text"

WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".psv", ".dat", ".asc")

_HEAD_BYTES = 1 << 16
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"
_OLD_WORKBOOKS = (b"\x09\x08", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")
_SAS_DATASET = bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_SAS_TRANSPORTS = (b"HEADER RECORD*******LIB", b"**COMPRESSED**")
_FIRST_ELEMENT = re.compile(r"<(?!!--)(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_PROLOGUE = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*(?=<)", re.DOTALL)
_IS_HTML = re.compile(r"<(?:html|table|tr)[\s>]|<!doctype html", re.IGNORECASE)
_XML_WORKBOOK_SPACE = "urn:schemas-microsoft-com:office:spreadsheet"

_EXPORT = "ask for the table as xlsx or csv"
_UNPACK = "unpack it, or pack the files as zip"
_DOCUMENTS = {
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "index/document.iwa": "a document of Numbers, Pages or Keynote",
}
_FOREIGN = (
    (b"%PDF", "a PDF document", _EXPORT),
    (b"\x89PNG", "a picture", _EXPORT),
    (b"\xff\xd8\xff", "a picture", _EXPORT),
    (b"GIF8", "a picture", _EXPORT),
    (b"II*\x00", "a picture", _EXPORT),
    (b"{\\rtf", "a text document (RTF)", _EXPORT),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"MZ", "a program", "unpack it if it is a packed archive; it is not run here"),
    (b"SQLite format 3", "an SQLite database", _EXPORT),
    (b"\x00\x01\x00\x00Standard ", "an Access database", _EXPORT),
    (b"PAR1", "a Parquet file", _EXPORT),
    (b"ARROW1", "an Arrow file", _EXPORT),
    (b"$FL2", "an SPSS file", _EXPORT),
    (b"$FL3", "an SPSS file", _EXPORT),
    (b"<stata_dta>", "a Stata file", _EXPORT),
    (b"MIME-Version:", "a web archive (MHTML)", "open it in a spreadsheet program and save it as xlsx"),
)


@dataclass(frozen=True)
class FileKind:
    """A kind of file that may be read: its key, its name in words, and the endings that its files usually have."""

    key: str
    name: str
    endings: tuple[str, ...]


KINDS = {
    kind.key: kind
    for kind in (
        FileKind(WORKBOOK, "a workbook", WORKBOOK_ENDINGS),
        FileKind(ARCHIVE, "a zip archive", (".zip",)),
        FileKind(XML_WORKBOOK, "a workbook in XML (Excel 2003)", (".xml",)),
        FileKind(HTML, "a web page (HTML)", (".html", ".htm", ".xhtml")),
        FileKind(ODM, "an ODM export", (".xml",)),
        FileKind(SAS_DATASET, "a SAS dataset", (".sas7bdat",)),
        FileKind(SAS_TRANSPORT, "a SAS transport file", (".xpt", ".xport")),
        FileKind(TEXT, "text", TEXT_ENDINGS),
    )
}


class NoTableError(StudyError):
    """A file of a kind that is not read."""


def find_file_kind(path: Path, name: str, ending: str, read: Iterable[str]) -> FileKind:
    """The kind of a file. ``ending`` is its name's, in small letters; ``read`` are the keys of the kinds that have a reader.

    Raises NoTableError for a file of another kind, StudyError for one that is empty, too large, no file or may not be opened.
    """
    head = _read_head(path, name)
    if head.startswith(b"PK"):
        key = _kind_of_package(path, head, name)
    elif head.startswith(_COMPOUND_FILE):
        key = _kind_of_compound_file(path, name)
    elif head.startswith(_OLD_WORKBOOKS):
        key = WORKBOOK
    elif _SAS_DATASET in head[:32]:
        key = SAS_DATASET
    elif head.startswith(_SAS_TRANSPORTS):
        key = SAS_TRANSPORT
    else:
        foreign = next((each for each in _FOREIGN if head.startswith(each[0])), None)
        if foreign:
            raise _no_table(name, f"is {foreign[1]}, not a table; {foreign[2]}")
        key = _kind_of_text(head, name)
    kind = KINDS[key]
    if key == TEXT and ending and ending not in (*TEXT_ENDINGS, *WORKBOOK_ENDINGS):
        endings = sorted({each for other in read for each in KINDS[other].endings})
        if ending in endings:
            message = (
                f'its bytes are not those of a file ending in "{ending}"; it is damaged or misnamed, ask for it again'
            )
            raise _no_table(name, message)
        raise _no_table(name, f'files ending in "{ending}" are not read; allowed: {", ".join(endings)}')
    if key not in read:
        raise _no_table(name, f"is {kind.name}, which is not read; {_EXPORT}")
    return kind


def _read_head(path: Path, name: str) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refusal(name, "is a folder, not a file")
        if not stat.S_ISREG(status.st_mode):
            raise _refusal(name, "is a device or a pipe, not a file; copy the data to a file")
        if status.st_size > MAX_FILE_BYTES:
            raise _refusal(name, f"is larger than {MAX_FILE_BYTES >> 20:,} MB, the most that is read; split it")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (FileNotFoundError, NotADirectoryError) as failure:
        raise _refusal(name, "no such file") from failure
    except PermissionError as failure:
        raise _refusal(name, "may not be read by this user; change its permissions") from failure
    except OSError as failure:
        raise _refusal(name, f"cannot be read: {failure.strerror}") from failure
    if not head:
        raise _refusal(name, "is empty (0 bytes); export it again")
    return head


def _kind_of_package(path: Path, head: bytes, name: str) -> str:
    """A damaged archive is told by its name: an ending that says what it is is more than its first two letters."""
    if is_archive(path):
        return ARCHIVE
    names = part_names(path) or frozenset()
    document = next((what for part, what in _DOCUMENTS.items() if part in names), "")
    if head[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.") and not head[73:].startswith(
        b"spreadsheet"
    ):
        document = "an OpenDocument file of another kind than ods"
    if document:
        raise _no_table(name, f"is {document}, not a table; {_EXPORT}")
    return WORKBOOK


def _kind_of_compound_file(path: Path, name: str) -> str:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        is_word = content.find("WordDocument\0".encode("utf-16-le")) >= 0
        if is_word and content.find("Workbook\0".encode("utf-16-le")) < 0:
            raise _no_table(name, f"is a Word document, not a table; {_EXPORT}")
    return WORKBOOK


def _kind_of_text(head: bytes, name: str) -> str:
    encoding = find_encoding(head[: len(head) // 4 * 4] if len(head) == _HEAD_BYTES else head).encoding
    text = head.decode(encoding or "latin-1", "replace").lstrip("\ufeff")
    prologue = _PROLOGUE.match(text)
    if not prologue:
        return TEXT
    root = _FIRST_ELEMENT.search(text, prologue.end())
    element = root[1] if root else ""
    if element == "Workbook" and _XML_WORKBOOK_SPACE in text:
        return XML_WORKBOOK
    if element == "ODM":
        return ODM
    if _IS_HTML.search(text):
        return HTML
    if text.lstrip().startswith("<?xml"):
        raise _no_table(name, f'is XML with the root "{element[:40]}", which is not read; {_EXPORT}')
    return TEXT


def _no_table(name: str, message: str) -> StudyError:
    return NoTableError([Problem(Source(name), message)])


def _refusal(name: str, message: str) -> StudyError:
    return StudyError([Problem(Source(name), message)])
