"""Kinds that ask for columns: one of several, those that another dataset or a record makes wrong or necessary."""

from tests.checks.kinds.lines import line, run


def test_one_of_several_columns_is_enough():
    row = line("any-column", "LBDTC LBDY VISITNUM EPOCH LBTPT LBELTM LBDUR")
    assert run(row, LB="USUBJID  VISITNUM\nS-1  1") == ({}, [])
    found, _ = run(row, LB="USUBJID  LBORRES\nS-1  1")
    assert found == {"LBDTC": "LB has none of LBDTC, LBDY, VISITNUM, EPOCH, LBTPT, LBELTM or another of them"}


def test_a_column_that_may_not_stand_beside_a_dataset():
    row = line("no-column", "EXVAMT", "EC", scope="EX")
    assert run(row, EX="USUBJID  EXVAMT\nS-1  5") == ({}, [])
    found, _ = run(row, EX="USUBJID  EXVAMT\nS-1  5", EC="USUBJID\nS-1")
    assert found == {"EXVAMT": "EX has EXVAMT, which it may not have beside EC"}


def test_a_column_that_records_make_necessary():
    row = line("column", "LBREASND", when="LBSTAT column; LBSTAT = NOT DONE")
    assert run(row, LB="USUBJID  LBSTAT\nS-1  .") == ({}, [])
    assert list(run(row, LB="USUBJID  LBSTAT\nS-1  .\nS-2  NOT DONE")[0]) == ["LBREASND"]
    assert run(row, LB="USUBJID  LBORRES\nS-1  1") == ({}, [])
