"""One shape for anything wrong with the data, at every stage from reading to endpoints.

A finding is about the data and the run goes on. A problem in a file that a person wrote (study, mapping, spec) is not a
finding: it is a `hcc_sdtm.problem.Problem`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the data. Every field is text; what is not known is ``""``.

    ``rule``     id and dotted name, ``RS-003 response.after-death``
    ``severity`` error, warning or note
    ``message``  what is wrong, quoting the value and saying what was expected
    ``site``     site number
    ``dataset``  SDTM or ADaM dataset, where one is concerned
    ``table``    the mapping's table, where the finding was made before any dataset existed
    ``subject``  USUBJID where known, else the study number; never a hospital's own number
    ``keys``     ``RSSEQ=4`` or the like: what else tells the record apart
    ``record``   1-based position in the published dataset, as text
    ``variable`` the variable or the raw column
    ``value``    the value as it stands in the dataset
    ``expected`` what was allowed, or the nearest thing that exists
    ``source``   the cell: ``site_101.xlsx:随访!C7``
    ``typed``    the text in that cell
    ``cause``    the key of the finding under which this one is grouped; ``""``: it stands for itself
    """

    rule: str
    severity: str
    message: str
    site: str = ""
    dataset: str = ""
    table: str = ""
    subject: str = ""
    keys: str = ""
    record: str = ""
    variable: str = ""
    value: str = ""
    expected: str = ""
    source: str = ""
    typed: str = ""
    cause: str = ""

    def __str__(self) -> str:
        place = f"{self.source}: " if self.source else ""
        what = " ".join(part for part in (self.dataset or self.table, self.subject, self.variable) if part)
        return f"{place}{self.severity} {self.rule.split(' ')[0]} {what}: {self.message}"


FINDING_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Finding))
"""Columns of a findings frame, in order; one row a finding, every column text."""

KEY_COLUMNS: tuple[str, ...] = ("rule", "site", "dataset", "table", "subject", "keys", "variable", "typed")
"""What makes a finding the same finding in the next transfer: never a position."""

KEY_DIGITS = 12
LIKE_A_NUMBER = re.compile("[0-9]+(?:e[0-9]+)?")
CELL = r"[A-Z]{1,3}[1-9][0-9]*"
CELLS = rf"{CELL}(?::{CELL})?"
# "14, 20 to 21 and 25", but not the 3 of "14 and 3 cells"
NUMBERS = r"[0-9][0-9,]*\b(?:(?:\ to\ |\ and\ |,\ |-)[0-9]+\b(?!\ (?!(?:to|and|are|is|of)\b)[a-z]))*"
POSITION = re.compile(
    rf"""(?P<text>"[^"]*")                                    # a quoted text is data, whatever it looks like
    | (?<=!){CELLS}(?:,\ {CELLS})*                            # cells behind their sheet
    | (?P<file>\.[A-Za-z0-9]{{2,8}}:)(?:{CELLS}|[0-9]+)\b     # a cell or a line behind its file
    | \b(?:{CELL},\ )*{CELL}:{CELL}\b(?:,\ {CELLS}\b)*       # ranges of cells
    | \b(?P<word>(?i:records?|rows?|(?:on|at|from)\ lines?)\ \(?){NUMBERS}
    """,
    re.VERBOSE,
)
"""Where a message says in which record, row, line or cell something stands."""


_NO_FINDINGS = pd.DataFrame([], columns=list(FINDING_COLUMNS), dtype=object)


def findings_frame(findings: Iterable[Finding] = ()) -> pd.DataFrame:
    """A findings frame: one row a finding, the columns of `FINDING_COLUMNS`, all text."""
    rows = [[getattr(finding, column) for column in FINDING_COLUMNS] for finding in findings]
    if not rows:
        return _NO_FINDINGS.copy()
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS), dtype=object)


def without_positions(message: str) -> str:
    """The message with a ``#`` for each record, row, line and cell that it names; what stands in quotes is left alone."""
    return POSITION.sub(lambda found: found["text"] or f"{found['file'] or found['word'] or ''}#", message)


