"""One shape for anything wrong with the data, at every stage from reading to endpoints.

A finding is about the data and the run goes on. A problem in a file that a person wrote (study, mapping, spec) is not a
finding: it is a `hcc_sdtm.problem.Problem`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

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

    def __str__(self) -> str:
        place = f"{self.source}: " if self.source else ""
        what = " ".join(part for part in (self.dataset or self.table, self.subject, self.variable) if part)
        return f"{place}{self.severity} {self.rule.split(' ')[0]} {what}: {self.message}"


FINDING_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(Finding))
"""Columns of a findings frame, in order; one row a finding, every column text."""

KEY_COLUMNS: tuple[str, ...] = ("rule", "site", "dataset", "table", "subject", "keys", "variable", "typed")
"""What makes a finding the same finding in the next transfer: never a position."""


_NO_FINDINGS = pd.DataFrame([], columns=list(FINDING_COLUMNS), dtype=object)


def findings_frame(findings: Iterable[Finding] = ()) -> pd.DataFrame:
    """A findings frame: one row a finding, the columns of `FINDING_COLUMNS`, all text."""
    rows = [[getattr(finding, column) for column in FINDING_COLUMNS] for finding in findings]
    if not rows:
        return _NO_FINDINGS.copy()
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS), dtype=object)


def build_findings(rule: str, severity: str, count: int, **columns: Sequence[str] | str | pd.Series) -> pd.DataFrame:
    """A findings frame of ``count`` rows of one rule, from whole columns; a single text is repeated.

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
