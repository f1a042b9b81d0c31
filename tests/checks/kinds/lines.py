"""One line of a rule table, run on datasets from text tables."""

from hcc_sdtm.checks.running import run_checks
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.source import Source
from hcc_sdtm.spec.rule_condition import parse_conditions
from hcc_sdtm.spec.rule_table import RuleRow
from tests.checks.tables import SPECS, build_dataset, parse_table


def line(kind, variable, value="", when="", scope="LB", message=""):
    conditions, wrong = parse_conditions(when)
    assert not wrong
    texts = ("finds", "matters", "example", "source")
    return RuleRow(
        "SD-9000", "a.rule", "error", tuple(scope.split()), tuple(conditions), kind, tuple(variable.split()), value,
        message, (), texts, Source("own.csv", line=2),
    )  # fmt: skip


def run(row, **tables):
    """The places that a line finds, ``"2 LBDTC"``, with its messages; or why it could not be evaluated."""
    datasets = {name: build_dataset(name, parse_table(text)) for name, text in tables.items()}
    findings, outcomes = run_checks(datasets, SPECS, None, (TableRule(row),))
    places = (findings["record"] + " " + findings["variable"]).str.strip()
    reasons = [reason for reason in outcomes["reason"] if reason]
    return dict(zip(places, findings["message"], strict=True)), reasons
