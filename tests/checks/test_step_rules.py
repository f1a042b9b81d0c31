import ast
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


def severities(path: Path) -> set[tuple[str, str]]:
    """Rule and severity where a call names both, the rule by its label or by a constant of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    labels = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    found = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for rule, severity in zip(call.args, call.args[1:], strict=False):
            label = labels.get(rule.id) if isinstance(rule, ast.Name) else getattr(rule, "value", None)
            if isinstance(severity, ast.Constant) and severity.value in SEVERITIES and LABEL.fullmatch(f'"{label}"'):
                found.add((label, severity.value))
    return found


def test_a_step_gives_its_findings_the_severity_that_is_documented():
    documented = {rule.label: rule.severity for rule in read_step_rules()}
    given = set().union(*(severities(path) for path in SRC.rglob("*.py")))
    assert len(given) > 20
    assert given <= set(documented.items())


def test_every_rule_has_its_four_texts_a_severity_and_an_id_of_its_own():
    rules = [*read_step_rules(), *SCHEMA_RULES, *RULES]
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.severity in SEVERITIES
        assert all(
            rule.documentation.get(heading) for heading in ("What it finds", "Why it matters", "Example", "Source")
        )
