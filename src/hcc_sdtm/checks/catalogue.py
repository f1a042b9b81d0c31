"""Every rule that a finding can name: of reading and mapping, of the schemas, on datasets, of outputs."""

from __future__ import annotations

from hcc_sdtm.checks.rule import Rule
from hcc_sdtm.checks.running import all_rules
from hcc_sdtm.checks.schema_rules import SCHEMA_RULES, DocumentedRule
from hcc_sdtm.checks.step_rules import read_step_rules
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.spec.model import Specs

AnyRule = Rule | TableRule | DocumentedRule


def list_rules(specs: Specs) -> dict[str, AnyRule]:
    """The rules by id: those of the steps, of the schemas, the functions, and the lines of the study's rule tables."""
    return {each.id: each for each in (*read_step_rules(), *SCHEMA_RULES, *all_rules(specs))}
