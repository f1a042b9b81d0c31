"""docs/own-rules.md: every kind and condition is there, nothing else is, and its example is a rule that finds what it says."""

import re
from dataclasses import replace
from pathlib import Path

from hcc_sdtm.checks.running import run_checks
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.spec.rule_kinds import ISO_FORMS, KINDS
from hcc_sdtm.spec.rule_table import read_rule_rows
from tests.checks.tables import REPOSITORY, SPECS, build_dataset, parse_table

PAGE = (REPOSITORY / "docs" / "own-rules.md").read_text(encoding="utf-8")


def test_the_kinds_of_the_page_are_the_kinds():
    parts = PAGE.split("**Kinds")[1:]
    first_cells = [line.split("|")[1] for part in parts for line in part.splitlines() if line.startswith("| `")]
    assert {name for cell in first_cells for name in re.findall(r"`([a-z0-9-]+)`", cell)} == set(KINDS)
    assert all(f"`{form}`" in PAGE for form in ISO_FORMS)


def test_the_example_is_a_rule(tmp_path: Path):
    (text,) = re.findall(r"```csv\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.csv").write_text(text, encoding="utf-8")
    problems = []
    (row,) = read_rule_rows([tmp_path], SPECS.sdtm, SPECS.codelists, problems)
    assert problems == []
    frame = parse_table(
        """
        USUBJID  LBTESTCD  LBSTRESN  LBSTRESU
        S-1      AFP       12        ug/L
        S-2      AFP       12        kU/L
        S-3      ALT       12        U/L
        S-4      AFP       .         kU/L
        """
    )
    findings, outcomes = run_checks(
        {"LB": build_dataset("LB", frame)}, replace(SPECS, rules=(row,)), None, (TableRule(row),)
    )
    assert findings[["record", "variable", "value"]].values.tolist() == [["2", "LBSTRESU", "kU/L"]]
    assert outcomes["outcome"].tolist() == ["fail"]
