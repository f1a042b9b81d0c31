"""Kinds that look at one record: optional variables and conditions, numbers of two variables, one of several values."""

import pytest

from tests.checks.kinds.lines import line, run


def test_an_optional_condition_on_a_column_that_is_not_there_finds_every_record_without_a_value():
    table = "USUBJID  LBORRES\nS-1  .\nS-2  45"
    assert list(run(line("required", "LBORRES", when="LBSTAT? absent"), LB=table)[0]) == ["1 LBORRES"]
    assert run(line("required", "LBORRES", when="LBSTAT? = NOT DONE"), LB=table) == ({}, [])
    assert run(line("required", "LBORRES", when="LBSTAT absent"), LB=table) == ({}, ["LB has no LBSTAT"])


def test_optional_variables_are_left_out_where_they_are_not_there():
    row = line("not-in-list", "LBBLFL? LBDRVFL?", "N")
    assert list(run(row, LB="USUBJID  LBDRVFL\nS-1  N")[0]) == ["1 LBDRVFL"]
    assert run(row, LB="USUBJID  LBORRES\nS-1  N") == ({}, [])


@pytest.mark.parametrize(
    ("sign", "first", "second", "is_wrong"),
    [
        ("=", "45", "54", True), ("=", "45", "45.0", False), ("=", "0.1", "1E-1", False), ("<=", "7", "7", False),
        ("<=", "8", "7", True), ("<", "7", "7", True), (">=", "7", "8", True), (">", "8", "7", False),
        ("=", "<5", "5", False), ("=", ".", "5", False), ("=", "nan", "5", False), ("=", "1_000", "5", False),
        ("=", "1e999", "5", False), ("=", "٣", "5", False), ("=", "inf", "-inf", False),
    ],
)  # fmt: skip
def test_numbers_of_two_variables(sign, first, second, is_wrong):
    table = f"USUBJID  LBORRES  LBSTRESC\nS-1  {first}  {second}"
    assert bool(run(line("compares", "LBORRES", f"{sign} LBSTRESC"), LB=table)[0]) == is_wrong


def test_at_least_one_of_several_variables_has_a_value_of_the_list():
    row = line("any-in-list", "AESDTH AESHOSP", "Y", when="AESER = Y", scope="AE")
    found, _ = run(row, AE="USUBJID  AESER  AESHOSP\nS-1  Y  N\nS-2  Y  Y\nS-3  N  N\nS-4  Y  .")
    assert found == {
        "1 AESHOSP": "none of AESDTH, AESHOSP is Y where AESER is Y",
        "4 AESHOSP": "none of AESDTH, AESHOSP is Y where AESER is Y",
    }
    assert run(row, AE="USUBJID  AESER\nS-1  Y") == ({}, ["AE has none of AESDTH, AESHOSP"])


def test_a_column_that_is_empty_throughout_is_asked_about_once():
    rows = "\n".join(f"S-{number}  ." for number in range(30))
    found, _ = run(line("required", "LBORRES"), LB=f"USUBJID  LBORRES\n{rows}")
    assert found == {"LBORRES": "LBORRES has no value in any record, 30 of which need one"}
    found, _ = run(line("required", "LBORRES"), LB=f"USUBJID  LBORRES\n{rows}\nS-99  45")
    assert len(found) == 30


def test_terms_of_a_list_and_of_a_condition_have_the_prefix_of_the_dataset():
    table = "USUBJID  IDVAR  QVAL\nS-1  LBSEQ  .\nS-1  LBGRPID  .\nS-1  RSSEQ  A"
    row = line("in-list", "IDVAR", "--SEQ|--GRPID", scope="SUPP")
    found = {"3 IDVAR": 'IDVAR is "RSSEQ"; expected LBSEQ, LBGRPID'}
    assert run(row, SUPPLB=table) == (found, [])
    row = line("required", "QVAL", when="IDVAR = --SEQ", scope="SUPP")
    assert run(row, SUPPLB=table) == ({"1 QVAL": "QVAL has no value where IDVAR is LBSEQ"}, [])


def test_variables_of_associated_persons_have_the_prefix_of_what_is_described():
    table = "APID  DOMAIN  MHTERM\nA-1  APMH  ."
    assert run(line("required", "--TERM", scope="SDTM"), APMH=table)[0] == {"1 MHTERM": "MHTERM has no value"}
