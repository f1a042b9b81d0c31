"""What is wrong in a file that a person wrote: study, mapping, spec. Loads nothing heavy, so that any layer may raise it.

A problem is not a finding: the run cannot go on. All problems of a run travel together in one `StudyError`. A rule that fails
is no problem of a file: it stops the run as `RuleFault`.
"""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hcc_sdtm.source import Source

Made = TypeVar("Made")


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


def attempt(problems: list[Problem], make: Callable[[], Made]) -> Made | None:
    """What the function makes; where it raises StudyError, None, and its problems are added to the others."""
    try:
        return make()
    except StudyError as error:
        problems.extend(error.problems)
        return None


class RuleFault(Exception):
    """A rule failed where it should have given an answer: a fault of the rule, and not of the data. Exit status 2."""

    @property
    def place(self) -> str:
        """What was raised and where in the code, without its text: that may hold data of a patient."""
        cause = self.__cause__
        if cause is None:
            return ""
        steps = traceback.extract_tb(cause.__traceback__)
        own = [step for step in steps if Path(step.filename).is_relative_to(Path(__file__).parent)] or steps
        where = f" in {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
        return f"{type(cause).__name__}{where}"


def nearest(name: str, names: Iterable[str]) -> str:
    """``; did you mean "X"?`` for the most similar of ``names``, or ``""`` when none comes near."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.5)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""
