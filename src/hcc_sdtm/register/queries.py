"""``register/queries.csv`` of a study: every query that was ever put to a site, its number, its state and its answer.

Knows the file and the numbers. What changes a state stands in `hcc_sdtm.register.query_states` (a run) and
`hcc_sdtm.register.query_answers` (an answered workbook). Nothing that identifies a patient is ever in it: who fills
`Query` sees to that.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd

from hcc_sdtm.problem import Problem, StudyError, nearest
from hcc_sdtm.source import Source

QUERIES_FILE = "register/queries.csv"
OPEN, ANSWERED, CLOSED, REOPENED, ESCALATED = "open", "answered", "closed", "re-opened", "escalated"
STATES = (OPEN, ANSWERED, CLOSED, REOPENED, ESCALATED)
ANSWERS = ("corrected", "confirmed as is", "not known", "will follow")
CORRECTED, CONFIRMED, NOT_KNOWN, WILL_FOLLOW = ANSWERS

_NUMBER = re.compile(r"(?P<site>.+)-(?P<count>[0-9]{4,})")


@dataclass(frozen=True, slots=True)
class Query:
    """One query; every field but ``rounds`` is text, and what is not known is ``""``.

    ``number``      ``101-0001``: given once and never to another query
    ``key``         key of the finding it asks about; ``also`` those of findings asked under the same number, by blanks
    ``cell``        where it was last seen, ``site_101.xlsx:入组!C22``; ``file_hash`` the file's SHA-256 then, shortened
    ``hidden``      Y where the cell's column identifies patients: its new value is never kept
    ``state``       one of `STATES`, and ``why`` the reason of its last change
    ``rounds``      the round it is asked in, from 1 since it was opened or re-opened: one more each time that the site's
                    workbook or its next file came without an answer
    ``returned``    Y where the workbook of this round came without an answer
    ``opened``      the day, as are ``closed`` and ``answered``; ``last_run`` the run that last found it
    ``answer``      one of `ANSWERS`, with ``new_value``, ``comment`` and ``answered_by``
    """

    number: str
    site: str
    key: str
    also: str = ""
    rule: str = ""
    severity: str = ""
    cell: str = ""
    file_hash: str = ""
    hidden: str = ""
    state: str = OPEN
    why: str = ""
    rounds: int = 1
    returned: str = ""
    opened: str = ""
    closed: str = ""
    last_run: str = ""
    answer: str = ""
    new_value: str = ""
    comment: str = ""
    answered_by: str = ""
    answered: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all its findings, its own first."""
        return (self.key, *self.also.split())


COLUMNS = tuple(field.name for field in fields(Query))


def format_number(site: str, count: int) -> str:
    """The number of a site's so many-th query: ``101-0001``."""
    return f"{site}-{count:04d}"


def parse_number(number: str) -> tuple[str, int] | None:
    """The site and the count of a query number; None for another text."""
    found = _NUMBER.fullmatch(number)
    return (found["site"], int(found["count"])) if found else None


def read_queries(path: Path, name: str = QUERIES_FILE) -> tuple[Query, ...]:
    """The queries of the register in the order of the file; none where there is no file yet.

    Raises StudyError with every problem and its line: a column that is missing, a number that is none or stands twice, a
    state, answer or count of rounds that is none.
    """
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise StudyError([Problem(Source(name), f"cannot be read as UTF-8: {failure}")]) from failure
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = reader.fieldnames or []
    if missing := [column for column in COLUMNS if column not in header]:
        raise StudyError(
            [Problem(Source(name, line=1), f'no column "{column}"{nearest(column, header)}') for column in missing]
        )
    problems: list[Problem] = []
    queries: dict[str, Query] = {}
    for row in reader:
        source = Source(name, line=reader.line_num)
        messages = _wrong(row)
        if row["number"] in queries:
            messages.append(f'number "{row["number"]}" stands twice')
        problems += [Problem(source, message) for message in messages]
        if not messages:
            texts = {column: row[column] or "" for column in COLUMNS if column != "rounds"}
            queries[row["number"]] = Query(rounds=int(row["rounds"]), **texts)
    if problems:
        raise StudyError(problems)
    return tuple(queries.values())


def _wrong(row: dict[str, str]) -> list[str]:
    messages = []
    parsed = parse_number(row["number"] or "")
    if parsed is None or parsed[0] != row["site"]:
        messages.append(f'number "{row["number"]}" is not of the form {row["site"] or "101"}-0001')
    if row["state"] not in STATES:
        messages.append(
            f'state "{row["state"]}" is not one of {", ".join(STATES)}{nearest(row["state"] or "", STATES)}'
        )
    if row["answer"] not in ("", *ANSWERS):
        listed = ", ".join(ANSWERS)
        messages.append(f'answer "{row["answer"]}" is not one of {listed}{nearest(row["answer"] or "", ANSWERS)}')
    if not (row["rounds"] or "").isdecimal():
        messages.append(f'rounds "{row["rounds"]}" is no count')
    return messages


def sort_queries(queries: Iterable[Query]) -> tuple[Query, ...]:
    """The queries by site and count."""
    return tuple(sorted(queries, key=lambda query: parse_number(query.number) or (query.number, 0)))


def queries_frame(queries: Iterable[Query]) -> pd.DataFrame:
    """The register as a frame of text, sorted by number: `COLUMNS`."""
    rows = [[str(getattr(query, column)) for column in COLUMNS] for query in sort_queries(queries)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
