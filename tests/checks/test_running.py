import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.running import all_rules, check_datasets, run_checks
from hcc_sdtm.checks.table_rule import TableRule
from hcc_sdtm.dataset import PLAN, ROW, CellRule, Dataset, Lineage, Plan
from hcc_sdtm.source import Source
from tests.checks.kinds.lines import line
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


def test_a_key_variable_that_is_not_there_is_one_finding_and_makes_no_record_repeat_another():
    table = "STUDYID  DOMAIN  LBSEQ  LBTESTCD\nX  LB  1  ALT\nX  LB  1  ALT"
    findings, outcomes = check_datasets({"LB": build_dataset("LB", parse_table(table))}, SPECS, None)
    assert "USUBJID" in set(findings.loc[findings["rule"].str.startswith("SCH-001"), "variable"])
    assert not findings["rule"].str.startswith("SCH-007").any()
    answer = outcomes[outcomes["rule"].str.startswith("SCH-007")].iloc[0]
    assert (answer["outcome"], answer["findings"]) == ("not evaluated", 0)
    assert answer["reason"].startswith("LB has no USUBJID")


def test_without_the_variable_that_tells_the_codelist_no_term_is_asked_about():
    table = "USUBJID  RSTESTCD  RSCAT  RSSTRESC\nS-1  OVRLRESP  RECIST 1.1  CR"
    rows = parse_table(table)
    level = next(each for each in SPECS.valuelevel if (each.dataset, each.variable) == ("RS", "RSSTRESC"))
    found = [
        check_datasets({"RS": build_dataset("RS", frame.assign(RSSTRESC="NO TERM"))}, SPECS, None)[0]
        for frame in (rows, rows.drop(columns=level.where_variable))
    ]
    terms = [list(each.loc[each["variable"].eq("RSSTRESC") & each["value"].eq("NO TERM"), "rule"]) for each in found]
    assert len(terms[0]) == 1
    assert terms[1] == []


def test_parts_of_a_split_domain_are_checked_as_the_domain():
    part = (
        "USUBJID  DOMAIN  LBSEQ  LBTESTCD  LBTEST  LBSTDTC  LBENDTC\nS-9  LB  1  ALT  Albumin  2022-02-01  2022-01-01"
    )
    datasets = {
        "LBCH": build_dataset("LBCH", parse_table(part)),
        "DM": build_dataset("DM", parse_table("USUBJID\nS-1")),
    }
    findings, _ = run_checks(datasets, SPECS, None)
    places = {
        (rule[:7].strip(), variable) for rule, variable in zip(findings["rule"], findings["variable"], strict=True)
    }
    assert {("DM-001", "USUBJID"), ("DT-001", "LBENDTC")} <= places
    names = findings.loc[findings["variable"].eq("LBTEST") & findings["value"].eq("Albumin"), "dataset"]
    assert set(names) == {"LBCH"}
    (line_,) = [rule for rule in all_rules(SPECS) if rule.id == "SD-0631"]
    assert [name for name, _ in line_.parts(Evidence(datasets, SPECS, None))] == ["LBCH"]


def test_a_scope_that_names_a_domain_means_its_parts():
    part = build_dataset("LBCH", parse_table("USUBJID  DOMAIN  LBORRES\nS-1  LB  ."))
    other = build_dataset("LBXX", parse_table("USUBJID  DOMAIN  LBORRES\nS-1  XX  ."))
    rule = TableRule(line("required", "LBORRES", scope="LB"))
    _, outcomes = run_checks({"LBCH": part, "LBXX": other}, SPECS, None, (rule,))
    assert outcomes[["dataset", "outcome"]].to_numpy().tolist() == [["LBCH", "fail"]]
