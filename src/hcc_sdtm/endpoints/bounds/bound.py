"""The smallest and largest value of a statistic, and how sure it is that they are."""

from __future__ import annotations

from dataclasses import dataclass

EXACT = "exact"
"""Proved to be the smallest and the largest value over all admissible completions."""
ENUMERATED = "enumerated"
"""Found by trying every combination."""
CERTAIN = "certain"
"""Contains every value; may be wider than it need be."""
AT_LEAST = "at least"
"""Searched: both values are attained, and others may lie outside."""

SAME = 1e-9
"""Two values closer than this differ by rounding."""

NOT_IN_ALL = "not estimable in some completions of the unknown dates; least and greatest are those of the others"
NEVER_REACHED = "not reached in some completions of the unknown dates"
MAYBE_NOT_IN_ALL = "perhaps not estimable in some completions of the unknown dates"
MAYBE_NOT_REACHED = "perhaps not reached in some completions of the unknown dates"
NOT_IN_ANY = "not estimable in any completion of the unknown dates"


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the greatest value, how they were found, and what a reader must know of them.

    Of a time that is reached in some completions and not in others ``greatest`` is NaN (NE), because not reached is later
    than every time. Of everything else both are those of the completions in which it can be estimated, and ``warning`` says
    that there are others. Both are NaN where it cannot be in any.
    """

    least: float
    greatest: float
    label: str
    warning: str = ""

    @property
    def is_one_value(self) -> bool:
        """Whether every completion has the one value, which is then proved."""
        return self.label == CERTAIN and not self.warning and self.greatest - self.least < SAME

    def as_exact(self) -> Bound:
        """The same, proved."""
        return Bound(self.least, self.greatest, EXACT, self.warning)

    def as_certain(self) -> Bound:
        """The same, where there were more options than completions."""
        return Bound(self.least, self.greatest, CERTAIN if self.label else "", self.warning)
