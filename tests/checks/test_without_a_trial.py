"""Rules on order and death where nobody gave the facts of a trial: someone's datasets alone."""

import pytest

from hcc_sdtm.checks.rules import RULES
from hcc_sdtm.checks.running import run_checks
from tests.checks.tables import SPECS, build_dataset, parse_table

BY_ID = {rule.id: rule for rule in RULES}
DEATH = "USUBJID  DTHDTC\nS-1  2022-03-01"


@pytest.mark.parametrize(
    ("rule", "place", "tables"),
    [
        ("DT-001", "EX EXENDTC", {"EX": "USUBJID  EXSTDTC  EXENDTC\nS-1  2032-03-07  2032-02-18"}),
        ("DS-001", "DM DTHDTC", {"DM": DEATH, "LB": "USUBJID  LBDTC\nS-1  2022-03-05"}),
        ("RS-003", "RS RSDTC", {"DM": DEATH, "RS": "USUBJID  RSDTC\nS-1  2022-03-05\nS-1  2022-02-05"}),
        (
            "SS-001",
            "SS SSSTRESC",
            {
                "DM": "USUBJID  DTHDTC\nS-1  .",
                "SS": "USUBJID  SSTESTCD  SSSTRESC  SSDTC\nS-1  SURVSTAT  DEAD  2022-03-05",
                "RS": "USUBJID  RSDTC\nS-1  2022-02-05",
            },
        ),
    ],
)
def test_an_order_that_needs_no_trial_is_looked_at(rule, place, tables):
    datasets = {name: build_dataset(name, parse_table(text)) for name, text in tables.items()}
    findings, outcomes = run_checks(datasets, SPECS, None, (BY_ID[rule],))
    assert (findings["dataset"] + " " + findings["variable"]).tolist() == [place]
    assert outcomes["outcome"].tolist() == ["fail"]


def test_the_cut_off_is_not_looked_at_without_one():
    datasets = {"EX": build_dataset("EX", parse_table("USUBJID  EXSTDTC\nS-1  2032-03-07"))}
    findings, outcomes = run_checks(datasets, SPECS, None, (BY_ID["DT-002"],))
    assert not len(findings)
    assert outcomes["reason"].tolist() == ["there is no specs/trial.yaml"]
