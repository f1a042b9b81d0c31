"""The clinical data of an ODM export as rows, after all its transactions in the order of the file (ODM 1.3.2, section 3.1.4).

Insert, Update and Upsert set the values they name and leave the others, Remove takes away what it names with all below it,
Context says only where what is below it belongs. An element without a type has that of the element around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Key = tuple[str, ...]
"""Study and subject, then OID and repeat key of the event, the form and the item group: as many as the element is deep.

A repeat key that the file gives to several elements has `AGAIN` and a number behind it from the second on.
"""

GROUP_PARTS = 8
"""Parts of an item group's key: two for the subject and for each of event, form and group."""

AGAIN = "\x1f"


def shown_repeat(text: str) -> str:
    """A repeat key as a sheet shows it: ``2`` as typed, ``(2)`` for the second of two elements with no key."""
    return re.sub(f"{AGAIN}([0-9]+)", r"(\1)", text)


@dataclass
class OdmRow:
    """One item group of a subject: its key, the text of each item by OID, units and comments of items."""

    key: Key
    texts: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def group(self) -> str:
        """OID of the item group."""
        return self.key[-2]

    @property
    def is_repeat(self) -> bool:
        """Whether the file gives the same key to another element before this one."""
        return any(AGAIN in part for part in self.key)


@dataclass
class OdmRecords:
    """Rows in the order in which the file first names them.

    ``notes`` are texts about an element (its vendor's attributes, its site, comments on it) by its key and by column.
    """

    rows: list[OdmRow | None] = field(default_factory=list)
    notes: dict[Key, dict[str, str]] = field(default_factory=dict)
    subjects: dict[Key, None] = field(default_factory=dict)
    """The subjects of the file, those without any row too."""

    unknown_updates: int = 0
    """Updates and removals of item groups that the file does not insert."""

    _places: dict[Key, int] = field(default_factory=dict)
    _inserted: dict[Key, dict[Key, int]] = field(default_factory=dict)
    """How often each element of a subject was inserted."""

    _below: dict[Key, list[int]] | None = None

    def __iter__(self) -> Iterator[OdmRow]:
        return (row for row in self.rows if row is not None)

    def settle(self, key: Key, transaction: str) -> Key:
        """The key of an element with such a transaction of its own.

        A second Insert of an event, form or group is another one, however the file calls it; what does not say Insert is
        about the last of them.
        """
        counts = self._inserted.setdefault(key[:2], {})
        count = counts.get(key, 0) + (transaction == "Insert")
        if transaction == "Insert":
            counts[key] = count
        return _numbered(key, count)

    def open_row(self, key: Key, transaction: str) -> OdmRow:
        """The row of an item group, made where the file names it for the first time."""
        place = self._places.get(key)
        row = self.rows[place] if place is not None else None
        if row is None:
            self.unknown_updates += transaction == "Update"
            row = self._add(key)
        return row

    def set_text(self, row: OdmRow, item: str, text: str, transaction: str) -> OdmRow:
        """Sets an item's text; the row, which is another where the file gives the item again without saying Update.

        Repeats of an item group without a key of their own look so: each is a row, none is lost.
        """
        if item in row.texts and transaction not in ("Update", "Upsert"):
            bare = (*row.key[:-1], row.key[-1].partition(AGAIN)[0])
            counts = self._inserted.setdefault(bare[:2], {})
            count = max(counts.get(bare, 0), int(row.key[-1].partition(AGAIN)[2] or 1)) + 1
            counts[bare] = count
            row = self._add(_numbered(bare, count))
        row.texts[item] = text
        return row

    def remove(self, key: Key) -> None:
        """Takes away an element with all rows below it."""
        if self._below is None:
            self._below = {}
            for place, row in enumerate(self.rows):
                if row is not None:
                    self._file(row.key, place)
        places = self._below.pop(key, [])
        self.unknown_updates += not places
        for place in places:
            row = self.rows[place]
            if row is not None:
                self.rows[place] = None
                self._places.pop(row.key, None)
        self.notes.pop(key, None)
        self.subjects.pop(key, None)
        counts = self._inserted.get(key[:2], {})
        gone = (*key[:-1], key[-1].partition(AGAIN)[0])
        for each in [each for each in counts if each == gone or each[: len(key)] == key]:
            del counts[each]

    def note(self, key: Key, column: str, text: str) -> None:
        """Notes a text about an element; texts of one column are joined."""
        notes = self.notes.setdefault(key, {})
        known = notes.get(column, "")
        notes[column] = text if not known or text in known.split("; ") else f"{known}; {text}"

    def replace_note(self, key: Key, column: str, text: str) -> None:
        """Notes a text about an element in place of an earlier one."""
        self.notes.setdefault(key, {})[column] = text

    def notes_of(self, key: Key) -> dict[str, str]:
        """All notes about an item group and what is above it."""
        found: dict[str, str] = {}
        for size in range(2, len(key) + 1, 2):
            found |= self.notes.get(key[:size], {})
        return found

    def _add(self, key: Key) -> OdmRow:
        row = OdmRow(key)
        self._places[key] = len(self.rows)
        self.rows.append(row)
        if self._below is not None:
            self._file(key, len(self.rows) - 1)
        return row

    def _file(self, key: Key, place: int) -> None:
        if self._below is not None:
            for size in range(2, len(key) + 1, 2):
                self._below.setdefault(key[:size], []).append(place)


def _numbered(key: Key, count: int) -> Key:
    return (*key[:-1], f"{key[-1]}{AGAIN}{count}") if count > 1 else key
