"""What a run found that a site can answer: findings at a cell of the site's own files, one question a cause.

Knows the findings table and the addresses of cells. What a question says stands in `hcc_sdtm.outputs.queries.texts`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from hcc_sdtm.finding import SEVERITIES
from hcc_sdtm.outputs.cells import FORMULA_START
from hcc_sdtm.outputs.queries.texts import is_for_sites
from hcc_sdtm.register.waiving import WAIVED
from hcc_sdtm.source import Source, column_number

ASKED_SEVERITIES = SEVERITIES[:2]
RULES_ON_RECORDS = frozenset({"SCH-007", "DM-001", "DM-002", "DM-003"})
KINDS_ON_RECORDS = frozenset({"unique", "has-record", "no-record"})
_CELL = re.compile(r"(?P<column>[A-Z]{1,3})(?P<row>[1-9][0-9]*)")
AFTER_MAPPING, FOLLOWS = 2, 3
_STEP = {"RAW": 0, "MAP": 1, "SCH": FOLLOWS, "XPT": FOLLOWS}
"""Which of several findings of a cell is asked about: what was read before what follows from it."""


@dataclass(frozen=True)
class Question:
    """Findings with one cause: ``first`` is the one asked about, ``others`` are further ones that the site has to know of.

    ``cells`` are all their cells, that of ``first`` first; every finding is its columns by name, with ``key``.
    """

    site: str
    first: Mapping[str, str]
    others: tuple[Mapping[str, str], ...]
    cells: tuple[Source, ...]
    keys: tuple[str, ...]

    @property
    def cell(self) -> Source:
        """The cell that is asked about."""
        return self.cells[0]

    @property
    def rank(self) -> str:
        """Its rank among the questions that move an endpoint, the first of its findings'; ``""`` where none does."""
        ranks = [row["rank"] for row in (self.first, *self.others) if row.get("rank")]
        return min(ranks, key=int, default="")


