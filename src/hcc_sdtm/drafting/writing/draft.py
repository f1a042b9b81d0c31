"""What a draft says, as values: blocks of lines, each with its rule, its evidence and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Discriminator = tuple[str, tuple[str, ...]]
"""A column, and its texts that tell a block's rows from those of others; no name: nothing needs to."""

SURE, LIKELY, LOOK = "sure", "likely", "look"
"""How far a line can be trusted: the words that a draft prints."""


@dataclass(frozen=True, slots=True)
class TermLine:
    """One typed text of a term rule: its term (``""``: none was found), how that was found, and in how many rows it stands."""

    typed: str
    term: str
    how: str
    is_sure: bool
    rows: int
    nearest: str = ""
    label: str = ""


@dataclass
class Line:
    """One rule of a block. ``question`` keeps it from being active: it is written as a comment with what to answer."""

    variable: str
    rule: dict[str, Any]
    is_supp: bool = False
    source: str = ""
    """The site whose mapping it follows; ``""``: the usual form."""

    columns: list[str] = field(default_factory=list)
    table: str = ""
    """Where the columns stand in another table than the block's."""

    score: float = 2.0
    why: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    question: str = ""
    terms: list[TermLine] = field(default_factory=list)
    lists: tuple[str, ...] = ()
    more: int = 0
    is_constant: bool = False
    like: tuple[str, ...] = ()
    samples: str = ""
    is_doubtful: bool = False

    @property
    def confidence(self) -> str:
        """sure, likely or look."""
        if self.is_doubtful or self.notes or (self.terms and not any(each.term for each in self.terms)):
            return LOOK
        unsure = [each for each in self.terms if not each.term or not each.is_sure]
        if self.is_constant:
            return LOOK if self.variable == "VISITNUM" and not self.like else LIKELY
        if self.score >= 0.95 and not unsure:
            return SURE
        return LIKELY if self.score >= 0.7 else LOOK


@dataclass
class DraftBlock:
    """One block of a domain, with the table it reads and its condition as a mapping writes them."""

    domain: str
    table: str
    test: str
    category: str
    number: int
    topic: str
    when: Any = None
    lines: list[Line] = field(default_factory=list)
    sources: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    question: str = ""
    discriminator: Discriminator = ("", ())
