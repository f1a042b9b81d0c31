"""The table of answers: every rule that a finding can name has a line, with answers or with the reason why it has none."""

from __future__ import annotations

import pytest

from hcc_sdtm.checks.catalogue import list_rules
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.impact.answer_rules import FAMILIES, KINDS, answers_of_rule, read_answer_rules
from hcc_sdtm.spec.rule_kinds import KINDS as RULE_KINDS
from tests.adam.tables import SPECS

RULES = list_rules(SPECS)


def kind_of(rule):
    return rule.row.kind if isinstance(rule, TableRule) else ""


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_line(rule):
    line = answers_of_rule(rule, kind_of(RULES[rule]))
    assert line is not None
    assert any(line.kinds.values()) != bool(line.reason)


@pytest.mark.parametrize("rule", [name for name, each in RULES.items() if each.name.startswith(("date.", "response."))])
def test_a_rule_on_a_date_or_a_response_has_answers_or_a_reason_of_its_own(rule):
    line = answers_of_rule(rule, kind_of(RULES[rule]))
    assert line.reason or any(line.kinds[family] for family in FAMILIES)
    if not line.reason:
        assert line.rule in (rule, f"kind:{kind_of(RULES[rule])}")


def test_every_line_names_known_rules_kinds_and_answers():
    letters = {name.split("-")[0] for name in RULES}
    for name, line in read_answer_rules().items():
        assert set().union(*line.kinds.values()) <= set(KINDS), name
        if name.startswith("kind:"):
            assert name == "kind:*" or name[5:] in RULE_KINDS
        elif name.endswith("-*"):
            assert name[:-2] in letters
            assert line.reason
        else:
            assert name in RULES
            assert not line.reason


def test_a_line_of_a_studys_own_table_has_the_answers_of_its_kind():
    assert answers_of_rule("XY-001", "not-after").of("date") == ("any-day",)
    assert answers_of_rule("XY-001", "pattern").reason
    assert answers_of_rule("XY-001") is None
    assert answers_of_rule("AD-9999", "not-after").reason.startswith("is about an analysis dataset")


def test_answers_about_the_record_hold_whatever_the_variable():
    line = answers_of_rule("RS-003")
    assert line.of("date") == ("any-day", "no-record")
    assert line.of("record") == line.of("") == ("no-record",)
