"""Findings for a program: everything that findings.csv has, with counts and what the rules answered."""

from __future__ import annotations

import json

import pandas as pd

from hcc_sdtm.finding import SEVERITIES
from hcc_sdtm.outputs.finding_groups import as_registered, sort_findings
from hcc_sdtm.outputs.rule_summary import summarise_outcomes
from hcc_sdtm.register.waiving import WAIVED


def render_findings_json(findings: pd.DataFrame, outcomes: pd.DataFrame) -> str:
    """The findings, errors first, and the outcomes of the rules as JSON text.

    ``counts`` has the findings that stand, by severity, and those that are waived; ``summary`` says how many of how many rules
    were evaluated; ``outcomes`` has every row of the outcomes. Every text is as it was found: nothing is escaped for
    spreadsheet programs.
    """
    registered = sort_findings(as_registered(findings))
    standing = registered.loc[registered["status"] != WAIVED, "severity"]
    rules = summarise_outcomes(outcomes)
    content = {
        "counts": {severity: int((standing == severity).sum()) for severity in SEVERITIES}
        | {"waived": len(registered) - len(standing)},
        "summary": rules.evaluated,
        "rules": {
            "total": rules.rules,
            "passed": rules.passed,
            "failed": rules.failed,
            "passed_in_part": rules.in_part,
            "not_evaluated": rules.not_evaluated,
            "reasons": [{"reason": reason, "rules": count} for reason, count in rules.reasons],
        },
        "outcomes": json.loads(outcomes.to_json(orient="records", force_ascii=False)),
        "findings": registered.to_dict("records"),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)
