"""What a rule is: an id, a name, a severity, a function that points at records, and its documentation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hcc_sdtm.checks.evidence import Evidence

HEADINGS = ("What it finds", "Why it matters", "Example", "Source")
"""The parts of every rule's docstring; the rules page is made from them."""


@dataclass(frozen=True)
class Flag:
    """Records of one dataset that a rule finds wrong; with ``is_whole`` the dataset itself, or that it is not there.

    ``variable`` is the one whose cell a data manager must look at. ``message`` and ``expected`` are one text, or one for
    each position; ``{value}`` in a single message is the variable's value.
    """

    dataset: str
    positions: np.ndarray
    variable: str
    message: str | Sequence[str]
    expected: str | Sequence[str] = ""
    is_whole: bool = False


CheckFunction = Callable[[Evidence], Iterable[Flag]]


@dataclass(frozen=True)
class Rule:
    """One rule. Its function reads `Evidence`, gives flags, and raises `Missing` where it cannot be evaluated."""

    id: str
    name: str
    severity: str
    check: CheckFunction
    covers: tuple[str, ...] = ()
    """Ids of the published rules that it covers."""

    def parts(self, evidence: Evidence) -> Iterator[tuple[str, Callable[[], Iterable[Flag]]]]:
        """What looks at the evidence: one part, which belongs to no single dataset."""
        yield "", lambda: self.check(evidence)

    @property
    def label(self) -> str:
        """Id and dotted name, as findings carry it: ``RS-003 response.after-death``."""
        return f"{self.id} {self.name}"

    @property
    def documentation(self) -> dict[str, str]:
        """Text under each of `HEADINGS`, by heading, in one line each."""
        parts: dict[str, list[str]] = {}
        lines: list[str] = []
        for line in (inspect.getdoc(self.check) or "").splitlines():
            heading, colon, rest = line.partition(":")
            if colon and heading in HEADINGS:
                lines = parts.setdefault(heading, [])
                line = rest
            lines.append(line.strip())
        return {heading: " ".join(filter(None, text)) for heading, text in parts.items()}


def rule(id: str, name: str, severity: str, covers: str = "") -> Callable[[CheckFunction], Rule]:
    """A decorator that makes a check function a Rule; it keeps no list, so that importing a file adds no rule."""

    def make(check: CheckFunction) -> Rule:
        return Rule(id, name, severity, check, tuple(covers.split()))

    return make
