from __future__ import annotations

import json

import pandas as pd

from hcc_sdtm.finding import FINDING_COLUMNS, findings_frame
from hcc_sdtm.outputs.finding_groups import as_registered
from hcc_sdtm.outputs.findings_json import render_findings_json
from hcc_sdtm.register.register import REGISTER_COLUMNS
from tests.outputs.tables import FINDINGS

OUTCOMES = pd.DataFrame(
    [("RS-003 a.b", "RS", "fail", "", 2), ("LB-001 c.d", "LB", "not evaluated", "there is no dataset LB", 0)],
    columns=["rule", "dataset", "outcome", "reason", "findings"],
)


def test_it_has_counts_the_rules_answers_and_every_finding_with_all_its_columns():
    frame = as_registered(FINDINGS)
    frame.loc[1, "status"] = "waived"
    content = json.loads(render_findings_json(frame, OUTCOMES))
    assert content["counts"] == {"error": 1, "warning": 1, "note": 1, "waived": 1}
    assert content["summary"] == "1 of 2 rules evaluated"
    assert content["rules"] == {
        "total": 2, "passed": 0, "failed": 1, "passed_in_part": 0, "not_evaluated": 1,
        "reasons": [{"reason": "there is no dataset LB", "rules": 1}],
    }  # fmt: skip
    assert content["outcomes"] == OUTCOMES.to_dict("records")
    assert [list(row) for row in content["findings"]] == [[*FINDING_COLUMNS, *REGISTER_COLUMNS]] * 4
    # nothing is escaped for spreadsheet programs, and errors come first
    assert [row["typed"] for row in content["findings"]] == ["", "-1.5", "=1+1", ""]


def test_the_order_of_the_findings_changes_nothing():
    assert render_findings_json(FINDINGS, OUTCOMES) == render_findings_json(FINDINGS.iloc[[2, 0, 3, 1]], OUTCOMES)


def test_nothing_found_and_nothing_asked():
    content = json.loads(render_findings_json(findings_frame(), OUTCOMES.iloc[:0]))
    assert (content["findings"], content["outcomes"], content["summary"]) == ([], [], "0 of 0 rules evaluated")
