"""Controlled terms that mappings give: constants, the terms of their maps, and the lines of their dictionaries.

Works on what is written, so that a mapping whose terms do not fit the codelists can be read too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hcc_sdtm.mapping.language.extending import ExtendedFile, read_extended
from hcc_sdtm.mapping.language.term_dictionary import COLUMNS
from hcc_sdtm.problem import StudyError
from hcc_sdtm.spec.csv_file import read_csv_file
from hcc_sdtm.spec.model import Specs
from hcc_sdtm.spec.yaml_file import Path_
from hcc_sdtm.terminology.values_in_use import ValueUsed, codelists_of

EVERY_DOMAIN = "*"
OWN_DOMAIN = "--"
NOT_RULES = ("rows", "when", "SUPP")


def terms_used(mappings: Sequence[tuple[Path, str]], specs: Specs) -> Iterator[ValueUsed]:
    """Each term that the mappings give, with the line it stands on; each mapping is a path and the name that sources print.

    Of a mapping that is no YAML, or extends a file that is not there, nothing is given: checking the mappings says why.
    """
    for path, name in mappings:
        try:
            found = read_extended(path, name)
        except StudyError:
            continue
        if isinstance(found.file.data, dict):
            yield from _mapping_terms(found, specs)


def _mapping_terms(found: ExtendedFile, specs: Specs) -> Iterator[ValueUsed]:
    data = found.file.data
    for domain, blocks in data.items():
        if domain not in specs.sdtm or not isinstance(blocks, list):
            continue
        for number, block in enumerate(blocks):
            rules = (
                {key: rule for key, rule in block.items() if key not in NOT_RULES} if isinstance(block, dict) else {}
            )
            constants = _constants(rules)
            for variable, rule in rules.items():
                yield from _rule_terms(found, rule, (domain, number, variable), domain, variable, constants, specs)
    defaults = data.get("defaults")
    for domain, rules in defaults.items() if isinstance(defaults, dict) else ():
        for variable, rule in rules.items() if isinstance(rules, dict) else ():
            for made in [name for name in data if name in specs.sdtm] if domain == EVERY_DOMAIN else [domain]:
                named = made + variable.removeprefix(OWN_DOMAIN) if variable.startswith(OWN_DOMAIN) else variable
                yield from _rule_terms(found, rule, ("defaults", domain, variable), made, named, {}, specs)
    terms = data.get("terms", ())
    for at, text in enumerate([terms] if isinstance(terms, str) else terms if isinstance(terms, list) else ()):
        place: Path_ = ("terms", at) if ("terms", at) in found.file.lines else ("terms",)
        yield from _dictionary_terms(*found.beside(place, str(text)), specs)


def _constants(rules: Mapping[str, Any]) -> dict[str, str]:
    """Variables that have the same value in every record of the block."""
    return {
        variable: rule["constant"]
        for variable, rule in rules.items()
        if isinstance(rule, dict) and isinstance(rule.get("constant"), str) and "when" not in rule
    }


def _rule_terms(
    found: ExtendedFile, rule: Any, path: Path_, domain: str, variable: str, given: Mapping[str, str], specs: Specs
) -> Iterator[ValueUsed]:
    """The terms of one rule and of the rules inside it."""
    others = {name: value for name, value in given.items() if name != variable}
    lists = codelists_of(specs, domain, variable, others)
    for place, value in _written(rule, path) if lists else ():
        yield ValueUsed(str(found.file.source(place)), domain, variable, value, lists)


def _written(rule: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    """Every constant and every term of a map in a rule, with its place in the file."""
    if isinstance(rule, list):
        for at, part in enumerate(rule):
            yield from _written(part, (*path, at))
    elif isinstance(rule, dict):
        if "concat" in rule or "split" in rule:
            return  # a part of a text is no term
        if isinstance(rule.get("constant"), str):
            yield (*path, "constant"), rule["constant"]
        mapped = rule.get("map")
        for typed, term in mapped.items() if isinstance(mapped, dict) else ():
            if isinstance(term, str):
                yield (*path, "map", typed), term
        for key in ("first_of", "lookup", "give"):
            if key in rule:
                yield from _written(rule[key], (*path, key))


def _dictionary_terms(path: Path, name: str, specs: Specs) -> Iterator[ValueUsed]:
    for row in read_csv_file(path, [], COLUMNS, None).rows:
        if row["list"] in specs.codelists:
            yield ValueUsed(f"{name}:{row.line}", "", row["list"], row["term"], (row["list"],))
            continue
        for domain, spec in specs.sdtm.items():
            if row["list"] in spec.by_name:
                lists = codelists_of(specs, domain, row["list"], {})
                yield ValueUsed(f"{name}:{row.line}", domain, row["list"], row["term"], lists)
                break
