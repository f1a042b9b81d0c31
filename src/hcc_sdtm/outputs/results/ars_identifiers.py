"""Identifiers of the Analysis Results Standard: the same for the same thing in every run, and no two things under one."""

from __future__ import annotations

import re
from collections.abc import Hashable

NOT_IN_AN_IDENTIFIER = re.compile(r"[^A-Za-z0-9]+")


class Identifiers:
    """Identifiers made from texts, each thing with its own."""

    def __init__(self) -> None:
        self._made: dict[Hashable, str] = {}
        self._taken: set[str] = set()

    def of(self, thing: Hashable, *texts: str) -> str:
        """The identifier of a thing; where it has none yet, one made from the texts, with a number where that is taken."""
        if thing not in self._made:
            words = [NOT_IN_AN_IDENTIFIER.sub("_", text).strip("_") for text in texts]
            stem = "_".join(word for word in words if word)
            number, identifier = 1, stem
            while identifier in self._taken:
                number += 1
                identifier = f"{stem}_{number}"
            self._taken.add(identifier)
            self._made[thing] = identifier
        return self._made[thing]
