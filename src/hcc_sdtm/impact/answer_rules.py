"""Which answers a finding of each rule can have: the lines of ``answers.csv``.

Knows rules and kinds of answers; what an answer is for a cell stands in `hcc_sdtm.impact.answers`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

TABLE = Path(__file__).with_name("answers.csv")

KINDS = MappingProxyType(
    {
        "completions": "every day that the partial date can be",
        "candidates": "the dates that the finding names",
        "named-term": "the response that the finding names",
        "any-day": "any day that the neighbouring dates, the order of events and the data cut-off leave",
        "terms": "any response that the data has in that place",
        "with-without": "each therapy that the trial tells apart, and none",
        "no-record": "the record is wrong altogether",
    }
)
"""What may be the truth beside what is recorded."""

FAMILIES = ("date", "response", "therapy", "record")
"""What a finding's variable may be; ``record`` are answers about the record, whatever the variable."""


@dataclass(frozen=True)
class RuleAnswers:
    """One line: the kinds of answers by family, or the reason why findings of the rule have none."""

    rule: str
    kinds: Mapping[str, tuple[str, ...]]
    reason: str

    def of(self, family: str) -> tuple[str, ...]:
        """The kinds of answers for a variable of a family (``""``: of none), those about the record last."""
        own = self.kinds.get(family, ())
        return own if family == "record" else (*own, *self.kinds["record"])


@cache
def read_answer_rules() -> Mapping[str, RuleAnswers]:
    """The lines by what they are about: a rule's id, ``kind:`` and a kind of the rule tables, or letters and ``*``."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = [
            RuleAnswers(row["rule"], {family: tuple(row[family].split()) for family in FAMILIES}, row["reason"])
            for row in csv.DictReader(file)
        ]
    return MappingProxyType({line.rule: line for line in lines})


def answers_of_rule(rule: str, kind: str = "") -> RuleAnswers | None:
    """The line of a rule: its own, that of its kind (of a line of a rule table), that of its letters; None where none is.

    Rules on analysis datasets have the line of their letters, whatever their kind.
    """
    lines = read_answer_rules()
    letters = f"{rule.split('-', 1)[0]}-*"
    of_kind = (f"kind:{kind}", "kind:*") if kind else ()
    names = (rule, letters, *of_kind) if letters == "AD-*" else (rule, *of_kind, letters)
    return next((lines[name] for name in names if name in lines), None)
