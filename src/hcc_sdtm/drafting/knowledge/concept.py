"""What a column is: the variable that it fills, and which test or kind of record that variable belongs to.

``RS RSORRES OVRLRESP RECIST 1.1`` is the overall response by RECIST 1.1. A generic one has the domain ``*`` and its
variable starts with ``--``: a start date is that of whatever its table holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from hcc_sdtm.drafting.knowledge.header_key import plain

ANY = "*"


@dataclass(frozen=True, slots=True, order=True)
class Concept:
    """A variable of a domain; ``test`` and ``category`` narrow it (``""``: whatever they are)."""

    domain: str
    variable: str
    test: str = ""
    category: str = ""

    @property
    def is_generic(self) -> bool:
        """Whether the domain is that of the table."""
        return self.domain == ANY

    def name_in(self, domain: str) -> str:
        """The variable's name in a domain: ``--STDTC`` is EXSTDTC in EX."""
        return domain + self.variable[2:] if self.variable.startswith("--") else self.variable

    def __str__(self) -> str:
        return " ".join(part for part in (self.variable, self.test, self.category) if part)


def agree(one: str, other: str) -> bool:
    """Whether two terms can mean the same: equal, one not given, or the words of one among the other's."""
    if not one or not other or one == other:
        return True
    first, second = set(plain(one).split()), set(plain(other).split())
    return first <= second or second <= first
