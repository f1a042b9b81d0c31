"""Variables as text: numbers as they are written, blanks cut, what is not there empty or Missing."""

import pandas as pd
import pytest

from hcc_sdtm.checks.evidence import Evidence, Missing
from hcc_sdtm.checks.text_frame import text_frame
from hcc_sdtm.dataset import Dataset
from tests.checks.tables import SPECS

FRAME = pd.DataFrame({"USUBJID": ["S-1", " S-2 "], "VISITNUM": [1.0, float("nan")], "SVSTDTC": ["2022-03", ""]})


def evidence_of(frame):
    return Evidence({"SV": Dataset(SPECS.sdtm["SV"], frame)}, SPECS, None)


def test_values_are_text_and_positions_count_from_nought():
    found = text_frame(evidence_of(FRAME), "SV", "USUBJID", "VISITNUM", "SVSTDTC", optional=("EPOCH",))
    expected = [("S-1", "1", "2022-03", "", 0), ("S-2", "", "", "", 1)]
    assert list(found.itertuples(index=False, name=None)) == expected
    assert list(found) == ["USUBJID", "VISITNUM", "SVSTDTC", "EPOCH", "position"]


def test_a_dataset_without_records_gives_the_columns():
    found = text_frame(evidence_of(FRAME.iloc[:0]), "SV", "USUBJID", optional=("EPOCH",))
    assert (list(found), len(found)) == (["USUBJID", "EPOCH", "position"], 0)


def test_what_is_asked_for_and_not_there_is_missing():
    with pytest.raises(Missing, match="SV has no EPOCH"):
        text_frame(evidence_of(FRAME), "SV", "EPOCH")
    with pytest.raises(Missing, match="there is no dataset TV"):
        text_frame(evidence_of(FRAME), "TV", "VISIT")
