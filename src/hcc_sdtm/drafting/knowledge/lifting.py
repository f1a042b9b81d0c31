"""Blocks of an approved mapping as templates: what their columns are in place of their names, terms in place of typed texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hcc_sdtm.drafting.knowledge.column_uses import (
    COLUMN_KEYS,
    NO_COLUMN,
    ColumnUses,
    concept_of,
    identity,
    last_level,
    own_columns,
    rules_of,
)
from hcc_sdtm.drafting.knowledge.concept import Concept
from hcc_sdtm.drafting.knowledge.header_key import plain, readings
from hcc_sdtm.drafting.knowledge.template import Ref, RefCondition, RefJoin, RefTest, RuleTree, Template
from hcc_sdtm.drafting.knowledge.terms import TermFinder
from hcc_sdtm.mapping.language.condition import Join, Test
from hcc_sdtm.mapping.language.condition import tests_of as written_tests
from hcc_sdtm.mapping.language.model import Block
from hcc_sdtm.mapping.language.verbs import Constant, RuleModel, walk
from hcc_sdtm.spec.yaml_file import FileModel

_TOPICS = ("ORRES", "OCCUR", "TRT", "TERM", "DOSE", "DECOD", "STDTC", "DTC", "LOC")
"""Ends of the variables whose column makes a block a record, the first that reads one."""

_LINKED = ("TU", "TR")
"""Domains whose records need the column of their link where the mapping reads one."""

_NUMBERED = re.compile(r"(?P<before>.*?[A-Za-z])(?P<number>0?\d{1,2})")


@dataclass(frozen=True)
class Lifting:
    """The blocks of one approved mapping as templates."""

    uses: ColumnUses

    def templates(self) -> Iterator[Template]:
        """One template a block; blocks that no column makes records are left out."""
        for block in self.uses.mapping.blocks:
            lines = {name: (self._tree(rule, block, name, block.rows),) for name, rule in block.rules.items()}
            supp = {name: (self._tree(rule, block, name, block.rows),) for name, rule in block.supp.items()}
            topic = self._topic(block, lines)
            if topic is None and block.domain != "DM":
                continue
            test, category = identity(block)
            number = self._number(block)
            link = (
                _column_of(lines.get(f"{block.domain}LNKID", ({},))[0])
                if block.domain in _LINKED and not number
                else None
            )
            yield Template(
                self.uses.mapping.head.site,
                block.domain,
                topic or Ref((Concept("DM", "SEX"),)),
                (test,) if test else (),
                category,
                {name: tuple(_renumbered(rule, number) for rule in rules) for name, rules in lines.items()},
                supp,
                self._condition(block.when, block, block.rows) if block.when is not None else None,
                () if link is None else (link,),
                number=number,
            )

    def meant(self, text: str, block: Block) -> Iterator[tuple[str, str]]:
        """The block's constants that a text of its condition says, with their variables: ``First line`` is FIRST LINE."""
        constants = {name: rule.constant for name, rule in block.rules.items() if isinstance(rule, Constant)}
        for variable, constant in sorted(constants.items(), key=lambda pair: not pair[0].endswith(("CAT", "TESTCD"))):
            found = TermFinder((), (variable, "SSTATRS", "NY"), {}, (constant,)).find(text)
            if plain(text) == plain(constant) or (found is not None and found.term == constant):
                yield variable, constant

    def _topic(self, block: Block, lines: Mapping[str, tuple[RuleTree, ...]]) -> Ref | None:
        for end in ("LNKID", *_TOPICS) if block.domain == "TU" else _TOPICS:
            found = _column_of(lines.get(block.domain + end, ({},))[0])
            if found is not None:
                return found
        asked = [each.column for each in written_tests(block.when) if each.test == "present"]
        return self.uses.ref(block.rows, asked[0], _in_block(block, asked[0])) if asked else None

    def _number(self, block: Block) -> int:
        """The number in the names of the block's columns, where it is one of several records of a row."""
        columns = {column for rule in block.rules.values() for inner in walk(rule) for column in own_columns(inner)}
        numbers = {self._number_in(last_level(column)) for column in columns} - {0}
        return numbers.pop() if len(numbers) == 1 else 0

    def _number_in(self, header: str) -> int:
        known = next((match for match in self.uses.synonyms.matches(header) if match.quality >= 0.9), None)
        return known.number if known else next((key.number for key in readings(header) if key.number), 0)

    def _tree(self, rule: RuleModel | FileModel, block: Block, variable: str, table: str) -> dict[str, Any]:
        own = concept_of(block, variable)
        found: dict[str, Any] = {}
        for name, info in type(rule).model_fields.items():
            if name not in rule.model_fields_set:
                continue
            key, value = info.alias or name, getattr(rule, name)
            if isinstance(value, Test | Join):
                constant = rule.constant if isinstance(rule, Constant) else ""
                found[key] = self._condition(value, block, table, constant, own)
            elif key in COLUMN_KEYS and isinstance(value, str):
                found[key] = value if value in NO_COLUMN else self.uses.ref(table, value, [own])
            elif key in ("columns", "concat"):
                found[key] = [
                    self.uses.ref(table, each, [own])
                    if isinstance(each, str)
                    else self._tree(each, block, variable, table)
                    for each in value
                ]
            elif isinstance(value, FileModel):
                found[key] = self._tree(value, block, variable, getattr(value, "table", table))
            elif isinstance(value, tuple) and value and isinstance(value[0], FileModel):
                found[key] = [self._tree(each, block, variable, table) for each in value]
            else:
                found[key] = list(value) if isinstance(value, tuple) else value
        return found

    def _condition(
        self, condition: Test | Join, block: Block, table: str, constant: str = "", of: Concept | None = None
    ) -> RefCondition:
        """The condition with terms in place of texts: by the column's own map, or by the constants that it goes with."""
        if isinstance(condition, Join):
            parts = tuple(self._condition(part, block, table, constant, of) for part in condition.parts)
            return RefJoin(condition.how, parts)
        test, category = identity(block)
        typed = self.uses.maps.get((table, condition.column), {})
        is_used = (table, condition.column) in self.uses.uses
        concepts = [*_in_block(block, condition.column), *([of] if of is not None and not is_used else [])]
        terms: list[str] = []
        for text in condition.values:
            if text in typed:
                terms.append(typed[text])
            elif constant:
                terms.append(constant)
            else:
                for variable, meant in self.meant(text, block):
                    terms.append(meant)
                    concepts.append(Concept(block.domain, variable, test))
        if condition.test in ("present", "absent") or self.uses.is_visit_number(table, condition.column):
            terms = []
        elif not typed and not constant and category:
            terms.append(category)
            concepts.append(Concept(block.domain, f"{block.domain}CAT"))
        ref = self.uses.ref(table, condition.column, concepts)
        return RefTest(ref, condition.test, condition.values, tuple(dict.fromkeys(terms)))


def _in_block(block: Block, column: str) -> Iterator[Concept]:
    """What the block itself uses a column for: its lines before its qualifiers."""
    for variable, rule in rules_of(block).items():
        if any(column in own_columns(inner) for inner in walk(rule)):
            yield concept_of(block, variable)


def _column_of(tree: Mapping[str, Any]) -> Ref | None:
    return next((tree[key] for key in ("copy", "term", "date", "number") if isinstance(tree.get(key), Ref)), None)


def _renumbered(rule: RuleTree, number: int) -> RuleTree:
    """The rule with the block's number in a constant left open: ``T02`` is ``T{nn}``."""
    constant = rule.get("constant")
    found = _NUMBERED.fullmatch(constant) if number and isinstance(constant, str) else None
    if found is None or int(found["number"]) != number:
        return rule
    return {**rule, "constant": found["before"] + ("{nn}" if len(found["number"]) == 2 else "{N}")}
