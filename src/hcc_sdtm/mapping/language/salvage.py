"""What of a wrong mapping can still be read, so that one look at it shows everything that is wrong.

Nothing here is ever mapped with: it stands in for what could not be read while the rest is checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hcc_sdtm.mapping.language.condition import Condition, Join, Test
from hcc_sdtm.mapping.language.head import Anchor, Head
from hcc_sdtm.mapping.language.table_options import Table
from hcc_sdtm.mapping.language.verbs import Rule, RuleModel

_RULE: TypeAdapter[RuleModel] = TypeAdapter(Rule)
_CONDITION: TypeAdapter[Test | Join] = TypeAdapter(Condition)


def salvage_head(data: Mapping[str, Any]) -> Head:
    """A head with the keys that can be read; a table or an anchor that cannot has its name, and nothing else."""
    parts = {key: value for key, value in data.items() if key not in ("site", "tables", "anchors", "defaults")}
    kept = {key: value for key, value in parts.items() if _is_valid(key, value)}
    head = Head.model_validate({**kept, "site": str(data.get("site", "")), "tables": {}})
    defaults = {
        domain: salvage_rules(rules) for domain, rules in _items(data.get("defaults")) if isinstance(rules, Mapping)
    }
    tables = {name: _read(Table, table) or Table.model_construct() for name, table in _items(data.get("tables"))}
    anchors = {
        name: _read(Anchor, anchor) or Anchor.model_construct(date="2000-01-01")
        for name, anchor in _items(data.get("anchors"))
    }
    return head.model_copy(update={"tables": tables, "anchors": anchors, "defaults": defaults})


def salvage_rules(data: Any) -> dict[str, RuleModel]:
    """The rules that can be read, by variable."""
    rules = {}
    for variable, rule in _items(data):
        try:
            rules[variable] = _RULE.validate_python(rule)
        except ValidationError:
            continue
    return rules


def salvage_condition(data: Any) -> Test | Join | None:
    """The condition, None for one that cannot be read."""
    try:
        return _CONDITION.validate_python(data)
    except ValidationError:
        return None


def _items(data: Any) -> list[tuple[str, Any]]:
    return list(data.items()) if isinstance(data, Mapping) else []


def _read(model: type[Any], data: Any) -> Any:
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def _is_valid(key: str, value: Any) -> bool:
    return _read(Head, {"site": "", "tables": {}, key: value}) is not None
