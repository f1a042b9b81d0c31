"""Response parameters of received datasets, of which no trial says how long a disease must be stable."""

import pytest

from hcc_sdtm.checks.adam_response import best_differs
from hcc_sdtm.checks.running import run_checks
from tests.checks.tables import SPECS, build_dataset, parse_table

VISITS = "S-1  OVR  22660  SD\n"


@pytest.mark.parametrize(("best", "found"), [("SD", 0), ("NE", 0), ("MISSING", 0), ("PR", 1), ("PD", 1)])
def test_stable_disease_of_two_weeks_is_stable_or_not_evaluable(best, found):
    table = f"USUBJID  PARAMCD  ADT  AVALC\n{VISITS}S-1  BOR  22660  {best}"
    subjects = build_dataset("ADSL", parse_table("USUBJID  TRTSDT\nS-1  22646"))
    datasets = {"ADSL": subjects, "ADRS": build_dataset("ADRS", parse_table(table))}
    findings, _ = run_checks(datasets, SPECS, None, (best_differs,))
    assert len(findings) == found
    if found:
        assert findings["expected"].tolist() == ["SD or NE"]
