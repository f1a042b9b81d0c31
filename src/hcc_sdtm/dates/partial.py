"""A date of which some parts are not known, and the only comparisons that are honest about it.

Knows the set of days, and where a time is known the moments, that a partial date can mean. Does not read
hospital text (`reading`) and never imputes (`impute`).

Source: SDTMIG 3.4 section 4.4.2 (precision of dates).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from operator import index

from hcc_sdtm.dates.iso import check_calendar, check_clock, last_day, parse_iso, render_iso


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to its year, month or day, to its year and day (``2003---15``), or one of two candidates.

    None is a part that is not known. A time can follow a complete date, known to the hour, minute or second.
    ``candidates`` are two readings of one text whose day and month cannot be told apart, in either order; what
    both share is then in ``year`` and ``month``: build it with `either`.

    Equality is equality of what is known. There is no ``<``: the questions `is_before` and its kin answer
    True, False or None for "both answers are possible". Where both dates know at least the hour they compare
    moments, each a whole second: 10 o'clock is any second from 10:00:00 to 10:59:59. In every other case they
    compare days, whatever time one of the two knows.

    Raises ValueError where no such date exists: month 0, 30 February, year 0000, 24:00, a minute without its
    hour. Raises TypeError for a part that is not a whole number.
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
        for part in (self.year, self.month, self.day, self.hour, self.minute, self.second):
            if part is not None:
                index(part)  # a frame's column with a missing value holds floats
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
            ordered = tuple(sorted(self.candidates, key=lambda one: (one.earliest, one.latest, one.iso)))
            object.__setattr__(self, "candidates", ordered)  # which reading was named first is not known of the date

    def _check_candidates(self) -> None:
        days = {(candidate.year, candidate.month, candidate.day) for candidate in self.candidates}
        if len(self.candidates) != 2 or len(days) != 2:
            texts = ", ".join(candidate.iso for candidate in self.candidates)
            raise ValueError(f"candidates are two dates of different days, not {texts}")
        if any(candidate.candidates for candidate in self.candidates):
            raise ValueError("a candidate has no candidates of its own")
        known = (self.year, self.month, self.day, self.hour)
        if known != (*_shared(*self.candidates), None, None):
            raise ValueError("year and month are those that both candidates share; build the date with either()")

    @classmethod
    def either(cls, first: PartialDate, second: PartialDate) -> PartialDate:
        """A date that is one of two; raises ValueError where they are the same day or of different years."""
        if first.year != second.year:
            raise ValueError(f"the candidates {first.iso} and {second.iso} do not share a year")
        return cls(*_shared(first, second), candidates=(first, second))

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
        """The complete date of a ``datetime.date``, with its time where it is a ``datetime.datetime``.

        A ``datetime`` at midnight is known to be at midnight; for its day alone pass its ``.date()``. Raises
        ValueError for a fraction of a second and for a time zone.
        """
        if not isinstance(day, datetime):
            return cls(day.year, day.month, day.day)
        if day.microsecond or getattr(day, "nanosecond", 0) or day.tzinfo is not None:
            raise ValueError(f'"{day}" has a fraction of a second or a time zone; expected whole seconds and no zone')
        return cls(day.year, day.month, day.day, day.hour, day.minute, day.second)

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
        if self.candidates:
            return min(candidate.earliest for candidate in self.candidates)
        return date(self.year, self.month or 1, self.day or 1)  # January has every day

    @property
    def latest(self) -> date:
        """The last day that the date can be."""
        if self.candidates:
            return max(candidate.latest for candidate in self.candidates)
        return date(self.year, self.month or 12, self.day or last_day(self.year, self.month))  # December has every day

    @property
    def earliest_moment(self) -> datetime:
        """The first second that the date can be."""
        if self.candidates:
            return min(candidate.earliest_moment for candidate in self.candidates)
        return datetime.combine(self.earliest, time(self.hour or 0, self.minute or 0, self.second or 0))

    @property
    def latest_moment(self) -> datetime:
        """The last second that the date can be."""
        if self.candidates:
            return max(candidate.latest_moment for candidate in self.candidates)
        hour, minute, second = (
            last if part is None else part for part, last in ((self.hour, 23), (self.minute, 59), (self.second, 59))
        )
        return datetime.combine(self.latest, time(hour, minute, second))

    @property
    def has_time(self) -> bool:
        """Whether the hour is known; of two candidates, of both."""
        return all(candidate.hour is not None for candidate in self.candidates or (self,))

    def is_before(self, other: PartialDate | date) -> bool | None:
        """Whether this comes before the other; None where both answers are possible.

        By moments where both know at least the hour, else by days: 10:00 of a day is not before that day.
        """
        other = _as_partial(other)
        if self.has_time and other.has_time:
            return _is_before(self.earliest_moment, self.latest_moment, other.earliest_moment, other.latest_moment)
        return _is_before(self.earliest, self.latest, other.earliest, other.latest)

    def is_after(self, other: PartialDate | date) -> bool | None:
        """Whether this comes after the other, by moments or days as in `is_before`; None where both are possible."""
        return _as_partial(other).is_before(self)

    def is_on_or_before(self, other: PartialDate | date) -> bool | None:
        """Whether this comes before the other or at the same moment or day; None where both answers are possible."""
        after = self.is_after(other)
        return None if after is None else not after

    def is_on_or_after(self, other: PartialDate | date) -> bool | None:
        """Whether this comes after the other or at the same moment or day; None where both answers are possible."""
        before = self.is_before(other)
        return None if before is None else not before

    def is_same_day(self, other: PartialDate | date) -> bool | None:
        """Whether both are one day, at whatever time; None where both answers are possible, as for two equal months."""
        mine, theirs = self.days(), _as_partial(other).days()
        if set(mine).isdisjoint(theirs):
            return False
        return True if len(mine) == len(theirs) == 1 else None


def _as_partial(day: PartialDate | date) -> PartialDate:
    if isinstance(day, PartialDate):
        return day
    if not isinstance(day, date) or day != day:  # NaT differs from itself
        raise TypeError(f'"{day}" is a {type(day).__name__}; expected a PartialDate or a date')
    return PartialDate.from_date(day)


def _is_before(earliest: date, latest: date, other_earliest: date, other_latest: date) -> bool | None:
    """The answer for all that two dates can mean, from the first and last of each: days, or moments throughout."""
    if latest < other_earliest:
        return True
    return False if earliest >= other_latest else None


def _shared(first: PartialDate, second: PartialDate) -> tuple[int, int | None]:
    """Year and month that two dates of one year share, the month None where they differ."""
    return first.year, first.month if first.month == second.month else None
