from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.adam.subjects.entered import entered_later, entered_later_findings
from hcc_sdtm.dates.iso import to_days
from tests.adam.tables import as_text, study

CUTOFF = float(to_days(pd.Series(["2022-06-30"]))[0])


@pytest.mark.parametrize(
    ("dm", "ex", "is_later"),
    [
        ("2022-07-01", ".", True),
        ("2022-06-30", ".", False),
        ("2022-06", ".", False),
        ("2022-07", ".", True),
        ("2022", ".", False),
        (".", ".", False),
        (".", "2022-09-01", False),
        ("2032-01-10", "2022-01-20", False),
        ("2022-07-01", "2022-07-05", True),
    ],
)
def test_a_subject_entered_later_where_nothing_says_that_it_was_there(dm, ex, is_later):
    datasets = study(DM=f"S | RFICDTC | DTHDTC\nA | {dm} | 2022-12-01", EX=f"S | EXSTDTC\nA | {ex}")
    assert entered_later(datasets, CUTOFF).tolist() == [is_later]


def test_a_death_after_the_cutoff_says_nothing_of_the_start():
    assert not entered_later(study(DM="S | DTHDTC\nA | 2022-12-01"), CUTOFF).any()


def test_each_is_one_note_at_its_first_date():
    datasets = study(
        DM="S | RFICDTC | RFSTDTC\nA | 2022-07-01 | 2022-07-09\nB | . | 2022-08-01\nC | 2022-01-01 | 2022-08-01"
    )
    found = as_text(entered_later_findings(datasets, CUTOFF), "severity subject variable value")
    assert found == ["note | A | RFICDTC | 2022-07-01", "note | B | RFSTDTC | 2022-08-01"]
