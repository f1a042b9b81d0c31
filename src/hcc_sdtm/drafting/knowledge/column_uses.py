"""What the columns of an approved mapping are used for, and so what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hcc_sdtm.drafting.knowledge.concept import ANY, Concept
from hcc_sdtm.drafting.knowledge.synonyms import Synonyms
from hcc_sdtm.drafting.knowledge.template import Ref
from hcc_sdtm.mapping.language.model import Block, SiteMapping
from hcc_sdtm.mapping.language.verbs import SUBJECT, Constant, Lookup, RuleModel, Term, walk
from hcc_sdtm.raw.header import LEVELS_JOINED_BY

COLUMN_KEYS = ("copy", "term", "date", "time", "number", "split", "days", "weeks", "unit")
"""Keys of a rule whose text is a column."""

NO_COLUMN = ("", "inside", SUBJECT)
_VERBS = ("copy", "term", "date", "number")


def identity(block: Block) -> tuple[str, str]:
    """The test and the category of a block, by its constants; ``""`` where a column says."""
    constants = {
        name: rule.constant for name, rule in block.rules.items() if isinstance(rule, Constant) and rule.when is None
    }
    ends = {name[2:]: text for name, text in constants.items()}
    test = ends.get("TESTCD") or ends.get("TERM") or ("" if "CAT" in ends else ends.get("TRT", ""))
    return test, ends.get("CAT") or ends.get("ORRES") or ends.get("STRESC") or ""


def concept_of(block: Block, variable: str) -> Concept:
    """What a column is that fills a variable of the block."""
    return Concept(ANY, variable) if variable == "VISITNUM" else Concept(block.domain, variable, *identity(block))


def rules_of(block: Block) -> dict[str, RuleModel]:
    """The rules of a block by variable, its qualifiers last."""
    return {**block.rules, **block.supp}


def own_columns(rule: RuleModel) -> tuple[str, ...]:
    """The columns that the rule itself reads, in its own table."""
    found: list[str] = []
    for name, info in type(rule).model_fields.items():
        key, value = info.alias or name, getattr(rule, name)
        if key in COLUMN_KEYS and isinstance(value, str) and value not in NO_COLUMN:
            found.append(value)
        elif key in ("columns", "concat"):
            found += [each for each in value if isinstance(each, str)]
        elif key == "offset":
            found += [each for each in (value.days, value.weeks) if each]
    return tuple(found)


def last_level(column: str) -> str:
    """The lowest level of a column's header."""
    return column.split(LEVELS_JOINED_BY)[-1]


@dataclass
class ColumnUses:
    """The uses of each column of each table of a mapping, in its order; ``maps`` are the term maps that read it."""

    mapping: SiteMapping
    synonyms: Synonyms
    uses: dict[tuple[str, str], list[tuple[Concept, str]]] = field(default_factory=dict)
    maps: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for block in self.mapping.blocks:
            for variable, rule in rules_of(block).items():
                for table, inner in _with_tables(rule, block.rows):
                    for column in own_columns(inner):
                        self.uses.setdefault((table, column), []).append((concept_of(block, variable), _verb(inner)))
                    if isinstance(inner, Term):
                        self.maps.setdefault((table, inner.term), {}).update(inner.map)

    def is_visit_number(self, table: str, column: str) -> bool:
        """Whether the column gives the number of a visit."""
        return any(concept.variable == "VISITNUM" for concept, _ in self.uses.get((table, column), []))

    def main_use(self, table: str, column: str) -> tuple[Concept, str] | None:
        """What the column is, with the verb it is read by: demographics first, then whatever is no date of a finding."""
        uses = self.uses.get((table, column), [])
        of_subject = [use for use in uses if use[0].domain == "DM"]
        if of_subject:
            return of_subject[0]
        own = [use for use in uses if not use[0].variable.endswith("DTC") or "ST" in use[0].variable] or uses
        if not own:
            return None
        lead, verb = own[0]
        concepts = [concept for concept, _ in own]
        if len({each.domain for each in concepts if each.variable[2:] == lead.variable[2:]}) > 1:
            return Concept(ANY, f"--{lead.variable[2:]}"), verb
        same = [each for each in concepts if (each.domain, each.variable) == (lead.domain, lead.variable)]
        test = lead.test if len({each.test for each in same}) == 1 else ""
        category = lead.category if len({each.category for each in same}) == 1 else ""
        return Concept(lead.domain, lead.variable, test, category), verb

    def ref(self, table: str, column: str, also: Iterable[Concept]) -> Ref:
        """The column by what it is: its main use, what is asked of it here (``also``), and what its header says."""
        main = self.main_use(table, column)
        concepts = [*([main[0]] if main else []), *also]
        domains = {concept.domain for concept, _ in self.uses.get((table, column), [])} | {
            each.domain for each in concepts
        }
        for match in self.synonyms.matches(last_level(column)):
            concept = match.meaning.concept
            if match.quality >= 0.9 and concept.variable and (concept.is_generic or concept.domain in domains):
                concepts.append(concept)
        return Ref(tuple(dict.fromkeys(concepts)))


def _with_tables(rule: RuleModel, table: str) -> Iterator[tuple[str, RuleModel]]:
    """The rule and every rule inside it, each with the table that it reads."""
    yield table, rule
    if isinstance(rule, Lookup):
        yield from _with_tables(rule.lookup.give, rule.lookup.table)
    else:
        yield from ((table, part) for part in walk(rule) if part is not rule)


def _verb(rule: RuleModel) -> str:
    names = [info.alias or name for name, info in type(rule).model_fields.items()]
    return next((name for name in names if name in _VERBS), "copy")
