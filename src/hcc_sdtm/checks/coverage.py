"""Which published conformance rules the rules of this toolkit cover, and why the rest is not covered.

Ids are those of the rules that CDISC publishes for its engine (CORE-...), and the ids that these cite (CG..., FB..., TIG...).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from hcc_sdtm.checks.catalogue import AnyRule

TABLE = Path(__file__).with_name("not_covered.csv")
PUBLISHED = "CORE-"
"""What the ids of published rules begin with; the others are cited by them."""


def read_not_covered() -> dict[str, str]:
    """Why each published rule that no rule covers is not covered, by its id."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["reason"] for row in csv.DictReader(file)}


def covering_rules(rules: Iterable[AnyRule]) -> Mapping[str, tuple[str, ...]]:
    """The ids of the rules that cover each published rule, or id that it cites, in order of the published ids."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        for published in rule.covers:
            found.setdefault(published, []).append(rule.id)
    return {published: tuple(found[published]) for published in sorted(found)}
