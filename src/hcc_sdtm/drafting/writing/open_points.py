"""What a draft leaves open: questions, columns that nothing reads, columns that nothing needs to."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from hcc_sdtm.drafting.export.checkbox_groups import CHECKBOX
from hcc_sdtm.drafting.export.found_site import FoundSite
from hcc_sdtm.drafting.export.found_tables import FoundTable
from hcc_sdtm.drafting.export.site import Site
from hcc_sdtm.drafting.knowledge.header_key import header_key
from hcc_sdtm.drafting.placing.blocks import columns_read
from hcc_sdtm.drafting.placing.placing import PlacedTable
from hcc_sdtm.drafting.writing.draft import DraftBlock

_TIME_WORDS = frozenset({"days", "weeks", "months", "天数"})
_COUNTED_FROM = frozenset({"to", "since", "from", "after", "interval", "until"})

UNNAMED = re.compile("column [A-Z]+")
"""What a column without a header is called."""


def ignored_columns(placed: PlacedTable, blocks: Sequence[DraftBlock], found: FoundSite) -> list[str]:
    """Columns of a table that export systems add, and the names of visits beside their numbers."""
    read = columns_read(blocks)
    twins = found.twins(placed.table)
    if twins[0] is not placed:
        return []  # a part of a sheet whose columns its first part has too
    used = {name for twin in twins for name in read.get(twin.table.name, ())}
    made = [column for column in placed.table.columns if column.name not in used and not column.is_made]
    return [column.name for column in made if (best := placed.best(column.name)) is not None and best.verb == "ignore"]


def not_placed(
    site: Site,
    blocks: Sequence[DraftBlock],
    found: FoundSite,
    kept: Collection[str],
    identifying: Mapping[str, Sequence[str]],
) -> list[str]:
    """A line for each column that nothing reads, with samples; ``kept`` are the tables that the draft has."""
    read = columns_read(blocks)
    lines = []
    for placed in found.tables:
        table = placed.table
        where = f"{table.file}{':' + table.sheet if table.sheet else ''}"
        if table.name not in found.subjects.columns:
            # with columns that have no header the first row may be a title, and name the one patient
            has_headers = not any(UNNAMED.fullmatch(column.name) for column in table.columns)
            names = shortened(", ".join(column.name for column in table.columns)) if has_headers else "without headers"
            lines.append(f"{where}: no column of subject numbers, so no table; columns {names}")
            continue
        twins = [twin.table.name for twin in found.twins(table)]
        known = {name for twin in twins for name in read.get(twin, ())}
        known |= {*identifying.get(table.name, ()), found.subjects.columns[table.name].name, *_box_columns(table)}
        if table.name in kept:
            known |= set(ignored_columns(placed, blocks, found))
        for column in table.columns:
            if column.name not in known and not column.is_made:
                profile = column.profile
                said = site.samples(placed, [column.name])
                lines.append(
                    f'{where} "{column.name}": {profile.filled} of {profile.rows} filled; {said}{_hint(column.name)}'
                )
    return [*dict.fromkeys(lines), *found.without]


def _box_columns(table: FoundTable) -> list[str]:
    boxes = (CHECKBOX.fullmatch(name) for name in table.by_name)
    return [box[0] for box in boxes if box is not None and box["base"] in table.checkbox]


def _hint(name: str) -> str:
    """What a column that was not placed may be good for, where its header says so."""
    words = set(header_key(name).words)
    return "; a time from an event? see offset and anchors" if words & _TIME_WORDS and words & _COUNTED_FROM else ""


def open_questions(blocks: Sequence[DraftBlock], found: FoundSite) -> list[str]:
    """What a person has to answer, said once each."""
    questions: list[str] = []
    if not found.subjects.columns:
        questions.append("no table has a column that looks like subject numbers: which is it?")
    for name, each in found.subjects.columns.items():
        if each.others:
            questions.append(f'{name}: is the subject "{each.name}" or {", ".join(each.others)}?')
    if not any(block.domain == "DM" for block in blocks):
        questions.append("no table with one row a subject has sex, birth or age: what makes DM?")
    asked: set[str] = set()
    for block in blocks:
        place = f"({block.table})"
        questions += [f"{block.domain} {place}: {block.question}"] if block.question else []
        for line in block.lines:
            own = [text for text in (line.question, *line.notes) if text and text not in asked]
            asked |= set(own)
            questions += [f"{block.domain}.{line.variable} {place}: {text}" for text in own]
            lost = sum(not term.term for term in line.terms) + (line.more if line.terms else 0)
            if lost and not line.question:
                questions.append(
                    f"{block.domain}.{line.variable} {place}: {lost} text{'s' if lost > 1 else ''} without a term"
                )
    return list(dict.fromkeys(questions))


def shortened(text: str, most: int = 300) -> str:
    """A text of at most so many characters, with ``..`` where it is cut."""
    return text if len(text) <= most else text[: most - 3] + " .."
