"""How many rules passed, failed and could not be evaluated: a rule that could not be asked has not passed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from hcc_sdtm.checks.running import FAIL, NOT_EVALUATED, PASS

REASONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """Numbers of rules. ``in_part`` are those that passed on some datasets and could not be evaluated on others;
    ``reasons`` are the most frequent of why not, each with its number of rules.
    """

    rules: int
    passed: int
    failed: int
    in_part: int
    not_evaluated: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def evaluated(self) -> str:
        """``41 of 48 rules evaluated``, those in part among them."""
        return f"{self.rules - self.not_evaluated} of {_rules(self.rules)} evaluated"

    @property
    def text(self) -> str:
        """``48 rules: 30 passed, 11 failed, 7 could not be evaluated (there is no dataset LB: 4; RS has no RSEVAL: 2)``."""
        part = f"{self.in_part} passed where they could be evaluated, " if self.in_part else ""
        numbers = f"{self.passed} passed, {self.failed} failed, {part}{self.not_evaluated} could not be evaluated"
        named = [f"{reason}: {count}" for reason, count in self.reasons[:REASONS_SHOWN]]
        more = len(self.reasons) - REASONS_SHOWN
        named += [f"{more} more reason{'s' if more > 1 else ''}"] if more > 0 else []
        return f"{_rules(self.rules)}: {numbers}" + (f" ({'; '.join(named)})" if named else "")


def _rules(count: int) -> str:
    return f"{count} rule{'' if count == 1 else 's'}"


def summarise_outcomes(outcomes: pd.DataFrame) -> RuleSummary:
    """The numbers of the outcomes, which have one row a rule, or one for each dataset in its scope: rule, outcome, reason.

    A rule failed where any of its rows did, passed where all did, and could not be evaluated where none could.
    """
    answers = outcomes["outcome"].to_numpy()
    by_rule = pd.DataFrame(
        {"rule": outcomes["rule"], **{name: answers == name for name in (PASS, FAIL, NOT_EVALUATED)}}
    )
    any_of = by_rule.groupby("rule", sort=False).any()
    failed = any_of[FAIL]
    passed, unasked = any_of[PASS] & ~failed, any_of[NOT_EVALUATED] & ~failed
    unevaluated = any_of.index[unasked & ~passed]
    why = outcomes[outcomes["rule"].isin(unevaluated)].drop_duplicates(["rule", "reason"])
    counts = (
        why.groupby("reason").size().reset_index(name="count").sort_values(["count", "reason"], ascending=[False, True])
    )
    return RuleSummary(
        rules=len(any_of),
        passed=int((passed & ~unasked).sum()),
        failed=int(failed.sum()),
        in_part=int((passed & unasked).sum()),
        not_evaluated=len(unevaluated),
        reasons=tuple((str(reason), int(count)) for reason, count in counts.itertuples(index=False)),
    )
