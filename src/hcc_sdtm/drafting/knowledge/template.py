"""A block of rules with what the columns are in place of their names: the form in which one site's mapping helps another.

Lifted from approved mappings (`approved`) and written for common records (`usual`); `building` puts a site's columns in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hcc_sdtm.drafting.knowledge.concept import Concept


@dataclass(frozen=True, slots=True)
class Ref:
    """A column by what it is; of several concepts the first that a table has is meant."""

    concepts: tuple[Concept, ...]

    def __str__(self) -> str:
        return str(self.concepts[0]) if self.concepts else ""


@dataclass(frozen=True, slots=True)
class RefTest:
    """A test of a column: ``texts`` as another site types them, or the ``terms`` that they stand for."""

    ref: Ref
    test: str
    texts: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefJoin:
    """``all``, ``any`` or ``not`` of the parts."""

    how: str
    parts: tuple[RefTest | RefJoin, ...]


RefCondition = RefTest | RefJoin
RuleTree = Mapping[str, Any]
"""A rule as a mapping writes it, with a `Ref` for each column, and a `RefCondition` under ``when``."""


@dataclass(frozen=True)
class Template:
    """One block: ``topic`` is the column that makes it a record, ``needs`` those without which it is another record.

    ``tests`` are the tests that it is for (``*``: any named one; none: those of a column); ``source`` is a site, or ``""``.
    """

    source: str
    domain: str
    topic: Ref
    tests: tuple[str, ...]
    category: str
    lines: Mapping[str, tuple[RuleTree, ...]]
    supp: Mapping[str, tuple[RuleTree, ...]] = field(default_factory=dict)
    when: RefCondition | None = None
    needs: tuple[Ref, ...] = ()
    without: tuple[Ref, ...] = ()
    """Columns in whose presence another template is for these records."""

    is_assumed: bool = False
    """Whether a column that names no category is taken to have the template's."""

    number: int = 0
    """The number that the columns of a lifted block have in common."""

    @property
    def constants(self) -> Mapping[str, str]:
        """The constants of the block, by variable; one with a condition is none."""
        found = {}
        for variable, rules in {**self.lines, **self.supp}.items():
            if len(rules) == 1 and "constant" in rules[0] and "when" not in rules[0]:
                found[variable] = str(rules[0]["constant"])
        return found


def tests_of(condition: RefCondition | None) -> Iterator[RefTest]:
    """Every test of a condition."""
    if isinstance(condition, RefTest):
        yield condition
    elif condition is not None:
        for part in condition.parts:
            yield from tests_of(part)


def refs_of(tree: Any) -> Iterator[Ref]:
    """Every column that a rule reads, those of its condition too."""
    if isinstance(tree, Ref):
        yield tree
    elif isinstance(tree, RefTest | RefJoin):
        for test in tests_of(tree):
            yield test.ref
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from refs_of(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from refs_of(value)
