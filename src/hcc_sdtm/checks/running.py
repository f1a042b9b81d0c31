"""Running the rules: findings at their cells, and for each rule and dataset one of three answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, Rule
from hcc_sdtm.checks.rules import RULES
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.dataset import Dataset
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

PASS, FAIL, NOT_EVALUATED = "pass", "fail", "not evaluated"

OUTCOME_COLUMNS = ("rule", "dataset", "outcome", "reason", "findings")


class RuleFault(Exception):
    """A rule failed where it should have given an answer: a fault of the rule, and not of the data."""


def all_rules(specs: Specs) -> tuple[Rule | TableRule, ...]:
    """Every rule on datasets: the functions, then the lines of the rule tables."""
    return (*RULES, *map(TableRule, specs.rules))


def run_checks(
    datasets: Mapping[str, Dataset],
    specs: Specs,
    trial: Trial | None,
    rules: Sequence[Rule | TableRule] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Findings of the rules (None: all of them), and a row of `OUTCOME_COLUMNS` for each rule and dataset of its scope.

    ``outcome`` is pass, fail or not evaluated, ``reason`` why it could not be evaluated, ``findings`` how many there are. A
    rule that compares datasets has one row and names none. Raises RuleFault where a rule itself fails.
    """
    evidence = Evidence(datasets, specs, trial)
    frames: list[pd.DataFrame] = []
    outcomes: list[tuple[str, str, str, str, int]] = []
    for rule in all_rules(specs) if rules is None else rules:
        for dataset, look in rule.parts(evidence):
            try:
                flags = list(look())
            except Missing as missing:
                outcomes.append((rule.label, dataset, NOT_EVALUATED, str(missing), 0))
                continue
            except Exception as error:
                place = f" on {dataset}" if dataset else ""
                message = f"rule {rule.label} failed{place}; this is a fault of the rule, not of the data"
                raise RuleFault(message) from error
            found = [_findings(flag, rule, datasets) for flag in flags]
            count = 0
            if found:
                joined = _one_a_cell(join_findings(found))
                frames.append(joined)
                count = len(joined)
            outcomes.append((rule.label, dataset, FAIL if count else PASS, "", count))
    return join_findings(frames), pd.DataFrame(outcomes, columns=list(OUTCOME_COLUMNS))


def _findings(flag: Flag, rule: Rule | TableRule, datasets: Mapping[str, Dataset]) -> pd.DataFrame:
    if flag.is_whole:
        return build_findings(
            rule.label,
            rule.severity,
            1,
            message=str(flag.message),
            dataset=flag.dataset,
            variable=flag.variable,
            expected=str(flag.expected),
        )
    return datasets[flag.dataset].findings(
        flag.positions, rule.label, rule.severity, flag.variable, flag.message, flag.expected
    )


def _one_a_cell(findings: pd.DataFrame) -> pd.DataFrame:
    """A rule asks about a cell once: a visit date that serves several records is one finding, at the first of them."""
    repeated = findings.duplicated(["dataset", "subject", "variable", "source"]) & (findings["source"] != "")
    return findings[~repeated].reset_index(drop=True)
