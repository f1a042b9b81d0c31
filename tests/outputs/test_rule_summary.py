from __future__ import annotations

import pandas as pd

from hcc_sdtm.outputs.rule_summary import summarise_outcomes


def outcomes(*rows):
    return pd.DataFrame(rows, columns=["rule", "dataset", "outcome", "reason", "findings"])


def test_a_rule_that_could_not_be_asked_has_not_passed():
    summary = summarise_outcomes(
        outcomes(
            ("A-001", "AE", "pass", "", 0),
            ("A-001", "CM", "pass", "", 0),
            ("B-001", "AE", "pass", "", 0),
            ("B-001", "CM", "not evaluated", "CM has no X", 0),
            ("C-001", "AE", "not evaluated", "AE has no X", 0),
            ("C-001", "CM", "fail", "", 3),
            ("D-001", "AE", "not evaluated", "AE has no X", 0),
            ("D-001", "CM", "not evaluated", "CM has no X", 0),
            ("E-001", "AE", "not evaluated", "AE has no X", 0),
        )
    )
    assert (summary.rules, summary.passed, summary.failed, summary.in_part, summary.not_evaluated) == (5, 1, 1, 1, 2)
    assert summary.reasons == (("AE has no X", 2), ("CM has no X", 1))
    assert summary.evaluated == "3 of 5 rules evaluated"
    assert summary.text == (
        "5 rules: 1 passed, 1 failed, 1 passed where they could be evaluated, 2 could not be evaluated "
        "(AE has no X: 2; CM has no X: 1)"
    )


def test_three_reasons_are_named_and_the_others_counted():
    rows = [(f"R-{number:03}", "", "not evaluated", f"there is no dataset {'ABCDE'[number]}", 0) for number in range(5)]
    text = summarise_outcomes(outcomes(*rows)).text
    assert text.endswith(
        "(there is no dataset A: 1; there is no dataset B: 1; there is no dataset C: 1; 2 more reasons)"
    )


def test_outcomes_of_one_row_a_rule_and_none_at_all():
    one = outcomes(("A-001", "", "pass", "", 0)).drop(columns="dataset")
    assert summarise_outcomes(one).text == "1 rule: 1 passed, 0 failed, 0 could not be evaluated"
    assert summarise_outcomes(outcomes()).evaluated == "0 of 0 rules evaluated"
