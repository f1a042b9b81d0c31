"""Where to look next for the first time at which the lowest or the highest survival is at or below a level."""

from __future__ import annotations

from dataclasses import dataclass, replace

AT_FIRST = 2
"""So often is a crossing sought next to the one that is known."""


@dataclass(frozen=True)
class CrossingSearch:
    """Where the lowest (``highest``: the highest) survival first is at or below a level: at ``low`` to ``high``.

    A version crosses no sooner than the lowest does, and no later than the highest: its crossing is where to look next.
    """

    low: int
    high: int
    highest: bool
    tries: int = 0

    @classmethod
    def of(cls, crossing: int, last: int, highest: bool) -> CrossingSearch:
        """The search that begins with the crossing of the version that is extreme at the last place."""
        return cls(crossing, last, highest) if highest else cls(0, crossing, highest)

    @property
    def place(self) -> int:
        """The place to look at: next to the crossing that is known, then further off, and never past the middle."""
        step = 1 << max(self.tries - AT_FIRST, 0)
        middle = (self.low + self.high) // 2
        return min(self.low + step - 1, middle) if self.highest else max(self.high - step, middle)

    def narrowed(self, is_reached: bool, crossing: int) -> CrossingSearch:
        """The search after the extreme version of ``place``, whether it is at the level there, and where it crosses."""
        if is_reached:
            return replace(self, high=self.place if self.highest else crossing, tries=self.tries + 1)
        low = min(crossing, self.high) if self.highest else self.place + 1
        return replace(self, low=low, tries=self.tries + 1)
