import re
from pathlib import Path

from hcc_sdtm.checks.rules import RULES
from hcc_sdtm.checks.schema_rules import SCHEMA_RULES
from hcc_sdtm.checks.step_rules import read_step_rules
from hcc_sdtm.finding import SEVERITIES

SRC = Path(__file__).parents[2] / "src" / "hcc_sdtm"
LABEL = re.compile(r'"([A-Z]{2,5}-\d{3} [a-z0-9-]+\.[a-z0-9-]+)"')


def test_every_rule_that_a_step_names_is_documented_and_no_other():
    named = {label for path in SRC.rglob("*.py") for label in LABEL.findall(path.read_text(encoding="utf-8"))}
    assert {rule.label for rule in read_step_rules()} == named


def test_every_rule_has_its_four_texts_a_severity_and_an_id_of_its_own():
    rules = [*read_step_rules(), *SCHEMA_RULES, *RULES]
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.severity in SEVERITIES
        assert all(
            rule.documentation.get(heading) for heading in ("What it finds", "Why it matters", "Example", "Source")
        )
