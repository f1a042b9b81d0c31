"""Units as a mapping declares them: how much one of each is in the result. Knows no unit by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from hcc_sdtm.problem import nearest


def written_unit(text: str) -> str:
    """A unit's text without what only looks different: full-width signs, the two signs for micro, space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


class Units:
    """The declared factors of units, found by a typed unit: exactly as declared, else in whatever case."""

    def __init__(self, factors: Mapping[str, float]) -> None:
        self.names = list(factors)
        self._exact = {written_unit(name): factor for name, factor in factors.items()}
        self._folded: dict[str, set[float]] = {}
        for name, factor in self._exact.items():
            self._folded.setdefault(name.casefold(), set()).add(factor)

    def factor(self, text: str) -> float:
        """The factor of a typed unit; raises ValueError, with the nearest that is declared, for one that has none.

        Where units that differ in case have different factors (mU, MU), a text in another case is none of them.
        """
        written = written_unit(text)
        if written in self._exact:
            return self._exact[written]
        found = self._folded.get(written.casefold(), set())
        if len(found) > 1:
            raise ValueError(f'the unit "{text}" may be {" or ".join(self._alike(written))}')
        if not found:
            raise ValueError(f'the unit "{text}" has no factor{nearest(text, self.names)}')
        return next(iter(found))

    def _alike(self, written: str) -> list[str]:
        return [name for name in self.names if written_unit(name).casefold() == written.casefold()]
