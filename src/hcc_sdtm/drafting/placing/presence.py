"""Whether a row of a table may be no record of a kind, and the column whose value makes it one."""

from __future__ import annotations

from hcc_sdtm.drafting.export.found_tables import FoundColumn
from hcc_sdtm.drafting.export.site import Site
from hcc_sdtm.drafting.knowledge.concept import ANY
from hcc_sdtm.drafting.knowledge.template import RefCondition, RefTest, Template, tests_of
from hcc_sdtm.drafting.placing.binder import Binder


def only_present(condition: RefCondition) -> bool:
    """Whether a condition asks for a value and nothing more."""
    return isinstance(condition, RefTest) and condition.test == "present"


def needs_presence(template: Template, site: Site, binder: Binder, column: FoundColumn, is_lost: bool) -> bool:
    """Whether a row may be no record of this kind: then only those with a value are."""
    asks = template.when is not None and only_present(template.when)
    if binder.number or is_lost or (asks and not template.number):
        return True
    if site.specs.sdtm[template.domain].class_.upper().startswith("FINDINGS"):
        return template.when is None
    return column.profile.filled < column.profile.rows or binder.placed.table.name in site.one_row


def present_column(template: Template, binder: Binder, column: FoundColumn) -> str:
    """The column whose value makes a row a record: the one that the template asks for, the first of a numbered group."""
    if template.when is not None and only_present(template.when):
        bound = binder.find(next(tests_of(template.when)).ref)
        return bound.column.name if bound is not None else column.name
    group = [
        other.name
        for other in binder.placed.table.columns
        for each in binder.placed.candidates.get(other.name, ())[:1]
        if each.number == binder.number
        and each.concept.domain in (template.domain, ANY)
        and binder.meets(binder.placed, each, each.concept)
    ]
    return group[0] if binder.number and group else column.name
