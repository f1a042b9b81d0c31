"""The block of DM: on the table with one row a subject that says most of it; what another such table says is looked up."""

from __future__ import annotations

from collections.abc import Sequence

from hcc_sdtm.drafting.export.site import Site
from hcc_sdtm.drafting.knowledge.concept import Concept
from hcc_sdtm.drafting.knowledge.template import Ref, RuleTree, Template, refs_of
from hcc_sdtm.drafting.placing.binder import UNBOUND_VERBS, Binder
from hcc_sdtm.drafting.placing.choosing import describe_lines
from hcc_sdtm.drafting.placing.placing import PlacedTable
from hcc_sdtm.drafting.placing.rule_lines import build_line, line_from_anywhere
from hcc_sdtm.drafting.writing.draft import DraftBlock, Line
from hcc_sdtm.mapping.language.verbs import SUBJECT

_VERBS = ("copy", "term", "date", "number")


def build_demographics(site: Site, templates: Sequence[Template]) -> list[DraftBlock]:
    """The block of DM, or none where no table with one row a subject says anything of it."""
    said = [
        (len(_variables(placed)), -at) for at, placed in enumerate(site.tables) if placed.table.name in site.one_row
    ]
    if not said or max(said)[0] == 0:
        return []
    placed = site.tables[-max(said)[1]]
    binder = Binder(site, placed, "DM")
    block = DraftBlock("DM", placed.table.name, "", "", 0, "")
    for variable in site.specs.sdtm["DM"].names:
        rules = [(template, rule) for template in templates for rule in template.lines.get(variable, ())]
        line = _line(binder, variable, rules)
        block.lines += [line] if line is not None else []
    block.sources = tuple(dict.fromkeys(template.source for template in templates if template.source))
    describe_lines(block, binder, templates)
    return [block]


def _variables(placed: PlacedTable) -> set[str]:
    likeliest = (candidates[0] for candidates in placed.candidates.values() if candidates)
    return {
        each.concept.variable for each in likeliest if each.concept.domain == "DM" and each.verb not in UNBOUND_VERBS
    }


def _line(binder: Binder, variable: str, rules: Sequence[tuple[Template, RuleTree]]) -> Line | None:
    """What some site reads and is here; else what a column is by itself; else a constant that all other sites have."""
    for template, rule in rules:
        if rule.get("copy") == SUBJECT:
            return build_line(binder, variable, [rule], template.source)
        give = rule["lookup"]["give"] if "lookup" in rule else rule
        ref = next(refs_of({key: value for key, value in give.items() if key != "when"}), None)
        if ref is None or "when" in give:
            continue
        found = line_from_anywhere(binder, variable, give, ref, template.source)
        if found is not None:
            return found
    for column in binder.placed.table.columns:
        best = binder.placed.best(column.name)
        if best is not None and best.concept == Concept("DM", variable) and best.verb in _VERBS:
            return build_line(binder, variable, [{best.verb: Ref((best.concept,))}], "")
    approved = [(template.source, rule) for template, rule in rules if template.source]
    constants = {str(rule["constant"]) for _, rule in approved if "constant" in rule and "when" not in rule}
    if len(constants) == 1 and all("constant" in rule and "when" not in rule for _, rule in approved):
        return build_line(binder, variable, [{"constant": constants.pop()}], approved[0][0])
    return None
