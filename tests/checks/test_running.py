import numpy as np
import pandas as pd

from hcc_sdtm.checks.running import all_rules, run_checks
from hcc_sdtm.dataset import PLAN, ROW, CellRule, Dataset, Lineage, Plan
from hcc_sdtm.source import Source
from tests.checks.tables import SPECS, TRIAL, build_dataset, parse_table


class Sheet:
    """Two visits of one subject: A2:C3 hold subject, scan date and response."""

    file, sheet = "site_101.xlsx", "随访"
    row_numbers = np.array([2, 3])
    cells = (("001", "2022-01-10", "SD"), ("001", "2022-05-10", "PR"))

    def typed(self, row: int, column: int) -> str:
        return self.cells[row - 2][column - 1]


def mapped_study() -> dict[str, Dataset]:
    """Each visit is read twice from one date cell: once for each criterion."""
    lineage = Lineage()
    lineage.origins.add(Sheet())
    line = Source("mappings/site_101.yaml", line=14)
    plan = lineage.add_plan(
        Plan("RS", "101", {name: (CellRule("", ((at,),), line),) for name, at in (("RSDTC", 2), ("RSSTRESC", 3))}, line)
    )
    responses = parse_table(
        """
        USUBJID  RSCAT                               RSTESTCD  RSSTRESC  RSDTC
        S-1      RECIST 1.1                          OVRLRESP  SD        2022-01-10
        S-1      RECIST 1.1                          OVRLRESP  PR        2022-05-10
        S-1      MRECIST LENCIONI LIVER CANCER 2010  OVRLRESP  SD        2022-01-10
        S-1      MRECIST LENCIONI LIVER CANCER 2010  OVRLRESP  PR        2022-05-10
        """
    )
    responses[PLAN] = plan
    responses[ROW] = pd.array([0, 1, 0, 1], dtype="Int64")
    deaths = build_dataset("DM", parse_table("USUBJID  DTHDTC\nS-1  2022-03-01"))
    return {"DM": deaths, "RS": Dataset(SPECS.dataset("RS"), responses, lineage)}


def test_a_finding_stands_at_its_cell_and_one_cell_is_asked_about_once():
    findings, _ = run_checks(mapped_study(), SPECS, TRIAL)
    found = findings.loc[findings["rule"] == "RS-003 response.after-death"]
    assert found[
        ["site", "dataset", "record", "subject", "variable", "value", "source", "typed"]
    ].to_numpy().tolist() == [["101", "RS", "2", "S-1", "RSDTC", "2022-05-10", "site_101.xlsx:随访!B3", "2022-05-10"]]


def test_every_rule_has_one_of_three_answers():
    _, outcomes = run_checks(mapped_study(), SPECS, TRIAL)
    assert list(dict.fromkeys(outcomes["rule"])) == [rule.label for rule in all_rules(SPECS)]
    assert set(outcomes["outcome"]) == {"pass", "fail", "not evaluated"}
    answers = outcomes.set_index(outcomes["rule"].str[:6])[["outcome", "reason", "findings"]]
    assert answers.loc["RS-003"].tolist() == ["fail", "", 1]
    assert answers.loc["DM-001"].tolist() == ["pass", "", 0]
    assert answers.loc["DM-002"].tolist() == ["not evaluated", "there is no dataset EX", 0]
    reason = "fewer than two of the events in the trial's order are collected"
    assert answers.loc["DT-005"].tolist() == ["not evaluated", reason, 0]


def test_no_data_passes_nothing():
    findings, outcomes = run_checks({}, SPECS, TRIAL)
    assert len(findings) == 0
    assert set(outcomes["outcome"]) == {"not evaluated"}
