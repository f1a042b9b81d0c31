"""Which of the files that a table's pattern matches are read: the only one, the newest by the date in its name, or all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.mapping.language.name_pattern import NamePattern

Transfers = Literal["newest", "all"]
"""What a table may say of several files that its pattern matches; without it the pattern must match one."""

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_MAYBE_DATE = re.compile(
    r"(?<![0-9])(?:[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?|[0-9]{8}|[0-9]{4}[-. _][0-9]{1,2}(?:[-. _][0-9]{1,2})?"
    rf"|[0-9]{{1,2}}[-. _][0-9]{{1,2}}[-. _][0-9]{{4}}|(?:[0-9]{{1,2}}[-. _]?)?{_MONTH}[-. _]?[0-9]{{4}})(?![0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Transfer:
    """A file of a table: its name under the raw folder, and what stands in its name for each ``{KEY}`` of the pattern."""

    file: str
    keys: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """The files to read, oldest first where their names have dates; and for each older one that is not, the newer's name."""

    chosen: tuple[Transfer, ...] = ()
    superseded: dict[str, str] = field(default_factory=dict)
    doubt: str = ""
    """Why nothing was chosen; ``""``: something was, or nothing matches."""

    rivals: tuple[str, ...] = ()
    """The files that the doubt is about."""


def choose_transfers(pattern: str, which: Transfers | None, names: Sequence[str]) -> Choice:
    """The files of ``names`` that a table reads.

    Files whose ``{KEY}`` texts differ are parts of the table, all of them read. Of several with the same texts none is
    chosen without ``which``; ``newest`` takes the one with the latest date in its name, where every name has one date that
    can be read without doubt and one is later than all others. A date of a file on the disk is never asked.
    """
    names = sorted(names)
    shape = NamePattern(pattern)
    exact = [name for name in names if name == pattern]
    matched = {name: shape.match(name) for name in exact or names}
    groups: dict[tuple[str, ...], list[Transfer]] = {}
    for name, keys in matched.items():
        if keys is not None:
            groups.setdefault(tuple(keys.values()), []).append(Transfer(name, keys))
    chosen: list[Transfer] = []
    superseded: dict[str, str] = {}
    for transfers in groups.values():
        files = [transfer.file for transfer in transfers]
        days = read_days(shape, files) if len(files) > 1 and which else None
        if len(files) == 1:
            chosen += transfers
        elif which is None:
            return Choice(doubt="it must match one file", rivals=tuple(files))
        elif which == "all":
            order = files if days is None else list(days.sort_values("earliest", kind="stable").index)
            chosen += sorted(transfers, key=lambda transfer: order.index(transfer.file))
        else:
            newest = None if days is None else _newest(days)
            if newest is None:
                undated = "not every name has one date that can be read without doubt"
                doubt = undated if days is None else "no date in a name is later than all others"
                return Choice(doubt=doubt, rivals=tuple(files))
            chosen += [transfer for transfer in transfers if transfer.file == newest]
            superseded |= {file: newest for file in files if file != newest}
    return Choice(tuple(chosen), superseded)


def read_days(pattern: NamePattern, names: Sequence[str]) -> pd.DataFrame | None:
    """First and last day that the date in each name can mean (day numbers ``earliest``, ``latest``), by name.

    Only a date that a wildcard has part in counts. None where a name has no date, several, or one with several readings.
    """
    found: dict[str, str] = {}
    for name in names:
        start, end = pattern.wild_span(name)
        maybe = [each[0] for each in _MAYBE_DATE.finditer(name) if each.start() < end and each.end() > start]
        reading = dates.read(pd.Series([text.replace("_", "-") for text in maybe], dtype=object))
        reading = reading[reading["kind"] != "unreadable"]
        if len(reading) != 1 or (reading["problem"] != "").any():
            return None
        found[name] = str(reading["iso"].iat[0])
    bounds = dates.bounds(pd.Series(found, dtype=object))
    return bounds if bounds.notna().all(axis=None) else None


def _newest(days: pd.DataFrame) -> str | None:
    last = str(days["latest"].idxmax())
    others = days.drop(index=last)
    return last if (others["latest"] < days.at[last, "earliest"]).all() else None
