import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hcc_sdtm.sdtm.sequence import sequence_numbers, sort_positions
from tests.sdtm.study import build


def test_text_sorts_by_code_point_numbers_by_size_and_missing_first():
    frame = pd.DataFrame({"t": ["b", "", "B", "甲", "a"], "n": [2.0, 10.0, np.nan, 1.0, -3.0]})
    assert frame["t"].iloc[sort_positions(frame, ["t"])].tolist() == ["", "B", "a", "b", "甲"]
    assert frame["n"].iloc[sort_positions(frame, ["n"])].fillna(-99).tolist() == [-99.0, -3.0, 1.0, 2.0, 10.0]


def test_first_key_counts_most_and_unknown_keys_are_passed_over():
    frame = pd.DataFrame({"t": ["b", "a", "a"], "n": [1.0, 3.0, 2.0]})
    assert sort_positions(frame, ["t", "zz", "n"]).tolist() == [2, 1, 0]


def test_numbers_restart_with_each_subject():
    assert sequence_numbers(pd.Series(list("AABBBC"))).tolist() == [1, 2, 1, 2, 3, 1]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["7", "8"]),
        st.sampled_from(["1", "2", ""]),
        st.sampled_from(["2021-05-01", "2021-05", ""]),
        st.sampled_from(["CR", "PD"]),
        st.sampled_from(["CT", "MR"]),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)
MAPPING = """
site: "201"
tables:
  patient: {file: patient.csv, subject: no}
  visit: {file: visit.csv, subject: no}
DM:
  - {rows: patient, SUBJID: {copy: subject}}
RS:
  - rows: visit
    RSTESTCD: {constant: OVRLRESP}
    RSCAT: {constant: RECIST 1.1}
    RSORRES: {copy: resp}
    VISITNUM: {copy: visit}
    RSDTC: {date: date}
    SUPP: {IMGMOD: {copy: how, label: Imaging Modality}}
"""


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_raw_rows_changes_no_published_value(tmp_path_factory, rows, random):
    shuffled = random.sample(rows, len(rows))
    found = []
    for order in (rows, shuffled):
        visit = "\n".join(["no,visit,date,resp,how", *(",".join(row) for row in order)]) + "\n"
        folder = tmp_path_factory.mktemp("study")
        found.append(build(folder, {"201": MAPPING}, {"patient": "no\n7\n8\n", "visit": visit}).datasets)
    assert found[0].keys() == found[1].keys()
    for name in found[0]:
        pd.testing.assert_frame_equal(found[0][name].published, found[1][name].published)
