"""The bytes of a text file and its encoding, as a mapping declares it, the file says it, or the bytes tell."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from hcc_sdtm.finding import Finding
from hcc_sdtm.problem import Problem, StudyError
from hcc_sdtm.raw.limits import MAX_LINES
from hcc_sdtm.raw.text.encoding import MOST_UNREADABLE, count_unreadable, find_encoding, first_unreadable
from hcc_sdtm.raw.text.encoding_name import parse_encoding
from hcc_sdtm.source import Source

ENCODING_GUESSED = "RAW-010 raw.encoding-guessed"
ENCODING_DOUBTFUL = "RAW-014 raw.encoding-doubtful"

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b\x1c\x1d\x1e\x1f"))
_NO_CONTROLS = bytes(set(range(256)) - set(_CONTROLS))
_BLOCK_CHARACTERS = 1 << 20
_FEW_CONTROLS = 3
_MOST_CONTROLS = 0.02
_MARKS = re.compile(r"^\ufeff+")


@dataclass(frozen=True)
class TextFile:
    """A text file's bytes and Python's name of their encoding, with the findings made in telling it."""

    content: bytes
    encoding: str
    findings: tuple[Finding, ...] = ()

    def open(self) -> io.TextIOWrapper:
        """The text, line ends as they are; bytes that are no character become ``U+FFFD``."""
        return io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding, errors="replace", newline="")

    def has(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern of a few characters is found anywhere in the text."""
        with self.open() as text:
            return any(pattern.search(block) for block in iter(lambda: text.read(_BLOCK_CHARACTERS), ""))

    def read(self) -> str:
        """The whole text, without a mark at its start."""
        return _MARKS.sub("", self.content.decode(self.encoding, "replace"))


def read_text_file(path: Path, name: str, declared: str = "", said: str = "") -> TextFile:
    """The file's bytes and encoding: the ``declared`` one, the one the file has ``said``, or the one that the bytes tell.

    Findings: RAW-010 where the encoding is a likely guess, RAW-014 where another is about as likely. Raises StudyError for
    a file that is no text, and for a declared encoding that is unknown or that its bytes are not in.
    """
    try:
        content = path.read_bytes()
    except OSError as failure:
        raise _refusal(name, f"cannot be read: {failure.strerror}") from failure
    if max(content.count(b"\n"), content.count(b"\r")) > MAX_LINES:
        raise _refusal(name, f"has more than {MAX_LINES:,} lines, the most that are read; split it")
    if declared:
        return TextFile(content, _declared_encoding(content, declared, name))
    found = find_encoding(content)
    if said and (not found.encoding or found.evidence) and fits(content, said):
        return TextFile(content, said)
    if not found.encoding:
        raise _refusal(name, "its bytes are no text in any encoding that is known here; save it as UTF-8")
    if _is_no_text(content, found.encoding):
        raise _refusal(name, "its bytes are no text; give the table as a workbook or a text file")
    return TextFile(content, found.encoding, _findings(found.name, found.evidence, found.doubtful, name))


def fits(content: bytes, encoding: str) -> bool:
    """Whether all but a few characters outside ASCII can be read in an encoding."""
    characters, unreadable = count_unreadable(content, encoding)
    return unreadable <= MOST_UNREADABLE * characters


def _findings(encoding: str, evidence: str, doubtful: bool, name: str) -> tuple[Finding, ...]:
    if not evidence:
        return ()
    advice = "declare the encoding of the table, or save the file as UTF-8"
    source = str(Source(name))
    if doubtful:
        message = f"read as {encoding}, which is uncertain: {evidence}; {advice}"
        return (Finding(ENCODING_DOUBTFUL, "warning", message, source=source),)
    message = f"read as {encoding}, a likely guess: {evidence}; to be certain, {advice}"
    return (Finding(ENCODING_GUESSED, "note", message, source=source),)


def _declared_encoding(content: bytes, declared: str, name: str) -> str:
    try:
        encoding = parse_encoding(declared)
    except ValueError as failure:
        raise _refusal(name, f"cannot be read in the declared encoding: {failure}") from failure
    marked = find_encoding(content[:4])
    if (
        content[:4]
        and marked.encoding in ("utf-8-sig", "utf-16", "utf-32")
        and not encoding.startswith(marked.encoding[:5])
    ):
        message = f"is declared as {declared}, and its first bytes are the mark of {marked.name}; declare that"
        raise _refusal(name, message)
    if not fits(content, encoding):
        position, line = first_unreadable(content, encoding)
        message = (
            f"is declared as {declared}, and the byte at position {position:,} (line {line:,}) is no character of it"
        )
        found = find_encoding(content)
        hint = f"; its bytes read best as {found.name}" if found.encoding else ""
        raise _refusal(name, f"{message}{hint}")
    return encoding


def _is_no_text(content: bytes, encoding: str) -> bool:
    if encoding.startswith(("utf-16", "utf-32")):
        return False
    return len(content.translate(None, _NO_CONTROLS)) > _FEW_CONTROLS + _MOST_CONTROLS * len(content)


def _refusal(name: str, message: str) -> StudyError:
    return StudyError([Problem(Source(name), message)])
