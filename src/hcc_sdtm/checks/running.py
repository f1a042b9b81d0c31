"""Running the rules: findings at their cells, and for each rule and dataset one of three answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from hcc_sdtm.checks.asked_values import missing_keys
from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.rule import Flag, Rule
from hcc_sdtm.checks.rules import RULES
from hcc_sdtm.checks.schema_findings import check_schema
from hcc_sdtm.checks.schema_rules import DUPLICATE_KEY, SCHEMA_RULES, DocumentedRule
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.dataset import Dataset, Flagged
from hcc_sdtm.finding import build_findings, join_findings
from hcc_sdtm.problem import RuleFault
from hcc_sdtm.received.file_table import FileMetadata
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.trial import Trial

PASS, FAIL, NOT_EVALUATED = "pass", "fail", "not evaluated"

OUTCOME_COLUMNS = ("rule", "dataset", "outcome", "reason", "findings")


def all_rules(specs: Specs) -> tuple[Rule | TableRule, ...]:
    """Every rule on datasets: the functions, then the lines of the rule tables."""
    return (*RULES, *map(TableRule, specs.rules))


def run_checks(
    datasets: Mapping[str, Dataset],
    specs: Specs,
    trial: Trial | None,
    rules: Sequence[Rule | TableRule] | None = None,
    metadata: Mapping[str, FileMetadata] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Findings of the rules (None: all of them), and a row of `OUTCOME_COLUMNS` for each rule and dataset of its scope.

    ``outcome`` is pass, fail or not evaluated, ``reason`` why it could not be evaluated, ``findings`` how many there are. A
    rule that compares datasets has one row and names none. ``metadata`` is what the files of received datasets say of them.
    Raises RuleFault where a rule itself fails.
    """
    return _run(Evidence(datasets, specs, trial, metadata or {}), all_rules(specs) if rules is None else rules)


def _run(evidence: Evidence, rules: Sequence[Rule | TableRule]) -> tuple[pd.DataFrame, pd.DataFrame]:
    flagged: dict[str, list[Flagged]] = {}
    whole: list[tuple[Rule | TableRule, Flag]] = []
    answers: list[tuple[str, str, str]] = []
    for rule in rules:
        for dataset, look in rule.parts(evidence):
            reason = ""
            try:
                flags = list(look())
            except Missing as missing:
                flags, reason = [], str(missing)
            except Exception as error:
                place = f" on {dataset}" if dataset else ""
                message = f"rule {rule.label} failed{place}; this is a fault of the rule, not of the data"
                raise RuleFault(message) from error
            answers.append((rule.label, dataset, reason))
            for flag in flags:
                if flag.is_whole:
                    whole.append((rule, flag))
                else:
                    found = Flagged(
                        flag.positions, rule.label, rule.severity, flag.variable, flag.message, flag.expected
                    )
                    flagged.setdefault(flag.dataset, []).append(found)
    of_records = [evidence.datasets[name].all_findings(found) for name, found in flagged.items()]
    findings = _one_a_cell(join_findings([_on_wholes(whole), *of_records]))
    order = {label: number for number, label in enumerate(dict.fromkeys(label for label, _, _ in answers))}
    findings = findings.sort_values("rule", key=lambda labels: labels.map(order), kind="stable", ignore_index=True)
    return findings, _outcomes(answers, findings)


def check_datasets(
    datasets: Mapping[str, Dataset],
    specs: Specs,
    trial: Trial | None,
    metadata: Mapping[str, FileMetadata] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Findings and outcomes of the schemas and of all rules, as `run_checks` gives them."""
    evidence = Evidence(datasets, specs, trial, metadata or {})
    of_schemas = join_findings(check_schema(dataset, specs, evidence) for dataset in datasets.values())
    of_rules, outcomes = _run(evidence, all_rules(specs))
    answers = [
        (rule.label, name, _unanswered(rule, dataset)) for rule in SCHEMA_RULES for name, dataset in datasets.items()
    ]
    schema_outcomes = _outcomes(answers, of_schemas)
    return join_findings([of_schemas, of_rules]), pd.concat([schema_outcomes, outcomes], ignore_index=True)


def _unanswered(rule: DocumentedRule, dataset: Dataset) -> str:
    """Why a rule of the schemas could not be evaluated; ``""`` where it could."""
    missing = missing_keys(dataset.spec, dataset.frame.columns) if rule is DUPLICATE_KEY else []
    return f"{dataset.name} has no {', '.join(missing)}" if missing else ""


def _outcomes(answers: list[tuple[str, str, str]], findings: pd.DataFrame) -> pd.DataFrame:
    by_dataset = Counter(zip(findings["rule"], findings["dataset"], strict=True))
    by_rule = Counter(findings["rule"])
    rows = []
    for rule, dataset, reason in answers:
        count = by_dataset[rule, dataset] if dataset else by_rule[rule]
        rows.append((rule, dataset, NOT_EVALUATED if reason else FAIL if count else PASS, reason, count))
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS))


def _on_wholes(flags: Sequence[tuple[Rule | TableRule, Flag]]) -> pd.DataFrame:
    """The findings on datasets themselves."""
    return build_findings(
        [rule.label for rule, _ in flags],
        [rule.severity for rule, _ in flags],
        len(flags),
        message=[str(flag.message) for _, flag in flags],
        dataset=[flag.dataset for _, flag in flags],
        variable=[flag.variable for _, flag in flags],
        expected=[str(flag.expected) for _, flag in flags],
    )


def _one_a_cell(findings: pd.DataFrame) -> pd.DataFrame:
    """A rule asks about a cell once: a visit date that serves several records is one finding, at the first of them."""
    repeated = findings.duplicated(["rule", "dataset", "subject", "variable", "source"]) & (findings["source"] != "")
    return findings[~repeated].reset_index(drop=True)
