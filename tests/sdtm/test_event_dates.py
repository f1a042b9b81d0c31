from __future__ import annotations

import pandas as pd
import pytest

from hcc_sdtm.sdtm.event_dates import build_event_records, event_dates, event_texts
from hcc_sdtm.spec.trial import Trial
from tests.checks.tables import TRIAL, build_dataset, parse_table

EVENTS = {
    "treatment": {"treatment": "start"},
    "consent": {"dataset": "DM", "date": "RFICDTC"},
    "progression": {"dataset": "RS", "where": {"RSSTRESC": "PD"}, "date": "RSDTC", "after": "treatment"},
    "last scan": {"dataset": "RS", "date": "RSDTC", "pick": "last"},
}


@pytest.fixture
def trial() -> Trial:
    return Trial.model_validate({**TRIAL.model_dump(), "events": EVENTS, "event_order": []})


def datasets(**tables):
    return {name: build_dataset(name, parse_table(text)) for name, text in tables.items()}


EX = """
USUBJID  EXCAT         EXSTDTC
S-1      RADIOTHERAPY  2022-06-01
S-1      RADIOTHERAPY  2022-03
S-1      CHEMOTHERAPY  2021-01-01
S-2      RADIOTHERAPY  2022-03-07
"""
RS = """
USUBJID  RSSTRESC  RSDTC
S-1      PD        2022-03
S-1      PD        2022-05
S-1      PD        2022
S-1      SD        2022-05-20
S-2      PD        2024-03-01
S-2      SD        .
S-2      PD        --05-20
"""


def test_an_event_is_one_of_the_records_that_the_trial_chooses_those_after_the_cutoff_left_out(trial):
    found = build_event_records(datasets(EX=EX, RS=RS), trial)
    assert list(found) == ["treatment", "progression", "last scan"]  # DM is not there
    shown = {
        name: list(zip(rows["USUBJID"], rows["text"], rows["position"], strict=True)) for name, rows in found.items()
    }
    assert shown["treatment"] == [("S-1", "2022-06-01", 0), ("S-1", "2022-03", 1), ("S-2", "2022-03-07", 3)]
    assert shown["progression"] == [("S-1", "2022-05", 1)]  # surely after treatment, which may begin on 31 March
    assert [row[1] for row in shown["last scan"]] == ["2022-03", "2022-05", "2022", "2022-05-20"]


def test_the_first_or_the_last_as_far_as_dates_are_known(trial):
    found = build_event_records(datasets(EX=EX, RS=RS), trial)
    assert event_dates(found["treatment"], trial.events["treatment"])["text"].tolist() == ["2022-03", "2022-03-07"]
    assert event_dates(found["last scan"], trial.events["last scan"])["text"].tolist() == ["2022"]


def test_one_row_a_subject_and_one_column_an_event(trial):
    found = build_event_records(datasets(EX=EX, RS=RS), trial)
    subjects = pd.Index(["S-2", "nobody", "S-1"], dtype=object)
    expected = pd.DataFrame(
        {
            "treatment": ["2022-03-07", "", "2022-03"],
            "consent": ["", "", ""],
            "progression": ["", "", "2022-05"],
            "last scan": ["", "", "2022"],
        },
        index=subjects,
        dtype=object,
    )
    pd.testing.assert_frame_equal(event_texts(found, trial, subjects), expected)
