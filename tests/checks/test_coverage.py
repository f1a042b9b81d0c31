"""The published conformance rules: each is covered by a rule, or has a reason why not, and not both."""

from hcc_sdtm.checks.catalogue import list_rules
from hcc_sdtm.checks.coverage import PUBLISHED, covering_rules, read_not_covered
from tests.checks.tables import SPECS

PUBLISHED_FOR_SDTMIG_3_4 = 430


def test_every_published_rule_is_covered_or_has_a_reason():
    covered = {each for each in covering_rules(list_rules(SPECS).values()) if each.startswith(PUBLISHED)}
    left = read_not_covered()
    assert not covered & set(left)
    assert all(left.values())
    assert len(covered | set(left)) == PUBLISHED_FOR_SDTMIG_3_4
