"""The usual form of common records, read from ``usual_blocks.yaml``: what a draft starts from where no site shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from hcc_sdtm.drafting.knowledge.concept import Concept
from hcc_sdtm.drafting.knowledge.data_tables import FOLDER
from hcc_sdtm.drafting.knowledge.template import Ref, RefCondition, RefJoin, RefTest, RuleTree, Template
from hcc_sdtm.mapping.language.verbs import SUBJECT
from hcc_sdtm.spec.yaml_file import read_yaml

FILE = "usual_blocks.yaml"
_OWN = ("assumes", "each", "needs", "without", "assumes", "test", "category", "when", "SUPP")
_COLUMN_KEYS = ("copy", "term", "date", "number")


@cache
def usual_blocks() -> tuple[Template, ...]:
    """The packaged templates, in the order of their file."""
    data = read_yaml(FOLDER / FILE, FILE).data
    return tuple(_template(domain, block) for domain, blocks in data.items() for block in blocks)


def _template(domain: str, block: Mapping[str, Any]) -> Template:
    tests = block.get("test", ())
    tests = (tests,) if isinstance(tests, str) else tuple(tests)
    category = block.get("category", "") or block.get("assumes", "")
    lone = tests[0] if len(tests) == 1 and tests[0] != "*" else ""

    def ref(name: str) -> Ref:
        owner, variable = name.split(".")
        return Ref((Concept(owner, variable, lone if owner == domain else "", category if owner == domain else ""),))

    def rules(written: Any) -> tuple[RuleTree, ...]:
        listed = written if isinstance(written, list) else [written]
        return tuple(dict(_tree(rule, ref)) for rule in listed)

    return Template(
        "",
        domain,
        ref(block["each"]),
        tests,
        category,
        {name: rules(rule) for name, rule in block.items() if name not in _OWN},
        {name: rules(rule) for name, rule in block.get("SUPP", {}).items()},
        _condition(block["when"], ref) if "when" in block else None,
        (ref(block["needs"]),) if "needs" in block else (),
        (ref(block["without"]),) if "without" in block else (),
        "assumes" in block,
    )


def _tree(rule: Mapping[str, Any], ref: Any) -> Iterator[tuple[str, Any]]:
    for key, value in rule.items():
        if key in _COLUMN_KEYS and value != SUBJECT:
            yield key, ref(value)
        elif key == "when":
            yield key, _condition(value, ref)
        else:
            yield key, value


def _condition(written: Mapping[str, Any], ref: Any) -> RefCondition:
    ((key, value),) = written.items()
    if key in ("any", "all"):
        return RefJoin(key, tuple(_condition(part, ref) for part in value))
    ((test, operand),) = value.items()
    column = ref(key)
    plain_text = column.concepts[0].variable == "VISITNUM"
    return RefTest(column, test, (operand,) if plain_text else (), () if plain_text else (operand,))
