"""The bytes of transport records against those that the library writes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hcc_sdtm.outputs.xpt_records import ROWS_AT_ONCE, ibm_numbers, longest_row, render_records

TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=40)
NUMBERS = st.one_of(
    st.just(float("nan")), st.integers(-(10**9), 10**9).map(float), st.floats(1e-60, 1e60), st.floats(-1e60, -1e-60)
)


def library_bytes(folder, columns):
    path = folder / "a.xpt"
    pyreadstat.write_xport(pd.DataFrame(columns), str(path), table_name="A", file_format_version=5)
    return path.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, NUMBERS, TEXTS), min_size=1, max_size=8))
def test_the_records_are_those_of_the_library(tmp_path, rows):
    first, number, last = zip(*rows, strict=True)
    columns = {
        "A": np.array(first, dtype=object),
        "N": np.array(number, dtype=float),
        "B": np.array(last, dtype=object),
    }
    whole, short = library_bytes(tmp_path, columns), library_bytes(tmp_path, longest_row(columns))
    own, one = (b"".join(render_records(each)) for each in (columns, longest_row(columns)))
    made = short[: len(short) - len(one)] + own
    assert len(made) == len(whole)
    # the header says when it was written, twice
    assert made[496:] == whole[496:]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1.0, "4110000000000000"),
        (-1.0, "c110000000000000"),
        (0.0, "0000000000000000"),
        (-0.0, "0000000000000000"),
        (15.0, "41f0000000000000"),
        (0.1, "401999999999999a"),
        (-118.625, "c276a00000000000"),
        (float("nan"), "2e00000000000000"),
    ],
)
def test_numbers_are_those_of_the_layout(number, expected):
    assert f"{ibm_numbers(np.array([number]))[0]:016x}" == expected


def test_many_rows_are_written_in_parts(tmp_path):
    count = 2 * ROWS_AT_ONCE + 1
    columns = {"A": np.array([f"text {n}" for n in range(count)], dtype=object), "N": np.arange(float(count))}
    own = b"".join(render_records(columns))
    assert len(list(render_records(columns))) == 4
    assert library_bytes(tmp_path, columns).endswith(own)
