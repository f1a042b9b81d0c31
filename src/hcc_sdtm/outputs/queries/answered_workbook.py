"""An answered query workbook, as it comes back: rows moved or added, columns deleted, saved by another program or language.

Columns are found by the hidden row, else by their headings in any language; questions by their number. Knows nothing of the
register.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hcc_sdtm.outputs.cells import safe_text
from hcc_sdtm.outputs.queries.identity_mask import IdentityMask
from hcc_sdtm.outputs.queries.words import (
    ANSWER_BY_WORD,
    FILLED_IN,
    HEADINGS,
    LISTED_ANSWERS,
    WORDS,
    folded,
    parse_machine_name,
    parse_mark,
)
from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.raw import read_sheets
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.register.queries import parse_number
from hcc_sdtm.register.query_answers import Answer
from hcc_sdtm.source import Source

ROWS_SEARCHED = 60
"""Rows from the top among which the columns are told."""

NEEDED = ("number", "answer")


@dataclass(frozen=True)
class _Sheet:
    """A sheet with questions: its study (``""``: nothing tells), the 0-based row that names the columns, and their places."""

    sheet: RawSheet
    study: str
    names_row: int
    columns: Mapping[str, int]

    def text(self, row: int, column: str) -> str:
        at = self.columns.get(column, -1)
        return str(self.sheet.grid[row, at]).strip() if at >= 0 else ""

    def source(self, row: int, column: str) -> Source:
        return Source(self.sheet.file, self.sheet.sheet, row + 1, self.columns.get(column, 0) + 1)


def read_answers(path: Path, study: str, mask: IdentityMask, problems: list[Problem]) -> list[Answer]:
    """The answers of a workbook (or of a text file that one was saved as), in its order.

    What identifies patients is taken out of every text that a site wrote. Added to ``problems``: a file that cannot be read or
    is no query workbook, one of another study, a column that is needed and was deleted, an answer that is not one of the list
    (with the nearest).
    """
    name = path.name
    try:
        sheets, _ = read_sheets(path, name)
    except StudyError as failure:
        problems += failure.problems
        return []
    found = [each for sheet in sheets if (each := _find_columns(sheet)) is not None]
    if not found:
        message = "is no query workbook: no sheet has the columns number and answer as hcc-sdtm queries writes them"
        problems.append(Problem(Source(name), message))
    answers: list[Answer] = []
    for each in found:
        answers += _read_sheet(each, study, mask, problems)
    return answers


def _find_columns(sheet: RawSheet) -> _Sheet | None:
    """The sheet's columns by its hidden row, or else by headings; None for a sheet without the columns that are needed."""
    best = _Sheet(sheet, "", 0, {})
    for at, row in enumerate(sheet.grid[:ROWS_SEARCHED]):
        study, hidden, headed = "", dict[str, int](), dict[str, int]()
        for place, text in enumerate(row):
            machine = parse_machine_name(str(text))
            heading = HEADINGS.get(folded(str(text)))
            if machine:
                study = machine[0]
                hidden.setdefault(machine[1], place)
            elif heading:
                headed.setdefault(heading, place)
        if set(NEEDED) <= set(hidden):
            return _Sheet(sheet, study, at, hidden)
        if len(headed) > len(best.columns):
            best = _Sheet(sheet, "", at, headed)
    return best if set(NEEDED) <= set(best.columns) else None


def _read_sheet(found: _Sheet, study: str, mask: IdentityMask, problems: list[Problem]) -> list[Answer]:
    rows = [
        row
        for row in range(found.sheet.grid.shape[0])
        if parse_number(folded(found.text(row, "number")).upper()) is not None
    ]
    marks = {row: parse_mark(found.text(row, "key")) for row in rows}
    studies = {found.study, *(of_study for of_study, _, _ in marks.values())} - {""}
    where = Source(found.sheet.file, found.sheet.sheet)
    if not studies:
        message = f"nothing in it tells its study; the hidden row and the hidden column were deleted. Is it of {study}?"
        problems.append(Problem(where, message))
        return []
    if studies != {study}:
        other = ", ".join(sorted(studies - {study}))
        problems.append(Problem(where, f'is a workbook of study "{other}", not of "{study}"'))
        return []
    if not rows:
        problems.append(Problem(where, "has no line with the number of a query"))
    unnumbered = _unnumbered(found, rows)
    problems += [
        Problem(
            found.source(row, "number"),
            f'"{mask.apply(found.text(row, "number"))}" is no number of a query, and the row is answered',
        )
        for row in unnumbered
    ]
    read = [_read_row(found, row, marks[row], mask, problems) for row in rows]
    return [answer for answer in read if answer is not None]


def _unnumbered(found: _Sheet, rows: list[int]) -> list[int]:
    """Rows below the names of the columns with an answer and without a number of a query."""
    others = np.setdiff1d(np.arange(found.names_row + 1, found.sheet.grid.shape[0]), rows)
    return [int(row) for row in others if folded(found.text(int(row), "answer")) in ANSWER_BY_WORD]


def _read_row(
    found: _Sheet, row: int, mark: tuple[str, str, int], mask: IdentityMask, problems: list[Problem]
) -> Answer | None:
    texts = {column: safe_text(mask.apply(" ".join(found.text(row, column).split()))) for column in FILLED_IN}
    word = texts["answer"]
    answer = ANSWER_BY_WORD.get(folded(word), "")
    if word and not answer:
        known = [each for words in WORDS.values() for each in words.answers]
        problems.append(
            Problem(
                found.source(row, "answer"),
                f'"{word}" is not an answer of the list{nearest(word, known)}; {LISTED_ANSWERS} was expected',
            )
        )
        return None
    source = found.source(row, "answer")
    number = folded(found.text(row, "number")).upper()
    _, key, rounds = mark
    return Answer(
        source,
        number,
        key,
        answer,
        texts["new_value"],
        texts["comment"],
        texts["answered_by"],
        texts["answered"],
        rounds,
    )
