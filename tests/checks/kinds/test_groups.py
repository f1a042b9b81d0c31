"""Kinds that compare records of a dataset: keys that need not be there, all or none, one value throughout."""

from tests.checks.kinds.lines import line, run

KEYS = "LBTESTCD LBSPEC?"


def test_an_optional_key_is_left_out_where_the_dataset_has_it_not():
    row = line("one-value", "LBSTRESU", KEYS)
    table = "USUBJID  LBTESTCD  LBSTRESU\nS-1  ALT  U/L\nS-2  ALT  U/L\nS-3  ALT  mg/dL"
    assert list(run(row, LB=table)[0]) == ["3 LBSTRESU"]


def test_no_value_of_an_optional_key_is_a_key_like_another():
    table = "USUBJID  LBTESTCD  LBSPEC  LBSTRESU\nS-1  ALT  .  U/L\nS-2  ALT  .  U/L\nS-3  ALT  .  mg/dL"
    assert list(run(line("one-value", "LBSTRESU", KEYS), LB=table)[0]) == ["3 LBSTRESU"]
    assert run(line("one-value", "LBSTRESU", "LBTESTCD LBSPEC"), LB=table) == ({}, [])


def test_optional_parts_of_a_unique_combination():
    row = line("unique", "USUBJID LBTESTCD LBSPEC? LBMETHOD?")
    table = "USUBJID  LBTESTCD  LBSPEC\nS-1  ALT  BLOOD\nS-1  ALT  URINE\nS-1  ALT  BLOOD"
    assert list(run(row, LB=table)[0]) == ["3 LBSPEC"]
    row = line("unique", "USUBJID LBTESTCD LBSPEC? LBMETHOD?", "at LBTESTCD")
    assert list(run(row, LB=table)[0]) == ["3 LBTESTCD"]


def test_the_fewer_of_those_with_and_without_a_value_are_asked_about():
    row = line("all-or-none", "LBORRESU", "LBTESTCD", when="LBORRES ~ [0-9.]+")
    table = """
        USUBJID  LBTESTCD  LBORRES   LBORRESU
        S-1      ALT       45        U/L
        S-2      ALT       30        .
        S-3      ALT       NEGATIVE  .
        S-4      ALT       30        U/L
        S-1      PH        7.4       .
        S-2      PH        7.3       .
        S-3      PH        7.3       mmol/L
        S-1      AST       7.3       .
        S-2      AST       7.3       U/L
    """
    found, _ = run(row, LB=table)
    assert sorted(found) == ["2 LBORRESU", "7 LBORRESU", "8 LBORRESU"]
    assert "have one" in found["2 LBORRESU"]
    assert "have none" in found["7 LBORRESU"]


def test_one_value_throughout_is_a_finding_of_the_dataset():
    row = line("not-constant", "MHCAT", "MHTERM", scope="MH")
    told = 'MHCAT is "GENERAL" in every record, whatever MHTERM is'
    assert run(row, MH="MHCAT  MHTERM\nGENERAL  GOUT\nGENERAL  RASH")[0] == {"MHCAT": told}
    for table in (
        "GENERAL  GOUT\nGENERAL  GOUT",
        "GENERAL  GOUT\nCANCER  RASH",
        ".  GOUT\n.  RASH",
        "GENERAL  GOUT\n.  RASH",
    ):
        assert run(row, MH=f"MHCAT  MHTERM\n{table}") == ({}, [])


def test_a_constant_of_the_records_that_are_asked_about():
    row = line("not-constant", "MHCAT", "MHTERM", when="MHPRESP = Y", scope="MH")
    table = "MHCAT  MHTERM  MHPRESP\nGENERAL  GOUT  Y\nGENERAL  RASH  Y\nOTHER  FLU  ."
    assert list(run(row, MH=table)[0]) == ["MHCAT"]
    assert run(row, MH="MHCAT  MHTERM  MHPRESP\nGENERAL  GOUT  Y\nGENERAL  RASH  .\nGENERAL  FLU  .") == ({}, [])