def as_found(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings of a findings.csv with their texts as they were found: without what kept them from being formulas."""
    columns = {str(name): findings[name] for name in findings}
    restored = {name: texts.map({text: _as_found(text) for text in texts.unique()}) for name, texts in columns.items()}
    return pd.DataFrame(restored, dtype=object)


def _as_found(text: str) -> str:
    """The text without the apostrophe that kept it from being a formula."""
    return text[1:] if text.startswith("'") and FORMULA_START.match(text[1:]) else text


def parse_cell(text: str, files: Sequence[str]) -> Source | None:
    """The cell that a source names, in one of the files; None where it names a line, a whole sheet or another file.

    ``files`` go from the longest name to the shortest, because a name may begin another and may hold a colon.
    """
    file = next((name for name in files if text.startswith(f"{name}:")), None)
    if file is None:
        return None
    sheet, _, cell = text[len(file) + 1 :].rpartition("!")
    found = _CELL.fullmatch(cell)
    return Source(file, sheet, int(found["row"]), column_number(found["column"])) if found else None


def find_questions(
    findings: pd.DataFrame,
    owners: Mapping[str, Sequence[str]],
    sites: Collection[str],
    kinds: Mapping[str, str] = MappingProxyType({}),
    constants: Collection[tuple[str, str, str]] = (),
) -> tuple[list[Question], dict[str, int]]:
    """The questions to the sites, in the order of site, file, sheet and cell; and how many findings are none, by reason.

    ``owners`` are the sites of each file, ``kinds`` the kind of each rule of the rule tables by its id. A finding without a
    site is that of the one site that reads its file. Findings with one ``cause``, and those of one cell, are one question; a
    waived cause is none, and what follows from it is asked for itself. Left out: notes, what is waived, what has no cell of a
    file of its own site, rules that no site can answer for (`is_for_sites`), values that the site's mapping gives itself
    (``constants`` are site, dataset and variable of these).
    """
    files = sorted(owners, key=len, reverse=True)
    left_out: dict[str, int] = {}

    def leave_out(mask: pd.Series, reason: str) -> None:
        if mask.any():
            left_out[reason] = int(mask.sum())

    asked = findings[findings["severity"].isin(ASKED_SEVERITIES)]
    by_key = findings.set_index("key")
    caused = asked["cause"].isin(by_key.index)
    root = asked["key"].mask(caused, asked["cause"])
    waived = asked["status"] == WAIVED
    leave_out(waived, "waived")
    rules = root.map(by_key["rule"]).map(_rule_id)
    known = {rule: is_for_sites(rule, kinds.get(rule, "")) for rule in {*rules, *asked["rule"].map(_rule_id)}}
    answerable = asked["rule"].map(_rule_id).map(known).astype(bool) & rules.map(known).astype(bool)
    leave_out(~answerable & ~waived, "not for a site to answer")
    asked = asked[answerable & ~waived]
    cells = asked["source"].map({text: parse_cell(text, files) for text in asked["source"].unique()})
    has_cell = cells.notna()
    leave_out(~has_cell, "at no cell of a site's file")
    asked = asked[has_cell].assign(cell=cells[has_cell])
    only = {file: found[0] if len(found) == 1 else "" for file, found in owners.items()}
    site = [own or only[cell.file] for own, cell in zip(asked["site"], asked["cell"], strict=True)]
    asked = asked.assign(site=site)
    unknown = asked["site"] == ""
    leave_out(unknown, "in a file of several sites, and nothing tells whose it is")
    said = zip(asked["rule"], site, asked["dataset"], asked["variable"], strict=True)
    by_mapping = pd.Series(
        [
            place in constants and not _is_on_records(_rule_id(rule), kinds)
            for rule, *rest in said
            for place in [tuple(rest)]
        ],
        asked.index,
        bool,
    )
    leave_out(by_mapping, "on a value that the mapping gives, not the site")
    is_own = pd.Series(
        [one in owners[cell.file] for one, cell in zip(site, asked["cell"], strict=True)], asked.index, bool
    )
    leave_out(~is_own & ~unknown & ~by_mapping, "in a file of another site")
    of_sites = is_own & ~by_mapping & asked["site"].isin(sites)
    questions = [_question(group) for group in _groups(asked[of_sites])]
    return sorted(questions, key=lambda one: (one.site, one.cell)), left_out


def _is_on_records(rule: str, kinds: Mapping[str, str]) -> bool:
    """Whether the rule finds a record wrong, whatever the variable holds that it names."""
    return rule in RULES_ON_RECORDS or kinds.get(rule, "") in KINDS_ON_RECORDS


def _rule_id(label: str) -> str:
    return label.split(" ", 1)[0]


def _groups(asked: pd.DataFrame) -> list[list[dict[str, Any]]]:
    """The findings put together by cause, and causes by the cell that leads them, each group as it is asked about.

    A cell that only follows leads to no other cause: many causes may reach the one cell that has a row's number.
    """
    names = [str(name) for name in asked]
    rows = [dict(zip(names, values, strict=True)) for values in asked.itertuples(index=False, name=None)]
    by_cause: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by_cause.setdefault((row["site"], row["cause"] or row["key"]), []).append(row)
    by_cell: dict[tuple[str, Source], list[dict[str, Any]]] = {}
    for (site, _), group in by_cause.items():
        by_cell.setdefault((site, min(group, key=_rank)["cell"]), []).extend(group)
    return [sorted(group, key=_rank) for group in by_cell.values()]


def _rank(row: Mapping[str, str]) -> tuple[object, ...]:
    rule = _rule_id(row["rule"])
    return (row["cause"] != "", SEVERITIES.index(row["severity"]), _step(rule), rule, row["source"], row["key"])


def _step(rule: str) -> int:
    return _STEP.get(rule.split("-")[0], AFTER_MAPPING)


def _question(group: Sequence[dict[str, Any]]) -> Question:
    first = group[0]
    told = {_told(first)}
    others: list[Mapping[str, str]] = []
    for row in group[1:]:
        known = row["variable"] == first["variable"] and _step(_rule_id(row["rule"])) == FOLLOWS
        if not row["cause"] and not known and _told(row) not in told:
            others.append(row)
            told.add(_told(row))
    cells = (first["cell"], *sorted({row["cell"] for row in group} - {first["cell"]}))
    return Question(first["site"], first, tuple(others), cells, tuple(dict.fromkeys(row["key"] for row in group)))


def _told(row: Mapping[str, str]) -> tuple[str, str]:
    return row["rule"], row["variable"]
