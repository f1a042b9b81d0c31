"""``register/waivers.csv``: findings that a person has looked at and decided to leave as they are, each with the reason.

It knows the file. Whether a waiver still holds is `hcc_sdtm.register.waiving`'s.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hcc_sdtm.problem import Problem, nearest
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import Row, read_csv_file, read_unique

WAIVERS_FILE = "register/waivers.csv"
REQUIRED = ("rule", "key", "reason", "author", "date", "evidence")
WAIVER_COLUMNS = (*REQUIRED, "expires")
ABOUT_WAIVERS = "WVR-"
"""How the id of a rule about waivers begins."""

KEY = re.compile(r"[0-9a-f]{12}(-[1-9][0-9]*)?")
FINGERPRINT = re.compile(r"[0-9a-f]{12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One decision: the finding's rule (its id) and key, why it stays, who says so and when, and on what evidence.

    ``expires`` is the last day on which it holds; None: it holds while the evidence is the same.
    """

    rule: str
    key: str
    reason: str
    author: str
    decided: date
    evidence: str
    expires: date | None
    source: Source

    @property
    def text(self) -> str:
        """Reason, author and date, as they stand beside a finding everywhere."""
        until = f", until {self.expires}" if self.expires else ""
        return f"{self.reason} ({self.author}, {self.decided}{until})"


def read_waivers(study: Path, known_rules: Collection[str] | None, problems: list[Problem]) -> tuple[Waiver, ...]:
    """The waivers of a study folder in the order of the file; none where it has no such file.

    ``known_rules`` are the ids of all rules (None: they are not looked at). What is wrong is added to ``problems``: columns, a
    rule that does not exist, a text that is no key, fingerprint or day, an empty reason or author, a finding waived twice.
    """
    path = study / WAIVERS_FILE
    if not path.is_file():
        return ()
    found: list[Problem] = []
    file = read_csv_file(path, found, REQUIRED, ("expires",))
    has_columns = set(REQUIRED) <= set(file.columns)
    rows = [Row(row.cells, WAIVERS_FILE, row.line) for row in file.rows]
    # sources name the file as the study knows it
    found = [Problem(Source(WAIVERS_FILE, line=problem.source.line), problem.message) for problem in found]
    waivers = []
    if has_columns:
        waivers = [_read(row, known_rules, found) for row in rows]
        read_unique([row for row in rows if row["key"]], ("key",), found)
    problems += sorted(found, key=lambda problem: problem.source.line)
    return tuple(waiver for waiver in waivers if waiver is not None)


def _read(row: Row, known_rules: Collection[str] | None, problems: list[Problem]) -> Waiver | None:
    before = len(problems)
    rule = row["rule"].split(" ", 1)[0]
    if rule.startswith(ABOUT_WAIVERS):
        _add(problems, row, f'"{rule}" is a finding about a waiver; mend the waiver that it names')
    elif not rule:
        _add(problems, row, "rule is empty; expected the id of a rule")
    elif known_rules is not None and rule not in known_rules:
        _add(problems, row, f'no rule "{rule}"{nearest(rule, known_rules)}')
    if not KEY.fullmatch(row["key"]):
        hint = "; a spreadsheet program may have made a number of it" if re.search(r"E\+|^[0-9.]+$", row["key"]) else ""
        _add(problems, row, f'"{row["key"]}" is no key of a finding; expected the 12 characters of findings.csv{hint}')
    if not FINGERPRINT.fullmatch(row["evidence"]):
        _add(
            problems,
            row,
            f'"{row["evidence"]}" is no fingerprint of evidence; expected the 12 characters of findings.csv',
        )
    for name in ("reason", "author"):
        if not row[name]:
            _add(problems, row, f"{name} is empty; a waiver says why, and who decided it")
    decided, expires = _day(row, "date", problems), _day(row, "expires", problems) if row["expires"] else None
    if len(problems) > before or decided is None:
        return None
    return Waiver(rule, row["key"], row["reason"], row["author"], decided, row["evidence"], expires, row.source)


def _day(row: Row, name: str, problems: list[Problem]) -> date | None:
    try:
        if DAY.fullmatch(row[name]):
            return date.fromisoformat(row[name])
    except ValueError:
        pass
    _add(problems, row, f'{name} "{row[name]}" is no day; expected one such as 2024-03-31')
    return None


def _add(problems: list[Problem], row: Row, message: str) -> None:
    problems.append(Problem(row.source, message))
