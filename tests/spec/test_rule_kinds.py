"""What a line of each kind may say in its value."""

import pytest

from hcc_sdtm.spec.rule_kinds import KINDS


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("not-after", "--ENDTC"),
        ("not-after", "DM.RFPENDTC by USUBJID"),
        ("same-day", "first DS.DSSTDTC by USUBJID when DSDECOD = DEATH"),
        ("compares", "<= --ENDY"),
        ("no-column", ""),
        ("unique", "at --LOBXFL"),
        ("no-column", "EC"),
        ("one-value", "--TESTCD --SPEC?"),
        ("one-to-one", "within VISITNUM?"),
        ("has-record", "DS.USUBJID when DSDECOD = DEATH"),
        ("reference", "TA.ARMCD TA.ARM"),
    ],
)
def test_a_value_that_a_kind_takes(kind, value):
    assert KINDS[kind][1](value) == ""


DATE = "needs a date variable, or one of a dataset as first EX.EXSTDTC by USUBJID"


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("not-after", "", DATE),
        ("not-before", "DM.RFPENDTC", DATE),
        ("same-day", "second DS.DSSTDTC by USUBJID", DATE),
        ("not-after", "DM.RFPENDTC by USUBJID when DTHFL is Y", 'no test "is"'),
        ("compares", "--ENDY", "needs <=, = or >= and a variable"),
        ("compares", "<= 5", "needs <=, = or >= and a variable"),
        ("no-column", "ec", "needs names of datasets"),
        ("unique", "--LOBXFL", "needs: at VARIABLE"),
        ("has-record", "DS.USUBJID when DSDECOD", "expected VARIABLE"),
        ("one-value", "", "needs variables"),
        ("required", "5", "takes no value"),
    ],
)
def test_what_is_wrong_with_a_value(kind, value, message):
    assert message in KINDS[kind][1](value)
