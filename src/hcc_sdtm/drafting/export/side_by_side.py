"""Columns that repeat side by side, once a visit: the pattern of their names, the numbers in it, and what is measured.

Knows names only. A number that counts lesions or drugs inside one row is no visit, and is left to the blocks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hcc_sdtm.raw.header import LEVELS_JOINED_BY

MEASURE = "measure"
POSITION = "BLOCK"
"""The key of groups that only stand in an order: what they count is not known from their names."""

_KEYS = {
    "VISITNUM": ("visit", "visite", "besuch", "访视", "随访", "第", "v", "vis", "fu", "followup", "t", "tp"),
    "CYCLE": ("cycle", "cyc", "c", "疗程", "周期", "zyklus"),
    "WEEK": ("week", "wk", "w", "周", "woche", "semaine"),
    "MONTH": ("month", "mon", "m", "月", "monat", "mois"),
    "DAY": ("day", "d", "天", "tag", "jour"),
}
_WORDS = {word: key for key, words in _KEYS.items() for word in words}
_ANY_WORD = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_KEY = rf"(?P<word>{_ANY_WORD})[ _.-]?"
_BEFORE = re.compile(
    rf"(?P<left>{_KEY})(?P<n>\d{{1,3}})(?P<right>(?:次随访|次访视|次|周|月|天)?[ _.:：/-]+)(?P<measure>.+)",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"(?P<measure>.+?)(?P<left>[ _.:：(（-]+{_KEY})(?P<n>\d{{1,3}})(?P<right>[)）]|次随访|次|周|月|天)?", re.IGNORECASE
)
_GROUP = re.compile(r"(?P<left>.*?)(?P<n>\d{1,3})(?P<right>\D*)")


@dataclass(frozen=True)
class SideBySide:
    """An unpivot: ``pattern`` with ``{key}`` and ``{measure}``, the texts of the key, and the columns each measure has.

    ``measures`` gives the column of each key text by measure; ``optional`` ones are missing in some.
    """

    pattern: str
    key: str
    values: tuple[str, ...]
    measures: dict[str, dict[str, str]]

    @property
    def optional(self) -> tuple[str, ...]:
        """Measures that do not stand in every item."""
        return tuple(name for name, columns in self.measures.items() if len(columns) < len(self.values))

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it turns into rows."""
        return frozenset(column for columns in self.measures.values() for column in columns.values())


def find_side_by_side(names: Sequence[str], has_visit_number: Collection[str] = ()) -> SideBySide | None:
    """The largest group of columns that repeat once a visit; None where there is none.

    ``has_visit_number`` are measures that give the visit's number themselves: then the group's own number is a position.
    """
    groups: dict[tuple[str, str, str, bool], dict[str, dict[str, str]]] = {}
    for name in names:
        if "{" in name or "}" in name:
            continue  # they mean something else in a pattern
        for left, number, right, measure, is_behind, key in _parts(name):
            groups.setdefault((left, right, key, is_behind), {}).setdefault(measure, {}).setdefault(number, name)
    best: SideBySide | None = None
    for (left, right, key, is_behind), measures in groups.items():
        found = _group(left, right, key, is_behind, measures, has_visit_number)
        if found is not None and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _parts(name: str) -> list[tuple[str, str, str, str, bool, str]]:
    """Text before the number, the number, text behind it, the measure, whether that comes first, and the key."""
    upper, joined, lower = name.partition(LEVELS_JOINED_BY)
    if joined:
        found = _GROUP.fullmatch(upper)
        return [(found["left"], found["n"], found["right"] + joined, lower, False, _key_of(upper))] if found else []
    parts = []
    before, behind = _BEFORE.fullmatch(name), _BEHIND.fullmatch(name)
    for found, is_behind in ((before, False), (behind, True)):
        if found:
            key = _WORDS.get(found["word"].casefold(), POSITION)
            parts.append((found["left"], found["n"], found["right"] or "", found["measure"], is_behind, key))
    return parts


def _key_of(upper: str) -> str:
    words = re.findall(r"[a-z]+|[^\W\d_a-z]+", upper.casefold())
    for word in words:
        for known, key in _WORDS.items():
            if word == known or (not known.isascii() and known in word):
                return key
    return POSITION


def _group(
    left: str,
    right: str,
    key: str,
    is_behind: bool,
    measures: dict[str, dict[str, str]],
    has_visit_number: Collection[str],
) -> SideBySide | None:
    repeated = {measure: columns for measure, columns in measures.items() if len(columns) > 1}
    values = sorted({number for columns in repeated.values() for number in columns}, key=lambda text: (int(text), text))
    if len(repeated) < 2 or len(values) < 2:
        return None
    if key == POSITION and LEVELS_JOINED_BY not in right:
        return None
    named = POSITION if any(measure in has_visit_number for measure in repeated) else key
    number = f"{left}{{{named}}}{right}"
    pattern = f"{{{MEASURE}}}{number}" if is_behind else f"{number}{{{MEASURE}}}"
    return SideBySide(pattern, named, tuple(values), repeated)
