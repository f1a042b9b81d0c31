import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.mapping.tables.repeated_rows import repeated_rows


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        ([], []),
        ([("1", "a")], [False]),
        ([("1", "a"), ("1", "b"), ("1", "a"), ("2", "a"), ("1", "a")], [False, False, True, False, True]),
        ([("1", ""), ("1", " "), ("", "1")], [False, False, False]),
    ],
)
def test_rows_that_repeat_an_earlier_one(rows, repeated):
    assert repeated_rows(pd.DataFrame(rows, columns=["no", "text"], dtype=object)).tolist() == repeated


TEXT = st.sampled_from(["", "a", "b"])


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=12)))
def test_the_same_as_pandas_says(rows):
    body = pd.DataFrame(rows, columns=[f"c{at}" for at in range(len(rows[0]) if rows else 0)], dtype=object)
    assert repeated_rows(body).tolist() == body.duplicated().tolist()
