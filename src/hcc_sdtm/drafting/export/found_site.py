"""A site's files as a draft takes them up: tables found, described by the data dictionary, cut into visits, subjects known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hcc_sdtm.drafting.export.checkbox_groups import join_boxes
from hcc_sdtm.drafting.export.dictionary import box_codes, describe, take_dictionaries, with_decoded
from hcc_sdtm.drafting.export.found_tables import FoundTable, find_tables, turn_side_by_side
from hcc_sdtm.drafting.export.side_by_side import find_side_by_side
from hcc_sdtm.drafting.export.subjects import Subjects, find_subjects
from hcc_sdtm.drafting.export.table_names import without_common_parts
from hcc_sdtm.drafting.knowledge.finders import Finders
from hcc_sdtm.drafting.knowledge.synonyms import Synonyms
from hcc_sdtm.drafting.placing.placing import PlacedTable, cdisc_meanings, place_table
from hcc_sdtm.drafting.placing.site_head import find_missing, without_missing
from hcc_sdtm.raw.header import LEVELS_JOINED_BY
from hcc_sdtm.raw.table import RawSheet


@dataclass(frozen=True)
class FoundSite:
    """What the files hold: tables with what their columns may be, subjects, texts for no value, and what is no table.

    ``missing`` gives why a text is taken for no value, ``asked`` how often one stands that may be; ``without`` says of each
    sheet that makes no table why.
    """

    tables: tuple[PlacedTable, ...]
    subjects: Subjects
    missing: Mapping[str, str]
    asked: Mapping[str, int]
    without: tuple[str, ...]

    @property
    def with_subject(self) -> tuple[PlacedTable, ...]:
        """The tables whose rows are a subject's."""
        return tuple(placed for placed in self.tables if placed.table.name in self.subjects.columns)

    def twins(self, table: FoundTable) -> tuple[PlacedTable, ...]:
        """The tables made of the same sheet, this one too."""
        return tuple(each for each in self.tables if (each.table.file, each.table.sheet) == (table.file, table.sheet))


def find_site(sheets: Mapping[str, Sequence[RawSheet]], synonyms: Synonyms, finders: Finders) -> FoundSite:
    """What a site's files hold; ``sheets`` are those of each file by the name that a mapping calls it."""
    tables: list[FoundTable] = []
    without: list[str] = []
    for name, several in sheets.items():
        found, none = find_tables(several)
        tables += found
        without += [f"{name}{':' + sheet if sheet else ''}: no header found" for sheet in none]
    tables, dictionary = take_dictionaries(tables)
    tables = [with_decoded(describe(join_boxes(table, box_codes(table, dictionary)), dictionary)) for table in tables]
    without += [f"{source}: read as a data dictionary" for source in dictionary.sources]
    tables, trails = _without_trails(_told_apart(tables))
    without += trails
    missing, asked = find_missing(tables)
    tables = [part for table in tables for part in _parts(without_missing(table, missing), synonyms)]
    headers = [text for table in tables for column in table.columns for text in column.headers]
    known = synonyms.added(cdisc_meanings(finders.specs, headers))
    subjects, placed = find_subjects([place_table(table, known, finders) for table in tables])
    return FoundSite(tuple(placed), subjects, missing, asked, tuple(without))


def _told_apart(tables: Sequence[FoundTable]) -> list[FoundTable]:
    """The tables under short names that no two of them share."""
    taken: dict[str, int] = {}
    named = []
    for table, name in zip(tables, without_common_parts([table.name for table in tables]), strict=True):
        taken[name] = taken.get(name, 0) + 1
        named.append(replace(table, name=name if taken[name] == 1 else f"{name}_{taken[name]}"))
    return named


def _without_trails(tables: Sequence[FoundTable]) -> tuple[list[FoundTable], list[str]]:
    """The tables but for audit trails, which hold old values: a system names them ``at`` and the name of another table."""
    names = {table.name for table in tables}
    trails = [table for table in tables if table.name.startswith("at") and table.name.removeprefix("at") in names]
    kept = [table for table in tables if not any(table is trail for trail in trails)]
    return kept, [f"{trail.file}: the audit trail of {trail.name.removeprefix('at')}, no table" for trail in trails]


def _parts(table: FoundTable, synonyms: Synonyms) -> list[FoundTable]:
    """The table; one with visits side by side as its visits and the rest."""
    names = [column.name for column in table.columns]
    lowest = {name.split(LEVELS_JOINED_BY)[-1] for name in names}
    numbers = {
        name
        for name in lowest
        for match in synonyms.matches(name)
        if match.meaning.concept.variable == "VISITNUM" and match.quality > 0.9
    }
    visits = find_side_by_side(names, numbers)
    return [table] if visits is None else list(turn_side_by_side(table, visits))
