"""A site as its draft sees it: the tables with what their columns may be, and what is said of the site as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.export.identity import NO_SECRETS, Secrets
from hcc_sdtm.drafting.knowledge.finders import Finders
from hcc_sdtm.drafting.knowledge.header_key import plain
from hcc_sdtm.drafting.knowledge.terms import shown
from hcc_sdtm.drafting.placing.placing import Candidate, PlacedTable
from hcc_sdtm.spec.model import Specs

_LOOKED_AT = 20


@dataclass(frozen=True)
class Bound:
    """A column that was put in a rule, its table, and why it is the one."""

    placed: PlacedTable
    column: FoundColumn
    candidate: Candidate


@dataclass(frozen=True)
class Site:
    """What every block of a draft needs to know.

    ``one_row`` are the tables with one row a subject; ``hidden`` the columns whose values nobody is shown, ``quiet`` those
    that come near to it (dates of birth); ``missing`` the plain forms of texts that are no value.
    """

    tables: Sequence[PlacedTable]
    finders: Finders
    specs: Specs
    one_row: frozenset[str]
    date_order: str = "none"
    hidden: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    secrets: Secrets = NO_SECRETS

    def table(self, name: str) -> PlacedTable:
        """The table of that name."""
        return next(placed for placed in self.tables if placed.table.name == name)

    def is_missing(self, text: str) -> bool:
        """Whether a text is no value."""
        return not text or plain(text) in self.missing

    def samples(self, placed: PlacedTable, names: Sequence[str]) -> str:
        """A few values of the columns for a comment: none of what may identify a person, none of a long text."""
        columns = [placed.table.by_name[name] for name in dict.fromkeys(names) if name in placed.table.by_name]
        return "; ".join(self._sample(column) for column in columns if not column.is_made)

    def _sample(self, column: FoundColumn) -> str:
        profile = column.profile
        if column.name in self.hidden:
            return "not shown"
        if profile.is_empty:
            return "no value yet"
        if column.name in self.quiet or any(map(self.secrets.hides, profile.texts[:_LOOKED_AT])):
            return f"{len(profile.texts)} texts not shown"
        if profile.is_free_text:
            return f"{len(profile.texts)} free texts"
        if profile.is_numbers and not profile.is_codes and not profile.is_dates:
            return "numbers {} to {}".format(*profile.number_range())
        return shown(profile.texts)
