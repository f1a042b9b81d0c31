from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.adam.subjects.adsl import build_subjects
from hcc_sdtm.adam.timeline import build_timeline, chosen_records, matching
from hcc_sdtm.spec.adam.records import DatedRecords, Records
from tests.adam.tables import SPECS, TRIAL, dataset, study

DAYS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 28)), min_size=1, max_size=12)


def test_records_after_the_cutoff_do_not_exist_and_undated_ones_do():
    datasets = study(
        DM="S\nA",
        DS="S | DSSTDTC\nA | 2024-02-29\nA | 2024-03-01\nA | 2024-03\nA | 2024\nA | .\nnobody | 2021-01-01",
    )
    subjects = build_subjects(datasets, TRIAL)
    position, subject = chosen_records(datasets["DS"], Records(dataset="DS"), subjects)
    assert list(position) == [0, 3, 4]
    assert list(subject) == [0, 0, 0]


def test_where_asks_for_one_of_the_texts_where_not_for_none_and_a_number_is_compared_as_a_number():
    frame = dataset("RS", "S | RSSTRESC | VISITNUM\nA | PR | 2\nA | SD | 3.1\nA | . | 2\nA | PR | .").frame
    cases = [
        ({"RSSTRESC": ("PR", "SD")}, {}, [0, 1, 3]),
        ({"RSSTRESC": ("PR", "SD")}, {"VISITNUM": ("",)}, [0, 1]),
        ({}, {"RSSTRESC": ("",)}, [0, 1, 3]),
        ({"VISITNUM": ("2.0", "3.1")}, {"RSSTRESC": ("SD",)}, [0, 2]),
        ({"RSEVALID": ("",)}, {}, [0, 1, 2, 3]),
        ({"RSEVALID": ("READER 1",)}, {}, []),
    ]
    for where, where_not, expected in cases:
        records = Records(dataset="RS", where=where, where_not=where_not)
        assert list(np.flatnonzero(matching(frame, records))) == expected


def test_a_dataset_that_the_study_does_not_have_has_no_records():
    subjects = build_subjects(study(DM="S\nA"), TRIAL)
    timeline = build_timeline({}, DatedRecords(dataset="CM", date="CMSTDTC"), subjects, SPECS.sdtm)
    assert list(timeline.first_on_or_after(np.array([-np.inf]))) == [-1]


@given(DAYS, st.integers(0, 30))
def test_first_and_last_are_those_of_each_subject(records, limit):
    rows = pd.DataFrame([(name, f"2021-03-{day:02d}") for name, day in records], columns=["S", "SSDTC"], dtype=object)
    datasets = study(DM="S\nA\nB\nC", SS=rows)
    subjects = build_subjects(datasets, TRIAL)
    timeline = build_timeline(datasets, DatedRecords(dataset="SS", date="SSDTC"), subjects, SPECS.sdtm)
    first_of_march = 22340.0
    limits = np.full(3, first_of_march + limit - 1)
    first = timeline.days_at(timeline.first_on_or_after(limits)) - first_of_march + 1
    last = timeline.days_at(timeline.last_on_or_before(limits)) - first_of_march + 1
    for number, name in enumerate("ABC"):
        days = [day for other, day in records if other == name]
        expected_first = min((day for day in days if day >= limit), default=np.nan)
        expected_last = max((day for day in days if day <= limit), default=np.nan)
        np.testing.assert_equal([first[number], last[number]], [expected_first, expected_last])
