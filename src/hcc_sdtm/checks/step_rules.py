"""The rules whose findings are made on the way, by reading, mapping, deriving and writing: their documentation.

The step that makes a finding names the rule by its label; `step_rules.csv` says what each finds and why it matters.
"""

from __future__ import annotations

import csv
from pathlib import Path

from hcc_sdtm.checks.schema_rules import DocumentedRule, document

TABLE = Path(__file__).with_name("step_rules.csv")


def read_step_rules() -> tuple[DocumentedRule, ...]:
    """The rules of the steps in the order of the run."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            document(
                row["id"], row["name"], row["severity"], row["finds"], row["matters"], row["example"], row["source"]
            )
            for row in csv.DictReader(file)
        )
