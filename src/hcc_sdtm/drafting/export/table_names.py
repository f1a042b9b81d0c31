"""Names for the tables of a draft, from the names of their files and sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_PLAIN_NAMES = re.compile(r"sheet\s*\d*|tabelle\s*\d*|feuil\s*\d*|工作表\s*\d*|data|table|", re.IGNORECASE)
_ENDINGS = frozenset(
    [
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".xlsm",
        ".xls",
        ".xlsb",
        ".ods",
        ".zip",
        ".xpt",
        ".sas7bdat",
        ".xml",
        ".html",
        ".htm",
    ]
)


def table_name(file: str, sheet: str, only_sheet: bool) -> str:
    """A name for a table: that of its sheet, or of its file where the sheet's says nothing."""
    stem = file_stem(file)
    text = stem if only_sheet or _PLAIN_NAMES.fullmatch(sheet.strip()) else sheet
    return re.sub(r"[^\w]+", "_", text.strip()).strip("_").casefold() or "table"


def file_stem(file: str) -> str:
    """A file's name without folder and ending."""
    name = PurePosixPath(file)
    return name.name.removesuffix(name.suffix) if name.suffix.lower() in _ENDINGS else name.name


def without_common_parts(names: Sequence[str]) -> list[str]:
    """Names without the words that all of them start or end with: ``org_clinical_drug_lihc`` is ``drug``.

    Only for three names and more, and where each keeps a word.
    """
    words = [name.split("_") for name in names]
    if len(set(names)) < 3:
        return list(names)
    start = next((at for at, parts in enumerate(zip(*words, strict=False)) if len(set(parts)) > 1), 0)
    end = next(
        (at for at, parts in enumerate(zip(*(word[::-1] for word in words), strict=False)) if len(set(parts)) > 1), 0
    )
    if any(len(word) - start - end < 1 for word in words):
        return list(names)
    return ["_".join(word[start : len(word) - end]) for word in words]
