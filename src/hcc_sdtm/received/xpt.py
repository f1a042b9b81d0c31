"""SAS transport files (versions 5 and 8) to tables, every dataset in the file.

pyreadstat reads the first dataset of a file only and makes a text for every cell; here each distinct text is made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.finding import Finding
from hcc_sdtm.raw.sas.xport import CPORT, NotXportError, XportMember, parse_xport
from hcc_sdtm.raw.text.encoding import FoundEncoding, find_encoding
from hcc_sdtm.raw.text.text_file import ENCODING_DOUBTFUL, ENCODING_GUESSED
from hcc_sdtm.received.file_table import FLOAT, TEXT, FileMetadata, FileTable, FileVariable, refusal, taken
from hcc_sdtm.repeated_text import repeat_text
from hcc_sdtm.source import Source

LOST = "REC-017 received.character-lost"
VERSION = "REC-016 received.transport-version"
SPECIAL_MISSING = "REC-011 received.special-missing"

_LOST_SIGN = "\ufffd"


def read_xpt(path: Path, name: str) -> list[FileTable]:
    """Each dataset of the file, in its order. Texts are without blanks at their end, missing numbers NaN.

    Findings: RAW-010 and RAW-014 where text outside ASCII had to be guessed, REC-011 for special missing values (.A to .Z, ._),
    which are read as missing, REC-016 for a file of version 8, REC-017 for bytes that are no character. Raises StudyError for
    a file that is no transport file, is cut off or damaged, or whose texts are in no known encoding. Source: SAS TS-140.
    """
    content = path.read_bytes()
    if not content:
        raise refusal(name, "is empty (0 bytes); ask for it again")
    if not content.startswith((b"HEADER RECORD*******LIB", CPORT)):
        raise refusal(
            name,
            'is no SAS transport file: it does not begin with "HEADER RECORD"; ask for it made with the XPORT engine',
        )
    is_version_8 = content.startswith(b"HEADER RECORD*******LIBV8")
    try:
        members = list(parse_xport(content))
    except NotXportError as failure:
        raise refusal(name, f"cannot be read as a SAS transport file: {failure}") from failure
    del content  # the columns are copies of it
    tables, odd = [], set[bytes]()
    raw = [_split(member, odd) for member in members]
    encoding = find_encoding(b"\n".join(sorted(odd))) if odd else FoundEncoding("ascii")
    if not encoding.encoding:
        raise refusal(name, "its texts are in no known encoding; ask for the file in UTF-8")
    for member, texts in zip(members, raw, strict=True):
        tables.append(_build_table(member, texts, encoding.encoding, name))
    tables[0].findings += _encoding_findings(encoding, name)
    if is_version_8:
        message = f"{name} is a transport file of version 8, and agencies take version 5"
        tables[0].findings.append(
            Finding(VERSION, "warning", message, value="8", expected="5", source=str(Source(name)))
        )
    return tables


def _split(member: XportMember, odd: set[bytes]) -> dict[int, tuple[list[bytes], np.ndarray | None]]:
    """The distinct texts of each text column and the place of each record's (None: all records have the first).

    Texts outside ASCII, labels too, are added to ``odd``.
    """
    odd |= {text for text in (member.name, member.label) if not text.isascii()}
    found: dict[int, tuple[list[bytes], np.ndarray | None]] = {}
    for number, variable in enumerate(member.variables):
        odd |= {text for text in (variable.name, variable.label) if not text.isascii()}
        if not variable.is_text:
            continue
        cells = member.texts.pop(number)
        codes: np.ndarray | None = None
        if not len(cells) or (cells == cells[0]).all():
            distinct = [bytes(cell) for cell in cells[:1]]
        else:
            codes, values = pd.factorize(cells.astype(object))
            distinct = list(values)
        found[number] = (distinct, codes)
        odd |= {text for text in distinct if not text.isascii()}
    return found


def _build_table(
    member: XportMember, texts: dict[int, tuple[list[bytes], np.ndarray | None]], encoding: str, name: str
) -> FileTable:
    variables, columns = [], []
    for number, variable in enumerate(member.variables):
        if variable.is_text:
            distinct, codes = texts.pop(number)
            values = [text.decode(encoding, "replace").rstrip(" ") for text in distinct]
            columns.append(
                repeat_text(values[0] if values else "", member.rows) if codes is None else taken(values, codes)
            )
        else:
            columns.append(member.numbers.pop(number))
        variables.append(
            FileVariable(
                variable.name.decode(encoding, "replace"),
                variable.label.decode(encoding, "replace"),
                TEXT if variable.is_text else FLOAT,
                variable.length,
                variable.format,
            )
        )
    title = member.name.decode(encoding, "replace").strip()
    metadata = FileMetadata(title, member.label.decode(encoding, "replace"), name, tuple(variables))
    findings = [
        *_special_findings(member, metadata),
        *(_lost_findings(metadata, columns) if encoding != "ascii" else ()),
    ]
    return FileTable(metadata, columns, member.rows, findings)


def _lost_findings(metadata: FileMetadata, columns: list[np.ndarray]) -> Iterator[Finding]:
    """One for each variable whose label or texts have a byte that is no character, as where a writer cut inside one."""
    source = str(Source(metadata.file))
    if _LOST_SIGN in (metadata.label or ""):
        message = f"the label of {metadata.name} has bytes that are no character: it was cut inside one"
        yield Finding(LOST, "warning", message, dataset=metadata.name, value=metadata.label or "", source=source)
    for variable, values in zip(metadata.variables, columns, strict=True):
        if _LOST_SIGN in (variable.label or ""):
            message = f"the label of {variable.name} has bytes that are no character: it was cut inside one"
            yield Finding(
                LOST,
                "warning",
                message,
                dataset=metadata.name,
                variable=variable.name,
                value=variable.label or "",
                source=source,
            )
        if values.dtype != object:
            continue
        codes, distinct = pd.factorize(values)
        where = np.flatnonzero(np.array([_LOST_SIGN in text for text in distinct], dtype=bool)[codes])
        if len(where):
            message = (
                f"{len(where)} texts of {variable.name} have bytes that are no character; each is read as {_LOST_SIGN}"
            )
            yield Finding(
                LOST,
                "warning",
                message,
                dataset=metadata.name,
                record=str(where[0] + 1),
                variable=variable.name,
                value=str(values[where[0]]),
                source=source,
            )


def _special_findings(member: XportMember, metadata: FileMetadata) -> Iterator[Finding]:
    """One for each variable with special missing values, at the first record that has one."""
    for number, letters in member.special.items():
        where = np.flatnonzero(letters)
        variable = metadata.variables[number].name
        shown = ", ".join(sorted({f".{chr(letter)}" for letter in letters[where]}))
        message = (
            f"{variable} has special missing values of SAS ({shown}) in {len(where)} records; they are read as missing"
        )
        yield Finding(
            SPECIAL_MISSING, "warning", message, dataset=metadata.name, record=str(where[0] + 1), variable=variable,
            expected="a number, or missing (.)", source=str(Source(metadata.file)),
        )  # fmt: skip


def _encoding_findings(encoding: FoundEncoding, name: str) -> Iterator[Finding]:
    if not encoding.evidence:
        return
    message = f"read as {encoding.name}: a transport file does not say its encoding; {encoding.evidence}"
    if encoding.doubtful:
        yield Finding(ENCODING_DOUBTFUL, "warning", message, source=str(Source(name)))
    else:
        yield Finding(ENCODING_GUESSED, "note", message, source=str(Source(name)))
