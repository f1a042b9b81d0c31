"""Kinds that compare dates: within a record, and with the subject's date in another dataset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.kinds.lines import line, run

DM = "USUBJID  RFXSTDTC\nS-1  2022-03-07\nS-2  2022-03"


@pytest.mark.parametrize(
    ("kind", "date", "other", "is_wrong"),
    [
        ("not-after", "2022-03-08", "2022-03-07", True),
        ("not-after", "2022-03-07", "2022-03-07", False),
        ("not-after", "2022-03", "2022-03-07", False),
        ("not-after", "2022-04", "2022-03-07", True),
        ("not-after", "2022-03-07T11:00", "2022-03-07T10:59", True),
        ("not-after", "2022-03-07T11:00", "2022-03-07", False),
        ("not-after", ".", "2022-03-07", False),
        ("not-before", "2022-03-06", "2022-03-07", True),
        ("not-before", "2022-03-07T10:59", "2022-03-07T11:00", True),
        ("not-before", "2022", "2022-03-07", False),
        ("not-before", "2021", "2022-03-07", True),
        ("same-day", "2022-03-07T10:59", "2022-03-07", False),
        ("same-day", "2022-03", "2022-03-07", False),
        ("same-day", "2022-03-06", "2022-03-07", True),
        ("same-day", "2022-02", "2022-03-07", True),
    ],
)
def test_only_what_is_sure_is_found(kind, date, other, is_wrong):
    found, _ = run(line(kind, "LBDTC", "LBENDTC"), LB=f"USUBJID  LBDTC  LBENDTC\nS-1  {date}  {other}")
    assert list(found) == (["1 LBDTC"] if is_wrong else [])


@given(st.dates(), st.dates())
def test_complete_dates_are_in_the_order_of_the_calendar(first, second):
    table = f"USUBJID  LBDTC  LBENDTC\nS-1  {first}  {second}"
    assert bool(run(line("not-after", "LBDTC", "LBENDTC"), LB=table)[0]) == (first > second)
    assert bool(run(line("not-before", "LBDTC", "LBENDTC"), LB=table)[0]) == (first < second)
    assert bool(run(line("same-day", "LBDTC", "LBENDTC"), LB=table)[0]) == (first != second)


def test_a_date_of_the_subject_in_another_dataset():
    row = line("not-after", "LBDTC", "DM.RFXSTDTC by USUBJID")
    found, _ = run(row, LB="USUBJID  LBDTC\nS-1  2022-03-09\nS-2  2022-03-31\nS-2  2022-04-01\nS-3  2023-01-01", DM=DM)
    assert found == {
        "1 LBDTC": 'LBDTC "2022-03-09" is after DM.RFXSTDTC "2022-03-07"',
        "3 LBDTC": 'LBDTC "2022-04-01" is after DM.RFXSTDTC "2022-03"',
    }


EX = "USUBJID  EXSTDTC  EXTRT\nS-1  2022-05-01  RT\nS-1  2022-03-07  RT\nS-1  2022-01-01  DRUG\nS-2  2022-03-07  RT"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("first EX.EXSTDTC by USUBJID", ["2 LBDTC", "3 LBDTC", "4 LBDTC"]),
        ("first EX.EXSTDTC by USUBJID when EXTRT = RT", ["3 LBDTC", "4 LBDTC"]),
        ("last EX.EXSTDTC by USUBJID", ["4 LBDTC"]),
        ("EX.EXSTDTC by USUBJID", ["4 LBDTC"]),
    ],
)
def test_the_first_and_the_last_of_several_records(value, found):
    table = "USUBJID  LBDTC\nS-1  2021-12-01\nS-1  2022-02-01\nS-1  2022-04-01\nS-2  2022-04-01"
    assert list(run(line("not-after", "LBDTC", value), LB=table, EX=EX)[0]) == found


def test_what_is_missing_is_said():
    row = line("not-after", "LBDTC", "DM.RFXSTDTC by USUBJID")
    assert run(row, LB="USUBJID  LBDTC\nS-1  2022") == ({}, ["there is no dataset DM"])
    assert run(row, LB="USUBJID  LBDTC\nS-1  2022", DM="USUBJID\nS-1")[1] == ["DM has no RFXSTDTC"]
    assert run(row, LB="USUBJID  LBDY\nS-1  2", DM=DM)[1] == ["LB has no LBDTC"]


def test_two_keys():
    row = line("same-day", "RSDTC", "TR.TRDTC by USUBJID VISITNUM", scope="RS")
    tr = "USUBJID  VISITNUM  TRDTC\nS-1  1  2022-03-07\nS-1  2  2022-04-07\nS-2  1  2022-04-07"
    rs = "USUBJID  VISITNUM  RSDTC\nS-1  1  2022-03-07\nS-1  2  2022-03-07\nS-2  1  2022-04-07\nS-2  2  2022-04-07"
    assert list(run(row, RS=rs, TR=tr)[0]) == ["2 RSDTC"]
