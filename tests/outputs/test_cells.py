from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.outputs.cells import safe_column, safe_text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ""),
        ("稳定(SD)", "稳定(SD)"),
        ("=1+1", "'=1+1"),
        ("+86 138 0000", "'+86 138 0000"),
        ("-", "'-"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r\n=1", "'\r\n=1"),
        ("＝1+1", "'＝1+1"),
        ("-1.5", "-1.5"),
        ("+3", "+3"),
        ("-1e-5", "-1e-5"),
        ("1-2", "1-2"),
        ("a\x00b", "a\ufffdb"),
        ("\x0b=1", "\ufffd=1"),
    ],
)
def test_safe_text(typed, shown):
    assert safe_text(typed) == shown


@given(st.text())
def test_no_text_starts_a_formula(text):
    safe = safe_text(text)
    assert safe[:1] not in set("=@\t\r\n＝＋－＠")
    assert safe[:1] not in set("+-") or float(safe) == float(safe)


def test_a_column_is_its_texts():
    column = pd.Series(["=1", "a", "=1", ""], dtype=object)
    assert safe_column(column).tolist() == ["'=1", "a", "'=1", ""]
