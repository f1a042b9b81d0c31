"""A date of which some parts are not known, and the only comparisons that are honest about it.

Knows the set of days that a partial date can mean. Does not read hospital text (`reading`) and never imputes
(`impute`).

Source: SDTMIG 3.4 section 4.4.2 (precision of dates).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hcc_sdtm.dates.iso import check_calendar, check_clock, last_day, parse_iso, render_iso


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to its year, month or day, to its year and day (``2003---15``), or one of two candidates.

    None is a part that is not known. A time can follow a complete date, known to the hour, minute or second.
    ``candidates`` are two readings of one text whose day and month cannot be told apart; what both share is
    then in ``year`` and ``month``: build it with `either`.

    Equality is equality of what is known. There is no ``<``: the questions `is_before` and its kin answer
    True, False or None for "cannot be known". They compare days; times are carried and not compared.

    Raises ValueError where no such date exists: month 0, 30 February, year 0000, 24:00, a minute without its
    hour.
    """

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    candidates: tuple[PartialDate, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a date that does not exist."""
        check_calendar(self.year, self.month, self.day)
        check_clock(self.hour, self.minute, self.second)
        if self.hour is not None and not self.is_complete:
            known = render_iso(self.year, self.month, self.day)
            raise ValueError(f"hour {self.hour:02d} needs a complete date, not {known}")
        for larger, smaller in ((self.hour, self.minute), (self.minute, self.second)):
            if larger is None and smaller is not None:
                raise ValueError(f"{smaller:02d} needs the larger part of the time before it")
        if self.candidates:
            self._check_candidates()

    def _check_candidates(self) -> None:
        if len(self.candidates) != 2 or self.candidates[0] == self.candidates[1]:
            raise ValueError("candidates are two different dates")
        if any(candidate.candidates for candidate in self.candidates):
            raise ValueError("a candidate has no candidates of its own")
        known = (self.year, self.month, self.day, self.hour)
        if known != (*_shared(*self.candidates), None, None):
            raise ValueError("year and month are those that both candidates share; build the date with either()")

    @classmethod
    def either(cls, first: PartialDate, second: PartialDate) -> PartialDate:
        """A date that is one of two; raises ValueError where they are the same or of different years."""
        if first.year != second.year:
            raise ValueError(f"the candidates {first.iso} and {second.iso} do not share a year")
        pair = tuple(
            sorted((first, second), key=lambda candidate: (candidate.earliest, candidate.latest, candidate.iso))
        )
        return cls(*_shared(first, second), candidates=pair)

    @classmethod
    def from_iso(cls, text: str) -> PartialDate:
        """The date that an ISO 8601 text means.

        Raises ValueError for text that is not valid in SDTM, and for what this type does not hold: an unknown
        year (``--12-15``) or hour (``T-:15``), a fraction of a second, a time zone.
        """
        parts = parse_iso(text)
        if parts.year is None:
            raise ValueError(f'"{text}" has no year; expected a date whose year is known')
        found = cls(parts.year, *parts[1:])
        if found.iso != text:
            raise ValueError(f'"{text}" has a fraction of a second or a time zone; expected whole seconds and no zone')
        return found

    @classmethod
    def from_date(cls, day: date) -> PartialDate:
        """The complete date of a ``datetime.date``; the time of a ``datetime.datetime`` is left out."""
        return cls(day.year, day.month, day.day)

    @property
    def iso(self) -> str:
        """ISO 8601 text of what is known; of two candidates, the part that both share."""
        text = render_iso(self.year, self.month, self.day)
        if self.hour is None:
            return text
        clock = [f"{part:02d}" for part in (self.hour, self.minute, self.second) if part is not None]
        return f"{text}T{':'.join(clock)}"

    @property
    def is_complete(self) -> bool:
        """Whether the date is known to the day."""
        return self.day is not None and self.month is not None

    def days(self) -> tuple[date, ...]:
        """Every day that the date can be, in order; never empty."""
        if self.candidates:
            return tuple(sorted({day for candidate in self.candidates for day in candidate.days()}))
        months = range(1, 13) if self.month is None else (self.month,)
        return tuple(
            date(self.year, month, day)
            for month in months
            for day in (range(1, last_day(self.year, month) + 1) if self.day is None else (self.day,))
            if day <= last_day(self.year, month)
        )

    @property
    def earliest(self) -> date:
        """The first day that the date can be."""
        return self.days()[0]

    @property
    def latest(self) -> date:
        """The last day that the date can be."""
        return self.days()[-1]

    def is_before(self, other: PartialDate | date) -> bool | None:
        """Whether this day comes before the other; None where both answers are possible."""
        other = _as_partial(other)
        if self.latest < other.earliest:
            return True
        return False if self.earliest >= other.latest else None

    def is_after(self, other: PartialDate | date) -> bool | None:
        """Whether this day comes after the other; None where both answers are possible."""
        return _as_partial(other).is_before(self)

    def is_on_or_before(self, other: PartialDate | date) -> bool | None:
        """Whether this day is the other or comes before it; None where both answers are possible."""
        after = self.is_after(other)
        return None if after is None else not after

    def is_on_or_after(self, other: PartialDate | date) -> bool | None:
        """Whether this day is the other or comes after it; None where both answers are possible."""
        before = self.is_before(other)
        return None if before is None else not before

    def is_same_day(self, other: PartialDate | date) -> bool | None:
        """Whether both are one day; None where both answers are possible, as for two equal partial dates."""
        mine, theirs = self.days(), _as_partial(other).days()
        if set(mine).isdisjoint(theirs):
            return False
        return True if len(mine) == len(theirs) == 1 else None


def _as_partial(day: PartialDate | date) -> PartialDate:
    return day if isinstance(day, PartialDate) else PartialDate.from_date(day)


def _shared(first: PartialDate, second: PartialDate) -> tuple[int, int | None]:
    """Year and month that two dates of one year share, the month None where they differ."""
    return first.year, first.month if first.month == second.month else None