def short_digest(text: str) -> str:
    """12 hexadecimal digits of the SHA-256 of the text that no spreadsheet program takes for a number.

    They are the first 12 of the digest, or the next 12 where those are all decimal or have an exponent (``12345e678901``): a
    file of keys that was opened and saved in such a program would have lost them.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    digits = digest[:KEY_DIGITS]
    for start in range(KEY_DIGITS, len(digest) - KEY_DIGITS, KEY_DIGITS):
        if not LIKE_A_NUMBER.fullmatch(digits):
            break
        digits = digest[start : start + KEY_DIGITS]
    return digits


def rule_ids(findings: pd.DataFrame) -> pd.Series:
    """The id of each finding's rule, without the rule's name."""
    return findings["rule"].map({label: label.split(" ", 1)[0] for label in findings["rule"].unique()}).astype(object)


def finding_keys(findings: pd.DataFrame) -> np.ndarray:
    """The key of each finding: the `short_digest` of its `KEY_COLUMNS`, of the rule its id alone.

    Further findings of the same digits get ``-2``, ``-3`` .. in the order of severity, value, expected and message, so that no
    key depends on the order of the rows, nor on records and cells. Findings that agree in all of that are told apart by their
    place, because nothing else is left. Every key of one frame is different.
    """
    columns = [rule_ids(findings), *(findings[name] for name in KEY_COLUMNS if name != "rule")]
    texts = map("\x1f".join, zip(*columns, strict=True))
    keys = np.array(list(map(short_digest, texts)), dtype=object)
    again = pd.Series(keys).duplicated(keep=False).to_numpy()
    if again.any():
        keys[again] = _numbered(findings[again], keys[again])
    return keys


def _numbered(findings: pd.DataFrame, digits: np.ndarray) -> np.ndarray:
    """The digits, from the second finding of the same digits on with its number."""
    by_content = findings[["severity", "value", "expected"]].assign(
        message=findings["message"].map({text: without_positions(text) for text in findings["message"].unique()}),
        whole=findings["message"],
        place=[re.sub("[0-9]+", lambda number: number[0].zfill(9), source) for source in findings["source"]],
        record=[record.zfill(9) for record in findings["record"]],
    )
    # two codes of equal digits need not have equal content, so the digits come first and the key columns next
    ordered = pd.concat(
        [pd.Series(digits, index=findings.index, name="digits"), findings[list(KEY_COLUMNS)], by_content], axis=1
    )
    order = ordered.reset_index(drop=True).sort_values([str(name) for name in ordered], kind="stable").index.to_numpy()
    number = pd.Series(digits[order]).groupby(digits[order], sort=False).cumcount().to_numpy() + 1
    result = np.empty(len(digits), dtype=object)
    result[order] = [key if at == 1 else f"{key}-{at}" for key, at in zip(digits[order], number, strict=True)]
    return result


def build_findings(
    rule: str | Sequence[str], severity: str | Sequence[str], count: int, **columns: Sequence[str] | str | pd.Series
) -> pd.DataFrame:
    """A findings frame of ``count`` rows, from whole columns; a single text is repeated.

    Raises TypeError for a name that is not one of `FINDING_COLUMNS`, ValueError for a column of another length.
    """
    unknown = set(columns) - set(FINDING_COLUMNS)
    if unknown:
        raise TypeError(f"a finding has no {', '.join(sorted(unknown))}")
    for name, column in columns.items():
        # pandas would repeat a list of one
        if not isinstance(column, str) and len(column) != count:
            raise ValueError(f"{name} has length {len(column)} for {count} findings")
    data: dict[str, object] = {"rule": rule, "severity": severity}
    data |= {name: column if isinstance(column, str) else list(column) for name, column in columns.items()}
    frame = pd.DataFrame(data, index=range(count), dtype=object)
    return frame.reindex(columns=list(FINDING_COLUMNS), fill_value="")


def join_findings(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All findings of the frames under one another, empty frames left out."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else findings_frame()
