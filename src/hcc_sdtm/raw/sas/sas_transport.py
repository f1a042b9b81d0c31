"""SAS transport files to columns of text and numbers: their encoding, which the file does not say, is found from the bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from hcc_sdtm.finding import Finding
from hcc_sdtm.raw.sas.sas_column import SasColumn, SasDataset, SasFileError, check_size, object_array
from hcc_sdtm.raw.sas.xport import NotXportError, XportMember, parse_xport
from hcc_sdtm.raw.text.encoding import FoundEncoding, find_encoding
from hcc_sdtm.raw.text.encoding_name import parse_encoding
from hcc_sdtm.raw.text.text_file import ENCODING_DOUBTFUL, ENCODING_GUESSED
from hcc_sdtm.source import Source


def read_transport(content: bytes, name: str, declared: str = "") -> tuple[list[SasDataset], list[Finding]]:
    """Every dataset of the file, in its order. ``declared`` is the encoding that a mapping names.

    Findings: RAW-010 where the encoding is a likely guess, RAW-014 where another is about as likely. Raises SasFileError
    for a file that is none, ends too soon, is too large, or whose encoding is not known.
    """
    try:
        members = list(parse_xport(content))
    except NotXportError as failure:
        raise SasFileError(str(failure)) from failure
    for member in members:
        check_size(member.name.decode("ascii", "replace"), member.rows, len(member.variables))
    encoding = _find_encoding(members, declared)

    def decode(text: bytes) -> str:
        return text.decode(encoding.encoding, "replace")

    datasets = []
    for member in members:
        columns = [_column(member, number, decode) for number in range(len(member.variables))]
        datasets.append(SasDataset(decode(member.name), columns, member.rows))
    return datasets, list(_encoding_findings(encoding, name))


def _find_encoding(members: Sequence[XportMember], declared: str) -> FoundEncoding:
    """The encoding of all texts of the file."""
    if declared:
        try:
            return FoundEncoding(parse_encoding(declared), declared)
        except ValueError as failure:
            raise SasFileError(f"the declared encoding: {failure}") from failure
    odd = dict.fromkeys(text for text in _every_text(members) if not text.isascii())
    encoding = find_encoding(b"\n".join(odd)) if odd else FoundEncoding("ascii")
    if not encoding.encoding:
        raise SasFileError("its texts are in no known encoding; declare it, or ask for the file in UTF-8")
    return encoding


def _every_text(members: Iterable[XportMember]) -> Iterator[bytes]:
    for member in members:
        yield from (member.name, member.label)
        yield from (variable.label for variable in member.variables)
        yield from (variable.name for variable in member.variables)
        for texts in member.texts.values():
            yield from map(bytes, np.unique(texts))


def _encoding_findings(encoding: FoundEncoding, name: str) -> Iterator[Finding]:
    if not encoding.evidence:
        return
    source = str(Source(name))
    message = f"read as {encoding.name}: a transport file does not say its encoding; {encoding.evidence}"
    if encoding.doubtful:
        yield Finding(ENCODING_DOUBTFUL, "warning", message, source=source)
    else:
        yield Finding(ENCODING_GUESSED, "note", message, source=source)


def _column(member: XportMember, number: int, decode: Callable[[bytes], str]) -> SasColumn:
    variable = member.variables[number]
    column = SasColumn(decode(variable.name), decode(variable.label), variable.format)
    if variable.is_text:
        distinct, codes = np.unique(member.texts[number], return_inverse=True)
        column.texts = object_array([decode(bytes(text)).rstrip(" ") for text in distinct])[codes]
        return column
    column.numbers = member.numbers[number]
    if number in member.special:
        column.letters = object_array(["", *map(chr, range(1, 256))])[member.special[number]]
    return column
