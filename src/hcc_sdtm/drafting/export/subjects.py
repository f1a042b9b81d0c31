"""Whose rows they are: the column with the subject's number in each table, a key file, and what the numbers look like."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from hcc_sdtm.drafting.export.found_tables import FoundColumn, unique_but_for_few
from hcc_sdtm.drafting.placing.placing import Candidate, PlacedTable

_MOST_KEY_COLUMNS = 6
_SHAPED = 0.9
_RUNS = re.compile(r"\d+|[^\d]+")


@dataclass(frozen=True)
class KeyFile:
    """A table that gives the study's number for the hospital's own."""

    file: str
    sheet: str
    own: str
    study: str


@dataclass(frozen=True)
class SubjectColumn:
    """The column with the subject's number in one table, and why; ``others`` could be it too.

    ``is_hospital``: the number is the hospital's own, which identifies a person.
    """

    name: str
    why: str
    is_hospital: bool
    others: tuple[str, ...] = ()
    is_unique: bool = False
    again: int = 0


@dataclass(frozen=True)
class Subjects:
    """The subject columns by table name, the key file, and the tables without such a column."""

    columns: dict[str, SubjectColumn]
    key: KeyFile | None
    without: tuple[str, ...] = ()
    numbers: tuple[str, ...] = field(default=(), repr=False)
    """The distinct numbers of the table with the most of them."""

    unlike: tuple[str, ...] = ()
    """Tables whose numbers are mostly not like those: a pattern would leave their rows out."""

    @property
    def is_hospital(self) -> bool:
        """Whether some table is by the hospital's own numbers."""
        return any(each.is_hospital for each in self.columns.values())


def find_subjects(tables: Sequence[PlacedTable]) -> tuple[Subjects, list[PlacedTable]]:
    """The subjects of a site's tables, and the tables that are no key file."""
    key_table = next((placed for placed in tables if _key_of(placed)), None)
    key = _key_of(key_table) if key_table is not None and len(tables) > 1 else None
    rest = [placed for placed in tables if key is None or placed is not key_table]
    chosen: dict[str, tuple[FoundColumn, str, bool, list[str]]] = {}
    texts = [
        frozenset(column.profile.texts)
        for placed in rest
        for column in placed.table.columns
        if _subject_candidate(placed, column) is not None
    ]
    for placed in rest:
        found = _by_header(placed, texts)
        if found:
            chosen[placed.table.name] = found
    known = {text for column, *_ in chosen.values() for text in column.profile.texts}
    for placed in rest:
        if placed.table.name not in chosen and known:
            alike = [
                column
                for column in placed.table.columns
                if column.profile.texts
                and len(known & set(column.profile.texts)) >= 0.8 * len(column.profile.texts)
                and not column.profile.is_codes
            ]
            if alike:
                other = next(iter(chosen.values()))
                chosen[placed.table.name] = (alike[0], "values are numbers of the other tables", other[2], [])
    columns = {}
    for name, (column, why, is_hospital, others) in chosen.items():
        placed = next(each for each in rest if each.table.name == name)
        is_unique, again = unique_but_for_few(column.texts)
        is_unique = is_unique and not _repeats(placed)
        columns[name] = SubjectColumn(column.name, why, is_hospital, tuple(others), is_unique, again)
    without = tuple(placed.table.name for placed in rest if placed.table.name not in columns)
    most = max((column for column, *_ in chosen.values()), key=lambda column: len(column.profile.texts), default=None)
    numbers = most.profile.texts if most is not None else ()
    pattern = number_pattern(numbers)[0]
    texts_of = {name: column.profile.texts for name, (column, *_) in chosen.items()}
    unlike = tuple(name for name, texts in texts_of.items() if 2 * len(misfits(texts, pattern)) > len(texts))
    return Subjects(columns, key, without, numbers, unlike), rest


def _repeats(placed: PlacedTable) -> bool:
    """Whether the table says itself that a subject may have several rows: by visit numbers, or an export's repeat count."""
    for column in placed.table.columns:
        best = placed.best(column.name)
        is_visit = best is not None and best.concept.variable == "VISITNUM" and column.name not in placed.table.lasting
        if (is_visit and len(column.profile.texts) > 1) or "repeat_instance" in column.name.casefold():
            return True
    return False


def _subject_candidate(placed: PlacedTable, column: FoundColumn) -> Candidate | None:
    for each in placed.candidates.get(column.name, ()):
        if each.verb == "hospital" or (each.verb == "subject" and column.profile.have_digits):
            return each
    return None


def _by_header(placed: PlacedTable, known: Sequence[frozenset[str]]) -> tuple[FoundColumn, str, bool, list[str]] | None:
    """The column that its header calls the subject's number; of several the one whose numbers stand in most tables."""
    found = []
    for at, column in enumerate(placed.table.columns):
        each = _subject_candidate(placed, column)
        if each is not None and not column.profile.is_empty:
            own = frozenset(column.profile.texts)
            shared = sum(2 * len(own & texts) >= len(own) for texts in known)
            found.append((each.verb == "subject", shared, each.score, -at, column, each))
    if not found:
        return None
    found.sort(key=lambda item: item[:4], reverse=True)
    own_number, shared, score, _, column, each = found[0]
    others = [
        other.name
        for is_own, count, near, _, other, _ in found[1:]
        if is_own == own_number and (near >= score - 0.1 or count >= shared)
    ]
    return column, each.why, each.verb == "hospital", others


def _key_of(placed: PlacedTable | None) -> KeyFile | None:
    if placed is None or len(placed.table.columns) > _MOST_KEY_COLUMNS:
        return None
    by_verb: dict[str, FoundColumn] = {}
    for column in placed.table.columns:
        each = _subject_candidate(placed, column)
        if each is not None and column.profile.filled and unique_but_for_few(column.texts)[0]:
            by_verb.setdefault(each.verb, column)
    if len(by_verb) < 2:
        return None
    own, study = by_verb["hospital"], by_verb["subject"]
    return KeyFile(placed.table.file, placed.table.sheet, own.name, study.name)


def number_pattern(texts: Collection[str]) -> tuple[str, int]:
    """A regular expression for the numbers that most texts have in common, and how many texts it does not fit; ``""``: none.

    ``103-001`` and ``103-015`` are ``103-[0-9]{3,}``: a part that never changes is itself, another is its digits.
    """
    shapes = Counter(tuple("0" if run[0].isdigit() else run for run in _RUNS.findall(text)) for text in texts)
    if not shapes:
        return "", 0
    shape, count = shapes.most_common(1)[0]
    if count < _SHAPED * len(texts) or len(shape) > 6:
        return "", 0
    alike = [_RUNS.findall(text) for text in texts if _shape_of(text) == shape]
    parts = []
    for at, run in enumerate(shape):
        runs = {text[at] for text in alike}
        if run != "0" or (len(runs) == 1 and len(shape) > 1):
            parts.append(_escaped(next(iter(runs))))
        else:
            parts.append(f"[0-9]{{{min(map(len, runs))},}}")
    if not any(run == "0" for run in shape) or all("[" not in part for part in parts):
        return "", 0
    return "".join(parts), len(texts) - count


def _shape_of(text: str) -> tuple[str, ...]:
    return tuple("0" if run[0].isdigit() else run for run in _RUNS.findall(text))


def _escaped(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_ /" else re.escape(letter) for letter in text)


def misfits(texts: Iterable[str], pattern: str) -> list[str]:
    """The texts that are not like the pattern."""
    return [text for text in texts if text and pattern and not re.fullmatch(pattern, text)]
