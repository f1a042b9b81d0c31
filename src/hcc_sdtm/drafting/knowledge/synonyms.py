"""Header texts that hospitals use, and what they mean: ``header_synonyms.csv``, lines that a person can add to.

Knows header texts only. What a column is depends on its table and values too: see `placing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from hcc_sdtm.drafting.knowledge.concept import Concept
from hcc_sdtm.drafting.knowledge.data_tables import read_rows
from hcc_sdtm.drafting.knowledge.header_key import expanded, header_key, readings

VERBS = frozenset(
    [
        "copy",
        "term",
        "date",
        "number",
        "flag",
        "ongoing",
        "subject",
        "hospital",
        "identifying",
        "ignore",
        "comment",
        "table",
    ]
)
"""What a line of the table says of a column; ``table`` of a sheet or file name."""

_WHOLE_ONLY = frozenset({"date", "datum", "time", "cell", "portable"})
"""Words that say nothing of a header with more words: ``AFP date``, ``T cell``."""

_SHORT_WORD = 3
_TURNS = frozenset(
    [
        "next",
        "planned",
        "expected",
        "scheduled",
        "change",
        "loss",
        "gain",
        "decrease",
        "increase",
        "decline",
        "control",
        "family",
        "下次",
        "预约",
        "预计",
        "变化",
        "下降",
        "升高",
        "增加",
        "减少",
        "减轻",
        "控制",
        "家族",
        "尿",
    ]
)
"""Words that make another thing of what they stand beside: ``next visit date``, ``weight loss``."""

_WHOLE, _EXPANDED, _NUMBERED, _PART, _WORD = 1.0, 0.98, 0.97, 0.5, 0.35


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning of a header text, and where it is known from (``""``: the table of synonyms)."""

    header: str
    concept: Concept
    verb: str
    note: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A meaning that a header may have, how much of the header it explains (0 to 1), and the number left over."""

    meaning: Meaning
    quality: float
    number: int = 0


@dataclass(frozen=True)
class Synonyms:
    """Meanings of the header texts of columns, and of the names of tables."""

    meanings: tuple[Meaning, ...]

    @cached_property
    def by_key(self) -> Mapping[tuple[frozenset[str], str], tuple[Meaning, ...]]:
        """The meanings of columns by what their headers say, abbreviations written out too."""
        return _by_key(meaning for meaning in self.meanings if meaning.verb != "table")

    @cached_property
    def tables(self) -> Mapping[tuple[frozenset[str], str], tuple[Meaning, ...]]:
        """What a table holds, by what its name says."""
        return _by_key(meaning for meaning in self.meanings if meaning.verb == "table")

    def matches(self, text: str) -> list[Match]:
        """Every meaning that the header text may have, the best of each concept; whole texts before parts of texts."""
        return _best(_whole(text, self.by_key)) or _best(_parts(text, self.by_key))

    def held_by(self, name: str) -> list[Match]:
        """What a table of this name may hold."""
        return _best(_whole(name, self.tables)) or _best(_parts(name, self.tables))

    def added(self, meanings: Iterable[Meaning]) -> Synonyms:
        """These synonyms and more."""
        return Synonyms((*self.meanings, *meanings))


_Index = Mapping[tuple[frozenset[str], str], tuple[Meaning, ...]]


def _by_key(meanings: Iterable[Meaning]) -> _Index:
    found: dict[tuple[frozenset[str], str], dict[Meaning, None]] = {}
    for meaning in meanings:
        key = header_key(meaning.header)
        for each in (key, expanded(key)):
            found.setdefault(each.same, {})[meaning] = None
    return {key: tuple(known) for key, known in found.items()}


def _best(matches: Iterable[Match]) -> list[Match]:
    best: dict[tuple[Concept, str], Match] = {}
    for match in sorted(matches, key=lambda match: -match.quality):
        best.setdefault((match.meaning.concept, match.meaning.verb), match)
    return list(best.values())


def _whole(text: str, index: _Index) -> Iterator[Match]:
    typed = header_key(text)
    for key in readings(text):
        quality = _NUMBERED if key.number else _WHOLE if key == typed else _EXPANDED
        for meaning in index.get(key.same, ()):
            yield Match(meaning, quality, key.number)


def _parts(text: str, index: _Index) -> Iterator[Match]:
    """Headers that hold a whole synonym and more (``date of progression on first line``), or most of one (``off reason``)."""
    for key in readings(text):
        latin, other = key.same
        size = _weight(latin, other)
        for (words, letters), meanings in index.items():
            weight = _weight(words, letters)
            if words <= latin and letters in other and _says_enough(words, letters, latin, other):
                is_of_another = len(words) + len(letters) == 1 and _is_of_another(words, size - weight)
                if (
                    is_of_another
                    or (latin - words) & _TURNS
                    or any(turn in other.replace(letters, " ") for turn in _TURNS)
                ):
                    continue
                quality = (_PART if len(words) + len(letters) > 1 else _WORD) + 0.4 * weight / size
            elif latin <= words and other in letters and len(latin) + len(other) // 2 >= 2:
                quality = _PART + 0.3 * size / weight
            else:
                continue
            for meaning in meanings:
                if meaning.verb not in (
                    "ignore",
                    "comment",
                ):  # what a form's own numbers are called is short and everywhere
                    yield Match(meaning, quality, key.number)


def _weight(words: frozenset[str], letters: str) -> int:
    return sum(map(len, words)) + 3 * len(letters)


def _says_enough(words: frozenset[str], letters: str, latin: frozenset[str], other: str) -> bool:
    """Whether the part of a header is more than a short word among others."""
    count = len(words) + len(letters)
    return _weight(words, letters) >= 4 and (count >= 2 or len(latin) + len(other) <= 2)


def _is_of_another(words: frozenset[str], more: int) -> bool:
    """Whether one word of a header does not say what it is: ``AFP date``, ``weight loss``; ``T.Bili`` is bilirubin."""
    return more > _SHORT_WORD or words <= _WHOLE_ONLY


@cache
def read_synonyms() -> Synonyms:
    """The packaged table of header texts."""
    return Synonyms(tuple(meaning for row in read_rows("header_synonyms.csv") for meaning in _meanings(row)))


def _meanings(row: Mapping[str, str]) -> Iterator[Meaning]:
    concept = Concept(row["domain"], row["variable"], row["test"], row["category"])
    for text in row["headers"].split("|"):
        yield Meaning(text.strip(), concept, row["verb"], row["note"])
