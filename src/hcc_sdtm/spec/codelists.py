"""Reads ``codelists.csv`` of one or more folders: controlled terms, and what a study adds to them.

Knows what one line may say of a codelist. Does not know which variable a codelist is for. ``standard`` is the line of
``standards.csv`` that a codelist was taken from: a folder that gives it has the codelist whole, and its lines take the place
of all lines of the folders before it, so that a study can be pinned to another package of terminology than the packaged one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hcc_sdtm.problem import Problem
from hcc_sdtm.source import Source
from hcc_sdtm.spec.csv_file import read_overlays, read_unique
from hcc_sdtm.spec.model import Codelist

KEY_COLUMNS = ("codelist", "term")
OPTIONAL_COLUMNS = ("code", "label", "extensible", "term_code", "synonyms", "standard")
FACTS = ("code", "label", "extensible", "standard")


@dataclass
class _CodelistLines:
    """What the lines of all folders say of one codelist; ``facts`` are those that any one line may give."""

    source: Source
    facts: dict[str, str] = field(default_factory=dict)
    terms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    term_codes: dict[str, str] = field(default_factory=dict)


def read_codelists(folders: Sequence[Path], problems: list[Problem]) -> dict[str, Codelist]:
    """The codelists by name. A later folder replaces a term's line, and adds terms to an extensible codelist; one that
    gives a codelist's ``standard`` replaces the codelist.

    The facts of a codelist (code, label, extensible, standard) may stand on any one of its lines. What is wrong is added to
    ``problems``: a line without codelist or term, two answers to one fact, a term added to a codelist that is closed.
    """
    lines: dict[str, _CodelistLines] = {}
    for file in read_overlays(folders, "codelists", KEY_COLUMNS, OPTIONAL_COLUMNS, problems):
        rows = read_unique(file.rows, KEY_COLUMNS, problems)
        if "standard" in file.columns:
            for name in {row["codelist"] for row in rows.values() if row["standard"]}:
                lines.pop(name, None)
        closed = {name for name, found in lines.items() if found.facts.get("extensible") != "Yes"}
        for (name, term), row in rows.items():
            if not name or not term:
                problems.append(Problem(row.source, "codelist and term must both be given"))
                continue
            found = lines.get(name)
            if found is None:
                found = lines[name] = _CodelistLines(row.source)
            cells = row.cells
            for column in FACTS:
                if given := cells.get(column):
                    known = found.facts.setdefault(column, given)
                    if known != given:
                        message = f'{column} "{given}" of codelist {name} is "{known}" on another line'
                        problems.append(Problem(row.source, message))
            if name in closed and term not in found.terms:
                problems.append(Problem(row.source, f'"{term}" cannot be added: codelist {name} is not extensible'))
            synonyms = cells.get("synonyms")
            found.terms[term] = tuple(filter(None, synonyms.split("|"))) if synonyms else ()
            found.term_codes[term] = cells.get("term_code", "")
    for name, found in lines.items():
        if found.facts.get("extensible") not in ("Yes", "No"):
            given = found.facts.get("extensible", "")
            message = f'codelist {name}: extensible is "{given}"; expected Yes or No'
            problems.append(Problem(found.source, message))
    return {
        name: Codelist(
            name,
            found.facts.get("code", ""),
            found.facts.get("label", name),
            found.facts.get("extensible") == "Yes",
            found.terms,
            found.term_codes,
        )
        for name, found in lines.items()
    }
