"""A package as a table, the published text file or a sheet of the published workbook, to codelists and terms.

A row without a codelist's code is a codelist, every other a term of it. The columns are found by their names, wherever they
stand; definitions are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw.table import ERROR_TEXTS, RawSheet
from hcc_sdtm.source import Source
from hcc_sdtm.terminology.package_lists import PackageLists
from hcc_sdtm.terminology.package_name import Statements

CODE, LIST_CODE, EXTENSIBLE, LABEL, VALUE, SYNONYMS = COLUMNS = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
)
"""Columns that a table must have."""

PREFERRED, STANDARD_AND_DATE = "NCI Preferred Term", "Standard and Date"
DEEPEST_HEADER = 20
"""Rows in which the header is looked for."""

_IN_BRACKETS = re.compile(r"\s*\(.*?\)")


def read_package_table(name: str, sheets: Sequence[RawSheet], lists: PackageLists) -> Statements:
    """What the table says of itself; its codelists and terms are added to ``lists``.

    Raises StudyError where no sheet, or more than one, has the columns (those of the sheet that comes nearest are named),
    and where the last row ends too soon.
    """
    found = [(sheet, *place) for sheet in sheets if (place := _find_header(sheet.grid))]
    whole = [each for each in found if {*COLUMNS} <= each[2].keys()]
    if len(whole) > 1:
        named = " and ".join(f'"{sheet.sheet}"' for sheet, _, _ in whole)
        raise StudyError([Problem(Source(name), f"has terminology on more than one sheet: {named}; keep one of them")])
    if not whole:
        raise StudyError(_no_columns(name, sheets, found))
    sheet, header, columns = whole[0]
    statements = Statements([(sheet.sheet, "the name of its sheet")] if sheet.sheet else [])
    if STANDARD_AND_DATE in columns:
        texts = dict.fromkeys(sheet.grid[header + 1 :, columns[STANDARD_AND_DATE]])
        statements.texts += [(str(text), f"its column {STANDARD_AND_DATE}") for text in texts if text]
    _add_rows(sheet, header, columns, lists, statements)
    return statements


def _find_header(grid: np.ndarray) -> tuple[int, Mapping[str, int]] | None:
    """The row (from 0) that has the most of the columns, and the place of each; None where no row has any two."""
    known = {_folded(column): column for column in (*COLUMNS, PREFERRED, STANDARD_AND_DATE)}
    best: tuple[int, Mapping[str, int]] | None = None
    for row in range(min(DEEPEST_HEADER, len(grid))):
        columns: dict[str, int] = {}
        for at, text in enumerate(grid[row]):
            if column := known.get(_folded(str(text))):
                columns.setdefault(column, at)
        if len(columns) > max(1, len(best[1]) if best else 0):
            best = (row, columns)
    return best


def _folded(text: str) -> str:
    return " ".join(_IN_BRACKETS.sub("", text).split()).casefold()


def _no_columns(
    name: str, sheets: Sequence[RawSheet], found: Sequence[tuple[RawSheet, int, Mapping[str, int]]]
) -> list[Problem]:
    if not found:
        message = f"is no file of controlled terminology: no row has its columns ({', '.join(COLUMNS)})"
        return [Problem(Source(name), message)]
    sheet, header, columns = max(found, key=lambda each: len(each[2]))
    row = [str(text) for text in sheet.grid[header] if text]
    others = [text for text in row if _folded(text) not in {_folded(column) for column in columns}]
    place = Source(name, sheet.sheet, header + 1, 1)
    return [
        Problem(place, f'the column "{column}" is missing{nearest(column, others)}')
        for column in COLUMNS
        if column not in columns
    ]


def _add_rows(
    sheet: RawSheet, header: int, columns: Mapping[str, int], lists: PackageLists, statements: Statements
) -> None:
    cells = {column: [str(text).strip() for text in sheet.grid[header + 1 :, at]] for column, at in columns.items()}
    for column in COLUMNS:
        lists.problems += _changed_texts(sheet, header + 2, columns[column] + 1, cells[column])
    preferred = cells.get(PREFERRED, [""] * len(cells[CODE]))
    rows = zip(*(cells[column] for column in COLUMNS), preferred, strict=True)
    last: tuple[Source, str] | None = None
    for number, (code, codelist, extensible, label, value, synonyms, name) in enumerate(rows, header + 2):
        if not (code or codelist or value):
            continue
        source = Source(sheet.file, sheet.sheet, number, columns[CODE] + 1)
        last = (source, name)
        if codelist:
            lists.add_term(codelist, code, value, tuple(synonyms.split(";")), source)
        else:
            statements.preferred.append(name)
            lists.add_codelist(code, value, label, extensible, source)
    if last is None:
        lists.problems.append(Problem(Source(sheet.file, sheet.sheet), "has the columns of terminology and no rows"))
    elif not last[1] and any(preferred):
        message = "the last row ends before its last column: the file is cut off; download it again"
        raise StudyError([Problem(last[0], message)])


def _changed_texts(sheet: RawSheet, first_row: int, column: int, texts: Sequence[str]) -> list[Problem]:
    """A problem for each text that cannot have been published: an error of a spreadsheet, letters lost or read wrongly."""
    wrong: dict[str, str] = {}
    for text in set(texts):
        if text in ERROR_TEXTS:
            wrong[text] = "is what a spreadsheet shows for an error"
        elif "\ufffd" in text:
            wrong[text] = "has lost letters: the file was saved in another encoding"
        elif not text.isascii() and _is_read_wrongly(text):
            wrong[text] = "is UTF-8 that a program took for another encoding"
    return [
        Problem(Source(sheet.file, sheet.sheet, row, column), f'"{text}" {wrong[text]}; download the file again')
        for row, text in enumerate(texts, first_row)
        if text in wrong
    ]


def _is_read_wrongly(text: str) -> bool:
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False
