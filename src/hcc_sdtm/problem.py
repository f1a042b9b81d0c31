"""What is wrong in a file that a person wrote: study, mapping, spec. Loads nothing heavy, so that any layer may raise it.

A problem is not a finding: the run cannot go on. All problems of a run travel together in one `StudyError`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hcc_sdtm.source import Source


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person wrote: where, and what to do."""

    source: Source
    message: str

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


class StudyError(Exception):
    """The study cannot be run: carries every problem found, each with its file and line. Exit status 2."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(name: str, names: Iterable[str]) -> str:
    """``; did you mean "X"?`` for the most similar of ``names``, or ``""`` when none comes near."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.5)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""
