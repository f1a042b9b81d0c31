"""Times to an event of received datasets, whose conventions their own records tell."""

from hcc_sdtm.checks.adam_deaths import death_not_counted
from hcc_sdtm.checks.adam_time_to_event import value_differs
from hcc_sdtm.checks.running import run_checks
from tests.checks.tables import SPECS, build_dataset, parse_table

HEAD = "USUBJID  PARAMCD  CNSR  STARTDT  ADT  AVAL\n"


def find(rule, **tables):
    datasets = {name: build_dataset(name, parse_table(text)) for name, text in tables.items()}
    return run_checks(datasets, SPECS, None, (rule,))[0]


def test_a_dataset_may_leave_the_first_day_out_and_each_parameter_has_its_unit():
    times = HEAD + (
        "S-1  PFS  0  22646  22656  10\n"
        "S-2  PFS  1  22646  22646  0\n"
        "S-1  OS  1  22646  22707  2.00411\n"
        "S-2  OS  1  22646  22653  0.22998\n"
        "S-1  TTP  1  22646  22660  2"
    )
    assert not len(find(value_differs, ADTTE=times))


def test_the_record_that_follows_another_convention_is_asked_about():
    times = HEAD + "S-1  PFS  0  22646  22656  10\nS-2  PFS  1  22646  22650  4\nS-3  PFS  1  22646  22655  10"
    findings = find(value_differs, ADTTE=times)
    assert findings[["record", "expected"]].to_numpy().tolist() == [["3", "9"]]


def test_a_death_after_the_last_date_of_the_dataset_is_after_its_cutoff():
    deaths = "USUBJID  DTHDT\nS-1  22900\nS-2  22700"
    times = "USUBJID  PARAMCD  CNSR  ADT\nS-1  OS  1  22800\nS-2  OS  1  22650"
    findings = find(death_not_counted, ADSL=deaths, ADTTE=times)
    assert findings[["record", "message"]].to_numpy().tolist() == [
        ["2", "CNSR is 1, and the subject died on 2022-02-24"]
    ]
