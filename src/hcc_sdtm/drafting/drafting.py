"""From the sheets of an unseen export to the text of a draft: the steps in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hcc_sdtm.drafting.export.found_site import FoundSite, find_site
from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.export.identity import gather_secrets, identifying_columns
from hcc_sdtm.drafting.export.site import Site
from hcc_sdtm.drafting.knowledge.approved import Lessons, learn
from hcc_sdtm.drafting.knowledge.finders import Finders
from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.drafting.knowledge.synonyms import read_synonyms
from hcc_sdtm.drafting.knowledge.usual import usual_blocks
from hcc_sdtm.drafting.placing.blocks import build_blocks, columns_read
from hcc_sdtm.drafting.placing.site_head import (
    DateHabits,
    HeadLine,
    country_line,
    find_date_order,
    missing_line,
    subject_line,
)
from hcc_sdtm.drafting.writing.draft import LIKELY, LOOK, SURE
from hcc_sdtm.drafting.writing.open_points import ignored_columns, not_placed, open_questions, shortened
from hcc_sdtm.drafting.writing.table_text import describe_table
from hcc_sdtm.drafting.writing.writing import write_draft
from hcc_sdtm.mapping.language.model import SiteMapping
from hcc_sdtm.raw.table import RawSheet
from hcc_sdtm.spec.model import Specs

_FILES_NAMED = 3


@dataclass(frozen=True)
class Draft:
    """The text of a draft, and counts of what is in it; ``lines`` by how far they can be trusted."""

    text: str
    tables: int
    lines: Mapping[str, int]
    not_placed: int
    questions: int


def draft_mapping(
    sheets: Mapping[str, Sequence[RawSheet]],
    number: str,
    specs: Specs,
    approved: Sequence[SiteMapping] = (),
    notes: Sequence[str] = (),
) -> Draft:
    """The draft of a site's mapping from its files' sheets, by the names that the mapping will call the files.

    ``number`` is the site's, ``approved`` are the mappings of other sites of the study, ``notes`` lines to add to what was
    not placed. The same files, mappings and specs give the same text.
    """
    synonyms = read_synonyms()
    lessons = learn(approved, synonyms)
    finders = Finders(specs, lessons.terms)
    found = find_site(sheets, synonyms.added(lessons.meanings), finders)
    identifying = _identifying(found)
    hidden = {name for names in identifying.values() for name in names}
    hidden |= {each.name for each in found.subjects.columns.values()}
    dates = find_date_order(_date_columns(found, hidden))
    site = _site(found, finders, dates, frozenset(hidden), identifying)
    blocks = build_blocks(site, (*lessons.templates, *usual_blocks()))
    used = columns_read(blocks)
    kept = [placed for placed in found.with_subject if placed.table.name in used]
    tables = [describe_table(placed, found, ignored_columns(placed, blocks, found)) for placed in kept]
    names = list(dict.fromkeys(name for placed in kept for name in identifying.get(placed.table.name, ())))
    head = _head(number, found, lessons, dates, names)
    questions = [*(line.question for line in head if line.question), *open_questions(blocks, found)]
    rest = [*not_placed(site, blocks, found, [placed.table.name for placed in kept], identifying), *notes]
    text = write_draft(_title(number, list(sheets)), head, tables, blocks, questions, rest)
    words = [line.confidence for block in blocks for line in block.lines if not line.question]
    counts = {word: words.count(word) for word in (SURE, LIKELY, LOOK)}
    return Draft(text, len(tables), counts, len(rest), len(questions))


def _identifying(found: FoundSite) -> dict[str, list[str]]:
    """Identifying columns by table; the study's own subject number is none."""
    columns: dict[str, list[str]] = {}
    for placed in found.tables:
        subject = found.subjects.columns.get(placed.table.name)
        for column, _ in identifying_columns(placed):
            if subject is None or column.name != subject.name or subject.is_hospital:
                columns.setdefault(placed.table.name, []).append(column.name)
    return columns


def _date_columns(found: FoundSite, hidden: set[str]) -> list[FoundColumn]:
    return [
        column
        for placed in found.with_subject
        for column in placed.table.columns
        if column.profile.is_dates and not column.profile.is_numbers and column.name not in hidden
    ]


def _site(
    found: FoundSite,
    finders: Finders,
    dates: DateHabits,
    hidden: frozenset[str],
    identifying: Mapping[str, Sequence[str]],
) -> Site:
    quiet = frozenset(
        column.name
        for placed in found.tables
        for column in placed.table.columns
        if (best := placed.best(column.name)) is not None and best.concept.variable == "BRTHDTC"
    )
    secret = [placed.table.by_name[name] for placed in found.tables for name in identifying.get(placed.table.name, ())]
    return Site(
        found.with_subject,
        finders,
        finders.specs,
        frozenset(name for name, each in found.subjects.columns.items() if each.is_unique),
        dates.order,
        hidden,
        quiet,
        frozenset(map(plain, found.missing)),
        gather_secrets(secret, () if found.subjects.is_hospital else found.subjects.numbers),
    )


def _head(
    number: str, found: FoundSite, lessons: Lessons, dates: DateHabits, identifying: Sequence[str]
) -> list[HeadLine]:
    site = re.sub(r"[^\w.-]", "", number)
    lines = [
        HeadLine("site", site or "?", "as given", SURE if site else LOOK, "" if site else "which number has the site?"),
        country_line(lessons),
        missing_line(found.missing, found.asked),
        HeadLine("dates", {"order": dates.order}, dates.why, dates.confidence, dates.question),
    ]
    if identifying:
        why = "values never shown; is any other column a person's?"
        lines.append(HeadLine("identifying", list(identifying), why, LOOK))
    return [*lines, subject_line(found.subjects, site, lessons)]


def _title(number: str, files: Sequence[str]) -> str:
    named = ", ".join(files) if len(files) <= _FILES_NAMED else f"{len(files)} files"
    return shortened(f"site {number or '?'}, from {named or 'no file'}")
