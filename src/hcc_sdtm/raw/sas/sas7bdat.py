"""SAS datasets (sas7bdat) to columns, through pyreadstat; texts not in the encoding that the file says are read again."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from hcc_sdtm.finding import Finding
from hcc_sdtm.raw.sas.sas_column import SasColumn, SasDataset, SasFileError, check_size, object_array
from hcc_sdtm.raw.text.encoding import FoundEncoding, find_encoding
from hcc_sdtm.raw.text.encoding_name import parse_encoding
from hcc_sdtm.raw.text.text_file import ENCODING_DOUBTFUL
from hcc_sdtm.source import Source

_LIBRARY_ERRORS = (
    pyreadstat.ReadstatError,
    pyreadstat.PyreadstatError,
    ArithmeticError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
    Warning,
)
"""What the library raises for a damaged file."""

_SINGLE_BYTE = {"WINDOWS-1252": "cp1252", "ISO-8859-1": "latin-1"}
"""Encodings that a session in the west writes down whatever the texts are in."""

_WIDE = frozenset({"utf-8", "gb18030", "big5hkscs", "cp932", "cp949"})
"""Encodings of several bytes a character, which western letters are hardly ever taken for."""


def read_sas7bdat(path: Path, name: str, declared: str = "") -> tuple[list[SasDataset], list[Finding]]:
    """The file's one dataset, in a list. ``declared`` is an encoding that a mapping names against what the file says.

    Findings: RAW-014 where its texts are not in the encoding that it says. Raises SasFileError for a file that is none, is
    cut off or damaged, or is too large, and for texts in no known encoding.
    """
    try:
        _, about = _call_library(path, metadataonly=True)
        title = str(about.table_name or path.stem)
        check_size(title, about.number_rows or 0, about.number_columns or 0)
        said = str(about.file_encoding or "")
        codec = _SINGLE_BYTE.get(said, "")
        try:
            frame, about = _call_library(path, encoding="ISO-8859-1" if declared else None)
        except (UnicodeError, pyreadstat.ReadstatError) as failure:
            if isinstance(failure, pyreadstat.ReadstatError) and "convert string" not in str(failure):
                raise
            # every byte is a character of it, so that the bytes can be had back and read in the encoding they are in
            codec, said = "latin-1", f"{said}, which they are not in"
            frame, about = _call_library(path, encoding="ISO-8859-1")
    except _LIBRARY_ERRORS as failure:
        reason = f"{failure}".strip() or type(failure).__name__
        raise SasFileError(
            f"{reason[:1].lower()}{reason[1:]}; it may be cut off or damaged, ask for it again"
        ) from failure
    if len(frame) != about.number_rows:
        raise SasFileError(f"it is cut off: {len(frame)} of its {about.number_rows} rows are there")
    columns = [_dataset_column(variable, frame[variable], about) for variable in about.column_names]
    if declared:
        try:
            _read_again(columns, "latin-1", parse_encoding(declared))
        except ValueError as failure:
            raise SasFileError(f"the declared encoding: {failure}") from failure
    found = list(_mend_encoding(columns, codec, said, name)) if codec and not declared else []
    return [SasDataset(title, columns, len(frame))], found


def _call_library(path: Path, metadataonly: bool = False, encoding: str | None = None) -> tuple[pd.DataFrame, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a variable that comes twice is renamed with no more than a warning
        found: tuple[pd.DataFrame, Any] = pyreadstat.read_sas7bdat(
            str(path), metadataonly=metadataonly, encoding=encoding, user_missing=True, disable_datetime_conversion=True
        )
        return found


def _dataset_column(name: str, values: pd.Series, about: Any) -> SasColumn:
    shape = about.original_variable_types[name]
    column = SasColumn(name, about.column_names_to_labels[name] or "", "" if shape in (None, "NULL") else shape)
    if about.readstat_variable_types[name] == "string":
        column.texts = values.fillna("").to_numpy(dtype=object)
    elif values.dtype == object:
        is_letter = values.map(lambda value: isinstance(value, str)).to_numpy(dtype=bool)
        column.letters = np.where(is_letter, values.to_numpy(dtype=object), "")
        column.numbers = values.mask(is_letter).to_numpy(dtype=float)
    else:
        column.numbers = values.to_numpy(dtype=float)
    return column


def _mend_encoding(columns: list[SasColumn], codec: str, said: str, name: str) -> Iterator[Finding]:
    """Reads texts again whose bytes, which ``codec`` gives back, are rather in another encoding than the file says.

    Western letters are left as they are read: in those the file is more likely right than any guess.
    """
    texts = [column.texts for column in columns if column.texts is not None]
    distinct = {text for each in texts for text in pd.unique(each)} | {column.label for column in columns}
    odd = sorted(text for text in distinct if not text.isascii())
    encoding = find_encoding("\n".join(odd).encode(codec)) if odd else FoundEncoding("ascii")
    failed = said not in _SINGLE_BYTE
    if not encoding.encoding:
        raise SasFileError(
            f"it says that its texts are in {said}, and no other known encoding fits; ask for it in UTF-8"
        )
    if not odd or not (failed or encoding.encoding in _WIDE):
        return
    evidence = f" ({encoding.evidence})" if encoding.evidence else ""
    kept = encoding.doubtful and not failed
    taken = f"make more sense as {encoding.name}, but are left as they are" if kept else f"are read as {encoding.name}"
    message = f"the file says that its texts are in {said}; they {taken}{evidence}"
    yield Finding(ENCODING_DOUBTFUL, "warning", message, source=str(Source(name)))
    if kept:
        return
    _read_again(columns, codec, encoding.encoding)


def _read_again(columns: list[SasColumn], codec: str, encoding: str) -> None:
    """Texts and labels in another encoding, from the bytes that ``codec`` gives back."""

    def read(text: str) -> str:
        return text if text.isascii() else text.encode(codec).decode(encoding, "replace")

    for column in columns:
        column.label = read(column.label)
        if column.texts is not None:
            column.texts = object_array([read(text) for text in column.texts])
