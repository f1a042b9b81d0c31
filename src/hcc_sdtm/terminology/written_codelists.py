"""A study's ``codelists.csv`` after an import: its own lines stay as they are wherever they say the same.

A codelist that only the study's file has is changed where it stands. One that the packaged specs have too is written whole,
with the ``standard`` that it was taken from on its first line, and so takes the place of the packaged one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from hcc_sdtm.spec.codelists import KEY_COLUMNS, OPTIONAL_COLUMNS
from hcc_sdtm.terminology.comparing import ListUpdate
from hcc_sdtm.terminology.package_lists import SEPARATOR
from hcc_sdtm.terminology.spec_lines import SpecLine, SpecLines

COLUMNS = ("codelist", "code", "label", "extensible", "term", "term_code", "synonyms", "standard")
"""Columns of a file that an import begins."""

_FACTS = ("code", "label", "extensible", "standard")


def update_lines(lines: SpecLines, updates: Iterable[ListUpdate], below: Collection[str], standard: str) -> None:
    """Changes the lines of the study's file to what ``updates`` say; those of other codelists are not touched.

    ``below`` names the codelists that the folders under the study's own have, ``standard`` the line of ``standards.csv``.
    """
    written = [update for update in updates if update.published is not None]
    for column in (*KEY_COLUMNS, *OPTIONAL_COLUMNS):
        if column != "standard" or any(update.name in below for update in written):
            lines.add_column(column)
    by_list: dict[str, dict[str, SpecLine]] = {}
    for record in lines.records:
        by_list.setdefault(record.cells.get("codelist", ""), {})[record.cells.get("term", "")] = record
    replaced: dict[int, list[SpecLine]] = {}
    for update in written:
        existing = by_list.get(update.name, {})
        blocks = _blocks(lines, update, existing, standard if update.name in below else "")
        if existing:
            replaced |= blocks
        else:
            lines.records += blocks[-1]
    lines.records = [new for record in lines.records for new in replaced.get(id(record), [record])]


def _blocks(
    lines: SpecLines, update: ListUpdate, existing: Mapping[str, SpecLine], standard: str
) -> dict[int, list[SpecLine]]:
    """What stands in place of each existing line, by its id; ``-1`` is the whole codelist where no line exists.

    A new term follows the term before it in the package, so that lines that were sorted stay sorted.
    """
    renamed = {each.new: each.old for each in update.renamed}
    # the term whose line a line of the file becomes
    before = {each: renamed[each] if each in renamed else each for each in update.after}
    kept = {each: existing[before[each]] for each in update.after if before[each] in existing}
    positions = {term: at for at, term in enumerate(existing)}
    order = sorted(kept, key=lambda term: positions[before[term]])
    place = 0
    for term in update.after:
        if term in kept:
            place = order.index(term) + 1
        else:
            order.insert(place, term)
            place += 1
    giver = next(
        (term for term in order if term in kept and any(kept[term].cells.get(fact) for fact in _FACTS)), order[0]
    )
    facts = _facts(update, existing, standard)
    new: dict[str, SpecLine] = {}
    for term in order:
        line = kept.get(term)
        given = {fact: facts[fact] for fact in _FACTS} if term == giver else _said_again(line, facts)
        after = update.after[term]
        cells = {
            "codelist": update.name,
            "term": term,
            "term_code": after.code,
            "synonyms": SEPARATOR.join(after.synonyms),
        }
        new[term] = lines.line_of(cells | given) if line is None else lines.changed(line, cells | given)
    if not kept:
        whole = [new[term] for term in order]
        gone = list(existing.values())
        return {-1: whole} if not gone else {id(gone[0]): whole, **{id(line): [] for line in gone[1:]}}
    blocks: dict[int, list[SpecLine]] = {id(line): [] for line in existing.values()}
    first = next(term for term in order if term in kept)
    current = id(kept[first])
    for term in order:
        if term in kept:
            current = id(kept[term])
        blocks[current].append(new[term])
    return blocks


def _facts(update: ListUpdate, existing: Mapping[str, SpecLine], standard: str) -> dict[str, str]:
    said = next((line.cells["standard"] for line in existing.values() if line.cells.get("standard")), "")
    return {
        "code": update.now.code,
        "label": update.label,
        "extensible": "Yes" if update.extensible else "No",
        "standard": standard or said,
    }


def _said_again(line: SpecLine | None, facts: Mapping[str, str]) -> dict[str, str]:
    """Facts that another line of the codelist repeats: it goes on repeating them."""
    return {} if line is None else {fact: facts[fact] for fact in _FACTS if line.cells.get(fact)}
