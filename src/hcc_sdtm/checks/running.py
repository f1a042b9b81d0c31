"""Running the rules: findings at their cells, and for each rule one of three answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Rule
from hcc_sdtm.checks.rules import RULES
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import join_findings
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

PASS, FAIL, NOT_EVALUATED = "pass", "fail", "not evaluated"


def run_checks(
    datasets: Mapping[str, Dataset], specs: Specs, trial: Trial, rules: Sequence[Rule] = RULES
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Findings of all rules, and one row a rule: ``rule``, ``outcome`` (pass, fail, not evaluated), ``reason`` why it
    could not be evaluated, and the number of ``findings``.

    A rule that raises anything but `Missing` is a bug, and is not caught.
    """
    evidence = Evidence(datasets, specs, trial)
    frames: list[pd.DataFrame] = []
    outcomes: list[tuple[str, str, str, int]] = []
    for rule in rules:
        try:
            flags = list(rule.check(evidence))
        except Missing as missing:
            outcomes.append((rule.label, NOT_EVALUATED, str(missing), 0))
            continue
        found = _one_a_cell(
            join_findings(
                datasets[flag.dataset].findings(
                    flag.positions, rule.label, rule.severity, flag.variable, flag.message, flag.expected
                )
                for flag in flags
            )
        )
        frames.append(found)
        outcomes.append((rule.label, FAIL if len(found) else PASS, "", len(found)))
    return join_findings(frames), pd.DataFrame(outcomes, columns=["rule", "outcome", "reason", "findings"])


def _one_a_cell(findings: pd.DataFrame) -> pd.DataFrame:
    """A rule asks about a cell once: a visit date that serves several records is one finding, at the first of them."""
    repeated = findings.duplicated(["dataset", "subject", "variable", "source"]) & (findings["source"] != "")
    return findings[~repeated].reset_index(drop=True)
