"""Treatment dates of received datasets, of which no trial says what its treatment is."""

from hcc_sdtm.checks.adam_subjects import treatment_dates_differ
from hcc_sdtm.checks.running import run_checks
from tests.checks.tables import SPECS, build_dataset, parse_table


def test_without_a_trial_treatment_is_what_dm_calls_exposure():
    subjects = "USUBJID  TRTSDT  TRTEDT\nS-1  22646  22660\nS-2  22646  22661\nS-3  22640  ."
    collected = "USUBJID  RFXSTDTC  RFXENDTC\nS-1  2022-01-01  2022-01\nS-2  2022-01-01  2022-01-15\nS-3  2022  ."
    tables = {"ADSL": subjects, "DM": collected}
    datasets = {name: build_dataset(name, parse_table(text)) for name, text in tables.items()}
    findings, _ = run_checks(datasets, SPECS, None, (treatment_dates_differ,))
    found = findings[["record", "variable", "message"]].to_numpy().tolist()
    assert found == [
        ["3", "TRTSDT", "TRTSDT is 2021-12-26, and RFXSTDTC in DM is 2022-01-01 to 2022-12-31"],
        ["2", "TRTEDT", "TRTEDT is 2022-01-16, and RFXENDTC in DM is 2022-01-15"],
    ]
