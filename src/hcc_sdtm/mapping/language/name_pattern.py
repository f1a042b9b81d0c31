"""Patterns for names of files and sheets: ``*``, ``?`` and ``[..]`` as shells have them, and ``{NAME}`` for a text to keep."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from functools import cached_property

_PIECES = re.compile(r"{([^{}]+)}|(\*|\?|\[!?\]?[^\]]*\])")


@dataclass(frozen=True)
class NamePattern:
    """A pattern such as ``V{VISITNUM}_*.csv``; upper and lower case differ.

    ``*`` also matches ``/``, as a file's name is its path under the raw folder; ``{NAME}`` stands for at least one character
    and for no ``/``.
    """

    text: str

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The names in braces, in their order."""
        return tuple(dict.fromkeys(name for name, _ in _PIECES.findall(self.text) if name))

    @cached_property
    def _groups(self) -> tuple[re.Pattern[str], tuple[str, ...]]:
        """The whole pattern as a regular expression, each piece a group; and each group's name (``""``: a wildcard)."""
        parts, names, end = [], [], 0
        for piece in _PIECES.finditer(self.text):
            name, wildcard = piece.groups()
            expression = "[^/]+?" if name else fnmatch.translate(wildcard).removeprefix("(?s:").rpartition(")")[0]
            parts += [re.escape(self.text[end : piece.start()]), f"({expression})"]
            names.append(name or "")
            end = piece.end()
        return re.compile("".join([*parts, re.escape(self.text[end:])]), re.DOTALL), tuple(names)

    def match(self, name: str) -> dict[str, str] | None:
        """The text of each key in the name; None where the name does not match, or a key would have two texts.

        A name that equals the pattern matches: one with brackets is a pattern too, and one that does not match itself.
        """
        expression, groups = self._groups
        found = expression.fullmatch(name)
        if found is None:
            return {} if name == self.text else None
        texts: dict[str, str] = {}
        for key, text in zip(groups, found.groups(), strict=True):
            if key and texts.setdefault(key, text) != text:
                return None
        return texts

    def wild_span(self, name: str) -> tuple[int, int]:
        """Where in a name that matches the first wildcard starts and the last one ends; (0, 0) where there is none."""
        expression, groups = self._groups
        found = expression.fullmatch(name)
        wildcards = [number for number, key in enumerate(groups, start=1) if not key]
        return (found.start(wildcards[0]), found.end(wildcards[-1])) if found and wildcards else (0, 0)
